/**
 * How a queue stands, as lines of text.
 */
import type { JobQueueStatistics } from "../executors/distributed/queue-statistics.ts"

/** What happened between two looks at a queue. */
export interface QueueLook {
  readonly statistics: JobQueueStatistics
  /** Seconds since the look before; undefined for the first. */
  readonly since: number | undefined
  readonly before: JobQueueStatistics | undefined
}

/** Jobs a second since the look before. */
export interface QueueRates {
  readonly done: number
  readonly failed: number
}

const MOST_JOBS = 10
const LONGEST_PROGRESS = 30

export function ratesOf({ statistics, since, before }: QueueLook): QueueRates {
  if (since === undefined || before === undefined || since <= 0) return { done: 0, failed: 0 }
  // A queue that was emptied begins to count again.
  return {
    done: Math.max(0, statistics.doneInAll - before.doneInAll) / since,
    failed: Math.max(0, statistics.failedInAll - before.failedInAll) / since,
  }
}

/** One line, for a log. */
export function lineOf(look: QueueLook): string {
  const { queue, queued, delayed, active, failed, workers } = look.statistics
  const { done, failed: failing } = ratesOf(look)
  return `${queue}: ${queued} queued, ${delayed} delayed, ${active} running, ${rate(done)} done/s, ${rate(failing)} failed/s, ${failed} dead letters, ${workers.length} ${workers.length === 1 ? "worker" : "workers"}`
}

/** Several lines, for a terminal of `columns`. */
export function pictureOf(look: QueueLook, columns: number): readonly string[] {
  const { queue, queued, delayed, active, failed, doneInAll, failedInAll, workers, running } = look.statistics
  const { done, failed: failing } = ratesOf(look)
  const lines = [
    `queue ${queue}`,
    `  queued ${queued}   delayed ${delayed}   running ${active}   dead letters ${failed}`,
    `  done ${doneInAll} (${rate(done)}/s)   failed ${failedInAll} (${rate(failing)}/s)`,
    `  workers ${workers.length}${workers.length === 0 ? ": none; start one with npx asyncio-ts worker FILE" : `: ${workers.join(", ")}`}`,
  ]
  if (running.length > 0) {
    const shown = running.slice(0, MOST_JOBS)
    const name = widest(shown.map((job) => job.name))
    const worker = widest(shown.map((job) => job.worker))
    for (const job of shown) {
      const progress = job.progress === undefined ? "" : `  ${short(progressText(job.progress), LONGEST_PROGRESS)}`
      const attempt = job.attempt > 1 ? `  attempt ${job.attempt}` : ""
      lines.push(`    ${job.name.padEnd(name)}  ${job.worker.padEnd(worker)}  ${age(job.age).padStart(7)}${attempt}${progress}`)
    }
    if (active > shown.length) lines.push(`    and ${active - shown.length} more`)
  }
  return lines.map((line) => short(line, Math.max(20, columns - 1)))
}

function rate(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0 ? String(Math.round(perSecond)) : perSecond.toFixed(1)
}

function age(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`
}

function progressText(progress: unknown): string {
  if (typeof progress === "number" && progress > 0 && progress < 1) return `${Math.round(progress * 100)} %`
  const text = typeof progress === "object" ? (JSON.stringify(progress, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)) ?? "") : String(progress)
  // What would move the terminal's cursor is left out.
  return text.replace(/[\p{Cc}\p{Cf}]/gu, " ")
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length))
}

function short(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
