import { RandomNumbers } from "./random-numbers.ts"
import type { Kind, Strategy } from "./choices.ts"

/** What is known of a program from its usual run, and what the user allows. */
export interface Expected {
  /** How often whose code goes on was to be chosen. */
  readonly steps: number
  /** How often somebody could have been cancelled. */
  readonly cancels: number
  /** How many may be cancelled in a run. */
  readonly cancellations: number
}

/** How likely a choice differs from the usual one: bugs that need one swap hide among many, and the other way round. */
const DARING = [1, 0.5, 0.2, 0.05] as const

/** Where in a run somebody is cancelled: anywhere, with the same likelihood. */
export class RandomCancels {
  readonly #numbers: RandomNumbers
  readonly #at = new Set<number>()
  #asked = -1

  constructor(numbers: RandomNumbers, { cancels, cancellations }: Expected) {
    this.#numbers = numbers
    if (cancellations === 0) return
    // Seldom none: that is a run of its own interest only once.
    const many = numbers.below(8) === 0 ? 0 : 1 + numbers.below(cancellations)
    // A run that goes another way may be longer.
    for (let i = 0; i < many; i += 1) this.#at.add(numbers.below(Math.ceil(cancels * 1.2) + 2))
  }

  choose(count: number): number {
    this.#asked += 1
    return this.#at.has(this.#asked) ? 1 + this.#numbers.below(count - 1) : 0
  }
}

/** Chooses at random, by a seed. */
export class RandomStrategy implements Strategy {
  readonly #numbers: RandomNumbers
  readonly #cancels: RandomCancels
  readonly #daring: number

  constructor(seed: number, expected: Expected) {
    this.#numbers = new RandomNumbers(seed)
    this.#daring = DARING[this.#numbers.below(DARING.length)] ?? 1
    this.#cancels = new RandomCancels(this.#numbers, expected)
  }

  choose(kind: Kind, count: number): number {
    if (kind === "cancel") return this.#cancels.choose(count)
    if (this.#daring < 1 && this.#numbers.fraction() >= this.#daring) return 0
    return this.#numbers.below(count)
  }
}
