import { checkSeconds, describe } from "../../structures/arguments.ts"

/** Limits in seconds of each part of a request; null for none. What is left out is as the client says. */
export interface TimeoutOptions {
  /** To make the connection, the agreement on TLS and the tunnel through a proxy included. */
  readonly connect?: number | null | undefined
  /** Between two arrivals of something from the server. */
  readonly read?: number | null | undefined
  /** For the server to take the next piece of the body. */
  readonly write?: number | null | undefined
  /** For a connection of the client to become free. */
  readonly pool?: number | null | undefined
  /** For everything, redirects, retries and the body included. */
  readonly total?: number | null | undefined
}

/** A number is the limit of connect, read, write and pool each, as in httpx. */
export type TimeoutInput = number | null | TimeoutOptions

export interface Timeouts {
  readonly connect: number | null
  readonly read: number | null
  readonly write: number | null
  readonly pool: number | null
  readonly total: number | null
}

export const DEFAULT_TIMEOUTS: Timeouts = { connect: 5, read: 5, write: 5, pool: 5, total: null }

/** @throws TypeError or RangeError for what is no limit. */
export function timeoutsOf(input: TimeoutInput | undefined, defaults: Timeouts): Timeouts {
  if (input === undefined) return defaults
  if (input === null || typeof input === "number") {
    if (input !== null) check(input, "timeout")
    return { connect: input, read: input, write: input, pool: input, total: null }
  }
  if (typeof input !== "object") {
    throw new TypeError(`timeout is a number of seconds, null, or { connect, read, write, pool, total }, not ${describe(input)}`)
  }
  for (const [part, seconds] of Object.entries(input)) {
    if (!Object.hasOwn(defaults, part)) throw new TypeError(`timeout has connect, read, write, pool and total, but no ${describe(part)}`)
    if (seconds !== null && seconds !== undefined) check(seconds as number, `timeout.${part}`) // checked there
  }
  const { connect, read, write, pool, total } = input
  return {
    connect: connect === undefined ? defaults.connect : connect,
    read: read === undefined ? defaults.read : read,
    write: write === undefined ? defaults.write : write,
    pool: pool === undefined ? defaults.pool : pool,
    total: total === undefined ? defaults.total : total,
  }
}

function check(seconds: number, what: string): void {
  checkSeconds(seconds, what)
  if (seconds < 0) throw new RangeError(`${what} is at least 0 seconds, but is ${seconds}; null stands for no limit`)
}
