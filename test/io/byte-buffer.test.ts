import assert from "node:assert/strict"
import { test } from "node:test"
import { ByteBuffer } from "#src/io/byte-buffer.ts"
import { random } from "../support/random.ts"

// The definition: one string, of which the beginning is taken away.
random("gives what was added, in order, and finds what is there, as one string does", 50, (random) => {
  const bytes = new ByteBuffer()
  const given: [Buffer, string][] = []
  let text = ""
  for (let i = 0; i < 300; i += 1) {
    const added = "abc;".repeat(random.below(20)).slice(random.below(5))
    bytes.add(Buffer.from(added))
    text += added
    const from = random.below(10)
    const separator = random.pick([";", "c;", "ca", "zz"])
    assert.equal(bytes.indexOf(Buffer.from(separator), from), text.indexOf(separator, from))
    const count = random.chance(5) ? Infinity : random.below(60)
    const taken = bytes.take(count)
    const expected = text.slice(0, count)
    text = text.slice(expected.length)
    assert.equal(String(taken), expected)
    given.push([taken, expected])
    assert.equal(bytes.size, text.length)
  }
  for (const [buffer, expected] of given) assert.equal(String(buffer), expected, "what was given out has not changed")
})

test("a Uint8Array that is no Buffer comes out as one, with the same bytes", () => {
  const bytes = new ByteBuffer()
  bytes.add(new Uint8Array([9, 1, 2, 9]).subarray(1, 3))
  const taken = bytes.take(5)
  assert.ok(Buffer.isBuffer(taken))
  assert.deepEqual([...taken], [1, 2])
})

test("clear forgets everything", () => {
  const bytes = new ByteBuffer()
  bytes.add(Buffer.from("abc"))
  bytes.clear()
  assert.equal(bytes.size, 0)
  assert.equal(String(bytes.take(3)), "")
})
