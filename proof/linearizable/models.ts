/**
 * What the primitives are, without any concurrency.
 *
 * A call that was cancelled did nothing, except where it has two moments: it takes part, and leaves.
 */
import { threw, type Call } from "./history.ts"
import type { Model } from "./check.ts"

/** Nothing, once it has been cancelled; and never an error that is not said to be one. */
function unless<State>(call: Call, state: State, legal: boolean, next: State): readonly State[] {
  if (call.gave === "cancelled") return [state]
  return legal && !threw(call) ? [next] : []
}

/** It is refused by this error, or it is not; `legal` says which. */
function refusing<State>({ gave }: Call, error: string, state: State, legal: boolean, next: State): readonly State[] {
  if (legal) return gave === "done" ? [next] : []
  return gave === error ? [state] : []
}

const without = (line: readonly number[], task: number): readonly number[] => line.filter((other) => other !== task)

export interface Locked {
  readonly free: boolean
  /** Who has come for it, the first first. */
  readonly line: readonly number[]
}

/** Who came first has it first: also who comes while it is free stands behind those who wait. */
export const lock: Model<Locked> = {
  first: { free: true, line: [] },
  steps: ({ name }) => (name === "acquire" ? 2 : 1),
  atOnce: ({ name }) => name === "acquire",
  after({ free, line }, call, step) {
    if (call.name === "release") return refusing(call, "RuntimeError", { free, line }, !free, { free: true, line })
    if (step === 0) return [{ free, line: [...line, call.task] }]
    const others = without(line, call.task)
    return unless(call, { free, line: others }, free && line[0] === call.task, { free: false, line: others })
  },
}

export interface Permits {
  readonly free: number
  /** Who was given one and is cancelled before it goes on. */
  readonly lent: readonly number[]
  /** Who has come for one, the first first. */
  readonly line: readonly number[]
}

/**
 * A permit goes to the first in line as it is released, as in asyncio: one that is cancelled then has
 * had it for a while, and gives it back. So a bounded one may have more than its bound, if another
 * task has released one too many meanwhile.
 */
export function semaphore(permits: number, bounded: boolean): Model<Permits> {
  return {
    first: { free: permits, lent: [], line: [] },
    steps: ({ name, gave }) => (name !== "acquire" ? 1 : gave === "cancelled" ? 3 : 2),
    atOnce: ({ name }) => name === "acquire",
    after(state, call, step) {
      const { free, lent, line } = state
      const { name, gave, task } = call
      if (name === "release") return refusing(call, "RangeError", state, !(bounded && free >= permits), { ...state, free: free + 1 })
      if (step === 0) return [{ free, lent, line: [...line, task] }]
      const others = without(line, task)
      const first = free > 0 && line[0] === task
      if (gave !== "cancelled") return unless(call, state, first, { free: free - 1, lent, line: others })
      if (step === 1) return first ? [state, { free: free - 1, lent: [...lent, task], line: others }] : [state]
      return [lent.includes(task) ? { free: free + 1, lent: without(lent, task), line } : { free, lent, line: others }]
    },
  }
}

export type Order = "fifo" | "lifo" | "prio"

export interface Queued {
  /** In the order in which they came. */
  readonly items: readonly number[]
  /** Items that were put and not told done. */
  readonly unfinished: number
  readonly shut: boolean
}

/** Who waits for an item, or for room, has no place in line: one that comes as there is one may take it first, as in asyncio. */
export function queue(size: number, order: Order): Model<Queued> {
  const next = (items: readonly number[]): number => (order === "prio" ? Math.min(...items) : order === "lifo" ? (items.at(-1) ?? NaN) : (items[0] ?? NaN))
  return {
    first: { items: [], unfinished: 0, shut: false },
    after(state, call) {
      const { items, unfinished, shut } = state
      const { name, given = NaN, gave } = call
      const full = size > 0 && items.length >= size
      const empty = items.length === 0
      const put = { items: [...items, given], unfinished: unfinished + 1, shut }
      switch (name) {
        case "qsize":
          return gave === items.length ? [state] : []
        case "put":
          // One that has not ended could end, with an error too.
          if (shut) return gave === "cancelled" || gave === "QueueShutDown" || gave === undefined ? [state] : []
          return unless(call, state, !full, put)
        case "putNowait":
          return shut ? refusing(call, "QueueShutDown", state, false, put) : refusing(call, "QueueFull", state, !full, put)
        case "taskDone":
          return refusing(call, "RangeError", state, unfinished > 0, { ...state, unfinished: unfinished - 1 })
        case "join":
          return unless(call, state, unfinished === 0, state)
        case "shutdown": {
          const dropped = given === 1 ? items.length : 0
          const left = { items: dropped > 0 ? [] : items, unfinished: Math.max(0, unfinished - dropped), shut: true }
          return refusing(call, "", state, true, left)
        }
        default: {
          if (empty && shut) return gave === "cancelled" || gave === "QueueShutDown" || gave === undefined ? [state] : []
          if (empty && name === "getNowait") return gave === "QueueEmpty" ? [state] : []
          const item = next(items)
          const at = order === "lifo" ? items.lastIndexOf(item) : items.indexOf(item)
          // One that has not ended could end with whatever there is.
          return unless(call, state, !empty && (gave === undefined || gave === item), { items: items.toSpliced(at, 1), unfinished, shut })
        }
      }
    },
  }
}

