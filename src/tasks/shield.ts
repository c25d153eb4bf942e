import type { CancelRequest } from "../core/cancel-request.ts"
import { awaitLines, takeMaker } from "../core/await-lines.ts"
import { Future, Relay, cancelBy, cancelFor, failWith, returnWith, watches } from "../core/future.ts"
import { requestBy } from "../core/ambient.ts"
import { ensureFuture, type AwaitableValue } from "../core/running.ts"
import { Task } from "../core/task.ts"

/** Work whose shields were cancelled: its failure is reported once, however many they were. */
const unshielded = new WeakSet<Future<unknown>>()

class Shield<T> extends Future<T> {
  readonly #inner: Future<T>
  readonly #relay: Relay<T>

  constructor(inner: Future<T>) {
    super({ loop: inner.getLoop() })
    if (awaitLines.left > 0) takeMaker(this)
    this.#inner = inner
    this.#relay = new Relay(inner, this.#innerDone)
  }

  override get [Symbol.toStringTag](): string {
    return "shield"
  }

  override [watches](): Iterable<Future<unknown>> {
    return [this.#inner]
  }

  override [cancelBy](request: CancelRequest): void {
    super[cancelBy](request)
    const inner = this.#inner
    if (inner.done()) return
    // Shields that come and go must not pile up at work that goes on.
    this.#relay.stop()
    if (unshielded.has(inner)) return
    unshielded.add(inner)
    new Relay(inner, reportFailure)
  }

  readonly #innerDone = (inner: Future<T>): void => {
    // Cancelled in the iteration in which the work ended: an error is reported as any that is lost.
    if (this.done()) return
    if (inner.cancelled()) {
      // Said here, for this may be called with whosever code on the stack.
      this[cancelFor](requestBy(undefined, inner instanceof Task ? `task '${inner.getName()}', which was cancelled itself` : "what it shields, which was cancelled itself"))
    } else {
      const error = inner.exception()
      if (error === undefined) this[returnWith](inner.result())
      else this[failWith](error)
    }
  }
}

function reportFailure(inner: Future<unknown>): void {
  const exception = inner.cancelled() ? undefined : inner.exception()
  if (exception === undefined) return
  const name = exception instanceof Error ? exception.name : "error"
  inner.getLoop().callExceptionHandler({ message: `${name} exception in shielded future`, exception, future: inner })
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
