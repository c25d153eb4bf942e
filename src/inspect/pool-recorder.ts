/**
 * Keeps the last jobs of every pool, and the workers that ran them.
 */
import { SystemClock } from "../core/clock.ts"
import { currentFrame } from "../core/frame.ts"
import type { JobEnd, JobInfo, Observer, TaskInfo, WorkerEnd, WorkerInfo } from "../core/observer.ts"
import { textOf } from "./reason-text.ts"
import type { RecordedJob, RecordedPools, RecordedWorker } from "./recording.ts"

/** How many workers are kept that ended without a job. */
const UNUSED = 32

interface WorkerEntry {
  readonly id: number
  readonly pool: string
  readonly label: string
  readonly started: number | undefined
  ready: number | undefined
  gone: number | undefined
  how: WorkerEnd | undefined
  /** Whether it ran a job, and how many of its jobs are kept. */
  used: boolean
  kept: number
}

interface JobEntry {
  readonly id: number
  readonly name: string
  readonly task: number | undefined
  readonly queued: number
  begun: number | undefined
  worker: WorkerEntry | undefined
  ended: number | undefined
  how: JobEnd | undefined
  reason: string | undefined
}

/**
 * Invariants: a job is in `#live` from when it was first told until its end, and then in the
 * ring until it has to make room; a worker is in `#workers` as long as it lives, and kept as
 * long as one of its jobs is; of those that ended without a job the last are.
 */
export class PoolRecorder implements Observer {
  readonly #capacity: number
  readonly #numberOf: (loop: object) => number
  /** A ring: the job that ended as number n is at n modulo the capacity. */
  readonly #ended: JobEntry[] = []
  readonly #live = new Map<number, JobEntry>()
  readonly #workers = new Map<WorkerInfo, WorkerEntry>()
  readonly #kept = new Set<WorkerEntry>()
  readonly #unused: WorkerEntry[] = []
  readonly #loops = new Set<number>()
  #count = 0
  #workerCount = 0

  /** @param capacity - how many jobs that have ended are kept */
  constructor(capacity: number, numberOf: (loop: object) => number) {
    this.#capacity = capacity
    this.#numberOf = numberOf
  }

  /** What was recorded so far; undefined if there was no worker. */
  recorded(): RecordedPools | undefined {
    const workers = [...new Set([...this.#kept, ...this.#unused, ...this.#workers.values()])].sort((a, b) => a.id - b.id)
    if (workers.length === 0 && this.#live.size === 0 && this.#ended.length === 0) return undefined
    const first = this.#count % this.#capacity
    const ended = this.#ended.length < this.#capacity ? this.#ended : [...this.#ended.slice(first), ...this.#ended.slice(0, first)]
    return {
      workers: workers.map(asWorker),
      jobs: [...ended, ...this.#live.values()].map(asJob),
      dropped: this.#count - this.#ended.length,
      loops: [...this.#loops],
    }
  }

  workerStarted(worker: WorkerInfo, time: number): void {
    this.#enter(worker, time)
  }

  workerReady(worker: WorkerInfo, time: number): void {
    const entry = this.#workers.get(worker)
    if (entry !== undefined) entry.ready = time
  }

  workerGone(worker: WorkerInfo, how: WorkerEnd, time: number): void {
    const entry = this.#workers.get(worker)
    if (entry === undefined) return
    entry.gone = time
    entry.how = how
    this.#workers.delete(worker)
    if (entry.used) return
    this.#unused.push(entry)
    if (this.#unused.length > UNUSED) this.#unused.shift()
  }

  jobQueued(job: JobInfo, time: number): void {
    this.#entryOf(job, time)
  }

  jobBegun(job: JobInfo, worker: WorkerInfo, time: number): void {
    const entry = this.#entryOf(job, job.made)
    entry.begun = time
    entry.worker = this.#workers.get(worker) ?? this.#enter(worker, undefined)
    entry.worker.used = true
    entry.worker.kept += 1
    this.#kept.add(entry.worker)
  }

  jobEnded(job: JobInfo, how: JobEnd, time: number, reason: unknown): void {
    const entry = this.#live.get(job.id)
    if (entry === undefined) return
    this.#live.delete(job.id)
    entry.ended = time
    entry.how = how
    entry.reason = reason === undefined ? undefined : textOf(reason)
    const at = this.#count % this.#capacity
    const old = this.#ended[at]
    this.#ended[at] = entry
    this.#count += 1
    if (old?.worker === undefined) return
    old.worker.kept -= 1
    if (old.worker.kept === 0) this.#kept.delete(old.worker)
  }

  #entryOf(job: JobInfo, queued: number): JobEntry {
    const known = this.#live.get(job.id)
    if (known !== undefined) return known
    const entry: JobEntry = {
      id: job.id,
      name: job.name,
      task: this.#asker(),
      queued,
      begun: undefined,
      worker: undefined,
      ended: undefined,
      how: undefined,
      reason: undefined,
    }
    this.#live.set(job.id, entry)
    return entry
  }

  /** The task whose code runs. */
  #asker(): number | undefined {
    const frame = currentFrame()
    if (frame === undefined) return undefined
    // The times of a virtual clock cannot be drawn beside those of workers.
    if (frame.loop.clock instanceof SystemClock) this.#loops.add(this.#numberOf(frame.loop))
    return (frame.owner as TaskInfo | null)?.id // what owns a frame is a task
  }

  #enter(worker: WorkerInfo, started: number | undefined): WorkerEntry {
    this.#workerCount += 1
    const { pool, label } = worker
    const entry: WorkerEntry = { id: this.#workerCount, pool, label, started, ready: undefined, gone: undefined, how: undefined, used: false, kept: 0 }
    this.#workers.set(worker, entry)
    return entry
  }
}

function asWorker({ id, pool, label, started, ready, gone, how }: WorkerEntry): RecordedWorker {
  return {
    id,
    pool,
    label,
    ...(started === undefined ? {} : { started }),
    ...(ready === undefined ? {} : { ready }),
    ...(gone === undefined ? {} : { gone }),
    ...(how === undefined ? {} : { how }),
  }
}

function asJob({ id, name, task, queued, begun, worker, ended, how, reason }: JobEntry): RecordedJob {
  return {
    id,
    name,
    queued,
    ...(task === undefined ? {} : { task }),
    ...(begun === undefined ? {} : { begun }),
    ...(worker === undefined ? {} : { worker: worker.id }),
    ...(ended === undefined ? {} : { ended }),
    ...(how === undefined ? {} : { how }),
    ...(reason === undefined ? {} : { reason }),
  }
}
