import type { Job } from "bullmq"
import { host } from "../../host/host.ts"
import type { Job as PoolJob } from "../pool/job.ts"
import type { WorkerPool } from "../pool/worker-pool.ts"
import type { JobData } from "./job-data.ts"
import { JobReporter } from "./job-reporter.ts"
import type { Served, ServedCall } from "./serve-job.ts"
import { callInThread } from "./serving-threads.ts"

export type QueuedJob = Job<JobData, string>

/** Why a job is to end before it is done. */
export type Ending =
  /** Its caller wants it no more. */
  | "cancelled"
  /** Its deadline has come. */
  | "late"
  /** This worker ends. */
  | "handed back"
  /** The queue takes it for lost and gives it to another. */
  | "lost"

/** What became of a job in its thread. */
export type ServedOutcome = Served | { readonly thrown: unknown }

/** Seconds that a job gets to end when it is asked to, where its caller says nothing. */
const GRACE = 0.1

/**
 * One job in a thread of this machine.
 *
 * Invariant: it runs until `run` has settled: also one that is to end holds its thread until
 * it has ended, or was ended with it.
 */
export class ServedJob {
  readonly job: QueuedJob
  readonly #pool: WorkerPool
  readonly #call: ServedCall
  readonly #reporter: JobReporter
  readonly begun = host.now()
  ending: Ending | null = null
  reason = ""
  #inPool: PoolJob | null = null

  constructor(pool: WorkerPool, job: QueuedJob, call: ServedCall, trouble: (error: unknown) => void) {
    this.#pool = pool
    this.job = job
    this.#call = call
    this.#reporter = new JobReporter(job, trouble)
  }

  get seconds(): number {
    return host.now() - this.begun
  }

  /** Runs it. Never rejects. */
  async run(): Promise<ServedOutcome> {
    const outcome = await new Promise<ServedOutcome>((resolve) => {
      try {
        this.#inPool = callInThread(this.#pool, "serveJob", this.#call, this.#call.name, this.job.data.grace ?? GRACE, {
          returned: (value) => resolve(value as Served), // what serveJob returns
          failed: (thrown) => resolve({ thrown }),
          progress: (value) => this.#reporter.report(value),
        })
      } catch (thrown) {
        resolve({ thrown })
      }
    })
    await this.#reporter.flush()
    return outcome
  }

  /** Asks it to end; after its grace its thread is ended. The first who asks says why. */
  end(ending: Ending, reason: string): void {
    if (this.ending !== null || this.#inPool === null) return
    this.ending = ending
    this.reason = reason
    this.#pool.cancel(this.#inPool, { message: reason, requestedBy: ending === "handed back" ? "the worker, which ends" : "the caller", requestedAt: undefined })
  }
}
