import { cancellation, type CancelRequest } from "../../core/cancel-request.ts"
import type { Resource, Scheduler } from "../../core/scheduler.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { TimeoutError } from "../../errors/timeout-error.ts"
import { WorkerCrashError } from "../../errors/worker-errors.ts"
import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import type { DistributedSettings } from "./distributed-options.ts"
import { failureHead, readFailure } from "./job-data.ts"
import { decodeValue } from "./payload.ts"
import { QueueLink, type LinkEvents } from "./queue-link.ts"
import { readProgress } from "./remote-progress.ts"
import type { RemoteJob } from "./remote-job.ts"

const { setInterval, clearInterval } = globalThis

/** How many jobs go to Redis in one message, and how many are asked after in one. */
const BATCH = 500
/** Seconds between two looks for outcomes whose events were missed. */
const LOOK = 3
/** Seconds for which requests to end may be on their way when all else is done, and while Redis is away. */
const PATIENCE = 5
const AWAY = 1

/**
 * The jobs of an executor, from the call to the outcome.
 *
 * Invariants: a job is in `#waiting` from its call until it is done or nobody listens; there is
 * a link, or one is being opened, while a job waits; the link is closed when it is of no use:
 * after `close`, or when the last loop that used it is closed, and then once all is told.
 */
export class JobClient implements LinkEvents {
  readonly settings: DistributedSettings
  /** Jobs by their names in Redis; those with one key share one. */
  readonly #waiting = new Map<string, Set<RemoteJob>>()
  readonly #loops = new Map<Scheduler, Resource>()
  #outbox: RemoteJob[] = []
  #link: QueueLink | null = null
  #opening: Promise<QueueLink> | null = null
  /** Links that are being closed. */
  #parting = 0
  #flushing = false
  #closed = false
  /** Requests to end, and questions, that are on their way. */
  #busy = 0
  #timer: NodeJS.Timeout | null = null
  #looked = 0
  #patience: unknown = null
  readonly counts = { done: 0, failed: 0, cancelled: 0 }
  /** Called each time that a job is done, and when the link is closed. */
  readonly watchers = new Set<() => void>()

  constructor(settings: DistributedSettings) {
    this.settings = settings
  }

  get closed(): boolean {
    return this.#closed
  }

  get connected(): boolean {
    return this.#link?.connected ?? false
  }

  /** Whether nothing is open any more. */
  get ended(): boolean {
    return this.#link === null && this.#opening === null && this.#parting === 0
  }

  /** The jobs that somebody waits for. */
  *jobs(): IterableIterator<RemoteJob> {
    for (const jobs of this.#waiting.values()) yield* jobs
  }

  /** @throws RuntimeError once closed. */
  submit(job: RemoteJob): void {
    this.checkOpen(`run '${job.plan.label}'`)
    const jobs = this.#waiting.get(job.id)
    if (jobs === undefined) this.#waiting.set(job.id, new Set([job]))
    else jobs.add(job)
    this.#use(job.loop)
    job.whenLate(() => this.#late(job))
    this.#outbox.push(job)
    this.#flushSoon()
  }

  /** @throws RuntimeError once closed. */
  checkOpen(attempt: string): void {
    if (this.#closed) throw new RuntimeError(`cannot ${attempt}: the executor of queue '${this.settings.queue}' was shut down; make a new one`)
  }

  /** The caller of `job` wants it to end. */
  cancel(job: RemoteJob, request: CancelRequest): void {
    if (job.request !== null || job.state === "done") return
    job.request = request
    this.counts.cancelled += 1
    if (!job.listened) this.#forget(job)
    if (job.state === "outbox") {
      this.#outbox = this.#outbox.filter((other) => other !== job)
      this.#tell(job, () => job.failed(cancellation(request)))
    } else if (job.state !== "sending") {
      // One that is being sent is called back when it is there.
      this.#withdraw(job)
    }
    this.#settle()
  }

  /** A link for whoever asks something of the queue; `done` is to be called when that is answered. */
  async use<T>(loop: Scheduler, ask: (link: QueueLink) => Promise<T>): Promise<T> {
    this.#use(loop)
    this.#busy += 1
    try {
      return await ask(this.#link ?? (await this.#open()))
    } finally {
      this.#busy -= 1
      this.#settle()
    }
  }

  /** Takes no more jobs; with `cancelQueued` those that no worker has are cancelled. */
  close(cancelQueued: boolean): void {
    this.#closed = true
    if (cancelQueued) {
      const request = { message: "the executor was shut down", requestedBy: `shutdown of the executor of queue '${this.settings.queue}'`, requestedAt: undefined }
      for (const job of [...this.jobs()]) if (job.state !== "running") this.cancel(job, request)
    }
    this.#settle()
  }

  began(id: string): void {
    for (const job of this.#waiting.get(id) ?? []) {
      job.state = "running"
      job.begun = host.now()
    }
  }

  again(id: string): void {
    for (const job of this.#waiting.get(id) ?? []) if (job.state === "running") job.state = "sent"
  }

  progress(id: string, progress: unknown): void {
    const jobs = this.#waiting.get(id)
    if (jobs === undefined) return
    let value: unknown
    try {
      value = readProgress(progress)
    } catch {
      // Damaged, or of another version: what the job gives in the end is worth more than an error here.
      return
    }
    for (const job of jobs) job.progress(value)
  }

  returned(id: string, text: string): void {
    this.#finish(id, (job) => {
      // Each its own copy: what one changes the others do not see.
      let value: unknown
      try {
        value = decodeValue(text)
      } catch (error) {
        this.counts.failed += 1
        job.failed(error)
        return
      }
      this.counts.done += 1
      job.returned(value)
    })
  }

  failed(id: string, text: string): void {
    this.#finish(id, (job) => {
      if (job.request === null) this.counts.failed += 1
      const read = readFailure(text, job.plan.errors)
      job.failed(read === undefined ? lostJob(job, failureHead(text)) : read.error)
    })
  }

  back(): void {
    void this.#look(true)
  }

  #finish(id: string, tell: (job: RemoteJob) => void): void {
    const jobs = this.#waiting.get(id)
    if (jobs === undefined) return
    this.#waiting.delete(id)
    for (const job of jobs) tell(job)
    this.#settle()
  }

