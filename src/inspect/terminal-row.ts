/**
 * A row of the timeline in a terminal: its bar, its note, and the signs of both.
 */
import { cellsOf, type Cell, type Scale } from "./bar.ts"
import { laneCells, writingsIn, type Writing } from "./lane-bar.ts"
import type { TimelineLane } from "./lanes.ts"
import { printable, widthOf } from "./text-width.ts"
import { duration } from "./time-axis.ts"
import type { PathMark } from "./timeline-path.ts"
import type { TimelineTask } from "./timeline-row.ts"
import { labelOf, remarkOn, wokenBy } from "./wording.ts"

interface Look {
  readonly sign: string
  /** ANSI colour codes. */
  readonly color: string
  readonly legend: string
}

const LOOKS: Readonly<Record<Exclude<Cell, "nothing">, Look>> = {
  running: { sign: "█", color: "32", legend: "running" },
  "running a moment": { sign: "┃", color: "32", legend: "ran a moment" },
  waiting: { sign: "─", color: "36", legend: "waiting" },
  ready: { sign: "▄", color: "33", legend: "ready" },
  "in line": { sign: "·", color: "2", legend: "queued" },
  "path runs": { sign: "◆", color: "35;1", legend: "critical path" },
  "path waits": { sign: "━", color: "35;1", legend: "waits on it" },
  "asked to cancel": { sign: "x", color: "33;1", legend: "asked to cancel" },
  cancelled: { sign: "×", color: "33;1", legend: "cancelled" },
  failed: { sign: "!", color: "31;1", legend: "failed" },
  "left behind": { sign: "░", color: "35", legend: "left behind" },
  starting: { sign: "▒", color: "2", legend: "worker starting" },
  idle: { sign: "▁", color: "2", legend: "worker idle" },
  crashed: { sign: "†", color: "31;1", legend: "worker died" },
  blocked: { sign: "▓", color: "31", legend: "blocked" },
  collecting: { sign: "≈", color: "35", legend: "collecting" },
}
const ENDS = {
  returned: { sign: "✓", color: "32" },
  failed: LOOKS.failed,
  cancelled: LOOKS.cancelled,
  "left behind": LOOKS["left behind"],
} as const
const LIVES = { sign: "…", color: "36" } as const
/** The colour of what stands beside the rows. */
export const DIM = "2"
/** Between the entries of the legend. */
const GAP = "  "

/** Puts a text into a colour, or leaves it as it is. */
export type Paint = (color: string, text: string) => string

export function plainly(_color: string, text: string): string {
  return text
}

export function inColor(color: string, text: string): string {
  return text === "" ? "" : `\x1b[${color}m${text}\x1b[0m`
}

/** How it ended, how long it took, and why. */
export interface Note {
  readonly sign: string
  readonly color: string
  readonly text: string
}

/** One row: usually a task, or a worker. */
export interface Row {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly note: Note
  cells(scale: Scale): Cell[]
  /** What is written in its bar. */
  writings(scale: Scale): Writing[]
}

/** What rows of tasks show beside their bars. */
export interface RowOptions {
  readonly by: "task" | "name"
  readonly marks: ReadonlyMap<number, readonly PathMark[]>
  /** What tasks are called, by their numbers; empty if nobody wants to know who woke whom. */
  readonly wakers: ReadonlyMap<number, string>
}

/** A row for each task, or for all tasks of a name. */
export function rowsOf(tasks: readonly TimelineTask[], options: RowOptions): Row[] {
  if (options.by === "task") return tasks.map((task) => rowOf(labelOf(task), [task], options))
  const inOrder = tasks.toSorted((a, b) => a.from - b.from)
  return [...Map.groupBy(inOrder, ({ name }) => name)].map(([name, tasks]) => rowOf(name, tasks, options))
}

/** The row of what kept a thread. */
export function pauseRow(pause: TimelineTask): Row {
  return { ...rowOf(pause.name, [pause]), note: { sign: " ", color: DIM, text: printable(pause.note ?? "") } }
}

/** The row of a worker. */
export function laneRow(lane: TimelineLane): Row {
  return {
    ...rowOf(lane.name, [lane]),
    note: { ...endOf(lane), text: printable(lane.note ?? "") },
    cells: (scale) => laneCells(lane, scale),
    writings: (scale) => writingsIn(lane, scale),
  }
}

function rowOf(name: string, tasks: readonly TimelineTask[], options?: RowOptions): Row {
  return {
    name: printable(name),
    // A row may stand for more tasks than a call takes arguments.
    from: tasks.reduce((least, { from }) => Math.min(least, from), Infinity),
    to: tasks.reduce((most, { to }) => Math.max(most, to), -Infinity),
    note: noteOf(tasks, options?.wakers),
    cells(scale) {
      const cells: Cell[] = Array.from({ length: scale.cells }, () => "nothing")
      for (const task of tasks) {
        for (const [at, cell] of cellsOf(task, scale, options?.marks.get(task.id)).entries()) if (cell !== "nothing") cells[at] = cell
      }
      return cells
    },
    writings: () => [],
  }
}

function noteOf(tasks: readonly TimelineTask[], wakers?: RowOptions["wakers"]): Note {
  const [task] = tasks
  if (task === undefined || tasks.length > 1) return { sign: "", color: DIM, text: tasks.map((task) => endOf(task).sign).join(" ") }
  const took = duration(task.to - task.from).padStart(7)
  const said = remarkOn(task) || wokenBy(task, wakers)
  return { ...endOf(task), text: printable(said === "" ? took : `${took}  ${said}`) }
}

function endOf({ end }: TimelineTask): { readonly sign: string; readonly color: string } {
  const { sign, color } = end === undefined ? LIVES : ENDS[end]
  return { sign, color }
}

/** @param shown - takes in the signs that occur */
export function bar(row: Row, scale: Scale, paint: Paint, shown: Set<Cell>): string {
  const cells = row.cells(scale)
  const writings = row.writings(scale)
  let text = ""
  for (let at = 0; at < cells.length; ) {
    const cell = cells[at] ?? "nothing"
    const writing = writings.find((writing) => writing.at >= at)
    let end = at
    while (end < cells.length && cells[end] === cell && end !== writing?.at) end += 1
    if (cell !== "nothing" && end > at) {
      shown.add(cell)
      text += paint(LOOKS[cell].color, LOOKS[cell].sign.repeat(end - at))
    } else {
      text += " ".repeat(end - at)
    }
    at = end
    if (at === writing?.at) {
      text += paint(LOOKS.running.color, writing.text)
      at += widthOf(writing.text)
    }
  }
  return text
}

/** The signs that occur, explained in lines of at most `width` columns. */
export function legend(shown: ReadonlySet<Cell>, width: number, paint: Paint): string[] {
  const entries = Object.entries(LOOKS).filter(([cell]) => shown.has(cell as Cell)) // the keys of LOOKS are cells
  const lines: string[] = []
  let line = ""
  let used = 0
  for (const [, { sign, color, legend }] of entries) {
    const length = 2 + legend.length
    if (used > 0 && used + GAP.length + length > width) {
      lines.push(line)
      line = ""
      used = 0
    }
    line += `${used > 0 ? GAP : ""}${paint(color, sign)} ${legend}`
    used += length + (used > 0 ? GAP.length : 0)
  }
  if (used > 0) lines.push(line)
  return lines
}
