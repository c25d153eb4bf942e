import * as asyncio from "asyncio-ts"

import { at, type SyncOps, type TaskOps } from "../environment.ts"

export const primitives = {
  set(env, [, i]) {
    at(env.events, i).set()
    return undefined
  },
  clear(env, [, i]) {
    at(env.events, i).clear()
    return undefined
  },
  release(env, [, kind, i]) {
    at(env.locks[kind], i).release()
    return undefined
  },
  locked: (env, [, kind, i]) => ["value", at(env.locks[kind], i).locked()],
  notify(env, [, i, count]) {
    at(env.conditions, i).notify(count)
    return undefined
  },
} satisfies Partial<SyncOps>

export const primitivesInTask = {
  async acquire(env, scope, [, kind, i]) {
    await at(env.locks[kind], i).acquire()
    env.log(scope.label, `acquire ${kind} ${i}`)
    return undefined
  },

  async with(env, scope, [, kind, i, body]) {
    const lock = at(env.locks[kind], i)
    await lock.acquire()
    let flow
    try {
      env.log(scope.label, `enter ${kind} ${i}`)
      flow = await env.run(scope, body)
    } finally {
      lock.release()
    }
    env.log(scope.label, `exit ${kind} ${i}`)
    return flow
  },

  async ev_wait(env, scope, [, i]) {
    await at(env.events, i).wait()
    env.log(scope.label, `ev_wait ${i}`)
    return undefined
  },

  async cond_wait(env, scope, [, i]) {
    try {
      await at(env.conditions, i).wait()
      env.log(scope.label, `cond_wait ${i}`)
    } catch (error) {
      if (!(error instanceof asyncio.RuntimeError)) throw error
      env.log(scope.label, `cond_wait ${i}`, env.outcome(error))
    }
    return undefined
  },

  async b_wait(env, scope, [, i]) {
    try {
      const index = await at(env.barriers, i).wait()
      env.log(scope.label, `b_wait ${i}`, ["value", index])
    } catch (error) {
      if (!(error instanceof asyncio.BrokenBarrierError)) throw error
      env.log(scope.label, `b_wait ${i}`, env.outcome(error))
    }
    return undefined
  },

  async b_reset(env, scope, [, i]) {
    await at(env.barriers, i).reset()
    env.log(scope.label, `b_reset ${i}`)
    return undefined
  },

  async b_abort(env, scope, [, i]) {
    await at(env.barriers, i).abort()
    env.log(scope.label, `b_abort ${i}`)
    return undefined
  },
} satisfies Partial<TaskOps>
