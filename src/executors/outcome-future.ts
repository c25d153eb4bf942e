import type { CancelRequest } from "../core/cancel-request.ts"
import { awaitedFor, cancelFor, cancelWith, failWith, Future, listen, returnWith } from "../core/future.ts"
import type { Glance } from "../core/glance.ts"
import type { WaitReason } from "../core/observer.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { CancelledError, isCancellation } from "../errors/cancelled-error.ts"
import type { CancelMode, JobListener } from "./pool/job.ts"

/** A job as its future sees it, wherever it runs. */
export interface AwaitedJob {
  readonly plan: { readonly cancel: CancelMode }
  readonly state: string
  /** Asked to end by its caller. */
  readonly request: CancelRequest | null
  unlisten(): void
}

/** Who takes jobs: a pool, or a queue of many machines. */
export interface JobTaker<J> {
  submit(job: J): void
  cancel(job: J, request: CancelRequest): void
}

/**
 * The future of a job that was given away.
 *
 * Invariant: the loop counts it among what its host does until it is done.
 */
export class OutcomeFuture<T, J extends AwaitedJob> extends Future<T> implements JobListener {
  protected readonly loop: Scheduler
  readonly #taker: JobTaker<J>
  #job: J | null = null
  readonly progress: ((value: unknown) => void) | undefined

  constructor(loop: Scheduler, taker: JobTaker<J>, progress: ((value: unknown) => void) | undefined) {
    super({ loop })
    this.loop = loop
    this.#taker = taker
    this.progress = progress
  }

  override [awaitedFor](_glance: Glance, since: string): WaitReason | undefined {
    return { kind: "Future", text: `a job that is ${this.#job?.state ?? "not begun"}${since}`, on: this }
  }

  /** The job, while it is on its way. */
  protected get job(): J | null {
    return this.#job
  }

  /** Gives `job` away. @throws what whoever takes it throws; nothing was begun then. */
  begin(job: J): this {
    this.#taker.submit(job)
    this.#job = job
    this.loop.hostOperations += 1
    this[listen]({
      futureDone: () => {
        this.#job = null
        this.loop.hostOperations -= 1
        this.loop.wake()
      },
    })
    return this
  }

  override [cancelFor](request: CancelRequest): boolean {
    const job = this.#job
    if (this.done() || job === null) return super[cancelFor](request)
    const stays = job.plan.cancel === "wait" && job.state === "running"
    if (!stays) job.unlisten()
    this.#taker.cancel(job, request)
    return stays || super[cancelFor](request)
  }

  returned(value: unknown): void {
    if (this.done() || this.loop.dead) return
    const request = this.#job?.request ?? null
    if (request !== null) super[cancelFor](request)
    else this[returnWith](value as T) // what the job's function returns
  }

  failed(error: unknown): void {
    if (this.done() || this.loop.dead) return
    const request = this.#job?.request ?? null
    if (request !== null && isCancellation(error)) super[cancelFor](request)
    else if (error instanceof CancelledError) this[cancelWith](error)
    else this[failWith](error)
  }
}
