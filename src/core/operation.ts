/**
 * Coroutines of the library itself: state machines without a body of their own.
 *
 * An operation either finishes at once, which is no suspension, or waits; when it is woken
 * it finishes, or waits again. It runs in the frame of whoever awaits it, so it needs no
 * frame and no async function of its own.
 */
import type { Linked } from "../structures/linked-list.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { CancelRequest } from "./cancel-request.ts"
import { Coroutine } from "./coroutine.ts"
import type { Frame } from "./frame.ts"
import type { Callback } from "./handle.ts"
import type { WaitInfo } from "./observer.ts"
import { derive, Wait, type OnFulfilled, type OnRejected } from "./wait.ts"

/** What `begin` and `woken` return to wait (again). */
export const waiting: unique symbol = Symbol("waiting")
export type Waiting = typeof waiting

export abstract class Operation<T> extends Coroutine<T> implements Linked<Operation<unknown>> {
  // Its place in the line of a primitive.
  previous: Operation<unknown> | null = null
  next: Operation<unknown> | null = null
  #wait: OperationWait<T> | null = null
  #frame: Frame | null = null

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

  /** Lets the operation have its turn; false if it is to have one already. */
  wake(): boolean {
    return this.wait().wake()
  }

  /** Whether it has neither been woken nor cancelled. */
  get pending(): boolean {
    return this.#wait === null || this.#wait.state === "pending"
  }

  /** Whether its wait was cancelled before anything woke it. */
  get cancelled(): boolean {
    return this.#wait?.state === "cancelled"
  }

  get frame(): Frame {
    if (this.#frame === null) throw new TypeError(`${this.toString()} has not started`)
    return this.#frame
  }

  protected start<A, B>(frame: Frame, onFulfilled: OnFulfilled<T, A>, onRejected: OnRejected<B>): Promise<A | B> {
    this.#frame = frame
    let result: T | Waiting
    try {
      result = this.begin(frame)
    } catch (error) {
      const failed = Promise.reject<T>(error as Error)
      this.keep(failed)
      return derive(failed, onFulfilled, onRejected)
    }
    if (result !== waiting) {
      const finished = Promise.resolve(result as T) // T is never `waiting`, which this module keeps
      this.keep(finished)
      return derive(finished, onFulfilled, onRejected)
    }
    const wait = this.wait()
    this.keep(wait.outcome)
    return wait.park(onFulfilled, onRejected)
  }

  protected runAs(frame: Frame): Promise<T> {
    return this.start(frame, undefined, undefined) as Promise<T> // without handlers the outcome passes through
  }

  /** The suspension, made when it is first needed. */
  protected wait(): OperationWait<T> {
    this.#wait ??= new OperationWait(this.frame, this)
    return this.#wait
  }
}

/** Lets an operation have its turn when a timer is due. */
export class WakeCallback implements Callback {
  readonly quiet = true
  readonly context = undefined
  readonly #operation: Operation<unknown>

  constructor(operation: Operation<unknown>) {
    this.#operation = operation
  }

  call(): void {
    this.#operation.wake()
  }

  describe(): string {
    return `wake ${this.#operation.name}`
  }
}

class OperationWait<T> extends Wait<T> {
  readonly #operation: Operation<T>

  constructor(frame: Frame, operation: Operation<T>) {
    super(frame)
    this.#operation = operation
  }

  info(): WaitInfo {
    return this.#operation.info()
  }

  protected cancelAwaited(request: CancelRequest): boolean {
    this.state = "cancelled"
    this.request = request
    this.schedule()
    return true
  }

  protected resume(error: CancelledError | null): void {
    let result: T | Waiting
    try {
      result = this.#operation.woken(error)
    } catch (failure) {
      this.fail(failure)
      return
    }
    if (result === waiting) this.state = "pending"
    else this.settle(result as T) // T is never `waiting`
  }

  orphan(): void {
    if (this.detachCancelled()) return
    this.#operation.dropped()
    this.abandon()
  }
}
