/**
 * Coroutines whose body is an async function, and `coroutine`, which makes them.
 */
import { describe } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host, type ContextSnapshot } from "../host/host.ts"
import { BodyFrame, follow, followFrom } from "./body-frame.ts"
import { bodyStart } from "./body-start.ts"
import { asyncFunction } from "./async-function.ts"
import { awaitLines } from "./await-lines.ts"
import { cancellation, type CancelRequest } from "./cancel-request.ts"
import { Coroutine, finish, makesCoroutines } from "./coroutine.ts"
import type { CoroutineFunction, Describable } from "./coroutine-function.ts"
import { currentFrame, type Frame } from "./frame.ts"
import { NativePromise } from "./native-promise.ts"
import { lineObserver } from "./observer.ts"
import { ignore, type OnFulfilled, type OnRejected } from "./wait.ts"

/** What may run as a body: usually an async function, with its `this` and arguments. */
type Body<T> = (...args: never[]) => T | PromiseLike<T>

const noArguments: readonly unknown[] = []

export class BodyCoroutine<T> extends Coroutine<T> {
  readonly name: string
  #body: Body<T>
  #self: unknown
  #args: readonly unknown[]
  #frame: Frame | null = null

  constructor(name: string, body: Body<T>, self?: unknown, args: readonly unknown[] = noArguments) {
    super()
    this.name = name
    this.#body = body
    this.#self = self
    this.#args = args
  }

  protected start(
    frame: Frame,
    onFulfilled: OnFulfilled<T>,
    onRejected: OnRejected,
    byEngine: boolean,
  ): Promise<unknown> | undefined {
    if (lineObserver !== null) lineObserver.lineParked(frame, this)
    const child = new CallFrame<T>(this, frame)
    if (awaitLines.left > 0) child.awaitedAt = awaitLines.take(this)
    child.begin()
    this.#frame = child
    if (byEngine) {
      child.resolve = onFulfilled as (value: unknown) => void // the engine passes both
      child.reject = onRejected as (error: unknown) => void
    } else {
      const look = new Look(onFulfilled, onRejected)
      child.look = look
      child.resolve = look.resolve
      child.reject = look.reject
    }
    this.opened(child)
    if (byEngine && host.jobsKeepStores) {
      // This job ends here, and its store with it: nobody's need be restored.
      host.setStore(child)
      follow(runBody(this), child)
      return undefined
    }
    // These reactions run in the context of whoever called `then`, as their callbacks must.
    followFrom(host.enter(child, runBody, this), child)
    return child.look?.promise
  }

  protected runAs(frame: Frame): Promise<T> {
    this.#frame = frame
    return this.run()
  }

  get runsIn(): Frame | null {
    return this.#frame
  }

  /** The frame begins. */
  opened(_frame: Frame): void {}

  /** The body returned; what this returns or throws goes on. */
  returned(value: T, _frame: Frame): T {
    return value
  }

  /** The body threw, or was left behind; what this returns or throws goes on. */
  threw(error: unknown, _frame: Frame): T {
    throw error
  }

  /** Calls the body, here and now. */
  run(): Promise<T> {
    const body = this.#body
    if (this.#frame !== null) this.#frame.code = asyncFunction(body)
    const self = this.#self
    const args = this.#args
    // It runs once; what it was called with need not live as long as this object.
    this.#body = spent
    this.#self = undefined
    this.#args = noArguments
    try {
      return NativePromise.resolve(Reflect.apply(body, self, args as never[])) // typed together by the caller
    } catch (error) {
      return NativePromise.reject(error) // the body was no async function and threw
    }
  }
}

/** Runs a body whose frame is the store. */
function runBody(coroutine: BodyCoroutine<unknown>): Promise<unknown> {
  const frame = bodyStart === null ? undefined : currentFrame()
  return bodyStart === null || frame === undefined ? coroutine.run() : bodyStart(frame, () => coroutine.run())
}

/**
 * The body of a coroutine that somebody's line awaits.
 *
 * Invariant: the line is told once: when the body ends, or when the frame is left behind,
 * whichever comes first.
 */
class CallFrame<T> extends BodyFrame {
  readonly #coroutine: BodyCoroutine<T>
  /** The frame that awaits, until its line is told. */
  #above: Frame | null
  // How the line is told.
  resolve: ((value: unknown) => void) | null = null
  reject: ((error: unknown) => void) | null = null
  look: Look | null = null

  constructor(coroutine: BodyCoroutine<T>, above: Frame) {
    super(above.loop, coroutine.name, above.owner, above, above.context)
    this.#coroutine = coroutine
    this.#above = above
    this.boundary = this
  }

  /** The coroutine that runs in it. */
  get runs(): object {
    return this.#coroutine
  }

