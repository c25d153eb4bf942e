import { checkFunction, checkInteger, checkSeconds } from "../structures/arguments.ts"
import { LinkedList } from "../structures/linked-list.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Frame } from "../core/frame.ts"
import { Step, type TimerHandle } from "../core/handle.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Clock } from "../core/clock.ts"
import type { Glance } from "../core/glance.ts"
import type { WaitReason } from "../core/observer.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import { runningLoop } from "../core/ambient.ts"
import type { Scheduler } from "../core/scheduler.ts"
import type { Wait } from "../core/wait.ts"
import { named, span } from "../core/words.ts"
import { Binding } from "../sync/binding.ts"
import { LineOperation } from "../sync/line-operation.ts"
import { Primitive, reasonFor, waiters, waitingIn, type PrimitiveOptions } from "../sync/primitive.ts"
import type { Meter } from "./meter.ts"
import { SlidingWindow } from "./sliding-window.ts"
import { TokenBucket } from "./token-bucket.ts"

/** How a rate limiter counts. */
export interface RateLimiterOptions extends PrimitiveOptions {
  /**
   * Counts with a token bucket instead of a sliding window: starts are spread evenly over the
   * interval, and so many at most may come at once after a pause. With 1 each start keeps its
   * distance from the one before; with more, up to `burst` starts above the limit may fall into
   * one interval.
   */
  readonly burst?: number | undefined
}

/** What `RateLimiter.statistics` gives. */
export interface RateLimiterStatistics {
  readonly limit: number
  readonly interval: number
  /** How many starts are allowed at this moment. */
  readonly free: number
  readonly tasksWaiting: number
}

/** Takes back a start that was acquired in this turn and did not happen. */
export const giveBack: unique symbol = Symbol("giveBack")
// What the operation on a limiter needs of it.
const tryStart: unique symbol = Symbol("tryStart")
const enqueue: unique symbol = Symbol("enqueue")
const hadTurn: unique symbol = Symbol("hadTurn")

/**
 * At most `limit` starts in any stretch of `interval` seconds, first come, first served.
 *
 * A start counts from the moment at which the waiting code goes on. Everybody starts as early
 * as the limit and the order allow.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { RateLimiter } from "asyncio-ts/flow"
 * import { runVirtual } from "asyncio-ts/testing"
 *
 * await runVirtual(async () => {
 *   const limiter = new RateLimiter(2, 1)
 *   const times: number[] = []
 *   for (let i = 0; i < 5; i += 1) {
 *     await limiter.acquire()
 *     times.push(asyncio.getRunningLoop().time())
 *   }
 *   console.log(times) // -> [ 0, 0, 1, 1, 2 ]
 * })
 * ```
 */
export class RateLimiter extends Primitive {
  // Invariants: #line holds those who wait, in the order of arrival, and nobody who was let
  // through; #promised is the weight of those who were let through and have yet to have their
  // turn, #coming their number; a timer is set exactly while somebody waits and #coming is 0.
  readonly #line = new LinkedList<LineOperation<unknown>>()
  readonly #binding = new Binding("RateLimiter")
  readonly #meter: Meter
  readonly #limit: number
  readonly #interval: number
  readonly #most: number
  #promised = 0
  #coming = 0
  #clock: Clock | null = null
  #loop: Scheduler | null = null
  #timer: TimerHandle | null = null

  /**
   * @param limit - how many starts
   * @param interval - in how many seconds
   * @throws TypeError or RangeError unless `limit` and `burst` are whole numbers of at least 1
   * and `interval` is a finite number above 0.
   */
  constructor(limit: number, interval: number, options: RateLimiterOptions = {}) {
    super(options)
    const { burst } = options
    checkInteger(limit, "the limit of a RateLimiter", 1)
    checkSeconds(interval, "the interval of a RateLimiter")
    if (!(interval > 0 && interval < Infinity)) {
      throw new RangeError(`the interval of a RateLimiter is more than 0 seconds and finite, not ${interval}`)
    }
    if (burst !== undefined) checkInteger(burst, "the burst of a RateLimiter", 1)
    this.#limit = limit
    this.#interval = interval
    this.#most = burst ?? limit
    this.#meter = burst === undefined ? new SlidingWindow(limit, interval) : new TokenBucket(limit, interval, burst)
  }

  protected get kind(): string {
    return "RateLimiter"
  }

  protected describe(): string {
    return `${this.#limit} in ${this.#interval} s${waiters(this.#line.size)}`
  }

  /**
   * Waits until one more start is allowed; does not suspend if it is now.
   *
   * @param weight - how many starts this one stands for
   * @throws RangeError or TypeError at the call unless it is a whole number of at least 1 that
   * can ever fit; RuntimeError if it has to wait and tasks of another loop use the limiter.
   * @throws CancelledError if the task is cancelled first; no start is used up.
   */
  acquire(weight = 1): Coroutine<void> {
    this.#checkWeight(weight)
    return new AcquireStart(this, weight)
  }

  /**
   * Takes a start if one is allowed now and nobody waits for one; tells whether it did.
   *
   * @throws RangeError for a weight that can never fit; RuntimeError if no loop runs.
   */
  tryAcquire(weight = 1): boolean {
    this.#checkWeight(weight)
    return this[tryStart](weight, runningLoop("ask a RateLimiter for the time"))
  }

