import { describe } from "../structures/arguments.ts"
import { brand } from "./brand.ts"

/** Who asked for a cancellation, and why. */
export interface CancelDetails {
  /** The message given to `cancel`, as it was given. */
  readonly reason?: unknown
  /** Who asked: a task, a timeout, a group, a signal. */
  readonly requestedBy?: string | undefined
  /** Where the request was made; filled in debug mode. */
  readonly requestedAt?: string | undefined
  /** The error that made somebody ask, such as the reason of an AbortSignal. */
  readonly cause?: Error | undefined
}

/**
 * Thrown at the `await` of a task that somebody asked to cancel.
 *
 * Let it pass: catch it only to clean up, and throw it on. `reason` is what was given to
 * `cancel`, `requestedBy` says who asked; the `cause` is the reason of an AbortSignal, if that
 * is an error.
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError
 */
export class CancelledError extends Error {
  declare readonly name: "CancelledError"
  declare readonly code: "ERR_CANCELLED"
  readonly reason: unknown
  readonly requestedBy: string | undefined
  readonly requestedAt: string | undefined
  readonly #details: CancelDetails

  static {
    brand(this, "CancelledError", "ERR_CANCELLED")
  }

  constructor(message?: unknown, details: CancelDetails = {}) {
    super(text(message, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.reason = message
    this.requestedBy = details.requestedBy
    this.requestedAt = details.requestedAt
    this.#details = details
  }

  /** Whether `error` was made for exactly this request. */
  static madeFor(error: unknown, details: CancelDetails | null): boolean {
    return typeof error === "object" && error !== null && #details in error && error.#details === details
  }
}

function text(message: unknown, details: CancelDetails): string {
  const by = details.requestedBy === undefined ? "cancelled" : `cancelled by ${details.requestedBy}`
  const why = message === undefined ? by : `${by}: ${show(message)}`
  return details.requestedAt === undefined ? why : `${why}\n    asked ${details.requestedAt}`
}

// Not everything can be made a string, and nothing may keep a cancellation from being told.
function show(message: unknown): string {
  if (typeof message === "object" && !(message instanceof Error)) return describe(message)
  try {
    return String(message)
  } catch {
    return describe(message)
  }
}

/**
 * The cancellation that an error stands for, if any: `CancelledError` itself, or inside one
 * of the disguises that JavaScript puts on it: `Promise.any` makes an AggregateError, a
 * failing `using` a SuppressedError, a host operation that was given a signal an AbortError.
 */
export function cancellationIn(error: unknown): CancelledError | undefined {
  try {
    return search(error)
  } catch {
    return undefined // an error that cannot even be looked at: a task must end with it all the same
  }
}

function search(error: unknown): CancelledError | undefined {
  if (error instanceof CancelledError) return error
  if (!(error instanceof Error)) return undefined
  if (error instanceof AggregateError) {
    const inside = error.errors.map(cancellationIn)
    return inside.includes(undefined) ? undefined : inside[0]
  }
  // By name: SuppressedError is missing on Node 22, and AbortError is no class at all.
  if (error.name === "SuppressedError") return cancellationIn((error as { error?: unknown }).error)
  return error.name === "AbortError" ? cancellationIn(error.cause) : undefined
}

/** Whether an error means that its task was cancelled. */
export function isCancellation(error: unknown): boolean {
  return cancellationIn(error) !== undefined
}
