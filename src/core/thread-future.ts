/**
 * What `runCoroutineThreadsafe` needs of a loop in another thread; the executors have one.
 */
import type { Coroutine } from "./coroutine.ts"
import type { Future } from "./future.ts"

/** Hands a call over. In the platform's registry: the job's code may load another copy of this package. */
export const takeCall: unique symbol = Symbol.for("asyncio-ts.takeCall") as never // the declaration needs a symbol of its own

/** A loop of another thread, such as `parentLoop()` gives. */
export interface ThreadLoop {
  [takeCall]<T>(call: Coroutine<T>): ThreadFuture<T>
}

/**
 * A call that runs on the loop of another thread. It can be awaited as any `Future`; code that
 * awaits nothing can block until its outcome is there.
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#future-objects
 */
export interface ThreadFuture<T> extends Future<T> {
  /**
   * The result; blocks this thread for at most `timeout` seconds until it is there, for ever
   * without one. A job that is asked to end meanwhile gets CancelledError here, and the call is
   * cancelled.
   *
   * @throws TimeoutError when the time is over: the call goes on; CancelledError if it was
   * cancelled; what the call throws; RuntimeError in a process, which cannot look for answers
   * while code runs: await it there.
   */
  result(timeout?: number | null): T
  /** What it failed with, or undefined; blocks and throws as `result`. */
  exception(timeout?: number | null): unknown
  /** Whether it is on its way: asked for, and not done. It can be cancelled then. */
  running(): boolean
}
