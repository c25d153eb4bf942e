/**
 * Text and figures as an SVG document has them.
 */
import { printable } from "./text-width.ts"

/** From seconds to pixels. */
export interface PixelScale {
  x(time: number): number
}

/** XML knows no way to write these, and a name with one of them would be the end of the picture. */
const NO_XML = /[\ufffe\uffff]/g

/** Text between tags, or in quotes; XML knows no way to write control characters and halves of others either. */
export function escape(text: string): string {
  return printable(text).replace(NO_XML, "\ufffd").replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** At most so many letters from the beginning, and an ellipsis where there are more; not half of one. */
export function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1).replace(/[\ud800-\udbff]$/, "")}…`
}

/** As `cut`, but from the end. */
export function cutBeginning(text: string, letters: number): string {
  return text.length <= letters ? text : `…${text.slice(1 - letters).replace(/^[\udc00-\udfff]/, "")}`
}

/** Pixels with as many digits as can be seen. */
export function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
