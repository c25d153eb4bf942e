import { checkBoolean } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import { runningLoop } from "../../core/ambient.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import type { Future } from "../../core/future.ts"
import { hostOperation } from "../../core/host-operation.ts"
import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import type { Executor, ExecutorStatistics, Result, ShutdownOptions } from "../executor.ts"
import type { JobStream } from "../job-stream.ts"
import type { ExecutorMapOptions } from "../map-jobs.ts"
import { moduleCalls, type ModuleCalls } from "../module-calls.ts"
import { DeadLetters, type AskQueue } from "./dead-letters.ts"
import { checkDistributedOptions, distributedSettings, type DistributedJobOptions, type DistributedOptions } from "./distributed-options.ts"
import { JobClient } from "./job-client.ts"
import { mapRemotely } from "./map-remotely.ts"
import { moduleName } from "./module-name.ts"
import type { QueueLink } from "./queue-link.ts"
import { queueStatistics, type JobQueueStatistics } from "./queue-statistics.ts"
import { RemoteCall } from "./remote-call.ts"
import { OutcomeFuture } from "../outcome-future.ts"
import type { RemoteJob } from "./remote-job.ts"
import { RemotePlanner, remoteWork } from "./remote-planner.ts"

/** The exported functions of a module that workers serve, each as a call on other machines. */
export type DistributedCalls<M extends object> = ModuleCalls<M> & {
  /** The same with options for the jobs. */
  with(options: DistributedJobOptions): DistributedCalls<M>
}

/** An executor over a queue; `with` gives others over the same queue. */
export class QueueView extends Shown implements Executor {
  readonly #client: JobClient
  readonly #options: DistributedJobOptions

  constructor(client: JobClient, options: DistributedJobOptions) {
    super()
    this.#client = client
    this.#options = options
  }

  toString(): string {
    const { name, queued, running } = this.statistics()
    return `<DistributedExecutor '${name}' [${this.#client.closed ? "shut down, " : ""}running:${running.length}, queued:${queued}]>`
  }

