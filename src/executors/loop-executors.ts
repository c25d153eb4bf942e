/**
 * The methods of an event loop that run calls elsewhere; added to it here, since the core knows
 * no threads.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#executing-code-in-thread-or-process-pools
 */
import { checkSeconds } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { EventLoop } from "../core/event-loop.ts"
import { currentFrame } from "../core/frame.ts"
import type { Future } from "../core/future.ts"
import { checkExecutor, defaultOf } from "./default-executor.ts"
import { engine } from "./engine.ts"
import type { Executor, Result } from "./executor.ts"
import { checkWork } from "./one-call.ts"
import { LaterJob } from "./submit-later.ts"

declare module "../core/event-loop.ts" {
  interface EventLoop {
    /**
     * Runs a function on an executor, or on the loop's default one, from now on; the future gets
     * its outcome. The function sees none of the caller's context variables: see `toThread`.
     *
     * Where this loop does not run yet, the job begins with it.
     *
     * @param executor - null for the default one, threads that are made by the first job
     * @throws TypeError for what is no executor, no function, a generator function, or one that
     * captures variables; RuntimeError if the loop is closed, or its default executor was shut down.
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_in_executor
     */
    runInExecutor<A extends readonly unknown[], R>(executor: Executor | null | undefined, fn: (...args: A) => R, ...args: A): Future<Result<R>>

    /**
     * What `toThread`, and `runInExecutor` without an executor, use from here on: any executor,
     * where Python takes a ThreadPoolExecutor only. The one before is left as it is.
     *
     * @throws TypeError for what is no executor.
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_default_executor
     */
    setDefaultExecutor(executor: Executor): void

    /**
     * Waits until the jobs of the default executor are done and its threads have left; from here
     * on it is refused. `run` does this last, for at most 300 seconds.
     *
     * @param timeout - seconds after which it warns and waits no more, null for no limit; the
     * jobs go on, and keep the process alive until they end, as Python's do
     * @throws TypeError or RangeError for what is no time.
     * @throws CancelledError if the task is cancelled; the jobs go on.
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_default_executor
     */
    shutdownDefaultExecutor(timeout?: number | null): Coroutine<void>
  }
}

const methods: Pick<EventLoop, "runInExecutor" | "setDefaultExecutor" | "shutdownDefaultExecutor"> & ThisType<EventLoop> = {
  runInExecutor<A extends readonly unknown[], R>(this: EventLoop, executor: Executor | null | undefined, fn: (...args: A) => R, ...args: A): Future<Result<R>> {
    if (this.isClosed()) throw new RuntimeError("Event loop is closed; make a new one, or use asyncio.run(…)")
    checkWork(fn, "runInExecutor")
    if (executor !== null && executor !== undefined) checkExecutor(executor, "runInExecutor")
    const chosen = executor ?? defaultOf(this).get()
    // Read here: the error of one that captures variables belongs to this line.
    engine().workOf(fn, "runInExecutor")
    if (this.isRunning() && currentFrame()?.loop === this) return chosen.submit(fn, ...args)
    return new LaterJob(this, () => chosen.submit(fn, ...args))
  },
  setDefaultExecutor(executor) {
    defaultOf(this).set(executor)
  },
  shutdownDefaultExecutor(timeout = null) {
    if (timeout !== null) checkSeconds(timeout, "the timeout of shutdownDefaultExecutor")
    return defaultOf(this).shutdown(timeout)
  },
}

/** Gives every event loop of this copy of the library the methods above. */
export function installExecutorMethods(): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(EventLoop.prototype, name, { value, configurable: true, writable: true })
  }
}