  #tell(job: RemoteJob, tell: () => void): void {
    this.#forget(job)
    tell()
  }

  #forget(job: RemoteJob): void {
    const jobs = this.#waiting.get(job.id)
    if (jobs?.delete(job) === true && jobs.size === 0) this.#waiting.delete(job.id)
  }

  #late(job: RemoteJob): void {
    const { label, deadline } = job.plan
    const how = job.state === "running" ? "it was running" : "it had not begun"
    const late = new TimeoutError(`'${label}' was not done within its deadline of ${String(deadline)} s; ${how}`)
    // It is told of before it is taken back: a job that is done is left alone.
    const { state } = job
    this.counts.failed += 1
    this.#tell(job, () => job.failed(late))
    job.request ??= { message: "its deadline has come", requestedBy: "its deadline", requestedAt: undefined }
    if (state === "outbox") this.#outbox = this.#outbox.filter((other) => other !== job)
    else if (state !== "sending") this.#withdraw(job)
    this.#settle()
  }

  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    // What one burst of tasks asks for goes in one message.
    host.macrotask(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#outbox.length === 0) return
    const link = this.#link
    if (link === null) {
      void this.#open().catch(() => undefined)
      return
    }
    for (let at = 0; at < this.#outbox.length; at += BATCH) void this.#send(link, this.#outbox.slice(at, at + BATCH))
    this.#outbox = []
  }

  async #send(link: QueueLink, jobs: readonly RemoteJob[]): Promise<void> {
    for (const job of jobs) job.state = "sending"
    this.#busy += 1
    try {
      await link.add(jobs)
      for (const job of jobs) {
        if (job.state === "sending") job.state = "sent"
        if (job.request !== null) this.#withdraw(job)
      }
      // One with a key may have been done before: then no event will tell of it.
      const keyed = jobs.filter(({ plan, state }) => plan.key !== undefined && state !== "done").map(({ id }) => id)
      if (keyed.length > 0) await this.#ask(link, keyed)
    } catch (error) {
      for (const job of jobs) this.#tell(job, () => job.failed(error))
    } finally {
      this.#busy -= 1
      this.#settle()
    }
  }

  #open(): Promise<QueueLink> {
    this.#opening ??= atRoot(() => QueueLink.open(this.settings, this)).then(
      (link) => {
        this.#opening = null
        this.#link = link
        this.#flush()
        this.#settle()
        return link
      },
      (error: unknown) => {
        this.#opening = null
        const jobs = this.#outbox
        this.#outbox = []
        for (const job of jobs) this.#tell(job, () => job.failed(error))
        this.#settle()
        throw error
      },
    )
    return this.#opening
  }

  /** Takes a job out of the queue, or asks it to end, unless somebody else waits for it here. */
  #withdraw(job: RemoteJob): void {
    const { request, plan, id } = job
    const link = this.#link
    const others = [...(this.#waiting.get(id) ?? [])].some((other) => other !== job)
    if (link === null || request === null || others) return
    // One with a key may have callers elsewhere.
    if (plan.key !== undefined && plan.cancel === "abandon") return
    const attempt = async (): Promise<void> => {
      // A result that is there may be another caller's.
      if (plan.key !== undefined && !(await link.isOpen(id))) return
      if (await link.remove(id)) {
        if (job.listened) this.#tell(job, () => job.failed(cancellation(request)))
      } else if (plan.cancel !== "abandon") {
        await link.cancel(id, typeof request.message === "string" ? request.message : `cancelled by ${request.requestedBy ?? "its caller"}`)
      }
    }
    this.#busy += 1
    void attempt()
      .catch(() => undefined) // the deadline, or the look at it when Redis is back, sees to it
      .finally(() => {
        this.#busy -= 1
        this.#settle()
      })
  }

  #use(loop: Scheduler): void {
    if (this.#loops.has(loop)) return
    const resource: Resource = { endsWithLoop: true, toString: () => `<DistributedExecutor of queue '${this.settings.queue}'>`, abandon: () => this.#abandoned(loop) }
    this.#loops.set(loop, resource)
    loop.resources.add(resource)
  }

  /** A loop is closed: nobody there waits any more. */
  #abandoned(loop: Scheduler): void {
    this.#loops.delete(loop)
    for (const job of [...this.jobs()]) {
      if (job.loop !== loop) continue
      job.unlisten()
      this.cancel(job, { message: "its event loop was closed", requestedBy: "its event loop", requestedAt: undefined })
    }
    this.#settle()
  }

  /** Looks after the timer, and closes what is of no use any more. */
  #settle(): void {
    const watched = this.#waiting.size > 0 && this.#link !== null
    if (watched) this.#timer ??= atRoot(() => setInterval(() => void this.#look(false), LOOK * 1000).unref())
    else if (this.#timer !== null) {
      clearInterval(this.#timer)
      this.#timer = null
    }
    const useless = (this.#closed || this.#loops.size === 0) && this.#waiting.size === 0
    if (!useless) this.#keep()
    else if (this.#busy === 0) this.#part()
    // Requests to end are to arrive, but nobody waits for a Redis that is away.
    else if (this.#link !== null) this.#patience ??= host.setTimer(this.#link.connected ? PATIENCE : AWAY, () => this.#part())
    for (const watcher of this.watchers) watcher()
  }

  #keep(): void {
    if (this.#patience !== null) host.clearTimer(this.#patience)
    this.#patience = null
  }

  #part(): void {
    this.#keep()
    const link = this.#link
    if (link === null) return
    this.#link = null
    this.#parting += 1
    void atRoot(() => link.close()).then(() => {
      this.#parting -= 1
      if (this.#closed) {
        for (const [loop, resource] of this.#loops) loop.resources.delete(resource)
        this.#loops.clear()
      }
      for (const watcher of this.watchers) watcher()
    })
  }

  /** Asks after jobs whose events may have been missed: some of them, or all. */
  async #look(all: boolean): Promise<void> {
    const link = this.#link
    if (link === null || !link.connected) return
    const ids = [...this.jobs()].filter(({ state, made }) => (state === "sent" || state === "running") && (all || host.now() - made > LOOK)).map(({ id }) => id)
    if (ids.length === 0) return
    const from = all || this.#looked >= ids.length ? 0 : this.#looked
    this.#looked = from + BATCH
    try {
      for (let at = from; at < (all ? ids.length : from + 1); at += BATCH) await this.#ask(link, ids.slice(at, at + BATCH))
    } catch {
      // Redis went away: the next look asks again.
    }
  }

  async #ask(link: QueueLink, ids: readonly string[]): Promise<void> {
    const outcomes = await link.outcomes(ids)
    for (const [index, outcome] of outcomes.entries()) {
      const id = ids[index] as string // one answer for each
      if (outcome.state === "returned") this.returned(id, outcome.text)
      else if (outcome.state === "failed") this.failed(id, outcome.text)
      else if (outcome.state === "missing") this.#missing(id)
    }
  }

  #missing(id: string): void {
    for (const job of [...(this.#waiting.get(id) ?? [])]) {
      job.missed += 1
      // Its event may be on its way.
      if (job.missed < 2) continue
      const why = `'${job.plan.label}' is not in Redis any more: it was removed from queue '${this.settings.queue}', or Redis lost what it had (does it keep its data: appendonly yes?)`
      this.counts.failed += 1
      this.#tell(job, () => job.failed(new WorkerCrashError(why)))
      this.#settle()
    }
  }
}

/** A failure that BullMQ found itself. */
function lostJob(job: RemoteJob, text: string): WorkerCrashError {
  const why = text.includes("stalled") ? "each worker that had begun it was lost (killed, out of memory, cut off from Redis)" : text
  return new WorkerCrashError(`'${job.plan.label}' was given up: ${why}`)
}
