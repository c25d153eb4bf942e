/**
 * One run of a program under one schedule.
 */
import { DeadlockError, RuntimeError } from "../../errors/misuse.ts"
import { listTasks } from "../../core/deadlock.ts"
import type { Frame } from "../../core/frame.ts"
import { cancelFor, Relay } from "../../core/future.ts"
import { NativePromise } from "../../core/native-promise.ts"
import type { ExceptionContext } from "../../core/scheduler.ts"
import { Task, type Startable } from "../../core/task.ts"
import { Choices, type Strategy } from "./choices.ts"
import type { FailureKind } from "./exploration-failure.ts"
import { ExploreClock, type ClockOwner } from "./explore-clock.ts"
import { ExploreLoop, type LoopOwner } from "./explore-loop.ts"
import { ExploreQueue, type QueueOwner } from "./explore-queue.ts"

/** How each run goes, in full. */
export interface RunRules {
  readonly fair: boolean
  readonly cancellations: number
  readonly mayCancel: ((task: Task<unknown>) => boolean) | undefined
  readonly jitter: number
  /** Steps that a run may take. */
  readonly steps: number
  /** Seconds of its own clock that a run may take. */
  readonly seconds: number
  readonly leaks: boolean
}

/** Writes down what happens in a run. */
export interface Witness {
  began(loop: ExploreLoop, main: Task<unknown>): void
  cancelled(task: Task<unknown>): void
  /** Something did not go as it usually would. */
  chosen(what: string): void
  runs(who: Frame | undefined, passed: readonly (Frame | undefined)[]): void
  /** The step before is over. */
  rested(): void
}

export interface RunFailure {
  readonly kind: FailureKind
  readonly error: unknown
}

/** What became of a run. */
export interface RunOutcome {
  readonly choices: Choices
  /** Steps that were taken. */
  readonly steps: number
  readonly failure: RunFailure | undefined
}

export class ExploredRun implements QueueOwner, ClockOwner, LoopOwner {
  readonly fair: boolean
  readonly jitter: number
  readonly seconds: number
  readonly #rules: RunRules
  readonly #choices: Choices
  readonly #clock: ExploreClock
  readonly #loop: ExploreLoop
  readonly #witness: Witness | undefined
  #main: Task<unknown> | null = null
  #steps = 0
  #cancelled = 0
  #failure: RunFailure | undefined
  #over = false
  // Only where somebody writes it down: building what would be told costs each step.
  runs?: (who: Frame | undefined, passed: readonly (Frame | undefined)[]) => void
  chosen?: (what: string) => void

  constructor(rules: RunRules, strategy: Strategy, witness?: Witness) {
    this.#rules = rules
    this.fair = rules.fair
    this.jitter = rules.jitter
    this.seconds = rules.seconds
    this.#choices = new Choices(strategy)
    this.#witness = witness
    if (witness !== undefined) {
      this.runs = (who, passed) => witness.runs(who, passed)
      this.chosen = (what) => witness.chosen(what)
    }
    this.#clock = new ExploreClock(this)
    this.#loop = new ExploreLoop(this.#clock, new ExploreQueue(this, this.#choices), this.#choices, this)
    this.#loop.setExceptionHandler((_loop, context) => this.#told(context))
  }

