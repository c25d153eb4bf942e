/**
 * Coroutines whose body is an async function, and `coroutine`, which makes them.
 */
import { describe } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import { cancellation, type CancelRequest } from "./cancel-request.ts"
import { Coroutine } from "./coroutine.ts"
import { Frame, type Boundary } from "./frame.ts"
import { ignore, type OnFulfilled, type OnRejected } from "./wait.ts"

/** What may run as a body: usually an async function, with its `this` and arguments. */
type Body<T> = (...args: never[]) => T | PromiseLike<T>

const noArguments: readonly unknown[] = []

/**
 * Invariant: the line that awaits is told once: when the body ends, or when the frame is
 * left behind, whichever comes first.
 */
export class BodyCoroutine<T> extends Coroutine<T> implements Boundary {
  readonly name: string
  #body: Body<T>
  #self: unknown
  #args: readonly unknown[]
  /** The line that awaits, until it is told. */
  #awaiting: Awaiting<T> | null = null
  #frame: Frame | null = null

  constructor(name: string, body: Body<T>, self?: unknown, args: readonly unknown[] = noArguments) {
    super()
    this.name = name
    this.#body = body
    this.#self = self
    this.#args = args
  }

  protected start<A, B>(frame: Frame, onFulfilled: OnFulfilled<T, A>, onRejected: OnRejected<B>): Promise<A | B> {
    const child = new Frame(frame.loop, this.name, frame.owner, frame, frame.context)
    child.boundary = this
    child.begin()
    this.#frame = child
    const awaiting = new Awaiting<T>(frame, onFulfilled, onRejected)
    this.#awaiting = awaiting
    this.opened(child)
    const outcome = host.enter(child, runBody, this as BodyCoroutine<unknown>) as Promise<T> // the body's own outcome
    this.keep(outcome)
    // These reactions run in the context of whoever called `then`, as their callbacks must.
    outcome.then(
      (value) => this.#ended(value),
      (error: unknown) => this.#failed(error),
    )
    return awaiting.promise as Promise<A | B> // settled by the callbacks of A and B
  }

  protected runAs(_frame: Frame): Promise<T> {
    return this.run()
  }

  /** The frame begins. */
  protected opened(_frame: Frame): void {}

  /** The body returned; what this returns or throws goes on. */
  protected returned(value: T, _frame: Frame): T {
    return value
  }

  /** The body threw, or was left behind; what this returns or throws goes on. */
  protected threw(error: unknown, _frame: Frame): T {
    throw error
  }

  abandon(request: CancelRequest): void {
    const awaiting = this.#awaiting
    if (awaiting === null) return
    const { above } = awaiting
    above.loop.schedule({
      quiet: false,
      run: () => {
        if (this.#awaiting === null) return
        this.#awaiting = null
        if (!above.ended) above.loop.turn = above
        this.#tellThrown(awaiting, cancellation(request), above)
      },
    })
  }

  /** Calls the body, here and now. */
  run(): Promise<T> {
    const body = this.#body
    const self = this.#self
    const args = this.#args
    // It runs once; what it was called with need not live as long as this object.
    this.#body = spent
    this.#self = undefined
    this.#args = noArguments
    try {
      return Promise.resolve(Reflect.apply(body, self, args as never[])) // typed together by the caller
    } catch (error) {
      return Promise.reject(error as Error) // the body was no async function and threw
    }
  }

  #ended(value: T): void {
    const frame = this.#frame as Frame // set before the body runs
    const awaiting = this.#awaiting
    this.#awaiting = null
    if (awaiting === null) {
      frame.end()
    } else {
      let passed: T
      try {
        passed = this.returned(value, frame)
      } catch (error) {
        frame.end()
        awaiting.threw(error)
        return
      }
      frame.end()
      awaiting.returned(passed)
    }
    if (frame.parent === null) frame.owner?.bodyEnded(frame)
  }

