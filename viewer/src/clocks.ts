/** From the clocks of loops and of the host to the page's time, which begins at 0. */
import { isOwnClock } from "../../src/inspect/page/own-clocks.ts"
import type { RecordingColumns } from "../../src/inspect/flight/recording-columns.ts"

export interface Clocks {
  /** The page's time for a time of a loop. */
  of(loop: number, time: number): number
  /** The page's time for a time of the host. */
  host(time: number): number
  /** Whether a loop has a clock of its own, such as the virtual one of tests. */
  isOwn(loop: number): boolean
  /** When the last thing that is known happened. */
  readonly length: number
  /** When the host's clock stood at the page's 0. */
  readonly origin: number
  readonly loops: readonly number[]
}

/**
 * A clock of a loop that is not the host's begins with the page, so that both can be seen.
 *
 * @param until - when what has not ended is drawn to, in seconds of the host's clock
 */
export function clocksOf({ tasks, events, callbacks, pauses, pools, taken }: RecordingColumns, until = taken): Clocks {
  const ranges = new Map<number, [number, number]>()
  const widen = (loop: number, time: number): void => {
    const range = ranges.get(loop)
    if (range === undefined) ranges.set(loop, [time, time])
    else if (time < range[0]) range[0] = time
    else if (time > range[1]) range[1] = time
  }
  for (let n = 0; n < events.count; n += 1) {
    const loop = tasks.loop[events.task[n]]
    if (loop !== undefined) widen(loop, events.time[n])
  }
  for (let n = 0; n < (callbacks?.count ?? 0); n += 1) {
    widen(callbacks!.loop[n], callbacks!.from[n])
    widen(callbacks!.loop[n], callbacks!.to[n])
  }
  const own = new Set([...ranges].filter(([loop, [from, to]]) => pools?.loops.includes(loop) !== true && isOwnClock(from, to, taken)).map(([loop]) => loop))
  const isOwn = (loop: number): boolean => own.has(loop)
  let [first, last] = [Infinity, -Infinity]
  const include = (time: number | undefined): void => {
    if (time === undefined) return
    if (time < first) first = time
    if (time > last) last = time
  }
  for (let n = 0; n < (pauses?.count ?? 0); n += 1) {
    include(pauses!.from[n])
    include(pauses!.to[n])
  }
  for (const { started, ready, gone } of pools?.workers ?? []) [started, ready, gone].forEach(include)
  for (const { begun, ended } of pools?.jobs ?? []) [begun, ended].forEach(include)
  for (const [loop, [from, to]] of ranges) {
    if (isOwn(loop)) continue
    include(from)
    include(to)
  }
  // A recording that was taken long after the last event would show nothing but that.
  if (until !== undefined && until > last && until - last <= last - first) last = until
  const origin = first === Infinity ? 0 : first
  let length = Math.max(0, last === -Infinity ? 0 : last - origin)
  const offsets = new Map<number, number>()
  for (const [loop, [from, to]] of ranges) {
    offsets.set(loop, isOwn(loop) ? from : origin)
    if (isOwn(loop)) length = Math.max(length, to - from)
  }
  return {
    of: (loop, time) => time - (offsets.get(loop) ?? origin),
    host: (time) => time - origin,
    isOwn,
    // A page without width cannot be zoomed.
    length: length > 0 ? length : 1e-6,
    origin,
    loops: [...new Set([...tasks.loop, ...ranges.keys()])].sort((a, b) => a - b),
  }
}
