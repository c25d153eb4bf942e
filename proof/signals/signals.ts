import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { Random } from "../../test/support/random.ts"
import { scratchFolder } from "../leftovers.ts"
import type { Attack, Work } from "../proof.ts"
import { PROGRAMS } from "./programs.ts"
import { randomTree } from "./random-program.ts"
import { runTrial, told, type Ended, type Entry, type How, type Trial } from "./trial.ts"

/** With those written by hand, at least fifty. */
const RANDOM_PROGRAMS = 20
const MOST_FAILURES = 10
/** From the last of the clean-up to the end of the process. */
const SOON_MS = 100
/** Of a process that is late for its own reasons each try is, however late a process is that does nothing. */
const TRIES = 6
const CONTROL = fileURLToPath(new URL("control.ts", import.meta.url))
const ENTRIES: readonly Entry[] = ["run", "caught", "runner"]
const WAYS: readonly How[] = ["sent", "at once", "by another"]
/** After how many awaits the second signal comes. */
const MOST_BETWEEN = 4

type Named = Pick<Trial, "program" | "tree">

export const signals: Attack = (work) => trySignals(work)

/** @param programs - instead of those of the proof: a test plants one that fails */
export async function trySignals(
  { size, seed, signal, progress }: Work,
  { programs, child, judgeTime = true }: { readonly programs?: readonly Named[]; readonly child?: string; readonly judgeTime?: boolean } = {},
): Promise<{ done: number; failures: string[]; figures: Record<string, string> }> {
  const source = new Random(seed)
  const { folder: cache, remove } = scratchFolder("signals")
  const failures: string[] = []
  const took: number[] = []
  let done = 0
  let reached = 0
  let repeated = 0
  const attempt = async (trial: Trial): Promise<Ended> => {
    let ended = await runTrial(trial, cache, signal, child)
    let { took: least } = ended
    let machine = 0
    for (let tries = 1; judgeTime && least > SOON_MS + machine && tries < TRIES && ended.failure === undefined && !signal.aborted; tries += 1) {
      repeated += 1
      machine = Math.max(machine, (await runTrial({ program: "control", entry: "run", how: "sent", signal: "SIGINT", at: [] }, cache, signal, CONTROL)).took)
      ended = await runTrial(trial, cache, signal, child)
      least = Math.min(least, ended.took)
    }
    took.push(least)
    if (judgeTime && least > SOON_MS + machine) return { failure: `${told(trial)}: it ended ${least} ms after its clean-up, a process that does nothing after ${machine}`, ...ended }
    return ended
  }
  const all = programs ?? allPrograms(source)
  try {
    const awaits = new Map<Named, number>()
    const measure = async (program: Named): Promise<void> => {
      const ended = await attempt({ ...program, entry: "run", how: "sent", signal: "SIGINT", at: [] })
      if (signal.aborted) return
      done += 1
      progress(done)
      if (ended.failure !== undefined) failures.push(ended.failure)
      awaits.set(program, ended.awaits)
    }
    // At a small size only some of them.
    await together(shuffled(all, source).slice(0, Math.max(1, Math.ceil(size / 4))), signal, measure)
    const trials = plan(awaits, source).slice(0, Math.max(0, size - done))
    await together(trials, signal, async (trial) => {
      if (failures.length >= MOST_FAILURES) return
      const ended = await attempt(trial)
      // Then it was ended.
      if (signal.aborted) return
      done += 1
      if (ended.reached) reached += 1
      if (ended.failure !== undefined) failures.push(ended.failure)
      progress(done)
    })
    took.sort((a, b) => a - b)
    const positions = [...awaits.values()].reduce((sum, count) => sum + count, 0)
    return {
      // Where no signal was heard, nothing was tried.
      done: reached === 0 ? 0 : done,
      failures,
      figures: {
        programs: `${awaits.size}, with ${positions} awaits`,
        "signals heard": `in ${reached} of the processes; in the others they had come to fewer awaits`,
        "from the clean-up to the end": `${took[took.length >> 1] ?? 0} ms, at most ${took.at(-1) ?? 0}; ${repeated} tries were repeated since they were late`,
      },
    }
  } finally {
    remove()
  }
}

function allPrograms(source: Random): readonly Named[] {
  const random = Array.from({ length: RANDOM_PROGRAMS }, (_, index) => ({ program: `random ${index + 1}`, tree: randomTree(source) }))
  return [...Object.keys(PROGRAMS).map((program) => ({ program })), ...random]
}

/** Every await with each signal in two ways, then a second signal at each; in random order. */
function plan(awaits: ReadonlyMap<Named, number>, source: Random): readonly Trial[] {
  const trials: Trial[] = []
  for (const [program, count] of awaits) {
    for (let at = 1; at <= count; at += 1) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const entry = (): Entry => source.pick(ENTRIES)
        trials.push({ ...program, entry: entry(), how: "sent", signal, at: [at] })
        trials.push({ ...program, entry: entry(), how: source.pick(WAYS.slice(1)), signal, at: [at] })
        trials.push({ ...program, entry: entry(), how: source.pick(WAYS), signal, at: [at, at + 1 + source.below(MOST_BETWEEN)] })
      }
    }
    // Of the command two processes start: once a signal.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      if (count > 0) trials.push({ ...program, entry: "run", how: "sent", signal, at: [1 + source.below(count)], command: true })
    }
  }
  return shuffled(trials, source)
}

function shuffled<T>(given: readonly T[], source: Random): T[] {
  const list = [...given]
  for (let left = list.length; left > 1; left -= 1) list.push(...list.splice(source.below(left), 1))
  return list
}

/** As many at a time as there are processors. */
async function together<T>(items: readonly T[], signal: AbortSignal, body: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (signal.aborted) return
      await body(item)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}
