/** From events to spans, as `timelineOf` does it, in columns. */
import { CANCEL_REQUESTED, DONE, PARKED, RESUMED, type RecordingColumns } from "../../src/inspect/flight/recording-columns.ts"
import type { Clocks } from "./clocks.ts"
import { LEFT_BEHIND, READY, RUNNING, waitLook } from "./looks.ts"

const NONE = -1
export const NO_EVENT = 0xffff_ffff

/** Spans by task: those of task n begin at `first[n]`. */
export interface TaskSpans {
  readonly first: Uint32Array
  readonly look: Uint8Array
  readonly at: Float64Array
  readonly until: Float64Array
  readonly event: Uint32Array
  /** The life of each task. */
  readonly from: Float64Array
  readonly to: Float64Array
  /** The event that ended it, or `NO_EVENT`. */
  readonly done: Uint32Array
  /** Events that ask a task to cancel. */
  readonly cancels: readonly number[]
}

export function taskSpans({ tasks, events, texts }: RecordingColumns, clocks: Clocks): TaskSpans {
  const count = tasks.count
  const first = new Uint32Array(count + 1)
  const open = new Int8Array(count).fill(NONE)
  const done = new Uint32Array(count).fill(NO_EVENT)
  const begins = new Uint8Array(events.count)
  const cancels: number[] = []
  const looks = texts.map(waitLook)
  for (let n = 0; n < events.count; n += 1) {
    const kind = events.kind[n]
    const task = events.task[n]
    if (task >= count) continue
    if (kind === CANCEL_REQUESTED) cancels.push(n)
    if (kind === CANCEL_REQUESTED || done[task] !== NO_EVENT) continue
    if (kind === DONE) {
      done[task] = n
      continue
    }
    const look = tasks.leftBehind[task] === 1 ? LEFT_BEHIND : kind === PARKED ? looks[events.what[n]] : kind === RESUMED ? RUNNING : READY
    if (look === open[task] && kind !== PARKED) continue
    open[task] = look
    begins[n] = look + 1
    first[task + 1] += 1
  }
  for (let task = 0; task < count; task += 1) first[task + 1] += first[task]
  const total = first[count]
  const look = new Uint8Array(total)
  const at = new Float64Array(total)
  const until = new Float64Array(total)
  const event = new Uint32Array(total)
  const next = first.slice(0, count)
  const from = new Float64Array(count).fill(NaN)
  const to = new Float64Array(count)
  for (let n = 0; n < events.count; n += 1) {
    const task = events.task[n]
    if (task >= count) continue
    const time = clocks.of(tasks.loop[task], events.time[n])
    if (Number.isNaN(from[task])) from[task] = time
    const span = next[task]
    const opens = begins[n] > 0
    if ((opens || done[task] === n) && span > first[task]) until[span - 1] = time
    if (done[task] === n) to[task] = time
    if (!opens) continue
    look[span] = begins[n] - 1
    at[span] = time
    event[span] = n
    next[task] = span + 1
  }
  for (let task = 0; task < count; task += 1) {
    if (Number.isNaN(from[task])) from[task] = 0
    if (done[task] !== NO_EVENT) continue
    to[task] = clocks.length
    if (next[task] > first[task]) until[next[task] - 1] = clocks.length
  }
  return { first, look, at, until, event, from, to, done, cancels }
}
