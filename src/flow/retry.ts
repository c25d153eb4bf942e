import { checkFunction, checkSeconds, describe } from "../structures/arguments.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { countRequests } from "../core/cancellation.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { currentFrame, type Frame } from "../core/frame.ts"
import { sleep } from "../tasks/sleep.ts"
import { timeout } from "../tasks/timeouts.ts"
import { Backoff, checkLength, type BackoffOptions } from "./backoff.ts"
import { isMistake } from "./mistakes.ts"
import { StopRetrying } from "./stop-retrying.ts"

/** One attempt, as the function that is tried and `on` see it. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number
  /** How many may follow. */
  readonly left: number
  /** Seconds since the first began. */
  readonly elapsed: number
}

/** A failed attempt, as `on` sees it. */
export interface FailedAttempt extends Attempt {
  /** Seconds until the next attempt if `on` has nothing against it; undefined if there is none. */
  readonly delay: number | undefined
}

/** When `retry` tries again, and how long it waits before. */
export interface RetryOptions extends BackoffOptions {
  /** How many attempts at most, the first included; 5 by default. */
  readonly attempts?: number | undefined
  /** Seconds for each attempt, which then fails with TimeoutError; null, the default, for any time. */
  readonly timeout?: number | null | undefined
  /** Seconds for all attempts and delays together; null, the default, for any time. */
  readonly total?: number | null | undefined
  /**
   * Called with each failure: false ends the attempts, a number is the delay in seconds, true
   * allows another attempt where there would be none because the error looks like a mistake of
   * the program. What it throws, `retry` throws.
   */
  readonly on?: ((error: unknown, attempt: FailedAttempt) => Verdict | PromiseLike<Verdict>) | undefined
}

type Verdict = boolean | number | void | undefined

/**
 * Calls `fn` until it succeeds, waiting longer after each failure; gives its value.
 *
 * Nothing is tried again after a cancellation, after `StopRetrying`, and, unless `on` allows
 * it, after a mistake of the program (a TypeError that is not a failed `fetch`, a
 * ReferenceError, a RuntimeError). An error with a property `retryAfter`, in seconds, is waited
 * for at least so long; if that is more than the longest delay, `retry` gives up.
 *
 * @throws the error of the last attempt. TypeError or RangeError at the call for options that
 * make no sense.
 * @throws CancelledError if the task is cancelled, during an attempt or a delay.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { retry } from "asyncio-ts/flow"
 *
 * await asyncio.run(async () => {
 *   const load = async (attempt: { number: number }) => {
 *     if (attempt.number < 3) throw new Error("busy")
 *     return `loaded by attempt ${attempt.number}`
 *   }
 *   console.log(await retry(load, { delay: 0.01 })) // -> loaded by attempt 3
 * })
 * ```
 */
export function retry<T>(fn: (attempt: Attempt) => T | PromiseLike<T>, options: RetryOptions = {}): Coroutine<Awaited<T>> {
  checkFunction(fn, "what retry tries")
  const attempts = new Attempts(options)
  // It awaits what `fn` gives.
  return new BodyCoroutine("retry", () => attempts.run(fn), undefined, []) as Coroutine<unknown> as Coroutine<Awaited<T>>
}

/**
 * Makes a function whose every call is tried again as `retry` does.
 *
 * @throws what `retry` throws.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { retrying } from "asyncio-ts/flow"
 *
 * await asyncio.run(async () => {
 *   let calls = 0
 *   const load = retrying(
 *     async (name: string) => {
 *       calls += 1
 *       if (calls === 1) throw new Error("busy")
 *       return `${name} after ${calls} calls`
 *     },
 *     { delay: 0.01 },
 *   )
 *   console.log(await load("tea")) // -> tea after 2 calls
 * })
 * ```
 */
