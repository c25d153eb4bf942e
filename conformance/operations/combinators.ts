import * as asyncio from "asyncio-ts"

import { program, type Env, type TaskOps } from "../environment.ts"
import { UserError } from "../outcome.ts"
import type { Value } from "../scenario.ts"

export const combinatorsInTask = {
  async gather(env, scope, [, parts, returnExceptions]) {
    const programs = parts.map(([label, body]) => program(env, label, body))
    const results = await asyncio.gather(programs, { returnExceptions })
    env.log(scope.label, "gather", ["value", env.gathered(results)])
    return undefined
  },

  async gather_tasks(env, scope, [, labels, returnExceptions]) {
    const results = await asyncio.gather(known(env, labels), { returnExceptions })
    env.log(scope.label, "gather_tasks", ["value", env.gathered(results)])
    return undefined
  },

  async wait(env, scope, [, labels, timeout, returnWhen]) {
    const tasks = known(env, labels)
    if (tasks.length === 0) {
      env.log(scope.label, "wait", ["none"])
      return undefined
    }
    const [done, pending] = await asyncio.wait(tasks, { timeout: seconds(timeout), returnWhen })
    const among = (set: ReadonlySet<unknown>): string[] =>
      labels.filter((label) => set.has(env.tasks.get(label))).sort()
    env.log(scope.label, "wait", ["value", among(done), among(pending)])
    return undefined
  },

  async as_completed(env, scope, [, labels, timeout]) {
    for (const next of asyncio.asCompleted(known(env, labels), { timeout: seconds(timeout) })) {
      try {
        const value = await next
        env.log(scope.label, "as_completed", ["value", value])
      } catch (error) {
        if (!(error instanceof UserError || error instanceof asyncio.TimeoutError)) throw error
        env.log(scope.label, "as_completed", env.outcome(error))
      }
    }
    return undefined
  },

  async each_completed(env, scope, [, labels, timeout, take]) {
    // Of tasks that are done already asyncio makes a set: the first at most is taken.
    const tasks = known(env, labels).filter((task, k) => k === 0 || !task.done())
    let seen = 0
    try {
      for await (const next of asyncio.asCompleted(tasks, { timeout: seconds(timeout) })) {
        env.log(scope.label, "each_completed", ["value", env.labelOf(next) ?? null, next.done()])
        seen += 1
        if (seen === take) break
      }
    } catch (error) {
      if (!(error instanceof asyncio.TimeoutError)) throw error
      env.log(scope.label, "each_completed", env.outcome(error))
    }
    return undefined
  },

  async shield_call(env, scope, [, label, body]) {
    const value = await asyncio.shield(program(env, label, body))
    env.log(scope.label, `shield_call ${label}`, ["value", value])
    return undefined
  },

  async wait_for(env, scope, [, label, body, timeout]) {
    const value = await asyncio.waitFor(program(env, `${scope.label}/${label}`, body), seconds(timeout))
    env.log(scope.label, `wait_for ${label}`, ["value", value])
    return undefined
  },

  async wait_for_task(env, scope, [, label, timeout]) {
    const task = env.tasks.get(label)
    if (task === undefined) {
      env.log(scope.label, `wait_for_task ${label}`, ["none"])
    } else {
      const value = await asyncio.waitFor(task, timeout / 1000)
      env.log(scope.label, `wait_for_task ${label}`, ["value", value])
    }
    return undefined
  },
} satisfies Partial<TaskOps>

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000
}

function known(env: Env, labels: readonly string[]): asyncio.Task<Value>[] {
  return labels.map((label) => env.tasks.get(label)).filter((task) => task !== undefined)
}
