/** The strip above everything: what all tasks did, how busy the loops were, and which part is seen below. */
import { area, curveStepAfter, stack } from "d3-shape"
import type { Sheet } from "./canvas.ts"
import type { Load } from "./load.ts"
import { LEFT_BEHIND, LOOKS, READY, RUNNING, WAITS } from "./looks.ts"
import type { Palette } from "./palette.ts"
import type { View } from "./view.ts"

/** From the bottom up. */
const LAYERS = [RUNNING, READY, ...WAITS, LEFT_BEHIND]
const BUSY = 12

/** What stays while the window moves. */
let ground: { readonly canvas: OffscreenCanvas; readonly palette: Palette } | undefined

export function paintOverview(sheet: Sheet, view: View, load: Load, palette: Palette): void {
  const { context, width, height, canvas } = sheet
  if (ground?.palette !== palette || ground.canvas.width !== canvas.width || ground.canvas.height !== canvas.height) {
    const drawn = new OffscreenCanvas(canvas.width, canvas.height)
    const onto = drawn.getContext("2d")
    if (onto === null) return
    onto.scale(canvas.width / width, canvas.height / height)
    paintLoad(onto, width, height, load, palette)
    ground = { canvas: drawn, palette }
  }
  context.drawImage(ground.canvas, 0, 0, width, height)
  paintWindow(sheet, view, palette)
}

function paintLoad(context: OffscreenCanvasRenderingContext2D, width: number, height: number, load: Load, palette: Palette): void {
  context.fillStyle = palette.css("raised")
  context.fillRect(0, 0, width, height)
  const room = height - BUSY - 6
  const x = (bucket: number): number => (bucket / load.buckets) * width
  const y = (tasks: number): number => 3 + room * (1 - (load.most > 0 ? tasks / load.most : 0))
  const layers = stack<number, number>().keys(LAYERS).value((bucket, look) => load.tasks[look][Math.min(bucket, load.buckets - 1)])(Array.from({ length: load.buckets + 1 }, (_, bucket) => bucket))
  for (const layer of layers) {
    context.fillStyle = palette.css(LOOKS[layer.key].color)
    context.beginPath()
    area<(typeof layer)[number]>().x((_, bucket) => x(bucket)).y0(([low]) => y(low)).y1(([, high]) => y(high)).curve(curveStepAfter).context(context as unknown as CanvasRenderingContext2D)(layer) // draws paths, which both can
    context.fill()
  }
  context.fillStyle = palette.css("track")
  context.fillRect(0, height - BUSY, width, BUSY)
  for (const [part, color] of [[load.busy, "running"], [load.blocked, "blocked"]] as const) {
    context.fillStyle = palette.css(color)
    for (let bucket = 0; bucket < load.buckets; bucket += 1) {
      const tall = part[bucket] * BUSY
      if (tall > 0.05) context.fillRect(x(bucket), height - Math.max(1, tall), width / load.buckets + 0.3, Math.max(1, tall))
    }
  }
}

/** What is not seen below is dimmed. */
function paintWindow({ context, width, height }: Sheet, view: View, palette: Palette): void {
  const { length } = view.model
  const from = (view.from / length) * width
  const to = Math.max(from + 2, (view.to / length) * width)
  context.globalAlpha = 0.72
  context.fillStyle = palette.css("raised")
  context.fillRect(0, 0, from, height)
  context.fillRect(to, 0, width - to, height)
  context.globalAlpha = 1
  context.strokeStyle = palette.css("accent")
  context.lineWidth = 2
  context.strokeRect(from + 1, 1, Math.max(1, to - from - 2), height - 2)
  context.lineWidth = 1
}
