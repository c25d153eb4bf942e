/**
 * A test as the main task of a loop.
 */
import { checkBoolean, checkFunction, checkSeconds, describe, isThenable } from "../structures/arguments.ts"
import { DeadlockError, RuntimeError } from "../errors/misuse.ts"
import { ExceptionGroup } from "../errors/exception-group.ts"
import { requestBy } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { Coroutine } from "../core/coroutine.ts"
import { doomWaits } from "../core/deadlock.ts"
import { EventLoop } from "../core/event-loop.ts"
import { currentFrame } from "../core/frame.ts"
import { cancelFor } from "../core/future.ts"
import { allTasks, currentTask } from "../core/running.ts"
import type { ExceptionContext } from "../core/scheduler.ts"
import type { Task } from "../core/task.ts"
import { span } from "../core/words.ts"
import { host, type AbortSignalLike } from "../host/host.ts"
import { agents, snapshotNow } from "../inspect/agent.ts"
import { loopOf } from "../inspect/snapshot/loops.ts"
import { renderTree } from "../inspect/snapshot/render-tree.ts"
import { Runner } from "../tasks/runner.ts"
import { sleep } from "../tasks/sleep.ts"
import { checkKitOptions, checkKitSignal, checkName } from "./kit-options.ts"
import { LeakGuard, type LeakGuardOptions } from "./leak-guard-node.ts"
import { chooseSeed, randomFrom } from "./seed-node.ts"
import { TestTimeoutError, UnhandledError } from "./test-errors.ts"
import { VirtualClock } from "./virtual-clock.ts"

/** What a test gets. */
export interface TestKit {
  readonly loop: EventLoop
  /** The clock it runs on. @throws RuntimeError in a test on the real one. */
  readonly clock: VirtualClock
  /** What `random` begins with; printed if the test fails after it has used chance. */
  readonly seed: number
  /** A number from 0 to below 1; the same ones for the same seed. */
  random(): number
}

/** How `runTest` runs a test. */
export interface RunTestOptions {
  /** A virtual clock by default; `"real"` is the host's, or the runner's fake timers if they are installed. */
  readonly clock?: "virtual" | "real" | VirtualClock | undefined
  /** Seconds of the loop's clock that the test may take; Infinity by default. */
  readonly timeout?: number | undefined
  /** Seconds of the host's clock; 4.5 by default, just below the limit of Jest and Vitest. */
  readonly realTimeout?: number | undefined
  /** What may be left behind; `false` looks for nothing. */
  readonly leaks?: LeakGuardOptions | false | undefined
  /** What `random` begins with; by default SEED of the environment, else a new one each time. */
  readonly seed?: number | undefined
  /** Turns the loop's debug mode on or off. */
  readonly debug?: boolean | undefined
  /** Cancels the test when it aborts: `t.signal` of `node:test`, `signal` of Vitest's context. */
  readonly signal?: AbortSignalLike | undefined
  /** The name of the main task; `test` by default. */
  readonly name?: string | undefined
}

/** Just below five seconds, after which Jest and Vitest end a test and say nothing of what it waits for. */
const REAL_TIMEOUT = 4.5
/** Seconds of the host's that a test has to end once it was cancelled. */
const GRACE = 0.5
/** Turns after its end in which what is about to end may do so. */
const LAST_TURNS = 10
/** Columns of the tree of a test that hangs. */
const WIDTH = 120

/**
 * Runs a test as the main task of a new loop, on virtual time unless told otherwise, and fails it
 * for whatever it would not show by itself: errors that nobody handles, and what it leaves
 * behind. A test that hangs is ended, and its error shows who waits for what.
 *
 * It goes inside the function that a test runner gets, so that the runner's own arguments,
 * fixtures and hooks stay what they are: `test("…", () => runTest(async () => { … }))`, alike
 * for `node:test`, Vitest and Jest.
 *
 * The promise settles when the loop is closed; no test of it hangs unless its code never lets
 * the host round.
 *
 * @param main - the test; or a coroutine
 * @returns what the test gives
 * @throws TestTimeoutError if it takes too long; LeakError if it leaves something behind, and
 * UnhandledError for errors that nobody handled, both only if it did not fail itself;
 * DeadlockError on virtual time when nothing can ever happen again; RuntimeError inside a
 * running task; TypeError or RangeError for arguments of another kind.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { runTest } from "asyncio-ts/testing"
 *
 * await runTest(async ({ clock }) => {
 *   await asyncio.sleep(3600)
 *   console.log(clock.time()) // -> 3600
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/unittest.html#unittest.IsolatedAsyncioTestCase
 */
export async function runTest<T>(main: ((kit: TestKit) => T | PromiseLike<T>) | Coroutine<T>, options: RunTestOptions = {}): Promise<Awaited<T>> {
  checkMain(main)
  checkRunOptions(options)
  checkNotNested()
  return new TestRun(main, options).run()
}

/**
 * Invariants: the real timer is armed from the start until the loop is closed or given up;
 * `#late` is set once, and then nobody is told of anything else.
 */
