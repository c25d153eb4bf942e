import { awaitedAs, awaitedFor, listen } from "../core/future.ts"
import type { Glance } from "../core/glance.ts"
import type { WaitInfo, WaitReason } from "../core/observer.ts"
import type { Resource, Scheduler } from "../core/scheduler.ts"
import { jobReason, jobWait } from "./job-wait.ts"
import { OutcomeFuture } from "./outcome-future.ts"
import type { Job } from "./pool/job.ts"
import type { WorkerPool } from "./pool/worker-pool.ts"

/**
 * The future of a job that was given to a pool.
 *
 * Invariant: it is among what ends with its loop from `begin` until it is done.
 */
export class JobFuture<T> extends OutcomeFuture<T, Job> implements Resource {
  declare readonly endsWithLoop: true
  readonly #pool: WorkerPool

  static {
    void Object.defineProperty(this.prototype, "endsWithLoop", { value: true })
  }

  constructor(loop: Scheduler, pool: WorkerPool, progress: ((value: unknown) => void) | undefined) {
    super(loop, pool, progress)
    this.#pool = pool
  }

  override begin(job: Job): this {
    void super.begin(job)
    this.loop.resources.add(this)
    this[listen]({ futureDone: () => this.loop.resources.delete(this) })
    return this
  }

  override [awaitedAs](): WaitInfo {
    return this.job === null ? super[awaitedAs]() : jobWait(this.job, this.#pool)
  }

  override [awaitedFor](glance: Glance, since: string): WaitReason | undefined {
    if (this.job === null) return super[awaitedFor]?.(glance, since)
    const reason = jobReason(this.job, this.#pool)
    return { ...reason, text: `${reason.text}${since}` }
  }

  /** Its loop is closed: nobody will hear of the job's end. */
  abandon(): void {
    const { job } = this
    if (job === null) return
    job.unlisten()
    this.#pool.cancel(job, { message: undefined, requestedBy: "the end of its event loop", requestedAt: undefined })
  }
}
