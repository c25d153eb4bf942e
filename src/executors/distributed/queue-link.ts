import type { QueueEvents, Relay } from "bullmq"
import type { Redis } from "ioredis"
import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import type { DistributedSettings } from "./distributed-options.ts"
import { CANCEL_TOPIC, relayNamespace, type JobData } from "./job-data.ts"
import type { JobQueue, JobRecord } from "./job-queue.ts"
import { loadPackages, type Packages } from "./load-packages.ts"
import { openRedis } from "./open-redis.ts"
import type { RemoteJob } from "./remote-job.ts"

/** What a link tells of the queue. */
export interface LinkEvents {
  began(id: string): void
  /** It waits again, for its next attempt. */
  again(id: string): void
  progress(id: string, progress: unknown): void
  returned(id: string, text: string): void
  failed(id: string, text: string): void
  /** The connection is there again; what came meanwhile may have been missed. */
  back(): void
}

/** How a job stands in Redis; the text is its result or its failure. */
export type Outcome = { readonly state: "open" | "missing" } | { readonly state: "returned" | "failed"; readonly text: string }

/** The name of the strategy by which workers reckon pauses between attempts. */
export const BACKOFF = "asyncio-ts"
/** Seconds that one question for news waits in Redis: so long may a connection be dead unseen. */
export const BLOCK = 2
/** How many dead letters a queue keeps. */
const MOST_FAILED = 10_000
/** Seconds that saying goodbye may take. */
const PARTING = 2
/** So many events are kept for whoever reads slowly; BullMQ's default is 10,000, four or five for each job. */
const MOST_EVENTS = 100_000

/**
 * An executor's connections to a queue.
 *
 * All that is said between callers and workers goes through what BullMQ has for it: its queue,
 * its stream of events, and its relay for asking a running job to end.
 */
export class QueueLink {
  readonly queue: JobQueue
  /** Redis' clock less this machine's, in milliseconds: deadlines are told in the former. */
  readonly skew: number
  readonly #packages: Packages
  readonly #redis: Redis
  readonly #events: QueueEvents
  readonly #settings: DistributedSettings
  #relay: Relay | null = null
  #lost = false
  #closing: Promise<void> | null = null

  private constructor(packages: Packages, redis: Redis, queue: JobQueue, events: QueueEvents, settings: DistributedSettings, skew: number) {
    this.#packages = packages
    this.#redis = redis
    this.queue = queue
    this.#events = events
    this.#settings = settings
    this.skew = skew
  }

  /** @throws as `openRedis`. */
  static async open(settings: DistributedSettings, told: LinkEvents): Promise<QueueLink> {
    const { target, queue: name, prefix, connectTimeout } = settings
    const attempt = `cannot reach the queue '${name}' in Redis at ${target.where}`
    const redis = await openRedis(target, connectTimeout, attempt)
    try {
      const packages = await loadPackages(attempt)
      const [seconds, micros] = await redis.time()
      const skew = Number(seconds) * 1000 + Number(micros) / 1000 - Date.now()
      const queue = atRoot(() => new packages.bullmq.Queue<JobData, string>(name, { connection: redis, prefix, streams: { events: { maxLen: MOST_EVENTS } } }))
      queue.on("error", ignore)
      await queue.waitUntilReady()
      // From here on: with "$" what comes between two readings would be missed.
      const [last] = await redis.xrevrange(queue.toKey("events"), "+", "-", "COUNT", 1)
      const events = atRoot(() => new packages.bullmq.QueueEvents(name, { connection: redis, prefix, lastEventId: last?.[0] ?? "0-0", blockingTimeout: BLOCK * 1000 }))
      events.on("error", ignore)
      await events.waitUntilReady()
      const link = new QueueLink(packages, redis, queue, events, settings, skew)
      link.#listen(told)
      return link
    } catch (error) {
      redis.disconnect()
      throw error
    }
  }

  /** Whether Redis is there. */
  get connected(): boolean {
    return this.#redis.status === "ready"
  }

