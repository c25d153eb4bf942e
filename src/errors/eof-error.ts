import { brand } from "./brand.ts"

/**
 * Thrown when a line was asked for and the input has ended.
 *
 * @see https://docs.python.org/3/library/exceptions.html#EOFError
 */
export class EOFError extends Error {
  declare readonly name: "EOFError"
  declare readonly code: "ERR_EOF"

  static {
    brand(this, "EOFError", "ERR_EOF")
  }
}
