/**
 * How long to wait between attempts.
 */
import { checkFunction, checkSeconds, describe } from "../structures/arguments.ts"

/**
 * How delays are spread, so that those who failed together do not come back together.
 *
 * - `"full"`: anything from 0 to the delay
 * - `"equal"`: anything from half the delay to the delay
 * - `"decorrelated"`: anything from the first delay to three times the delay before
 * - `"none"`: the delay itself
 */
export type Jitter = "full" | "equal" | "decorrelated" | "none"

/** How delays grow. */
export interface BackoffOptions {
  /** Seconds before the second attempt; 1 by default. */
  readonly delay?: number | undefined
  /** By how much each further delay is longer; 2 by default. */
  readonly factor?: number | undefined
  /** Seconds that no delay exceeds; 30 by default. */
  readonly maximum?: number | undefined
  /** "full" by default. */
  readonly jitter?: Jitter | undefined
  /** Gives numbers from 0 up to 1; `Math.random` by default. */
  readonly random?: (() => number) | undefined
}

const JITTERS: readonly unknown[] = ["full", "equal", "decorrelated", "none"]

/** The delays of one series of attempts. */
export class Backoff {
  /** Seconds that no delay exceeds. */
  readonly maximum: number
  readonly #first: number
  readonly #factor: number
  readonly #jitter: Jitter
  readonly #random: () => number
  #failures = 0
  #last: number

  /** @throws TypeError or RangeError for options that make no sense. */
  constructor({ delay = 1, factor = 2, maximum = 30, jitter = "full", random = Math.random }: BackoffOptions) {
    checkLength(delay, "the delay of retry")
    checkLength(maximum, "the maximum delay of retry")
    if (typeof factor !== "number" || !(factor > 0)) {
      throw new RangeError(`the factor of retry is a number above 0, but ${describe(factor)} was given`)
    }
    if (!JITTERS.includes(jitter)) {
      throw new TypeError(`the jitter of retry is "full", "equal", "decorrelated" or "none", not ${describe(jitter)}`)
    }
    checkFunction(random, "the random source of retry")
    this.maximum = maximum
    this.#first = delay
    this.#factor = factor
    this.#jitter = jitter
    this.#random = random
    this.#last = delay
  }

  /** Seconds to wait after one more failure. */
  next(): number {
    // The power may be infinite in the end, and no number times 0.
    const whole = this.#first === 0 ? 0 : Math.min(this.maximum, this.#first * this.#factor ** this.#failures)
    this.#failures += 1
    switch (this.#jitter) {
      case "none":
        return whole
      case "full":
        return whole * this.#random()
      case "equal":
        return (whole / 2) * (1 + this.#random())
      case "decorrelated":
        this.#last = Math.min(this.maximum, this.#first + this.#random() * (3 * this.#last - this.#first))
        return this.#last
    }
  }
}

/** @throws TypeError or RangeError unless `seconds` is a number of at least 0. */
export function checkLength(seconds: number, what: string): void {
  checkSeconds(seconds, what)
  if (seconds < 0) throw new RangeError(`${what} is at least 0 seconds, not ${seconds}`)
}
