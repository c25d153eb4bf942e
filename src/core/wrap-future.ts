import { describe, isThenable } from "../structures/arguments.ts"
import { runningLoop } from "./ambient.ts"
import { awaitLines, takeMaker } from "./await-lines.ts"
import { failWith, Future, listen, returnWith, type FutureOptions } from "./future.ts"

/** For whoever looks: it is no future of the program's own. */
export class WrappedPromise<T> extends Future<T> {}

/**
 * A future with the outcome of a promise that is running: awaiting it can be interrupted
 * at once, while the promise goes on.
 *
 * Cancelling it does not stop what the promise stands for; pass `task.signal` to a host
 * function for that. What comes after a cancellation is dropped.
 *
 * @throws TypeError if `promise` is none; RuntimeError if no loop runs.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const never = asyncio.wrapFuture(new Promise(() => {}))
 *   const error = await asyncio.waitFor(never, 0.01).catch((e: Error) => e.name)
 *   console.log(error) // -> TimeoutError
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future
 */
export function wrapFuture<T>(promise: PromiseLike<T>, options: FutureOptions = {}): Future<T> {
  if (promise instanceof Future) return promise as Future<T> // a Future of T is a PromiseLike of T
  if (!isThenable(promise)) throw new TypeError(`wrapFuture takes a promise, not ${describe(promise)}`)
  const loop = options.loop ?? runningLoop("wrap a promise")
  const future = new WrappedPromise<T>(options.loop === undefined ? { ...options, loop } : options)
  if (awaitLines.left > 0) takeMaker(future)
  loop.hostOperations += 1
  // Until the future is done, and not the promise: nobody waits for what was cancelled.
  future[listen]({
    futureDone() {
      loop.hostOperations -= 1
      loop.wake()
    },
  })
  promise.then(
    (value) => {
      if (!future.done() && !loop.dead) future[returnWith](value)
    },
    (error: unknown) => {
      if (!future.done() && !loop.dead) future[failWith](error)
    },
  )
  return future
}
