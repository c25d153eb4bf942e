import type { Meter } from "./meter.ts"

/** Starts at one moment. */
interface Entry {
  readonly time: number
  weight: number
}

/** Entries to drop before the array is cut, so that dropping one costs O(1). */
const CUT = 1024

/**
 * At most `limit` starts in any stretch of `interval` seconds.
 *
 * Invariants: the entries from `#first` on are in the order of time, and `#used` is the sum of
 * their weights; there are never more of them than `limit`.
 */
export class SlidingWindow implements Meter {
  readonly #limit: number
  readonly #interval: number
  #entries: Entry[] = []
  #first = 0
  #used = 0

  constructor(limit: number, interval: number) {
    this.#limit = limit
    this.#interval = interval
  }

  earliest(weight: number, now: number): number {
    this.#drop(now)
    let excess = this.#used + weight - this.#limit
    for (let index = this.#first; excess > 0; index += 1) {
      const entry = this.#entries[index]
      // More than ever fits: what was promised to others has to be taken first.
      if (entry === undefined) return Infinity
      excess -= entry.weight
      // The same sum as in #drop, so that a clock which jumps to just this time finds it past.
      if (excess <= 0) return entry.time + this.#interval
    }
    return now
  }

  take(weight: number, now: number): void {
    this.#drop(now)
    this.#used += weight
    const last = this.#entries.at(-1)
    if (last?.time === now && this.#entries.length > this.#first) last.weight += weight
    else this.#entries.push({ time: now, weight })
  }

  giveBack(weight: number): void {
    let left = weight
    for (let last = this.#entries.at(-1); left > 0 && last !== undefined && this.#entries.length > this.#first; last = this.#entries.at(-1)) {
      const part = Math.min(left, last.weight)
      last.weight -= part
      left -= part
      this.#used -= part
      if (last.weight === 0) this.#entries.pop()
    }
  }

  free(now: number): number {
    this.#drop(now)
    return this.#limit - this.#used
  }

  forget(): void {
    this.#entries = []
    this.#first = 0
    this.#used = 0
  }

  #drop(now: number): void {
    for (let oldest = this.#entries[this.#first]; oldest !== undefined; oldest = this.#entries[this.#first]) {
      if (oldest.time + this.#interval > now) break
      this.#used -= oldest.weight
      this.#first += 1
    }
    if (this.#first < CUT && this.#first < this.#entries.length) return
    this.#entries.splice(0, this.#first)
    this.#first = 0
  }
}
