import * as asyncio from "asyncio-ts"

import { at, type SyncOps } from "../environment.ts"
import { UserError } from "../outcome.ts"
import type { Outcome } from "../scenario.ts"

/** What a loop is asked and told by a program that it runs. */
export const loops = {
  time: (env) => ["value", Math.round(env.loop.time() * 1000)],
  loop_state(env) {
    const { loop } = env
    return ["value", loop.isRunning(), loop.isClosed(), loop.getDebug(), asyncio.getRunningLoop() === loop]
  },
  loop_refuses(env, [, call]): Outcome | undefined {
    if (call === "close") {
      env.loop.close()
      return undefined
    }
    // Here it refuses through the promise that it gives.
    const wrong = (found: unknown): void => void (env.unheardOf ??= new Error("a loop that runs was run again", { cause: found }))
    env.loop.runUntilComplete(env.loop.createFuture()).then(wrong, (error: unknown) => {
      if (!(error instanceof asyncio.RuntimeError)) wrong(error)
    })
    return ["RuntimeError"]
  },
  set_debug(env, [, on]) {
    env.loop.setDebug(on)
    return undefined
  },
  factory: (env) => ["value", env.loop.getTaskFactory() === null],
  current(env) {
    const task = asyncio.currentTask()
    return ["value", task === undefined ? null : (env.labelOf(task) ?? null)]
  },
  everyone(env) {
    const labels = [...asyncio.allTasks()].map((task) => env.labelOf(task)).filter((label) => label !== undefined)
    return ["value", labels.sort()]
  },

  call_at(env, [, ms, op]) {
    env.loop.callAt(env.loop.time() + ms / 1000, env.callback(op))
    return undefined
  },
  call_threadsafe(env, [, op]) {
    env.loop.callSoonThreadsafe(env.callback(op))
    return undefined
  },
  call_soon_in(env, [, c, op]) {
    env.loop.callSoon(env.callback(op), { context: at(env.contexts, c) })
    return undefined
  },
  call_later_in(env, [, ms, c, op]) {
    env.loop.callLater(ms / 1000, env.callback(op), { context: at(env.contexts, c) })
    return undefined
  },
  call_fail(env, [, code]) {
    env.loop.callSoon(() => {
      throw new UserError(code)
    })
    return undefined
  },

  h_soon(env, [, slot, op]) {
    env.handles[slot] = env.loop.callSoon(env.callback(op))
    return undefined
  },
  h_later(env, [, slot, ms, op]) {
    env.handles[slot] = env.loop.callLater(ms / 1000, env.callback(op))
    return undefined
  },
  h_at(env, [, slot, ms, op]) {
    env.handles[slot] = env.loop.callAt(env.loop.time() + ms / 1000, env.callback(op))
    return undefined
  },
  h_cancel(env, [, slot]) {
    const handle = env.handles[slot] ?? null
    if (handle === null) return ["none"]
    handle.cancel()
    return undefined
  },
  h_state(env, [, slot]) {
    const handle = env.handles[slot] ?? null
    if (handle === null) return ["none"]
    return ["value", handle.cancelled(), handle instanceof asyncio.TimerHandle ? Math.round(handle.when() * 1000) : null]
  },
  h_var(env, [, slot]) {
    const handle = env.handles[slot] ?? null
    if (handle === null || handle.cancelled()) return ["none"]
    return ["value", handle.getContext()?.get(env.variable) ?? "unset"]
  },

  exc_handler(env, [, k]) {
    env.loop.setExceptionHandler(at(env.handlers, k))
    return undefined
  },
  exc_which(env) {
    const handler = env.loop.getExceptionHandler()
    return ["value", env.handlers.findIndex((mine) => mine === handler)]
  },
  exc_call(env, [, tag]) {
    env.loop.callExceptionHandler({ message: `own ${tag}` })
    return undefined
  },
  eg_split(env, [, code]) {
    const inner = new asyncio.ExceptionGroup("inner", [new asyncio.TimeoutError(), new UserError(code + 1)])
    const group = new asyncio.ExceptionGroup("own", [new UserError(code), inner])
    const [match, rest] = group.split(UserError)
    return ["value", env.outcome(match), env.outcome(rest), env.outcome(group.subgroup(asyncio.TimeoutError)), group.subgroup(RangeError) === undefined ? null : "some"]
  },
} satisfies Partial<SyncOps>
