import { describe } from "../structures/arguments.ts"
import { brand } from "../errors/brand.ts"

/**
 * Thrown by the function given to `retry` to end it at once: `retry` throws what is inside.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { retry, StopRetrying } from "asyncio-ts/flow"
 *
 * await asyncio.run(async () => {
 *   const load = async () => {
 *     throw new StopRetrying(new Error("404: no such user"))
 *   }
 *   await retry(load).catch((error: Error) => console.log(error.message)) // -> 404: no such user
 * })
 * ```
 */
export class StopRetrying extends Error {
  declare readonly name: "StopRetrying"
  declare readonly code: "ERR_STOP_RETRYING"
  declare readonly cause: Error

  static {
    brand(this, "StopRetrying", "ERR_STOP_RETRYING")
  }

  /**
   * @param cause - what `retry` is to throw; a text becomes the message of an Error
   * @throws TypeError for anything else.
   */
  constructor(cause: Error | string) {
    if (typeof cause !== "string" && !(cause instanceof Error)) throw new TypeError(`StopRetrying takes the error that retry is to throw, or its message, not ${describe(cause)}`)
    const error = typeof cause === "string" ? new Error(cause) : cause
    super(`no further attempt: ${error.message}`, { cause: error })
  }
}
