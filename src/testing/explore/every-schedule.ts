import type { Choices, Strategy } from "./choices.ts"

/** Goes through all schedules of a program, depth first: the tree of choices grows as runs show it. */
export class EverySchedule {
  #prefix: readonly number[] = []
  /** Whether all have been run. */
  complete = false

  /** For the next run. */
  strategy(): Strategy {
    const prefix = this.#prefix
    let next = 0
    return {
      choose(_kind, count) {
        const value = prefix[next] ?? 0
        next += 1
        // A program that goes other ways on its own has no tree; its runs are told from each other elsewhere.
        return value < count ? value : 0
      },
    }
  }

  /** After a run: the last choice that has another alternative takes it. */
  advance({ values, counts }: Choices): void {
    let last = values.length - 1
    while (last >= 0 && (values[last] ?? 0) + 1 >= (counts[last] ?? 0)) last -= 1
    if (last < 0) {
      this.complete = true
      return
    }
    this.#prefix = [...values.slice(0, last), (values[last] ?? 0) + 1]
  }
}
