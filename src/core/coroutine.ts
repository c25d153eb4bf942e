/**
 * Coroutines: calls that have not started.
 */
import { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { currentFrame, type Frame } from "./frame.ts"
import { afterwards, cancelWith, failWith, forget, Future, returnWith } from "./future.ts"
import { Unstarted, type Startable } from "./unstarted.ts"
import { derive, type OnFulfilled, type OnRejected } from "./wait.ts"

/** Coroutines made outside any loop, such as the one given to `run`. */
export const madeOutside = new Unstarted()

// For files of this library; no entry point exports these.

/** Starts the coroutine's body as that of `frame`, which has begun; returns its outcome. */
export const launch: unique symbol = Symbol("launch")
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
export abstract class Coroutine<T> implements Promise<T>, Startable {
  #unstarted = true
  /** The outcome of the run, for those who look a second time. Set when it starts. */
  #outcome: Promise<T> | null = null

  constructor() {
    const frame = currentFrame()
    const list = frame === undefined ? madeOutside : frame.loop.unstarted
    list.add(this)
  }

  /** What it is called in messages and traces. */
  abstract get name(): string

  get unstarted(): boolean {
    return this.#unstarted
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine"
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!this.#unstarted) return this.#lookAgain(onFulfilled, onRejected)
    const frame = currentFrame()
    if (frame === undefined || frame.ended) {
      this[close]()
      return derive(Promise.reject(noTask(this.name, frame)), onFulfilled, onRejected)
    }
    this.#unstarted = false
    return this.start(frame, onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return afterwards(this, onFinally)
  }

  toString(): string {
    return `<coroutine ${this.name}>`
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }

  /** Runs below `frame` for the line that called `then`. */
  protected abstract start<A, B>(frame: Frame, onFulfilled: OnFulfilled<T, A>, onRejected: OnRejected<B>): Promise<A | B>

  /** Runs as the body of `frame`, which has begun and whose store is set. */
  protected abstract runAs(frame: Frame): Promise<T>

  [launch](frame: Frame): Promise<T> {
    this.#unstarted = false
    const outcome = this.runAs(frame)
    this.#outcome = outcome
    return outcome
  }

  [close](): void {
    this.#unstarted = false
  }

  /** Keeps the outcome for those who look again. */
  protected keep(outcome: Promise<T>): void {
    this.#outcome = outcome
  }

  // Each look has a future of its own: a cancelled look leaves the run alone.
  #lookAgain<A, B>(onFulfilled: OnFulfilled<T, A>, onRejected: OnRejected<B>): Promise<A | B> {
    const outcome =
      this.#outcome ??
      Promise.reject<T>(new RuntimeError(`${this.toString()} was closed before it ran; call the function again`))
    const frame = currentFrame()
    if (frame === undefined || frame.ended) return derive(outcome, onFulfilled, onRejected)
    const look = new Future<T>({ loop: frame.loop })
    outcome.then(
      (value) => {
        if (!look.done()) look[returnWith](value)
      },
      (error: unknown) => {
        if (look.done()) return
        if (error instanceof CancelledError) look[cancelWith](error)
        else look[failWith](error)
        look[forget]()
      },
    )
    return look.then(onFulfilled, onRejected)
  }
}

/** Why a bare `await` finds no task, and what to do. */
function noTask(what: string, frame: Frame | undefined): RuntimeError {
  if (frame === undefined) {
    return new RuntimeError(`no running event loop to await '${what}' on; use asyncio.run(${what}(…))`)
  }
  const where =
    frame.owner === null
      ? "a callback belongs to no task"
      : `this is a callback made by ${frame.owner.label}, in ${frame.name}, which has ended`
  return new RuntimeError(
    `cannot await '${what}' here: ${where}; wrap it in createTask(…) or run(…), or make the callback with bind(fn)`,
  )
}
