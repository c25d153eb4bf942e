/**
 * Coroutines of the library itself: state machines without a body of their own.
 *
 * An operation either finishes at once, which is no suspension, or waits; when it is woken
 * it finishes, or waits again. It runs in the frame of whoever awaits it, so it needs no
 * frame and no async function of its own.
 */
import { CancelledError } from "../errors/cancelled-error.ts"
import type { CancelRequest } from "./cancel-request.ts"
import { Coroutine, finish } from "./coroutine.ts"
import type { Below, Frame } from "./frame.ts"
import type { Callback } from "./handle.ts"
import { NativePromise } from "./native-promise.ts"
import type { Glance } from "./glance.ts"
import type { WaitInfo, WaitReason } from "./observer.ts"
import type { AwaitPlace } from "./place.ts"
import {
  abandon,
  cancelWait,
  fail,
  forgiveWait,
  interruptWait,
  park,
  parkForPromise,
  pass,
  passError,
  settle,
  takeTurn,
  wake,
  type OnFulfilled,
  type OnRejected,
  type Wait,
} from "./wait.ts"

/** What `begin` and `woken` return to wait (again). */
export const waiting: unique symbol = Symbol("waiting")
export type Waiting = typeof waiting

/**
 * An operation is its own wait. What a wait asks of it, and the library's own files, stands
 * here; users see a `Coroutine`.
 */
export abstract class Operation<T> extends Coroutine<T> implements Wait, Callback {
  declare readonly quiet: true
  declare readonly context: undefined
  /** Whose line waits; null before that, and when the frame has ended. */
  frame: Frame | null = null
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
    void Object.defineProperties(this.prototype, { quiet: { value: true }, context: { value: undefined } })
  }

  /** Starts: returns the result, throws, or returns `waiting` after arranging to be woken. */
  abstract begin(frame: Frame): T | Waiting

  /**
   * Its turn has come.
   *
   * @param error - what to throw if the task was cancelled meanwhile
   */
  abstract woken(error: CancelledError | null): T | Waiting

  /** The operation ends without a turn, since its frame has: lets go of what it holds. */
  abstract dropped(): void

  /** What it waits for, for people. */
  info(): WaitInfo {
    return { kind: this.name }
  }

  /** The same in full, for whoever looks; undefined where `info` and the time say all. */
  reason?(glance: Glance): WaitReason | undefined

  /** Lets the operation have its turn; false if it is to have one already. */
  wake(): boolean {
    return wake(this)
  }

  /** Whether it has neither been woken nor cancelled. */
  get pending(): boolean {
    return this.state === "pending"
  }

  /** Whether it was cancelled before anything woke it. */
  get cancelled(): boolean {
    return this.state === "cancelled"
  }

  protected start(
    frame: Frame,
    onFulfilled: OnFulfilled<T>,
    onRejected: OnRejected,
    byEngine: boolean,
  ): Promise<unknown> | undefined {
    this.frame = frame
    let result: T | Waiting
    try {
      result = this.begin(frame)
    } catch (error) {
      this.frame = null
      this[finish]("threw", error)
      return passError(error, onFulfilled, onRejected, byEngine)
    }
    if (result === waiting) return park(this, onFulfilled, onRejected, byEngine)
    this.frame = null
    this[finish]("returned", result)
    return pass(result, onFulfilled, onRejected, byEngine)
  }

  protected runAs(frame: Frame): Promise<T> {
    this.frame = frame
    let result: T | Waiting
    try {
      result = this.begin(frame)
    } catch (error) {
      this.frame = null
      return NativePromise.reject(error) // the task tells this coroutine of it
    }
    if (result === waiting) return parkForPromise(this)
    this.frame = null
    return NativePromise.resolve(result)
  }

  get runsIn(): Frame | null {
    return this.frame
  }

  run(): void {
    takeTurn(this)
  }

  resume(error: CancelledError | null): void {
    let result: T | Waiting
    try {
      result = this.woken(error)
    } catch (failure) {
      this[finish]("threw", failure)
      fail(this, failure)
      return
    }
    if (result === waiting && this.frame === null) {
      // It would have to wait once more, as for the lock of a condition, but nobody waits for it.
      this.dropped()
      const failure = error ?? new CancelledError("nothing outlives the frame that started it", { requestedBy: "the runtime" })
      this[finish]("threw", failure)
      fail(this, failure)
    } else if (result === waiting) {
      this.state = "pending"
    } else {
      this[finish]("returned", result)
      settle(this, result)
    }
  }

  /** As the callback of a timer. */
  call(): void {
    wake(this)
  }

  describe(): string {
    return `wake ${this.name}`
  }

  interrupt(request: CancelRequest): void {
    interruptWait(this, request)
  }

  forgive(): void {
    forgiveWait(this)
  }

  cancelAwaited(request: CancelRequest): boolean {
    cancelWait(this, request)
    return true
  }

  orphan(): void {
    // One that was cancelled with its frame has its turn to come.
    if (this.state === "cancelled") {
      this.frame = null
      return
    }
    this.dropped()
    this[finish]("threw", abandon(this))
  }
}
