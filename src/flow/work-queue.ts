import { checkFunction } from "../structures/arguments.ts"
import { LinkedList } from "../structures/linked-list.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import { currentContext, requestBy } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { currentFrame, type Frame } from "../core/frame.ts"
import { cancelBy, cancelFor, cancelWith, failWith, Relay, returnWith, takeCancelledError } from "../core/future.ts"
import { cancelOnAbort } from "../core/signal.ts"
import type { Startable, Task } from "../core/task.ts"
import { Event } from "../sync/event.ts"
import { Primitive } from "../sync/primitive.ts"
import { TaskGroup } from "../tasks/task-group.ts"
import { timeout } from "../tasks/timeouts.ts"
import { inner, Job, type JobQueue } from "./job.ts"
import { JobLine } from "./job-line.ts"
import { checkLimit } from "./limits.ts"
import { QueueWaits } from "./queue-waits.ts"
import { giveBack, type RateLimiter } from "./rate-limiter.ts"
import { checkStartable, discard } from "./startable-work.ts"
import { checkJob, settingsOf, type JobOptions, type QueueSettings, type WorkQueueOptions, type WorkQueueStatistics } from "./work-queue-options.ts"

/**
 * Runs jobs, so many at a time, the most urgent first; `run` returns when its body and all jobs
 * have ended.
 *
 * A job's failure goes to whoever awaits the job, and is reported as that of a task if nobody
 * does; with `stopOnError` it ends the queue. Jobs run with the context variables of whoever
 * added them.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { WorkQueue } from "asyncio-ts/flow"
 *
 * await asyncio.run(async () => {
 *   const order: string[] = []
 *   await new WorkQueue({ limit: 1 }).run(async (queue) => {
 *     for (const name of ["a", "b"]) queue.add(async () => order.push(name))
 *     queue.add(async () => order.push("urgent"), { priority: 1 })
 *   })
 *   console.log(order) // -> [ 'a', 'urgent', 'b' ]
 * })
 * ```
 */
export class WorkQueue extends Primitive implements JobQueue {
  // Invariants: a job is in #line exactly while it waits, in #running exactly while its task is
  // not done; after every change as many run as may. What has joined #line or #running and is
  // done has left it before anybody is told.
  readonly #line = new JobLine<Job<unknown>>()
  readonly #running = new LinkedList<Job<unknown>>()
  readonly #settings: QueueSettings
  #limit: number
  #paused: boolean
  #state: "created" | "entered" | "open" | "closed" = "created"
  #group: TaskGroup | null = null
  #frame: Frame | null = null
  /** Set while a job could start but for the rate. */
  readonly #startable = new Event()
  #completed = 0
  #failed = 0
  #cancelled = 0
  readonly #waits = new QueueWaits(this)

  /** @throws TypeError or RangeError for options that make no sense. */
  constructor(options: WorkQueueOptions = {}) {
    super(options)
    this.#settings = settingsOf(options)
    this.#limit = this.#settings.limit
    this.#paused = this.#settings.paused
  }

  protected get kind(): string {
    return "WorkQueue"
  }

  protected describe(): string {
    const limit = this.#limit === Infinity ? "" : `/${this.#limit}`
    return `waiting:${this.size}, running:${this.running}${limit}${this.#paused ? ", paused" : ""}`
  }

