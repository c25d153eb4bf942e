/**
 * Every schedule of every program, as far as they differ: a search through the states of the real
 * thing, each reached by running it anew.
 *
 * What a task does in a step is chosen as the schedule is, so one search goes through all programs
 * of so many tasks and steps. Two ways to the same state are followed by the same, so only the
 * first is gone on with; tasks that stand in the same place are not told from each other.
 *
 * A state is taken at each moment at which somebody's code is about to go on, or to do its next
 * step: whose code is ready in this iteration and in the next, how many steps each task has left and what it awaits,
 * where it stands in line, and what the thing says of itself (`Told`).
 */
import { StateRun, type Scope } from "./state-run.ts"

export type { Scope } from "./state-run.ts"

export interface Searched {
  readonly states: number
  /** Ways on from them. */
  readonly ways: number
  readonly runs: number
  readonly complete: boolean
  /** What happened that may not, with the way to it. */
  readonly failure: string | undefined
}

const STRIDE = 500

/** Goes through all; ends early once `goesOn` says so. */
export async function everyState(scope: Scope, goesOn: (states: number) => boolean): Promise<Searched> {
  const seen = new Set<number>()
  /** The way to go, and how many ways there are at each place of it. */
  let way: number[] = []
  let widths: number[] = []
  let runs = 0
  let ways = 0
  for (;;) {
    const run = new StateRun(scope, way, widths, seen)
    await run.end()
    runs += 1
    ways += run.widths.length - widths.length
    if (run.failure !== undefined) return { states: seen.size, ways, runs, complete: false, failure: `${run.failure}\n${run.words.join("\n")}` }
    way = run.way
    widths = run.widths
    while (way.length > 0 && (way.at(-1) ?? 0) + 1 >= (widths.at(-1) ?? 0)) {
      way.pop()
      widths.pop()
    }
    const last = way.pop()
    if (last === undefined) return { states: seen.size, ways, runs, complete: true, failure: undefined }
    way.push(last + 1)
    ways += 1
    if (runs % STRIDE !== 0) continue
    await new Promise((resolve) => setImmediate(resolve))
    if (!goesOn(seen.size)) return { states: seen.size, ways, runs, complete: false, failure: undefined }
  }
}

