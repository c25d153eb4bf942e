/**
 * Bars as pixels. A row of a million spans takes as long as one of a thousand: each column of
 * pixels is either within one span, or gets the share of its time in which code ran.
 */
import { firstFrom } from "./edges.ts"
import { isBusy, LEFT_BEHIND, LOOKS, READY } from "./looks.ts"
import type { Spans } from "./model.ts"
import { mix, type Palette } from "./palette.ts"

const FULL = 18
const THIN = 13
/** So that a moment of running among long waits is seen. */
const LEAST = 5

export interface Surface {
  readonly pixels: Uint32Array
  /** In device pixels. */
  readonly width: number
  readonly height: number
  readonly ratio: number
}

/** A bar that is wide enough for words. */
export interface Labelled {
  readonly span: number
  readonly row: number
  readonly from: number
  readonly to: number
}

export interface Stretch {
  readonly from: number
  readonly to: number
}

/**
 * Draws the spans from `low` to before `high`.
 *
 * @param middle - of the row, in device pixels
 * @param least - how many device pixels a bar needs to be worth words
 * @param label - called for each that is
 */
export function rasterRow(surface: Surface, spans: Spans, low: number, high: number, { from, to }: Stretch, middle: number, palette: Palette, faded: boolean, least: number, label: (span: number, from: number, to: number) => void): void {
  const { width, ratio } = surface
  const { look } = spans
  const colors = faded ? palette.faded : palette.looks
  const perPixel = (to - from) / width
  const pixelOf = (time: number): number => (time - from) / perPixel
  const end = Math.min(high, firstFrom(spans.from, to, low, high))
  let span = firstFrom(spans.to, from, low, end)
  let pixel = 0
  while (span < end && pixel < width) {
    const begin = pixelOf(spans.from[span])
    if (begin >= pixel + 1) pixel = Math.floor(begin)
    if (pixel >= width) break
    const until = Math.min(width, pixelOf(spans.to[span]))
    const whole = begin <= pixel ? Math.floor(until) : pixel
    if (whole > pixel) {
      bar(surface, pixel, whole, look[span], colors, middle, ratio)
      if (whole - pixel >= least) label(span, pixel, whole)
      pixel = whole
      if (until >= width) return
      if (until - whole < 0.02) span += 1
      continue
    }
    // Several in one pixel, or one that begins or ends within it.
    const edge = from + (pixel + 1) * perPixel
    const next = gallop(spans.to, edge, span, end)
    mixed(surface, spans, span, Math.min(next + 1, end), { from: edge - perPixel, to: edge }, pixel, colors, middle, ratio)
    pixel += 1
    span = next
  }
}

/** The first from `low` on that ends after `least`; most often a near one. */
function gallop(ends: Float64Array, least: number, low: number, high: number): number {
  let step = 1
  let reached = low
  while (reached < high && ends[reached] <= least) {
    low = reached + 1
    reached += step
    step *= 2
  }
  return firstAfter(ends, least, low, Math.min(reached, high))
}

function firstAfter(values: Float64Array, least: number, low: number, high: number): number {
  let [a, b] = [low, high]
  while (a < b) {
    const middle = (a + b) >>> 1
    if (values[middle] <= least) a = middle + 1
    else b = middle
  }
  return a
}

/** A column of pixels that several spans share: the longest of what waits, and on it how much code ran. */
function mixed(surface: Surface, spans: Spans, low: number, high: number, { from, to }: Stretch, pixel: number, colors: Uint32Array, middle: number, ratio: number): void {
  const { look, busy } = spans
  let ran = busy[high] - busy[low]
  if (isBusy(look[low])) ran -= Math.max(0, from - spans.from[low])
  if (isBusy(look[high - 1])) ran -= Math.max(0, spans.to[high - 1] - to)
  let longest = -1
  let most = -1
  let active = -1
  // Some of many tell what most of them are.
  const step = Math.max(1, Math.floor((high - low) / 8))
  for (let span = low; span < high; span += step) {
    const length = Math.min(to, spans.to[span]) - Math.max(from, spans.from[span])
    if (isBusy(look[span])) active = look[span]
    else if (length > most) {
      most = length
      longest = look[span]
    }
  }
  if (longest >= 0) bar(surface, pixel, pixel + 1, longest, colors, middle, ratio)
  if (ran > 0 || active >= 0) {
    const share = Math.min(1, Math.max(0, ran / (to - from)))
    // The edge of a bar is drawn as the bar or not at all: else each had a notch.
    const isEdge = high - low <= 2 && ((isBusy(look[low]) && spans.from[low] < from) || (isBusy(look[high - 1]) && spans.to[high - 1] > to))
    const part = isEdge ? Math.round(share) : share
    if (part === 0 && isEdge) return
    const height = Math.max(LEAST, FULL * part) * ratio
    column(surface, pixel, pixel + 1, middle - height / 2, middle + height / 2, colors[active >= 0 ? active : 1])
  }
}

function bar(surface: Surface, from: number, to: number, look: number, colors: Uint32Array, middle: number, ratio: number): void {
  const { shape } = LOOKS[look]
  const half = ((shape === "full" ? FULL : THIN) / 2) * ratio
  if (shape === "striped" || look === LEFT_BEHIND) stripes(surface, from, to, middle - half, middle + half, colors[look], look === READY ? 3 : 2, ratio)
  else column(surface, from, to, middle - half, middle + half, colors[look])
}

function column({ pixels, width, height }: Surface, from: number, to: number, top: number, bottom: number, color: number): void {
  const last = Math.min(height, Math.round(bottom))
  for (let y = Math.max(0, Math.round(top)); y < last; y += 1) pixels.fill(color, y * width + from, y * width + to)
}

function stripes({ pixels, width, height }: Surface, from: number, to: number, top: number, bottom: number, color: number, on: number, ratio: number): void {
  const light = mix(color, pixels[0], 0.55)
  const period = 5 * ratio
  const last = Math.min(height, Math.round(bottom))
  for (let y = Math.max(0, Math.round(top)); y < last; y += 1) {
    const line = y * width
    for (let x = from; x < to; x += 1) pixels[line + x] = (x + y) % period < on * ratio ? color : light
  }
}
