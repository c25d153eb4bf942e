import assert from "node:assert/strict"
import { test } from "node:test"
import { LimitOverrunError } from "#src/errors/stream-errors.ts"
import { LineReader } from "#src/io/files/line-reader.ts"
import { random as randomTest } from "../../support/random.ts"
import { thrownBy } from "../../support/record.ts"

/** All lines of `bytes`, given in chunks of the sizes that `size` tells. */
function linesOf(bytes: Buffer, size: () => number, limit = 1000): string[] {
  const reader = new LineReader(limit, "x")
  const found: string[] = []
  let position = 0
  let read = 0
  for (let ended = false; ; ) {
    const line = reader.find(position, ended)
    if (line !== undefined) {
      found.push(line.bytes.toString())
      position = line.next
    } else if (ended) return found
    else {
      assert.equal(reader.wanted.at, read, "it asks for what follows")
      const chunk = bytes.subarray(read, read + size())
      reader.add(chunk)
      read += chunk.length
      ended = chunk.length === 0
    }
  }
}

const cases: [string, string[]][] = [
  ["", []],
  ["\n", [""]],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\nb", ["a", "b"]],
  ["a\r\nb\r\n", ["a", "b"]],
  ["a\rb\r", ["a", "b"]],
  ["\r\n\r\n", ["", ""]],
  ["a\n\rb", ["a", "", "b"]],
  ["a\r\r\nb", ["a", "", "b"]],
  ["größe\n→ €\n😀", ["größe", "→ €", "😀"]],
]
for (const [text, expected] of cases) {
  test(`${JSON.stringify(text)} has the lines ${JSON.stringify(expected)}, however it is cut`, () => {
    for (let size = 1; size <= Buffer.byteLength(text) + 1; size += 1) assert.deepEqual(linesOf(Buffer.from(text), () => size), expected, `in chunks of ${size}`)
  })
}

randomTest("random text has the lines that splitting it gives", 300, (random) => {
  const letters = ["\n", "\r", "\r\n", "a", "é", "😀", "bcd"]
  const text = Array.from({ length: random.below(60) }, () => letters[random.below(letters.length)]).join("")
  const expected = text.split(/\r\n|\r|\n/)
  if (expected.at(-1) === "") expected.pop()
  assert.deepEqual(linesOf(Buffer.from(text), () => 1 + random.below(9)), expected)
})

test("a line over the limit is refused with the path and the place, and one at the limit is not", () => {
  assert.deepEqual(linesOf(Buffer.from("abc\nabc"), () => 2, 3), ["abc", "abc"])
  const error = thrownBy(() => linesOf(Buffer.from("a\nabcd\n"), () => 2, 3))
  assert.ok(error instanceof LimitOverrunError)
  assert.match(error.message, /a line of 'x', at byte 2, is longer than 3 bytes/)
})

test("a jump within what is known, back and forth, finds the lines there", () => {
  const reader = new LineReader(100, "x")
  reader.find(0, false)
  reader.add(Buffer.from("one\ntwo\rthree\nfour\n"))
  const at = (position: number): string | undefined => reader.find(position, false)?.bytes.toString()
  assert.deepEqual([0, 8, 4, 0, 14].map(at), ["one", "three", "two", "one", "four"])
  assert.equal(at(100), undefined)
  assert.equal(reader.wanted.at, 100)
})

test("going through a large chunk takes time in proportion to its size", () => {
  const count = (lines: number): number => {
    const reader = new LineReader(1000, "x")
    reader.find(0, false)
    reader.add(Buffer.from("a\n".repeat(lines)))
    const begun = performance.now()
    let position = 0
    for (let line = reader.find(0, false); line !== undefined; line = reader.find(position, false)) position = line.next
    return performance.now() - begun
  }
  count(1000)
  // A search for a CR through all the rest, for each line, would take a thousand times as long.
  assert.ok(count(200_000) < 10_000)
})
