/**
 * Deadlines over a body of code.
 */
import { checkFunction, checkSeconds } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { CancelledError, isCancellation } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import { requestBy } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { aim, countRequests, withdraw } from "../core/cancellation.ts"
import type { CancelRequest } from "../core/cancel-request.ts"
import { finish, type Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import { Handle, Step } from "../core/handle.ts"
import { getRunningLoop } from "../core/running.ts"
import { passError, type OnFulfilled, type OnRejected } from "../core/wait.ts"

/** The body of a timeout; its frame is what an expiry cancels. */
class TimeoutBody<T> extends BodyCoroutine<T> {
  readonly #timeout: Timeout<boolean>

  constructor(timeout: Timeout<boolean>, body: () => T | PromiseLike<T>) {
    super("timeout", body, undefined, [])
    this.#timeout = timeout
  }

  protected override start(
    ...given: [frame: Frame, onFulfilled: OnFulfilled<T>, onRejected: OnRejected, byEngine: boolean]
  ): Promise<unknown> | undefined {
    const refusal = this.#timeout[refuseEntry]()
    if (refusal === undefined) return super.start(...given)
    const [, onFulfilled, onRejected, byEngine] = given
    this[finish]("threw", refusal)
    return passError(refusal, onFulfilled, onRejected, byEngine)
  }

  override opened(frame: Frame): void {
    this.#timeout[enter](frame)
  }

  override returned(value: T, frame: Frame): T {
    this.#timeout[leave](frame, undefined)
    return value
  }

  override threw(error: unknown, frame: Frame): T {
    this.#timeout[leave](frame, { error })
    // What is left of a timeout that does not raise: nothing, as its type says.
    return undefined as T
  }

  // As the body of a task it still needs a frame of its own to aim at.
  protected override runAs(frame: Frame): Promise<T> {
    return this.start(frame, undefined, undefined, false) as Promise<T> // without handlers the outcome passes through
  }
}

const refuseEntry: unique symbol = Symbol("refuseEntry")
const enter: unique symbol = Symbol("enter")
const leave: unique symbol = Symbol("leave")

/**
 * A deadline for a body of code, made by `timeout`, `timeoutAt` or `moveOnAfter`.
 *
 * Invariant: a timer is set exactly while the body runs and the deadline, if it is finite,
 * has not passed.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Timeout
 */
export class Timeout<Raises extends boolean = true> extends Shown {
  readonly #raises: Raises
  #when: number | null
  #state: "created" | "active" | "expiring" | "expired" | "finished" = "created"
  #handle: Handle | null = null
  #frame: Frame | null = null
  /** The delay that the deadline was made with, until it is moved. */
  #delay: number | null
  /** Requests on the line when the body began: those are none of ours. */
  #before = 0
  /** One that was to be thrown at the next await when the deadline was due on entry: it beats the deadline (gh-134471). */
  #pendingBefore: CancelRequest | null = null

  /**
   * @param raises - whether `run` throws TimeoutError
   * @param delay - how far away the deadline is, for messages
   */
  constructor(when: number | null, raises: Raises = true as Raises, delay: number | null = null) {
    super()
    // The default of Raises is true as well.
    this.#when = when
    this.#raises = raises
    this.#delay = delay
  }

  /**
   * Runs `body`, and cancels it when the deadline passes; gives the body's value.
   *
   * @throws TimeoutError if it was cancelled by the deadline (`moveOnAfter` gives undefined
   * instead); its cause is the cancellation. RuntimeError if this timeout was used before.
   * @throws CancelledError if somebody else cancels the task: the body is cancelled first.
   */
  run<T>(body: (timeout: this) => T | PromiseLike<T>): Coroutine<Raises extends true ? T : T | undefined> {
    checkFunction(body, "the body of a timeout")
    return new TimeoutBody(this, () => body(this))
  }

  toString(): string {
    const when = this.#when === null ? "" : ` when=${this.#when.toFixed(3)}`
    return `<Timeout [${this.#state}]${when}>`
  }

  /** The deadline in seconds of the loop's clock, or null. */
  when(): number | null {
    return this.#when
  }

  /** Whether the deadline passed while the body ran. */
  expired(): boolean {
    return this.#state === "expiring" || this.#state === "expired"
  }

  /**
   * Moves the deadline; null removes it, one in the past is due at once.
   *
   * @throws RuntimeError unless the body runs and the deadline has not passed.
   */
  reschedule(when: number | null | undefined): void {
    if (when !== null && when !== undefined) checkSeconds(when, "the deadline")
    if (this.#state !== "active" || this.#frame === null) {
      throw new RuntimeError(
        this.#state === "created"
          ? "this timeout has not been entered; call reschedule from the body given to run(…)"
          : `cannot move the deadline of a timeout that is ${this.#state}`,
      )
    }
    if (when !== this.#when) this.#delay = null
    this.#when = when ?? null
    this.#frame.deadline = this.#when
    this.#handle?.cancel()
    this.#handle = null
    if (when === null || when === undefined) return
    const frame = this.#frame
    const { loop } = frame
    const expire = new Step("timeout", () => this.#expire(frame))
    if (when <= loop.clock.time()) {
      this.#handle = new Handle(expire)
      loop.schedule(this.#handle)
    } else if (when !== Infinity) {
      this.#handle = loop.scheduleAt(when, expire)
    }
  }

  [refuseEntry](): RuntimeError | undefined {
    if (this.#state === "created") return undefined
    return new RuntimeError(`this timeout has been used and is ${this.#state}; make a new one for each run`)
  }

  [enter](frame: Frame): void {
    this.#state = "active"
    this.#frame = frame
    frame.deadline = this.#when
    this.#before = countRequests(frame)
    const due = this.#when !== null && this.#when <= frame.loop.clock.time()
    this.#pendingBefore = due ? frame.pendingRequest : null
    if (this.#when !== null) this.reschedule(this.#when)
  }

  /** Ends; throws what is to be thrown in place of `failure`. */
  [leave](frame: Frame, failure: { error: unknown } | undefined): void {
    this.#handle?.cancel()
    this.#handle = null
    this.#frame = null
    if (this.#state !== "expiring") {
      this.#state = "finished"
      if (failure !== undefined) throw failure.error
      return
    }
    this.#state = "expired"
    const othersAsked = withdraw(frame) > this.#before
    if (failure === undefined) return
    const first = this.#pendingBefore !== null && CancelledError.madeFor(failure.error, this.#pendingBefore)
    if (othersAsked || first || !isCancellation(failure.error)) throw failure.error
    if (!this.#raises) return
    throw new TimeoutError(`the deadline passed${this.#delay === null ? "" : ` after ${this.#delay} s`}; its body was cancelled`, { cause: failure.error })
  }

  #expire(frame: Frame): void {
    this.#handle = null
    this.#state = "expiring"
    aim(frame, requestBy(undefined, "a timeout"))
  }
}

/**
 * A deadline `delay` seconds from now.
 *
 * @param delay - seconds; null for none yet (see `reschedule`)
 * @throws RangeError if `delay` is NaN; RuntimeError if no loop runs.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   try {
 *     await asyncio.timeout(0.01).run(() => asyncio.sleep(5))
 *   } catch (error) {
 *     console.log((error as Error).name) // -> TimeoutError
 *   }
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout
 */
export function timeout(delay: number | null | undefined): Timeout {
  return new Timeout(deadline(delay, "the delay of timeout"), true, delay ?? null)
}

/**
 * As `timeout`, with an absolute time of the loop's clock.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout_at
 */
export function timeoutAt(when: number | null | undefined): Timeout {
  if (when === null || when === undefined) return new Timeout(null, true)
  checkSeconds(when, "the deadline of timeoutAt")
  return new Timeout(when, true)
}

/**
 * A deadline that does not raise: when it passes, the body is cancelled and `run` gives
 * undefined; `expired()` tells.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   console.log(await asyncio.moveOnAfter(0.01).run(() => asyncio.sleep(5, "never"))) // -> undefined
 * })
 * ```
 */
export function moveOnAfter(delay: number | null | undefined): Timeout<false> {
  return new Timeout(deadline(delay, "the delay of moveOnAfter"), false, delay ?? null)
}

function deadline(delay: number | null | undefined, what: string): number | null {
  const loop = getRunningLoop()
  if (delay === null || delay === undefined) return null
  checkSeconds(delay, what)
  return loop.time() + delay
}
