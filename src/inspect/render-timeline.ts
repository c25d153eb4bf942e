/**
 * The timeline as lines for a terminal: a row for each task, time from left to right.
 */
import { checkInteger } from "../structures/arguments.ts"
import { cellsOf, cellAt, type Cell, type Scale } from "./bar.ts"
import { fit, printable, widthOf } from "./text-width.ts"
import { duration, ticks } from "./time-axis.ts"
import type { Timeline, TimelineTask } from "./timeline.ts"
import { labelOf, remarkOn } from "./wording.ts"

/** How a timeline is drawn in a terminal. */
export interface RenderOptions {
  /** The columns of the terminal; 80 by default. */
  readonly width?: number
  /** Whether to colour with ANSI escapes; not by default. What a line says does not depend on it. */
  readonly color?: boolean
  /** `name` puts tasks of the same name into one row; by default each task has its own. */
  readonly rows?: "task" | "name"
  /** Where the axis begins and ends, in seconds of the loop's clock; by default with the tasks. */
  readonly from?: number
  readonly to?: number
  /** How many rows to draw in all; the others are counted. 100 by default. */
  readonly maxRows?: number
  /** Columns for what stands beside the bars; by default what is needed, up to a third of the width. */
  readonly notes?: number
  /** Whether to explain the signs in the last line; by default it does. */
  readonly legend?: boolean
}

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
  "in line": { sign: "·", color: "2", legend: "queued" },
  cancelled: { sign: "×", color: "33;1", legend: "cancelled" },
  failed: { sign: "!", color: "31;1", legend: "failed" },
  "left behind": { sign: "░", color: "35", legend: "left behind" },
}
const ENDS = {
  returned: { sign: "✓", color: "32" },
  failed: LOOKS.failed,
  cancelled: LOOKS.cancelled,
  "left behind": LOOKS["left behind"],
} as const
const LIVES = { sign: "…", color: "36" } as const
const DIM = "2"

const LEAST_WIDTH = 40
const LEAST_BAR = 12
/** A sign and a duration. */
const LEAST_NOTES = 9
const MAX_ROWS = 100
/** Columns for a label of the axis and the space after it. */
const LABEL = 7
/** Between the entries of the legend. */
const GAP = "  "
/** The shares of the width that names and notes may take. */
const NAMES = 0.22
const NOTES = 0.34

/** One row: usually a task. */
interface Row {
  readonly name: string
  readonly tasks: readonly TimelineTask[]
}

/**
 * Draws a timeline in lines of at most `width` columns. Several loops are drawn one below
 * the other, since each has a clock of its own.
 *
 * @throws RangeError for a width below 40.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder, renderTimeline, timelineOf } from "asyncio-ts/inspect"
 * import { runVirtual } from "asyncio-ts/testing"
 *
 * const recorder = new Recorder().start()
 * await runVirtual(() => asyncio.sleep(2), { name: "nap" })
 * recorder.stop()
 * const [, , row] = renderTimeline(timelineOf(recorder.recording()), { width: 40 })
 * console.log(row) // -> nap ┃────────────────────────┃ ✓  2.00 s
 * ```
 */
export function renderTimeline(timeline: Timeline, options: RenderOptions = {}): string[] {
  const { width = 80, maxRows = MAX_ROWS } = options
  checkInteger(width, "the width of a timeline", LEAST_WIDTH)
  checkInteger(maxRows, "the rows of a timeline", 1)
  if (options.notes !== undefined) checkInteger(options.notes, "the columns for the notes of a timeline", LEAST_NOTES)
  const paint = options.color === true ? inColor : plainly
  const loops = Map.groupBy(timeline.tasks, (task) => task.loop)
  const lines: string[] = []
  const shown = new Set<Cell>()
  let left = maxRows
  let hidden = 0
  for (const [loop, tasks] of loops) {
    const all = rowsOf(tasks, options.rows ?? "task")
    const rows = all.slice(0, left)
    left -= rows.length
    hidden += all.length - rows.length
    if (rows.length === 0) continue
    if (loops.size > 1) lines.push(...(lines.length > 0 ? [""] : []), `loop ${loop}`)
    lines.push(...renderLoop(rows, width, options, paint, shown))
  }
  if (hidden > 0) lines.push(paint(DIM, `… and ${hidden.toLocaleString("en")} more`))
  if (timeline.tasks.length === 0) lines.push("no task was seen")
  if (timeline.dropped > 0) {
    const events = timeline.dropped === 1 ? "1 earlier event was" : `${timeline.dropped.toLocaleString("en")} earlier events were`
    lines.push(paint(DIM, fit(`(${events} dropped: the recorder keeps the latest)`, width).trimEnd()))
  }
  if (options.legend !== false && shown.size > 0) lines.push(...legend(shown, width, paint))
  return lines
}

