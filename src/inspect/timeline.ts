/**
 * From events to spans: what each task was doing, from when to when.
 */
import type { TaskEnd } from "../core/observer.ts"
import type { RecordedEvent, Recording } from "./recording.ts"

/**
 * `ready`: made, and not begun. `left behind`: awaits a promise that cannot be cancelled,
 * while nobody waits for it any more.
 */
export type SpanState = "ready" | "running" | "waiting" | "left behind"

/** One state of a task, in seconds of its loop's clock. */
export interface Span {
  readonly state: SpanState
  readonly from: number
  readonly to: number
  /** What a waiting task waits for, such as `sleep` or `Lock.acquire`. */
  readonly on?: string
  /** What exactly, such as `0.5 s`; known of the latest wait of a task. */
  readonly detail?: string
}

/** The life of a task, or of anything else that is to be drawn as a row. */
export interface TimelineTask {
  readonly id: number
  readonly name: string
  /** What its code is called: the coroutine, or the function. */
  readonly code?: string
  readonly loop: number
  readonly parent?: number
  readonly from: number
  readonly to: number
  /** One after the other, without gaps. */
  readonly spans: readonly Span[]
  /** How it ended; missing while it has not. */
  readonly end?: TaskEnd
  /** What is to be said of it; of a recorded task, why it failed or who cancelled it. */
  readonly note?: string
}

/** What each task of a recording was doing, from when to when. */
export interface Timeline {
  /** In the order in which they were made. */
  readonly tasks: readonly TimelineTask[]
  /** How many events are missing at its beginning. */
  readonly dropped: number
}

/** How far a timeline goes. */
export interface TimelineOptions {
  /** Until when tasks that live are drawn, in seconds; by default the last event of their loop. */
  readonly until?: number
}

/**
 * What each task of a recording was doing, from when to when.
 *
 * That a native promise has settled shows only at the next await or the end of the task: code
 * that runs in between counts as waiting.
 */
export function timelineOf(recording: Recording, options: TimelineOptions = {}): Timeline {
  const lives = new Map<number, Life>()
  const last = new Map<number, number>()
  for (const { id, name, code, loop, parent, leftBehind } of recording.tasks) {
    lives.set(id, new Life({ id, name, code, loop, ...(parent === undefined ? {} : { parent }) }, leftBehind))
  }
  for (const event of recording.events) {
    const life = lives.get(event.task)
    if (life === undefined) continue
    life.take(event)
    last.set(life.head.loop, Math.max(event.time, last.get(life.head.loop) ?? -Infinity))
  }
  const tasks: TimelineTask[] = []
  for (const life of lives.values()) {
    const task = life.task(Math.max(last.get(life.head.loop) ?? 0, options.until ?? -Infinity))
    if (task !== undefined) tasks.push(task)
  }
  tasks.sort((a, b) => a.loop - b.loop || a.id - b.id)
  return { tasks, dropped: recording.dropped }
}

interface Head {
  readonly id: number
  readonly name: string
  readonly code: string
  readonly loop: number
  readonly parent?: number
}

/** Builds the spans of one task. Invariant: `#spans` ends where `#open` begins. */
class Life {
  readonly head: Head
  readonly #leftBehind: boolean
  readonly #spans: Span[] = []
  #open: { state: SpanState; from: number; on?: string; detail?: string } | undefined
  /** Whether its code has been seen to run. */
  #begun = false
  #end: Extract<RecordedEvent, { kind: "done" }> | undefined

  constructor(head: Head, leftBehind: boolean) {
    this.head = head
    this.#leftBehind = leftBehind
  }

  take(event: RecordedEvent): void {
    if (this.#end !== undefined) return
    if (event.kind === "done") {
      this.#close(event.time)
      // Its own code ended it, if only for a moment, whatever it was last seen waiting for.
      const ran = this.#spans.at(-1)?.state === "running" || event.how === "left behind" || !this.#begun
      if (!ran) this.#spans.push({ state: "running", from: event.time, to: event.time })
      this.#end = event
      return
    }
    if (this.#leftBehind) {
      this.#open ??= { state: "left behind", from: event.time }
      return
    }
    if (event.kind === "resumed" && this.#open?.state === "running") return
    if (event.kind !== "created") this.#begun = true
    this.#close(event.time)
    const { kind, time: from } = event
    if (kind === "parked") {
      const { on, detail } = event
      this.#open = { state: "waiting", from, on, ...(detail === undefined ? {} : { detail }) }
    } else {
      this.#open = { state: kind === "created" ? "ready" : "running", from }
    }
  }

  task(until: number): TimelineTask | undefined {
    if (this.#end === undefined) this.#close(until)
    const from = this.#spans[0]?.from ?? this.#end?.time // it may be cancelled in the instant that made it
    if (from === undefined) return undefined
    const to = this.#spans.at(-1)?.to ?? from
    const { how, reason } = this.#end ?? {}
    return {
      ...this.head,
      from,
      to,
      spans: this.#spans,
      ...(how === undefined ? {} : { end: how }),
      ...(reason === undefined ? {} : { note: reason }),
    }
  }

  // A moment of running is worth a span even if the clock stands still; of waiting it is not.
  #close(to: number): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined || (to <= open.from && open.state !== "running")) return
    this.#spans.push({ ...open, to })
  }
}