  /**
   * Runs `body`, waits until every job has ended, and gives the body's value.
   *
   * When the body fails, all jobs are cancelled, and awaited.
   *
   * @throws ExceptionGroup if the body failed, or with `stopOnError` a job; RuntimeError if the
   * queue was used before.
   * @throws CancelledError if the task is cancelled: all jobs have ended by then.
   */
  run<T>(body: (queue: this) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of a WorkQueue")
    return new BodyCoroutine<Awaited<T>>("WorkQueue", () => this.#run(body), undefined, [])
  }

  /**
   * Adds a job; it runs as soon as its turn comes, at the earliest in the next iteration of the loop.
   *
   * @param work - a coroutine, or a function that is called to make one
   * @throws TypeError for anything else; RuntimeError before the body of `run` begins and after
   * the queue has ended, or for a coroutine that has started.
   */
  add<T>(work: Startable<T>, options: JobOptions = {}): Job<Awaited<T>> {
    const { priority = 0, timeout = this.#settings.timeout, name, signal } = options
    checkStartable(work)
    checkJob(priority, timeout, signal)
    const frame = this.#frame
    if (this.#state !== "open" || frame === null) {
      discard(work)
      throw new RuntimeError(
        this.#state !== "closed"
          ? "this WorkQueue takes no jobs yet; add them in the body given to run(…)"
          : "this WorkQueue has ended and takes no more jobs; make a new one",
      )
    }
    const { loop } = frame
    const job = new Job<Awaited<T>>(loop, {
      state: "waiting",
      queue: this,
      work: work as Startable<Awaited<T>>, // whoever runs it awaits it
      snapshot: host.capture(),
      context: currentContext().copy(),
      timeout,
      name: name ?? work.name,
      priority,
      addedAt: loop.clock.time(),
      startedAt: null,
      task: null,
      failure: null,
    })
    this.#join(job)
    if (signal !== undefined) cancelOnAbort(job, signal)
    this.#advance()
    return job
  }

  /** Lets no further job start until `resume`; those that run go on. */
  pause(): void {
    this.#paused = true
    this.#startable.clear()
  }

  /** Lets jobs start again. */
  resume(): void {
    this.#paused = false
    this.#advance()
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Cancels every job that waits; those that run go on. */
  clear(): void {
    this.#cancelWaiting("the work queue was cleared")
    this.#waits.tell()
  }

  /** Ends the queue early and quietly: all jobs and the body are cancelled, and `run` gives undefined. */
  cancel(): void {
    if (this.#state !== "open") return
    this.#close()
    this.#group?.cancel()
  }

  /** How many jobs may run at a time; those above a lowered limit run to their end. */
  get limit(): number {
    return this.#limit
  }

  set limit(limit: number) {
    checkLimit(limit, "the limit of a WorkQueue")
    this.#limit = limit
    this.#advance()
  }

  /** How many jobs wait. */
  get size(): number {
    return this.#line.size
  }

  /** How many jobs run. */
  get running(): number {
    return this.#running.size
  }

  /** The jobs that run, then those that wait, each in their order. */
  jobs(): Job<unknown>[] {
    return [...this.#running, ...this.#line]
  }

  /** Waits until no job waits for its turn. @throws CancelledError if the task is cancelled first. */
  onEmpty(): Coroutine<void> {
    return this.#waits.empty()
  }

  /** Waits until no job runs, as after `pause`. @throws CancelledError if the task is cancelled first. */
  onNoneRunning(): Coroutine<void> {
    return this.#waits.noneRunning()
  }

  /** Waits until no job waits or runs. @throws CancelledError if the task is cancelled first. */
  onIdle(): Coroutine<void> {
    return this.#waits.idle()
  }

  /**
   * Waits until fewer than `limit` jobs wait, for who adds faster than they run. Of several who
   * wait, each finds room when it goes on.
   *
   * @throws TypeError or RangeError for a limit below 1.
   * @throws CancelledError if the task is cancelled first.
   */
  onSizeLessThan(limit: number): Coroutine<void> {
    checkLimit(limit, "the size that WorkQueue.onSizeLessThan waits for")
    return this.#waits.lessThan(limit)
  }

  /** A snapshot for people and tests. */
  statistics(): WorkQueueStatistics {
    return {
      waiting: this.size,
      running: this.running,
      limit: this.#limit,
      paused: this.#paused,
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
    }
  }

  /** A job that waited was cancelled. For jobs. */
  withdrawn(job: Job<unknown>): void {
    this.#line.remove(job)
    this.#dropped(job)
    this.#waits.tell()
  }

  /** Gives a job another priority. For jobs. */
  move(job: Job<unknown>, priority: number): void {
    const waits = job.state === "waiting"
    if (waits) this.#line.remove(job)
    job[inner].priority = priority
    if (waits) this.#join(job)
  }

  async #run<T>(body: (queue: this) => T | PromiseLike<T>): Promise<Awaited<T>> {
    if (this.#state !== "created") throw new RuntimeError("this WorkQueue has been used; make a new one for each run")
    this.#state = "entered"
    this.#frame = currentFrame() ?? null
    const { rate } = this.#settings
    try {
      return await new TaskGroup().run(async (group) => {
        this.#group = group
        this.#state = "open"
        const starter = rate === null ? null : group.createTask(() => this.#startAtRate(rate), { name: "WorkQueue" })
        try {
          const value = await body(this)
          // A job may add others when it ends.
          while (this.#line.size > 0 || this.#running.size > 0) await this.onIdle()
          return value
        } finally {
          this.#close()
          starter?.cancel()
        }
      })
    } finally {
      this.#close()
      this.#group = null
      this.#frame = null
    }
  }

  /** Takes no more jobs; those that wait are cancelled. */
  #close(): void {
    this.#state = "closed"
    this.#startable.clear()
    this.#cancelWaiting("the work queue has ended")
    this.#waits.tell()
  }

  #cancelWaiting(why: string): void {
    const request = requestBy(why)
    for (let job = this.#line.take(); job !== undefined; job = this.#line.take()) {
      this.#dropped(job)
      job[cancelBy](request)
    }
  }

  #dropped({ [inner]: state }: Job<unknown>): void {
    this.#cancelled += 1
    if (state.work !== null) discard(state.work)
    state.work = null
  }

  #join(job: Job<unknown>): void {
    const { priority, addedAt } = job[inner]
    // All grow alike, so that their order stays; what counts is the priority at one moment.
    job.rank = this.#settings.aging === 0 ? priority : priority - this.#settings.aging * addedAt
    this.#line.add(job)
  }

  /** Starts what may start. */
  #advance(): void {
    if (this.#settings.rate === null) while (this.#mayStart()) this.#startNext()
    else if (this.#mayStart()) this.#startable.set()
    this.#waits.tell()
  }

  #mayStart(): boolean {
    return this.#line.size > 0 && !this.#paused && this.#running.size < this.#limit && this.#state === "open"
  }

  /** Starts jobs as the limiter lets them; it chooses none before that. */
  async #startAtRate(rate: RateLimiter): Promise<void> {
    for (;;) {
      await this.#startable.wait()
      if (this.#mayStart()) {
        await rate.acquire()
        if (this.#mayStart()) {
          this.#startNext()
          this.#waits.tell()
        } else {
          rate[giveBack]()
        }
      } else {
        this.#startable.clear()
      }
    }
  }

  #startNext(): void {
    const job = this.#line.take()
    if (job === undefined) return
    // Not in the context of whoever made room.
    job[inner].snapshot?.run(WorkQueue.#startOne, { queue: this, job })
  }

  static #startOne(this: void, { queue, job }: { queue: WorkQueue; job: Job<unknown> }): void {
    const state = job[inner]
    // Whoever added it may be in no frame, or in one that has ended.
    host.setStore(queue.#frame)
    state.snapshot = null
    state.state = "running"
    state.startedAt = job.getLoop().time()
    queue.#running.append(job)
    try {
      const { context, name } = state
      const task = queue.#group?.createTask(() => queue.#perform(job), { context, name: name === "" ? undefined : name })
      state.task = task ?? null
      if (task !== undefined) new Relay(task, () => queue.#ended(job, task))
    } catch (refusal) {
      // The group shuts down, and takes no more.
      queue.#running.remove(job)
      state.state = "waiting"
      job[cancelFor](requestBy(String(refusal)))
      queue.#close()
    }
  }

  async #perform(job: Job<unknown>): Promise<unknown> {
    const state = job[inner]
    const { work, timeout: seconds } = state
    state.work = null
    const perform = (): unknown => (typeof work === "function" ? work() : work)
    try {
      return await (seconds === null ? perform() : timeout(seconds).run(perform))
    } catch (error) {
      // One that was left behind at a foreign promise fails for nobody.
      if (isCancellation(error) || state.state !== "running") throw error
      state.failure = { error }
      if (!this.#settings.stopOnError) return undefined
      this.#close()
      throw error
    }
  }

  #ended(job: Job<unknown>, task: Task<unknown>): void {
    const state = job[inner]
    this.#running.remove(job)
    state.state = "done"
    state.task = null
    if (state.work !== null) discard(state.work)
    if (task.cancelled()) {
      this.#cancelled += 1
      job[cancelWith](task[takeCancelledError]())
    } else if (state.failure !== null) {
      this.#failed += 1
      job[failWith](state.failure.error, this.#settings.stopOnError)
    } else {
      this.#completed += 1
      job[returnWith](task.result())
    }
    this.#advance()
  }
}