  /** Puts jobs into the queue; one that is there under its name is left as it is. */
  async add(jobs: readonly RemoteJob[]): Promise<void> {
    await this.queue.addBulk(jobs.map((job) => this.#record(job)))
  }

  /** Takes a job out of the queue; false if a worker has it. */
  async remove(id: string): Promise<boolean> {
    return (await this.queue.remove(id, { removeChildren: false })) === 1
  }

  /** Whether it is neither done nor gone. */
  async isOpen(id: string): Promise<boolean> {
    const state = await this.queue.getJobState(id)
    return state !== "completed" && state !== "failed" && state !== "unknown"
  }

  /** Asks a job that runs to end; whoever begins it from here on finds that it is not wanted. */
  async cancel(id: string, reason: string): Promise<void> {
    const job = await this.queue.getJob(id)
    if (job === undefined || job.finishedOn !== undefined) return
    try {
      await job.updateData({ ...job.data, payload: "", cancelled: reason })
    } catch (error) {
      // It ended meanwhile.
      if (!this.connected) throw error
      return
    }
    this.#relay ??= this.#openRelay()
    await this.#relay.publish(CANCEL_TOPIC, { id, reason })
  }

  /** How jobs stand, for when their events may have been missed. */
  async outcomes(ids: readonly string[]): Promise<Outcome[]> {
    const backend = this.queue.getBackend()
    const found = await Promise.all(ids.map((id) => backend.isFinished(id, true)))
    return found.map((answer) => {
      const [state, text = ""] = Array.isArray(answer) ? answer : [answer]
      if (state === 1) return { state: "returned", text: readJson(text) }
      if (state === 2) return { state: "failed", text }
      return { state: state === -1 ? "missing" : "open" }
    })
  }

  /** Leaves nothing open, also where Redis does not answer. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    const parts = Promise.allSettled([this.#events.close(), this.#relay?.close(), this.queue.close()])
    if (this.connected) await atMost(PARTING, parts)
    this.#redis.disconnect()
  }

  #listen(told: LinkEvents): void {
    const events = this.#events
    events.on("active", ({ jobId }) => told.began(jobId))
    events.on("waiting", ({ jobId, prev }) => {
      if (prev !== undefined) told.again(jobId)
    })
    events.on("delayed", ({ jobId }) => told.again(jobId))
    events.on("progress", ({ jobId, data }) => told.progress(jobId, data))
    events.on("completed", ({ jobId, returnvalue }) => told.returned(jobId, String(returnvalue)))
    events.on("failed", ({ jobId, failedReason }) => told.failed(jobId, failedReason))
    this.#redis.on("close", () => {
      this.#lost = true
    })
    this.#redis.on("ready", () => {
      if (this.#lost) told.back()
      this.#lost = false
    })
  }

  #openRelay(): Relay {
    const { queue, prefix } = this.#settings
    const relay = atRoot(() => new this.#packages.bullmq.Relay({ connection: this.#redis, prefix, namespace: relayNamespace(queue) }))
    relay.on("error", ignore)
    return relay
  }

  #record(job: RemoteJob): JobRecord {
    const { keepResults, keepFailed } = this.#settings
    const { name, payload, shape, retries, backoff, grace, priority, delay } = job.plan
    const data: JobData = {
      asyncio: 1,
      payload,
      shape,
      ...(job.deadlineAt === undefined ? {} : { deadline: job.deadlineAt + this.skew, within: job.plan.deadline }),
      ...(grace === undefined ? {} : { grace }),
      ...(backoff === undefined ? {} : { backoff }),
    }
    const opts = {
      jobId: job.id,
      attempts: retries + 1,
      backoff: { type: BACKOFF },
      stackTraceLimit: 3,
      removeOnComplete: { age: Math.ceil(keepResults) },
      removeOnFail: { age: Math.ceil(keepFailed), count: MOST_FAILED },
      ...(priority === 0 ? {} : { priority }),
      ...(delay === 0 ? {} : { delay: Math.round(delay * 1000) }),
    }
    return { name, data, opts }
  }
}

/** What BullMQ tells by its events is what it also throws, or what passes when Redis is back. */
function ignore(): void {}

function readJson(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

/** Waits for `work`, but not for longer. */
export function atMost(seconds: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = host.setTimer(seconds, resolve)
    void work.catch(ignore).then(() => {
      host.clearTimer(timer)
      resolve()
    })
  })
}
