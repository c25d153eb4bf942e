/**
 * A task's spans in the cells of a bar.
 */
import type { PathMark } from "./timeline-path.ts"
import type { Span, TimelineTask } from "./timeline-row.ts"

/** What one cell of a bar shows. */
export type Cell =
  | "nothing"
  | "in line"
  | "ready"
  | "waiting"
  | "left behind"
  | "starting"
  | "idle"
  | "running a moment"
  | "running"
  | "failed"
  | "cancelled"
  | "crashed"
  | "asked to cancel"
  | "blocked"
  | "collecting"
  | "path runs"
  | "path waits"

/** A stretch of time that is drawn in `cells` cells. */
export interface Scale {
  readonly from: number
  readonly to: number
  readonly cells: number
}

/** Of those that share a cell without running, the one that is shown. */
const BACKGROUND = ["waiting", "left behind", "in line", "ready", "idle", "starting", "blocked", "collecting"] as const

/** A cell counts as running when at least this share of it is. */
const BUSY = 0.5

/** Waits for the permission to go on, while others have it. */
const IN_LINE = /^(Lock|Semaphore)\.acquire$/

/** What a span is drawn as, as long as nothing else shares the cell. */
export function lookOf(span: Span): Cell {
  return span.state === "waiting" && span.on !== undefined && IN_LINE.test(span.on) ? "in line" : span.state
}

/**
 * The cells of a task's bar. Running shows however short it was; of the rest the longest in
 * a cell shows; a request to cancel shows where it came, a failure or cancellation in the
 * last cell.
 *
 * @param marks - what of it is on the critical path
 */
export function cellsOf(task: TimelineTask, scale: Scale, marks: readonly PathMark[] = []): Cell[] {
  const { cells } = scale
  const bar: Cell[] = Array.from({ length: cells }, () => "nothing")
  const busy = new Float64Array(cells).fill(-1)
  const shares = BACKGROUND.map(() => new Float64Array(cells))
  for (const span of task.spans) {
    const look = lookOf(span)
    const share = look === "running" ? busy : shares[BACKGROUND.indexOf(look as (typeof BACKGROUND)[number])]
    if (share !== undefined) addShares(share, span, scale, look === "running" ? BUSY : 0)
  }
  for (let at = 0; at < cells; at += 1) {
    const running = busy[at] ?? -1
    if (running >= 0) {
      bar[at] = running >= BUSY ? "running" : "running a moment"
      continue
    }
    let most = 0
    for (const [index, look] of BACKGROUND.entries()) {
      const share = shares[index]?.[at] ?? 0
      if (share <= most) continue
      most = share
      bar[at] = look
    }
  }
  for (const { from, to } of marks) markPath(bar, from, to, scale)
  for (const { time } of task.requests ?? []) if (time >= scale.from && time <= scale.to) bar[cellAt(time, scale)] = "asked to cancel"
  const inside = task.to >= scale.from && task.to <= scale.to
  if (inside && (task.end === "failed" || task.end === "cancelled")) bar[cellAt(task.to, scale)] = task.end
  return bar
}

function markPath(bar: Cell[], from: number, to: number, scale: Scale): void {
  if (to < scale.from || from > scale.to) return
  for (let at = cellAt(from, scale); at <= cellAt(to, scale); at += 1) {
    const cell = bar[at]
    if (cell === "running" || cell === "running a moment") bar[at] = "path runs"
    else if (cell !== "nothing" && cell !== "path runs") bar[at] = "path waits"
  }
}

/** The cell in which a time falls; the end of the scale belongs to its last cell. */
export function cellAt(time: number, { from, to, cells }: Scale): number {
  if (to <= from) return 0
  return Math.max(0, Math.min(cells - 1, Math.floor(((time - from) / (to - from)) * cells)))
}

/**
 * Adds to each cell the share of it that a span takes; what was never added to stays below 0.
 *
 * @param least - smaller shares of a span that fills a whole cell elsewhere are left out
 */
function addShares(shares: Float64Array, span: Span, scale: Scale, least: number): void {
  if (span.to < scale.from || span.from > scale.to) return
  const cell = (scale.to - scale.from) / scale.cells
  const first = cellAt(span.from, scale)
  const last = cellAt(span.to, scale)
  const long = span.to - span.from >= cell
  for (let at = first; at <= last; at += 1) {
    const begin = scale.from + at * cell
    const overlap = Math.min(span.to, begin + cell) - Math.max(span.from, begin)
    const share = cell > 0 ? Math.max(0, overlap) / cell : 1
    if (share >= least || !long) shares[at] = Math.max(0, shares[at] ?? 0) + share
  }
}