  #failed(error: unknown): void {
    const frame = this.#frame as Frame // set before the body runs
    const awaiting = this.#awaiting
    this.#awaiting = null
    if (awaiting === null) frame.end(error)
    else this.#tellThrown(awaiting, error, frame)
    if (frame.parent === null) frame.owner?.bodyEnded(frame, awaiting === null ? error : undefined)
  }

  #tellThrown(awaiting: Awaiting<T>, error: unknown, frame: Frame): void {
    let value: T
    try {
      value = this.threw(error, frame)
    } catch (thrown) {
      if (frame === this.#frame) frame.end(error)
      awaiting.threw(thrown)
      return
    }
    if (frame === this.#frame) frame.end(error)
    awaiting.returned(value)
  }
}

function runBody(coroutine: BodyCoroutine<unknown>): Promise<unknown> {
  return coroutine.run()
}

function spent(): never {
  throw new RuntimeError("a coroutine runs once; call the function again for another run")
}

let resolveCaptured: (value: unknown) => void
let rejectCaptured: (error: unknown) => void

function capture(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  resolveCaptured = resolve
  rejectCaptured = reject
}

/** What `then` received and is to return: the callbacks are called directly, without a microtask. */
class Awaiting<T> {
  /** The frame that awaits. */
  readonly above: Frame
  readonly promise: Promise<unknown>
  readonly #onFulfilled: OnFulfilled<T, unknown>
  readonly #onRejected: OnRejected<unknown>
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: unknown) => void

  constructor(above: Frame, onFulfilled: OnFulfilled<T, unknown>, onRejected: OnRejected<unknown>) {
    this.above = above
    this.promise = new Promise(capture)
    this.#resolve = resolveCaptured
    this.#reject = rejectCaptured
    this.#onFulfilled = onFulfilled
    this.#onRejected = onRejected
  }

  returned(value: T): void {
    if (typeof this.#onFulfilled === "function") this.#call(this.#onFulfilled, value)
    else this.#resolve(value)
  }

  threw(error: unknown): void {
    if (typeof this.#onRejected === "function") {
      this.#call(this.#onRejected, error)
      return
    }
    if (error instanceof CancelledError) this.promise.catch(ignore)
    this.#reject(error)
  }

  #call<V>(callback: (value: V) => unknown, value: V): void {
    let result: unknown
    try {
      result = callback(value)
    } catch (error) {
      this.#reject(error)
      return
    }
    this.#resolve(result)
  }
}

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
export function coroutine<A extends unknown[], R>(
  fn: (...args: A) => R,
): (...args: A) => Coroutine<Awaited<R>>
export function coroutine<A extends unknown[], R>(
  name: string,
  fn: (...args: A) => R,
): (...args: A) => Coroutine<Awaited<R>>
export function coroutine<A extends unknown[], R>(
  nameOrFunction: string | ((...args: A) => R),
  maybeFunction?: (...args: A) => R,
): (...args: A) => Coroutine<Awaited<R>> {
  const fn = typeof nameOrFunction === "string" ? maybeFunction : nameOrFunction
  if (fn === undefined || typeof fn !== "function") {
    throw new TypeError(`coroutine(fn) or coroutine("name", fn) takes an async function, not ${describe(fn)}`)
  }
  const name = typeof nameOrFunction === "string" ? nameOrFunction : fn.name === "" ? `at ${callerPlace()}` : fn.name
  function make(this: unknown, ...args: A): Coroutine<Awaited<R>> {
    return new BodyCoroutine(name, fn as unknown as Body<Awaited<R>>, this, args) // R is awaited by the run
  }
  Object.defineProperty(make, "name", { value: name })
  return make
}

/** The file and line that called `coroutine`. */
function callerPlace(): string {
  const line = (new Error().stack ?? "").split("\n")[3] ?? ""
  return /([^/\\(]+:\d+):\d+\)?$/.exec(line)?.[1] ?? "an unknown place"
}
