/**
 * What a program's end had to wait for, step by step back to its beginning.
 */
import type { RecordedJob, Recording } from "../recording.ts"
import { History } from "./history.ts"
import { oneClock } from "./one-clock.ts"

/** A stretch of the critical path; the next one begins where it ends. */
export interface PathSegment {
  /** Whose time it is. */
  readonly task: number
  readonly from: number
  readonly to: number
  /** `job`: a worker runs a job for it. */
  readonly state: "running" | "ready" | "waiting" | "job"
  /** What it waits for, such as `sleep`. */
  readonly on?: string
  readonly detail?: string
  /** Where it awaits, where that is known. */
  readonly place?: string
  /** The job that runs; of a wait, the one that stands in line for a worker. */
  readonly job?: number
  /** How the next one came to go on: woken by this task, at its end, or made by it; `next` is the same task. */
  readonly via?: "woken" | "done" | "made" | "next"
}

/** The longest chain of steps each of which had to wait for the one before it. */
export interface CriticalPath {
  readonly loop: number
  /** The task to whose end it leads. */
  readonly task: number
  readonly from: number
  readonly to: number
  /** In the order of time, without gaps: their lengths are `to - from` in all. */
  readonly segments: readonly PathSegment[]
  /** The tasks that it passes through, if only for a moment. */
  readonly through: readonly number[]
  /** Whether it goes back to the beginning; else earlier events were dropped. */
  readonly complete: boolean
}

/** Which path is looked for. */
export interface CriticalPathOptions {
  /** To whose end; by default the task without a maker that lived longest. */
  readonly task?: number
  /** Until when a task that lives is looked at, in seconds of its loop's clock; by default the last event of its loop. */
  readonly until?: number
}

/**
 * The chain of steps that decided when a task ended: each waited for the one before it, and to end
 * sooner, one of them has to become shorter.
 *
 * It goes back along what woke whom: a task that set a result, released a lock or ended; the maker of
 * a task; a worker's job. A wait for a timer or the host, or for a promise that is not of this
 * library, stands for itself.
 *
 * @returns undefined for a recording without such a task.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { criticalPath, Recorder } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.gather([asyncio.sleep(0.01), asyncio.sleep(0.02)]))
 * recorder.stop()
 *
 * const longest = criticalPath(recorder.recording())?.segments.find(({ on }) => on === "sleep")
 * console.log(longest?.state) // -> waiting
 * ```
 */
export function criticalPath(recording: Recording, options: CriticalPathOptions = {}): CriticalPath | undefined {
  const looked = oneClock(recording, options)
  return pathIn(new History(looked.recording), looked.options)
}

/** The same for whoever has looked at the recording before. */
export function pathIn(history: History, options: CriticalPathOptions = {}): CriticalPath | undefined {
  const task = options.task ?? longestRoot(history)
  const last = task === undefined ? undefined : history.of(task).at(-1)
  if (task === undefined || last === undefined) return undefined
  const { loop = 0 } = history.tasks.get(task) ?? {}
  const { kind, time } = history.step(last)
  const to = kind === "done" ? time : Math.max(time, options.until ?? history.lastOf(loop))
  const walk = new Walk(history, to)
  if (kind === "done") walk.back(last)
  else walk.open(last)
  const complete = walk.go()
  return { loop, task, from: walk.time, to, segments: walk.segments(), through: [...walk.through], complete }
}

/** The task without a maker that lived longest. */
export function longestRoot(history: History): number | undefined {
  let best: number | undefined
  let longest = -1
  for (const { id, parent, leftBehind, loop } of history.tasks.values()) {
    if (leftBehind || (parent !== undefined && history.tasks.has(parent))) continue
    const own = history.of(id)
    const [first, last] = [own[0], own.at(-1)]
    if (first === undefined || last === undefined) continue
    const to = history.done(id) === undefined ? history.lastOf(loop) : history.step(last).time
    const length = to - history.step(first).time
    if (length <= longest) continue
    longest = length
    best = id
  }
  return best
}

type Way = NonNullable<PathSegment["via"]>

/**
 * Goes back through a history.
 *
 * Invariants: `time` never grows, and everything after it is in the segments, the latest first. With
 * each step `#at` gets smaller, so it ends.
 */
class Walk {
  readonly #history: History
  readonly #found: PathSegment[] = []
  time: number
  /** The step that began the state in which the task is at `time`; undefined at the beginning. */
  #at: number | undefined
  #way: Way = "next"
  readonly through = new Set<number>()
  #complete = true

  constructor(history: History, time: number) {
    this.#history = history
    this.time = time
  }

  segments(): PathSegment[] {
    return this.#found.reverse()
  }

