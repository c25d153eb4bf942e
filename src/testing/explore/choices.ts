/**
 * The choices of one run: who makes them, and what they were.
 */

/**
 * What is chosen: whose code goes on, whom to cancel, how late a timer is, or what the
 * program asks for.
 */
export type Kind = "step" | "cancel" | "late" | "program"

/** Who chooses. 0 is always what would happen anyway. */
export interface Strategy {
  /**
   * One of `count`, which is at least 2.
   *
   * @param among - of a step: whose it could be, as objects that stay the same in a run
   */
  choose(kind: Kind, count: number, among: readonly object[]): number
}

const nobody: readonly object[] = []

/** Asks a strategy, and keeps what it said. */
export class Choices {
  readonly #strategy: Strategy
  readonly values: number[] = []
  /** How many there were to choose from, each time. */
  readonly counts: number[] = []
  /** How often whose code goes on was chosen, and whom to cancel. */
  steps = 0
  cancels = 0

  constructor(strategy: Strategy) {
    this.#strategy = strategy
  }

  choose(kind: Kind, count: number, among: readonly object[] = nobody): number {
    if (count < 2) return 0
    if (kind === "step") this.steps += 1
    else if (kind === "cancel") this.cancels += 1
    const value = this.#strategy.choose(kind, count, among)
    this.values.push(value)
    this.counts.push(count)
    return value
  }
}

/** What would have happened anyway. */
export const usual: Strategy = { choose: () => 0 }

/** Follows a list of choices; what it cannot follow is 0. */
export class Following implements Strategy {
  readonly #choices: readonly number[]
  #next = 0
  /** Why the list does not fit the program; undefined while it does. */
  misfit: string | undefined

  constructor(choices: readonly number[]) {
    this.#choices = choices
  }

  choose(kind: Kind, count: number): number {
    const at = this.#next
    this.#next += 1
    const value = this.#choices[at] ?? 0
    if (value < count) return value
    this.misfit ??= `its choice ${at + 1} is number ${value} of ${count} (${WORDS[kind]})`
    return 0
  }

  /** The run is over: whether all of the list was followed. */
  end(): void {
    if (this.#next >= this.#choices.length) return
    this.misfit ??= `it has ${this.#choices.length} choices, and the program ended after ${this.#next}`
  }
}

const WORDS: Readonly<Record<Kind, string>> = {
  step: "whose code goes on",
  cancel: "whom to cancel",
  late: "how late a timer is",
  program: "a choice of the program's own",
}
