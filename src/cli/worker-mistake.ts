/** Why a command for jobs of many machines can do nothing; the message says what to do. */
export class CannotServe extends Error {
  override readonly name = "CannotServe"

  /** What was thrown, as the one line that the command tells; what is no error goes on as it is. */
  static because(error: unknown): unknown {
    if (!(error instanceof Error)) return error
    return new CannotServe(error.message.replace(/\s*\n\s*/g, " "), { cause: error })
  }
}
