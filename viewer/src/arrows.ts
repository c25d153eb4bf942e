/** Who woke whom, who awaits whom, who was asked to cancel. Times are instants, so arrows stand upright. */
import type { Sheet } from "./canvas.ts"
import { firstFrom, type Moments } from "./edges.ts"
import { TASK_ROW, WORKER_ROW, type Model } from "./model.ts"
import type { Palette } from "./palette.ts"
import { ROW, type View } from "./view.ts"
import { NO_TASK } from "../../src/inspect/flight/recording-columns.ts"

/** More would hide what they lie on; those of the selected task are always drawn. */
const MOST = 300
/** How many events are looked through for those of the selected task. */
const LOOKED_THROUGH = 200_000
const HEAD = 4

export function paintArrows({ context, height }: Sheet, view: View, palette: Palette): void {
  const { columns: { events }, edges, rows } = view.model
  const chosen = view.selection !== undefined && rows.kind[view.selection.row] === TASK_ROW ? rows.ref[view.selection.row] : NO_TASK
  const each = (moments: Moments, isOf: (event: number) => boolean, draw: (event: number, x: number) => void): void => {
    const first = firstFrom(moments.time, view.from)
    const end = firstFrom(moments.time, view.to)
    const all = end - first <= MOST
    if (!all && (chosen === NO_TASK || end - first > LOOKED_THROUGH)) return
    for (let n = first; n < end; n += 1) {
      const event = moments.event[n]
      const own = isOf(event)
      if (!all && !own) continue
      context.globalAlpha = chosen === NO_TASK || own ? 0.95 : 0.3
      draw(event, view.x(moments.time[n]))
    }
    context.globalAlpha = 1
    context.setLineDash([])
  }
  const middle = (task: number): number => view.y(rows.ofTask[task]) + ROW / 2
  const line = (x: number, from: number, to: number): boolean => {
    if (from === to || Math.max(from, to) < 0 || Math.min(from, to) > height) return false
    context.beginPath()
    context.moveTo(Math.round(x) + 0.5, from)
    context.lineTo(Math.round(x) + 0.5, to)
    context.stroke()
    return true
  }
  const isKnown = (task: number): boolean => task < rows.ofTask.length

  context.lineWidth = 1
  context.strokeStyle = context.fillStyle = palette.css("await")
  each(edges.awaits, (event) => events.task[event] === chosen || events.awaits.subarray(events.awaitsFrom[event], events.awaitsFrom[event + 1]).includes(chosen), (event, x) => {
    context.setLineDash([2, 3])
    for (let n = events.awaitsFrom[event]; n < events.awaitsFrom[event + 1]; n += 1) {
      const awaited = events.awaits[n]
      if (!isKnown(awaited)) continue
      const [from, to] = [middle(events.task[event]), middle(awaited)]
      if (!line(x, from, to)) continue
      context.beginPath()
      context.arc(x + 0.5, to, 2.5, 0, 7)
      context.fill()
    }
  })
  context.strokeStyle = context.fillStyle = palette.css("wake")
  each(edges.wakes, (event) => events.task[event] === chosen || events.by[event] === chosen, (event, x) => {
    if (!isKnown(events.by[event])) return
    const [from, to] = [middle(events.by[event]), middle(events.task[event])]
    if (line(x, from, to)) head(context, x, to, Math.sign(to - from))
  })
  if (chosen !== NO_TASK) {
    // From who wanted a job to the worker that ran it.
    context.strokeStyle = context.fillStyle = palette.css("await")
    for (const { task, queued, begun, worker } of jobLines(view.model)) {
      if (task !== chosen || begun < view.from || queued > view.to) continue
      const [from, to] = [middle(task), view.y(worker) + ROW / 2]
      context.setLineDash([2, 3])
      context.beginPath()
      context.moveTo(view.x(queued), from)
      context.lineTo(view.x(begun), to)
      context.stroke()
      context.setLineDash([])
      head(context, view.x(begun), to, Math.sign(to - from))
    }
  }
  context.strokeStyle = palette.css("cancel")
  context.lineWidth = 2
  each(edges.cancels, (event) => events.task[event] === chosen, (event, x) => {
    const y = middle(events.task[event])
    if (y < -ROW || y > height + ROW) return
    context.beginPath()
    for (const side of [-1, 1]) {
      context.moveTo(x - HEAD, y - side * HEAD)
      context.lineTo(x + HEAD, y + side * HEAD)
    }
    context.stroke()
  })
  context.lineWidth = 1
}

interface JobLine {
  readonly task: number
  readonly queued: number
  readonly begun: number
  /** The row of the worker. */
  readonly worker: number
}

const known = new WeakMap<Model, JobLine[]>()

function jobLines(model: Model): JobLine[] {
  const found = known.get(model)
  if (found !== undefined) return found
  const { columns: { ids, pools }, rows, clocks } = model
  const numbers = new Map(Array.from(ids, (id, task) => [id, task] as const))
  const workers = new Map<number, number>()
  for (let row = 0; row < rows.kind.length; row += 1) {
    const worker = rows.kind[row] === WORKER_ROW ? pools?.workers[rows.ref[row]] : undefined
    if (worker !== undefined) workers.set(worker.id, row)
  }
  const lines = (pools?.jobs ?? []).flatMap(({ task, queued, begun, worker }) => {
    const [number, row] = [task === undefined ? undefined : numbers.get(task), worker === undefined ? undefined : workers.get(worker)]
    return number === undefined || row === undefined || begun === undefined ? [] : [{ task: number, queued: clocks.host(queued), begun: clocks.host(begun), worker: row }]
  })
  known.set(model, lines)
  return lines
}

function head(context: CanvasRenderingContext2D, x: number, y: number, direction: number): void {
  context.beginPath()
  context.moveTo(x + 0.5, y)
  context.lineTo(x + 0.5 - HEAD, y - direction * HEAD * 1.6)
  context.lineTo(x + 0.5 + HEAD, y - direction * HEAD * 1.6)
  context.fill()
}
