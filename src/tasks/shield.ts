import { Future, Relay, failWith, returnWith, watches } from "../core/future.ts"
import { ensureFuture, type AwaitableValue } from "../core/running.ts"

class Shield<T> extends Future<T> {
  readonly #inner: Future<T>

  constructor(inner: Future<T>) {
    super({ loop: inner.getLoop() })
    this.#inner = inner
    new Relay(inner, this.#innerDone)
  }

  override get [Symbol.toStringTag](): string {
    return "shield"
  }

  override [watches](): Iterable<Future<unknown>> {
    return [this.#inner]
  }

  readonly #innerDone = (inner: Future<T>): void => {
    if (this.done()) {
      if (this.cancelled()) this.#reportFailure(inner)
    } else if (inner.cancelled()) {
      this.cancel()
    } else {
      const error = inner.exception()
      if (error === undefined) this[returnWith](inner.result())
      else this[failWith](error)
    }
  }

  #reportFailure(inner: Future<T>): void {
    const exception = inner.cancelled() ? undefined : inner.exception()
    if (exception === undefined) return
    const name = exception instanceof Error ? exception.name : "error"
    this.getLoop().callExceptionHandler({ message: `${name} exception in shielded future`, exception, future: inner })
  }
}

/**
 * A future with the outcome of `work`, whose cancellation does not reach `work`.
 *
 * When the task that awaits the shield is cancelled, `CancelledError` is thrown there while
 * the work goes on; a failure after that goes to the loop's exception handler.
 *
 * @throws TypeError if `work` cannot be awaited.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const saving = asyncio.createTask(asyncio.sleep(0.02, "saved"))
 *   const late = await asyncio.waitFor(asyncio.shield(saving), 0.01).catch((e: Error) => e.name)
 *   console.log(late, await saving) // -> TimeoutError saved
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.shield
 */
export function shield<T>(work: AwaitableValue<T> | (() => T | PromiseLike<T>)): Future<T> {
  const inner = ensureFuture(work)
  return inner.done() ? inner : new Shield(inner)
}
