import { Random } from "../../test/support/random.ts"
import { LINE, runCell, type Timing } from "../../test/sweep/cell.ts"
import { OPERATIONS } from "../../test/sweep/operations.ts"
import { WAYS } from "../../test/sweep/ways.ts"
import type { Attack, Findings, Work } from "../proof.ts"
import { FURTHER_WAYS } from "./further-ways.ts"
import { firstUse, HOST_WAYS, runHostCell } from "./host-cell.ts"
import { HOST_OPERATIONS } from "./host-operations.ts"

const MOST_FAILURES = 20
const STRIDE = 50

/** More than `test/sweep/`, which has four before and three after. */
const TIMINGS: readonly Timing[] = [
  { name: "while it waits", complete: "never", ticks: 0 },
  ...[0, 1, 2, 3, 4, 5, 6].map((ticks) => ({ name: `completed ${ticks} ticks before`, complete: "before" as const, ticks })),
  ...[0, 1, 2, 3, 4, 5].map((ticks) => ({ name: `completed ${ticks} ticks after`, complete: "after" as const, ticks })),
]
/** Rounds of the host between the beginning of an operation and its cancellation; those that are quick have ended before. */
const ROUNDS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 300, 1000]

export interface SweepCell {
  readonly name: string
  /** Whether it was cancelled before it came to its end, where that is told. */
  run(): Promise<boolean | undefined | void>
}

/** Every cell of the sweep, in order. */
export function allCells(): SweepCell[] {
  return [...loopCells(), ...hostCells()]
}

function loopCells(): SweepCell[] {
  const cells: SweepCell[] = []
  for (const [what, operation] of Object.entries(OPERATIONS)) {
    for (const position of operation.line === undefined ? [0] : LINE.keys()) {
      for (const way of [...WAYS, ...FURTHER_WAYS]) {
        for (const timing of way.early === undefined ? TIMINGS : TIMINGS.slice(0, 1)) {
          for (const eager of [false, true]) {
            const who = operation.line === undefined ? "" : `, the ${LINE[position]} in line`
            const name = `${what}: ${way.name}, ${timing.name}${who}${eager ? ", eager" : ""}`
            cells.push({ name, run: () => runCell({ operation, position, way, timing, eager }) })
          }
        }
      }
    }
  }
  return cells
}

function hostCells(): SweepCell[] {
  return Object.entries(HOST_OPERATIONS).flatMap(([what, operation]) =>
    HOST_WAYS.flatMap((way) =>
      ROUNDS.flatMap((rounds) =>
        [false, true].map((eager) => ({
          name: `${what}: ${way.name}, after ${rounds} rounds of the host${eager ? ", eager" : ""}`,
          run: () => runHostCell({ operation, way, rounds, eager }),
        })),
      ),
    ),
  )
}

function nameOf({ name }: SweepCell): string {
  return name.slice(0, name.indexOf(": "))
}

/** Runs a random choice of `size` of the cells, or all of them. */
export async function sweep(cells: readonly SweepCell[], { size, seed, signal, progress }: Work): Promise<Findings> {
  await firstUse()
  const source = new Random(seed)
  const left = [...cells]
  const failures: string[] = []
  let done = 0
  let cancelled = 0
  let ended = 0
  /** Of the operations that tell: whether one was ever cancelled before its end. */
  const soonest = new Map<string, boolean>()
  while (left.length > 0 && done < size && failures.length < MOST_FAILURES && !signal.aborted) {
    const [cell] = size < cells.length ? left.splice(source.below(left.length), 1) : [left.shift()]
    if (cell === undefined) break
    try {
      const early = await cell.run()
      if (early === true) cancelled += 1
      if (early === false) ended += 1
      if (early !== undefined) soonest.set(nameOf(cell), early || soonest.get(nameOf(cell)) === true)
    } catch (error) {
      // A terminal interrupts the processes of a cell as well.
      if (signal.aborted) break
      failures.push(`${cell.name}: ${String(error).replaceAll(/\s+/g, " ")}`)
    }
    done += 1
    if (done % STRIDE === 0) progress(done)
  }
  return {
    done,
    failures,
    untried: done < cells.length ? [] : [...soonest].flatMap(([name, early]) => (early ? [] : [`to cancel ${name}: it had always come to its end`])),
    figures: {
      operations: `${Object.keys(OPERATIONS).length} that the loop ends, and ${Object.keys(HOST_OPERATIONS).length} that the host, a process or a thread does`,
      "of the latter": `${cancelled} were cancelled, ${ended} had come to their end before`,
    },
  }
}

export const cancelSweep: Attack = (work) => sweep(allCells(), work)