  abandon(request: CancelRequest): void {
    const above = this.#above
    if (above === null) return
    above.loop.schedule({
      quiet: false,
      run: () => {
        if (this.#above === null) return
        this.#above = null
        if (!above.ended) above.loop.resumes(above)
        const tell = (): void => this.#tellThrown(cancellation(request), above, above)
        // No reaction brings the context of whoever called `then` here.
        if (this.look === null) tell()
        else this.look.snapshot.run(tell, undefined)
      },
    })
  }

  returned(value: unknown): void {
    if (lineObserver !== null) lineObserver.bodyEnded(this, "returned")
    const above = this.#above
    this.#above = null
    let how: "returned" | "threw" = "returned"
    let outcome = value
    if (above !== null) {
      try {
        outcome = this.#coroutine.returned(value as T, this) // the body's value
      } catch (error) {
        how = "threw"
        outcome = error
      }
    }
    if (this.parent === null) this.owner?.bodyEnded(this)
    this.end()
    if (above !== null) this.#tell(how, outcome, above)
  }

  threw(error: unknown): void {
    if (lineObserver !== null) lineObserver.bodyEnded(this, "threw")
    const above = this.#above
    this.#above = null
    if (this.parent === null) this.owner?.bodyEnded(this, above === null ? error : undefined)
    if (above !== null) this.#tellThrown(error, this, above)
    else this.end(error)
  }

  #tellThrown(error: unknown, frame: Frame, above: Frame): void {
    let how: "returned" | "threw" = "returned"
    let outcome: unknown
    try {
      outcome = this.#coroutine.threw(error, frame)
    } catch (thrown) {
      how = "threw"
      outcome = thrown
    }
    if (frame === this) this.end(error)
    this.#tell(how, outcome, above)
  }

  #tell(how: "returned" | "threw", outcome: unknown, above: Frame): void {
    this.#coroutine[finish](how, outcome)
    if (lineObserver !== null) lineObserver.lineResumed(above, how === "threw" ? outcome : undefined)
    if (how === "returned") this.resolve?.(outcome)
    else this.reject?.(outcome)
    this.resolve = null
    this.reject = null
  }
}

function spent(): never {
  throw new RuntimeError("a coroutine runs once; call the function again for another run")
}

/** A `then` called by somebody's code: its callbacks are called directly, in the context of that call. */
class Look {
  readonly snapshot: ContextSnapshot = host.capture()
  readonly promise: Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void

  constructor(onFulfilled: OnFulfilled<never>, onRejected: OnRejected) {
    const { promise, resolve, reject } = NativePromise.withResolvers<unknown>()
    this.promise = promise
    const call = (callback: (given: never) => unknown, given: unknown): void => {
      let result: unknown
      try {
        result = callback(given as never) // given by the coroutine that the callback was given to
      } catch (error) {
        reject(error)
        return
      }
      resolve(result)
    }
    this.resolve = (value) => {
      if (typeof onFulfilled === "function") call(onFulfilled, value)
      else resolve(value)
    }
    this.reject = (error) => {
      if (typeof onRejected === "function") {
        call(onRejected, error)
        return
      }
      if (error instanceof CancelledError) promise.catch(ignore)
      reject(error)
    }
  }
}

// The constraint has no parameters, or those of `fn` that have a default and no type would get theirs from it.
/**
 * Makes a coroutine function of an async function: calling it does not run it, but gives a
 * `Coroutine` that runs when it is awaited or made a task.
 *
 * @param name - what its coroutines are called; by default the function's name, else the
 * place of this call
 * @throws TypeError if no function is given.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const greet = asyncio.coroutine(async function greet(name: string) {
 *   return `Hello, ${name}!`
 * })
 *
 * console.log(await asyncio.run(greet("Alice"))) // -> Hello, Alice!
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#coroutines
 */
export function coroutine<F extends Function>(fn: F & Describable<F>): CoroutineFunction<F>
export function coroutine<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => Coroutine<Awaited<R>>
export function coroutine<F extends Function>(name: string, fn: F & Describable<F>): CoroutineFunction<F>
export function coroutine<A extends unknown[], R>(name: string, fn: (...args: A) => R): (...args: A) => Coroutine<Awaited<R>>
export function coroutine(nameOrFunction: string | Body<unknown>, maybeFunction?: Body<unknown>): (...args: never[]) => Coroutine<unknown> {
  const fn = typeof nameOrFunction === "string" ? maybeFunction : nameOrFunction
  if (fn === undefined || typeof fn !== "function") {
    throw new TypeError(`coroutine(fn) or coroutine("name", fn) takes an async function, not ${describe(fn)}`)
  }
  const name = typeof nameOrFunction === "string" ? nameOrFunction : fn.name === "" ? `at ${callerPlace()}` : fn.name
  const body: Body<unknown> = fn
  function make(this: unknown, ...args: unknown[]): Coroutine<unknown> {
    return new BodyCoroutine(name, body, this, args)
  }
  Object.defineProperties(make, { name: { value: name }, [makesCoroutines]: { value: true } })
  return make
}

/** The file and line that called `coroutine`. */
function callerPlace(): string {
  const line = (new Error().stack ?? "").split("\n")[3] ?? ""
  return /([^/\\(]+:\d+):\d+\)?$/.exec(line)?.[1] ?? "an unknown place"
}
