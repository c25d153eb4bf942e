/** Draws the rows that are seen. */
import { paintArrows } from "./arrows.ts"
import { fitted, type Sheet } from "./canvas.ts"
import { firstFrom } from "./edges.ts"
import { paintPath, type PathLine } from "./critical-path.ts"
import { endOf, spanLabel } from "./describe.ts"
import { BLOCKED, COLLECTION, isBusy, LEFT_BEHIND, STARTING } from "./looks.ts"
import { LOOP, PAUSES, POOL } from "./model.ts"
import type { Palette } from "./palette.ts"
import { rasterRow, type Labelled, type Surface } from "./raster.ts"
import { ticksOf } from "./ruler.ts"
import { ROW, type View } from "./view.ts"

/** A bar has room for words from here on. */
const WORDS = 34
/** Narrower veils would be a haze. */
const LEAST_VEIL = 3

let picture: ImageData | undefined

export function paintPlot(sheet: Sheet, view: View, palette: Palette, path: PathLine | undefined): void {
  const { context, canvas, ratio } = sheet
  if (picture?.width !== canvas.width || picture.height !== canvas.height) picture = context.createImageData(canvas.width, canvas.height)
  const surface: Surface = { pixels: new Uint32Array(picture.data.buffer), width: canvas.width, height: canvas.height, ratio }
  paintGround(surface, view, palette)
  const labels: Labelled[] = []
  const { spans } = view.model
  const first = Math.floor(view.top / ROW)
  const last = Math.min(view.shown.length, Math.ceil((view.top + view.height) / ROW))
  for (let at = first; at < last; at += 1) {
    const row = view.shown[at]
    const middle = (at * ROW - view.top + ROW / 2) * ratio
    const faded = view.matches !== undefined && !view.matches.inRow.has(row)
    rasterRow(surface, spans, spans.first[row], spans.first[row + 1], view, Math.round(middle), palette, faded, WORDS * ratio, (span, from, to) =>
      labels.push({ span, row, from: from / ratio, to: to / ratio }),
    )
  }
  context.putImageData(picture, 0, 0)
  paintPauses(sheet, view, palette)
  paintBand(sheet, view, palette)
  paintWords(sheet, view, labels, palette)
  if (view.arrows) paintArrows(sheet, view, palette)
  if (view.path && path !== undefined) paintPath(sheet, view, path, palette)
  paintEnds(sheet, view, palette)
  paintOutlines(sheet, view, palette)
}

function paintGround({ pixels, width, height, ratio }: Surface, view: View, palette: Palette): void {
  pixels.fill(palette.pixel("ground"))
  const { kind } = view.model.rows
  const fill = (row: number | undefined, color: number): void => {
    if (row === undefined) return
    const top = Math.round((view.indexOf(row) * ROW - view.top) * ratio)
    const from = Math.max(0, Math.min(height, top))
    const to = Math.max(0, Math.min(height, top + Math.round(ROW * ratio)))
    pixels.fill(color, from * width, to * width)
  }
  const [stripe, group] = [palette.pixel("stripe"), palette.pixel("group")]
  const first = Math.floor(view.top / ROW)
  for (let at = first; at <= (view.top + view.height) / ROW && at < view.shown.length; at += 1) {
    const row = view.shown[at]
    if (kind[row] === LOOP || kind[row] === POOL) fill(row, group)
    else if (at % 2 === 1) fill(row, stripe)
  }
  if (view.mark !== undefined) {
    const [from, to] = [view.x(view.mark.from), view.x(view.mark.to)].map((x) => Math.max(0, Math.min(width, Math.round(x * ratio))))
    const marked = palette.pixel("marked")
    for (let line = 0; line < pixels.length; line += width) pixels.fill(marked, line + from, line + Math.max(from + 1, to))
  }
  fill(view.hovered?.row, palette.pixel("hover"))
  fill(view.selection?.row, palette.pixel("chosen"))
  const grid = palette.pixel("grid")
  for (const time of ticksOf(view).times) {
    const x = Math.round(view.x(time) * ratio)
    if (x < 0 || x >= width) continue
    for (let at = x; at < pixels.length; at += width) pixels[at] = grid
  }
}

