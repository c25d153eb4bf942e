import { Deque } from "../structures/deque.ts"
import { Shown } from "../structures/shown.ts"
import { runningLoop } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import type { WaitInfo } from "../core/observer.ts"
import type { Resource } from "../core/scheduler.ts"
import { NextLine, type LoopIterator } from "../tasks/next-line.ts"
import type { JobPlanner } from "./job-planner.ts"
import { jobWait } from "./job-wait.ts"
import type { Job, JobListener } from "./pool/job.ts"
import { WINDOW } from "./wire/messages.ts"

/**
 * The items of a generator that runs elsewhere, made by `executor.stream` or by looping over a
 * call of a module's generator.
 *
 * The job begins with the first `next`, and is never more than 16 items ahead of whoever takes
 * them. Leaving the loop, also by an error or a cancellation, closes the generator: its
 * `finally` runs.
 */
export class JobStream<T> extends Shown implements AsyncIterable<T, undefined, undefined>, AsyncIterator<T, undefined, undefined>, Resource {
  // Invariants: it is one of the loop's resources while its state is "open"; #failure is thrown once.
  declare readonly endsWithLoop: true
  readonly #planner: JobPlanner
  #args: readonly unknown[]
  readonly #items = new Deque<T>()
  readonly #line: NextLine<T>
  #job: Job | null = null
  #state: "new" | "open" | "ended" = "new"
  #failure: { readonly error: unknown } | null = null
  #taken = 0
  #leave: () => void = () => undefined
  readonly #watchers = new Set<() => void>()

  static {
    Object.defineProperty(this.prototype, "endsWithLoop", { value: true })
  }

  constructor(planner: JobPlanner, args: readonly unknown[]) {
    super()
    this.#planner = planner
    this.#args = args
    const info = (): WaitInfo => (this.#job === null ? { kind: planner.name, detail: planner.where } : jobWait(this.#job, planner.pool))
    this.#line = new NextLine<T>({
      get info() {
        return info()
      },
      byHost: true,
      wanted: () => this.#begin(),
      take: () => this.#take(),
      end: () => this.abandon(),
    })
  }

  toString(): string {
    return `<JobStream '${this.#planner.name}' [${this.#state}, items:${this.#items.size}]>`
  }

  /**
   * The next item, waiting for one if necessary.
   *
   * @throws what the generator throws; CancelledError if the task is cancelled first, no item is
   * lost then.
   */
  next(): Coroutine<IteratorResult<T, undefined>> {
    return this.#line.next()
  }

  /** Closes the generator, drops what came from it, and waits for its end. */
  return(): Coroutine<IteratorResult<T, undefined>> {
    return new BodyCoroutine("JobStream.return", async () => {
      this.abandon()
      await this.#ended()
      return { done: true, value: undefined } as const
    })
  }

  /** For a loop: leaving it, also by a cancellation while it waits, closes the generator. */
  [Symbol.asyncIterator](): LoopIterator<T> {
    return { next: () => this.#line.nextOfLoop(), return: () => this.return() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** Closes the generator without waiting. */
  abandon(): void {
    this.#items.clear()
    this.#failure = null
    const job = this.#state === "open" ? this.#job : null
    // Before the job is told: one that waits for a worker fails at once.
    this.#end(null)
    if (job !== null) this.#planner.pool.cancel(job, { message: undefined, requestedBy: "the reader of its items, who has gone", requestedAt: undefined })
  }

  #begin(): void {
    if (this.#state !== "new") return
    const loop = runningLoop(`run '${this.#planner.name}'`)
    const listener: JobListener = {
      returned: () => this.#finished(null),
      failed: (error) => this.#finished({ error }),
      item: (value) => this.#came(value as T), // what the generator gives
      progress: this.#planner.progressIn(loop),
    }
    const job = this.#planner.job(this.#args, "items", listener)
    this.#planner.pool.submit(job)
    this.#args = []
    this.#job = job
    this.#state = "open"
    loop.resources.add(this)
    this.#leave = () => loop.resources.delete(this)
  }

  #came(item: T): void {
    if (this.#state !== "open") return
    this.#items.push(item)
    this.#line.notify()
  }

  #finished(failure: { readonly error: unknown } | null): void {
    this.#job = null
    this.#end(failure)
    for (const watcher of this.#watchers) watcher()
  }

  #end(failure: { readonly error: unknown } | null): void {
    if (this.#state === "ended") return
    this.#state = "ended"
    this.#failure = failure
    this.#leave()
    this.#line.notifyAll()
  }

  #take(): IteratorResult<T, undefined> | undefined {
    if (this.#items.size > 0) {
      const value = this.#items.shift() as T // its size was looked at
      this.#taken += 1
      // By halves, so that the job need not wait for each.
      const job = this.#job
      if (this.#taken >= WINDOW / 2 && job?.seat) {
        job.seat.tell({ kind: "more", id: job.id, count: this.#taken })
        this.#taken = 0
      }
      return { done: false, value }
    }
    if (this.#state !== "ended") return undefined
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure.error
    return { done: true, value: undefined }
  }

  #ended(): Coroutine<void> | undefined {
    const job = this.#job
    if (job === null || job.plan.cancel === "abandon") return undefined
    return hostOperation<void>({
      name: "JobStream.return",
      detail: this.#planner.name,
      start: (done) => {
        const watcher = (): void => done.returned(undefined)
        this.#watchers.add(watcher)
        return () => void this.#watchers.delete(watcher)
      },
    })
  }
}

