/**
 * The timeline as an SVG picture, for a README or a page: light or dark as its reader is.
 */
import { lookOf, type Cell } from "./bar.ts"
import { duration, ticks } from "./time-axis.ts"
import type { Timeline } from "./timeline.ts"
import type { MarkedPath } from "./timeline-path.ts"
import { pauseRows, pausesWithin } from "./timeline-pauses.ts"
import type { CancelMark, Span, TimelineTask } from "./timeline-row.ts"
import { cross, laneBars } from "./lane-svg.ts"
import type { TimelineLane } from "./lanes.ts"
import { cut, cutBeginning, escape, round, type PixelScale } from "./svg-text.ts"
import { labelOf, lossNotes, poolNotes, remarkOn } from "./wording.ts"

/** How a timeline is drawn as SVG. */
export interface SvgOptions {
  /** In pixels; 900 by default. */
  readonly width?: number
  /** Written above the picture, and read out by screen readers. */
  readonly title?: string
  /** How many rows to draw in all; the others are counted. 200 by default. */
  readonly maxRows?: number
  /** The critical path, which is drawn over the bars. */
  readonly path?: MarkedPath
  /** Whether to draw what it stands on too, for a page that may be dark where its reader is not; false by default. */
  readonly paper?: boolean
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
/** The names of workers are longer, and what stands at their end tells them apart. */
const LANE_NAMES = 190
const LANE_LETTERS = 25

const STYLE = `
  text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #24292f }
  .quiet { fill: #6e7781 } .grid { stroke: #d0d7de }
  .running { fill: #1a7f37 } .waiting { fill: #9ac7ef } .in-line { fill: #d0d7de }
  .ready { fill: #eac54f } .blocked { fill: #bc4c00 } .collecting { fill: #bf3989 }
  .left-behind { fill: #8250df } .cancelled { fill: #bf8700 } .failed { fill: #cf222e }
  .asked { stroke: #bf8700; stroke-width: 2 } .path { fill: none; stroke: #8250df; stroke-width: 2; stroke-linejoin: round }
  .starting { fill: #eac54f } .idle { fill: #d0d7de } .job { fill: #1a7f37 } .next.job { fill: #2da44e }
  .crashed { stroke: #cf222e; stroke-width: 3 } .in-job { fill: #ffffff; font-size: 11px }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #8b949e } .grid { stroke: #30363d }
    .running { fill: #3fb950 } .waiting { fill: #1f5a8f } .in-line { fill: #373e47 }
    .ready { fill: #9e6a03 } .blocked { fill: #f0883e } .collecting { fill: #db61a2 }
    .left-behind { fill: #a371f7 } .cancelled { fill: #d29922 } .failed { fill: #f85149 }
    .asked { stroke: #d29922 } .path { stroke: #d2a8ff }
    .starting { fill: #9e6a03 } .idle { fill: #373e47 } .job { fill: #238636 } .next.job { fill: #2ea043 }
    .crashed { stroke: #f85149 } .in-job { fill: #ffffff }
  }`

const PAPER = `<style>.paper { fill: #ffffff } @media (prefers-color-scheme: dark) { .paper { fill: #0d1117 } }</style>
<rect class="paper" width="100%" height="100%"/>
`

const LEGEND: readonly (readonly [look: string, text: string])[] = [
  ["running", "running"],
  ["waiting", "waiting"],
  ["ready", "ready"],
  ["in-line", "queued"],
  ["cancelled", "cancelled"],
  ["failed", "failed"],
  ["left-behind", "left behind"],
]
const LEGEND_OF_WORKERS: typeof LEGEND = [
  ["starting", "worker starting"],
  ["idle", "worker idle"],
  ["died", "worker died"],
]

const LEGEND_OF_THREADS: typeof LEGEND = [
  ["blocked", "blocked"],
  ["collecting", "collecting"],
]

/**
 * Draws a timeline as an SVG document.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder, renderTimelineSvg, timelineOf } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * console.log(renderTimelineSvg(timelineOf(recorder.recording())).slice(0, 4)) // -> <svg
 * ```
 */
export function renderTimelineSvg(timeline: Timeline, options: SvgOptions = {}): string {
  const { width = 900, title, maxRows = 200, paper = false } = options
  const { pools } = timeline
  const parts: string[] = []
  let y = MARGIN
  const line = (text: string, className = ""): void => {
    y += ROW
    parts.push(text === "" ? "" : label(MARGIN, y - 7, text, className))
  }
  if (title !== undefined) line(title)
  const lanes = (pools?.lanes ?? []).slice(0, timeline.tasks.length === 0 ? maxRows : Math.floor(maxRows / 2))
  const pauses = pauseRows(timeline)
  let pausesDrawn = pauses.length === 0
  const section = (tasks: readonly TimelineTask[], workers: readonly TimelineLane[], thread: readonly TimelineTask[]): void => {
    const scale = new Scale([...tasks, ...workers, ...thread], width, workers.length === 0 ? NAMES : LANE_NAMES)
    y += ROW
    parts.push(axis(scale, y, (tasks.length + workers.length + thread.length + (workers.length === 0 ? 0 : 1) + (thread.length === 0 ? 0 : 1)) * ROW))
    const rows = new Map<number, number>()
    for (const task of tasks) {
      rows.set(task.id, y + ROW / 2)
      parts.push(row(task, scale, y))
      y += ROW
    }
    if (options.path !== undefined && options.path.loop === tasks[0]?.loop) parts.push(pathLine(options.path, rows, scale))
    if (workers.length > 0) line("workers", "quiet")
    for (const lane of workers) {
      parts.push(laneRow(lane, scale, y, nameOf(timeline, pools?.loops ?? [])))
      y += ROW
    }
    if (thread.length > 0) line("thread", "quiet")
    for (const pause of thread) {
      parts.push(pauseRow(pause, scale, y))
      y += ROW
    }
  }
  const loops = Map.groupBy(timeline.tasks, (task) => task.loop)
  let left = maxRows - lanes.length
  let drawn = false
  for (const [loop, tasks] of loops) {
    const rows = tasks.slice(0, left)
    left -= rows.length
    if (rows.length === 0) break
    if (loops.size > 1) line(`loop ${loop}`, "quiet")
    // Of several loops none is the one under which the workers belong.
    drawn = loops.size === 1 && pools?.loops.includes(loop) === true
    const thread = loops.size === 1 ? pausesWithin(timeline, rows) : []
    pausesDrawn ||= thread.length > 0
    section(rows, drawn ? lanes : [], thread)
  }
  if (!drawn && lanes.length > 0) section([], lanes, [])
  if (!pausesDrawn) section([], [], pauses)
  const hidden = timeline.tasks.length - (maxRows - lanes.length)
  if (hidden > 0) line(`… and ${hidden} more`, "quiet")
  if (pools !== undefined) for (const note of poolNotes(pools, pools.lanes.length - lanes.length)) line(note, "quiet")
  for (const note of lossNotes(timeline)) line(note, "quiet")
  if (timeline.tasks.length === 0) line("no task was seen", "quiet")
  y += ROW
  const entries = lanes.length === 0 ? LEGEND : [...LEGEND.slice(0, -1), ...LEGEND_OF_WORKERS]
  const kept = pauses.length === 0 ? entries : [...entries.filter(([look]) => look !== "left-behind"), ...LEGEND_OF_THREADS]
  const explained = legend(y, width, options.path === undefined ? kept : [...kept, ["path", "critical path"]])
  parts.push(explained.text)
  const height = explained.y + MARGIN
  const name = escape(title ?? "timeline of the tasks of a program")
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">
<style>${STYLE}
</style>
${paper ? PAPER : ""}${parts.filter((part) => part !== "").join("\n")}
</svg>
`
}

/** Whose job it is: the name of a task, where numbers of tasks are those of the recording. */
function nameOf({ tasks }: Timeline, loops: readonly number[]): (task: number) => string | undefined {
  const names = new Map(tasks.filter(({ loop }) => loops.includes(loop)).map((task) => [task.id, labelOf(task)]))
  return (task) => names.get(task)
}

/** From seconds to pixels. */
class Scale implements PixelScale {
  readonly from: number
  readonly length: number
  /** Where the bars begin. */
  readonly left: number
  readonly width: number

  constructor(rows: readonly TimelineTask[], width: number, names: number) {
    this.from = Math.min(...rows.map(({ from }) => from))
    this.length = Math.max(...rows.map(({ to }) => to)) - this.from
    this.left = MARGIN + names
    this.width = Math.max(LABEL, width - 2 * MARGIN - names - NOTES)
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
  const asked = (task.requests ?? []).map((request) => askedMark(request, scale.x(request.time), middle)).join("")
  const end = asked + (task.end === "failed" || task.end === "cancelled" ? mark(task.end, scale.x(task.to), middle) : "")
  return [
    `<g><title>${escape(`${labelOf(task)}: ${how} after ${took}${why}`)}</title>`,
    label(MARGIN, middle + 4, cut(labelOf(task), NAME_LETTERS)),
    bars + end,
    `${label(scale.left + scale.width + 10, middle + 4, cut(note, NOTE_LETTERS), "quiet")}</g>`,
  ].join("")
}

function laneRow(lane: TimelineLane, scale: Scale, y: number, nameOfTask: (task: number) => string | undefined): string {
  const middle = y + ROW / 2
  const bars = laneBars(lane, scale, middle, nameOfTask)
  const crashed = lane.end === "failed" && lane.jobs.at(-1)?.end !== "crashed" ? mark("failed", scale.x(lane.to), middle) : ""
  return [
    `<g>${label(MARGIN, middle + 4, cutBeginning(lane.name, LANE_LETTERS))}`,
    bars + crashed,
    `${label(scale.left + scale.width + 10, middle + 4, cut(lane.note ?? "", NOTE_LETTERS), "quiet")}</g>`,
  ].join("")
}

/** What kept the thread: nothing is drawn where it did not. */
function pauseRow(pause: TimelineTask, scale: Scale, y: number): string {
  const middle = y + ROW / 2
  const bars = pause.spans.map((span) => {
    const where = [span.on, span.place].filter((part) => part !== undefined).join(" ")
    return `<g><title>${escape(`${pause.name} for ${duration(span.to - span.from)}${where === "" ? "" : `: ${where}`}`)}</title>${bar(span, scale, middle)}</g>`
  })
  return `<g>${label(MARGIN, middle + 4, cut(pause.name, NAME_LETTERS))}${bars.join("")}${label(scale.left + scale.width + 10, middle + 4, cut(pause.note ?? "", NOTE_LETTERS), "quiet")}</g>`
}

/** The critical path as one line, from row to row. */
function pathLine({ segments }: MarkedPath, rows: ReadonlyMap<number, number>, scale: Scale): string {
  let line = ""
  for (const { task, from, to } of segments) {
    const middle = rows.get(task)
    if (middle === undefined) continue
    line += `${line === "" ? "M" : "L"}${round(scale.x(from))} ${middle}L${round(scale.x(to))} ${middle}`
  }
  return line === "" ? "" : `<path class="path" d="${line}"><title>critical path</title></path>`
}

/** A slash where somebody asked the task to cancel. */
function askedMark({ by, why }: CancelMark, x: number, middle: number): string {
  const said = `asked to cancel${by === undefined ? "" : ` by ${by}`}${why === undefined ? "" : `: ${why}`}`
  return `<path class="asked" d="M${round(x - 3)} ${middle + 6}L${round(x + 3)} ${middle - 6}"><title>${escape(said)}</title></path>`
}

function bar(span: Span, scale: Scale, middle: number): string {
  const look: Cell = lookOf(span)
  const x = scale.x(span.from)
  const width = Math.max(LEAST_BAR, scale.x(span.to) - x)
  const height = look === "running" || look === "blocked" || look === "collecting" ? BAR : BAR / 2
  const top = middle - height / 2
  return `<rect class="${look.replace(" ", "-")}" x="${round(x)}" y="${top}" width="${round(width)}" height="${height}"/>`
}

function mark(end: "failed" | "cancelled", x: number, middle: number): string {
  return `<circle class="${end}" cx="${round(x)}" cy="${middle}" r="5"/>`
}

/** In as many lines as the width asks for; `y` is that of the last. */
function legend(first: number, width: number, entries: typeof LEGEND): { text: string; y: number } {
  let x = MARGIN
  let y = first
  const parts = entries.map(([look, text]) => {
    const length = 35 + text.length * 7.5
    if (x > MARGIN && x + length - 20 > width) {
      x = MARGIN
      y += ROW
    }
    const sign = look === "died" ? cross(x + 5, y - 4) : `<rect class="${look}" x="${x}" y="${y - 9}" width="10" height="10"/>`
    const entry = sign + label(x + 15, y, text, "quiet")
    x += length
    return entry
  })
  return { text: parts.join("\n"), y }
}

function label(x: number, y: number, text: string, className = ""): string {
  const styled = className === "" ? "" : ` class="${className}"`
  return `<text x="${x}" y="${y}"${styled}>${escape(text)}</text>`
}
