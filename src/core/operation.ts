/**
 * Coroutines of the library itself: state machines without a body of their own.
 *
 * An operation either finishes at once, which is no suspension, or waits; when it is woken
 * it finishes, or waits again. It runs in the frame of whoever awaits it, so it needs no
 * frame and no async function of its own.
 */
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { CancelRequest } from "./cancel-request.ts"
import { Coroutine, finish } from "./coroutine.ts"
import type { Frame } from "./frame.ts"
import type { Callback } from "./handle.ts"
import type { WaitInfo } from "./observer.ts"
import type { Scheduler } from "./scheduler.ts"
import { pass, passError, Wait, type OnFulfilled, type OnRejected } from "./wait.ts"

/** What `begin` and `woken` return to wait (again). */
export const waiting: unique symbol = Symbol("waiting")
export type Waiting = typeof waiting

export abstract class Operation<T> extends Coroutine<T> {
  #wait: OperationWait<T> | null = null

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
    return this.#wait?.wake() ?? false
  }

  /** Whether it has neither been woken nor cancelled. */
  get pending(): boolean {
    return this.#wait === null || this.#wait.state === "pending"
  }

  /** Whether its wait was cancelled before anything woke it. */
  get cancelled(): boolean {
    return this.#wait?.state === "cancelled"
  }


  protected start(
    frame: Frame,
    onFulfilled: OnFulfilled<T>,
    onRejected: OnRejected,
    byEngine: boolean,
  ): Promise<unknown> | undefined {
    let result: T | Waiting
    try {
      result = this.begin(frame)
    } catch (error) {
      this[finish]("threw", error)
      return passError(error, onFulfilled, onRejected, byEngine)
    }
    if (result === waiting) return this.wait(frame).park(onFulfilled, onRejected, byEngine)
    this[finish]("returned", result)
    return pass(result, onFulfilled, onRejected, byEngine)
  }

  protected runAs(frame: Frame): Promise<T> {
    return this.start(frame, undefined, undefined, false) as Promise<T> // without handlers the outcome passes through
  }

  protected get loop(): Scheduler | undefined {
    return this.#wait?.frame?.loop
  }

  /** The suspension, made when it is first needed. */
  protected wait(frame: Frame): OperationWait<T> {
    this.#wait ??= new OperationWait(frame, this)
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
      this.#operation[finish]("threw", failure)
      this.fail(failure)
      return
    }
    if (result === waiting) {
      this.state = "pending"
    } else {
      this.#operation[finish]("returned", result)
      this.settle(result)
    }
  }

  orphan(): void {
    if (this.detachCancelled()) return
    this.#operation.dropped()
    this.#operation[finish]("threw", this.abandon())
  }
}