  /** Waits for a start, then runs `body`; gives its value. @throws as `acquire`, and what `body` throws. */
  run<T>(body: () => T | PromiseLike<T>, weight = 1): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of RateLimiter.run")
    this.#checkWeight(weight)
    const work = async (): Promise<Awaited<T>> => {
      await new AcquireStart(this, weight)
      return await body()
    }
    return new BodyCoroutine<Awaited<T>>("RateLimiter.run", work, undefined, [])
  }

  /**
   * Makes a function whose calls start no more often than allowed; several may share a limiter.
   *
   * @param weight - how many starts a call stands for, by its arguments
   * @throws as `acquire`, and what `fn` throws.
   */
  wrap<A extends unknown[], T, This = unknown>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
    weight?: (...args: A) => number,
  ): (this: This, ...args: A) => Coroutine<Awaited<T>> {
    checkFunction(fn, "what RateLimiter.wrap takes")
    if (weight !== undefined) checkFunction(weight, "the weight of RateLimiter.wrap")
    const limiter = this
    return function (this: This, ...args: A) {
      return limiter.run<T>(() => fn.apply(this, args), weight?.(...args))
    }
  }

  /** A snapshot for people and tests. @throws RuntimeError if no loop runs. */
  statistics(): RateLimiterStatistics {
    const loop = runningLoop("ask a RateLimiter for the time")
    this.#follow(loop)
    const free = Math.max(0, this.#meter.free(loop.clock.time()) - this.#promised)
    return { limit: this.#limit, interval: this.#interval, free, tasksWaiting: this.#line.size + this.#coming }
  }

  [tryStart](weight: number, loop: Scheduler): boolean {
    this.#follow(loop)
    if (this.#coming > 0 || this.#head() !== null) return false
    const now = loop.clock.time()
    if (this.#meter.earliest(weight, now) > now) return false
    this.#meter.take(weight, now)
    return true
  }

  [enqueue](operation: AcquireStart, loop: Scheduler): void {
    this.#binding.bind(loop)
    this.#loop = loop
    this.#line.append(operation)
    // With a timer set, it is for somebody before it.
    if (this.#timer === null) this.#letThrough()
  }

  /** One in line has had its turn; it was let through, and perhaps could go on. */
  [hadTurn](operation: AcquireStart, letThrough: boolean, goesOn: boolean): void {
    if (letThrough) {
      this.#promised -= operation.weight
      this.#coming -= 1
      if (goesOn && this.#loop !== null) this.#meter.take(operation.weight, this.#loop.clock.time())
    } else {
      this.#line.remove(operation)
    }
    this.#letThrough()
  }

  [giveBack](): void {
    this.#meter.giveBack(1)
    this.#letThrough()
  }

  #checkWeight(weight: number): void {
    checkInteger(weight, "the weight of a start", 1)
    if (weight <= this.#most) return
    throw new RangeError(`${this.toString()} never lets through a weight of ${weight} at once: ${this.#most} is the most`)
  }

  /** Times of another clock mean nothing: the system's are all one, a virtual one starts anew. */
  #follow({ clock }: Scheduler): void {
    if (this.#clock !== null && this.#clock !== clock && this.#line.size === 0 && this.#coming === 0) {
      if (this.#clock.constructor !== clock.constructor || clock.time() < this.#clock.time()) this.#meter.forget()
    }
    this.#clock = clock
  }

  override [waitingIn](): Iterable<Wait> {
    return this.#line
  }

  override [reasonFor](wait: Wait, glance: Glance): WaitReason {
    const when = this.#timer?.when()
    const place = glance.place(this.#line, wait)
    const loop = this.#loop
    const next = when === undefined || loop === null ? "" : `, next start in ${span(when - glance.now(loop), 2)}`
    const first = this.#head() === wait
    return { ...wait.info(), text: `${named("rate limiter", this.name)}${next}, ${place}`, on: this, until: first ? when : undefined }
  }

  /** The first who waits; drops those who have been cancelled. */
  #head(): AcquireStart | null {
    let head = this.#line.first
    while (head !== null && !head.pending) {
      this.#line.remove(head)
      head = this.#line.first
    }
    return head as AcquireStart | null // nothing else enqueues
  }

  /** Lets through whoever may start, and arms the timer for the next. */
  #letThrough(): void {
    this.#timer?.cancel()
    this.#timer = null
    const loop = this.#loop
    for (let head = this.#head(); head !== null && loop !== null; head = this.#head()) {
      const now = loop.clock.time()
      const when = this.#meter.earliest(this.#promised + head.weight, now)
      if (when > now) {
        // With some on their way, their turns come back here.
        if (this.#coming === 0) this.#timer = loop.scheduleAt(when, this.#step)
        return
      }
      this.#line.remove(head)
      this.#promised += head.weight
      this.#coming += 1
      head.letThrough = true
      head.wake()
    }
  }

  readonly #step = new Step("RateLimiter", () => {
    this.#timer = null
    this.#letThrough()
  })
}

class AcquireStart extends LineOperation<void> {
  readonly weight: number
  /** A start is kept for it. */
  letThrough = false
  readonly #limiter: RateLimiter

  constructor(limiter: RateLimiter, weight: number) {
    super(limiter)
    this.#limiter = limiter
    this.weight = weight
  }

  get name(): string {
    return "RateLimiter.acquire"
  }

  begin({ loop }: Frame): void | Waiting {
    if (this.#limiter[tryStart](this.weight, loop)) return
    this.#limiter[enqueue](this, loop)
    return waiting
  }

  woken(error: CancelledError | null): void {
    this.#limiter[hadTurn](this, this.letThrough, error === null)
    if (error !== null) throw error
  }

  dropped(): void {
    this.#limiter[hadTurn](this, this.letThrough, false)
  }
}
