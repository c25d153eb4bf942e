/**
 * What the time of a recording went to: code, turns in line, waits of each kind, jobs, collections.
 */
import type { RecordedPause, Recording } from "../recording.ts"
import type { History, Parked } from "./history.ts"
import type { WaitClass } from "./kinds.ts"
import { Opened, type Stretch } from "./stretches.ts"

export interface TaskStretch extends Stretch {
  readonly task: number
}

export interface WaitStretch extends TaskStretch {
  readonly class: WaitClass
  readonly wait: Parked
  /** The step that began it, and the one that ended it, if that was seen. */
  readonly at: number
  readonly end: number | undefined
}

/** What a task held up by running. */
export interface Hold {
  readonly task: number
  /** Seconds that its code ran. */
  readonly ran: number
  /** The longest stretch of it. */
  readonly longest: TaskStretch
  /** Seconds that others stood in line meanwhile, added up. */
  readonly heldUp: number
}

export class Load {
  readonly from: number
  readonly to: number
  readonly running: readonly TaskStretch[]
  readonly ready: readonly TaskStretch[]
  readonly waits: readonly WaitStretch[]
  /** Jobs in line for a worker, and in one. */
  readonly queued: readonly Stretch[]
  readonly jobs: readonly Stretch[]
  readonly callbacks: readonly Stretch[]
  readonly collections: readonly Stretch[]
  readonly blocked: readonly RecordedPause[]

  /** @param options - from when and until when it was recorded, in seconds of the clock of loops; by default what events tell */
  constructor(recording: Recording, history: History, options: { readonly from?: number; readonly until?: number } = {}) {
    const { from, to } = windowOf(history, options)
    this.from = from
    this.to = to
    const running: TaskStretch[] = []
    const ready: TaskStretch[] = []
    const waits: WaitStretch[] = []
    // In the order of time, which is the one that they are wanted in.
    history.steps.forEach((step, at) => {
      if (step.kind === "done" || history.tasks.get(step.task)?.leftBehind === true) return
      const end = history.next(at)
      const after = end === undefined ? undefined : history.step(end)
      const stretch = { task: step.task, from: step.time, to: Math.max(step.time, after === undefined ? to : after.time) }
      if (step.kind === "resumed") running.push(stretch)
      else if (step.kind !== "parked") ready.push(stretch)
      else if (step.on !== "promise" && after?.kind === "parked") running.push(stretch)
      else waits.push({ ...stretch, class: history.classOf(step, end), wait: step, at, end })
    })
    this.running = running
    this.ready = ready
    this.waits = waits
    const { jobs = [] } = recording.pools ?? {}
    const inside = ({ from: begin, to: end }: Stretch): Stretch[] => (end <= from || begin >= to ? [] : [{ from: Math.max(from, begin), to: Math.min(to, end) }])
    this.queued = jobs.flatMap(({ queued, begun, ended }) => inside({ from: queued, to: begun ?? ended ?? to }))
    this.jobs = jobs.flatMap(({ begun, ended }) => (begun === undefined ? [] : inside({ from: begun, to: ended ?? to })))
    this.callbacks = (recording.callbacks ?? []).flatMap(inside)
    const { pauses = [] } = recording
    this.collections = pauses.filter(({ kind }) => kind === "collection").flatMap(inside)
    this.blocked = pauses.flatMap((pause) => (pause.kind === "blocked" ? inside(pause).map((stretch) => ({ ...pause, ...stretch })) : []))
  }

  get length(): number {
    return this.to - this.from
  }

  /** The waits for which `of` is true. */
  waitsOf(of: (wait: WaitStretch) => boolean): WaitStretch[] {
    return this.waits.filter(of)
  }

  /** The tasks whose code ran, those first that held up others most. */
  holds(): Hold[] {
    const ready = new Opened(this.ready)
    const holds = new Map<number, Hold>()
    for (const stretch of this.running) {
      const { task, from, to } = stretch
      const known = holds.get(task)
      const heldUp = ready.within(stretch) + (known?.heldUp ?? 0)
      const longest = known === undefined || to - from > known.longest.to - known.longest.from ? stretch : known.longest
      holds.set(task, { task, ran: to - from + (known?.ran ?? 0), longest, heldUp })
    }
    return [...holds.values()].sort((a, b) => b.heldUp - a.heldUp || b.ran - a.ran)
  }
}

function windowOf({ steps, dropped, tasks }: History, { from: begin, until }: { readonly from?: number; readonly until?: number }): Stretch {
  let from = begin ?? Infinity
  let to = until ?? -Infinity
  // What was kept of tasks whose events had to make room is older than the recording.
  const first = dropped ? steps.length >> 4 : 0
  steps.forEach(({ time, task }, at) => {
    if (tasks.get(task)?.leftBehind === true) return
    if (at >= first && begin === undefined) from = Math.min(from, time)
    to = Math.max(to, time)
  })
  return from < to ? { from, to } : { from: 0, to: 0 }
}