/** While the thread stood still nothing of it could run: a veil over all rows. */
function paintPauses({ context, height }: Sheet, view: View, palette: Palette): void {
  const { rows, spans } = view.model
  for (let row = 0; row < rows.kind.length && rows.kind[row] === PAUSES; row += 1) {
    context.fillStyle = palette.css(rows.ref[row] === BLOCKED ? "blocked-veil" : "collection-veil")
    const end = firstFrom(spans.from, view.to, spans.first[row], spans.first[row + 1])
    for (let span = firstFrom(spans.to, view.from, spans.first[row], end); span < end; span += 1) {
      const x = view.x(spans.from[span])
      const wide = view.x(spans.to[span]) - x
      if (wide >= LEAST_VEIL) context.fillRect(x, 0, wide, height)
    }
  }
}

/** The stretch that is being dragged over. */
function paintBand({ context, height }: Sheet, { band }: View, palette: Palette): void {
  if (band === undefined) return
  context.fillStyle = palette.css("band")
  context.fillRect(Math.min(...band), 0, Math.abs(band[1] - band[0]), height)
}

function paintWords({ context }: Sheet, view: View, labels: readonly Labelled[], palette: Palette): void {
  const { model } = view
  context.textAlign = "left"
  for (const { span, row, from, to } of labels) {
    const left = Math.max(0, from) + 5
    const text = fitted(context, spanLabel(model, row, span), to - left - 3)
    if (text === "") continue
    const look = model.spans.look[span]
    const faded = view.matches !== undefined && !view.matches.inRow.has(row)
    context.fillStyle = palette.css(faded || look === STARTING || look === LEFT_BEHIND ? "text" : look === BLOCKED || look === COLLECTION ? `on-${look === BLOCKED ? "blocked" : "collection"}` : isBusy(look) ? "on-running" : "on-wait")
    context.fillText(text, left, view.y(row) + ROW / 2 + 0.5)
  }
}

/** How tasks ended, where that is not by returning. */
function paintEnds({ context }: Sheet, view: View, palette: Palette): void {
  const { rows } = view.model
  const first = Math.floor(view.top / ROW)
  for (let at = first; at <= (view.top + view.height) / ROW && at < view.shown.length; at += 1) {
    const row = view.shown[at]
    const how = endOf(view.model, row)
    if (how !== "failed" && how !== "cancelled") continue
    const x = view.x(rows.to[row])
    if (x < -8 || x > view.width + 8) continue
    const y = at * ROW - view.top + ROW / 2
    context.fillStyle = context.strokeStyle = palette.css(how === "failed" ? "failed" : "cancel")
    context.lineWidth = 2
    context.beginPath()
    context.arc(x, y, 5, 0, 7)
    if (how === "failed") context.fill()
    else {
      context.fillStyle = palette.css("ground")
      context.fill()
      context.stroke()
    }
    context.lineWidth = 1
  }
}

function paintOutlines({ context }: Sheet, view: View, palette: Palette): void {
  const { spans } = view.model
  const outline = (row: number, span: number, color: string, wide: number): void => {
    if (span < 0) return
    const y = view.y(row)
    const from = Math.max(-4, view.x(spans.from[span]))
    const to = Math.min(view.width + 4, view.x(spans.to[span]))
    if (to < 0 || from > view.width) return
    context.strokeStyle = palette.css(color)
    context.lineWidth = wide
    context.strokeRect(from - 1, y + 2, Math.max(3, to - from + 2), ROW - 4)
    context.lineWidth = 1
  }
  if (view.matches !== undefined && view.matches.rows.length < 20_000) {
    const { rows, spans: found } = view.matches
    const [top, bottom] = [view.rowAt(0) ?? 0, view.rowAt(view.height) ?? Infinity]
    for (let n = 0; n < rows.length; n += 1) if (rows[n] >= top && rows[n] <= bottom && found[n] >= 0) outline(rows[n], found[n], "found", 1.5)
  }
  if (view.hovered !== undefined && view.hovered.span !== view.selection?.span) outline(view.hovered.row, view.hovered.span, "quiet", 1)
  if (view.selection !== undefined) outline(view.selection.row, view.selection.span, "text", 2)
}
