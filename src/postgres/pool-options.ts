import { checkInteger, checkSeconds } from "../structures/arguments.ts"
import { kept, type ConnectOptions } from "./connect-options.ts"

/** How a pool is made. */
export interface PoolOptions extends ConnectOptions {
  /** How many connections are opened at once and kept; 1 by default, so that wrong options are told of at once. */
  readonly min?: number | undefined
  /** How many connections there are at most; 10 by default. */
  readonly max?: number | undefined
  /** Seconds after which a connection that nobody needs is closed, down to `min`; 300 by default, null for never. */
  readonly idleTimeout?: number | null | undefined
  /** Seconds that `acquire` and a query wait for a connection; no limit by default. */
  readonly acquireTimeout?: number | null | undefined
  /** Seconds of idleness after which a connection is tried before it is given out; 30 by default, null for never. */
  readonly checkAfter?: number | null | undefined
}

/** Options of a pool that were checked. */
export interface PoolLimits {
  readonly min: number
  readonly max: number
  readonly idleTimeout: number | null
  readonly acquireTimeout: number | null
  readonly checkAfter: number | null
}

/** @throws TypeError or RangeError for what cannot be meant. */
export function poolLimits({ max = 10, min = Math.min(1, max), idleTimeout = 300, acquireTimeout = null, checkAfter = 30 }: PoolOptions): PoolLimits {
  checkInteger(max, "max of a pool", 1)
  checkInteger(min, "min of a pool", 0)
  if (min > max) throw new RangeError(`min of a pool must be at most its max, but is ${min} with a max of ${max}`)
  for (const [name, seconds] of Object.entries({ idleTimeout, acquireTimeout, checkAfter })) {
    if (seconds === null) continue
    checkSeconds(seconds, `${name} of a pool`)
    if (seconds < 0) throw new RangeError(`${name} of a pool must not be negative, but is ${seconds}; null is no limit`)
  }
  return { min, max, idleTimeout: kept(idleTimeout), acquireTimeout, checkAfter }
}
