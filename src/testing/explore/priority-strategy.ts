import { RandomNumbers } from "./random-numbers.ts"
import { RandomCancels, type Expected } from "./random-strategy.ts"
import type { Kind, Strategy } from "./choices.ts"

/** How often one may go on while others could. */
const PATIENCE = 100

/**
 * Gives each task a random priority, always lets the highest go on, and lowers it at `depth - 1`
 * random moments: a bug that needs `depth` things in a certain order is then found with a
 * likelihood of at least 1 / (tasks * steps ** (depth - 1)), however seldom chance alone
 * would bring it about. That bound holds with `order: "any"`.
 *
 * @see Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs, ASPLOS 2010
 */
export class PriorityStrategy implements Strategy {
  readonly #numbers: RandomNumbers
  readonly #cancels: RandomCancels
  readonly #priorities = new Map<object, number>()
  readonly #changes = new Set<number>()
  #steps = -1
  #lowest = 0
  #latest: object | undefined
  #inARow = 0

  constructor(seed: number, expected: Expected, depth: number) {
    this.#numbers = new RandomNumbers(seed)
    this.#cancels = new RandomCancels(this.#numbers, expected)
    for (let i = 1; i < depth; i += 1) this.#changes.add(this.#numbers.below(expected.steps + 1))
  }

  choose(kind: Kind, count: number, among: readonly object[]): number {
    if (kind === "cancel") return this.#cancels.choose(count)
    if (kind !== "step") return this.#numbers.below(count)
    this.#steps += 1
    if (this.#changes.has(this.#steps)) this.#lower(among[this.#highest(among)])
    let highest = this.#highest(among)
    const again = among[highest]
    this.#inARow = again === this.#latest ? this.#inARow + 1 : 0
    // It may be waiting in a loop for what another is to do.
    if (this.#inARow >= PATIENCE) {
      this.#lower(again)
      this.#inARow = 0
      highest = this.#highest(among)
    }
    this.#latest = among[highest]
    return highest
  }

  #highest(among: readonly object[]): number {
    let highest = 0
    let most = -Infinity
    among.forEach((who, index) => {
      const priority = this.#priorityOf(who)
      if (priority <= most) return
      highest = index
      most = priority
    })
    return highest
  }

  #priorityOf(who: object): number {
    let priority = this.#priorities.get(who)
    if (priority === undefined) this.#priorities.set(who, (priority = this.#numbers.fraction()))
    return priority
  }

  #lower(who: object | undefined): void {
    if (who === undefined) return
    this.#lowest -= 1
    this.#priorities.set(who, this.#lowest)
  }
}
