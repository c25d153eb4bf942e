/**
 * A worker's jobs in the cells of a bar, and what is written in it.
 */
import { cellAt, cellsOf, type Cell, type Scale } from "./bar.ts"
import type { TimelineLane } from "./lanes.ts"
import { printable, widthOf } from "./text-width.ts"

/** The least cells of a job before and after what is written in it. */
const ROUND = 2
const GAP = "▐"

/** What is written in a bar, from a cell on. */
export interface Writing {
  readonly at: number
  readonly text: string
}

/** The cells of a worker's bar. How a job ended shows in its last cell, unless it has returned. */
export function laneCells({ end, ...lane }: TimelineLane, scale: Scale): Cell[] {
  const bar = cellsOf(lane, scale)
  const mark = (time: number, cell: Cell): void => {
    if (time >= scale.from && time <= scale.to) bar[cellAt(time, scale)] = cell
  }
  for (const job of lane.jobs) if (job.end !== undefined && job.end !== "returned") mark(job.to, job.end)
  if (end === "failed") mark(lane.to, "crashed")
  return bar
}

/** The numbers of the jobs that have room for it in the bar, and their names; a gap between two that touch. */
export function writingsIn({ jobs }: TimelineLane, scale: Scale): Writing[] {
  const writings: Writing[] = []
  let free = 0
  for (const [index, { id, name, from, to }] of jobs.entries()) {
    if (to < scale.from || from > scale.to) continue
    const first = Math.max(free, cellAt(from, scale))
    const before = jobs[index - 1]
    const touches = before !== undefined && cellAt(before.to, scale) === first && (before.end === "returned" || before.end === undefined)
    if (touches && first >= free && cellAt(to, scale) - first >= ROUND) {
      writings.push({ at: first, text: GAP })
      free = first + 1
    }
    const room = cellAt(to, scale) - first - ROUND
    const text = [` #${id} ${printable(name)} `, ` #${id} `].find((text) => widthOf(text) <= room)
    if (text === undefined) continue
    writings.push({ at: first + 1, text })
    free = first + 1 + widthOf(text)
  }
  return writings
}
