/**
 * Coroutines whose body is an async function, and `coroutine`, which makes them.
 */
import { describe } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { host } from "../host/host.ts"
import { cancellation, type CancelRequest } from "./cancel-request.ts"
import { Coroutine } from "./coroutine.ts"
import { Frame, type Boundary } from "./frame.ts"
import type { OnFulfilled, OnRejected } from "./wait.ts"

/** What may run as a body: usually an async function, with its `this` and arguments. */
type Body<T> = (...args: never[]) => T | PromiseLike<T>

/** The line that awaits a body, until it is told. */
interface Awaiting<T> {
  returned(value: T): void
  threw(error: unknown): void
}

/**
 * Invariant: the line that awaits is told once: when the body ends, or when the frame is
 * left behind, whichever comes first.
 */
export class BodyCoroutine<T> extends Coroutine<T> implements Boundary {
  readonly name: string
  readonly #body: Body<T>
  readonly #self: unknown
  readonly #args: readonly unknown[]
  #awaiting: Awaiting<T> | null = null
  #above: Frame | null = null

  constructor(name: string, body: Body<T>, self: unknown, args: readonly unknown[]) {
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
    this.#above = frame
    const followed = follow(onFulfilled, onRejected)
    this.#awaiting = followed.awaiting
    this.opened(child)
    const outcome = host.enter(child, runBody, this as BodyCoroutine<unknown>) as Promise<T> // the body's own outcome
    this.keep(outcome)
    // This reaction runs in the context of whoever called `then`, as their callbacks must.
    outcome.then(
      (value) => this.#ended(child, value),
      (error: unknown) => this.#failed(child, error),
    )
    return followed.promise
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
    const above = this.#above
    if (above === null) return
    above.loop.schedule({
      quiet: false,
      run: () => {
        if (!above.ended) above.loop.turn = above
        this.#tell(() => this.threw(cancellation(request), above))
      },
    })
  }

  /** Calls the body, here and now. */
  run(): Promise<T> {
    try {
      return Promise.resolve(Reflect.apply(this.#body, this.#self, this.#args as never[])) // typed together by the caller
    } catch (error) {
      return Promise.reject(error as Error) // the body was no async function and threw
    }
  }

  #ended(frame: Frame, value: T): void {
    if (this.#awaiting === null) frame.end()
    else {
      this.#tell(() => {
        try {
          return this.returned(value, frame)
        } finally {
          frame.end()
        }
      })
    }
    if (frame.parent === null) frame.owner?.bodyEnded(frame)
  }

  #failed(frame: Frame, error: unknown): void {
    const late = this.#awaiting === null
    if (late) frame.end()
    else {
      this.#tell(() => {
        try {
          return this.threw(error, frame)
        } finally {
          frame.end()
        }
      })
    }
    if (frame.parent === null) frame.owner?.bodyEnded(frame, late ? error : undefined)
  }

  #tell(outcome: () => T): void {
    const awaiting = this.#awaiting
    this.#awaiting = null
    if (awaiting === null) return
    let value: T
    try {
      value = outcome()
    } catch (error) {
      awaiting.threw(error)
      return
    }
    awaiting.returned(value)
  }
}

function runBody(coroutine: BodyCoroutine<unknown>): Promise<unknown> {
  return coroutine.run()
}

/** Calls the callbacks of a `then` directly, and gives the promise that it returns. */
function follow<T, A, B>(
  onFulfilled: OnFulfilled<T, A>,
  onRejected: OnRejected<B>,
): { promise: Promise<A | B>; awaiting: Awaiting<T> } {
  let resolve: (value: A | B | PromiseLike<A | B>) => void
  let reject: (error: unknown) => void
  const promise = new Promise<A | B>((res, rej) => {
    resolve = res
    reject = rej
  })
  const handle = <V>(callback: ((value: V) => A | B | PromiseLike<A | B>) | null | undefined, value: V): boolean => {
    if (typeof callback !== "function") return false
    try {
      resolve(callback(value))
    } catch (error) {
      reject(error)
    }
    return true
  }
  return {
    promise,
    awaiting: {
      returned(value) {
        // Without a handler the value passes through, as the type of `then` says.
        if (!handle(onFulfilled, value)) resolve(value as never)
      },
      threw(error) {
        if (handle(onRejected, error)) return
        if (error instanceof CancelledError) promise.catch(() => undefined)
        reject(error)
      },
    },
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
