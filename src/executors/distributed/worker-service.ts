/**
 * Takes jobs of a queue, and runs them in threads of this machine.
 */
import type { Relay, Worker } from "bullmq"
import type { Redis } from "ioredis"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { TimeoutError } from "../../errors/timeout-error.ts"
import { Backoff } from "../../flow/backoff.ts"
import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import type { WorkerPool } from "../pool/worker-pool.ts"
import { failureHead, failureText, CANCEL_TOPIC, relayNamespace, splitJobName, type JobData } from "./job-data.ts"
import { loadPackages, type Packages } from "./load-packages.ts"
import { openRedis } from "./open-redis.ts"
import { atMost, BACKOFF, BLOCK } from "./queue-link.ts"
import { ServedJob, type QueuedJob } from "./served-job.ts"
import { servedFunctions } from "./served-functions.ts"
import { servingThreads } from "./serving-threads.ts"
import type { WorkerEvent } from "./worker-event.ts"
import type { WorkerSettings } from "./worker-options.ts"

/** Seconds that handing jobs back may take, and while Redis is away: it may come back. */
const PARTING = 5
const AWAY = 1
/** Minutes for which the queue counts what is done, as BullMQ's metrics. */
const METRICS = 24 * 60

/**
 * Invariants: a job is in `#running` while a thread has it; once `#stopping` is set no job is
 * begun; what was taken and not begun, or not done in time, goes back to the queue.
 */
export class WorkerService {
  readonly settings: WorkerSettings
  readonly functions: ReadonlyMap<string, readonly string[]>
  readonly #packages: Packages
  readonly #redis: Redis
  readonly #pool: WorkerPool
  readonly #worker: Worker<JobData, string>
  readonly #relay: Relay
  readonly #skew: number
  readonly #running = new Map<string, ServedJob>()
  readonly counts = { done: 0, failed: 0, cancelled: 0, handedBack: 0 }
  /** Called each time that a job has ended. */
  readonly watchers = new Set<() => void>()
  #stopping = false
  #lostSince: number | null = null

