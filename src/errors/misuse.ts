import { brand } from "./brand.ts"

/** Thrown when something was used in a way or at a time that makes no sense. */
export class RuntimeError extends Error {
  override readonly name: string = "RuntimeError"
  readonly code: string = "ERR_RUNTIME"

  static {
    brand(this, "RuntimeError")
  }
}

/** Thrown when a future is asked for an outcome it does not have, or given a second one. */
export class InvalidStateError extends Error {
  override readonly name = "InvalidStateError"
  readonly code = "ERR_INVALID_STATE"

  static {
    brand(this, "InvalidStateError")
  }
}

/** Thrown when tasks wait for each other, or when nothing can ever happen again. */
export class DeadlockError extends RuntimeError {
  override readonly name = "DeadlockError"
  override readonly code = "ERR_DEADLOCK"

  static {
    brand(this, "DeadlockError")
  }
}

/** Thrown to those who wait at a barrier that is reset or aborted. */
export class BrokenBarrierError extends RuntimeError {
  override readonly name = "BrokenBarrierError"
  override readonly code = "ERR_BROKEN_BARRIER"

  static {
    brand(this, "BrokenBarrierError")
  }
}
