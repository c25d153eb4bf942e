/**
 * What runs calls elsewhere: in threads, in processes, on other machines.
 */
import type { Coroutine } from "../core/coroutine.ts"
import type { Future } from "../core/future.ts"
import type { ExecutionOptions } from "./execution-options.ts"
import type { Item, Result } from "./job-result.ts"
import type { JobStream } from "./job-stream.ts"
import type { ExecutorMapOptions } from "./map-jobs.ts"
import type { ModuleCalls } from "./module-calls.ts"

export type { Item, ExecutionOptions, Result }

/** How an executor is shut down. */
export interface ShutdownOptions {
  /** Whether to wait for the jobs, which is the default; else they go on unwatched. */
  readonly wait?: boolean | undefined
  /** Cancels the jobs that have not begun. */
  readonly cancelFutures?: boolean | undefined
}

/** A job that runs, as statistics show it. */
export interface RunningJob {
  readonly id: number
  readonly name: string
  readonly worker: string
  /** Seconds since it began. */
  readonly age: number
  /** Whether it was asked to end. */
  readonly cancelling: boolean
}

/** How an executor stands. */
export interface ExecutorStatistics {
  readonly name: string
  /** Workers that run, and how many of them have nothing to do or are just starting. */
  readonly workers: number
  readonly idle: number
  readonly starting: number
  /** Jobs that wait for a worker. */
  readonly queued: number
  readonly running: readonly RunningJob[]
  /** Jobs that have returned, thrown, or ended by a cancellation since it was made. */
  readonly done: number
  readonly failed: number
  readonly cancelled: number
  /** Workers that died under a job, were started in all, and were replaced after `maxTasksPerChild` jobs. */
  readonly crashes: number
  readonly started: number
  readonly recycled: number
}

/**
 * Runs calls elsewhere. What can be called is a function that captures nothing, or an exported
 * function of a module: see `module`.
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#executor-objects
 */
export interface Executor extends AsyncDisposable {
  /**
   * Gives a call to the executor, now; the future gets its outcome.
   *
   * @throws TypeError at the call for a function that captures variables, and for arguments
   * that cannot be cloned, with the path to what cannot; RuntimeError after `shutdown`.
   */
  submit<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): Future<Result<R>>
  /** The items of a generator function that runs elsewhere; it is begun by the first `next`. */
  stream<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): JobStream<Item<R>>
  /**
   * Calls a function for each item, many at a time, and gives the results in the order of the
   * items. Nothing begins before the first is asked for; leaving the loop ends what runs.
   *
   * @throws TypeError or RangeError at the call for what is no function, no items or no such
   * option; RuntimeError after `shutdown`.
   */
  map<S, R>(work: (item: S) => R, items: Iterable<S> | AsyncIterable<S>, options?: ExecutorMapOptions): AsyncGenerator<Result<R>, void, undefined>
  /**
   * The exported functions of a module, typed: `module<typeof import("./cpu.ts")>(new URL("./cpu.ts", import.meta.url))`.
   * Each gives a coroutine, a job once it is awaited, or for a generator its items. Workers load
   * the module when it is first needed, so a wrong name is an error of the call.
   *
   * @throws FileNotFoundError for a file that is not there; TypeError for a relative path, which
   * says nothing of the file that it starts from.
   */
  module<M extends object>(url: URL | string): ModuleCalls<M>
  /** The same executor with options for the jobs that are given to it. */
  with(options: ExecutionOptions): Executor
  /** Takes no more jobs, and by default waits for those it has; a cancelled wait leaves them running. */
  shutdown(options?: ShutdownOptions): Coroutine<void>
  /** How it stands. */
  statistics(): ExecutorStatistics
}
