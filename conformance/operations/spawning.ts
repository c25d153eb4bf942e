import * as asyncio from "asyncio-ts"

import { at, program, type Env, type TaskOps } from "../environment.ts"
import type { Value } from "../scenario.ts"

/** The ways to make a task, beyond `spawn` and `tg_spawn`. */
export const spawningInTask = {
  async spawn_in(env, scope, [, name, body, c]) {
    keep(env, scope.label, "spawn_in", name, asyncio.createTask(program(env, name, body), { name, context: at(env.contexts, c) }))
    return undefined
  },

  async loop_spawn(env, scope, [, name, body]) {
    keep(env, scope.label, "loop_spawn", name, env.loop.createTask(program(env, name, body), { name }))
    return undefined
  },

  async ensure(env, scope, [, name, body]) {
    const task = asyncio.ensureFuture(program(env, name, body))
    if (!(task instanceof asyncio.Task)) throw new TypeError("ensureFuture of a coroutine gave no task")
    task.setName(name)
    keep(env, scope.label, "ensure", name, task)
    return undefined
  },

  async eager(env, scope, [, name, body, how]) {
    let task: asyncio.Task<Value>
    if (how === "task") {
      task = asyncio.eagerTaskFactory<Value>(env.loop, program(env, name, body), { name })
    } else {
      task = withFactory(env, asyncio.createEagerTaskFactory(asyncio.Task), () => asyncio.createTask(program(env, name, body), { name }))
    }
    keep(env, scope.label, "eager", name, task)
    return undefined
  },

  async factory_spawn(env, scope, [, name, body]) {
    const factory: asyncio.TaskFactory = (loop, work, options) => {
      env.log("factory", `makes ${name}`)
      return new asyncio.Task(work, { ...options, loop })
    }
    keep(env, scope.label, "factory_spawn", name, withFactory(env, factory, () => env.loop.createTask(program(env, name, body), { name })))
    return undefined
  },
} satisfies Partial<TaskOps>

function withFactory<T>(env: Env, factory: asyncio.TaskFactory, make: () => T): T {
  env.loop.setTaskFactory(factory)
  try {
    return make()
  } finally {
    env.loop.setTaskFactory(null)
  }
}

function keep(env: Env, who: string, operation: string, name: string, task: asyncio.Task<Value>): void {
  env.tasks.set(name, task)
  env.log(who, `${operation} ${name}`)
}
