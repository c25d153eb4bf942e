/**
 * The tasks of a recording as tracks of a trace: a track for each task, on which its states
 * stand within its life, and a row for each loop that shows who had it, with an arrow for
 * each wake-up from the code that brought it to the code that it let run.
 */
import type { RecordedEvent, RecordedTask } from "../recording.ts"
import { labelOf } from "../wording.ts"
import { nanoseconds, type TraceArgs, type TraceEvents, type TraceRow } from "./trace-events.ts"

/** Who ran, of each loop. */
const RUNS = 1
export const CALLBACKS = 2
const TASK = "task"

type EventOf<K extends RecordedEvent["kind"]> = Extract<RecordedEvent, { kind: K }>

/** An arrow that has left, and comes in when its task runs. */
interface Arrow {
  readonly cat: "wakes" | "makes"
  readonly reserved: number
  readonly from: TraceRow
  readonly left: number
}

interface Loop {
  readonly row: TraceRow
  /** The time of its latest event: two of a loop never share one, so that their order is kept. */
  now: number
  /** The tasks whose code is being run, one from within the other. */
  readonly runs: Life[]
  ready: number
  counted: number
}

interface Life {
  readonly task: RecordedTask
  readonly loop: Loop
  /** What its slices carry, and no other task's do. */
  readonly id: string
  readonly label: string
  begun: boolean
  over: boolean
  state: string | undefined
  arrow: Arrow | undefined
}

/** Takes the events of a recording in their order. Invariant: a life that has begun and is not over has one open state. */
export class TaskTracks {
  readonly #trace: TraceEvents
  readonly #lives = new Map<number, Life>()
  readonly #loops = new Map<number, Loop>()
  #arrows = 0

  constructor(trace: TraceEvents, tasks: readonly RecordedTask[]) {
    this.#trace = trace
    for (const task of tasks) {
      const { id } = task
      this.#lives.set(id, { task, loop: this.#loopOf(task.loop), id: `task ${id}`, label: labelOf(task), begun: false, over: false, state: undefined, arrow: undefined })
    }
  }

  take(event: RecordedEvent): void {
    const life = this.#lives.get(event.task)
    if (life === undefined || life.over || !Number.isFinite(event.time)) return
    const { loop } = life
    loop.now = Math.max(nanoseconds(event.time), loop.now + 1)
    if (!life.begun) this.#begin(life)
    if (event.kind === "cancel requested") this.#request(life, event)
    else if (event.kind === "done") this.#finish(life, { end: event.how, reason: event.reason })
    else if (life.task.leftBehind) this.#state(life, "left behind")
    else if (event.kind === "created") this.#created(life)
    else if (event.kind === "ready") this.#woken(life, event)
    else if (event.kind === "parked") this.#parked(life, event)
    else this.#resumed(life)
    this.#count(loop)
  }

  /**
   * Ends what has not ended, at `until` or with the last event of its loop.
   *
   * @param own - the loops that have another clock than `until`
   */
  close(until: number | undefined, own: ReadonlySet<number>): void {
    for (const [number, loop] of this.#loops) loop.now = Math.max(loop.now + 1, until === undefined || own.has(number) ? -Infinity : nanoseconds(until))
    for (const life of this.#lives.values()) {
      if (life.begun && !life.over) this.#finish(life, { end: "still there" })
    }
    for (const loop of this.#loops.values()) this.#count(loop)
  }

  #loopOf(number: number): Loop {
    const known = this.#loops.get(number)
    if (known !== undefined) return known
    const loop: Loop = { row: { pid: number, tid: RUNS }, now: -Infinity, runs: [], ready: 0, counted: 0 }
    this.#loops.set(number, loop)
    this.#trace.process(number, `loop ${number}`)
    this.#trace.thread(loop.row, "who runs")
    return loop
  }

  #begin(life: Life): void {
    const { id, code, parent, place } = life.task
    const maker = parent === undefined ? undefined : this.#nameOf(parent)
    life.begun = true
    this.#trace.asyncBegin(life.loop.row, life.loop.now, TASK, life.id, life.label, { task: id, code, "made by": maker, "made at": place })
  }

  #created(life: Life): void {
    this.#state(life, "ready")
    const maker = life.task.parent === undefined ? undefined : this.#lives.get(life.task.parent)
    life.arrow = this.#leaves("makes", maker)
  }

  #woken(life: Life, { by }: EventOf<"ready">): void {
    this.#leave(life)
    this.#state(life, "ready", by === undefined ? undefined : { "woken by": this.#nameOf(by) })
    life.arrow = this.#leaves("wakes", by === undefined ? undefined : this.#lives.get(by))
  }

  #resumed(life: Life): void {
    const { loop } = life
    if (life.state === "running") return
    this.#state(life, "running")
    loop.runs.push(life)
    this.#trace.begin(loop.row, loop.now, "run", life.label, { task: life.task.id })
    const { arrow } = life
    life.arrow = undefined
    if (arrow === undefined) return
    this.#arrows += 1
    this.#trace.flow(arrow.reserved, this.#arrows, arrow.cat, arrow.cat, arrow.from, arrow.left, loop.row, loop.now)
  }

  #parked(life: Life, { on, detail, place, awaits }: EventOf<"parked">): void {
    this.#leave(life)
    this.#state(life, `waiting: ${on}`, { detail, at: place, awaits: awaits === undefined ? undefined : awaits.map((id) => this.#nameOf(id)).join(", ") })
  }

  #request(life: Life, { by, why }: EventOf<"cancel requested">): void {
    this.#trace.asyncInstant(life.loop.row, life.loop.now, TASK, life.id, "asked to cancel", { by, why })
  }

  #finish(life: Life, args: TraceArgs): void {
    this.#leave(life)
    this.#close(life)
    life.over = true
    this.#trace.asyncEnd(life.loop.row, life.loop.now, TASK, life.id, life.label, args)
  }

  #state(life: Life, state: string, args?: TraceArgs): void {
    const same = state === life.state && args === undefined
    if (same) return
    this.#close(life)
    life.state = state
    if (state === "ready") life.loop.ready += 1
    this.#trace.asyncBegin(life.loop.row, life.loop.now, TASK, life.id, state, args)
  }

  #close(life: Life): void {
    if (life.state === undefined) return
    if (life.state === "ready") life.loop.ready -= 1
    this.#trace.asyncEnd(life.loop.row, life.loop.now, TASK, life.id, life.state)
    life.state = undefined
  }

  /** Takes a task off its loop's row; what ran from within its code has ended before it. */
  #leave(life: Life): void {
    const { loop } = life
    const at = loop.runs.lastIndexOf(life)
    if (at === -1) return
    for (const ended of loop.runs.splice(at).reverse()) this.#trace.end(loop.row, loop.now, "run", ended.label)
  }

  /** An arrow that leaves the code of a task which runs; of others nothing stands on a row. */
  #leaves(cat: Arrow["cat"], from: Life | undefined): Arrow | undefined {
    if (from === undefined || !from.loop.runs.includes(from)) return undefined
    return { cat, reserved: this.#trace.reserve(), from: from.loop.row, left: from.loop.now }
  }

  /** Written when it changes. */
  #count(loop: Loop): void {
    if (loop.ready === loop.counted) return
    loop.counted = loop.ready
    this.#trace.counter(loop.row.pid, loop.now, "ready tasks", loop.ready)
  }

  #nameOf(id: number): string {
    return this.#lives.get(id)?.label ?? `task ${id}`
  }
}
