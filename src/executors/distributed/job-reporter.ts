import type { Job } from "bullmq"
import { host } from "../../host/host.ts"
import type { JobData } from "./job-data.ts"
import { writeProgress, type RemoteProgress } from "./remote-progress.ts"

/** Seconds between two reports of a job: each goes to Redis, and from there to all who listen. */
const INTERVAL = 0.2

/**
 * How far a job is, on its way to Redis. The latest counts, and the last is always told.
 *
 * Invariant: there is a timer exactly while a value waits to be told.
 */
export class JobReporter {
  readonly #job: Job<JobData, string>
  readonly #trouble: (error: unknown) => void
  #latest: { readonly value: RemoteProgress } | null = null
  #told = -Infinity
  #timer: unknown = null
  #writing: Promise<void> = Promise.resolve()

  constructor(job: Job<JobData, string>, trouble: (error: unknown) => void) {
    this.#job = job
    this.#trouble = trouble
  }

  report(value: unknown): void {
    try {
      this.#latest = { value: writeProgress(value, this.#job.name) }
    } catch (error) {
      this.#trouble(error)
      return
    }
    const wait = this.#told + INTERVAL - host.now()
    if (wait <= 0) void this.flush()
    else this.#timer ??= host.setTimer(wait, () => void this.flush())
  }

  /** Tells what was not told yet, and waits until all is. */
  flush(): Promise<void> {
    if (this.#timer !== null) host.clearTimer(this.#timer)
    this.#timer = null
    const latest = this.#latest
    if (latest !== null) {
      this.#latest = null
      this.#told = host.now()
      this.#writing = this.#writing.then(() => this.#job.updateProgress(latest.value)).catch(this.#trouble)
    }
    return this.#writing
  }
}
