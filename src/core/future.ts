/**
 * A result that will come: set once, awaited any number of times.
 *
 * Long: a future makes the wait of whoever awaits it, and that wait reads the future, so the
 * two stand in one file.
 */
import { describe, describeError, refuseThenable } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { InvalidStateError, RuntimeError } from "../errors/misuse.ts"
import { whenInstalled } from "../host/host.ts"
import { loopKeeper, requestBy, runningLoop } from "./ambient.ts"
import { cancellation, path, type CancelRequest } from "./cancel-request.ts"
import type { ContextValues } from "./context.ts"
import { currentFrame, loopClosed, type Below, type Frame } from "./frame.ts"
import type { Glance } from "./glance.ts"
import { Handle, type Runnable } from "./handle.ts"
import { reportLost, retrieved, type Failed } from "./lost-errors.ts"
import { lineObserver, type WaitInfo, type WaitReason } from "./observer.ts"
import type { PublicLoop, Scheduler } from "./scheduler.ts"
import type { AwaitPlace } from "./place.ts"
import { UserCallback } from "./user-callback.ts"
import type { WaitWordsGiven } from "./wait-words.ts"
import {
  cancelWait,
  fail,
  forgiveWait,
  ignore,
  interruptWait,
  park,
  pass,
  passError,
  settle,
  takeTurn,
  wake,
  type OnFulfilled,
  type OnRejected,
  type Wait,
} from "./wait.ts"

/** Is told once that a future is done. */
export interface Listener {
  futureDone(): void
}

/** What programs have said of futures; few do, so the others need no place for it. */
export const saidOf = new WeakMap<object, WaitWordsGiven>()

/** How a future is made. */
export interface FutureOptions {
  readonly loop?: Scheduler | undefined
  /** What whoever awaits it waits for, in words, for those who look at the program; see `waitReason`. */
  readonly reason?: WaitWordsGiven | undefined
}

type DoneCallback<F> = (future: F) => void

class CallbackListener<T> implements Listener {
  readonly callback: DoneCallback<Future<T>>
  readonly #loop: Scheduler
  readonly #user: UserCallback

  constructor(future: Future<T>, callback: DoneCallback<Future<T>>, context: ContextValues | undefined) {
    this.callback = callback
    this.#loop = future[loopOf]
    this.#user = new UserCallback(this.#loop, () => callback(future), callback.name, context)
  }

  futureDone(): void {
    this.#loop.schedule(new Handle(this.#user))
  }
}

// What other files of this library need of a future and its users do not: keyed by symbols
// that no entry point exports.

/** Cancels a pending future at once; everybody who asks gets the message. */
export const cancelBy: unique symbol = Symbol("cancelBy")
/** The loop of a future. */
export const loopOf: unique symbol = Symbol("loop")
/** Asks for the cancellation of a future on behalf of whoever made the request. */
export const cancelFor: unique symbol = Symbol("cancelFor")
/** The futures that a future waits for, such as the children of a gather. */
export const awaits: unique symbol = Symbol("awaits")
/** The futures that a future stands for to whoever draws who waits for whom. */
export const watches: unique symbol = Symbol("watches")
/** What a future is called where somebody waits for it. */
export const label: unique symbol = Symbol("label")
/** What whoever awaits a future waits for. */
export const awaitedAs: unique symbol = Symbol("info")
/** The same in full, for whoever looks. */
export const awaitedFor: unique symbol = Symbol("reason")
/** The number of a task; undefined for what is none. */
export const numberOf: unique symbol = Symbol("number")
/** How a future stands, for people. */
export const stateText: unique symbol = Symbol("stateText")
/** Whether somebody of the library waits for a future. */
export const isAwaited: unique symbol = Symbol("isAwaited")
/** Whether anybody is told of its end, also a done callback. */
export const isListenedTo: unique symbol = Symbol("isListenedTo")
/** Why a future may not be awaited by a frame, or undefined. */
export const refuse: unique symbol = Symbol("refuse")
export const listen: unique symbol = Symbol("listen")
export const unlisten: unique symbol = Symbol("unlisten")
export const returnWith: unique symbol = Symbol("returnWith")
export const failWith: unique symbol = Symbol("failWith")
/** Ends as cancelled; the first to ask gets the given error, later ones a new one without message. */
export const cancelWith: unique symbol = Symbol("cancelWith")
/** The message that a future was cancelled with. */
export const cancelMessage: unique symbol = Symbol("cancelMessage")
/** The cancelled error, as `result` would throw it. Only when cancelled. */
export const takeCancelledError: unique symbol = Symbol("takeCancelledError")