  async run(program: Startable<unknown>): Promise<RunOutcome> {
    const loop = this.#loop
    const main = loop.createTask(program, { name: "main" })
    this.#main = main
    this.#witness?.began(loop, main)
    void new Relay(main, () => loop.stop())
    await this.#untilStopped()
    if (this.#failure === undefined) this.#judge(main)
    if (this.#failure === undefined) await this.#endOthers()
    loop.lostErrors.flush()
    this.#over = true
    if (loop.resources.size > 0) for (const resource of loop.resources) resource.abandon()
    loop.shutDown()
    if (loop.getDebug()) loop.setDebug(false)
    return { choices: this.#choices, steps: this.#steps, failure: this.#failure }
  }

  /** It stands still for something that no clock of ours brings; ends it if it does so for longer. */
  giveUp(seconds: number): void {
    const waits = listTasks(this.#loop)
    this.#fail("foreign", new RuntimeError(
      `the program waits for something that is not on its virtual clock, such as a socket, a timer of the host's, or a promise given to gather, ` +
        `and nothing came in ${seconds} s; use memory streams, fakes that sleep, and functions or coroutines in place of promises:\n${waits}`,
    ))
    this.#loop.stop()
  }

  get stalled(): boolean {
    return this.#clock.stalled && this.#loop.running
  }

  get steps(): number {
    return this.#steps
  }

  #untilStopped(): Promise<void> {
    return new NativePromise((resolve) => this.#loop.start(resolve))
  }

  #judge(main: Task<unknown>): void {
    if (main.cancelled()) {
      if (this.#cancelled === 0) this.#fail("error", errorOf(main))
      return
    }
    const error = main.exception()
    if (error !== undefined) {
      this.#fail(error instanceof DeadlockError ? "deadlock" : "error", error)
      return
    }
    const left = this.#open()
    if (left.length === 0 || !this.#rules.leaks) return
    const names = left.map((task) => `'${task.getName()}'`).join(", ")
    this.#fail("left behind", new RuntimeError(
      `the program has ended, but ${left.length === 1 ? "a task of it has" : "tasks of it have"} not: ${names}; await what you start, ` +
        `or use a TaskGroup:\n${listTasks(this.#loop)}`,
    ))
  }

  /** What is left is cancelled, as `run` does. */
  async #endOthers(): Promise<void> {
    const left = this.#open()
    if (left.length === 0) return
    for (const task of left) this.#cancelNow(task, "the program ends")
    let open = left.length
    for (const task of left) {
      void new Relay(task, () => {
        const error = task.cancelled() ? undefined : task.exception()
        if (error !== undefined) this.#fail("unhandled", error)
        if ((open -= 1) === 0) this.#loop.stop()
      })
    }
    await this.#untilStopped()
  }

  #open(): Task<unknown>[] {
    const { tasks, leftBehind } = this.#loop
    const open: Task<unknown>[] = []
    for (const { task } of tasks) {
      if (task instanceof Task && !task.done() && !leftBehind.has(task)) open.push(task as Task<unknown>)
    }
    return open
  }

  #told({ message, exception }: ExceptionContext): void {
    this.#fail("unhandled", exception instanceof Error ? exception : new RuntimeError(message, { cause: exception }))
  }

  #fail(kind: FailureKind, error: unknown): void {
    if (!this.#over) this.#failure ??= { kind, error }
  }

  // What the queue asks.

  goesOn(): boolean {
    this.#witness?.rested()
    this.#steps += 1
    if (this.#failure !== undefined && this.#failure.kind !== "unhandled") return false
    if (this.#steps <= this.#rules.steps) return true
    this.#endless(`after ${this.#rules.steps} steps`)
    return false
  }

  cancellable(): number {
    return this.#cancelled >= this.#rules.cancellations || this.#main?.done() !== false ? 0 : this.#victims().length
  }

  cancel(which: number): void {
    const task = this.#victims()[which - 1]
    if (task === undefined) return
    this.#cancelled += 1
    this.#witness?.cancelled(task)
    this.#cancelNow(task, "cancelled by explore")
  }

  #victims(): Task<unknown>[] {
    const { mayCancel = (task) => task !== this.#main } = this.#rules
    return this.#open().filter(mayCancel)
  }

  #cancelNow(task: Task<unknown>, message: string): void {
    task[cancelFor]({ message, requestedBy: "explore", requestedAt: undefined })
  }

  // What the clock asks.

  beforeTime(): boolean {
    this.#witness?.rested()
    const which = this.#choices.choose("cancel", 1 + this.cancellable())
    if (which === 0) return false
    this.cancel(which)
    return true
  }

  deadlocked(): void {
    this.#fail("deadlock", new DeadlockError(`nothing can ever happen again; these wait for ever:\n${listTasks(this.#loop)}`))
    this.#loop.stop()
  }

  tooLong(): void {
    this.#endless(`after ${this.#rules.seconds} seconds of its clock`)
  }

  #endless(after: string): void {
    this.#fail("endless", new RuntimeError(`the program has not ended ${after}; raise limits if it may take longer:\n${listTasks(this.#loop)}`))
    this.#loop.stop()
  }
}

function errorOf(main: Task<unknown>): unknown {
  try {
    return main.result()
  } catch (error) {
    return error
  }
}
