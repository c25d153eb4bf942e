/** A place in the words of a notebook, whose cells have no names. */
import type { LinePlace } from "../core/place-of-line.ts"
import { Paths } from "../inspect/snapshot/words.ts"

const CELL = "<anonymous>"
const paths = new Paths("")

/**
 * Such as `line 3 of a cell`, or `shop/client.ts:12`. The kernel runs a cell without its types,
 * comments and empty lines, and counts what is left.
 */
export function placed(place: LinePlace): string {
  if (place.file !== CELL) return paths.of(place)
  return place.of === "code" ? "a function of a cell" : `line ${place.line} of a cell's code`
}
