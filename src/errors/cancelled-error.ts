import { brand } from "./brand.ts"

/** Who asked for a cancellation, and why. */
export interface CancelDetails {
  /** The message given to `cancel`, as it was given. */
  readonly reason?: unknown
  /** Who asked: a task, a timeout, a group, a signal. */
  readonly requestedBy?: string | undefined
  /** Where the request was made; filled in debug mode. */
  readonly requestedAt?: string | undefined
}

/**
 * Thrown at the `await` of a task that somebody asked to cancel.
 *
 * Let it pass: catch it only to clean up, and throw it on. `reason` is what was given to
 * `cancel`, `requestedBy` says who asked.
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
    super(text(message, details))
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
  const why = message === undefined ? by : `${by}: ${String(message)}`
  return details.requestedAt === undefined ? why : `${why}\n    asked ${details.requestedAt}`
}

/**
 * Whether an error means that its task was cancelled: `CancelledError` itself, or one of
 * the disguises that JavaScript puts on it (`Promise.any`, a failing `using`).
 */
export function isCancellation(error: unknown): boolean {
  if (error instanceof CancelledError) return true
  if (typeof error !== "object" || error === null) return false
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isCancellation)
  // SuppressedError is missing on Node 22, so it is known by its name and its two fields.
  const suppressed = error as { name?: unknown; error?: unknown }
  return suppressed.name === "SuppressedError" && "suppressed" in error && isCancellation(suppressed.error)
}
