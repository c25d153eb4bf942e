import { checkFunction } from "../structures/arguments.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { Trace } from "../core/trace.ts"
import type { Wait } from "../core/wait.ts"
import { Binding } from "./binding.ts"
import { Held } from "./held.ts"
import { LineOperation } from "./line-operation.ts"
import { runHolding } from "./run-holding.ts"
import { holdersOf, insides, Primitive, waiters, waitingIn, type PrimitiveOptions } from "./primitive.ts"
import { WaitList } from "./wait-list.ts"

// What operations on a lock need of it, `Condition.wait` among them.
export const tryAcquire: unique symbol = Symbol("tryAcquire")
export const enqueue: unique symbol = Symbol("enqueue")
/** The turn of one in line has come. */
export const taken: unique symbol = Symbol("taken")
/** One in line gives up without a turn. */
export const leaveLine: unique symbol = Symbol("leaveLine")

/** What `Lock.statistics` gives. */
export interface LockStatistics {
  readonly locked: boolean
  readonly tasksWaiting: number
}

/**
 * A mutex: one task at a time, first come, first served.
 *
 * It has no owner: any code may release it. Between a `release` and the turn of the task
 * it wakes, `locked()` is false, but whoever comes then queues behind that task.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const lock = new asyncio.Lock()
 *   console.log(await lock.run(async () => lock.locked())) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock
 */
export class Lock extends Primitive {
  // Invariant: while the lock is free and somebody waits, the first in line has been woken
  // or cancelled; its turn takes the lock, or wakes the next.
  readonly #waiters = new WaitList()
  readonly #binding = new Binding("Lock", this)
  #locked = false
  /** Who took it. */
  readonly #taker = new Trace()

  constructor(options: PrimitiveOptions = {}) {
    super(options)
  }

  protected get kind(): string {
    return "Lock"
  }

  protected describe(): string {
    return `${this.#locked ? "locked" : "unlocked"}${waiters(this.#waiters.size)}`
  }

  locked(): boolean {
    return this.#locked
  }

  /**
   * Takes the lock, waiting for it if necessary; taking a free one does not suspend.
   *
   * @returns something that releases it: `using held = await lock.acquire()`
   * @throws RuntimeError if it has to wait and tasks of another loop use the lock.
   * @throws CancelledError if the task is cancelled first; the lock is not held, and a
   * wake-up that was on its way goes to the next in line.
   */
  acquire(): Coroutine<Held> {
    return new AcquireLock(this)
  }

  /**
   * Gives the lock back and wakes the task that has waited longest.
   *
   * @throws RuntimeError if nobody holds it.
   */
  release(): void {
    if (!this.#locked) throw new RuntimeError("this Lock is not acquired; release it once for each acquire")
    this.#locked = false
    this.#waiters.wakeHead()
  }

  /** Runs `body` while holding the lock; gives the body's value. */
  run<T>(body: () => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of Lock.run")
    return runHolding("Lock.run", this, body)
  }

  /** A snapshot for people and tests. */
  statistics(): LockStatistics {
    return { locked: this.#locked, tasksWaiting: this.#waiters.size }
  }

  /** Takes it if it is free and nobody is in line. */
  [tryAcquire](frame: Frame | null): boolean {
    if (this.#locked || !this.#waiters.allCancelled) return false
    this.#locked = true
    this.#taker.write(frame)
    return true
  }

  /** @param loop - undefined for one that is bound already, by the condition it waits for */
  [enqueue](operation: LineOperation<unknown>, loop: Scheduler | undefined): void {
    if (loop !== undefined) this.#binding.bind(loop)
    this.#waiters.add(operation)
  }

  /** The turn of one in line: it takes the lock, or, cancelled, leaves it to the next. */
  [taken](operation: LineOperation<unknown>, error: CancelledError | null): void {
    this.#waiters.remove(operation)
    if (error === null) {
      this.#locked = true
      this.#taker.write(operation.frame)
      return
    }
    if (!this.#locked) this.#waiters.wakeHead()
    throw error
  }

  get [insides](): { readonly locked: boolean; readonly taker: Trace } {
    return { locked: this.#locked, taker: this.#taker }
  }

  override [holdersOf](): readonly number[] {
    return this.#locked && this.#taker.by > 0 ? [this.#taker.by] : []
  }

  override [waitingIn](): Iterable<Wait> {
    return this.#waiters
  }

  [leaveLine](operation: LineOperation<unknown>): void {
    this.#waiters.remove(operation)
    if (!this.#locked) this.#waiters.wakeHead()
  }
}

class AcquireLock extends LineOperation<Held> {
  readonly #lock: Lock

  constructor(lock: Lock) {
    super(lock)
    this.#lock = lock
  }

  get name(): string {
    return "Lock.acquire"
  }

  begin(frame: Frame): Held | Waiting {
    if (this.#lock[tryAcquire](frame)) return this.#held()
    this.#lock[enqueue](this, frame.loop)
    return waiting
  }

  woken(error: CancelledError | null): Held {
    this.#lock[taken](this, error)
    return this.#held()
  }

  dropped(): void {
    this.#lock[leaveLine](this)
  }

  #held(): Held {
    // The operation, which knows where it was made, is not kept with what holds the permit.
    const lock = this.#lock
    return new Held(() => lock.release())
  }
}
