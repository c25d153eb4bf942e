/**
 * What carries jobs: a thread or a process, as the pool sees it.
 */
import { describeError } from "../../structures/arguments.ts"
import type { FromWorker, ToWorker } from "../wire/messages.ts"
import type { Transferable } from "../wire/transfer.ts"
import type { PoolSettings } from "./pool-settings.ts"

/** How a worker ended. */
export interface WorkerEnd {
  readonly code: number | null
  readonly signal: string | null
  /** What it threw outside any job, if that ended it. */
  readonly error: unknown
}

/** What a worker gave that cannot be read here, such as what is nested too deeply. */
export class Unreadable extends Error {
  constructor(cause: unknown) {
    super(`what it gave cannot be read: ${describeError(cause)}`, { cause })
  }
}

/** Whom a carrier tells; after `exited` nothing more. */
export interface CarrierEvents {
  message(message: FromWorker): void
  exited(end: WorkerEnd): void
}

export interface Carrier {
  /** Such as `thread 3` or `process 4711`, also when it has ended. */
  readonly label: string
  /** @throws DataCloneError for what cannot be cloned; nothing was sent then. */
  post(message: ToWorker, transfer: readonly Transferable[]): void
  /** Ends it where it stands. */
  kill(): void
  /** Whether it keeps the program alive. */
  hold(held: boolean): void
}

/** A kind of worker. */
export interface CarrierKind {
  /** Such as `thread`. */
  readonly noun: string
  /** Why a value cannot be moved instead of copied, or undefined where it can. */
  readonly refusesTransfer: string | undefined
  /** A copy as a worker of this kind would get it; what is in `transfer` is moved. @throws for what cannot be cloned. */
  copy<T>(value: T, transfer: readonly Transferable[]): T
  /** Starts one that does not keep the program alive. It may throw. */
  start(name: string, settings: PoolSettings, events: CarrierEvents): Carrier
}
