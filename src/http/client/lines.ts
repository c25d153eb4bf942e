import { DecodingError, type FailedRequest } from "./errors.ts"

/** How lines are read. */
export interface LinesOptions {
  /** The longest line in characters; by default a million. */
  readonly limit?: number | undefined
}

const BYTE_ORDER_MARK = "\ufeff"

/**
 * Lines of text in pieces of bytes. They end in a line feed, a carriage return or both.
 *
 * @param decoder - that leaves a byte order mark (`ignoreBOM`): Node's own way with it takes some
 * away that stand further on, where the first character came in two pieces
 */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  decoder: TextDecoder,
  request: FailedRequest,
  { limit = 1_000_000 }: LinesOptions,
): AsyncGenerator<string, void, undefined> {
  const parts: string[] = []
  let length = 0
  let endsInReturn = false
  let begun = false
  for await (const piece of pieces) {
    let text = decoder.decode(piece, { stream: true })
    if (text === "") continue
    if (!begun && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1)
    begun = true
    // The line feed of a pair that was cut in two.
    if (endsInReturn && text.startsWith("\n")) text = text.slice(1)
    endsInReturn = text === "" ? false : text.endsWith("\r")
    const found = text.split(/\r\n|\n|\r/)
    const last = found.pop() ?? ""
    for (const line of found) {
      if (length + line.length > limit) throw tooLong(limit, request)
      yield parts.join("") + line
      parts.length = 0
      length = 0
    }
    if (last !== "") parts.push(last)
    length += last.length
    if (length > limit) throw tooLong(limit, request)
  }
  const rest = parts.join("") + decoder.decode()
  // A character that was cut off stands for one more.
  if (rest.length > limit) throw tooLong(limit, request)
  if (rest !== "") yield rest
}

function tooLong(limit: number, request: FailedRequest): DecodingError {
  return new DecodingError(`a line of the body is longer than ${limit} characters; give a limit`, { request })
}