/**
 * A placeholder for a result; most programs use `Task` and `gather` instead.
 *
 * Awaiting a pending one suspends the task; awaiting one that is done does not. Outside
 * any task it can be awaited like a promise. Cancelling a task that awaits a future cancels
 * the future, and with it all others who await it; `shield` prevents that.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const future = new asyncio.Future<string>()
 *   asyncio.getRunningLoop().callLater(0.01, () => future.setResult("ready"))
 *   console.log(await future) // -> ready
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-future.html#asyncio.Future
 */
export class Future<T> implements Promise<T>, Failed {
  readonly [loopOf]: Scheduler
  // Invariants: the state leaves "pending" once; from then on #listeners is empty, and
  // each listener was told exactly once, in the order of registration.
  #state: "pending" | "returned" | "failed" | "cancelled" = "pending"
  /** The value; the error; the request to cancel or, for the first who asks, its error. */
  #outcome: unknown
  #listeners: Listener | Listener[] | null = null
  #retrieved = true

  /** @throws RuntimeError if no loop is given and none runs. */
  constructor(options: FutureOptions = {}) {
    this[loopOf] = options.loop ?? runningLoop("make a Future")
    if (options.reason !== undefined) saidOf.set(this, options.reason)
    if (lineObserver !== null) lineObserver.futureMade(this)
  }

  get [Symbol.toStringTag](): string {
    return "Future"
  }

  done(): boolean {
    return this.#state !== "pending"
  }

  cancelled(): boolean {
    return this.#state === "cancelled"
  }

  /**
   * The result.
   *
   * @throws InvalidStateError while it is pending; CancelledError if it was cancelled; the
   * exception if it failed.
   */
  result(): T {
    switch (this.#state) {
      case "returned":
        return this.#outcome as T // set together with the state
      case "pending":
        throw new InvalidStateError(`${this.toString()} is not done; await it, or ask done() first`)
      case "failed":
        this.#retrieved = true
        throw this.#outcome
      case "cancelled":
        throw this[takeCancelledError]()
    }
  }

  /**
   * The exception it failed with, or undefined when it did not fail.
   *
   * @throws InvalidStateError while it is pending; CancelledError if it was cancelled.
   */
  exception(): unknown {
    if (this.#state === "pending") {
      throw new InvalidStateError(`${this.toString()} is not done; await it, or ask done() first`)
    }
    if (this.#state === "cancelled") throw this[takeCancelledError]()
    this.#retrieved = true
    return this.#state === "failed" ? this.#outcome : undefined
  }

  /**
   * Completes it with a result.
   *
   * @throws InvalidStateError if it is done; TypeError for a promise or coroutine, which
   * whoever awaits the result would run unasked.
   */
  setResult(value: T): void {
    this.#mustBePending("set a result")
    refuseThenable(value, "a result")
    this.#complete(() => this[returnWith](value))
  }

  /**
   * Completes it with an exception; an error class is instantiated.
   *
   * @throws InvalidStateError if it is done.
   */
  setException(error: unknown): void {
    this.#mustBePending("set an exception")
    this.#complete(() => this[failWith](typeof error === "function" ? new (error as new () => unknown)() : error))
  }

  /**
   * Cancels it: awaiting it throws CancelledError.
   *
   * @returns false if it is done already
   */
  cancel(message?: unknown): boolean {
    return this[cancelFor](requestBy(message))
  }

  /** Calls `callback` with this future through the loop once it is done, also when it is done already. */
  addDoneCallback(callback: (future: this) => void, options: { context?: ContextValues } = {}): void {
    if (typeof callback !== "function") throw new TypeError(`a done callback is a function, not ${describe(callback)}`)
    const listener = new CallbackListener<T>(this, callback as DoneCallback<Future<T>>, options.context)
    if (!this.done()) this[listen](listener)
    else if (this[loopOf].dead) throw nobodyIsTold()
    else listener.futureDone()
  }

  /** Takes every registration of `callback` back; returns how many there were. */
  removeDoneCallback(callback: (future: this) => void): number {
    const before = this.#count()
    this.#keep((listener) => !(listener instanceof CallbackListener) || listener.callback !== callback)
    return before - this.#count()
  }

  static {
    whenInstalled((host) => {
      host.defineThen(this.prototype, (self: Future<unknown>, onFulfilled, onRejected, byEngine) =>
        self.#look(onFulfilled, onRejected, byEngine),
      )
    })
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    // oxlint-disable-next-line typescript/no-explicit-any -- any, as in lib.es5: a handler may name the error's type
    onRejected?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#look(onFulfilled, onRejected, false) as Promise<A | B> // settled by the callbacks of A and B
  }

  #look(onFulfilled: OnFulfilled<T>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
    if (this.#state !== "pending") return this.#pass(onFulfilled, onRejected, byEngine)
    const frame = currentFrame()
    if (frame === undefined || frame.ended) {
      if (frame === undefined) loopKeeper?.waits(this)
      return park(new FutureWait(null, this), onFulfilled, onRejected, byEngine)
    }
    const refusal = frame.loop.dead ? loopClosed(frame) : this[refuse](frame)
    if (refusal !== undefined) return passError(refusal, onFulfilled, onRejected, byEngine)
    return park(new FutureWait(frame, this), onFulfilled, onRejected, byEngine)
  }

  #pass(onFulfilled: OnFulfilled<T>, onRejected: OnRejected, byEngine: boolean): Promise<unknown> | undefined {
    let value: T
    try {
      value = this.result()
    } catch (error) {
      return passError(error, onFulfilled, onRejected, byEngine)
    }
    return pass(value, onFulfilled, onRejected, byEngine)
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- any, as in lib.es5: a handler may name the error's type
  catch<B = never>(onRejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onRejected)
  }

