/**
 * Operations on files: host work that goes through the lane, and where it concerns an open
 * file one after the other.
 */
import { osError } from "../../errors/os-errors.ts"
import type { CancelledError } from "../../errors/cancelled-error.ts"
import { runningLoop } from "../../core/ambient.ts"
import type { Frame } from "../../core/frame.ts"
import { HostOperation, type HostDone } from "../../core/host-operation.ts"
import { waiting, type Waiting } from "../../core/operation.ts"
import type { Scheduler } from "../../core/scheduler.ts"
import { atRoot } from "../../host/node.ts"
import { fileLane, type Lane, type Work } from "./file-lane.ts"

/** What is to be done. */
export interface FileWork<T> {
  readonly name: string
  readonly path: string
  /** What is attempted and on what, for errors: `cannot read '/x'`. */
  readonly attempt: string
  /** The line of the open file that it concerns. */
  readonly line?: Lane | undefined
  /** It is done also when nobody waits for it any more, as closing is. */
  readonly always?: boolean
  /** Its outcome if the host is not needed; asked when it would be the first in line. */
  quick?(): { readonly value: T } | undefined
  /** Begins; calls one of the job's `returned` and `failed` once, also when it was stopped. */
  start(job: FileJob<T>): void
  /** The one who waits has the value. */
  taken?(value: T): void
  /** Lets go of a value that nobody takes. */
  discard?(value: T): void
}

/** A callback of Node's with a value. */
export type Then<V> = (error: NodeJS.ErrnoException | null, value: V) => void

/** Work that was begun, or is in line. Invariant: it leaves the lane exactly once after it has run. */
export class FileJob<T> implements Work {
  /** Nobody waits any more: what needs several steps of the host's ends after the present one. */
  stopped = false
  /** Stops what the host does just now. */
  onStop: (() => void) | null = null
  /** The loop of whoever waits for it. */
  readonly loop: Scheduler = runningLoop("work on files")
  readonly #work: FileWork<T>
  readonly #done: HostDone<T>
  #ended = false

  constructor(work: FileWork<T>, done: HostDone<T>) {
    this.#work = work
    this.#done = done
  }

  get unwanted(): boolean {
    return this.stopped
  }

  stop(): void {
    this.stopped = true
    this.onStop?.()
  }

  skip(): void {
    this.#work.line?.leave()
  }

  run(): void {
    try {
      // In no async context: what waits in the host's queue must hold nobody's frame.
      atRoot(() => this.#work.start(this))
    } catch (error) {
      this.failed(error)
    }
  }

  returned(value: T): void {
    if (this.#ended) return
    this.#ended = true
    fileLane.leave()
    this.#done.returned(value)
  }

  failed(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    fileLane.leave()
    this.#work.line?.leave()
    this.#done.failed(osError(error, this.#work.attempt))
  }

  /** A callback that fails the job with an error, and otherwise goes on with `next`. */
  then<V>(next: (value: V) => void): Then<V> {
    return (error, value) => {
      if (error !== null) this.failed(error)
      else this.step(() => next(value))
    }
  }

  /** Runs the next step; what it throws, as Node does for wrong arguments, fails the job. */
  step(next: () => void): void {
    try {
      next()
    } catch (error) {
      this.failed(error)
    }
  }
}

/**
 * Invariant: the next in the line of an open file begins only when the value of the one
 * before was taken or dropped, so that a wait that is cancelled late moves no position.
 */
export class FileOperation<T> extends HostOperation<T> {
  readonly #work: FileWork<T>

  constructor(work: FileWork<T>) {
    super({
      name: work.name,
      detail: work.path,
      says: () => (work.path === undefined ? `a file, ${work.name}` : `file ${work.path}, ${work.name}`),
      start: (done) => {
        const job = new FileJob(work, done)
        if (work.line === undefined) fileLane.enter(job)
        else work.line.enter(inLine(job))
        if (work.always === true) return undefined
        return () => job.stop()
      },
      discard: (value) => {
        work.discard?.(value)
        work.line?.leave()
      },
    })
    this.#work = work
  }

  override begin(frame: Frame): T | Waiting {
    const { line, quick, taken } = this.#work
    if (quick !== undefined && line?.idle !== false) {
      const outcome = quick()
      if (outcome !== undefined) {
        taken?.(outcome.value)
        return outcome.value
      }
    }
    const result = super.begin(frame)
    if (result !== waiting) this.#took(result)
    return result
  }

  override woken(error: CancelledError | null): T | Waiting {
    const result = super.woken(error)
    if (result !== waiting) this.#took(result)
    return result
  }

  #took(value: T): void {
    this.#work.taken?.(value)
    this.#work.line?.leave()
  }
}

/** Stands in the line of a file for a job, which then needs a place among all file operations. */
function inLine<T>(job: FileJob<T>): Work {
  return {
    get unwanted() {
      return job.unwanted
    },
    run: () => fileLane.enter(job),
  }
}
