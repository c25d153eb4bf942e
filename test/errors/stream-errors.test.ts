import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"

test("IncompleteReadError holds what had arrived and what was asked for", () => {
  const partial = new Uint8Array([1, 2])
  const error = new asyncio.IncompleteReadError(partial, 5)
  assert.equal(error.partial, partial)
  assert.equal(error.expected, 5)
  assert.equal(error.message, "the stream ended after 2 bytes; 5 were expected")
})

test("IncompleteReadError of a read up to a separator expects no number", () => {
  const error = new asyncio.IncompleteReadError(new Uint8Array(0))
  assert.equal(error.expected, undefined)
  assert.equal(error.message, "the stream ended after 0 bytes; more, up to the separator, were expected")
})

test("LimitOverrunError says how much may be skipped", () => {
  const error = new asyncio.LimitOverrunError("no separator in 64 bytes", 60)
  assert.deepEqual([error.message, error.consumed], ["no separator in 64 bytes", 60])
})
