/**
 * What can be said of a distributed executor and of its jobs, checked.
 */
import { checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"
import { Backoff, type BackoffOptions } from "../../flow/backoff.ts"
import { checkExecutionOptions, type ExecutionOptions } from "../execution-options.ts"
import { MOST_BYTES } from "./payload.ts"
import { redisTarget, type RedisAddress, type RedisTarget } from "./redis-address.ts"

/** How jobs on other machines are run and what becomes of them. */
export interface DistributedJobOptions extends ExecutionOptions {
  /**
   * How often a job may run again after it threw or its thread died; 0 by default. A job whose
   * whole worker is lost is begun again in any case. A job ends this with `StopRetrying`.
   */
  readonly retries?: number | undefined
  /** The pauses before further attempts, as of `retry`; from 1 to 30 seconds, doubled each time, by default. */
  readonly backoff?: BackoffOptions | undefined
  /**
   * Seconds after which nobody waits for the job any more, from the call: the caller gets a
   * TimeoutError, a job that waits is not begun, one that runs is cancelled. None by default.
   */
  readonly deadline?: number | undefined
  /**
   * Names the job: while the queue remembers it (`keepResults`), further calls of the same
   * function with the same key begin nothing, and get its outcome.
   */
  readonly key?: string | undefined
  /** Jobs with a lower number go first, and those without one (0) before all; at most 2097151. */
  readonly priority?: number | undefined
  /** Seconds before which the job is not begun; 0 by default. */
  readonly delay?: number | undefined
}

/** Where the queue is. */
export interface QueueOptions {
  /** Where Redis is: `redis://:password@host:port/database`, or its parts; `redis://127.0.0.1:6379` by default. */
  readonly redis?: string | URL | RedisAddress | undefined
  /** The name of the queue; `asyncio` by default. */
  readonly queue?: string | undefined
  /** What the names of all keys in Redis begin with; `bull` by default, as with BullMQ. */
  readonly prefix?: string | undefined
  /** Seconds for making the connection the first time; 5 by default. One that is lost later comes back by itself. */
  readonly connectTimeout?: number | undefined
  /** Bytes that a job's arguments, and its result, may take in Redis; 4 MiB by default. */
  readonly maxPayload?: number | undefined
}

/** How a `DistributedExecutor` is made. */
export interface DistributedOptions extends QueueOptions, DistributedJobOptions {
  /** Seconds for which the queue remembers a job that has returned: its result, and its key; 300 by default. */
  readonly keepResults?: number | undefined
  /** Seconds for which the queue keeps a job that has failed (see `deadLetters`); a week by default. */
  readonly keepFailed?: number | undefined
}

export interface QueueSettings {
  readonly target: RedisTarget
  readonly queue: string
  readonly prefix: string
  readonly connectTimeout: number
  readonly maxPayload: number
}

export interface DistributedSettings extends QueueSettings {
  readonly keepResults: number
  readonly keepFailed: number
}

const WEEK = 7 * 24 * 3600
const HIGHEST_PRIORITY = 2 ** 21 - 1
const LONGEST_KEY = 1_000

/** @throws TypeError or RangeError naming the option. */
export function queueSettings(options: QueueOptions, what: string): QueueSettings {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} takes options, such as { redis: "redis://127.0.0.1:6379", queue: "cpu" }, not ${describe(options)}`)
  }
  const { redis, queue = "asyncio", prefix = "bull", connectTimeout = 5, maxPayload = MOST_BYTES } = options
  const target = redisTarget(redis, what)
  for (const [name, value] of Object.entries({ queue, prefix })) {
    if (typeof value !== "string" || value === "") throw new TypeError(`${name} of ${what} is a name, but ${describe(value)} was given`)
    if (value.includes(":")) throw new RangeError(`${name} of ${what} cannot contain a colon, which parts names in Redis, and is ${describe(value)}`)
  }
  checkAbove(connectTimeout, `connectTimeout of ${what}`)
  checkInteger(maxPayload, `maxPayload of ${what}`, 1)
  return { target, queue, prefix, connectTimeout: Math.min(connectTimeout, 3600), maxPayload }
}

/** @throws TypeError or RangeError naming the option. */
export function distributedSettings(options: DistributedOptions): DistributedSettings {
  const what = "DistributedExecutor"
  const settings = queueSettings(options, what)
  const { keepResults = 300, keepFailed = WEEK } = options
  checkAbove(keepResults, `keepResults of ${what}`)
  checkAbove(keepFailed, `keepFailed of ${what}`)
  return { ...settings, keepResults, keepFailed }
}

/** @throws TypeError or RangeError naming the option. */
export function checkDistributedOptions(options: DistributedJobOptions): void {
  checkExecutionOptions(options)
  const { backoff, deadline, key, priority, delay } = options
  if (backoff !== undefined) checkBackoff(backoff)
  if (deadline !== undefined) checkAbove(deadline, "deadline")
  if (key !== undefined) {
    if (typeof key !== "string" || key === "") throw new TypeError(`key is a text that names the job, such as "order-17", but ${describe(key)} was given`)
    if (key.length > LONGEST_KEY) throw new RangeError(`key has at most ${LONGEST_KEY} characters, but ${key.length} were given; use a digest of it`)
  }
  if (priority !== undefined) {
    checkInteger(priority, "priority", 0)
    if (priority > HIGHEST_PRIORITY) throw new RangeError(`priority must be at most ${HIGHEST_PRIORITY}, but is ${priority}`)
  }
  if (delay !== undefined) {
    checkSeconds(delay, "delay")
    if (delay < 0 || delay === Infinity) throw new RangeError(`delay is 0 seconds or more, and not ${delay}`)
  }
}

function checkBackoff(backoff: BackoffOptions): void {
  if (typeof backoff !== "object" || backoff === null) throw new TypeError(`backoff is an object such as { delay: 1, maximum: 30 }, but ${describe(backoff)} was given`)
  if (backoff.random !== undefined) throw new TypeError("backoff.random is a function, which cannot be sent to other machines; leave it out")
  new Backoff(backoff)
}

function checkAbove(seconds: number, what: string): void {
  checkSeconds(seconds, what)
  if (seconds <= 0) throw new RangeError(`${what} must be more than 0 seconds, but is ${seconds}`)
}
