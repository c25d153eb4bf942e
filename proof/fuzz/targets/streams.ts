/**
 * Bytes that come in pieces: the same bytes give the same result, however they are cut.
 */
import { deepEqual, equal, ok } from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { LineReader } from "#src/io/files/line-reader.ts"
import { linesOf } from "#src/http/client/lines.ts"
import { DecodingError } from "#src/http/client/errors.ts"
import { expected, piecesOf, type Target } from "../target.ts"

const LIMIT = 64
/** Of one who reads: the rest of its bytes are what comes. */
const HEAD = 8
const NO_REQUEST = { method: "GET", url: new URL("http://127.0.0.1/") }

/** Reads as the head says, until the end, and writes down what came. */
async function readAll(head: Buffer, pieces: readonly Buffer[]): Promise<string[]> {
  const reader = new asyncio.StreamReader({ limit: LIMIT })
  const told: string[] = []
  const separators = ["\n", "\r\n", "ab", ["\r\n", "\n", "\0"], "aab"] as const
  const feeder = asyncio.createTask(async () => {
    for (const piece of pieces) {
      reader.feedData(piece)
      await asyncio.sleep(0)
    }
    reader.feedEof()
  })
  for (let turn = 0; turn < 200 && !(reader.atEof() && feeder.done()); turn += 1) {
    const how = head[turn % head.length] ?? 0
    try {
      const read = how % 4 === 0 ? reader.readLine() : how % 4 === 1 ? reader.readExactly(how >> 2) : reader.readUntil(separators[(how >> 2) % separators.length])
      told.push(`${how}: ${(await read).toString("latin1")}`)
    } catch (error) {
      told.push(`${how}: ${expected(error, [asyncio.LimitOverrunError, asyncio.IncompleteReadError]).name}`)
      if (error instanceof asyncio.LimitOverrunError) {
        // What stays is read, as one that has met it would; what is dropped depends on what has come.
        await feeder
        told.push(`rest ${(await reader.read()).length > 0}`)
        break
      }
    }
  }
  await feeder
  return told
}

export const streamReader: Target = {
  name: "stream-reader",
  sources: ["src/io/stream-reader.ts", "src/io/read-operations.ts", "src/io/byte-buffer.ts"],
  tokens: ["\n", "\r\n", "\r", "ab", "a", "aab", "\0", "x".repeat(LIMIT), "x".repeat(LIMIT - 1), "\x00\x04\x08\x02\x06"],
  samples: ["\0\0\0\0\0\0\0\0one\ntwo\n\nthree", "\x05\x09\x02\x06\x0a\x0e\x12\x01abaabab\r\nxx\0yy\n", `\0\0\0\0\0\0\0\0${"x".repeat(LIMIT + 1)}\ny\n`],
  async try(input, cuts) {
    const head = input.subarray(0, HEAD)
    const rest = input.subarray(HEAD)
    // Beyond the limit what is thrown depends on what has come, as with CPython; the rest must not.
    const long = rest.length > LIMIT
    const [whole, cut] = await asyncio.run(async () => [await readAll(head, [rest]), await readAll(head, piecesOf(rest, cuts))] as const)
    if (!long) deepEqual(cut, whole)
    const text = whole.map((line) => line.replace(/^\d+: /, ""))
    if (!long && !text.some((line) => /Error$/.test(line))) equal(text.join(""), rest.toString("latin1").slice(0, text.join("").length))
  },
}

export const fileLines: Target = {
  name: "file-lines",
  sources: ["src/io/files/line-reader.ts"],
  tokens: ["\n", "\r\n", "\r", "a", "é", "x".repeat(LIMIT), "x".repeat(LIMIT - 1), "\x85", "\u2028"],
  samples: ["one\ntwo\r\nthree\rfour", "\r\n\r\r\n\n", "x".repeat(LIMIT + 1)],
  try(input, cuts) {
    const lines = (pieces: readonly Buffer[]): string[] => {
      const reader = new LineReader(LIMIT, "file")
      const found: string[] = []
      const left = [...pieces.filter(({ length }) => length > 0)]
      for (let position = 0; ; ) {
        try {
          const line = reader.find(position, left.length === 0)
          if (line !== undefined) {
            found.push(line.bytes.toString("latin1"))
            ok(line.next > position, "it goes on")
            position = line.next
            continue
          }
        } catch (error) {
          found.push(expected(error, [asyncio.LimitOverrunError]).name)
          return found
        }
        const piece = left.shift()
        if (piece === undefined) return found
        reader.add(piece)
      }
    }
    const wanted: string[] = []
    const text = input.toString("latin1").split(/\r\n|\r|\n/)
    if (text.at(-1) === "") text.pop()
    for (const line of text) {
      wanted.push(line.length > LIMIT ? "LimitOverrunError" : line)
      if (line.length > LIMIT) break
    }
    deepEqual(lines([input]), wanted)
    deepEqual(lines(piecesOf(input, cuts)), wanted)
  },
}

export const responseLines: Target = {
  name: "response-lines",
  sources: ["src/http/client/lines.ts"],
  tokens: ["\n", "\r\n", "\r", "a", "é", "€", "😀", "\ufeff", new Uint8Array([0xe2, 0x82]), new Uint8Array([0xff]), "x".repeat(LIMIT)],
  samples: ["one\ntwo\r\nthree\rfour", "\ufeff\r\n\r\r\n\n€", "x".repeat(LIMIT + 1), new Uint8Array([0x61, 0x0d, 0xe2, 0x82])],
  async try(input, cuts) {
    const lines = async (pieces: readonly Buffer[]): Promise<string[]> => {
      const found: string[] = []
      const source = (async function* () {
        yield* pieces
      })()
      try {
        for await (const line of linesOf(source, new TextDecoder("utf-8", { ignoreBOM: true }), NO_REQUEST, { limit: LIMIT })) found.push(line)
      } catch (error) {
        found.push(expected(error, [DecodingError]).name)
      }
      return found
    }
    const text = new TextDecoder().decode(input).split(/\r\n|\r|\n/)
    if (text.at(-1) === "") text.pop()
    const tooLong = text.findIndex((line) => line.length > LIMIT)
    const wanted = tooLong === -1 ? text : [...text.slice(0, tooLong), "DecodingError"]
    deepEqual(await lines(piecesOf(input, cuts)), wanted)
    deepEqual(await lines([input]), wanted)
  },
}