  finally(onFinally?: (() => unknown) | null): Promise<T> {
    return afterwards(this, onFinally)
  }

  /** The loop it belongs to. */
  getLoop(): PublicLoop {
    return this[loopOf] as unknown as PublicLoop // only event loops make futures
  }

  toString(): string {
    return `<${this[Symbol.toStringTag]} ${this[stateText]()}>`
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }

  /** How it stands, in asyncio's words; `what` is put after the first. */
  [stateText](what = ""): string {
    switch (this.#state) {
      case "pending":
      case "cancelled":
        return this.#state + what
      case "returned":
        return `finished${what} result=${describe(this.#outcome)}`
      case "failed":
        return `finished${what} exception=${describeError(this.#outcome)}`
    }
  }

  /** What it is called where somebody waits for it; undefined where its kind says all. */
  get [label](): string | undefined {
    return undefined
  }

  /** What whoever awaits it waits for. */
  [awaitedAs](): WaitInfo {
    const kind = this[Symbol.toStringTag]
    const detail = this[label]
    return detail === undefined ? { kind } : { kind, detail }
  }

  /** The same in full where the class says more than future-words.ts knows. */
  [awaitedFor]?(glance: Glance, since: string): WaitReason | undefined

  /** @see numberOf */
  get [numberOf](): number | undefined {
    return undefined
  }

  [refuse](frame: Frame): Error | undefined {
    if (frame.loop === this[loopOf]) return undefined
    return new RuntimeError(
      `${this.toString()} belongs to another event loop than ${frame.owner?.label ?? "this code"}: ` +
        `await it where it was made, or hand over its result`,
    )
  }

  [cancelFor](request: CancelRequest): boolean {
    if (this.#state !== "pending") {
      this.#retrieved = true
      return false
    }
    this[cancelBy](request)
    return true
  }

  [cancelBy](request: CancelRequest): void {
    this.#outcome = request
    this.#finish("cancelled")
  }

  get [cancelMessage](): unknown {
    if (this.#state !== "cancelled" || this.#outcome instanceof CancelledError) return undefined
    return (this.#outcome as CancelRequest | undefined)?.message // a cancelled future keeps one of the two
  }

  [awaits](): Iterable<Future<unknown>> {
    return []
  }

  [watches](): Iterable<Future<unknown>> {
    return this[awaits]()
  }

  /** Whether a line or another future waits for it. */
  get [isAwaited](): boolean {
    const listeners = this.#listeners
    if (Array.isArray(listeners)) return listeners.some((listener) => !(listener instanceof CallbackListener))
    return listeners !== null && !(listeners instanceof CallbackListener)
  }

  /** Whether anybody at all is told of its end. */
  get [isListenedTo](): boolean {
    return this.#listeners !== null
  }

  [listen](listener: Listener): void {
    const listeners = this.#listeners
    if (listeners === null) this.#listeners = listener
    else if (Array.isArray(listeners)) listeners.push(listener)
    else this.#listeners = [listeners, listener]
  }

  [unlisten](listener: Listener): void {
    this.#keep((kept) => kept !== listener)
  }

  [returnWith](value: T): void {
    this.#outcome = value
    this.#finish("returned")
  }

  /** @param told - somebody tells of it otherwise, so it is never reported as lost */
  [failWith](error: unknown, told = false): void {
    this.#outcome = error === undefined ? new Error("failed with undefined; throw an Error instead") : error
    this.#retrieved = told
    this.#finish("failed")
    if (this.#retrieved) return
    const loop = this[loopOf]
    if (loop.dead) this[reportLost]()
    else loop.lostErrors.add(this, loop.clock.time(), loop.iterations)
  }

  [cancelWith](error: CancelledError): void {
    this.#outcome = error
    this.#finish("cancelled")
  }

  get [retrieved](): boolean {
    return this.#retrieved
  }

  [reportLost](): void {
    this.#retrieved = true
    this[loopOf].callExceptionHandler({
      message: `${this[Symbol.toStringTag]} exception was never retrieved`,
      exception: this.#outcome,
      future: this,
    })
  }

  [takeCancelledError](): CancelledError {
    const outcome = this.#outcome
    if (!(outcome instanceof CancelledError)) {
      return outcome === undefined ? new CancelledError() : cancellation(outcome as CancelRequest) // see #outcome
    }
    this.#outcome = undefined
    return outcome
  }

  #finish(state: "returned" | "failed" | "cancelled"): void {
    this.#state = state
    const listeners = this.#listeners
    this.#listeners = null
    if (listeners === null) return
    if (!Array.isArray(listeners)) listeners.futureDone()
    else for (const listener of listeners) listener.futureDone()
  }

  #complete(complete: () => void): void {
    const loop = this[loopOf]
    const { dropped } = loop
    complete()
    if (loop.dropped > dropped) throw nobodyIsTold()
  }

  #mustBePending(attempt: string): void {
    if (this.#state !== "pending") {
      throw new InvalidStateError(`cannot ${attempt}: ${this.toString()} is done; it takes one outcome`)
    }
  }

