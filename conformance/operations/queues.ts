import * as asyncio from "asyncio-ts"

import { at, type SyncOps, type TaskOps } from "../environment.ts"

export const queues = {
  put_nowait(env, [, i, item]) {
    at(env.queues, i).putNowait(item)
    return undefined
  },
  get_nowait: (env, [, i]) => ["value", at(env.queues, i).getNowait()],
  task_done(env, [, i]) {
    at(env.queues, i).taskDone()
    return undefined
  },
  qsize(env, [, i]) {
    const queue = at(env.queues, i)
    return ["value", queue.qsize(), queue.empty(), queue.full()]
  },
  q_maxsize: (env, [, i]) => ["value", at(env.queues, i).maxsize],
  shutdown(env, [, i, immediate]) {
    at(env.queues, i).shutdown({ immediate })
    return undefined
  },
} satisfies Partial<SyncOps>

export const queuesInTask = {
  async put(env, scope, [, i, item]) {
    const text = `put ${i} ${item}`
    try {
      await at(env.queues, i).put(item)
      env.log(scope.label, text)
    } catch (error) {
      if (!(error instanceof asyncio.QueueShutDown)) throw error
      env.log(scope.label, text, env.outcome(error))
    }
    return undefined
  },

  async get(env, scope, [, i]) {
    try {
      const item = await at(env.queues, i).get()
      env.log(scope.label, `get ${i}`, ["value", item])
    } catch (error) {
      if (!(error instanceof asyncio.QueueShutDown)) throw error
      env.log(scope.label, `get ${i}`, env.outcome(error))
    }
    return undefined
  },

  async q_join(env, scope, [, i]) {
    await at(env.queues, i).join()
    env.log(scope.label, `q_join ${i}`)
    return undefined
  },
} satisfies Partial<TaskOps>
