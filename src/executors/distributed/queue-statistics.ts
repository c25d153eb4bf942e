/**
 * How a queue stands, on all machines.
 */
import type { JobQueue } from "./job-queue.ts"
import { readProgress } from "./remote-progress.ts"

/** A job that a worker has. */
export interface QueueJob {
  readonly id: string
  /** The module's and the function's name. */
  readonly name: string
  /** The worker's name: its machine and process. */
  readonly worker: string
  /** Seconds since it was begun. */
  readonly age: number
  /** What it gave to `reportProgress` last; undefined if nothing. */
  readonly progress: unknown
  /** Which attempt it is, from 1. */
  readonly attempt: number
}

/** How a queue stands, on all machines. */
export interface JobQueueStatistics {
  readonly queue: string
  /** Jobs that wait for a worker. */
  readonly queued: number
  /** Those that wait for their time: of a delay, or before another attempt. */
  readonly delayed: number
  readonly active: number
  /** Dead letters. */
  readonly failed: number
  /** Those that have returned and are remembered. */
  readonly kept: number
  /** How many have returned, and have failed for good, since the queue was first used. */
  readonly doneInAll: number
  readonly failedInAll: number
  /** The names of the workers that are there. */
  readonly workers: readonly string[]
  /** Some of those that run, those that have run longest first. */
  readonly running: readonly QueueJob[]
}

const MOST_SHOWN = 100

export async function queueStatistics(queue: JobQueue, skew: number): Promise<JobQueueStatistics> {
  const [counts, done, failed, workers, active] = await Promise.all([
    queue.getJobCounts("waiting", "prioritized", "delayed", "active", "failed", "completed"),
    queue.getMetrics("completed", 0, 0),
    queue.getMetrics("failed", 0, 0),
    queue.getWorkers(),
    queue.getActive(0, MOST_SHOWN - 1),
  ])
  const now = Date.now() + skew
  const running = active.map((job) => ({
    id: job.id ?? "",
    name: job.name,
    worker: job.processedBy ?? "",
    age: Math.max(0, now - (job.processedOn ?? now)) / 1000,
    progress: job.progress === 0 ? undefined : readProgress(job.progress),
    attempt: job.attemptsMade + 1,
  }))
  return {
    queue: queue.name,
    queued: (counts["waiting"] ?? 0) + (counts["prioritized"] ?? 0),
    delayed: counts["delayed"] ?? 0,
    active: counts["active"] ?? 0,
    failed: counts["failed"] ?? 0,
    kept: counts["completed"] ?? 0,
    doneInAll: done.meta.count,
    failedInAll: failed.meta.count,
    workers: [...new Set(workers.map(({ rawname = "" }) => /:w:(.*)$/s.exec(rawname)?.[1] ?? rawname))].sort(),
    running: running.sort((a, b) => b.age - a.age),
  }
}
