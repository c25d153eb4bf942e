import { checkSeconds, describe, isThenable } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import type { AbortSignalLike } from "../host/host.ts"
import { requestBy } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { Coroutine } from "../core/coroutine.ts"
import { cancelFor, type Future, Relay, returnWith } from "../core/future.ts"
import { ensureFuture, getRunningLoop, type AwaitableValue } from "../core/running.ts"
import { cancelOnAbort } from "../core/signal.ts"
import { WatchingFuture } from "../core/watching-future.ts"
import { timeout } from "./timeouts.ts"

/** What else ends the work of `waitFor`. */
export interface WaitForOptions {
  /** Cancels the work when it aborts. */
  readonly signal?: AbortSignalLike | undefined
}

type Work<T> = AwaitableValue<T> | (() => T | PromiseLike<T>)

/**
 * Awaits `work` for at most `seconds`; then cancels it, waits for its end, and throws.
 *
 * A coroutine runs in the calling task. The total time exceeds the limit when the work
 * takes its time to clean up.
 *
 * @param seconds - null for no limit; at 0 or less, work that is not done is not even begun
 * @throws TimeoutError when the time is over; RangeError if `seconds` is NaN, TypeError for
 * work that cannot be awaited: both at the call.
 * @throws CancelledError if the task is cancelled; the work is cancelled too.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   console.log(await asyncio.waitFor(asyncio.sleep(0.01, "in time"), 5)) // -> in time
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.wait_for
 */
export function waitFor<T>(work: Work<T>, seconds: number | null, options: WaitForOptions = {}): Coroutine<Awaited<T>> {
  if (seconds !== null && seconds !== undefined) checkSeconds(seconds, "the timeout of waitFor")
  if (!isThenable(work) && typeof work !== "function") {
    throw new TypeError(`waitFor takes a coroutine, future, promise or function, not ${describe(work)}`)
  }
  return new BodyCoroutine("waitFor", waitForWork<T>, undefined, [work, seconds ?? null, options.signal]) as never
}

async function waitForWork<T>(work: Work<T>, seconds: number | null, signal: AbortSignalLike | undefined): Promise<T> {
  let awaited = work
  // A promise is wrapped, since a bare await of one cannot be interrupted.
  if (signal !== undefined || (typeof work !== "function" && !(work instanceof Coroutine))) {
    const future = ensureFuture(work)
    if (signal !== undefined) cancelOnAbort(future, signal)
    awaited = future
  }
  if (seconds !== null && seconds <= 0) return waitNoTime(ensureFuture(awaited))
  return timeout(seconds).run(async () => (typeof awaited === "function" ? awaited() : awaited))
}

async function waitNoTime<T>(future: Future<T>): Promise<T> {
  if (future.done()) return future.result()
  await cancelAndWait(future)
  try {
    return future.result()
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    throw new TimeoutError("there was no time to wait", { cause: error })
  }
}

// Not by awaiting the future itself: a cancellation of this wait must not look like its own.
async function cancelAndWait(future: Future<unknown>): Promise<void> {
  const ended = new WatchingFuture(getRunningLoop(), "waitFor", () => [future])
  const relay = new Relay(future, () => {
    if (!ended.done()) ended[returnWith]()
  })
  try {
    future[cancelFor](requestBy(undefined, "a timeout"))
    await ended
  } finally {
    relay.stop()
  }
}
