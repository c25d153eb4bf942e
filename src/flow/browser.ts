/**
 * Flow for programs: retries, rates and work queues, in browsers.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { browserHost } from "../host/browser.ts"
import { followAwait } from "../core/follow-await.ts"

installHost({ ...browserHost, defineThen: followAwait })

export type { BackoffOptions, Jitter } from "./backoff.ts"
export { debounce, type DebounceOptions } from "./debounce.ts"
export { Job } from "./job.ts"
export { mapConcurrently, type MapOptions } from "./map-concurrently.ts"
export type { Source } from "./mapping.ts"
export { RateLimiter, type RateLimiterOptions, type RateLimiterStatistics } from "./rate-limiter.ts"
export { retry, retrying, type Attempt, type FailedAttempt, type RetryOptions } from "./retry.ts"
export { StopRetrying } from "./stop-retrying.ts"
export { throttle, type ThrottleOptions } from "./throttle.ts"
export { WorkQueue } from "./work-queue.ts"
export type { JobOptions, WorkQueueOptions, WorkQueueStatistics } from "./work-queue-options.ts"
