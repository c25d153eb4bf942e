/**
 * Coroutines: calls that have not started.
 */
import { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host, whenInstalled } from "../host/host.ts"
import { lostTask, loopKeeper } from "./ambient.ts"
import { awaitLines, takeMaker } from "./await-lines.ts"
import { currentFrame, loopClosed, type Frame } from "./frame.ts"
import { afterwards, cancelWith, failWith, Future, listen, returnWith } from "./future.ts"
import { lineObserver } from "./observer.ts"
import { origins } from "./place.ts"
import { Unstarted, type Startable } from "./unstarted.ts"
import type { Scheduler } from "./scheduler.ts"
import { pass, passError, type OnFulfilled, type OnRejected } from "./wait.ts"

/** Coroutines made outside any loop, such as the one given to `run`. */
const madeOutside = new Unstarted()
let watching = false

// Not reported when a loop closes: a program may make several, and run one after another.
// When nothing keeps the process alive nobody will start them any more.
function rememberOutside(coroutine: Coroutine<unknown>): void {
  madeOutside.add(coroutine)
  madeOutside.age(host.now())
  if (watching) return
  watching = true
  const stop = host.onQuiet(() => {
    watching = false
    stop()
    for (const forgotten of madeOutside.takeAll()) reportNeverAwaited(forgotten as Coroutine<unknown>) // only coroutines are added
  })
}

/** Lets go of those that were made outside any loop long ago. */
export function ageOutside(now: number): void {
  madeOutside.age(now)
}

/** Warns of a coroutine that nobody awaited. */
export function reportNeverAwaited(coroutine: Coroutine<unknown>): void {
  const made = origins.get(coroutine)
  host.warn(
    `coroutine '${coroutine.name}' was never awaited: nothing of it ran; await it or give it to createTask(…)` +
      (made === undefined ? "" : `\n    made ${made}`),
    "ASYNCIO_NEVER_AWAITED",
  )
}

// For files of this library; no entry point exports these.

/** Marks the functions that `coroutine` makes. */
export const makesCoroutines: unique symbol = Symbol("makesCoroutines")
/** Counts as started from here on: a task will run it. */
export const take: unique symbol = Symbol("take")
/** Starts the coroutine's body as that of `frame`, which has begun; returns its outcome. */
export const launch: unique symbol = Symbol("launch")
/** Tells a coroutine that was launched what became of it. */
export const finish: unique symbol = Symbol("finish")
/** Counts as started without running, such as a coroutine given to a task that is cancelled at once. */
export const close: unique symbol = Symbol("close")

/**
 * A call that runs when it is awaited, or when a task is made of it.
 *
 * It stands wherever a promise can, but nothing happens before its first `then`. It runs
 * once, however often it is looked at: a second `await` waits for the same run. Dropping
 * it unawaited is reported when the loop closes.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const brew = asyncio.coroutine("brew", async (kind: string) => {
 *   await asyncio.sleep(0.01)
 *   return `${kind} is ready.`
 * })
 *
 * await asyncio.run(async () => {
 *   const chai = brew("Masala") // nothing runs yet
 *   console.log(await chai) // -> Masala is ready.
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#coroutines
 */
export abstract class Coroutine<T> implements Promise<T>, Startable { // oxlint-disable-line typescript/no-unsafe-declaration-merging -- the class has all of it
  // Invariant: the state moves on from "unstarted" to "running" to one of the last two, or
  // from "unstarted" to "closed"; #outcome is set together with the last two.
  #state: "unstarted" | "closed" | "running" | "returned" | "threw" = "unstarted"
  /** What it returned or threw; while it runs, the futures of those who look a second time. */
  #outcome: unknown

  static {
    whenInstalled((host) => {
      host.defineThen(this.prototype, (self: Coroutine<unknown>, onFulfilled, onRejected, byEngine) =>
        self.#look(onFulfilled, onRejected, byEngine),
      )
    })
  }

  constructor() {
    if (lineObserver !== null) lineObserver.coroutineMade(this)
    if (awaitLines.left > 0) takeMaker(this)
    const frame = currentFrame()
    if (frame === undefined) rememberOutside(this)
    else frame.loop.unstarted.add(this)
  }

  /** What it is called in messages and traces. */
  abstract get name(): string

