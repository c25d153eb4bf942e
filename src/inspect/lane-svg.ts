/**
 * The jobs of a worker as SVG.
 */
import type { TimelineJob, TimelineLane } from "./lanes.ts"
import { escape, round, type PixelScale } from "./svg-text.ts"
import { duration } from "./time-axis.ts"

const HEIGHT = 16
const QUIET = 4
/** Jobs that are narrower are drawn together. */
const LEAST_JOB = 3
const LETTER = 6.7
const PADDING = 5
/** Between jobs that follow each other at once. */
const GAP = 1
const RADIUS = 5

/** Jobs that are drawn as one, since they are too narrow to be told apart. */
interface Column {
  from: number
  to: number
  busy: number
  count: number
}

/** @param nameOfTask - what the task is called that wanted a job */
export function laneBars(lane: TimelineLane, scale: PixelScale, middle: number, nameOfTask: (task: number) => string | undefined): string {
  const parts = quietBars(lane, scale, middle)
  const marks: string[] = []
  let marked = { end: "", x: -Infinity }
  let column: Column | undefined
  let even = false
  const close = (): void => {
    if (column !== undefined) parts.push(columnRect(column, middle))
    column = undefined
  }
  for (const job of lane.jobs) {
    const from = scale.x(job.from)
    const to = scale.x(job.to)
    if (to - from < LEAST_JOB) {
      if (column === undefined || from - column.from >= LEAST_JOB) {
        close()
        column = { from, to, busy: 0, count: 0 }
      }
      column.to = Math.max(to, column.from + LEAST_JOB)
      column.busy += to - from
      column.count += 1
    } else {
      close()
      parts.push(jobRect(job, from, to, middle, even, nameOfTask))
      even = !even
    }
    const { end = "returned" } = job
    if (end === "returned" || (end === marked.end && to - marked.x < LEAST_JOB)) continue
    marks.push(mark(end, to, middle))
    marked = { end, x: to }
  }
  close()
  return [...parts, ...marks].join("")
}

/** What lies behind the jobs: its start, and a line from then on. */
function quietBars({ spans, from, to }: TimelineLane, scale: PixelScale, middle: number): string[] {
  const [first] = spans
  const ready = first?.state === "starting" ? first.to : from
  const starting = ready > from ? [rect("starting", scale.x(from), scale.x(ready), middle, QUIET)] : []
  return to > ready ? [...starting, rect("idle", scale.x(ready), scale.x(to), middle, QUIET)] : starting
}

function jobRect(job: TimelineJob, from: number, to: number, middle: number, even: boolean, nameOfTask: (task: number) => string | undefined): string {
  const width = to - from - GAP
  const text = [`#${job.id} ${job.name}`, `#${job.id}`].find((text) => text.length * LETTER + 2 * PADDING <= width)
  const written = text === undefined ? "" : `<text class="in-job" x="${round(from + PADDING)}" y="${middle + 4}">${escape(text)}</text>`
  return `<g><title>${escape(story(job, nameOfTask))}</title>${rect(even ? "next job" : "job", from, to - GAP, middle, HEIGHT)}${written}</g>`
}

function columnRect({ from, to, busy, count }: Column, middle: number): string {
  const height = Math.max(2, Math.round(HEIGHT * Math.min(1, busy / (to - from))))
  return `<g><title>${count === 1 ? "1 job" : `${count.toLocaleString("en")} jobs`}</title>${rect("job", from, to, middle, height)}</g>`
}

function rect(look: string, from: number, to: number, middle: number, height: number): string {
  return `<rect class="${look}" x="${round(from)}" y="${middle - height / 2}" width="${round(Math.max(GAP, to - from))}" height="${height}"/>`
}

function mark(end: string, x: number, y: number): string {
  return end === "crashed" ? cross(x, y) : `<circle class="${end}" cx="${round(x)}" cy="${y}" r="${RADIUS}"/>`
}

/** The sign for a worker that died. */
export function cross(x: number, y: number): string {
  const [left, right] = [round(x - RADIUS), round(x + RADIUS)]
  return `<path class="crashed" d="M${left} ${y - RADIUS}L${right} ${y + RADIUS}M${left} ${y + RADIUS}L${right} ${y - RADIUS}"/>`
}

function story({ id, name, queued, from, to, end, note, task }: TimelineJob, nameOfTask: (task: number) => string | undefined): string {
  const asker = task === undefined ? undefined : nameOfTask(task)
  const waited = from - queued >= 0.000_5 ? `, waited ${duration(from - queued)} for a worker` : ""
  const why = note === undefined ? "" : `: ${note}`
  return `job #${id} ${name}${asker === undefined ? "" : ` for task '${asker}'`}: ${end ?? "still running"} after ${duration(to - from)}${why}${waited}`
}