  #count(): number {
    return this.#listeners === null ? 0 : Array.isArray(this.#listeners) ? this.#listeners.length : 1
  }

  #keep(keep: (listener: Listener) => boolean): void {
    const listeners = this.#listeners
    if (Array.isArray(listeners)) this.#listeners = listeners.filter(keep)
    else if (listeners !== null && !keep(listeners)) this.#listeners = null
  }
}

function nobodyIsTold(): RuntimeError {
  return new RuntimeError("Event loop is closed: whoever awaits this future is not told")
}

/** A line that awaits a future. With no frame it stands outside any task and waits as with a promise. */
export class FutureWait<T> implements Wait, Listener {
  declare readonly quiet: true
  readonly future: Future<T>
  frame: Frame | null
  before: Below | null = null
  after: Below | null = null
  state: Wait["state"] = "pending"
  since = 0
  awaitedAt: AwaitPlace | null = null
  request: CancelRequest | null = null
  resolve: ((value: unknown) => void) | null = null
  reject: ((error: unknown) => void) | null = null

  static {
    // On the prototype: a field would cost every wait a slot.
    Object.defineProperty(this.prototype, "quiet", { value: true })
  }

  constructor(frame: Frame | null, future: Future<T>) {
    this.frame = frame
    this.future = future
    future[listen](this)
    frame?.loop.newWaits.push(this)
  }

  futureDone(): void {
    if (this.frame === null) this.run()
    else wake(this)
  }

  run(): void {
    takeTurn(this)
  }

  info(): WaitInfo {
    return this.future[awaitedAs]()
  }

  interrupt(request: CancelRequest): void {
    interruptWait(this, request)
  }

  forgive(): void {
    forgiveWait(this)
  }

  cancelAwaited(request: CancelRequest): boolean {
    path.closed = false
    if (this.future[cancelFor](request)) return true
    if (!path.closed) return false
    // A circle of tasks has no leaf, so the wait that closes it becomes one.
    path.closed = false
    cancelWait(this, request)
    return true
  }

  // A cancellation that came after the outcome beats it, unless the outcome is one itself.
  resume(error: CancelledError | null): void {
    let value: T
    try {
      value = this.future.result()
    } catch (failure) {
      fail(this, error === null || failure instanceof CancelledError ? failure : error)
      return
    }
    if (error === null) settle(this, value)
    else fail(this, error)
  }

  /** Whoever looks at a future with `then` may do so for longer than its frame lives. */
  orphan(): void {
    this.frame = null
    this.request = null
  }
}

/** Calls an internal function through the loop once a future is done, like a done callback without context. */
export class Relay<T> implements Listener, Runnable {
  declare readonly quiet: true
  readonly #future: Future<T>
  readonly #callback: (future: Future<T>) => void

  static {
    Object.defineProperty(this.prototype, "quiet", { value: true })
  }

  constructor(future: Future<T>, callback: (future: Future<T>) => void) {
    this.#future = future
    this.#callback = callback
    if (future.done()) this.futureDone()
    else future[listen](this)
  }

  futureDone(): void {
    this.#future[loopOf].schedule(this)
  }

  run(): void {
    this.#callback(this.#future)
  }

  /** Takes the call back if the future is not done. */
  stop(): void {
    this.#future[unlisten](this)
  }
}

/** `finally` for anything of ours: the callback is awaited, and the outcome passed on. */
export function afterwards<T>(target: PromiseLike<T>, onFinally: (() => unknown) | null | undefined): Promise<T> {
  if (typeof onFinally !== "function") return target.then() as Promise<T> // our `then` returns real promises
  const derived = target.then(
    async (value) => {
      await onFinally()
      return value
    },
    async (error: unknown) => {
      await onFinally()
      if (error instanceof CancelledError) derived.catch(ignore)
      throw error
    },
  ) as Promise<T> // our `then` returns real promises
  return derived
}
