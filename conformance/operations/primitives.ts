import * as asyncio from "asyncio-ts"

import { at, type Flow, type SyncOps, type TaskOps } from "../environment.ts"

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
  notify_all(env, [, i]) {
    at(env.conditions, i).notifyAll()
    return undefined
  },
  ev_is_set: (env, [, i]) => ["value", at(env.events, i).isSet()],
  b_state(env, [, i]) {
    const barrier = at(env.barriers, i)
    return ["value", barrier.parties, barrier.nWaiting, barrier.broken]
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

  async cond_wait_for(env, scope, [, i, k]) {
    const text = `cond_wait_for ${i} ${k}`
    try {
      const value = await at(env.conditions, i).waitFor(() => at(env.events, k).isSet())
      env.log(scope.label, text, ["value", value])
    } catch (error) {
      if (!(error instanceof asyncio.RuntimeError)) throw error
      env.log(scope.label, text, env.outcome(error))
    }
    return undefined
  },

  async hold(env, scope, [, kind, i, body]) {
    const flow = await at(env.locks[kind], i).run((): Promise<Flow> => {
      env.log(scope.label, `enter ${kind} ${i}`)
      return env.run(scope, body)
    })
    env.log(scope.label, `exit ${kind} ${i}`)
    return flow
  },

  async with_barrier(env, scope, [, i, body]) {
    try {
      const flow = await at(env.barriers, i).run((index): Promise<Flow> => {
        env.log(scope.label, `enter barrier ${i}`, ["value", index])
        return env.run(scope, body)
      })
      env.log(scope.label, `exit barrier ${i}`)
      return flow
    } catch (error) {
      if (!(error instanceof asyncio.BrokenBarrierError)) throw error
      env.log(scope.label, `exit barrier ${i}`, env.outcome(error))
      return undefined
    }
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
