/**
 * Keeps the last events of every task: a flight recorder.
 */
import { checkInteger } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { observe, type Observer, type TaskEnd, type TaskInfo, type WaitInfo } from "../core/observer.ts"
import type { RecordedEvent, RecordedTask, Recording } from "./recording.ts"

const CREATED = 0
const RESUMED = 1
const PARKED = 2
const DONE = 3

/** At 25 bytes an event, under two megabytes. */
const CAPACITY = 65_536
const LONGEST_REASON = 200

interface End {
  readonly how: TaskEnd
  readonly reason: string | undefined
}

/** What is known of a task that has events in the ring, or lives. */
interface Entry {
  readonly id: number
  name: string
  readonly code: string
  readonly loop: number
  readonly parent: number | undefined
  readonly leftBehind: boolean
  /** How many of its events are in the ring. */
  kept: number
  /** Whether more may come that have to be understood. */
  lives: boolean
  /**
   * Its latest wait. The details of earlier ones are not kept: an object for each event of the
   * ring would be older than what the collector throws away cheaply, at four times the cost.
   */
  wait: WaitInfo | undefined
  end: End | undefined
  /** The last of its events that had to make room; -1 while there is none. */
  lostKind: number
  lostTime: number
  lostOn: string
}

/** How much a `Recorder` keeps. */
export interface RecorderOptions {
  /** How many events to keep; the oldest make room for new ones. 65,536 by default. */
  readonly capacity?: number
}

/**
 * Records what every task of the process does, from `start` to `stop`.
 *
 * Memory is bounded: of what happened only the last `capacity` events are kept, and how
 * many were dropped is told. It changes nothing of what it records.
 *
 * Invariant: a task has an entry while one of its events is in the ring, and as long as it
 * lives if it was seen being made; what it did last before the ring begins is kept as well.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder, timelineOf } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * const [task] = timelineOf(recorder.recording()).tasks
 * console.log(task?.name, task?.end) // -> nap returned
 * ```
 */
export class Recorder implements Observer {
  readonly #capacity: number
  // A ring: event n is at n modulo the capacity.
  readonly #kinds: Uint8Array
  readonly #times: Float64Array
  readonly #tasks: (Entry | undefined)[]
  /** What is waited for, of those that park. */
  readonly #ons: string[]
  #at = 0
  #count = 0
  /** The entry that was needed last: a task that is resumed parks next. */
  #latest: Entry | undefined
  readonly #entries = new Map<number, Entry>()
  readonly #loops = new WeakMap<object, number>()
  #loopCount = 0
  #leave: (() => void) | null = null

  /** @throws RangeError for a capacity below 1. */
  constructor(options: RecorderOptions = {}) {
    const { capacity = CAPACITY } = options
    checkInteger(capacity, "the capacity of a Recorder", 1)
    this.#capacity = capacity
    this.#kinds = new Uint8Array(capacity)
    this.#times = new Float64Array(capacity)
    this.#tasks = new Array<Entry | undefined>(capacity).fill(undefined)
    this.#ons = new Array<string>(capacity).fill("")
  }

  /** Begins to record, or goes on; gives this recorder. */
  start(): this {
    this.#leave ??= observe(this)
    return this
  }

  /** Stops recording; what was recorded stays. */
  stop(): void {
    this.#leave?.()
    this.#leave = null
  }

