/**
 * The timeline as lines for a terminal: a row for each task, time from left to right.
 */
import { checkInteger } from "../structures/arguments.ts"
import { cellAt, type Cell, type Scale } from "./bar.ts"
import { bar, DIM, inColor, laneRow, legend, pauseRow, plainly, rowsOf, type Paint, type Row } from "./terminal-row.ts"
import { fit, fitEnd, widthOf } from "./text-width.ts"
import { ticks } from "./time-axis.ts"
import type { Timeline } from "./timeline.ts"
import { marksOf, type MarkedPath } from "./timeline-path.ts"
import { pauseRows, pausesWithin } from "./timeline-pauses.ts"
import { labelOf, lossNotes, poolNotes } from "./wording.ts"

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
  /** Whether to say who woke a task, where there is nothing else to say of it; by default it does not. */
  readonly wakes?: boolean
  /** The critical path, which is marked on the bars. */
  readonly path?: MarkedPath
  /** Whether to explain the signs in the last line; by default it does. */
  readonly legend?: boolean
}

const LEAST_WIDTH = 40
const LEAST_BAR = 12
/** A sign and a duration. */
const LEAST_NOTES = 9
const MAX_ROWS = 100
/** Columns for a label of the axis and the space after it. */
const LABEL = 7
/** The shares of the width that names and notes may take. */
const NAMES = 0.22
const NAMES_OF_WORKERS = 0.32
const NOTES = 0.34

/**
 * Draws a timeline in lines of at most `width` columns. Several loops are drawn one below
 * the other, since each has a clock of its own. Under the tasks there is a section with a row
 * for each worker of a pool, and one for what blocked the thread and its collections of
 * garbage; under those of several loops each has an axis of its own.
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
  const { pools } = timeline
  const paint = options.color === true ? inColor : plainly
  const loops = Map.groupBy(timeline.tasks, (task) => task.loop)
  const page: Page = { lines: [], width, options, paint, shown: new Set() }
  const lanes = (pools?.lanes ?? []).map(laneRow)
  const shownLanes = lanes.slice(0, timeline.tasks.length === 0 ? maxRows : Math.floor(maxRows / 2))
  const workers: Section = { title: "workers", rows: shownLanes, cut: fitEnd }
  const pauses = pauseRows(timeline)
  const rowOptions = { by: options.rows ?? "task", marks: marksOf(options.path), wakers: new Map(options.wakes === true ? timeline.tasks.map((task) => [task.id, labelOf(task)]) : []) }
  let pausesDrawn = pauses.length === 0
  let left = maxRows - shownLanes.length
  let hidden = 0
  let drawn = false
  /** How many lines the sections under the tasks take. */
  let below = 0
  for (const [loop, tasks] of loops) {
    const all = rowsOf(tasks, rowOptions)
    const rows = all.slice(0, left)
    left -= rows.length
    hidden += all.length - rows.length
    if (rows.length === 0) continue
    if (loops.size > 1) page.lines.push(...(page.lines.length > 0 ? [""] : []), `loop ${loop}`)
    // Of several loops none is the one under which the workers belong.
    drawn = loops.size === 1 && pools?.loops.includes(loop) === true && shownLanes.length > 0
    const here = loops.size === 1 ? pausesWithin(timeline, tasks) : []
    const thread: Section = { title: "thread", rows: here.map(pauseRow), cut: fit }
    const sections = [...(drawn ? [workers] : []), ...(here.length > 0 ? [thread] : [])]
    pausesDrawn ||= here.length > 0
    below = sections.reduce((sum, section) => sum + section.rows.length + 1, 0)
    renderRows(page, rows, sections)
  }
  if (hidden > 0) page.lines.splice(page.lines.length - below, 0, paint(DIM, `… and ${hidden.toLocaleString("en")} more`))
  if (!drawn && shownLanes.length > 0) renderRows(page, [], [workers])
  if (!pausesDrawn) renderRows(page, [], [{ title: "thread", rows: pauses.map(pauseRow), cut: fit }])
  if (pools !== undefined) page.lines.push(...poolNotes(pools, lanes.length - shownLanes.length).map((line) => paint(DIM, fit(line, width).trimEnd())))
  if (timeline.tasks.length === 0) page.lines.push("no task was seen")
  for (const note of lossNotes(timeline)) page.lines.push(paint(DIM, fit(note, width).trimEnd()))
  if (options.legend !== false && page.shown.size > 0) page.lines.push(...legend(page.shown, width, paint))
  return page.lines
}

/** What is being written, and how. */
interface Page {
  readonly lines: string[]
  readonly width: number
  readonly options: RenderOptions
  readonly paint: Paint
  /** The signs that have occurred. */
  readonly shown: Set<Cell>
}

/** Rows under a title of their own. */
interface Section {
  readonly title: string
  readonly rows: readonly Row[]
  /** Fits a name: what tells workers of a pool apart stands at its end. */
  readonly cut: (name: string, width: number) => string
}

/** Rows under one axis; under those of tasks the sections. */
function renderRows({ lines, width, options, paint, shown }: Page, tasks: readonly Row[], sections: readonly Section[]): void {
  const rows = [...tasks, ...sections.flatMap((section) => section.rows)]
  const names = Math.floor(width * (sections.some(({ title }) => title === "workers") ? NAMES_OF_WORKERS : NAMES))
  const nameWidth = Math.min(Math.max(...rows.map(({ name }) => widthOf(name))), names)
  const needed = Math.max(...rows.map(({ note }) => 2 + widthOf(note.text)))
  const noteWidth = options.notes ?? Math.min(needed, Math.floor(width * NOTES))
  const cells = Math.max(LEAST_BAR, width - nameWidth - noteWidth - 2)
  const scale = {
    from: options.from ?? Math.min(...rows.map(({ from }) => from)),
    to: options.to ?? Math.max(...rows.map(({ to }) => to)),
    cells,
  }
  const indent = " ".repeat(nameWidth + 1)
  lines.push(...axis(scale).map((line) => indent + paint(DIM, line)))
  const draw = (row: Row, name: string): void => {
    const { sign, color, text } = row.note
    lines.push(`${name} ${bar(row, scale, paint, shown)} ${paint(color, sign)} ${fit(text, noteWidth - 2).trimEnd()}`.trimEnd())
  }
  for (const row of tasks) draw(row, fit(row.name, nameWidth))
  for (const { title, rows, cut } of sections) {
    lines.push(paint(DIM, `${fit(title, nameWidth)} ${"╌".repeat(cells)}`))
    for (const row of rows) draw(row, cut(row.name, nameWidth))
  }
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
