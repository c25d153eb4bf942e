import { checkFunction, checkInteger, describe, refuseThenable } from "../structures/arguments.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import type { Wait } from "../core/wait.ts"
import { Binding } from "./binding.ts"
import type { Held } from "./held.ts"
import { LineOperation } from "./line-operation.ts"
import { enqueue, leaveLine, Lock, taken, tryAcquire } from "./lock.ts"
import { runHolding } from "./run-holding.ts"
import { Primitive, waiters, waitingIn, type PrimitiveOptions } from "./primitive.ts"
import { WaitList } from "./wait-list.ts"

/** What `Condition.statistics` gives. */
export interface ConditionStatistics {
  readonly locked: boolean
  readonly tasksWaiting: number
}

// What the wait on a condition needs of it.
const notifyOne: unique symbol = Symbol("notifyOne")

/**
 * Lets tasks wait for a change of what a lock protects.
 *
 * A woken task goes on only when it holds the lock again. It may be woken without reason:
 * check what you wait for in a loop, or use `waitFor`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const changed = new asyncio.Condition()
 *   let items = 0
 *   const consumer = asyncio.createTask(() => changed.run(() => changed.waitFor(() => items > 0)))
 *   await asyncio.sleep(0.01)
 *   await changed.run(async () => {
 *     items = 1
 *     changed.notify()
 *   })
 *   console.log(await consumer) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Condition
 */
export class Condition extends Primitive {
  // Invariant: whoever is in line does not hold the lock.
  readonly #waiters = new WaitList()
  readonly #binding = new Binding("Condition", this)
  readonly #lock: Lock

  /**
   * @param lock - the lock to use, which several conditions may share; a new one by default
   * @throws TypeError if `lock` is something else.
   */
  constructor(lock?: Lock | null, options: PrimitiveOptions = {}) {
    super(options)
    const own = lock ?? new Lock(options)
    if (!(own instanceof Lock)) throw new TypeError(`a Condition takes a Lock or nothing, not ${describe(lock)}`)
    this.#lock = own
  }

  protected get kind(): string {
    return "Condition"
  }

  protected describe(): string {
    return `${this.locked() ? "locked" : "unlocked"}${waiters(this.#waiters.size)}`
  }

  /** Takes the lock; see `Lock.acquire`. */
  acquire(): Coroutine<Held> {
    return this.#lock.acquire()
  }

  /** Gives the lock back; see `Lock.release`. */
  release(): void {
    this.#lock.release()
  }

  locked(): boolean {
    return this.#lock.locked()
  }

  /** Runs `body` while holding the lock; gives the body's value. */
  run<T>(body: () => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of Condition.run")
    return runHolding("Condition.run", this, body)
  }

  /**
   * Gives the lock back, waits to be notified, and takes the lock again.
   *
   * @throws RuntimeError if nobody holds the lock, or tasks of another loop use the condition.
   * @throws CancelledError if the task is cancelled: the lock is held again by then, however
   * long that takes, and a notification that was on its way goes to the next in line.
   */
  wait(): Coroutine<true> {
    return new WaitForNotification(this, this.#lock, this.#waiters, this.#binding)
  }

  /**
   * Waits until `predicate` is truthy, and gives its value.
   *
   * @throws what `wait` throws, and what the predicate throws; TypeError if it gives a
   * promise, which would always be truthy.
   */
  waitFor<T>(predicate: () => T): Coroutine<T> {
    checkFunction(predicate, "the predicate of waitFor")
    const loop = async (): Promise<T> => {
      for (;;) {
        const value = predicate()
        refuseThenable(value, "what the predicate of waitFor gives")
        if (value) return value
        await this.wait()
      }
    }
    return new BodyCoroutine<T>("Condition.waitFor", loop)
  }

  /**
   * Wakes up to `n` tasks in line, in the order of arrival; they go on once the lock is free.
   *
   * @throws RuntimeError if nobody holds the lock.
   */
  notify(n = 1): void {
    checkInteger(n, "the number of tasks to notify", 0)
    if (!this.locked()) throw new RuntimeError("cannot notify: nobody holds the lock of this Condition")
    for (let woken = 0; woken < n && this.#waiters.wakeFirst(); woken += 1) {
      // each call moves on by one
    }
  }

  /** Wakes every task in line. @throws RuntimeError if nobody holds the lock. */
  notifyAll(): void {
    this.notify(this.#waiters.size)
  }

  /** A snapshot for people and tests. */
  statistics(): ConditionStatistics {
    return { locked: this.locked(), tasksWaiting: this.#waiters.size }
  }

  [notifyOne](): void {
    this.#waiters.wakeFirst()
  }

  override [waitingIn](): Iterable<Wait> {
    return this.#waiters
  }
}

class WaitForNotification extends LineOperation<true> {
  readonly #condition: Condition
  readonly #lock: Lock
  readonly #waiters: WaitList
  readonly #binding: Binding
  #notified = false
  /** What to throw once the lock is held: the latest of several. */
  #error: CancelledError | null = null

  constructor(condition: Condition, lock: Lock, waiters: WaitList, binding: Binding) {
    super(condition)
    this.#condition = condition
    this.#lock = lock
    this.#waiters = waiters
    this.#binding = binding
  }

  get name(): string {
    return "Condition.wait"
  }

  begin({ loop }: Frame): Waiting {
    if (!this.#lock.locked()) {
      throw new RuntimeError("cannot wait: nobody holds the lock of this Condition; acquire it first")
    }
    this.#binding.bind(loop)
    this.#lock.release()
    this.#waiters.add(this)
    return waiting
  }

  woken(error: CancelledError | null): true | Waiting {
    if (!this.#notified) {
      this.#notified = true
      this.at = this.#lock
      this.#waiters.remove(this)
      this.#error = error
    } else if (this.#retaken(error)) {
      return this.#finish()
    }
    if (this.#lock[tryAcquire](this.frame)) return this.#finish()
    this.#lock[enqueue](this, undefined)
    return waiting
  }

  dropped(): void {
    if (this.#notified) this.#lock[leaveLine](this)
    else this.#waiters.remove(this)
    this.#condition[notifyOne]()
  }

  #retaken(error: CancelledError | null): boolean {
    try {
      this.#lock[taken](this, error)
      return true
    } catch {
      // The lock must be held again whatever happens: the latest cancellation is kept.
      this.#error = error
      return false
    }
  }

  #finish(): true {
    if (this.#error === null) return true
    // It may have been notified before it was cancelled: somebody else is told instead.
    this.#condition[notifyOne]()
    throw this.#error
  }
}