  /** How many events had to make room for later ones. */
  get dropped(): number {
    return Math.max(0, this.#count - this.#capacity)
  }

  /** What was recorded so far, as plain data. */
  recording(): Recording {
    const tasks: RecordedTask[] = []
    const events: RecordedEvent[] = []
    for (const entry of this.#entries.values()) {
      const { id, name, code, loop, parent, leftBehind, lostKind, lostTime, lostOn } = entry
      tasks.push({ id, name, code, loop, leftBehind, ...(parent === undefined ? {} : { parent }) })
      if (lostKind >= 0) events.push(event(entry, lostKind, lostTime, lostOn))
    }
    events.sort((a, b) => a.time - b.time)
    for (let n = this.dropped; n < this.#count; n += 1) {
      const at = n % this.#capacity
      const task = this.#tasks[at]
      if (task !== undefined) events.push(event(task, this.#kinds[at] ?? 0, this.#times[at] ?? 0, this.#ons[at] ?? ""))
    }
    giveDetails(events, this.#entries)
    return { tasks, events, dropped: this.dropped }
  }

  taskCreated(task: TaskInfo, parent: TaskInfo | null | undefined, time: number): void {
    const entry = this.#enter(task, parent?.id, task.begun)
    entry.lives = true
    this.#add(entry, CREATED, time, "")
  }

  taskResumed(task: TaskInfo, time: number): void {
    this.#add(this.#entryOf(task), RESUMED, time, "")
  }

  taskParked(task: TaskInfo, on: WaitInfo, time: number): void {
    const entry = this.#entryOf(task)
    entry.wait = on
    this.#add(entry, PARKED, time, on.kind)
  }

  taskDone(task: TaskInfo, how: TaskEnd, time: number, reason: unknown): void {
    const entry = this.#entryOf(task)
    entry.name = task.taskName // it may have been renamed
    entry.lives = false
    entry.end = { how, reason: reason === undefined ? undefined : textOf(reason) }
    this.#add(entry, DONE, time, "")
  }

  #entryOf(task: TaskInfo): Entry {
    if (this.#latest?.id === task.id) return this.#latest
    return (this.#latest = this.#entries.get(task.id) ?? this.#enter(task, undefined, false))
  }

  #enter(task: TaskInfo, parent: number | undefined, leftBehind: boolean): Entry {
    const { loop, name: code, taskName: name } = task
    let number = this.#loops.get(loop)
    if (number === undefined) {
      number = this.#loopCount += 1
      this.#loops.set(loop, number)
    }
    const entry: Entry = {
      id: task.id,
      name,
      code,
      loop: number,
      parent,
      leftBehind,
      kept: 0,
      lives: false,
      wait: undefined,
      end: undefined,
      lostKind: -1,
      lostTime: 0,
      lostOn: "",
    }
    this.#entries.set(task.id, entry)
    return entry
  }

  #add(entry: Entry, kind: number, time: number, on: string): void {
    const at = this.#at
    const old = this.#tasks[at]
    entry.kept += 1
    if (old !== undefined) this.#makeRoom(old, at)
    this.#kinds[at] = kind
    this.#times[at] = time
    this.#tasks[at] = entry
    this.#ons[at] = on
    this.#at = at + 1 === this.#capacity ? 0 : at + 1
    this.#count += 1
  }

  #makeRoom(old: Entry, at: number): void {
    old.kept -= 1
    old.lostKind = this.#kinds[at] ?? 0
    old.lostTime = this.#times[at] ?? 0
    old.lostOn = this.#ons[at] ?? ""
    if (old.kept > 0 || old.lives) return
    this.#entries.delete(old.id)
    if (this.#latest === old) this.#latest = undefined
  }
}

function event({ id: task, end }: Entry, kind: number, time: number, on: string): RecordedEvent {
  if (kind === PARKED) return { kind: "parked", task, time, on }
  if (kind !== DONE) return { kind: kind === CREATED ? "created" : "resumed", task, time }
  const { how = "returned", reason } = end ?? {}
  return { kind: "done", task, time, how, ...(reason === undefined ? {} : { reason }) }
}

/** Adds to the last wait of each task what exactly it waits for. */
function giveDetails(events: RecordedEvent[], entries: ReadonlyMap<number, Entry>): void {
  const told = new Set<number>()
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const event = events[at]
    if (event?.kind !== "parked" || told.has(event.task)) continue
    told.add(event.task)
    const detail = entries.get(event.task)?.wait?.detail
    if (detail !== undefined) events[at] = { ...event, detail }
  }
}

/** The first line of what an error says; a text and not the error, which may hold much alive. */
function textOf(reason: unknown): string {
  let text: string
  try {
    const message = reason instanceof Error ? reason.message : String(reason)
    const named = reason instanceof Error && !(reason instanceof CancelledError)
    text = !named ? message : message === "" ? reason.name : `${reason.name}: ${message}`
  } catch {
    return "an error that cannot be shown"
  }
  return text.split("\n", 1)[0]?.slice(0, LONGEST_REASON) ?? ""
}
