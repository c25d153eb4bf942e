/**
 * What the three executors of this machine have in common.
 */
import { checkBoolean, checkFunction, checkInteger } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import { runningLoop } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Future } from "../core/future.ts"
import { hostOperation } from "../core/host-operation.ts"
import type { Executor, ExecutorStatistics, Item, ExecutionOptions, Result, ShutdownOptions } from "./executor.ts"
import { JobCall } from "./job-call.ts"
import { JobFuture } from "./job-future.ts"
import { checkExecutionOptions } from "./execution-options.ts"
import { JobPlanner } from "./job-planner.ts"
import { JobStream } from "./job-stream.ts"
import { mapJobs, type ExecutorMapOptions } from "./map-jobs.ts"
import { moduleAddress, moduleCalls, type ModuleCalls } from "./module-calls.ts"
import { answerWorker } from "./answer-worker.ts"
import type { CarrierKind } from "./pool/carrier.ts"
import { poolSettings, type PoolDefaults, type WorkerPoolOptions } from "./pool/pool-settings.ts"
import { WorkerPool } from "./pool/worker-pool.ts"
import { workOf } from "./work-of.ts"

/** An executor over a pool of this machine; `with` gives others over the same pool. */
export class PoolView extends Shown implements Executor {
  readonly #pool: WorkerPool
  readonly #options: ExecutionOptions

  constructor(pool: WorkerPool, options: ExecutionOptions) {
    super()
    this.#pool = pool
    this.#options = options
  }

  toString(): string {
    const { name, workers, queued, running } = this.statistics()
    return `<${this.constructor.name} '${name}' [${this.#pool.closed ? "shut down, " : ""}workers:${workers}, running:${running.length}, queued:${queued}]>`
  }

  submit<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): Future<Result<R>> {
    const planner = this.#planner(work, "submit")
    const loop = runningLoop(`submit '${planner.name}'`)
    const future = new JobFuture<Result<R>>(loop, this.#pool, planner.progressIn(loop))
    return future.begin(planner.job(args, "once", future))
  }

  stream<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): JobStream<Item<R>> {
    return new JobStream(this.#planner(work, "stream"), args)
  }

  map<S, R>(work: (item: S) => R, items: Iterable<S> | AsyncIterable<S>, options: ExecutorMapOptions = {}): AsyncGenerator<Result<R>, void, undefined> {
    return mapJobs<Result<R>>(this.#planner(work, "map"), items, options)
  }

  module<M extends object>(url: URL | string): ModuleCalls<M> {
    return moduleCalls<M>(moduleAddress(url), this.#options, (work, args, options) => {
      return new JobCall<unknown>(new JobPlanner(this.#pool, work, work.name, options), args)
    })
  }

  /** @throws TypeError or RangeError naming the option. */
  with(options: ExecutionOptions): PoolView {
    checkExecutionOptions(options)
    return new PoolView(this.#pool, { ...this.#options, ...options })
  }

  shutdown(options: ShutdownOptions = {}): Coroutine<void> {
    const { wait = true, cancelFutures = false } = options
    checkBoolean(wait, "wait")
    checkBoolean(cancelFutures, "cancelFutures")
    return new BodyCoroutine("shutdown", async () => {
      this.#pool.close(cancelFutures)
      if (wait) await this.#emptied()
    })
  }

  /**
   * Ends every worker where it stands, and takes no more jobs: those that run fail with
   * WorkerCrashError, and those that wait are cancelled.
   *
   * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ProcessPoolExecutor.kill_workers
   */
  killWorkers(): void {
    this.#pool.kill()
  }

  /**
   * Starts workers, all or so many, and waits until they can take a job: a warm start.
   *
   * @throws RuntimeError if one cannot start, with what it met as the cause, or after `shutdown`;
   * RangeError for a negative number.
   */
  warm(count = this.#pool.settings.maxWorkers): Coroutine<void> {
    checkInteger(count, "the number of workers to start", 0)
    return new BodyCoroutine("warm", async () => {
      const { settings, notStarted, seats } = this.#pool
      if (this.#pool.closed) throw new RuntimeError(`cannot start workers of pool '${settings.name}': it was shut down; make a new one`)
      const before = notStarted.count
      this.#pool.warm(count)
      await this.#until("warm", () => [...seats].every(({ state }) => state !== "starting"))
      if (notStarted.count > before) throw this.#pool.cannotStart("warm it up")
    })
  }

  statistics(): ExecutorStatistics {
    const { settings, queue, seats, counts, idle } = this.#pool
    const now = host.now()
    const all = [...seats]
    const running = all.flatMap(({ job, label }) =>
      job === null ? [] : [{ id: job.id, name: job.plan.name, worker: label, age: now - job.begun, cancelling: job.request !== null }],
    )
    const starting = all.filter(({ state }) => state === "starting").length
    return { name: settings.name, workers: all.length, idle, starting, queued: queue.size, running, ...counts }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  #planner(work: (...args: never[]) => unknown, attempt: string): JobPlanner {
    checkFunction(work, `what ${attempt} takes first`)
    const { work: wire, name, options } = workOf(work, attempt)
    return new JobPlanner(this.#pool, wire, name, { ...options, ...this.#options })
  }

  #emptied(): Coroutine<void> {
    return this.#until("shutdown", () => this.#pool.seats.size === 0)
  }

  #until(name: string, isSo: () => boolean): Coroutine<void> {
    const pool = this.#pool
    return hostOperation<void>({
      name,
      detail: `of pool '${pool.settings.name}'`,
      start(done) {
        const leave = pool.watch(() => {
          if (!isSo()) return
          leave()
          done.returned(undefined)
        })
        if (!isSo()) return leave
        leave()
        return done.returned(undefined)
      },
    })
  }
}

/**
 * Invariant: it and every executor that `with` makes of it share one pool; what one is told,
 * such as `shutdown`, holds for all.
 */
export abstract class PoolExecutor extends PoolView {
  constructor(kind: CarrierKind, defaults: PoolDefaults, options: WorkerPoolOptions) {
    const settings = poolSettings(options, defaults, kind, (fn) => workOf(fn, "the initializer of a pool"))
    const pool = new WorkerPool(kind, settings, answerWorker)
    super(pool, {})
    pool.warm(settings.minWorkers)
  }
}
