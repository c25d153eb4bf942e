import * as asyncio from "asyncio-ts"

import { program, type SyncOps, type TaskOps } from "../environment.ts"

export const tasks = {
  cancel(env, [, label, message]) {
    const task = env.tasks.get(label)
    if (task === undefined) return ["none"]
    return ["value", message === null ? task.cancel() : task.cancel(message)]
  },
  cancelling(env, [, label]) {
    const task = env.tasks.get(label)
    return task === undefined ? ["none"] : ["value", task.cancelling()]
  },
  done(env, [, label]) {
    const task = env.tasks.get(label)
    return task === undefined ? ["none"] : ["value", task.done(), task.cancelled()]
  },
  done_callback(env, [, label, tag]) {
    const task = env.tasks.get(label)
    if (task === undefined) return ["none"]
    task.addDoneCallback(() => env.log("callback", tag))
    return undefined
  },
} satisfies Partial<SyncOps>

export const tasksInTask = {
  async spawn(env, scope, [, name, body]) {
    env.tasks.set(name, asyncio.createTask(program(env, name, body), { name }))
    env.log(scope.label, `spawn ${name}`)
    return undefined
  },

  async join(env, scope, [, label]) {
    const task = env.tasks.get(label)
    if (task === undefined) {
      env.log(scope.label, `join ${label}`, ["none"])
    } else {
      const value = await task
      env.log(scope.label, `join ${label}`, ["value", value])
    }
    return undefined
  },

  async shield(env, scope, [, label]) {
    const task = env.tasks.get(label)
    if (task === undefined) {
      env.log(scope.label, `shield ${label}`, ["none"])
    } else {
      const value = await asyncio.shield(task)
      env.log(scope.label, `shield ${label}`, ["value", value])
    }
    return undefined
  },

  async uncancel(env, scope) {
    env.log(scope.label, "uncancel", ["value", asyncio.currentTask()?.uncancel() ?? null])
    return undefined
  },
} satisfies Partial<TaskOps>
