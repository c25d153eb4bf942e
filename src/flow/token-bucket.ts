import type { Meter } from "./meter.ts"

/**
 * `limit` starts in `interval` seconds in the long run, evenly, and up to `burst` at once
 * after a pause.
 *
 * A bucket is one moment: that at which it would be full again. Counting tokens instead would
 * add up fractions, and a timer could come a hair before the token that it waits for.
 */
export class TokenBucket implements Meter {
  /** Seconds for one token. */
  readonly #each: number
  readonly #burst: number
  #full = -Infinity

  constructor(limit: number, interval: number, burst: number) {
    this.#each = interval / limit
    this.#burst = burst
  }

  earliest(weight: number, now: number): number {
    return Math.max(now, Math.max(this.#full, now) - (this.#burst - weight) * this.#each)
  }

  take(weight: number, now: number): void {
    this.#full = Math.max(this.#full, now) + weight * this.#each
  }

  giveBack(weight: number): void {
    this.#full -= weight * this.#each
  }

  free(now: number): number {
    const tokens = this.#burst - Math.max(0, this.#full - now) / this.#each
    // What is free by `earliest` must not be short of a whole one by rounding.
    return Math.floor(tokens + 1e-9)
  }

  forget(): void {
    this.#full = -Infinity
  }
}
