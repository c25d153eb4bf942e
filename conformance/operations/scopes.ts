import * as asyncio from "asyncio-ts"

import { program, type Flow, type TaskOps } from "../environment.ts"

export const scopesInTask = {
  async timeout(env, scope, [, ms, body]) {
    const timeout = asyncio.timeout(ms === null ? null : ms / 1000)
    try {
      return await timeout.run((): Promise<Flow> => env.run(scope.inTimeout(timeout), body))
    } finally {
      env.log(scope.label, "timeout over", ["value", timeout.expired()])
    }
  },

  async timeout_at(env, scope, [, ms, body]) {
    const timeout = asyncio.timeoutAt(ms === null ? null : env.loop.time() + ms / 1000)
    try {
      return await timeout.run((): Promise<Flow> => env.run(scope.inTimeout(timeout), body))
    } finally {
      env.log(scope.label, "timeout_at over", ["value", timeout.expired()])
    }
  },

  async when(env, scope) {
    if (scope.timeout === undefined) return undefined
    const when = scope.timeout.when()
    env.log(scope.label, "when", ["value", when === null ? null : Math.round(when * 1000), scope.timeout.expired()])
    return undefined
  },

  async tg_cancel(env, scope) {
    if (scope.group === undefined) return undefined
    scope.group.cancel()
    env.log(scope.label, "tg_cancel")
    return undefined
  },

  async reschedule(env, scope, [, ms]) {
    if (scope.timeout === undefined) return undefined
    const text = `reschedule ${ms ?? "None"}`
    try {
      scope.timeout.reschedule(ms === null ? null : env.loop.time() + ms / 1000)
      env.log(scope.label, text)
    } catch (error) {
      if (!(error instanceof asyncio.RuntimeError)) throw error
      env.log(scope.label, text, env.outcome(error))
    }
    return undefined
  },

  async taskgroup(env, scope, [, body]) {
    const flow = await new asyncio.TaskGroup().run((group): Promise<Flow> => env.run(scope.inGroup(group), body))
    env.log(scope.label, "taskgroup over")
    return flow
  },

  async tg_spawn(env, scope, [, name, body]) {
    if (scope.group === undefined) return undefined
    try {
      env.tasks.set(name, scope.group.createTask(program(env, name, body), { name }))
      env.log(scope.label, `tg_spawn ${name}`)
    } catch (error) {
      if (!(error instanceof asyncio.RuntimeError)) throw error
      env.log(scope.label, `tg_spawn ${name}`, env.outcome(error))
    }
    return undefined
  },
} satisfies Partial<TaskOps>
