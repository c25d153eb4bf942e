/** A canvas that is as sharp as the screen. */

export interface Sheet {
  readonly canvas: HTMLCanvasElement
  readonly context: CanvasRenderingContext2D
  /** In CSS pixels. */
  readonly width: number
  readonly height: number
  readonly ratio: number
}

export const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif'

/** Fits the canvas to the box that it stands in; undefined while it has none. */
export function sheetOf(canvas: HTMLCanvasElement): Sheet | undefined {
  const width = canvas.clientWidth
  const height = canvas.clientHeight
  const ratio = Math.min(3, devicePixelRatio || 1)
  const context = canvas.getContext("2d")
  if (width === 0 || height === 0 || context === null) return undefined
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w) canvas.width = w
  if (canvas.height !== h) canvas.height = h
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.font = FONT
  context.textBaseline = "middle"
  return { canvas, context, width, height, ratio }
}

const widths = new Map<string, number>()

/** A text as far as there is room for it; empty if there is hardly any. */
export function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (room < 14) return ""
  let width = widths.get(text)
  if (width === undefined) {
    if (widths.size > 5000) widths.clear()
    width = context.measureText(text).width
    widths.set(text, width)
  }
  if (width <= room) return text
  // Letters differ in width: a little less than their share.
  const letters = Math.floor((text.length * (room - 9) * 0.94) / width)
  return letters < 2 ? "" : `${text.slice(0, letters).replace(/[\ud800-\udbff]$/, "")}…`
}
