import { brand } from "./brand.ts"

/**
 * Thrown when a deadline passed; its `cause` is the cancellation that it made.
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.TimeoutError
 */
export class TimeoutError extends Error {
  declare readonly name: "TimeoutError"
  declare readonly code: "ERR_TIMEOUT"

  static {
    brand(this, "TimeoutError", "ERR_TIMEOUT")
  }
}
