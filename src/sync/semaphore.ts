import { checkFunction, checkInteger } from "../structures/arguments.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { currentFrame, type Frame } from "../core/frame.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import type { Scheduler } from "../core/scheduler.ts"
import type { Wait } from "../core/wait.ts"
import { Binding } from "./binding.ts"
import { Held } from "./held.ts"
import { LineOperation } from "./line-operation.ts"
import { runHolding } from "./run-holding.ts"
import { holdersOf, insides, Primitive, waiters, waitingIn, type PrimitiveOptions } from "./primitive.ts"
import { WaitList } from "./wait-list.ts"

/** What `Semaphore.statistics` gives. */
export interface SemaphoreStatistics {
  readonly permits: number
  readonly tasksWaiting: number
}

/** So many of those who hold a permit are kept in mind. */
const REMEMBERED = 16

// What the operation on a semaphore needs of it.
const tryAcquire: unique symbol = Symbol("tryAcquire")
const enqueue: unique symbol = Symbol("enqueue")
const leaveLine: unique symbol = Symbol("leaveLine")
const took: unique symbol = Symbol("took")

/**
 * A counter of permits: `acquire` takes one, waiting while there is none; `release` gives
 * one back. First come, first served.
 *
 * A released permit goes to the first in line at once, so nobody can overtake it. A plain
 * semaphore may grow beyond its first value; see `BoundedSemaphore`.
 *
 * @example At most two at a time
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const slots = new asyncio.Semaphore(2)
 *   const fetchOne = async (id: number) => slots.run(() => asyncio.sleep(0.01, id))
 *   console.log(await asyncio.gather([1, 2, 3].map((id) => () => fetchOne(id)))) // -> [ 1, 2, 3 ]
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore
 */
export class Semaphore extends Primitive {
  // Invariants: #permits counts those that belong to nobody; while it is above 0, nobody in
  // line is pending, or somebody before was woken or cancelled, whose turn wakes the others.
  readonly #waiters = new WaitList()
  readonly #binding = new Binding("Semaphore", this)
  #permits: number
  /** How many permits there are, free and taken. */
  #all: number
  /** The numbers of tasks that took a permit, the oldest first. */
  readonly #holders: number[] = []

  /** @throws RangeError if `value` is negative, TypeError if it is no whole number. */
  constructor(value = 1, options: PrimitiveOptions = {}) {
    super(options)
    checkInteger(value, "the value of a semaphore", 0)
    this.#permits = value
    this.#all = value
  }

  protected get kind(): string {
    return "Semaphore"
  }

  protected describe(): string {
    return `${this.locked() ? "locked" : `unlocked, value:${this.#permits}`}${waiters(this.#waiters.size)}`
  }

  /** Whether `acquire` would have to wait, also because others are in line. */
  locked(): boolean {
    return this.#permits === 0 || !this.#waiters.allCancelled
  }

  /**
   * Takes a permit, waiting for one if necessary; taking a free one does not suspend.
   *
   * @returns something that releases it: `using held = await semaphore.acquire()`
   * @throws RuntimeError if it has to wait and tasks of another loop use the semaphore.
   * @throws CancelledError if the task is cancelled first; no permit is held, and one that
   * was on its way goes to the next in line.
   */
  acquire(): Coroutine<Held> {
    return new AcquireSemaphore(this)
  }

  /** Gives a permit back, to the task that has waited longest if there is one. */
  release(): void {
    this.#permits += 1
    if (this.#permits > this.#all) this.#all = this.#permits
    if (this.#holders.length > 0) this.#gaveBack(currentFrame()?.owner?.id)
    this.#wakeNext()
  }

  // Whoever releases need not be whoever took it; then it counts as the one that took longest ago.
  #gaveBack(task: number | undefined): void {
    const holders = this.#holders
    const at = task === undefined ? -1 : holders.indexOf(task)
    if (at !== -1) holders.splice(at, 1)
    else if (holders.length > this.#all - this.#permits) holders.shift()
  }

  [took](frame: Frame | null): void {
    if (this.#holders.length < REMEMBERED && frame !== null && frame.owner !== null) this.#holders.push(frame.owner.id)
  }

  /** How many permits there are, free and taken. */
  get [insides](): number {
    return this.#all
  }

  override [holdersOf](): readonly number[] {
    return this.#holders
  }

  override [waitingIn](): Iterable<Wait> {
    return this.#waiters
  }

  /** Runs `body` while holding a permit; gives the body's value. */
  run<T>(body: () => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of Semaphore.run")
    return runHolding("Semaphore.run", this, body)
  }

  /** A snapshot for people and tests. */
  statistics(): SemaphoreStatistics {
    return { permits: this.#permits, tasksWaiting: this.#waiters.size }
  }

  [tryAcquire](): boolean {
    if (this.locked()) return false
    this.#permits -= 1
    return true
  }

  [enqueue](operation: AcquireSemaphore, loop: Scheduler): void {
    this.#binding.bind(loop)
    this.#waiters.add(operation)
  }

  /** One in line has had its turn; `unused` if it was given a permit that it cannot take. */
  [leaveLine](operation: AcquireSemaphore, unused: boolean): void {
    this.#waiters.remove(operation)
    if (unused) this.#permits += 1
    // Others may have come meanwhile and had to queue behind it.
    while (this.#permits > 0 && this.#wakeNext()) {
      // each call moves on by one
    }
  }

  #wakeNext(): boolean {
    if (!this.#waiters.wakeFirst()) return false
    this.#permits -= 1
    return true
  }
}

/**
 * A semaphore that refuses to grow beyond its first value: a release too many is a mistake.
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.BoundedSemaphore
 */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number

  constructor(value = 1, options: PrimitiveOptions = {}) {
    super(value, options)
    this.#bound = value
  }

  protected override get kind(): string {
    return "BoundedSemaphore"
  }

  /** @throws RangeError if every permit is free already. */
  override release(): void {
    if (this.statistics().permits >= this.#bound) {
      throw new RangeError(`BoundedSemaphore released too many times: all ${this.#bound} permits are free`)
    }
    super.release()
  }
}

class AcquireSemaphore extends LineOperation<Held> {
  readonly #semaphore: Semaphore

  constructor(semaphore: Semaphore) {
    super(semaphore)
    this.#semaphore = semaphore
  }

  get name(): string {
    return "Semaphore.acquire"
  }

  begin(frame: Frame): Held | Waiting {
    if (this.#semaphore[tryAcquire]()) return this.#held(frame)
    this.#semaphore[enqueue](this, frame.loop)
    return waiting
  }

  woken(error: CancelledError | null): Held {
    this.#semaphore[leaveLine](this, error !== null && !this.cancelled)
    if (error !== null) throw error
    return this.#held(this.frame)
  }

  dropped(): void {
    this.#semaphore[leaveLine](this, !this.pending && !this.cancelled)
  }

  #held(frame: Frame | null): Held {
    // The operation, which knows where it was made, is not kept with what holds the permit.
    const semaphore = this.#semaphore
    semaphore[took](frame)
    return new Held(() => semaphore.release())
  }
}
