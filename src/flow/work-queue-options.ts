import { checkSignal, describe } from "../structures/arguments.ts"
import type { AbortSignalLike } from "../host/host.ts"
import type { PrimitiveOptions } from "../sync/primitive.ts"
import { RateLimiter } from "./rate-limiter.ts"
import { checkLength } from "./backoff.ts"
import { checkLimit, checkNumber } from "./limits.ts"

/** How a work queue runs its jobs. */
export interface WorkQueueOptions extends PrimitiveOptions {
  /** How many jobs may run at a time; all by default. */
  readonly limit?: number | undefined
  /** How often jobs may start; one limiter may serve several queues. */
  readonly rate?: RateLimiter | undefined
  /** Seconds for each job from its start, after which it fails with TimeoutError; null, the default, for any time. */
  readonly timeout?: number | null | undefined
  /** Whether nothing runs until `resume` is called. */
  readonly paused?: boolean | undefined
  /** Ends the queue with the first job that fails, as a TaskGroup ends. */
  readonly stopOnError?: boolean | undefined
  /** By how much the priority of a job that waits grows in a second; 0 by default. */
  readonly aging?: number | undefined
}

/** How one job is run. */
export interface JobOptions {
  /** The higher, the sooner; 0 by default. Those of one priority run in the order in which they were added. */
  readonly priority?: number | undefined
  /** In place of the queue's own; null for any time. */
  readonly timeout?: number | null | undefined
  /** What the job is called; by default as its function. */
  readonly name?: string | undefined
  /** Cancels the job when it aborts, with the signal's reason as the message. */
  readonly signal?: AbortSignalLike | undefined
}

/** What `WorkQueue.statistics` gives. */
export interface WorkQueueStatistics {
  readonly waiting: number
  readonly running: number
  readonly limit: number
  readonly paused: boolean
  /** How many jobs have given a value. */
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
}

/** The options of a queue, with what holds by default. */
export interface QueueSettings {
  readonly limit: number
  readonly rate: RateLimiter | null
  readonly timeout: number | null
  readonly paused: boolean
  readonly stopOnError: boolean
  readonly aging: number
}

/** @throws TypeError or RangeError for options that make no sense. */
export function settingsOf(options: WorkQueueOptions): QueueSettings {
  const { limit = Infinity, rate = null, timeout = null, paused = false, stopOnError = false, aging = 0 } = options
  checkLimit(limit, "the limit of a WorkQueue")
  if (rate !== null && !(rate instanceof RateLimiter)) {
    throw new TypeError(`the rate of a WorkQueue is a RateLimiter, not ${describe(rate)}`)
  }
  if (timeout !== null) checkLength(timeout, "the timeout of a WorkQueue")
  checkNumber(aging, "the aging of a WorkQueue")
  if (aging === Infinity) throw new RangeError("the aging of a WorkQueue is finite, not Infinity: jobs would have no order")
  if (aging < 0) throw new RangeError(`the aging of a WorkQueue is at least 0, not ${aging}: who waits does not become less urgent`)
  return { limit, rate, timeout, paused, stopOnError, aging }
}

/** @throws TypeError or RangeError for options of a job that make no sense. */
export function checkJob(priority: number, timeout: number | null, signal: AbortSignalLike | undefined): void {
  checkNumber(priority, "the priority of a job")
  if (timeout !== null) checkLength(timeout, "the timeout of a job")
  if (signal !== undefined) checkSignal(signal, "the signal of a job")
}
