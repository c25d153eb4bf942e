/**
 * The host of the library in a check: a browser's, whose warnings are heard, and which is told
 * when nothing happens any more, as Node is when its process has nothing left to wait for.
 */
import type { Warned } from "../../../src/cli/exercises/evidence.ts"
import { followAwait } from "../../../src/core/follow-await.ts"
import { browserHost } from "../../../src/host/browser.ts"
import { installHost } from "../../../src/host/host.ts"

export class CheckHost {
  readonly #warn: (warning: Warned) => void
  readonly #quiet = new Set<() => void>()
  readonly #timers = new Set<unknown>()

  constructor(warn: (warning: Warned) => void) {
    this.#warn = warn
  }

  /** How many timers of the library's have not fired. */
  get openTimers(): number {
    return this.#timers.size
  }

  /** The first host stays, so this comes before any entry of the library is loaded. */
  install(): void {
    installHost({
      ...browserHost,
      defineThen: followAwait,
      warn: (message, code) => this.#warn({ code, message }),
      // Whoever is checked has it told by the judgement.
      report: () => undefined,
      setTimer: (seconds, callback) => {
        const token = browserHost.setTimer(seconds, () => {
          this.#timers.delete(token)
          callback()
        })
        this.#timers.add(token)
        return token
      },
      clearTimer: (token) => {
        this.#timers.delete(token)
        browserHost.clearTimer(token)
      },
      onQuiet: (callback) => {
        this.#quiet.add(callback)
        return () => void this.#quiet.delete(callback)
      },
    })
  }

  tellQuiet(): void {
    for (const callback of [...this.#quiet]) callback()
  }
}
