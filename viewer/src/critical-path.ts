/** The path that decided how long everything took, as a line through the rows. */
import type { Sheet } from "./canvas.ts"
import { firstFrom } from "./edges.ts"
import type { Model } from "./model.ts"
import type { Palette } from "./palette.ts"
import { ROW, type View } from "./view.ts"

const WIDE = 3
/** Above the lower edge of a row. */
const ABOVE = 2.5

/** Its segments in the page's time, by rows. */
export interface PathLine {
  readonly row: Int32Array
  readonly from: Float64Array
  readonly to: Float64Array
}

export function pathLine({ facts: { path }, columns, clocks, rows }: Model): PathLine | undefined {
  if (path === undefined) return undefined
  const numbers = new Map<number, number>()
  for (let task = 0; task < columns.tasks.count; task += 1) numbers.set(columns.ids[task], task)
  const { segments, loop } = path
  return {
    row: Int32Array.from(segments, ({ task }) => {
      const number = numbers.get(task)
      return number === undefined ? -1 : rows.ofTask[number]
    }),
    from: Float64Array.from(segments, ({ from }) => clocks.of(loop, from)),
    to: Float64Array.from(segments, ({ to }) => clocks.of(loop, to)),
  }
}

export function paintPath({ context, width, height }: Sheet, view: View, line: PathLine, palette: Palette): void {
  const along = new Path2D()
  const across = new Path2D()
  const passing = new Path2D()
  let switches = 0
  let last: { x: number; y: number } | undefined
  for (let n = firstFrom(line.to, view.from); n < line.row.length; n += 1) {
    if (line.row[n] < 0) continue
    const from = view.x(line.from[n])
    const to = Math.min(width + WIDE, view.x(line.to[n]))
    if (from > width) break
    const y = view.y(line.row[n]) + ROW - ABOVE
    // Of many switches in one pixel one is enough.
    if (last !== undefined && y !== last.y && (from - last.x >= 1 || to - from >= 1)) {
      const seen = (last.y > 0 && last.y < height) || (y > 0 && y < height)
      const line = seen ? across : passing
      line.moveTo(from, last.y)
      line.lineTo(from, y)
      switches += 1
    }
    if (to - from >= 0.5) {
      along.moveTo(Math.max(-WIDE, from), y)
      along.lineTo(to, y)
    }
    if (last === undefined || from - last.x >= 1 || to - from >= 1) last = { x: to, y }
  }
  context.strokeStyle = palette.css("path")
  context.lineWidth = WIDE
  context.stroke(along)
  const crowded = switches > width / 12
  context.lineWidth = crowded ? 1 : 2
  context.globalAlpha = crowded ? 0.5 : 1
  context.stroke(across)
  // Many that only pass by would be a curtain.
  if (!crowded) context.stroke(passing)
  context.globalAlpha = 1
  context.lineWidth = 1
}
