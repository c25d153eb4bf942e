/**
 * Runs a program under many schedules.
 */
import { checkBoolean, checkFunction, checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"
import { host } from "../../host/host.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import type { Task } from "../../core/task.ts"
import { checkKitOptions } from "../kit-options.ts"
import { Following, usual, type Strategy } from "./choices.ts"
import { EverySchedule } from "./every-schedule.ts"
import { ExplorationFailure } from "./exploration-failure.ts"
import { ExploredRun, type RunFailure, type RunOutcome, type RunRules } from "./explored-run.ts"
import { PriorityStrategy } from "./priority-strategy.ts"
import { RandomStrategy, type Expected } from "./random-strategy.ts"
import { Schedule } from "./schedule.ts"
import { shrink } from "./shrink.ts"
import { Storyteller, wordsOf } from "./story.ts"

/** What a single run did, for `onRun`. */
export interface RunReport {
  /** From 0, which is the usual order. */
  readonly index: number
  /** Undefined for the usual order, a replay, and in an exhaustive search. */
  readonly seed: number | undefined
  readonly schedule: string
  readonly steps: number
  readonly failed: boolean
}

/** How `explore` explores. */
export interface ExploreOptions {
  /** How many schedules to run, after the usual one: 1,000 by default, 100,000 for `exhaustive`. */
  readonly runs?: number | undefined
  /** Of the first run; each further one has the next. 1 by default, so that a test gives the same each time. */
  readonly seed?: number | undefined
  /**
   * `random` by default. `pct` gives tasks priorities that change at few random moments: for bugs
   * that need few things in a certain order. `exhaustive` goes through all schedules of a small program.
   */
  readonly strategy?: "random" | "pct" | "exhaustive" | undefined
  /** For `pct`: how many things have to come in a certain order; 3 by default. */
  readonly depth?: number | undefined
  /**
   * What is moved. `fair`, the default: the tasks that are ready in the same iteration of the loop,
   * so that `sleep(0)` still lets all others run once. `any`: a task may be passed over for as long
   * as others can run, as if what it awaited took longer.
   */
  readonly order?: "fair" | "any" | undefined
  /** How many tasks may be cancelled in a run, each at any of its awaits; 0 by default. */
  readonly cancellations?: number | undefined
  /** Which tasks may be cancelled; by default all but the main one. */
  readonly mayCancel?: ((task: Task<unknown>) => boolean) | undefined
  /** Seconds that any timer may be late, so that those due at nearly the same time change places; 0 by default. */
  readonly jitter?: number | undefined
  /** What a run may take: `steps`, 10,000 by default, and `seconds` of its clock, a day by default. */
  readonly limits?: { readonly steps?: number | undefined; readonly seconds?: number | undefined } | undefined
  /** Real seconds after which no further run begins; by default none. */
  readonly timeout?: number | undefined
  /** Whether tasks that are open when the program has ended are a failure; true by default. */
  readonly leaks?: boolean | undefined
  /** How many runs may be spent on making the schedule of a failure shorter; 2,000 by default. */
  readonly shrinks?: number | undefined
  /** Runs this schedule only. With a text it is an error if the program does not have such choices. */
  readonly replay?: string | Schedule | undefined
  /** Is told of each run. */
  readonly onRun?: ((run: RunReport) => void) | undefined
}

/** What an exploration without a failure did. */
export interface Explored {
  /** The usual one included. */
  readonly runs: number
  /** How many of them differed. */
  readonly schedules: number
  /** Whether these were all that there are: only an exhaustive search, or a program without a choice, knows. */
  readonly complete: boolean
  /** Steps of tasks in all runs. */
  readonly steps: number
  /** Real seconds. */
  readonly seconds: number
  /** In a sentence. */
  toString(): string
}

/** Real seconds that a run may stand still for something of the host's. */
const FOREIGN_PATIENCE = 1

/**
 * Runs a program on virtual time under many schedules, and finds one in which it fails: throws,
 * stands still, does not end, leaves tasks behind, or has an error that nobody handles. Such a
 * schedule is made as short as possible, told as a story, and given as a text that replays it.
 *
 * A schedule decides whose code goes on next, of the tasks that are ready, and with options whom to cancel at which
 * await, how late timers are, and what `choice`, `maybe` and `fault` say. It never brings about an order that
 * the runtime promises not to happen. The same options give the same runs.
 *
 * @param program - is called for each run, so what it shares with none of them it makes itself
 * @throws ExplorationFailure with the error of the run as its `cause`; TypeError or RangeError
 * for an option or schedule that makes no sense; RuntimeError for a schedule that does not fit the program.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { explore } from "asyncio-ts/testing"
 *
 * const report = await explore(async () => {
 *   const lock = new asyncio.Lock()
 *   let balance = 0
 *   const deposit = () => lock.run(async () => {
 *     const before = balance
 *     await asyncio.sleep(0)
 *     balance = before + 10
 *   })
 *   await asyncio.gather([deposit, deposit, deposit])
 *   if (balance !== 30) throw new Error(`${balance}`)
 * }, { strategy: "exhaustive" })
 * console.log(report.complete) // -> true
 * ```
 */
export async function explore(program: () => unknown, options: ExploreOptions = {}): Promise<Explored> {
  checkFunction(program, "the program of explore")
  checkKitOptions(options, "explore", "{ cancellations: 1 }")
  const exploration = new Exploration(program, options)
  try {
    return await exploration.run()
  } finally {
    exploration.end()
  }
}

class Exploration {
  readonly #program: () => unknown
  readonly #options: ExploreOptions
  readonly #rules: RunRules
  readonly #began = host.now()
  readonly #seen = new Set<number>()
  #runs = 0
  #steps = 0
  #current: ExploredRun | null = null
  #stalledAt: { readonly run: ExploredRun; readonly steps: number } | null = null
  #timer: unknown

  constructor(program: () => unknown, options: ExploreOptions) {
    this.#program = program
    this.#options = options
    this.#rules = checkRules(options)
    this.#watch()
  }

  async run(): Promise<Explored> {
    const { replay } = this.#options
    if (replay !== undefined) return this.#replay(replay)
    const exhaustive = this.#options.strategy === "exhaustive"
    const { runs = exhaustive ? 100_000 : 1000, seed = 1 } = this.#options
    const every = exhaustive ? new EverySchedule() : undefined
    const first = await this.#one(every?.strategy() ?? usual, undefined)
    every?.advance(first.choices)
    const { steps, cancels } = first.choices
    const expected: Expected = { steps, cancels, cancellations: this.#rules.cancellations }
    // Without a choice in it, no other run can differ.
    let complete = every?.complete ?? first.choices.values.length === 0
    for (let i = 0; i < runs && !complete && !this.#late(); i += 1) {
      const own = every === undefined ? seed + i : undefined
      const run = await this.#one(every?.strategy() ?? this.#strategy(seed + i, expected), own)
      every?.advance(run.choices)
      complete = every?.complete ?? false
    }
    return this.#report(complete)
  }

  end(): void {
    host.clearTimer(this.#timer)
  }

  async #replay(replay: string | Schedule): Promise<Explored> {
    const schedule = typeof replay === "string" ? Schedule.parse(replay) : replay
    const following = new Following(schedule.choices)
    const outcome = await this.#execute(following)
    following.end()
    if (typeof replay === "string" && following.misfit !== undefined) {
      throw new RuntimeError(
        `the schedule ${schedule.toString()} does not fit this program: ${following.misfit}; ` +
          `the program or the options of explore have changed, so explore it anew without replay`,
      )
    }
    if (outcome.failure !== undefined) throw await this.#failure(outcome, outcome.failure, undefined, 0)
    return this.#report(false)
  }

  /** One run; throws if it fails. */
  async #one(strategy: Strategy, seed: number | undefined): Promise<RunOutcome> {
    const outcome = await this.#execute(strategy)
    const { failure, choices } = outcome
    if (this.#seen.size < MOST_SEEN) this.#seen.add(hash(choices.values))
    this.#options.onRun?.({
      index: this.#runs - 1,
      seed,
      schedule: new Schedule(choices.values).toString(),
      steps: outcome.steps,
      failed: failure !== undefined,
    })
    if (failure === undefined) return outcome
    throw await this.#failure(outcome, failure, seed, this.#options.shrinks ?? 2000)
  }

  async #execute(strategy: Strategy, witness?: Storyteller): Promise<RunOutcome> {
    const run = new ExploredRun(this.#rules, strategy, witness)
    this.#current = run
    const outcome = await run.run(this.#program)
    this.#runs += 1
    this.#steps += outcome.steps
    return outcome
  }

  async #failure(first: RunOutcome, failure: RunFailure, seed: number | undefined, shrinks: number): Promise<ExplorationFailure> {
    const runs = this.#runs
    const wanted = keyOf(failure)
    // Each attempt would have to wait for the host as long.
    const most = failure.kind === "foreign" ? 0 : shrinks
    const { choices, attempts } = await shrink(first.choices.values, most, async (attempt) => {
      const { failure: again, choices: made, steps } = await this.#execute(new Following(attempt))
      return { fails: again !== undefined && keyOf(again) === wanted, choices: made.values, steps }
    })
    const teller = new Storyteller()
    const { failure: last } = await this.#execute(new Following(choices), teller)
    const told = teller.tell(last ?? failure)
    const schedule = new Schedule(choices)
    const size = choices.filter((choice) => choice !== 0).length
    const where = seed === undefined ? (size === 0 ? "in the usual order" : "") : `with seed ${seed}`
    const message = [
      `run ${runs} fails${where === "" ? "" : ` ${where}`}: ${firstLine(wordsOf((last ?? failure).error))}`,
      last === undefined || keyOf(last) !== wanted
        ? "The same schedule does not fail again: the program depends on something else, such as Math.random(), Date or state that one run leaves to the next."
        : `The shortest schedule that was found ${size === 0 ? "is the usual order" : `differs from the usual order at ${size === 1 ? "one place" : `${size} places`}, marked *`}:`,
      "",
      told,
      "",
      `Run it again with: explore(program, ${this.#call(schedule)})`,
    ].join("\n")
    const found = { kind: failure.kind, schedule: schedule.toString(), story: told, seed, runs, shrinks: attempts, size }
    return new ExplorationFailure(message, found, (last ?? failure).error)
  }

  /** The options that a replay needs, as code. */
  #call(schedule: Schedule): string {
    const { order, cancellations, mayCancel, jitter } = this.#options
    const parts = [
      ...(order === undefined ? [] : [`order: "${order}"`]),
      ...(cancellations === undefined ? [] : [`cancellations: ${cancellations}`]),
      ...(mayCancel === undefined ? [] : ["mayCancel"]),
      ...(jitter === undefined ? [] : [`jitter: ${jitter}`]),
      `replay: "${schedule.toString()}"`,
    ]
    return `{ ${parts.join(", ")} }`
  }

  #strategy(seed: number, expected: Expected): Strategy {
    const { strategy, depth = 3 } = this.#options
    return strategy === "pct" ? new PriorityStrategy(seed, expected, depth) : new RandomStrategy(seed, expected)
  }

  #late(): boolean {
    const { timeout } = this.#options
    return timeout !== undefined && host.now() - this.#began >= timeout
  }

  /** Ends a run that stands still for the host. */
  #watch(): void {
    this.#timer = host.setTimer(FOREIGN_PATIENCE, () => {
      const run = this.#current
      const before = this.#stalledAt
      this.#stalledAt = run?.stalled === true ? { run, steps: run.steps } : null
      if (run !== null && before?.run === run && before.steps === run.steps && run.stalled) run.giveUp(FOREIGN_PATIENCE)
      this.#watch()
    })
  }

  #report(complete: boolean): Explored {
    const runs = this.#runs
    const schedules = Math.max(1, this.#seen.size)
    const seconds = host.now() - this.#began
    const words = complete ? `all ${schedules} schedules` : `${schedules} different schedules in ${runs} runs`
    return {
      runs,
      schedules,
      complete,
      steps: this.#steps,
      seconds,
      toString: () => `${words}, ${Math.round(runs / seconds)} runs a second; none failed`,
    }
  }
}

