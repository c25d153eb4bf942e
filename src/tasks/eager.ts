import type { TaskFactory } from "../core/event-loop.ts"
import { Task } from "../core/task.ts"

/**
 * A task factory whose tasks run up to their first `await` inside `createTask`:
 * `loop.setTaskFactory(eagerTaskFactory)`. `eagerStart: false` of a call overrides it.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#eager-task-factory
 */
export const eagerTaskFactory: TaskFactory = createEagerTaskFactory(Task)

/** The same for a subclass of `Task`. */
export function createEagerTaskFactory(constructor: typeof Task): TaskFactory {
  return (loop, work, options) => new constructor(work, { ...options, eagerStart: options.eagerStart ?? true, loop })
}