export function retrying<A extends unknown[], T, This = unknown>(
  fn: (this: This, ...args: A) => T | PromiseLike<T>,
  options: RetryOptions = {},
): (this: This, ...args: A) => Coroutine<Awaited<T>> {
  checkFunction(fn, "what retrying takes")
  new Attempts(options) // refuses wrong options here, and not at the first call
  return function (this: This, ...args: A) {
    return retry(() => fn.apply(this, args), options)
  }
}

class Attempts {
  readonly #backoff: Backoff
  readonly #attempts: number
  readonly #timeout: number | null
  readonly #total: number | null
  readonly #on: RetryOptions["on"]
  #began = 0

  constructor(options: RetryOptions) {
    const { attempts = 5, timeout = null, total = null, on } = options
    if (typeof attempts !== "number" || (attempts !== Infinity && !Number.isInteger(attempts))) {
      throw new TypeError(`the attempts of retry are a whole number or Infinity, but ${describe(attempts)} was given`)
    }
    if (attempts < 1) throw new RangeError(`retry makes at least 1 attempt, not ${attempts}`)
    if (timeout !== null) checkLength(timeout, "the timeout of retry")
    if (total !== null) checkLength(total, "the total time of retry")
    if (on !== undefined) checkFunction(on, "what retry calls on a failure")
    this.#backoff = new Backoff(options)
    this.#attempts = attempts
    this.#timeout = timeout
    this.#total = total
    this.#on = on
  }

  async run<T>(fn: (attempt: Attempt) => T | PromiseLike<T>): Promise<T> {
    const frame = currentFrame() as Frame // a coroutine runs in its own
    this.#began = frame.loop.clock.time()
    for (let number = 1; ; number += 1) {
      const asked = countRequests(frame)
      let delay: number | undefined
      try {
        return await this.#try(fn, this.#attempt(number, frame))
      } catch (error) {
        if (error instanceof StopRetrying) throw error.cause
        // A function that makes another error of its cancellation must not keep the task from ending.
        if (isCancellation(error) || countRequests(frame) > asked) throw error
        delay = await this.#verdict(error, this.#attempt(number, frame), frame)
        if (delay === undefined) throw error
      }
      await sleep(delay)
    }
  }

  #attempt(number: number, frame: Frame): Attempt {
    return { number, left: this.#attempts - number, elapsed: frame.loop.clock.time() - this.#began }
  }

  async #try<T>(fn: (attempt: Attempt) => T | PromiseLike<T>, attempt: Attempt): Promise<T> {
    const rest = this.#total === null ? Infinity : this.#total - attempt.elapsed
    const seconds = Math.min(rest, this.#timeout ?? Infinity)
    return seconds === Infinity ? fn(attempt) : timeout(seconds).run(() => fn(attempt))
  }

  /** Seconds until the next attempt; undefined if there is none. */
  async #verdict(error: unknown, attempt: Attempt, frame: Frame): Promise<number | undefined> {
    const proposed = this.#proposal(error)
    const usual = isMistake(error) ? undefined : proposed
    const told = { ...attempt, delay: this.#fits(usual, attempt) ? usual : undefined }
    const verdict = await this.#on?.(error, told)
    if (verdict === false) return undefined
    let delay = verdict === true ? proposed : usual
    if (typeof verdict === "number") {
      checkSeconds(verdict, "the delay that `on` of retry gives")
      delay = Math.max(0, verdict)
    }
    // `on` may have taken its time.
    return this.#fits(delay, this.#attempt(attempt.number, frame)) ? delay : undefined
  }

  /** The delay that the error asks for or the back-off gives; undefined if the error asks for too much. */
  #proposal(error: unknown): number | undefined {
    const delay = this.#backoff.next()
    const hint = (error as { retryAfter?: unknown } | null | undefined)?.retryAfter
    if (typeof hint !== "number" || Number.isNaN(hint)) return delay
    return hint > this.#backoff.maximum ? undefined : Math.max(hint, delay)
  }

  /** Whether an attempt after `delay` would be in time. */
  #fits(delay: number | undefined, { left, elapsed }: Attempt): boolean {
    return delay !== undefined && left > 0 && (this.#total === null || elapsed + delay < this.#total)
  }
}
