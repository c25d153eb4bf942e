/**
 * Ctrl-C and the like at a command that looks into a program: that has to be left as it was first.
 */
import { constants } from "node:os"

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

export class Interruption {
  readonly #abort = new AbortController()
  #code: number | undefined
  #tell: (() => void) | undefined
  readonly #promise = new Promise<undefined>((resolve) => {
    this.#tell = () => resolve(undefined)
  })
  readonly #take = (signal: NodeJS.Signals): void => {
    this.#code ??= 128 + constants.signals[signal]
    this.#abort.abort()
    this.#tell?.()
  }

  /** From here on such a signal does not end the process. */
  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#take)
  }

  get happened(): boolean {
    return this.#code !== undefined
  }

  /** What the command then exits with, as a shell has it; undefined before. */
  get exitCode(): number | undefined {
    return this.#code
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** What `promise` gives, or undefined once it has happened. */
  or<T>(promise: Promise<T>): Promise<T | undefined> {
    return Promise.race([promise, this.#promise])
  }

  /** Waits, or until it has happened. */
  async after(seconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await this.or(new Promise<void>((resolve) => (timer = setTimeout(resolve, seconds * 1000))))
    clearTimeout(timer)
  }

  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#take)
  }
}
