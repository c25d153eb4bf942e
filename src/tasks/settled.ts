import { describe, isThenable } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { Future, Relay, returnWith } from "../core/future.ts"
import { getRunningLoop } from "../core/running.ts"
import { wrapFuture } from "../core/wrap-future.ts"

/**
 * Awaits a promise and holds a cancellation back until it has settled: for what must not be
 * left half done, such as a commit.
 *
 * @throws CancelledError once the promise has settled, if the task was cancelled meanwhile;
 * what the promise throws otherwise; TypeError at the call for what is no promise.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * console.log(await asyncio.run(() => asyncio.settled(Promise.resolve("committed")))) // -> committed
 * ```
 */
export function settled<T>(promise: PromiseLike<T>): Coroutine<T> {
  if (!isThenable(promise)) throw new TypeError(`settled takes a promise, not ${describe(promise)}`)
  return settledFor(promise, "a foreign promise that must settle")
}

/** The same for a promise of the library's own, with what whoever waits is told. */
export function settledFor<T>(promise: PromiseLike<T>, reason: string): Coroutine<T> {
  return new BodyCoroutine("settled", waitUntilSettled<T>, undefined, [promise, reason])
}

async function waitUntilSettled<T>(promise: PromiseLike<T>, reason: string): Promise<T> {
  const loop = getRunningLoop()
  const future = wrapFuture(promise, { loop })
  let cancelled: { error: unknown } | undefined
  while (!future.done()) {
    // A future of its own for each wait: what cancels the wait must not reach the promise's.
    const done = new Future<void>({ loop, reason })
    const relay = new Relay(future, () => {
      if (!done.done()) done[returnWith]()
    })
    try {
      await done
    } catch (error) {
      // On a closed loop each wait would throw this again.
      if (loop.dead) throw error
      cancelled ??= { error }
    } finally {
      relay.stop()
    }
  }
  if (cancelled === undefined) return future.result()
  const exception = future.exception()
  if (exception !== undefined) {
    future.getLoop().callExceptionHandler({ message: "a promise failed while settled(…) was cancelled", exception })
  }
  throw cancelled.error
}
