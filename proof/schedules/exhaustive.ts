import type { Attack, Findings, Work } from "../proof.ts"
import { everyState, type Scope } from "./every-state.ts"
import type { Family } from "./family.ts"
import { barrier } from "./families/barrier.ts"
import { condition } from "./families/condition.ts"
import { event } from "./families/event.ts"
import { lock, semaphore } from "./families/permits.ts"
import { queue } from "./families/queue.ts"

/** Tasks, steps of each, and cancellations: from the smallest on, as far as the size goes. */
const SIZES = [
  [2, 2, 1],
  [2, 3, 2],
  [3, 2, 1],
  [2, 6, 2],
  [3, 3, 2],
  [4, 2, 1],
  [3, 4, 1],
  [4, 3, 1],
  [4, 4, 1],
  [3, 6, 1],
  [4, 5, 1],
  [4, 6, 1],
  [4, 6, 2],
] as const

/** What is gone through: of each family the operations that are not made of others. */
export const ALL: readonly { readonly family: Family; readonly variants: readonly number[]; readonly operations: readonly number[] }[] = [
  { family: lock, variants: [0], operations: [0, 1, 2] },
  { family: semaphore, variants: [0, 1, 2, 3, 4], operations: [0, 1, 2] },
  { family: event, variants: [0], operations: [0, 1, 2, 3] },
  { family: condition, variants: [0], operations: [0, 1, 2, 3, 4, 5] },
  { family: barrier, variants: [0, 1, 2], operations: [0, 1, 2, 3] },
  { family: queue, variants: [0, 1, 2], operations: [0, 1, 2, 3, 4, 5, 6, 7] },
]

/** All programs of so many tasks and steps of one primitive, under all schedules. @throws RangeError if there is no such family */
export function exhaustive(name: string): Attack {
  const what = ALL.find(({ family }) => family.name === name)
  if (what === undefined) throw new RangeError(`the programs of ${name} are not gone through`)
  return (work) => goThrough(what.family, what.variants, what.operations, work)
}

async function goThrough(family: Family, variants: readonly number[], operations: readonly number[], { size, signal, progress }: Work): Promise<Findings> {
  const figures: Record<string, string> = {}
  const failures: string[] = []
  let done = 0
  // Of each variant alike.
  const most = Math.ceil(size / variants.length)
  for (const variant of variants) {
    if (signal.aborted) break
    let left = most
    for (const [tasks, steps, cancellations] of SIZES) {
      const scope: Scope = { family, variant, operations, tasks, steps, cancellations }
      const found = await everyState(scope, (states) => {
        progress(done + states)
        return !signal.aborted && states < left
      })
      done += found.states
      left -= found.states
      const what = `${family.variants[variant] ?? ""}, ${tasks} tasks of up to ${steps} steps, ${cancellations} cancelled`
      const programs = programsOf(operations.length, tasks, steps).toLocaleString("en")
      figures[what] = `${found.complete ? `all of ${programs} programs` : "not to the end"}: ${found.states} states, ${found.ways} ways on, ${found.runs} runs`
      if (found.failure !== undefined) failures.push(`${what}: ${found.failure}`)
      if (!found.complete) break
    }
  }
  return { done, failures, figures }
}

/** Programs that differ in more than the names of their tasks. */
function programsOf(operations: number, tasks: number, steps: number): number {
  let scripts = 0
  for (let length = 0; length <= steps; length += 1) scripts += operations ** length
  let programs = 1
  for (let at = 0; at < tasks; at += 1) programs = (programs * (scripts + at)) / (at + 1)
  return Math.round(programs)
}
