/** Round times along what is seen. */
import { scaleLinear } from "d3-scale"
import type { Sheet } from "./canvas.ts"
import type { Palette } from "./palette.ts"
import type { View } from "./view.ts"
import { instant } from "./words.ts"

const ROOM = 110

export function ticksOf(view: View): { readonly times: number[]; readonly step: number } {
  const times = scaleLinear([view.from, view.to], [0, view.width]).ticks(Math.max(2, Math.floor(view.width / ROOM)))
  return { times, step: times.length > 1 ? times[1] - times[0] : view.to - view.from }
}

export function paintRuler({ context, width, height }: Sheet, view: View, palette: Palette): void {
  context.fillStyle = palette.css("raised")
  context.fillRect(0, 0, width, height)
  const { times, step } = ticksOf(view)
  context.font = context.font.replace(/^\d+px/, "11px")
  context.textAlign = "left"
  for (const time of times) {
    const x = Math.round(view.x(time)) + 0.5
    context.strokeStyle = palette.css("line")
    context.beginPath()
    context.moveTo(x, height - 8)
    context.lineTo(x, height)
    context.stroke()
    context.fillStyle = palette.css("quiet")
    const label = instant(time, step)
    const size = context.measureText(label).width
    // One that would be cut off by the edge says less than none.
    if (x + 4 + size <= width) context.fillText(label, x + 4, height / 2)
  }
  if (view.band !== undefined) {
    const [a, b] = view.band
    context.fillStyle = palette.css("accent")
    context.fillRect(Math.min(a, b), height - 3, Math.abs(b - a), 3)
  }
}
