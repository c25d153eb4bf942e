/**
 * Random programs, each under many schedules: half of them random, half by priorities that change
 * seldom, with up to two cancellations, each at any await.
 */
import { explore, ExplorationFailure, Schedule } from "asyncio-ts/testing"
import { ExploredRun, type RunOutcome, type RunRules } from "#src/testing/explore/explored-run.ts"
import { usual, type Strategy } from "#src/testing/explore/choices.ts"
import { PriorityStrategy } from "#src/testing/explore/priority-strategy.ts"
import { RandomStrategy } from "#src/testing/explore/random-strategy.ts"
import { Random } from "../../test/support/random.ts"
import type { Findings, Work } from "../proof.ts"

/** A program that fails if something happens that may not. */
export interface Tried {
  readonly run: () => Promise<void>
  /** What it does, for people. */
  words(): string
}

const SCHEDULES = 50
const STRIDE = 20
const MOST_FAILURES = 3
const CANCELLATIONS = 2
const DEPTH = 3

const RULES: RunRules = { fair: true, cancellations: CANCELLATIONS, mayCancel: undefined, jitter: 0, steps: 10_000, seconds: 86_400, leaks: true }

/** As many schedules as the work says, of programs that `make` makes from random numbers. */
export async function tryPrograms(make: (random: Random) => Tried, { size, seed, signal, progress }: Work): Promise<Findings> {
  const failures: string[] = []
  let done = 0
  let steps = 0
  let programs = 0
  let cancellations = 0
  /** The same strategy; counts whom it cancels. */
  const counting = (strategy: Strategy): Strategy => ({
    choose(kind, count, among) {
      const value = strategy.choose(kind, count, among)
      if (kind === "cancel" && value > 0) cancellations += 1
      return value
    },
  })
  for (; done < size && failures.length < MOST_FAILURES && !signal.aborted; programs += 1) {
    const program = make(new Random(seed + programs))
    const count = Math.min(SCHEDULES, size - done)
    let expected = { steps: 0, cancels: 0, cancellations: CANCELLATIONS }
    for (let at = 0; at < count; at += 1) {
      const outcome = await new ExploredRun(RULES, counting(strategyOf(at, seed + done, expected))).run(program.run)
      if (at === 0) expected = { ...expected, steps: outcome.choices.steps, cancels: outcome.choices.cancels }
      done += 1
      steps += outcome.steps
      if (outcome.failure === undefined) continue
      failures.push(`program ${seed + programs}, ${program.words()}\n${await told(program, outcome)}`)
      break
    }
    // Otherwise the host, which has the signal, would never have its turn.
    if (programs % STRIDE === 0) await new Promise((resolve) => setImmediate(resolve))
    progress(done)
  }
  return { done, failures, figures: { programs: String(programs), steps: String(steps), cancellations: String(cancellations) } }
}

function strategyOf(at: number, seed: number, expected: ConstructorParameters<typeof RandomStrategy>[1]): Strategy {
  if (at === 0) return usual
  return at % 2 === 0 ? new RandomStrategy(seed, expected) : new PriorityStrategy(seed, expected, DEPTH)
}

/** The story of a run that fails. */
async function told({ run }: Tried, { failure, choices }: RunOutcome): Promise<string> {
  const replay = new Schedule(choices.values)
  try {
    await explore(run, { cancellations: CANCELLATIONS, replay })
    return `${String(failure?.error)} with ${replay.toString()}, though not again`
  } catch (error) {
    if (!(error instanceof ExplorationFailure)) throw error
    return error.message
  }
}
