import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { wrapFuture } from "../core/wrap-future.ts"
import { shield } from "./shield.ts"

/**
 * Awaits a promise and holds a cancellation back until it has settled: for what must not be
 * left half done, such as a commit.
 *
 * @throws CancelledError once the promise has settled, if the task was cancelled meanwhile;
 * what the promise throws otherwise.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * console.log(await asyncio.run(() => asyncio.settled(Promise.resolve("committed")))) // -> committed
 * ```
 */
export function settled<T>(promise: PromiseLike<T>): Coroutine<T> {
  return new BodyCoroutine("settled", waitUntilSettled<T>, undefined, [promise])
}

async function waitUntilSettled<T>(promise: PromiseLike<T>): Promise<T> {
  const future = wrapFuture(promise)
  let cancelled: { error: unknown } | undefined
  while (!future.done()) {
    try {
      await shield(future)
    } catch (error) {
      if (!future.done()) cancelled ??= { error }
    }
  }
  if (cancelled === undefined) return future.result()
  if (!future.cancelled()) future.exception() // asked for, so that it is not reported as lost
  throw cancelled.error
}
