/**
 * The timeline as an SVG picture, for a README or a page: light or dark as its reader is.
 */
import { lookOf, type Cell } from "./bar.ts"
import { printable } from "./text-width.ts"
import { duration, ticks } from "./time-axis.ts"
import type { Span, Timeline, TimelineTask } from "./timeline.ts"
import { labelOf, remarkOn } from "./wording.ts"

/** How a timeline is drawn as SVG. */
export interface SvgOptions {
  /** In pixels; 900 by default. */
  readonly width?: number
  /** Written above the picture, and read out by screen readers. */
  readonly title?: string
  /** How many rows to draw in all; the others are counted. 200 by default. */
  readonly maxRows?: number
}

const ROW = 22
const BAR = 12
const MARGIN = 16
const NAMES = 170
const NOTES = 190
/** So that a moment can be seen. */
const LEAST_BAR = 2
/** Pixels for each label of the axis. */
const LABEL = 60
const NOTE_LETTERS = 24
const NAME_LETTERS = 22

const STYLE = `
  text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #24292f }
  .quiet { fill: #6e7781 } .grid { stroke: #d0d7de }
  .running { fill: #1a7f37 } .waiting { fill: #9ac7ef } .in-line { fill: #d0d7de }
  .left-behind { fill: #8250df } .cancelled { fill: #bf8700 } .failed { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #8b949e } .grid { stroke: #30363d }
    .running { fill: #3fb950 } .waiting { fill: #1f5a8f } .in-line { fill: #373e47 }
    .left-behind { fill: #a371f7 } .cancelled { fill: #d29922 } .failed { fill: #f85149 }
  }`

const LEGEND: readonly (readonly [look: string, text: string])[] = [
  ["running", "running"],
  ["waiting", "waiting"],
  ["in-line", "queued"],
  ["cancelled", "cancelled"],
  ["failed", "failed"],
  ["left-behind", "left behind"],
]

/** Draws a timeline as an SVG document. */
export function renderTimelineSvg(timeline: Timeline, options: SvgOptions = {}): string {
  const { width = 900, title, maxRows = 200 } = options
  const parts: string[] = []
  let y = MARGIN
  const line = (text: string, className = ""): void => {
    y += ROW
    parts.push(text === "" ? "" : label(MARGIN, y - 7, text, className))
  }
  if (title !== undefined) line(title)
  const loops = Map.groupBy(timeline.tasks, (task) => task.loop)
  let left = maxRows
  for (const [loop, tasks] of loops) {
    const rows = tasks.slice(0, left)
    left -= rows.length
    if (rows.length === 0) break
    if (loops.size > 1) line(`loop ${loop}`, "quiet")
    const scale = new Scale(rows, width)
    y += ROW
    parts.push(axis(scale, y, rows.length * ROW))
    for (const task of rows) {
      parts.push(row(task, scale, y))
      y += ROW
    }
  }
  if (timeline.tasks.length > maxRows) line(`… and ${timeline.tasks.length - maxRows} more`, "quiet")
  if (timeline.dropped > 0) line(`(${timeline.dropped} earlier events were dropped)`, "quiet")
  if (timeline.tasks.length === 0) line("no task was seen", "quiet")
  y += ROW
  parts.push(legend(y))
  const height = y + MARGIN
  const name = escape(title ?? "timeline of the tasks of a program")
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">
<style>${STYLE}
</style>
${parts.filter((part) => part !== "").join("\n")}
</svg>
`
}

/** From seconds to pixels. */
class Scale {
  readonly from: number
  readonly length: number
  readonly left = MARGIN + NAMES
  readonly width: number

  constructor(tasks: readonly TimelineTask[], width: number) {
    this.from = Math.min(...tasks.map(({ from }) => from))
    this.length = Math.max(...tasks.map(({ to }) => to)) - this.from
    this.width = Math.max(LABEL, width - 2 * MARGIN - NAMES - NOTES)
  }

  x(time: number): number {
    return this.left + (this.length > 0 ? ((time - this.from) / this.length) * this.width : 0)
  }
}

function axis(scale: Scale, y: number, height: number): string {
  const marks = ticks(scale.length, Math.max(2, Math.floor(scale.width / LABEL)))
  return marks
    .map(({ at, label: text }) => {
      const x = round(scale.x(scale.from + at))
      return `<line class="grid" x1="${x}" y1="${y}" x2="${x}" y2="${y + height}"/>${label(x, y - 5, text, "quiet")}`
    })
    .join("\n")
}

function row(task: TimelineTask, scale: Scale, y: number): string {
  const middle = y + ROW / 2
  const took = duration(task.to - task.from)
  const how = task.end === undefined ? "still there" : task.end
  const why = task.note === undefined ? "" : `: ${task.note}`
  const note = `${took}  ${remarkOn(task)}`.trimEnd()
  const bars = task.spans.map((span) => bar(span, scale, middle)).join("")
  const end = task.end === "failed" || task.end === "cancelled" ? mark(task.end, scale.x(task.to), middle) : ""
  return [
    `<g><title>${escape(`${labelOf(task)}: ${how} after ${took}${why}`)}</title>`,
    label(MARGIN, middle + 4, cut(labelOf(task), NAME_LETTERS)),
    bars + end,
    `${label(scale.left + scale.width + 10, middle + 4, cut(note, NOTE_LETTERS), "quiet")}</g>`,
  ].join("")
}

function bar(span: Span, scale: Scale, middle: number): string {
  const look: Cell = lookOf(span)
  const x = scale.x(span.from)
  const width = Math.max(LEAST_BAR, scale.x(span.to) - x)
  const height = look === "running" ? BAR : BAR / 2
  const top = middle - height / 2
  return `<rect class="${look.replace(" ", "-")}" x="${round(x)}" y="${top}" width="${round(width)}" height="${height}"/>`
}

function mark(end: "failed" | "cancelled", x: number, middle: number): string {
  return `<circle class="${end}" cx="${round(x)}" cy="${middle}" r="5"/>`
}

function legend(y: number): string {
  let x = MARGIN
  return LEGEND.map(([look, text]) => {
    const entry = `<rect class="${look}" x="${x}" y="${y - 9}" width="10" height="10"/>${label(x + 15, y, text, "quiet")}`
    x += 35 + text.length * 7.5
    return entry
  }).join("\n")
}

function label(x: number, y: number, text: string, className = ""): string {
  const styled = className === "" ? "" : ` class="${className}"`
  return `<text x="${x}" y="${y}"${styled}>${escape(text)}</text>`
}

function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`
}

/** Text between tags, or in quotes; XML knows no way to write control characters. */
function escape(text: string): string {
  return printable(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
