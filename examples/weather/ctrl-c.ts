/** Notes that Ctrl-C was pressed; what it does is `asyncio.run`'s: it cancels the main task. */

/** One Ctrl-C may come twice: from the terminal, and passed on by npm. */
const SAME_CTRL_C = 0.5
const INTERRUPTED = 130

export class CtrlC {
  #at: number | undefined

  constructor() {
    process.on("SIGINT", this.#take)
  }

  /** When it was pressed, in seconds. */
  get at(): number | undefined {
    return this.#at
  }

  stop(): void {
    process.off("SIGINT", this.#take)
  }

  readonly #take = (): void => {
    const now = performance.now() / 1000
    this.#at ??= now
    // Whoever presses it again has waited long enough.
    if (now - this.#at > SAME_CTRL_C) process.exit(INTERRUPTED)
  }
}
