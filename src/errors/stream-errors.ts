import { brand } from "./brand.ts"

/** Thrown when a stream ended before what was asked for had arrived. */
export class IncompleteReadError extends Error {
  declare readonly name: "IncompleteReadError"
  declare readonly code: "ERR_INCOMPLETE_READ"
  /** What had arrived. */
  readonly partial: Uint8Array
  /** How many bytes were asked for; undefined when reading up to a separator. */
  readonly expected: number | undefined

  static {
    brand(this, "IncompleteReadError", "ERR_INCOMPLETE_READ")
  }

  constructor(partial: Uint8Array, expected?: number) {
    super(`the stream ended after ${partial.length} bytes; ${expected ?? "more, up to the separator,"} were expected`)
    this.partial = partial
    this.expected = expected
  }
}

/** Thrown when a separator is not found within the buffer limit. */
export class LimitOverrunError extends Error {
  declare readonly name: "LimitOverrunError"
  declare readonly code: "ERR_LIMIT_OVERRUN"
  /** How many bytes may be skipped. */
  readonly consumed: number

  static {
    brand(this, "LimitOverrunError", "ERR_LIMIT_OVERRUN")
  }

  constructor(message: string, consumed: number) {
    super(message)
    this.consumed = consumed
  }
}
