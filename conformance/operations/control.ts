import * as asyncio from "asyncio-ts"

import { program, type SyncOps, type TaskOps } from "../environment.ts"
import { UserError } from "../outcome.ts"

export const control = {
  log: () => undefined,
  var_set(env, [, value]) {
    env.variable.set(value)
    return undefined
  },
  var_get: (env) => ["value", env.variable.get()],
} satisfies Partial<SyncOps>

export const controlInTask = {
  async sleep(env, scope, [, ms]) {
    await asyncio.sleep(ms / 1000)
    env.log(scope.label, `sleep ${ms}`)
    return undefined
  },

  async sleep_value(env, scope, [, ms, value]) {
    env.log(scope.label, `sleep_value ${ms}`, ["value", await asyncio.sleep(ms / 1000, value)])
    return undefined
  },

  async steps(env, scope, [, limits, body]) {
    await env.steps(scope, limits, body)
    return undefined
  },

  async try_groups(env, scope, [, body, handler]) {
    try {
      return await env.run(scope, body)
    } catch (error) {
      if (!(error instanceof asyncio.ExceptionGroup)) throw error
      const [match, rest] = error.split(UserError)
      env.log(scope.label, "caught", ["value", match === undefined ? null : env.outcome(match), rest === undefined ? null : env.outcome(rest)])
      const flow = match === undefined ? undefined : await env.run(scope, handler)
      if (flow === undefined && rest !== undefined) throw rest
      return flow
    }
  },

  async return(_env, _scope, [, value]) {
    return { value }
  },

  async raise(_env, _scope, [, code]) {
    throw new UserError(code)
  },

  async call(env, scope, [, name, body]) {
    const value = await program(env, `${scope.label}/${name}`, body)
    env.log(scope.label, `call ${name}`, ["value", value])
    return undefined
  },

  async try(env, scope, [, body, handlers]) {
    try {
      return await env.run(scope, body)
    } catch (error) {
      env.log(scope.label, "caught", env.outcome(error))
      const handler = error instanceof asyncio.CancelledError ? handlers.cancelled : handlers.error
      if (handler === undefined) throw error
      const flow = await env.run(scope, handler)
      if (flow === undefined && handlers.reraise === true) throw error
      return flow
    } finally {
      if (handlers.finally !== undefined) {
        env.log(scope.label, "finally")
        await env.run(scope, handlers.finally)
      }
    }
  },
} satisfies Partial<TaskOps>