class TestRun<T> {
  readonly #main: ((kit: TestKit) => T | PromiseLike<T>) | Coroutine<T>
  readonly #options: RunTestOptions
  readonly #clock: VirtualClock | null
  readonly #loop: EventLoop
  readonly #runner: Runner
  readonly #guard: LeakGuard | null
  readonly #unhandled: ExceptionContext[] = []
  readonly #seed: number
  readonly #realTimeout: number
  #seedUsed = false
  #task: Task<unknown> | null = null
  #late: TestTimeoutError | null = null
  /** The test has ended, and what it left is to. */
  #ending = false
  #stopped = false
  #timer: unknown
  #giveUp: () => void = () => undefined
  readonly #givenUp = new Promise<"given up">((resolve) => {
    this.#giveUp = () => resolve("given up")
  })

  constructor(main: ((kit: TestKit) => T | PromiseLike<T>) | Coroutine<T>, options: RunTestOptions) {
    this.#main = main
    this.#options = options
    const { clock = "virtual", timeout = Infinity, realTimeout = REAL_TIMEOUT, leaks = {}, debug } = options
    checkTimeout(timeout, "timeout")
    checkTimeout(realTimeout, "realTimeout")
    this.#seed = chooseSeed(options.seed)
    this.#guard = leaks === false ? null : new LeakGuard(leaks)
    try {
      this.#clock = clockOf(clock)
      this.#loop = new EventLoop(this.#clock === null ? {} : { clock: this.#clock })
    } catch (error) {
      this.#guard?.stop()
      throw error
    }
    this.#loop.setExceptionHandler((_loop, context) => this.#unhandled.push(context))
    this.#runner = new Runner({ debug, loopFactory: () => this.#loop })
    if (this.#clock !== null) this.#clock.onDeadlock = () => this.#deadlocked()
    const began = this.#loop.time()
    if (timeout !== Infinity) this.#loop.chores.push((now) => this.#lookAtTime(now, began + timeout, timeout))
    this.#realTimeout = realTimeout
    this.#startTimer()
  }

  async run(): Promise<Awaited<T>> {
    try {
      const outcome = await Promise.race([this.#outcome(), this.#givenUp])
      if (this.#late !== null) throw this.#late
      if (outcome === "given up") throw new RuntimeError("a test was given up without a reason; please report it")
      if (outcome.error !== undefined) throw outcome.error.is
      await this.#judge()
      return outcome.value as Awaited<T> // it did not fail
    } catch (error) {
      if (this.#seedUsed) host.report(`a test that used chance has failed: SEED=${this.#seed} runs it again with the same`)
      throw error
    } finally {
      this.#stopTimer()
      this.#guard?.stop()
      if (this.#clock !== null) this.#clock.onDeadlock = null
    }
  }

  /** Runs the test and closes its loop. Never rejects. */
  async #outcome(): Promise<{ value?: Awaited<T>; error?: { is: unknown } }> {
    const { signal, name = "test" } = this.#options
    const outcome: { value?: Awaited<T>; error?: { is: unknown } } = {}
    try {
      const running = this.#runner.run(this.#main instanceof Coroutine ? this.#main : named(this.#main, this.#kit()), { signal, name })
      // The first task of a new loop.
      this.#task = [...allTasks(this.#loop)][0] ?? null
      outcome.value = await running
      // It was in time; what it left may take as long to end.
      this.#ending = true
      if (this.#late === null) this.#startTimer()
      await this.#runner.run(() => this.#lookBack(), { name: "what is left" })
    } catch (is) {
      outcome.error = { is }
    }
    try {
      if (outcome.error === undefined) await this.#guard?.lookAtResources(this.#loop)
      // A test that refuses to end would refuse that too.
      if (this.#stopped) this.#loop.close()
      else await this.#runner.close()
    } catch (is) {
      outcome.error ??= { is }
    }
    return outcome
  }

  /** A task of its own, so that the test is the whole of its task. */
  async #lookBack(): Promise<void> {
    // What was cancelled, or told to end, ends now.
    for (let turn = 0; turn < LAST_TURNS && this.#loop.tasks.size > 1; turn += 1) await sleep(0)
    this.#guard?.lookAt(this.#loop, currentTask())
  }

  #kit(): TestKit {
    const random = randomFrom(this.#seed)
    const clock = this.#clock
    return {
      loop: this.#loop,
      seed: this.#seed,
      get clock() {
        if (clock === null) throw new RuntimeError("this test runs on the real clock; leave out clock: \"real\" to move time on")
        return clock
      },
      random: () => {
        this.#seedUsed = true
        return random()
      },
    }
  }

  /** What the test has not failed for by itself. */
  async #judge(): Promise<void> {
    this.#stopTimer()
    const problems: Error[] = []
    const [first, ...others] = this.#unhandled
    if (first !== undefined) {
      const words = [first, ...others].map(({ message, exception }) => (exception === undefined ? message : `${message}: ${String(exception)}`))
      problems.push(new UnhandledError(`nobody handled what the loop of the test was told:\n  - ${words.join("\n  - ")}`, { cause: first.exception }))
    }
    await this.#guard?.checkRest().catch((error: unknown) => problems.push(error as Error)) // a LeakError
    const [only, another] = problems
    if (only === undefined) return
    throw another === undefined ? only : new ExceptionGroup("the test did not fail, but", problems)
  }

  #lookAtTime(now: number, deadline: number, timeout: number): number {
    if (this.#late !== null) return Infinity
    if (now < deadline) return deadline
    this.#tooLate(`${span(timeout, 1)} of the loop's time (timeout in the options of runTest)`)
    return Infinity
  }

  /** Ends the test, in good order if it lets us. */
  #tooLate(limit: string): void {
    if (this.#late !== null) return
    this.#stopTimer()
    const still = this.#clock !== null && this.#loop.unheld > 0 ? " Virtual time stands still while a task awaits what is not of asyncio-ts; clock.advance(seconds) moves it on all the same." : ""
    this.#late = new TestTimeoutError(`the test did not end within ${limit}.${still} These tasks are there, each below the one that awaits it:\n${this.#tree()}`)
    // Nobody is to be told of what it does from now on.
    this.#loop.setExceptionHandler(() => undefined)
    this.#task?.[cancelFor](requestBy("the test takes too long", "runTest"))
    this.#timer = host.setTimer(GRACE, () => {
      this.#stopped = true
      this.#loop.stop()
      // Its promises settle soon after, and the loop is closed; or it never will be.
      this.#timer = host.setTimer(GRACE, () => this.#giveUp())
    })
  }

  /** Nothing can ever happen again. */
  #deadlocked(): void {
    if (this.#task === null || this.#task.done()) return
    doomWaits(this.#task, new DeadlockError(`nothing can ever happen again. These tasks wait for ever, each below the one that awaits it:\n${this.#tree()}`))
  }

  /** Who waits for what, on this loop. */
  #tree(): string {
    const snapshot = snapshotNow({ functions: true })
    const { id } = loopOf(this.#loop)
    const loops = snapshot.loops.filter((loop) => loop.id === id)
    // Several copies of the library number their loops anew.
    const own = agents().length > 1 ? snapshot : { ...snapshot, loops, tasks: snapshot.tasks.filter(({ loop }) => loop === id) }
    return renderTree(own, { width: WIDTH })
  }

  #startTimer(): void {
    this.#stopTimer()
    const seconds = this.#realTimeout
    if (seconds === Infinity) return
    const ending = this.#ending
    this.#timer = host.setTimer(seconds, () => {
      // A test that held the host up is told of by nobody, if it has come to its end.
      if (this.#ending !== ending || (!ending && this.#task?.done())) this.#startTimer()
      else this.#tooLate(`${span(seconds, 1)} of real time (realTimeout in the options of runTest)`)
    })
  }

  #stopTimer(): void {
    host.clearTimer(this.#timer)
    this.#timer = undefined
  }
}

/** A test as a coroutine, so that whoever looks sees its own function and lines. */
function named<T>(main: (kit: TestKit) => T | PromiseLike<T>, kit: TestKit): Coroutine<Awaited<T>> {
  return new BodyCoroutine<Awaited<T>>(main.name === "" ? "test" : main.name, main as never, undefined, [kit]) // it awaits what main gives
}

function clockOf(clock: RunTestOptions["clock"]): VirtualClock | null {
  if (clock === "real") return null
  if (clock === undefined || clock === "virtual") return new VirtualClock()
  if (clock instanceof VirtualClock) return clock
  throw new TypeError(`clock of runTest is "virtual", "real" or a VirtualClock, but ${describe(clock)} was given`)
}

function checkTimeout(seconds: number, name: string): void {
  checkSeconds(seconds, `${name} of runTest`)
  if (seconds <= 0) throw new RangeError(`${name} of runTest is above 0, not ${seconds}`)
}

function checkRunOptions(options: RunTestOptions): void {
  checkKitOptions(options, "runTest", '{ clock: "real" }')
  const { leaks, debug, signal, name } = options
  if (leaks !== undefined && leaks !== false) checkKitOptions(leaks, "leaks of runTest, unless it is false,", '{ allow: ["handle"] }')
  if (debug !== undefined) checkBoolean(debug, "debug of runTest")
  checkKitSignal(signal, "runTest")
  checkName(name, "runTest")
}

function checkMain(main: unknown): void {
  if (main instanceof Coroutine) return
  if (isThenable(main)) throw new TypeError(`runTest takes a function or a coroutine, but ${describe(main)} runs already; pass the function: runTest(async () => { … })`)
  checkFunction(main, "the test of runTest")
}

function checkNotNested(): void {
  const frame = currentFrame()
  if (frame === undefined || frame.ended || !frame.loop.inTurn(frame)) return
  throw new RuntimeError(`runTest(…) cannot be called from ${frame.owner?.label ?? "a task"}: a loop runs it already; await the code of the test itself`)
}
