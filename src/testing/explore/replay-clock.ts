import type { Clock, Idle } from "../../core/clock.ts"
import { listTasks } from "../../core/deadlock.ts"
import { host } from "../../host/host.ts"
import type { ReplayScript } from "./replay-script.ts"

/** What a recording rounds times by at most, and a sum of two is off. */
export const ROUNDING = 2e-9
/** Real seconds that it waits for something of the host's. */
const PATIENCE = 2

/** What holds back, for the clock that goes on past it. */
export interface Holder {
  /** Whose code is held back. */
  readonly held: readonly string[]
  /** Time goes on past all that is held back. */
  hold(): void
}

/**
 * Goes on to the next timer, or to the time at which something was to happen.
 *
 * It does so also while promises of the host's are open: the recording says that what comes next came
 * before them. Only where nothing is left to come at a time of its own, the host is waited for.
 */
export class ReplayClock implements Clock {
  readonly #script: ReplayScript
  #now = 0
  #token: unknown
  /** The host was waited for, and brought nothing. */
  #waited = false
  queue: Holder | null = null

  constructor(script: ReplayScript) {
    this.#script = script
  }

  time(): number {
    return this.#now
  }

  idle({ timer, quiet }: Idle, wake: () => void): boolean {
    this.stop()
    const { next } = this.#script
    const awaited = next !== undefined && next.time > this.#now ? next.time : Infinity
    // What came of a timer may stand there with a reading of the clock from before it.
    if (awaited === Infinity && !quiet && !this.#waited && (timer === Infinity || this.#script.nextEndsAt > timer)) {
      this.#token = host.setTimer(PATIENCE, () => {
        this.#waited = true
        wake()
      })
      return false
    }
    this.#waited = false
    const target = Math.min(timer, awaited)
    if (target < Infinity) {
      this.queue?.hold()
      this.#now = Math.max(this.#now, target)
    } else {
      this.#end(quiet)
    }
    return true
  }

  stop(): void {
    host.clearTimer(this.#token)
    this.#token = undefined
  }

  /** Nothing can happen any more, as far as anybody knows. */
  #end(quiet: boolean): void {
    const { loop } = this.#script
    if (loop === null) return
    const held = [...new Set(this.queue?.held)]
    if (this.#script.next === undefined) loop.stop()
    else if (held.length > 0) this.#script.part(`the program has only ${held.join(", ")}`)
    else if (quiet) this.#script.part("in the program nothing can happen any more")
    else this.#script.part(`in the program nothing came for ${PATIENCE} s of real time, which is not on its virtual clock; these wait:\n${listTasks(loop)}`)
  }
}
