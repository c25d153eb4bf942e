/**
 * Which requests are tried again, and when.
 */
import { checkInteger, describe } from "../../structures/arguments.ts"
import { Backoff, type BackoffOptions } from "../../flow/backoff.ts"
import { CloseError, ConnectError, ConnectTimeout, LocalProtocolError, PoolTimeout, TotalTimeout, TransportError, UnsupportedProtocol } from "./errors.ts"

/** How a client tries again; the delays are as those of `retry` in `asyncio-ts/flow`, but 0.5 s at first. */
export interface RetriesOptions extends BackoffOptions {
  /** How many attempts at most, after the first. */
  readonly attempts: number
  /** Methods whose requests are sent again although the server may have seen them: by default those that HTTP calls idempotent. */
  readonly methods?: readonly string[] | undefined
  /** By default 429, 502, 503 and 504. */
  readonly statuses?: readonly number[] | undefined
  /** Whether to wait as long as the server asks for; if that is longer than `maximum`, there is no further attempt. True by default. */
  readonly retryAfter?: boolean | undefined
}

/** A number is that of the attempts after the first. */
export type RetriesInput = number | RetriesOptions

/** Methods that do the same when they are sent twice. */
export const IDEMPOTENT: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]
const STATUSES = [429, 502, 503, 504]
/** What another attempt cannot mend. */
const FINAL = [CloseError, LocalProtocolError, TotalTimeout, UnsupportedProtocol]
const KNOWN = new Set(["attempts", "methods", "statuses", "retryAfter", "delay", "factor", "maximum", "jitter", "random"])

/** @throws TypeError or RangeError for what is no plan. */
export function retriesOf(input: RetriesInput | undefined): RetriesOptions | null {
  if (input === undefined || input === 0) return null
  const options = typeof input === "number" ? { attempts: input } : input
  if (typeof options !== "object" || options === null) throw new TypeError(`retries is a number or { attempts, … }, not ${describe(input)}`)
  for (const name in options) {
    if (!KNOWN.has(name)) throw new TypeError(`retries has no option ${describe(name)}; there are ${[...KNOWN].join(", ")}`)
  }
  checkInteger(options.attempts, "retries", 0)
  for (const name of ["methods", "statuses"] as const) {
    if (options[name] !== undefined && !Array.isArray(options[name])) throw new TypeError(`${name} of retries are a list, not ${describe(options[name])}`)
  }
  void backoff(options) // finds what is wrong with the delays
  return options.attempts === 0 ? null : options
}

function backoff(options: RetriesOptions): Backoff {
  return new Backoff({ ...options, delay: options.delay ?? 0.5 })
}

/** The attempts at one request. */
export class Retries {
  readonly #options: RetriesOptions
  readonly #backoff: Backoff
  #left: number

  constructor(options: RetriesOptions) {
    this.#options = options
    this.#backoff = backoff(options)
    this.#left = options.attempts
  }

  /** Seconds until the next attempt after an error; null for none. */
  afterError(error: unknown, method: string): number | null {
    if (!(error instanceof TransportError) || FINAL.some((kind) => error instanceof kind)) return null
    // Such a request has not reached the server.
    const unseen = error instanceof ConnectError || error instanceof ConnectTimeout || error instanceof PoolTimeout
    if (!unseen && !this.#mayRepeat(method)) return null
    return this.#next(0)
  }

  /** The same after a response. */
  afterStatus(status: number, headers: Headers, method: string): number | null {
    if (!(this.#options.statuses ?? STATUSES).includes(status) || !this.#mayRepeat(method)) return null
    const asked = this.#options.retryAfter === false ? null : secondsOf(headers.get("retry-after"), Date.now())
    return asked !== null && asked > this.#backoff.maximum ? null : this.#next(asked ?? 0)
  }

  #mayRepeat(method: string): boolean {
    return (this.#options.methods ?? IDEMPOTENT).includes(method)
  }

  #next(least: number): number | null {
    if (this.#left === 0) return null
    this.#left -= 1
    return Math.max(least, this.#backoff.next())
  }
}

/** What `retry-after` asks for: seconds, or a date. */
export function secondsOf(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\s*\d+\s*$/.test(header)) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1000)
}
