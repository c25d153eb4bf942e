/**
 * What code that runs on a loop asks of it: the current task, new tasks, futures of things.
 */
import { describe, isThenable } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { AbortSignalLike } from "../host/host.ts"
import { runningLoop } from "./ambient.ts"
import { close, Coroutine } from "./coroutine.ts"
import type { EventLoop } from "./event-loop.ts"
import { currentFrame } from "./frame.ts"
import { Future, loopOf } from "./future.ts"
import { cancelOnAbort } from "./signal.ts"
import { taskOf, type Startable, type Task, type TaskOptions } from "./task.ts"
import { takeCall, type ThreadFuture, type ThreadLoop } from "./thread-future.ts"
import { wrapFuture } from "./wrap-future.ts"

/** The loop that runs the code that asks. @throws RuntimeError if none does. */
export function getRunningLoop(): EventLoop {
  return runningLoop("") as EventLoop // only event loops run
}

/** The task whose code asks; undefined in callbacks. @throws RuntimeError outside any loop. */
export function currentTask(): Task<unknown> | undefined {
  const frame = currentFrame()
  if (frame === undefined) runningLoop("ask for its current task")
  return taskOf(frame)
}

/** The tasks of a loop that are not done, in the order of their creation. */
export function allTasks(loop: EventLoop = getRunningLoop()): Set<Task<unknown>> {
  const tasks = [...loop.tasks].map(({ task }) => task as Task<unknown>) // only tasks register there
  return new Set(tasks.filter((task) => !task.done()))
}

/** How a task is made with `createTask`. */
export interface CreateTaskOptions extends Omit<TaskOptions, "loop"> {
  /** Cancels the task when it aborts, with the signal's reason as the message. */
  readonly signal?: AbortSignalLike | undefined
}

/**
 * Runs a coroutine concurrently with the code that calls this; it starts with the loop's
 * next iteration.
 *
 * @param work - a coroutine, or a function that is called to make one
 * @throws RuntimeError if no loop runs, or the coroutine has started; TypeError for a
 * promise or a task, which run already.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const task = asyncio.createTask(() => asyncio.sleep(0.01, "done"), { name: "nap" })
 *   console.log(task.getName(), await task) // -> nap done
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
 */
export function createTask<T>(work: Startable<T>, options?: CreateTaskOptions): Task<Awaited<T>> {
  const task = getRunningLoop().createTask(work, options) as Task<Awaited<T>> // the run awaits what `work` gives
  if (options?.signal !== undefined) cancelOnAbort(task, options.signal)
  return task
}

/** Whether something is a `Future` or a `Task` of this library. */
export function isFuture(value: unknown): value is Future<unknown> {
  return value instanceof Future
}

/** Whether something is a coroutine that this library made. */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return value instanceof Coroutine
}

/** What can be awaited: what this library makes, and promises. */
export type AwaitableValue<T> = Coroutine<T> | Future<T> | PromiseLike<T>

/**
 * A future for anything that can be awaited: futures as they are, coroutines and functions
 * as new tasks, promises wrapped.
 *
 * @throws TypeError for anything else; RuntimeError for a future of another loop.
 */
export function ensureFuture<F extends Future<unknown>>(work: F, loop?: EventLoop): F
export function ensureFuture<T>(work: AwaitableValue<T> | (() => T | PromiseLike<T>), loop?: EventLoop): Future<T>
export function ensureFuture<T>(work: AwaitableValue<T> | (() => T | PromiseLike<T>), loop?: EventLoop): Future<T> {
  if (work instanceof Future) {
    const expected = loop ?? currentFrame()?.loop
    if (expected !== undefined && work[loopOf] !== expected) {
      throw new RuntimeError(`${work.toString()} belongs to another event loop; hand over its result instead`)
    }
    return work
  }
  const own = loop ?? getRunningLoop()
  if (typeof work === "function") return own.createTask(work)
  if (work instanceof Coroutine) {
    try {
      return own.createTask(work)
    } catch (error) {
      // The caller hears of the refusal; that nothing of it ran would be told a second time.
      if (error instanceof RuntimeError && work.unstarted) work[close]()
      throw error
    }
  }
  if (isThenable(work)) return wrapFuture(work, { loop: own })
  throw new TypeError(`a coroutine, future, promise or function is needed, not ${describe(work)}`)
}

/**
 * Runs a coroutine on `loop` from code that does not run on it; results, errors and
 * cancellation flow both ways.
 *
 * On a loop of this thread it is a task, whose `result()` never blocks: await it. In a job of an
 * executor, `loop` may be `parentLoop()`: then `work` is a call that its `module` has made, and
 * what comes back is a `ThreadFuture`, whose `result()` blocks the job.
 *
 * @throws TypeError for a promise or a task, for what is no loop, and for a coroutine of this
 * thread that is to run in another; RuntimeError if the coroutine has started.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const loop = new asyncio.EventLoop()
 * const running = loop.runForever()
 * console.log(await asyncio.runCoroutineThreadsafe(asyncio.sleep(0.01, "done"), loop)) // -> done
 * loop.stop()
 * await running
 * loop.close()
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe
 */
export function runCoroutineThreadsafe<T>(work: Coroutine<T>, loop: ThreadLoop): ThreadFuture<T>
export function runCoroutineThreadsafe<T>(work: Startable<T>, loop: EventLoop): Task<T>
export function runCoroutineThreadsafe<T>(work: Startable<T>, loop: EventLoop | ThreadLoop): Future<T> {
  if (Object(loop) !== loop) {
    throw new TypeError(`a loop is needed, not ${describe(loop)}`)
  }
  return takeCall in loop ? loop[takeCall](work as Coroutine<T>) : loop.createTask(work) // it refuses anything else
}
