/**
 * From events to spans: what each task was doing, from when to when.
 */
import { lanesOf, type TimelinePools } from "./lanes.ts"
import { ownClocks } from "./page/own-clocks.ts"
import type { RecordedCallback, RecordedEvent, RecordedPause, Recording } from "./recording.ts"
import type { CancelMark, Span, TimelineTask } from "./timeline-row.ts"

/** What each task of a recording was doing, from when to when. */
export interface Timeline {
  /** In the order in which they were made. */
  readonly tasks: readonly TimelineTask[]
  /** How many events are missing at its beginning. */
  readonly dropped: number
  /** The loops whose clock is not that of the host, workers and pauses; missing if all have that. */
  readonly ownClocks?: readonly number[]
  /** How many facts of events that are there found no room: texts, and who awaits whom; missing if none. */
  readonly lost?: { readonly texts: number; readonly edges: number }
  /** What the workers of pools were doing; missing if none was seen. */
  readonly pools?: TimelinePools
  /** Callbacks that loops called; missing if none was recorded. */
  readonly callbacks?: readonly RecordedCallback[]
  /** Stretches in which the thread was blocked, or collected garbage; missing if none was recorded. */
  readonly pauses?: readonly RecordedPause[]
}

/** How far a timeline goes. */
export interface TimelineOptions {
  /** Until when tasks that live are drawn, in seconds of the host's clock; by default, and in loops with another clock, the last event of their loop. */
  readonly until?: number
}

/**
 * What each task of a recording was doing, from when to when.
 *
 * That a native promise has settled shows only at the next await or the end of the task: code
 * that runs in between counts as waiting.
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
 * console.log(task?.spans.map(({ state }) => state).join()) // -> ready,running,waiting,ready,running
 * ```
 */
export function timelineOf(recording: Recording, options: TimelineOptions = {}): Timeline {
  const lives = new Map<number, Life>()
  const last = new Map<number, number>()
  for (const { id, name, code, loop, parent, leftBehind, place } of recording.tasks) {
    lives.set(id, new Life({ id, name, code, loop, ...(parent === undefined ? {} : { parent }), ...(place === undefined ? {} : { place }) }, leftBehind))
  }
  for (const event of recording.events) {
    const life = lives.get(event.task)
    if (life === undefined || !Number.isFinite(event.time)) continue
    life.take(event)
    last.set(life.head.loop, Math.max(event.time, last.get(life.head.loop) ?? -Infinity))
  }
  const tasks: TimelineTask[] = []
  const own = ownClocks(recording)
  for (const life of lives.values()) {
    // What the host's clock says is nothing to a loop with its own.
    const until = own.has(life.head.loop) ? -Infinity : (options.until ?? -Infinity)
    const task = life.task(Math.max(last.get(life.head.loop) ?? 0, until))
    if (task !== undefined) tasks.push(task)
  }
  tasks.sort((a, b) => a.loop - b.loop || a.id - b.id)
  const { callbacks = [], pauses = [], dropped, lost } = recording
  return {
    tasks,
    dropped,
    ...(own.size === 0 ? {} : { ownClocks: [...own] }),
    ...(lost === undefined || lost.texts + lost.edges === 0 ? {} : { lost }),
    ...(recording.pools === undefined ? {} : { pools: lanesOf(recording.pools, options.until) }),
    ...(callbacks.length === 0 ? {} : { callbacks }),
    ...(pauses.length === 0 ? {} : { pauses }),
  }
}

interface Head {
  readonly id: number
  readonly name: string
  readonly code: string
  readonly loop: number
  readonly parent?: number
  readonly place?: string
}

/** Builds the spans of one task. Invariant: `#spans` ends where `#open` begins. */
class Life {
  readonly head: Head
  readonly #leftBehind: boolean
  readonly #spans: Span[] = []
  readonly #requests: CancelMark[] = []
  #open: Omit<Span, "to"> | undefined
  /** Whether its code has been seen to run. */
  #begun = false
  #end: Extract<RecordedEvent, { kind: "done" }> | undefined

  constructor(head: Head, leftBehind: boolean) {
    this.head = head
    this.#leftBehind = leftBehind
  }

  take(event: RecordedEvent): void {
    if (this.#end !== undefined) return
    if (event.kind === "cancel requested") {
      const { time, by, why } = event
      this.#requests.push({ time, ...(by === undefined ? {} : { by }), ...(why === undefined ? {} : { why }) })
      return
    }
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
    if (event.kind !== "created" && event.kind !== "ready") this.#begun = true
    const woken = this.#open?.state === "ready" && event.time <= this.#open.from ? this.#open.by : undefined
    this.#close(event.time)
    this.#open = opened(event, woken)
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
      ...(this.#requests.length === 0 ? {} : { requests: this.#requests }),
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

/**
 * The span that an event of a task begins.
 *
 * @param woken - who woke it, where it was ready for no time, which is no span
 */
function opened(event: Exclude<RecordedEvent, { kind: "done" | "cancel requested" }>, woken: number | undefined): Omit<Span, "to"> {
  const { time: from } = event
  if (event.kind === "parked") {
    const { on, detail, place, awaits } = event
    return {
      state: "waiting",
      from,
      on,
      ...(detail === undefined ? {} : { detail }),
      ...(place === undefined ? {} : { place }),
      ...(awaits === undefined ? {} : { awaits }),
    }
  }
  if (event.kind === "ready") return { state: "ready", from, ...(event.by === undefined ? {} : { by: event.by }) }
  return { state: event.kind === "resumed" ? "running" : "ready", from, ...(woken === undefined ? {} : { by: woken }) }
}
