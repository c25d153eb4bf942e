import type { Coroutine } from "../core/coroutine.ts"
import { checkOptions } from "./limits.ts"
import { RateLimiter, type RateLimiterOptions } from "./rate-limiter.ts"

/** How often a throttled function runs. */
export interface ThrottleOptions<A extends unknown[]> extends RateLimiterOptions {
  /** How many calls run; 1 by default. */
  readonly limit?: number | undefined
  /** In how many seconds. */
  readonly interval: number
  /** How many calls one stands for, by its arguments; 1 by default. */
  readonly weight?: ((...args: A) => number) | undefined
}

/**
 * Makes a function whose calls are spread over time: each runs, none too early.
 *
 * Use a `RateLimiter` where several functions share a rate.
 *
 * @throws TypeError or RangeError at the call as `new RateLimiter` does.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { throttle } from "asyncio-ts/flow"
 * import { runVirtual } from "asyncio-ts/testing"
 *
 * await runVirtual(async () => {
 *   const ask = throttle(async (question: string) => `${question} at ${asyncio.getRunningLoop().time()}`, { interval: 2 })
 *   console.log(await asyncio.gather(["a", "b"].map((question) => ask(question)))) // -> [ 'a at 0', 'b at 2' ]
 * })
 * ```
 */
export function throttle<A extends unknown[], T, This = unknown>(
  fn: (this: This, ...args: A) => T | PromiseLike<T>,
  options: ThrottleOptions<A>,
): (this: This, ...args: A) => Coroutine<Awaited<T>> {
  checkOptions(options, "throttle", "{ interval: 2 }")
  const { limit = 1, interval, weight, ...more } = options
  return new RateLimiter(limit, interval, more).wrap(fn, weight)
}
