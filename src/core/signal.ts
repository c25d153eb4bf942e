import type { AbortSignalLike } from "../host/host.ts"
import { requestBy } from "./ambient.ts"
import { cancelFor, type Future } from "./future.ts"

/**
 * Cancels `future` when `signal` aborts; the listener goes when the future is done, since
 * signals may live longer than many futures.
 */
export function cancelOnAbort(future: Future<unknown>, signal: AbortSignalLike): void {
  const abort = (): void => {
    future[cancelFor](requestBy(signal.reason, "an AbortSignal"))
  }
  if (signal.aborted) {
    abort()
    return
  }
  signal.addEventListener("abort", abort, { once: true })
  future.addDoneCallback(() => signal.removeEventListener("abort", abort))
}
