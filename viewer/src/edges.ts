/** Who woke whom, who awaits whom, and who was asked to cancel: events that are drawn as arrows. */
import { CANCEL_REQUESTED, NO_TASK, PARKED, READY, type RecordingColumns } from "../../src/inspect/flight/recording-columns.ts"
import type { Clocks } from "./clocks.ts"

/** Events with their time on the page, in its order. */
export interface Moments {
  readonly event: Uint32Array
  readonly time: Float64Array
}

export interface Edges {
  /** `ready` events brought by a task. */
  readonly wakes: Moments
  /** `parked` events that await tasks. */
  readonly awaits: Moments
  readonly cancels: Moments
}

export function edgesOf({ tasks, events }: RecordingColumns, clocks: Clocks): Edges {
  const count = events.count
  const found = { wakes: new Uint32Array(count), awaits: new Uint32Array(count), cancels: new Uint32Array(count) }
  const ends = { wakes: 0, awaits: 0, cancels: 0 }
  for (let n = 0; n < count; n += 1) {
    const kind = events.kind[n]
    if (kind === READY && events.by[n] !== NO_TASK) found.wakes[ends.wakes++] = n
    else if (kind === PARKED && events.awaitsFrom[n + 1] > events.awaitsFrom[n]) found.awaits[ends.awaits++] = n
    else if (kind === CANCEL_REQUESTED) found.cancels[ends.cancels++] = n
  }
  const moments = (event: Uint32Array): Moments => {
    const timeOf = (n: number): number => clocks.of(tasks.loop[events.task[n]], events.time[n])
    let time = Float64Array.from(event, timeOf)
    if (time.some((at, n) => n > 0 && at < time[n - 1])) {
      event.sort((a, b) => timeOf(a) - timeOf(b))
      time = Float64Array.from(event, timeOf)
    }
    return { event, time }
  }
  return {
    wakes: moments(found.wakes.slice(0, ends.wakes)),
    awaits: moments(found.awaits.slice(0, ends.awaits)),
    cancels: moments(found.cancels.slice(0, ends.cancels)),
  }
}

/** The first of ascending `values` from `low` to `high` that is at least `least`. */
export function firstFrom(values: Float64Array | Uint32Array, least: number, low = 0, high = values.length): number {
  let [a, b] = [low, high]
  while (a < b) {
    const middle = (a + b) >>> 1
    if (values[middle] < least) a = middle + 1
    else b = middle
  }
  return a
}