  private constructor(settings: WorkerSettings, functions: WorkerService["functions"], packages: Packages, redis: Redis, pool: WorkerPool, skew: number) {
    this.settings = settings
    this.functions = functions
    this.#packages = packages
    this.#redis = redis
    this.#pool = pool
    this.#skew = skew
    const { queue, prefix, concurrency, lockDuration, maxLost, name } = settings
    const { Relay, Worker } = packages.bullmq
    this.#worker = atRoot(
      () =>
        new Worker<JobData, string>(queue, (job, token, signal) => this.#process(job, token ?? "", signal), {
          connection: redis,
          prefix,
          concurrency,
          name,
          autorun: false,
          drainDelay: BLOCK,
          // Whole numbers: Redis takes no others.
          lockDuration: Math.round(lockDuration * 1000),
          stalledInterval: Math.round((lockDuration * 1000) / 3),
          maxStalledCount: maxLost,
          metrics: { maxDataPoints: METRICS },
          settings: { backoffStrategy: (attempts, type, _error, job) => pause(attempts, type, job?.data as JobData | undefined, skew) },
        }),
    )
    this.#relay = atRoot(() => new Relay({ connection: redis, prefix, namespace: relayNamespace(queue), name: name.slice(0, 256) }))
    this.#listen()
  }

  static async open(settings: WorkerSettings): Promise<WorkerService> {
    const attempt = `cannot serve the queue '${settings.queue}' in Redis at ${settings.target.where}`
    const pool = servingThreads(settings)
    let redis: Redis | null = null
    try {
      redis = await openRedis(settings.target, settings.connectTimeout, attempt)
      const packages = await loadPackages(attempt)
      const functions = await servedFunctions(pool, settings.modules)
      const [seconds, micros] = await redis.time()
      const skew = Number(seconds) * 1000 + Number(micros) / 1000 - Date.now()
      const service = new WorkerService(settings, functions, packages, redis, pool, skew)
      pool.warm(settings.concurrency)
      await service.#begin()
      return service
    } catch (error) {
      pool.kill()
      redis?.disconnect()
      throw error
    }
  }

  get connected(): boolean {
    return this.#redis.status === "ready"
  }

  get running(): readonly ServedJob[] {
    return [...this.#running.values()]
  }

  /** Takes no more jobs; what runs goes on. */
  stop(): Promise<void> {
    this.#stopping = true
    return atRoot(() => this.#worker.close())
  }

  /** Ends what still runs and gives it back to the queue. */
  handBack(): void {
    for (const served of this.running) served.end("handed back", "its worker ends; another begins it again")
  }

  /** Leaves nothing open, also where Redis does not answer. */
  async close(stopped: Promise<void>): Promise<void> {
    await atMost(this.connected ? PARTING : AWAY, stopped)
    this.#pool.kill()
    await atMost(this.connected ? PARTING : 0, Promise.allSettled([this.#relay.close(), this.#worker.close(true)]))
    this.#redis.disconnect()
  }

  async #begin(): Promise<void> {
    try {
      await this.#worker.waitUntilReady()
      await this.#relay.subscribe<{ id: string; reason: string }>(CANCEL_TOPIC, ({ data }) => void this.#worker.cancelJob(data.id, data.reason))
    } catch (error) {
      await atMost(1, Promise.allSettled([this.#relay.close(), this.#worker.close(true)]))
      throw error
    }
    // It ends when the worker is closed.
    void atRoot(() => this.#worker.run()).catch((error: unknown) => this.#trouble(error))
  }

  #listen(): void {
    const redis = this.#redis
    redis.on("close", () => {
      if (this.#lostSince !== null || this.#stopping) return
      this.#lostSince = host.now()
      this.#tell({ kind: "redis lost" })
    })
    redis.on("ready", () => {
      if (this.#lostSince === null) return
      const seconds = host.now() - this.#lostSince
      this.#lostSince = null
      this.#tell({ kind: "redis back", seconds })
    })
    this.#worker.on("error", (error) => this.#trouble(error))
    this.#worker.on("stalled", (id) => this.#tell({ kind: "recovered", id }))
    this.#worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) this.#running.get(id)?.end("lost", "its worker was not heard of for too long; another has it")
    })
    this.#relay.on("error", (error: unknown) => this.#trouble(error))
    // Requests to end that came while it was away are in the jobs themselves.
    this.#relay.on("recovered", () => void this.#lookForCancelled().catch((error: unknown) => this.#trouble(error)))
  }

  async #lookForCancelled(): Promise<void> {
    for (const { job } of this.running) {
      const now = await this.#packages.bullmq.Job.fromId<JobData>(this.#worker, job.id ?? "")
      if (now?.data.cancelled !== undefined) this.#worker.cancelJob(job.id ?? "", now.data.cancelled)
    }
  }

  /** Called by BullMQ for each job that this worker has got. */
  async #process(job: QueuedJob, token: string, signal: AbortSignal | undefined): Promise<string> {
    const { name, data } = job
    const id = job.id ?? ""
    if (this.#stopping) return await this.#putBack(job, token)
    const refused = this.#refusal(job)
    if (refused !== null) throw refused
    const work = splitJobName(name)
    const key = job.opts.jobId === undefined ? id : keyOf(id, name)
    const call = { module: this.settings.modules.get(work.module) ?? "", name: work.name, payload: data.payload, shape: data.shape, key, limit: this.settings.maxPayload }
    const served = new ServedJob(this.#pool, job, call, (error) => this.#trouble(error))
    this.#running.set(id, served)
    this.#tell({ kind: "began", id, name, attempt: job.attemptsMade + 1 })
    const left = data.deadline === undefined ? Infinity : (data.deadline - this.#now()) / 1000
    const timer = left < Infinity ? host.setTimer(left, () => served.end("late", "its deadline has come")) : null
    const cancelled = (): void => served.end("cancelled", typeof signal?.reason === "string" ? signal.reason : "cancelled by its caller")
    signal?.addEventListener("abort", cancelled, { once: true })
    try {
      const running = served.run()
      if (signal?.aborted === true) cancelled()
      const outcome = await running
      return await this.#settle(served, outcome, token)
    } finally {
      if (timer !== null) host.clearTimer(timer)
      signal?.removeEventListener("abort", cancelled)
      this.#running.delete(id)
      for (const watcher of this.watchers) watcher()
    }
  }

  /** Why a job is not begun at all. */
  #refusal(job: QueuedJob): Error | null {
    const { name, data } = job
    if ((data as Partial<JobData> | undefined)?.asyncio !== 1) {
      return this.#failure(job, new TypeError(`'${name}' was put into queue '${this.settings.queue}' by another program than a DistributedExecutor; use a queue of its own`), true)
    }
    if (data.cancelled !== undefined) return this.#unwanted(job, data.cancelled)
    if (data.deadline !== undefined && data.deadline <= this.#now()) return this.#late(job, "it had not begun")
    const work = splitJobName(name)
    const functions = this.functions.get(work.module)
    if (functions?.includes(work.name) === true) return null
    const serves = functions === undefined ? `modules called ${[...this.functions.keys()].join(", ")}` : `of '${work.module}' ${functions.join(", ")}`
    // Another worker may serve it, so that another attempt may be of use.
    return this.#failure(job, new RuntimeError(`no '${work.name}' of a module '${work.module}' is served by worker ${this.settings.name}, which serves ${serves}; start workers with the same modules on all machines`), false)
  }

  async #settle(served: ServedJob, outcome: Awaited<ReturnType<ServedJob["run"]>>, token: string): Promise<string> {
    const { job, ending, reason, seconds } = served
    if (ending === "lost") {
      this.#tell({ kind: "lost", id: job.id ?? "", name: job.name })
      throw new this.#packages.bullmq.WaitingError()
    }
    if ("result" in outcome) {
      // Nobody will ask for it.
      if (ending === "cancelled") job.opts.removeOnComplete = true
      this.counts.done += 1
      this.#tell({ kind: "done", id: job.id ?? "", name: job.name, seconds })
      return outcome.result
    }
    if (ending === "handed back") return await this.#putBack(job, token)
    if (ending === "cancelled") throw this.#unwanted(job, reason)
    if (ending === "late") throw this.#late(job, "it was running")
    if ("thrown" in outcome) throw this.#failure(job, outcome.thrown, false, seconds)
    throw this.#told(job, outcome.failure, outcome.stack, outcome.final, seconds)
  }

  /** Gives a job back to the queue: another worker gets it at once, and it counts as no attempt. */
  async #putBack(job: QueuedJob, token: string): Promise<never> {
    await job.moveToWait(token)
    this.counts.handedBack += 1
    this.#tell({ kind: "handed back", id: job.id ?? "", name: job.name })
    throw new this.#packages.bullmq.WaitingError()
  }

  #unwanted(job: QueuedJob, reason: string): Error {
    job.opts.removeOnFail = true
    this.counts.cancelled += 1
    this.#tell({ kind: "cancelled", id: job.id ?? "", name: job.name, reason })
    return this.#error(failureText(new CancelledError(reason, { requestedBy: "its caller" })), undefined, true)
  }

  #late(job: QueuedJob, how: string): Error {
    this.counts.cancelled += 1
    this.#tell({ kind: "cancelled", id: job.id ?? "", name: job.name, reason: `its deadline has come; ${how}` })
    // What stands in Redis may be of anybody's.
    const { within } = job.data
    const length = typeof within === "number" ? ` of ${within} s` : ""
    return this.#error(failureText(new TimeoutError(`'${splitJobName(job.name).name}' was not done within its deadline${length}; ${how}`)), undefined, true)
  }

  #failure(job: QueuedJob, error: unknown, final: boolean, seconds = 0): Error {
    return this.#told(job, failureText(error), error instanceof Error ? error.stack : undefined, final, seconds)
  }

  #told(job: QueuedJob, text: string, stack: string | undefined, final: boolean, seconds: number): Error {
    this.counts.failed += 1
    const last = final || job.attemptsMade + 1 >= (job.opts.attempts ?? 1)
    this.#tell({ kind: "failed", id: job.id ?? "", name: job.name, seconds, reason: failureHead(text), final: last })
    return this.#error(text, stack, final)
  }

  #error(text: string, stack: string | undefined, final: boolean): Error {
    const error = final ? new this.#packages.bullmq.UnrecoverableError(text) : new Error(text)
    // Beside the text BullMQ keeps the stack, and shows it in its own tools.
    error.stack = stack ?? failureHead(text)
    return error
  }

  #now(): number {
    return Date.now() + this.#skew
  }

  #trouble(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    // While Redis is away each command of each connection says so.
    if (this.#lostSince !== null || this.#stopping || /ECONNREFUSED|ECONNRESET|EPIPE|Connection is closed/.test(message)) return
    this.#tell({ kind: "trouble", message: failureHead(message) })
  }

  #tell(event: WorkerEvent): void {
    try {
      this.settings.onEvent(event)
    } catch (error) {
      host.report("Exception in onEvent of a DistributedWorker", error)
    }
  }
}

/** Milliseconds before a further attempt; -1 for none: it would come after the deadline. */
function pause(attempts: number, type: string | undefined, data: JobData | undefined, skew: number): number {
  if (type !== BACKOFF) return 0
  const backoff = new Backoff(data?.backoff ?? {})
  let seconds = 0
  for (let attempt = 0; attempt < attempts; attempt += 1) seconds = backoff.next()
  const at = Date.now() + skew + seconds * 1000
  return data?.deadline !== undefined && at >= data.deadline ? -1 : Math.round(seconds * 1000)
}

/** The key in the name of a job with one; else the name itself, which is the same each time that it is begun. */
function keyOf(id: string, name: string): string {
  const start = `${name}.`
  return id.startsWith(start) ? decodeURIComponent(id.slice(start.length)) : id
}