  get unstarted(): boolean {
    return this.#state === "unstarted"
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine"
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    // oxlint-disable-next-line typescript/no-explicit-any -- any, as in lib.es5: a handler may name the error's type
    onRejected?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#look(onFulfilled, onRejected, false) as Promise<A | B> // settled by the callbacks of A and B
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- any, as in lib.es5: a handler may name the error's type
  catch<B = never>(onRejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onRejected)
  }

  finally(onFinally?: (() => unknown) | null): Promise<T> {
    return afterwards(this, onFinally)
  }

  toString(): string {
    return `<coroutine ${this.name}>`
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }

  /** Runs below `frame` for the line that called `then`; returns what `then` is to return. */
  protected abstract start(
    frame: Frame,
    onFulfilled: OnFulfilled<T>,
    onRejected: OnRejected,
    byEngine: boolean,
  ): Promise<unknown> | undefined

  /** Runs as the body of `frame`, which has begun and whose store is set. */
  protected abstract runAs(frame: Frame): Promise<T>

  [take](): void {
    this.#state = "running"
  }

  [launch](frame: Frame): Promise<T> {
    return this.runAs(frame)
  }

  [close](): void {
    this.#state = "closed"
  }

  /** The run has ended; those who look again get the outcome too. */
  [finish](state: "returned" | "threw", outcome: unknown): void {
    if (this.#state !== "running") return
    const lookers = this.#outcome as Set<Future<T>> | undefined // it ran until now
    this.#state = state
    this.#outcome = outcome
    if (lookers === undefined) return
    for (const looker of lookers) {
      if (looker.done()) continue
      if (state === "returned") looker[returnWith](outcome as T) // a run returns a T
      else if (outcome instanceof CancelledError) looker[cancelWith](outcome)
      else looker[failWith](outcome, true)
    }
  }

  #look(onFulfilled: OnFulfilled<T>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
    switch (this.#state) {
      case "unstarted": {
        const frame = currentFrame()
        if (frame === undefined && loopKeeper !== null) return loopKeeper.run(this).then(onFulfilled, onRejected)
        if (frame === undefined || frame.ended) {
          this.#state = "closed"
          return passError(noTask(this.name, frame), onFulfilled, onRejected, byEngine)
        }
        if (frame.loop.dead) {
          this.#state = "closed"
          return passError(loopClosed(frame), onFulfilled, onRejected, byEngine)
        }
        this.#state = "running"
        return this.start(frame, onFulfilled, onRejected, byEngine)
      }
      case "returned":
        return pass(this.#outcome as T, onFulfilled, onRejected, byEngine) // a run returns a T
      case "threw":
        return passError(this.#outcome, onFulfilled, onRejected, byEngine)
      case "closed": {
        const error = new RuntimeError(`${this.toString()} was closed before it ran; call the function again`)
        return passError(error, onFulfilled, onRejected, byEngine)
      }
      case "running":
        return this.#lookAgain().then(onFulfilled, onRejected)
    }
  }

  // Each look has a future of its own: a cancelled look leaves the run alone.
  #lookAgain(): Future<T> {
    const loop = currentFrame()?.loop ?? this.runsIn?.loop
    const looker = new Looker<T>(this, loop)
    const lookers = (this.#outcome ??= new Set()) as Set<Future<T>> // it runs
    lookers.add(looker)
    // One that gives up goes at once: the run may last longer than many looks at it.
    looker[listen]({ futureDone: () => lookers.delete(looker) })
    return looker
  }

  /** Where it runs; nowhere until its body has begun. */
  abstract get runsIn(): Frame | null
}

/** A line that looks at a coroutine which another one runs. */
export class Looker<T> extends Future<T> {
  readonly coroutine: Coroutine<T>

  constructor(coroutine: Coroutine<T>, loop: Scheduler | undefined) {
    super({ loop })
    this.coroutine = coroutine
  }
}

/** Declared as a promise as well, since linters take for one what extends it: they tell of a forgotten await. */
export interface Coroutine<T> extends Promise<T> {}

/** Why a bare `await` finds no task, and what to do. */
function noTask(what: string, frame: Frame | undefined): RuntimeError {
  if (frame === undefined) {
    return new RuntimeError(`no running event loop to await '${what}' on; use asyncio.run(${what}(…))` + lostTask())
  }
  const where =
    frame.owner === null
      ? "a callback belongs to no task"
      : `this is a callback made by ${frame.owner.label}, in ${frame.name}, which has ended`
  return new RuntimeError(
    `cannot await '${what}' here: ${where}; wrap it in createTask(…) or run(…), or make the callback with bind(fn)`,
  )
}
