/**
 * What is used of BullMQ's `Queue` and `Job`. Told in this library's own words, since what its
 * declarations name has to be there for everybody who compiles against them.
 */
import type { JobData } from "./job-data.ts"

/** A job as the queue has it. */
export interface QueuedJobFacts {
  readonly id?: string | undefined
  readonly name: string
  readonly data: JobData
  readonly progress: unknown
  readonly timestamp: number
  readonly processedOn?: number | undefined
  readonly finishedOn?: number | undefined
  readonly processedBy?: string | undefined
  readonly failedReason: string
  readonly attemptsMade: number
  updateData(data: JobData): Promise<void>
  remove(): Promise<void>
  retry(state: "failed", options: { readonly resetAttemptsMade: boolean; readonly resetAttemptsStarted: boolean }): Promise<void>
  isFailed(): Promise<boolean>
}

/** A job to put into the queue, with options of BullMQ's. */
export interface JobRecord {
  readonly name: string
  readonly data: JobData
  readonly opts: Readonly<Record<string, unknown>>
}

export interface JobQueue {
  readonly name: string
  addBulk(jobs: JobRecord[]): Promise<unknown>
  remove(id: string, options: { readonly removeChildren: boolean }): Promise<number>
  getJob(id: string): Promise<QueuedJobFacts | undefined>
  getJobState(id: string): Promise<string>
  getJobCounts(...types: ("waiting" | "prioritized" | "delayed" | "active" | "failed" | "completed")[]): Promise<Record<string, number>>
  getFailedCount(): Promise<number>
  getFailed(start: number, end: number): Promise<QueuedJobFacts[]>
  getActive(start: number, end: number): Promise<QueuedJobFacts[]>
  getMetrics(type: "completed" | "failed", start: number, end: number): Promise<{ readonly meta: { readonly count: number } }>
  getWorkers(): Promise<{ readonly [index: string]: string | undefined }[]>
  getBackend(): { isFinished(id: string, withValue: boolean): Promise<number | [number, string]> }
  close(): Promise<void>
}
