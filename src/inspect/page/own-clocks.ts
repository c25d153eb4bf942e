/**
 * Which loops of a recording have a clock of their own, such as the virtual one of tests.
 */
import type { Recording } from "../recording.ts"

/** Seconds: a loop may have been heard of a little after the host's clock was read. */
const LATER = 1

/**
 * Whether the times of a loop are those of another clock than the host's, which stood at 0 before any
 * program ran, and never stands at what is to come.
 *
 * @param taken - when the recording was taken, in seconds of the host's clock
 */
export function isOwnClock(from: number, to: number, taken: number | undefined): boolean {
  return from === 0 || (taken !== undefined && to > taken + LATER)
}

/** The numbers of these loops: as the recording says, or else as far as its times tell. */
export function ownClocks({ ownClocks, tasks, events, pools, taken }: Pick<Recording, "ownClocks" | "tasks" | "events" | "pools" | "taken">): ReadonlySet<number> {
  if (ownClocks !== undefined) return new Set(ownClocks)
  const loops = new Map(tasks.map(({ id, loop }) => [id, loop]))
  const ranges = new Map<number, [from: number, to: number]>()
  for (const { task, time } of events) {
    const loop = loops.get(task)
    if (loop === undefined) continue
    const range = ranges.get(loop)
    if (range === undefined) ranges.set(loop, [time, time])
    else if (time > range[1]) range[1] = time
    else if (time < range[0]) range[0] = time
  }
  const found = [...ranges].filter(([loop, [from, to]]) => pools?.loops.includes(loop) !== true && isOwnClock(from, to, taken))
  return new Set(found.map(([loop]) => loop))
}