type Paint = (color: string, text: string) => string

function plainly(_color: string, text: string): string {
  return text
}

function inColor(color: string, text: string): string {
  return text === "" ? "" : `\x1b[${color}m${text}\x1b[0m`
}

function renderLoop(
  rows: readonly Row[],
  width: number,
  options: RenderOptions,
  paint: Paint,
  shown: Set<Cell>,
): string[] {
  const tasks = rows.flatMap(({ tasks }) => tasks)
  const names = rows.map(({ name }) => printable(name))
  const notes = rows.map(noteOf)
  const nameWidth = Math.min(Math.max(...names.map(widthOf)), Math.floor(width * NAMES))
  const needed = Math.max(...notes.map(({ text }) => 2 + widthOf(text)))
  const noteWidth = options.notes ?? Math.min(needed, Math.floor(width * NOTES))
  const cells = Math.max(LEAST_BAR, width - nameWidth - noteWidth - 2)
  const scale = {
    from: options.from ?? Math.min(...tasks.map(({ from }) => from)),
    to: options.to ?? Math.max(...tasks.map(({ to }) => to)),
    cells,
  }
  const indent = " ".repeat(nameWidth + 1)
  const lines = axis(scale).map((line) => indent + paint(DIM, line))
  for (const [index, row] of rows.entries()) {
    const name = fit(names[index] ?? "", nameWidth)
    const { sign, color, text } = notes[index] ?? LOOKLESS
    const note = `${paint(color, sign)} ${fit(text, noteWidth - 2).trimEnd()}`
    lines.push(`${name} ${bar(row, scale, paint, shown)} ${note}`)
  }
  return lines
}

function rowsOf(tasks: readonly TimelineTask[], by: "task" | "name"): Row[] {
  if (by === "task") return tasks.map((task) => ({ name: labelOf(task), tasks: [task] }))
  const inOrder = tasks.toSorted((a, b) => a.from - b.from)
  return [...Map.groupBy(inOrder, ({ name }) => name)].map(([name, tasks]) => ({ name, tasks }))
}

interface Note {
  readonly sign: string
  readonly color: string
  readonly text: string
}
const LOOKLESS: Note = { sign: "", color: DIM, text: "" }

/** How a row ended, how long it took, and why. */
function noteOf({ tasks }: Row): Note {
  const [task] = tasks
  if (task === undefined) return LOOKLESS
  if (tasks.length > 1) {
    const ends = tasks.map(({ end }) => (end === undefined ? LIVES : ENDS[end]).sign).join(" ")
    return { sign: "", color: DIM, text: ends }
  }
  const { sign, color } = task.end === undefined ? LIVES : ENDS[task.end]
  const took = duration(task.to - task.from).padStart(7)
  const said = remarkOn(task)
  return { sign, color, text: printable(said === "" ? took : `${took}  ${said}`) }
}

function bar(row: Row, scale: Scale, paint: Paint, shown: Set<Cell>): string {
  const cells: Cell[] = Array.from({ length: scale.cells }, () => "nothing")
  for (const task of row.tasks) {
    for (const [at, cell] of cellsOf(task, scale).entries()) if (cell !== "nothing") cells[at] = cell
  }
  let text = ""
  for (let at = 0; at < cells.length; ) {
    const cell = cells[at] ?? "nothing"
    let end = at
    while (end < cells.length && cells[end] === cell) end += 1
    if (cell === "nothing") {
      text += " ".repeat(end - at)
    } else {
      shown.add(cell)
      text += paint(LOOKS[cell].color, LOOKS[cell].sign.repeat(end - at))
    }
    at = end
  }
  return text
}

/** The labels, and below them a rule with a mark at each; the last label may end there. */
function axis(scale: Scale): [labels: string, rule: string] {
  const length = scale.to - scale.from
  let labels = ""
  const rule = Array.from({ length: scale.cells }, () => "─")
  for (const { at, label } of ticks(length, Math.max(2, Math.floor(scale.cells / LABEL)))) {
    const cell = at === 0 ? 0 : cellAt(scale.from + at, scale)
    const begin = Math.min(cell, scale.cells - label.length)
    if (begin < labels.length) continue
    labels = `${labels.padEnd(begin)}${label} `
    rule[cell] = cell === 0 ? "├" : cell === scale.cells - 1 ? "┤" : "┼"
  }
  return [labels.trimEnd(), rule.join("")]
}

function legend(shown: ReadonlySet<Cell>, width: number, paint: Paint): string[] {
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
