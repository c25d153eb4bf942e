import * as asyncio from "asyncio-ts"

import { at, type Env, type SyncOps, type TaskOps } from "../environment.ts"
import type { Outcome } from "../scenario.ts"

/** How the error of a future or task that is done stands in a trace. */
export function errorOf(env: Env, future: asyncio.Future<unknown>): Outcome {
  const error = future.exception()
  return error === undefined ? ["value", null] : env.outcome(error)
}

/** What futures are asked and told. */
export const futureStates = {
  fut_state(env, [, i]) {
    const future = at(env.futures, i)
    return ["value", future.done(), future.cancelled()]
  },
  fut_get: (env, [, i]) => ["value", at(env.futures, i).result()],
  fut_exception: (env, [, i]) => errorOf(env, at(env.futures, i)),
  fut_new(env, [, i, byLoop]) {
    env.futures[i] = byLoop ? env.loop.createFuture<number>() : new asyncio.Future<number>()
    return undefined
  },
  fut_listen(env, [, i, k]) {
    at(env.futures, i).addDoneCallback(at(env.listeners, k))
    return undefined
  },
  fut_listen_in(env, [, i, k, c]) {
    at(env.futures, i).addDoneCallback(at(env.listeners, k), { context: at(env.contexts, c) })
    return undefined
  },
  fut_unlisten: (env, [, i, k]) => ["value", at(env.futures, i).removeDoneCallback(at(env.listeners, k))],
  fut_then(env, [, i, op]) {
    at(env.futures, i).addDoneCallback(env.callback(op))
    return undefined
  },
  fut_kinds(env, [, i]) {
    const future = at(env.futures, i)
    return ["value", asyncio.isFuture(future), asyncio.isCoroutine(future), asyncio.ensureFuture(future) === future, future.getLoop() === env.loop]
  },
} satisfies Partial<SyncOps>

export const futureStatesInTask = {
  async fut_wait(env, scope, [, indices, timeout, returnWhen]) {
    const futures = indices.map((i) => at(env.futures, i))
    const [done, pending] = await asyncio.wait(futures, { timeout: seconds(timeout), returnWhen })
    const among = (set: ReadonlySet<unknown>): number[] => indices.filter((_, k) => set.has(futures[k]))
    env.log(scope.label, "fut_wait", ["value", among(done), among(pending)])
    return undefined
  },

  async fut_gather(env, scope, [, indices, returnExceptions]) {
    const results: unknown[] = await asyncio.gather(indices.map((i) => at(env.futures, i)), { returnExceptions })
    env.log(scope.label, "fut_gather", ["value", env.gathered(results)])
    return undefined
  },

  async fut_shield(env, scope, [, i]) {
    const value = await asyncio.shield(at(env.futures, i))
    env.log(scope.label, `fut_shield ${i}`, ["value", value])
    return undefined
  },

  async fut_wait_for(env, scope, [, i, timeout]) {
    const value = await asyncio.waitFor(at(env.futures, i), seconds(timeout))
    env.log(scope.label, `fut_wait_for ${i}`, ["value", value])
    return undefined
  },
} satisfies Partial<TaskOps>

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000
}
