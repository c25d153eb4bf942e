/**
 * A clock that moves on by itself: time passes only when nothing else can happen.
 */
import { checkSeconds } from "../structures/arguments.ts"
import type { Clock, Idle } from "../core/clock.ts"

/**
 * For a loop in a test: `new EventLoop({ clock: new VirtualClock() })`. It jumps to the next
 * timer when nothing is ready, no task waits for something foreign and no host operation
 * of the library is open; `advance` forces it.
 *
 * Invariant: the time never goes back, and never passes a timer that is due.
 */
export class VirtualClock implements Clock {
  #now: number
  #wake: (() => void) | null = null
  #timer = Infinity
  /** Called when nothing can ever happen again. */
  onDeadlock: (() => void) | null = null

  /** @param start - the first reading, in seconds */
  constructor(start = 0) {
    checkSeconds(start, "the start of a VirtualClock")
    this.#now = start
  }

  time(): number {
    return this.#now
  }

  idle({ timer, chore, quiet }: Idle, wake: () => void): boolean {
    this.#wake = wake
    this.#timer = timer
    if (!quiet) return false
    if (timer === Infinity) {
      this.onDeadlock?.()
      return false
    }
    this.#now = Math.max(this.#now, Math.min(timer, chore))
    return true
  }

  /**
   * Moves the time on by `seconds`, whatever is going on.
   *
   * @throws RangeError if `seconds` is negative or NaN.
   */
  advance(seconds: number): void {
    checkSeconds(seconds, "how far to advance")
    if (seconds < 0) throw new RangeError(`a clock never goes back, but advance(${seconds}) was asked for`)
    this.#now += seconds
    this.#wake?.()
  }

  /** The time at which the next timer is due; Infinity without timers. */
  nextTimer(): number {
    return this.#timer
  }

  stop(): void {
    this.#wake = null
  }
}
