import { brand } from "./brand.ts"

/** Thrown when something was used in a way or at a time that makes no sense. */
export class RuntimeError extends Error {
  declare readonly name: string
  declare readonly code: string

  static {
    brand(this, "RuntimeError", "ERR_RUNTIME")
  }
}

/** Thrown when a future is asked for an outcome it does not have, or given a second one. */
export class InvalidStateError extends Error {
  declare readonly name: "InvalidStateError"
  declare readonly code: "ERR_INVALID_STATE"

  static {
    brand(this, "InvalidStateError", "ERR_INVALID_STATE")
  }
}

/** Thrown when tasks wait for each other, or when nothing can ever happen again. */
export class DeadlockError extends RuntimeError {
  declare readonly name: "DeadlockError"
  declare readonly code: "ERR_DEADLOCK"

  static {
    brand(this, "DeadlockError", "ERR_DEADLOCK")
  }
}

/** Thrown to those who wait at a barrier that is reset or aborted. */
export class BrokenBarrierError extends RuntimeError {
  declare readonly name: "BrokenBarrierError"
  declare readonly code: "ERR_BROKEN_BARRIER"

  static {
    brand(this, "BrokenBarrierError", "ERR_BROKEN_BARRIER")
  }
}
