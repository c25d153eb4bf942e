/**
 * Whoever owns this worker, as the worker sees it.
 */
import type { FromWorker, ToWorker } from "../wire/messages.ts"
import type { Transferable } from "../wire/transfer.ts"

export interface Parent {
  /** Whether code that does not return to the loop can look for messages. */
  readonly canPoll: boolean
  /** @throws DataCloneError for what cannot be cloned; nothing was sent then. */
  post(message: FromWorker, transfer?: readonly Transferable[]): void
  /** Takes what was posted meanwhile, now. */
  poll(): void
  /**
   * Waits for the next message without the host's loop, for a moment, if that has nothing else to
   * wait for; false where it cannot, or none came. A worker is called back by its loop twice as late.
   */
  rest(): boolean
  /** Blocks until something was posted, or for so many seconds; whether anything was. Only where it can poll. */
  block(seconds: number): boolean
}

/** Who takes the messages. */
export interface Receiver {
  received(message: ToWorker): void
}
