/** The colours of the style sheet, for canvases. */
import { LOOKS } from "./looks.ts"

export interface Palette {
  readonly dark: boolean
  /** By name, as CSS writes it. */
  css(name: string): string
  /** By the number of a look, as a pixel. */
  readonly looks: Uint32Array
  /** The same, half as strong. */
  readonly faded: Uint32Array
  pixel(name: string): number
}

/** @param root - has the colours as custom properties */
export function paletteOf(root: Element, dark: boolean): Palette {
  const style = getComputedStyle(root)
  const known = new Map<string, string>()
  const css = (name: string): string => {
    const found = known.get(name) ?? style.getPropertyValue(`--${name}`).trim()
    known.set(name, found)
    return found
  }
  const pixel = (name: string): number => pixelOf(css(name))
  const ground = pixel("ground")
  const looks = Uint32Array.from(LOOKS, ({ color }) => pixel(color))
  return { dark, css, pixel, looks, faded: looks.map((color) => mix(color, ground, 0.6)) }
}

/** From `#rrggbb` to what a canvas holds. */
function pixelOf(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16)
  return ((0xff << 24) | ((value & 0xff) << 16) | (value & 0xff00) | (value >>> 16)) >>> 0
}

/** Two colours as one, of which `part` is the second. */
export function mix(a: number, b: number, part: number): number {
  let mixed = 0
  for (let shift = 0; shift < 24; shift += 8) {
    const [one, other] = [(a >>> shift) & 0xff, (b >>> shift) & 0xff]
    mixed |= Math.round(one + (other - one) * part) << shift
  }
  return (mixed | (0xff << 24)) >>> 0
}
