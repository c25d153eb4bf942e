import * as asyncio from "asyncio-ts"

import { at, type Env, type SyncOps } from "../environment.ts"
import { UserError } from "../outcome.ts"
import type { Outcome, Value } from "../scenario.ts"
import { errorOf } from "./future-states.ts"

/** What `ask` says of the task with this label; none while there is no such task. */
function ofTask(env: Env, label: string, ask: (task: asyncio.Task<Value>) => Outcome | undefined): Outcome | undefined {
  const task = env.tasks.get(label)
  return task === undefined ? ["none"] : ask(task)
}

/** What tasks are asked and told. */
export const taskStates = {
  task_then: (env, [, label, op]) => ofTask(env, label, (task) => void task.addDoneCallback(env.callback(op))),
  task_listen: (env, [, label, k]) => ofTask(env, label, (task) => void task.addDoneCallback(at(env.listeners, k))),
  task_unlisten: (env, [, label, k]) => ofTask(env, label, (task) => ["value", task.removeDoneCallback(at(env.listeners, k))]),
  task_get: (env, [, label]) => ofTask(env, label, (task) => ["value", task.result()]),
  task_exception: (env, [, label]) => ofTask(env, label, (task) => errorOf(env, task)),
  task_name: (env, [, label]) => ofTask(env, label, (task) => ["value", task.getName()]),
  task_rename: (env, [, label, name]) =>
    ofTask(env, label, (task) => {
      task.setName(name)
      return ["value", task.getName()]
    }),
  task_set: (env, [, label, value]) => ofTask(env, label, (task) => void task.setResult(value)),
  task_fail: (env, [, label, code]) => ofTask(env, label, (task) => void task.setException(new UserError(code))),
  task_var: (env, [, label]) => ofTask(env, label, (task) => ["value", task.getContext().get(env.variable) ?? "unset"]),
  task_kinds: (env, [, label]) =>
    ofTask(env, label, (task) => ["value", task.getLoop() === env.loop, asyncio.isFuture(task), asyncio.isCoroutine(task.getCoro())]),
} satisfies Partial<SyncOps>
