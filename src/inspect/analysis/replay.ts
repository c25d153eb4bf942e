/**
 * What if: the same recording, had some operations of a task been begun together.
 */
import type { History } from "./history.ts"

/** One operation of a row: from the step that awaits first to the last that belongs to it. */
export interface Operation {
  readonly first: number
  readonly last: number
  /** Seconds from that last step to its end: more than 0 for a promise, of which nothing tells that it has settled. */
  readonly tail: number
}

/** How the time of a step follows from those of others. */
const FIXED = 0
/** As soon after another as it was. */
const FOLLOWS = 1
/** Likewise, but not before the wait that it ends. */
const WOKEN = 2
/** As soon as it was after the last end of the awaited tasks, but not before the wait that it ends. */
const AWAITED = 3

/**
 * A recording to be played through again with a change.
 *
 * Every wait keeps its length if the host or a timer ended it, every piece of code its own, and what one task
 * does for another still comes before what that one does with it. What each step follows is looked up once, for
 * there may be many changes to try.
 */
export class Replay {
  readonly #history: History
  readonly #end: number
  readonly #way: Uint8Array
  readonly #follows: Int32Array
  /** Seconds after what it follows. */
  readonly #after: Float64Array
  readonly #wait: Int32Array
  /** Of awaited tasks: their ends, by the steps that waited for them. */
  readonly #ends = new Map<number, Uint32Array>()
  /** The times with nothing changed. */
  readonly #unchanged: Float64Array
  /** With a row begun together; kept, for it may be long. */
  readonly #changed: Float64Array
  /** Which steps are the last ones of the row's operations. */
  readonly #isLast: Uint8Array
  /** What the program itself had made, and had returned by then. */
  readonly #returned: readonly number[]

  /** @param end - the step that is to happen sooner */
  constructor(history: History, end: number) {
    this.#history = history
    this.#end = end
    const count = end + 1
    this.#way = new Uint8Array(count)
    this.#follows = new Int32Array(count).fill(-1)
    this.#after = new Float64Array(count)
    this.#wait = new Int32Array(count).fill(-1)
    for (let at = 0; at < count; at += 1) this.#look(at)
    this.#unchanged = Float64Array.from({ length: count }, (_, at) => (this.#way[at] === FIXED ? history.step(at).time : 0))
    this.#changed = new Float64Array(count)
    this.#isLast = new Uint8Array(count)
    this.#play(this.#unchanged, 0, [])
    this.#returned = returnsOf(history, end)
  }

  /**
   * When the end would have come if the operations of `row`, which one task awaits one after the other,
   * had been begun one right after the other and awaited together. An await of what was done already leaves no
   * event: so whatever the program had made itself, and had returned by then, is waited for.
   */
  endIfTogether(row: readonly Operation[]): number {
    const times = this.#changed
    times.set(this.#unchanged)
    this.#play(times, row[0]?.first ?? 0, row)
    let returned = -Infinity
    for (const at of this.#returned) returned = Math.max(returned, times[at] ?? 0)
    return Math.max(times[this.#end] ?? 0, Math.min(returned, this.#history.step(this.#end).time))
  }

  #look(at: number): void {
    const history = this.#history
    const { kind } = history.step(at)
    if (kind === "created") {
      this.#follow(at, history.maker(at))
      return
    }
    const previous = history.previous(at)
    if (previous === undefined) return
    const wait = kind === "ready" || (kind === "resumed" && history.step(previous).kind === "parked") ? history.waitBefore(at) : undefined
    if (wait === undefined) {
      this.#follow(at, previous)
      return
    }
    const cause = history.cause(at, wait)
    if (cause === undefined) this.#follow(at, wait)
    else if (cause.kind === "woken") this.#follow(at, cause.at, WOKEN, wait)
    else if (cause.kind === "done") {
      this.#follow(at, cause.at, AWAITED, wait)
      this.#ends.set(at, this.#endsBefore(at, wait))
    } else {
      const asked = history.beforeTime(history.step(at).task, cause.job.queued, at)
      if (asked === undefined) this.#follow(at, wait)
      else this.#follow(at, asked, WOKEN, wait)
    }
  }

  #follow(at: number, before: number | undefined, way = FOLLOWS, wait = -1): void {
    if (before === undefined) return
    const after = this.#history.step(at).time - this.#history.step(before).time
    this.#way[at] = way
    this.#follows[at] = before
    this.#after[at] = way === AWAITED ? after : Math.max(0, after)
    this.#wait[at] = wait
  }

  /** The ends of the tasks that the wait at `wait` was for, before the step at `at`; others have another clock. */
  #endsBefore(at: number, wait: number): Uint32Array {
    const history = this.#history
    const { task } = history.step(at)
    return Uint32Array.from(history.awaits(wait).flatMap((awaited) => {
      const done = history.done(awaited)
      return done !== undefined && done < at && history.together(awaited, task) ? [done] : []
    }))
  }

  /** Works out the times from the step at `from` on; what comes before is there already. */
  #play(times: Float64Array, from: number, row: readonly Operation[]): void {
    /** When the code goes on after the last steps of operations: once the one before has begun, and the last once all have ended. */
    const goesOn = new Map<number, () => number>()
    const begin = row[0]?.first ?? -1
    const final = row.at(-1)
    let ran = 0
    row.forEach(({ last, tail }, n) => {
      const next = row[n + 1]
      if (next === undefined) return
      const code = ran - tail
      goesOn.set(last, () => (times[begin] ?? 0) + code)
      ran += this.#history.step(next.first).time - this.#history.step(last).time - tail
    })
    if (final !== undefined) goesOn.set(final.last, () => row.reduce((end, { last, tail }) => Math.max(end, (times[last] ?? 0) + tail), -Infinity) - final.tail)
    const isLast = this.#isLast
    for (const at of goesOn.keys()) isLast[at] = 1
    const follows = this.#follows
    for (let at = from; at <= this.#end; at += 1) {
      const way = this.#way[at]
      if (way === FIXED) continue
      const before = follows[at] ?? 0
      let time: number
      if (way === AWAITED) {
        time = -Infinity
        for (const end of this.#ends.get(at) ?? []) time = Math.max(time, times[end] ?? 0)
      } else {
        time = (isLast[before] === 1 ? goesOn.get(before)?.() : times[before]) ?? 0
      }
      time += this.#after[at] ?? 0
      times[at] = way === FOLLOWS ? time : Math.max(times[this.#wait[at] ?? 0] ?? 0, time)
    }
    for (const at of goesOn.keys()) isLast[at] = 0
  }
}

/** The ends, up to the one at `end`, of all tasks that come from the same one as that, if they returned. */
function returnsOf(history: History, end: number): number[] {
  const roots = new Map<number, number>()
  const root = rootOf(history, history.step(end).task, roots)
  const found: number[] = []
  for (let at = 0; at <= end; at += 1) {
    const step = history.step(at)
    if (step.kind === "done" && step.how === "returned" && rootOf(history, step.task, roots) === root) found.push(at)
  }
  return found
}

/** The task that was made by no other, from which `task` comes. */
function rootOf({ tasks }: History, task: number, known: Map<number, number>): number {
  const way = new Set([task])
  let root = task
  // In a circle, which no recorder writes, it ends where it comes round.
  for (let parent = tasks.get(root)?.parent; parent !== undefined && !known.has(root) && !way.has(parent); parent = tasks.get(root)?.parent) {
    way.add(parent)
    root = parent
  }
  root = known.get(root) ?? root
  for (const passed of way) known.set(passed, root)
  return root
}
