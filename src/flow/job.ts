import { RuntimeError } from "../errors/misuse.ts"
import type { Linked } from "../structures/linked-list.ts"
import type { CancelRequest } from "../core/cancel-request.ts"
import type { ContextValues } from "../core/context.ts"
import type { WaitReason } from "../core/observer.ts"
import { awaitedAs, awaitedFor, awaits, cancelBy, cancelFor, Future, label, stateText } from "../core/future.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { tasksIn } from "../core/several-open.ts"
import type { Startable, Task } from "../core/task.ts"
import type { ContextSnapshot } from "../host/host.ts"
import { checkNumber } from "./limits.ts"
import type { Ranked } from "./job-line.ts"

/** What a job asks of its queue. */
export interface JobQueue {
  /** A job that waits has been cancelled. */
  withdrawn(job: Job<unknown>): void
  /** Gives a job that waits another place. */
  move(job: Job<unknown>, priority: number): void
}

/** What only its queue does with a job: no entry point exports it. */
export const inner: unique symbol = Symbol("inner")

/** What the queue keeps of a job. */
export interface JobState<T> {
  state: "waiting" | "running" | "done"
  readonly queue: JobQueue
  /** What is to be run; null once it runs, since it may hold much. */
  work: Startable<T> | null
  /** The async context of whoever added it, until it begins. */
  snapshot: ContextSnapshot | null
  /** The context variables of whoever added it, as they were then. */
  readonly context: ContextValues
  readonly timeout: number | null
  readonly name: string
  priority: number
  /** When it was added, by the loop's clock. */
  readonly addedAt: number
  startedAt: number | null
  task: Task<unknown> | null
  /** What it threw. */
  failure: { readonly error: unknown } | null
}

/**
 * Work in a `WorkQueue`: its outcome, once it has run.
 *
 * Awaiting it gives what the work gives. Cancelling it, or the task that awaits it, takes it out
 * of the queue, or cancels the work that runs.
 */
export class Job<T> extends Future<T> implements Ranked<Job<unknown>>, Linked<Job<unknown>> {
  readonly [inner]: JobState<T>
  previous: Job<unknown> | null = null
  next: Job<unknown> | null = null
  /** Its place in the queue: the higher, the sooner. */
  rank = 0

  constructor(loop: Scheduler, state: JobState<T>) {
    super({ loop })
    this[inner] = state
  }

  override get [Symbol.toStringTag](): string {
    return "Job"
  }

  /** What it is called; by default as its function. */
  get name(): string {
    return this[inner].name
  }

  /** Whether it waits for its turn, runs, or has ended. */
  get state(): "waiting" | "running" | "done" {
    return this.done() ? "done" : this[inner].state
  }

  /** The higher, the sooner; setting it moves a job that waits behind those of its new priority. */
  get priority(): number {
    return this[inner].priority
  }

  set priority(priority: number) {
    checkNumber(priority, "the priority of a job")
    this[inner].queue.move(this, priority)
  }

  /** When it began, in seconds of the loop's clock; null before that. */
  get startedAt(): number | null {
    return this[inner].startedAt
  }

  /** @throws RuntimeError always: a job's outcome is that of its work. */
  override setResult(_value: T): never {
    throw new RuntimeError(`${this.toString()} gets its result from its work; use a Future to set one yourself`)
  }

  /** @throws RuntimeError always: a job's outcome is that of its work. */
  override setException(_error: unknown): never {
    throw new RuntimeError(`${this.toString()} gets its outcome from its work; use a Future to set one yourself`)
  }

  override toString(): string {
    const what = this.name === "" ? "" : ` '${this.name}'`
    return this.done() ? `<Job ${this[stateText](what)}>` : `<Job ${this.state}${what}>`
  }

  override get [label](): string {
    return this.name === "" ? "a job" : `'${this.name}'`
  }

  override [awaitedFor](): WaitReason {
    const { task, state } = this[inner]
    const doing = state === "running" ? "which runs" : "which waits in its queue"
    const open = task === null ? { internal: true } : tasksIn([task])
    return { ...this[awaitedAs](), text: `job ${this[label]}, ${doing}`, on: this, ...open }
  }

  override [awaits](): Iterable<Future<unknown>> {
    const { task } = this[inner]
    return task === null ? [] : [task]
  }

  override [cancelFor](request: CancelRequest): boolean {
    if (this.done()) return super[cancelFor](request)
    const { state, task, queue } = this[inner]
    // Without a task yet, it is an eager one in its first step.
    if (state === "running") return task !== null && task[cancelFor](request)
    this[cancelBy](request)
    queue.withdrawn(this)
    return true
  }
}
