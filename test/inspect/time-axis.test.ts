import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { duration, ticks } from "#src/inspect/time-axis.ts"

function labels(length: number, most: number): string[] {
  return ticks(length, most).map(({ label }) => label)
}

describe("ticks", () => {
  it("stand at round figures, in the unit that suits", () => {
    assert.deepEqual(labels(10, 6), ["0 s", "2", "4", "6", "8", "10"])
    assert.deepEqual(labels(1.3, 4), ["0 s", "0.5", "1.0"])
    assert.deepEqual(labels(0.7, 8), ["0 ms", "100", "200", "300", "400", "500", "600", "700"])
    assert.deepEqual(labels(0.0023, 4), ["0 ms", "1", "2"])
    assert.deepEqual(labels(0.000_05, 3), ["0 µs", "50"])
    assert.deepEqual(labels(7200, 4), ["0 s", "5000"])
    assert.deepEqual(ticks(0.3, 4).map(({ at }) => at), [0, 0.1, 0.2, 0.1 * 3])
  })

  it("are never more than asked for, and never one label twice", () => {
    for (let length = 1e-6; length < 1e6; length *= 1.37) {
      for (const most of [2, 3, 5, 10, 20]) {
        const marks = ticks(length, most)
        const message = `${length} s, ${most}: ${JSON.stringify(marks)}`
        assert.ok(marks.length <= most, message)
        assert.equal(new Set(marks.map(({ label }) => label)).size, marks.length, message)
        assert.ok(marks.every(({ at }) => at <= length * 1.000_001), message)
      }
    }
  })

  it("are one, where no time passes", () => {
    assert.deepEqual(ticks(0, 5), [{ at: 0, label: "0 s" }])
  })
})

describe("duration", () => {
  it("has two or three figures", () => {
    const texts = [0, 0.000_000_5, 0.000_08, 0.000_951, 0.001_4, 0.009_9, 0.014, 0.0996, 0.1, 0.523, 9.99, 12.34, 99.9, 100, 3600]
    assert.deepEqual(texts.map(duration), [
      "0 µs",
      "1 µs",
      "80 µs",
      "1.0 ms",
      "1.4 ms",
      "9.9 ms",
      "14 ms",
      "100 ms",
      "0.10 s",
      "0.52 s",
      "9.99 s",
      "12.3 s",
      "99.9 s",
      "100 s",
      "3600 s",
    ])
  })
})