  /**
   * Puts a call into the queue, now; the future gets its outcome.
   *
   * @param work - a function of `module(…)`: what workers serve
   * @throws TypeError for any other function, and for arguments that cannot be sent, with the
   * path to what cannot; RangeError for more than `maxPayload`; RuntimeError after `shutdown`.
   */
  submit<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): Future<Result<R>> {
    const planner = this.#planner(work, "submit")
    const loop = runningLoop(`submit '${planner.label}'`)
    const future = new OutcomeFuture<Result<R>, RemoteJob>(loop, this.#client, planner.progressIn(loop))
    return future.begin(planner.job(loop, args, "once", future))
  }

  /** @throws TypeError always: generators do not cross machines. */
  stream<A extends readonly unknown[]>(work: (...args: A) => unknown, ..._args: A): JobStream<never> {
    throw this.#planner(work, "stream").noStream()
  }

  map<S, R>(work: (item: S) => R, items: Iterable<S> | AsyncIterable<S>, options: ExecutorMapOptions = {}): AsyncGenerator<Result<R>, void, undefined> {
    return mapRemotely<Result<R>>(this.#planner(work, "map"), items, options, this.#options.errors)
  }

  /**
   * The exported functions of a module, typed, each a call on some worker that serves it.
   *
   * @param name - the module's name, `tasks`, or its URL, of which only the file's name counts:
   * the file need not be on this machine
   */
  module<M extends object>(name: URL | string): DistributedCalls<M> {
    const calls = moduleCalls<M>(moduleName(name), this.#options, (work, args, options) => {
      checkDistributedOptions(options)
      return new RemoteCall<unknown>(new RemotePlanner(this.#client, work, options), args)
    })
    return calls
  }

  /** @throws TypeError or RangeError naming the option. */
  with(options: DistributedJobOptions): QueueView {
    checkDistributedOptions(options)
    return new QueueView(this.#client, { ...this.#options, ...options })
  }

  /** The jobs of the queue that have failed for good. */
  deadLetters(): DeadLetters {
    return new DeadLetters(this.#ask, this.#client.settings.queue, this.#options.errors)
  }

  /** How the queue stands, on all machines. @throws as a call if Redis cannot be reached. */
  queueStatistics(): Coroutine<JobQueueStatistics> {
    return this.#ask("queueStatistics", ({ queue, skew }) => queueStatistics(queue, skew))
  }

  /**
   * Takes no more jobs, waits for the outcome of those it has given to the queue, and closes its
   * connections. With `wait: false` that happens behind; with `cancelFutures` jobs that no
   * worker has begun are cancelled.
   */
  shutdown(options: ShutdownOptions = {}): Coroutine<void> {
    const { wait = true, cancelFutures = false } = options
    checkBoolean(wait, "wait")
    checkBoolean(cancelFutures, "cancelFutures")
    return new BodyCoroutine("shutdown", async () => {
      this.#client.close(cancelFutures)
      if (wait) await this.#ended()
    })
  }

  /** How the jobs of this executor stand; those of others, and the workers, are in `queueStatistics`. */
  statistics(): ExecutorStatistics {
    const now = host.now()
    const all = [...this.#client.jobs()]
    const running = all
      .filter(({ state }) => state === "running")
      .map((job) => ({ id: job.number, name: job.plan.label, worker: "", age: now - job.begun, cancelling: job.request !== null }))
    const { counts, settings } = this.#client
    return {
      name: settings.queue,
      workers: 0,
      idle: 0,
      starting: 0,
      queued: all.length - running.length,
      running,
      ...counts,
      crashes: 0,
      started: 0,
      recycled: 0,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  #planner(work: unknown, attempt: string): RemotePlanner {
    const remote = remoteWork(work, attempt)
    const options: DistributedJobOptions = { ...remote.options, ...this.#options }
    checkDistributedOptions(options)
    return new RemotePlanner(this.#client, remote, options)
  }

  readonly #ask: AskQueue = <T>(name: string, ask: (link: QueueLink) => Promise<T>) => {
    const client = this.#client
    const asking = new BodyCoroutine<unknown>(name, () => {
      client.checkOpen(name)
      const loop = runningLoop(name)
      return hostOperation<unknown>({
        name,
        detail: `of queue '${client.settings.queue}'`,
        start(done) {
          void atRoot(() => client.use(loop, ask)).then(
            (value) => done.returned(value),
            (error: unknown) => done.failed(error),
          )
        },
      })
    })
    return asking as Coroutine<T> // what the question gives
  }

  #ended(): Coroutine<void> {
    const client = this.#client
    return hostOperation<void>({
      name: "shutdown",
      detail: `of queue '${client.settings.queue}'`,
      start(done) {
        const look = (): void => {
          if (!client.ended) return
          client.watchers.delete(look)
          done.returned(undefined)
        }
        client.watchers.add(look)
        look()
        return () => void client.watchers.delete(look)
      },
    })
  }
}

/**
 * Runs calls on any number of machines, through a queue of BullMQ's in Redis (or Valkey).
 *
 * What can be called are the exported functions of modules that workers serve:
 * `npx asyncio-ts worker ./tasks.ts --redis URL`. Arguments and results keep their types (Map,
 * Date, bigint, typed arrays), errors their class, stack and cause. A cancelled wait, also by a
 * timeout, takes a waiting job out of the queue and asks a running one to end, wherever it is.
 *
 * A job runs at least once: whose worker is lost is begun again elsewhere, also when it was
 * nearly done. What must happen once is written together with the job's key, in one operation:
 * see `onceInRedis` and `onceInPostgres`.
 *
 * Nothing is connected before the first call. Redis that goes away later is waited for; jobs
 * that were given to it are not lost if it keeps its data (`appendonly yes`).
 *
 * @throws TypeError or RangeError naming the option. A call throws RuntimeError if BullMQ is
 * not installed, ConnectionRefusedError and other ConnectionErrors with the address if there is
 * no Redis, PermissionError if it wants another password, TimeoutError after `connectTimeout`;
 * WorkerCrashError for a job whose workers were lost again and again; and what the job throws.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { DistributedExecutor } from "asyncio-ts/executors"
 *
 * await asyncio.run(async () => {
 *   const executor = new DistributedExecutor({ redis: "redis://127.0.0.1:1", queue: "cpu" })
 *   const tasks = executor.module<{ square(n: number): number }>("tasks")
 *   try {
 *     console.log(await tasks.square(12))
 *   } catch (error) {
 *     console.log((error as Error).name) // -> ConnectionRefusedError
 *   } finally {
 *     await executor.shutdown()
 *   }
 * })
 * ```
 */
export class DistributedExecutor extends QueueView {
  constructor(options: DistributedOptions = {}) {
    const settings = distributedSettings(options)
    const { redis: _redis, queue: _queue, prefix: _prefix, connectTimeout: _connect, maxPayload: _payload, keepResults: _results, keepFailed: _failed, ...job } = options
    checkDistributedOptions(job)
    super(new JobClient(settings), job)
  }
}