/** More are not told apart. */
const MOST_SEEN = 1_000_000

/** A fingerprint of a list of choices. */
function hash(values: readonly number[]): number {
  let high = 0x811c9dc5
  let low = 0x12345678
  for (const value of values) {
    high = Math.imul(high ^ (value + 1), 0x01000193)
    low = Math.imul(low ^ (value + 7), 0x5bd1e995) ^ (low >>> 15)
  }
  return (high >>> 0) * 2 ** 21 + ((low >>> 0) & 0x1fffff)
}

/** What makes two failures the same: not the numbers and names in their words. */
function keyOf({ kind, error }: RunFailure): string {
  if (!(error instanceof Error)) return kind
  return `${kind} ${error.name} ${firstLine(error.message).replace(/\d+|'[^']*'|"[^"]*"/g, "")}`
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? ""
}

function checkRules(options: ExploreOptions): RunRules {
  const { order = "fair", cancellations = 0, mayCancel, jitter = 0, limits = {}, leaks = true, strategy = "random" } = options
  const { runs = 1, seed = 1, depth = 3, shrinks = 0, timeout = 0 } = options
  checkKitOptions(limits, "limits of explore", "{ steps: 1000 }")
  const { steps = 10_000, seconds = 86_400 } = limits
  if (order !== "fair" && order !== "any") throw new TypeError(`order is "fair" or "any", not ${describe(order)}`)
  if (strategy !== "random" && strategy !== "pct" && strategy !== "exhaustive") {
    throw new TypeError(`strategy is "random", "pct" or "exhaustive", not ${describe(strategy)}`)
  }
  checkInteger(cancellations, "cancellations", 0)
  checkInteger(steps, "limits.steps", 1)
  checkInteger(runs, "runs", 0)
  checkInteger(seed, "seed", 0)
  checkInteger(depth, "depth", 1)
  checkInteger(shrinks, "shrinks", 0)
  checkSeconds(seconds, "limits.seconds")
  checkSeconds(timeout, "timeout")
  checkSeconds(jitter, "jitter")
  if (jitter < 0 || jitter === Infinity) throw new RangeError(`jitter is a number of seconds from 0, not ${jitter}`)
  if (mayCancel !== undefined) checkFunction(mayCancel, "mayCancel")
  if (options.onRun !== undefined) checkFunction(options.onRun, "onRun")
  checkBoolean(leaks, "leaks of explore")
  if (seconds <= 0) throw new RangeError(`limits.seconds is above 0, not ${seconds}`)
  if (timeout < 0) throw new RangeError(`timeout of explore is 0 or more, not ${timeout}`)
  const { replay } = options
  if (replay !== undefined && typeof replay !== "string" && !(replay instanceof Schedule)) {
    throw new TypeError(`replay of explore is a text such as "s1:4.0-2" or a Schedule, but ${describe(replay)} was given`)
  }
  return { fair: order === "fair", cancellations, mayCancel, jitter, steps, seconds, leaks }
}
