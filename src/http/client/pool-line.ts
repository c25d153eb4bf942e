/**
 * The connections to one server, and who waits for one.
 */
import type { HostDone } from "../../core/host-operation.ts"
import type { Connection } from "./connection.ts"
import type { FailedRequest } from "./errors.ts"

/** Leave to open a connection, counted as one until it is opened or given back. */
export const OPEN: unique symbol = Symbol("open")
export type Place = Connection | typeof OPEN

/** A request that waits for a place. */
export interface Waiter {
  readonly order: number
  readonly done: HostDone<Place>
  readonly request: FailedRequest
}

/** The connections to one server, through one proxy or none. */
export class Line {
  readonly all = new Set<Connection>()
  /** Those that may carry one more; the last is the one used last. */
  readonly free: Connection[] = []
  readonly waiting = new Set<Waiter>()
  opening = 0
  /** Whether connections may turn out to carry many requests, so that one attempt at a time is enough. */
  multiplexed: boolean

  constructor(multiplexed: boolean) {
    this.multiplexed = multiplexed
  }

  get empty(): boolean {
    return this.all.size === 0 && this.opening === 0 && this.waiting.size === 0
  }
}
