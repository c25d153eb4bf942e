import type { AbortSignalLike } from "../host/host.ts"
import { requestBy } from "./ambient.ts"
import { cancelFor, type Future } from "./future.ts"

/** Whom a signal cancels: one listener for all, since a host goes through its listeners for each new one. */
const listening = new WeakMap<AbortSignalLike, AbortList>()

/** Invariant: the signal has its listener exactly while somebody is in the list. */
class AbortList {
  readonly #signal: AbortSignalLike
  readonly #futures = new Set<Future<unknown>>()

  constructor(signal: AbortSignalLike) {
    this.#signal = signal
  }

  add(future: Future<unknown>): void {
    if (this.#futures.size === 0) this.#signal.addEventListener("abort", this.#abort, { once: true })
    this.#futures.add(future)
  }

  remove(future: Future<unknown>): void {
    if (!this.#futures.delete(future) || this.#futures.size > 0) return
    this.#signal.removeEventListener("abort", this.#abort)
  }

  readonly #abort = (): void => {
    const futures = [...this.#futures]
    this.#futures.clear()
    for (const future of futures) cancelNow(future, this.#signal)
  }
}

/**
 * Cancels `future` when `signal` aborts; nothing is left on the signal when the future is
 * done, since signals may live longer than many futures.
 */
export function cancelOnAbort(future: Future<unknown>, signal: AbortSignalLike): void {
  if (signal.aborted) {
    cancelNow(future, signal)
    return
  }
  const list = listening.get(signal) ?? new AbortList(signal)
  listening.set(signal, list)
  list.add(future)
  future.addDoneCallback(() => list.remove(future))
}

function cancelNow(future: Future<unknown>, signal: AbortSignalLike): void {
  const { reason } = signal
  future[cancelFor]({ ...requestBy(reason, "an AbortSignal"), cause: reason instanceof Error ? reason : undefined })
}
