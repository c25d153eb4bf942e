import assert from "node:assert/strict"
import { test } from "node:test"
import { WriteLimits } from "#src/io/write-limits.ts"
import { thrownBy } from "../support/record.ts"

function marks(limits: { high?: number; low?: number }): [low: number, high: number] {
  const made = new WriteLimits()
  made.set(limits)
  return [made.low, made.high]
}

test("R161: one mark alone sets the other to a quarter, or to four times; neither sets the defaults", () => {
  assert.deepEqual(marks({}), [16 * 1024, 64 * 1024])
  assert.deepEqual(marks({ high: 1024 }), [256, 1024])
  assert.deepEqual(marks({ low: 100 }), [100, 400])
  assert.deepEqual(marks({ low: 5, high: 9 }), [5, 9])
  assert.deepEqual(marks({ high: 0 }), [0, 0])
  assert.deepEqual(marks({ high: 7 }), [1, 7])
})

test("R161: marks that make no sense are refused with both, and change nothing", () => {
  const limits = new WriteLimits()
  assert.match(thrownBy(() => limits.set({ high: 5, low: 6 })).message, /low-water mark \(6\) is above the high one \(5\)/)
  assert.ok(thrownBy(() => limits.set({ high: -1 })) instanceof RangeError)
  assert.ok(thrownBy(() => limits.set({ low: -1 })) instanceof RangeError)
  assert.ok(thrownBy(() => limits.set({ high: "1" as never })) instanceof TypeError)
  assert.deepEqual([limits.low, limits.high], [16 * 1024, 64 * 1024])
})
