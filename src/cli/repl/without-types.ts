import * as nodeModule from "node:module"

/** There is more to come, such as a closing bracket. */
export const incomplete: unique symbol = Symbol("incomplete")

const ENDS_TOO_SOON = /got '<eof>'|^Unexpected eof|^Unexpected token `<eof>`|^Unterminated (?:template|block comment)/
const EXPECTS_MORE = /^(?:Expression expected|Expected ident)/
/** Of what may come next an expression and a name: each is none of the other's in some place. */
const NEXT = ["0", "x"]

/**
 * `typed` with spaces for its types; as it is where Node cannot take them off.
 *
 * @throws SyntaxError if it is neither TypeScript nor JavaScript, or TypeScript that is more than types
 */
export function withoutTypes(typed: string): string | typeof incomplete {
  const { stripTypeScriptTypes } = nodeModule as { stripTypeScriptTypes?: typeof nodeModule.stripTypeScriptTypes } // older versions of Node have none
  if (stripTypeScriptTypes === undefined) return typed
  const strip = (text: string): string => stripTypeScriptTypes(text)
  try {
    return strip(typed)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (ENDS_TOO_SOON.test(error.message) || (EXPECTS_MORE.test(error.message) && isMended(strip, typed))) return incomplete
    throw new SyntaxError(error.message)
  }
}

/** Whether an expression at the end is all that it lacks, or brings it to where it ends too soon. */
function isMended(strip: (text: string) => string, typed: string): boolean {
  return NEXT.some((next) => {
    try {
      strip(`${typed}\n${next}`)
      return true
    } catch (error) {
      return error instanceof Error && ENDS_TOO_SOON.test(error.message)
    }
  })
}
