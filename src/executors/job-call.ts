import { runningLoop } from "../core/ambient.ts"
import { close } from "../core/coroutine.ts"
import { HostOperation, STAYS } from "../core/host-operation.ts"
import type { CancelRequest } from "../core/cancel-request.ts"
import type { Glance } from "../core/glance.ts"
import type { WaitInfo, WaitReason } from "../core/observer.ts"
import type { Resource } from "../core/scheduler.ts"
import type { JobPlanner } from "./job-planner.ts"
import { JobStream } from "./job-stream.ts"
import { jobReason, jobWait } from "./job-wait.ts"
import type { Job, JobListener } from "./pool/job.ts"
import type { WorkerPool } from "./pool/worker-pool.ts"

/**
 * A call on an executor that nobody has begun: awaited it is a job with one result, looped over
 * a job with many.
 */
export class JobCall<T> extends HostOperation<T> implements AsyncIterable<unknown> {
  readonly #stream: () => JobStream<unknown>
  readonly #begun: () => Job | undefined
  readonly #pool: WorkerPool

  constructor(planner: JobPlanner, args: readonly unknown[]) {
    let begun: Job | undefined
    super({
      name: planner.name,
      detail: planner.where,
      start(done) {
        const { pool } = planner
        const loop = runningLoop(`run '${planner.name}'`)
        const over = <V>(tell: (outcome: V) => void) => (outcome: V): void => {
          loop.resources.delete(listener)
          tell(outcome)
        }
        const leave = (request: CancelRequest): void => {
          loop.resources.delete(listener)
          job.unlisten()
          pool.cancel(job, request)
        }
        const listener: JobListener & Resource = {
          returned: over((value) => done.returned(value as T)), // what the job's function returns
          failed: over((error) => done.failed(error)),
          progress: planner.progressIn(loop),
          // The task that waits is dropped with its loop, without a turn.
          endsWithLoop: true,
          abandon: () => leave({ message: undefined, requestedBy: "the end of its event loop", requestedAt: undefined }),
        }
        const job = planner.job(args, "once", listener)
        pool.submit(job)
        loop.resources.add(listener)
        begun = job
        return (error) => {
          const request = { message: error?.reason, requestedBy: error?.requestedBy, requestedAt: undefined }
          if (error === null || job.plan.cancel !== "wait" || job.state !== "running") return leave(request)
          pool.cancel(job, request)
          return STAYS
        }
      },
    })
    this.#stream = () => new JobStream(planner, args)
    this.#begun = () => begun
    this.#pool = planner.pool
  }

  override info(): WaitInfo {
    const job = this.#begun()
    return job === undefined ? super.info() : jobWait(job, this.#pool)
  }

  override reason(glance: Glance): WaitReason | undefined {
    const job = this.#begun()
    if (job === undefined) return undefined
    const reason = jobReason(job, this.#pool)
    return { ...reason, text: `${reason.text}, ${glance.ago(this.since, this.frame?.loop)}` }
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined, undefined> {
    if (this.unstarted) this[close]()
    return this.#stream()[Symbol.asyncIterator]()
  }
}