  /** To what the task did before its step at `at`. */
  back(at: number): void {
    this.#at = this.#history.previous(at)
    if (this.#at === undefined) this.#complete = false
  }

  /** From the middle of what the task does since the step at `at`: down to what it waits for. */
  open(at: number): void {
    this.#at = at
    const seen = new Set<number>()
    for (;;) {
      const { kind, task } = this.#history.step(this.#at)
      if (kind !== "parked" || seen.has(task)) return
      seen.add(task)
      const awaited: number | undefined = this.#history.awaits(this.#at).find((id) => this.#history.done(id) === undefined && this.#history.of(id).length > 0)
      if (awaited === undefined) return
      this.#at = this.#history.of(awaited).at(-1) ?? this.#at
    }
  }

  /** Goes to the beginning; false if that was dropped. */
  go(): boolean {
    while (this.#at !== undefined) this.#step(this.#at)
    return this.#complete
  }

  #step(at: number): void {
    const history = this.#history
    const step = history.step(at)
    const { task, time } = step
    this.through.add(task)
    switch (step.kind) {
      case "resumed":
        this.#emit({ task, from: time, state: "running" })
        this.#beforeResumed(at)
        break
      case "created":
        this.#emit({ task, from: time, state: "ready" })
        this.#at = history.maker(at)
        this.#way = "made"
        if (this.#at === undefined && history.tasks.get(task)?.parent !== undefined && history.dropped) this.#complete = false
        break
      case "ready":
        this.#emit({ task, from: time, state: "ready" })
        this.#beforeWake(at)
        break
      case "parked": {
        const next = history.next(at)
        // Another line of the task went on within the same turn.
        const goesOn = step.on !== "promise" && next !== undefined && history.step(next).kind === "parked"
        this.#emit(goesOn ? { task, from: time, state: "running" } : waiting(history, at))
        this.back(at)
        break
      }
      case "done":
        this.back(at)
        break
    }
  }

  #beforeResumed(at: number): void {
    const previous = this.#history.previous(at)
    if (previous !== undefined && this.#history.step(previous).kind === "parked") this.#beforeWake(at)
    else this.back(at)
  }

  /** The step at `at` ended a wait. */
  #beforeWake(at: number): void {
    const history = this.#history
    const wait = history.waitBefore(at)
    if (wait === undefined) {
      this.back(at)
      return
    }
    const cause = history.cause(at, wait)
    if (cause === undefined) {
      this.#emit(waiting(history, wait))
      this.back(wait)
    } else if (cause.kind === "woken") {
      this.#at = cause.at
      this.#way = "woken"
    } else if (cause.kind === "done") {
      // Its end was told through callbacks of this library, which stood in line.
      this.#emit({ task: history.step(at).task, from: history.step(cause.at).time, state: "ready" })
      this.#way = "done"
      this.back(cause.at)
    } else {
      this.#jobs(cause.job, at, wait)
    }
  }

  #jobs(last: RecordedJob, at: number, wait: number): void {
    const history = this.#history
    const { task } = history.step(at)
    this.#emit({ task, from: last.ended ?? this.time, state: "ready" })
    for (let job: RecordedJob | undefined = last; job !== undefined; ) {
      const { begun = job.queued, queued, id } = job
      const owner: number = job.task ?? task
      if (owner !== task) this.#way = "woken"
      this.#emit({ task: owner, from: begun, state: "job", job: id })
      const ahead: RecordedJob | undefined = history.jobAhead(job)
      this.#emit({ task: owner, from: ahead?.ended ?? queued, state: "waiting", on: "a worker", job: id })
      if (ahead === undefined) {
        this.#at = history.beforeTime(owner, queued, owner === task ? wait + 1 : at)
        if (this.#at === undefined) this.#complete = false
      }
      job = ahead
    }
  }

  #emit(segment: Omit<PathSegment, "to" | "via">): void {
    const to = this.time
    const from = Math.min(segment.from, to)
    if (from === to) return
    this.time = from
    const later = this.#found.at(-1)
    if (later === undefined) {
      this.#found.push({ ...segment, from, to })
    } else if (later.task === segment.task && later.state === segment.state && later.state !== "waiting" && later.job === segment.job) {
      this.#found[this.#found.length - 1] = { ...later, from }
    } else {
      this.#found.push({ ...segment, from, to, via: later.task === segment.task ? "next" : this.#way })
    }
    this.#way = "next"
  }
}

function waiting(history: History, at: number): Omit<PathSegment, "to" | "via"> {
  const step = history.step(at)
  if (step.kind !== "parked") return { task: step.task, from: step.time, state: "waiting" }
  const { task, time: from, on, detail, place } = step
  return { task, from, state: "waiting", on, ...(detail === undefined ? {} : { detail }), ...(place === undefined ? {} : { place }) }
}
