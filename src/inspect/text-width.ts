/**
 * How many columns of a terminal a text takes, and fitting it into a number of them.
 */

// Control characters would move the cursor, or change the colours, of whoever looks.
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const INVISIBLE = /\p{M}/u
/** East Asian letters and pictures, which take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u

/** Most texts are of such characters, which take a column each: a look at each alone is what a tree of ten thousand tasks spends its time on. */
const NARROW = /^[ -~…\u2500-\u257f]*$/

export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOfCharacter(character)
  return width
}

/** Text for one line of a terminal: without anything that is not to be seen. */
export function printable(text: string): string {
  return NARROW.test(text) ? text : text.toWellFormed().replace(CONTROL, " ")
}

/** `text` in exactly `width` columns: padded at its end, or cut there with an ellipsis. */
export function fit(text: string, width: number): string {
  const whole = widthOf(text)
  if (whole <= width) return text + " ".repeat(width - whole)
  let kept = ""
  let left = width - 1
  for (const character of text) {
    left -= widthOfCharacter(character)
    if (left < 0) break
    kept += character
  }
  if (width < 1) return ""
  return `${kept}…${" ".repeat(Math.max(0, width - 1 - widthOf(kept)))}`
}

/** As `fit`, but cut at the beginning. */
export function fitEnd(text: string, width: number): string {
  if (widthOf(text) <= width || width < 1) return fit(text, width)
  let kept = ""
  let left = width - 1
  for (const character of Array.from(text).reverse()) {
    left -= widthOfCharacter(character)
    if (left < 0) break
    kept = character + kept
  }
  return fit(`…${kept}`, width)
}

function widthOfCharacter(character: string): number {
  if (WIDE.test(character)) return 2
  return INVISIBLE.test(character) ? 0 : 1
}
