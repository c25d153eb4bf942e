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

/** About 40 bytes an event, so a few megabytes at most. */
const CAPACITY = 65_536
const LONGEST_REASON = 200

interface End {
  readonly how: TaskEnd
  readonly reason: string | undefined
}

/** What an event holds beside its kind, task and time. */
type Note = WaitInfo | End | undefined

/** What is known of a task that has events in the ring, or lives. */
interface Entry {
  name: string
  readonly loop: number
  readonly parent: number | undefined
  readonly leftBehind: boolean
  /** How many of its events are in the ring. */
  kept: number
  /** Whether more may come that have to be understood. */
  lives: boolean
  /** The last of its events that had to make room; -1 while there is none. */
  lostKind: number
  lostTime: number
  lostNote: Note
}

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
  readonly #tasks: Float64Array
  readonly #times: Float64Array
  readonly #notes: Note[]
  #count = 0
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
    this.#tasks = new Float64Array(capacity)
    this.#times = new Float64Array(capacity)
    this.#notes = new Array<Note>(capacity).fill(undefined)
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
    for (const [id, { name, loop, parent, leftBehind, lostKind, lostTime, lostNote }] of this.#entries) {
      tasks.push({ id, name, loop, leftBehind, ...(parent === undefined ? {} : { parent }) })
      if (lostKind >= 0) events.push(event(lostKind, id, lostTime, lostNote))
    }
    events.sort((a, b) => a.time - b.time)
    for (let n = this.dropped; n < this.#count; n += 1) {
      const at = n % this.#capacity
      const task = this.#tasks[at] ?? 0
      events.push(event(this.#kinds[at] ?? 0, task, this.#times[at] ?? 0, this.#notes[at]))
    }
    return { tasks, events, dropped: this.dropped }
  }

  taskCreated(task: TaskInfo, parent: TaskInfo | null | undefined, time: number): void {
    const entry = this.#enter(task, parent?.id, task.begun)
    entry.lives = true
    this.#add(entry, CREATED, task.id, time, undefined)
  }

  taskResumed(task: TaskInfo, time: number): void {
    this.#add(this.#entryOf(task), RESUMED, task.id, time, undefined)
  }

  taskParked(task: TaskInfo, on: WaitInfo, time: number): void {
    this.#add(this.#entryOf(task), PARKED, task.id, time, on)
  }

  taskDone(task: TaskInfo, how: TaskEnd, time: number, reason: unknown): void {
    const entry = this.#entryOf(task)
    entry.name = task.name // it may have been renamed
    entry.lives = false
    this.#add(entry, DONE, task.id, time, { how, reason: reason === undefined ? undefined : textOf(reason) })
  }

  #entryOf(task: TaskInfo): Entry {
    return this.#entries.get(task.id) ?? this.#enter(task, undefined, false)
  }

  #enter(task: TaskInfo, parent: number | undefined, leftBehind: boolean): Entry {
    const { loop } = task.frame
    let number = this.#loops.get(loop)
    if (number === undefined) {
      number = this.#loopCount += 1
      this.#loops.set(loop, number)
    }
    const entry: Entry = {
      name: task.name,
      loop: number,
      parent,
      leftBehind,
      kept: 0,
      lives: false,
      lostKind: -1,
      lostTime: 0,
      lostNote: undefined,
    }
    this.#entries.set(task.id, entry)
    return entry
  }

  #add(entry: Entry, kind: number, task: number, time: number, note: Note): void {
    const at = this.#count % this.#capacity
    entry.kept += 1
    if (this.#count >= this.#capacity) this.#makeRoom(at)
    this.#kinds[at] = kind
    this.#tasks[at] = task
    this.#times[at] = time
    this.#notes[at] = note
    this.#count += 1
  }

  #makeRoom(at: number): void {
    const task = this.#tasks[at] ?? 0
    const entry = this.#entries.get(task)
    if (entry === undefined) return
    entry.kept -= 1
    if (entry.kept === 0 && !entry.lives) {
      this.#entries.delete(task)
      return
    }
    entry.lostKind = this.#kinds[at] ?? 0
    entry.lostTime = this.#times[at] ?? 0
    entry.lostNote = this.#notes[at]
  }
}

function event(kind: number, task: number, time: number, note: Note): RecordedEvent {
  if (note === undefined) return { kind: kind === CREATED ? "created" : "resumed", task, time }
  if ("how" in note) {
    const { how, reason } = note
    return { kind: "done", task, time, how, ...(reason === undefined ? {} : { reason }) }
  }
  const { kind: on, detail } = note
  return { kind: "parked", task, time, on, ...(detail === undefined ? {} : { detail }) }
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
