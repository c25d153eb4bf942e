/** Why nobody can look into a process; for scripts. */
export type AttachFailure =
  | "no such process"
  | "not this user's"
  | "not node"
  | "not a process"
  | "stopped"
  | "ended"
  | "no library"
  | "inspector forbidden"
  | "inspector unreachable"
  | "no answer"
  | "interrupted"

/** A process cannot be looked into; the message is one sentence that says why, and what would help. */
export class AttachError extends Error {
  override readonly name = "AttachError"
  readonly failure: AttachFailure

  constructor(failure: AttachFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