export const event: Model<boolean> = {
  first: false,
  after(isSet, call) {
    if (call.name === "set") return threw(call) ? [] : [true]
    if (call.name === "clear") return threw(call) ? [] : [false]
    if (call.name === "isSet") return call.gave === isSet ? [isSet] : []
    return unless(call, isSet, isSet, isSet)
  },
}

export interface Conditional {
  readonly locked: boolean
  /** Who waits, the first first; and who has been notified. */
  readonly waiting: readonly number[]
  readonly notified: readonly number[]
}

/** A wait lets the lock go and stands in line; once notified it takes the lock again. One that is cancelled leaves the line before that. */
export const condition: Model<Conditional> = {
  first: { locked: false, waiting: [], notified: [] },
  steps: ({ name, gave }) => (name !== "wait" ? 1 : gave === "cancelled" ? 3 : 2),
  after(state, call, step) {
    const { locked, waiting, notified } = state
    // Each is called with the lock only.
    if (threw(call)) return []
    if (call.name === "acquire") return unless(call, state, !locked, { ...state, locked: true })
    if (call.name === "release") return locked ? [{ ...state, locked: false }] : []
    if (call.name === "notify") {
      const count = call.given ?? 1
      return [{ locked, waiting: waiting.slice(count), notified: [...notified, ...waiting.slice(0, count)] }]
    }
    if (step === 0) return locked ? [{ locked: false, waiting: [...waiting, call.task], notified }] : []
    const others = notified.filter((task) => task !== call.task)
    if (call.gave !== "cancelled") return !locked && notified.includes(call.task) ? [{ locked: true, waiting, notified: others }] : []
    if (step === 1) return [{ locked, waiting: waiting.filter((task) => task !== call.task), notified: others }]
    if (locked) return []
    // It may have been notified, so the next in line is, as in asyncio: a wait may end for nothing, but none is forgotten.
    return [{ locked: true, waiting: waiting.slice(1), notified: [...notified, ...waiting.slice(0, 1)] }]
  },
}

export interface Round {
  readonly arrived: readonly number[]
  /** Those that may go on, and the numbers that are left for them. */
  readonly leaving: readonly number[]
  readonly numbers: readonly number[]
}

/** A wait arrives, once those of the round before have left; the last lets all of them go on, each with a number. */
export function barrier(parties: number): Model<Round> {
  return {
    first: { arrived: [], leaving: [], numbers: [] },
    steps: () => 2,
    after({ arrived, leaving, numbers }, call, step) {
      const { task, gave } = call
      if (threw(call)) return []
      if (step === 0) {
        if (leaving.length > 0) return gave === "cancelled" ? [{ arrived, leaving, numbers }] : []
        const all = [...arrived, task]
        if (all.length < parties) return [{ arrived: all, leaving, numbers }]
        return [{ arrived: [], leaving: all, numbers: all.map((_, at) => at) }]
      }
      if (leaving.includes(task)) {
        const left = leaving.filter((other) => other !== task)
        const rest = numbers.filter((number) => number !== gave)
        if (gave !== "cancelled" && gave !== undefined && rest.length === numbers.length) return []
        return [{ arrived, leaving: left, numbers: left.length === 0 ? [] : rest }]
      }
      return gave === "cancelled" ? [{ arrived: arrived.filter((other) => other !== task), leaving, numbers }] : []
    },
  }
}
