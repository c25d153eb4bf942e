import type { Clock, Idle } from "../../core/clock.ts"

/** What the clock asks of the run that it belongs to. */
export interface ClockOwner {
  /** Seconds that a run may last. */
  readonly seconds: number
  /** Nothing is ready, so only time goes on; true if somebody has something to do first. */
  beforeTime(): boolean
  /** Nothing can ever happen again. */
  deadlocked(): void
  /** It goes on for too long. */
  tooLong(): void
}

/** Virtual time for an explored run. */
export class ExploreClock implements Clock {
  readonly #owner: ClockOwner
  #now = 0
  /** The loop stands still for something foreign. */
  stalled = false

  constructor(owner: ClockOwner) {
    this.#owner = owner
  }

  time(): number {
    return this.#now
  }

  idle({ timer, chore, quiet }: Idle): boolean {
    this.stalled = !quiet
    if (!quiet) return false
    const owner = this.#owner
    if (owner.beforeTime()) return true
    if (timer === Infinity) owner.deadlocked()
    else if (timer > owner.seconds) owner.tooLong()
    else this.#now = Math.max(this.#now, Math.min(timer, chore))
    return true
  }

  stop(): void {
    // Nothing is armed.
  }
}
