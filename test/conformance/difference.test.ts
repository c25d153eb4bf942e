import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { showDifference, showEvent } from "../../conformance/difference.ts"
import type { TraceEvent } from "../../conformance/scenario.ts"

function events(...names: string[]): TraceEvent[] {
  return names.map((name, i) => [i, "t", name])
}

/** The rows without the head line: mark, left and right, with the times taken off. */
function rows(expected: readonly TraceEvent[], got: readonly TraceEvent[], at: number): string[] {
  const [, ...lines] = showDifference(expected, got, at).split("\n")
  return lines.map((line) => line.replace(/ *\d+ ms  t: /g, " ").replace(/ +/g, " ").trimEnd())
}

describe("showEvent", () => {
  it("puts an event on one line", () => {
    assert.equal(showEvent([147, "t1", "get 0", ["value", 3]]), '   147 ms  t1: get 0 -> ["value",3]')
    assert.equal(showEvent([0, "main", "start"]), "     0 ms  main: start")
  })
})

describe("showDifference", () => {
  it("puts both traces side by side and marks the line that differs", () => {
    const expected = events("a", "b", "c")
    const got: TraceEvent[] = [...events("a"), [1, "t", "longer than b"], [2, "t", "c"]]
    assert.equal(
      showDifference(expected, got, 1),
      [
        "    CPython           asyncio-ts",
        "         0 ms  t: a        0 ms  t: a",
        "  >      1 ms  t: b        1 ms  t: longer than b",
        "         2 ms  t: c        2 ms  t: c",
      ].join("\n"),
    )
  })

  it("aligns what follows an event too many", () => {
    const expected: TraceEvent[] = [[0, "t", "a"], [1, "t", "b"], [2, "t", "c"]]
    const got: TraceEvent[] = [[0, "t", "a"], [9, "t", "new"], [1, "t", "b"], [2, "t", "c"]]
    assert.deepEqual(rows(expected, got, 1), [" a a", " > new", " b b", " c c"])
  })

  it("aligns what follows a missing event, and marks later differences otherwise", () => {
    const expected: TraceEvent[] = [[0, "t", "a"], [1, "t", "gone"], [2, "t", "b"], [3, "t", "c"]]
    const got: TraceEvent[] = [[0, "t", "a"], [2, "t", "b"], [3, "t", "d"]]
    assert.deepEqual(rows(expected, got, 1), [" a a", " > gone", " b b", " | c d"])
  })

  it("says where a trace ends too early", () => {
    assert.deepEqual(rows(events("a", "b", "c"), events("a"), 1), [" a a", " > b (ends here)", " | c"])
    assert.deepEqual(rows(events("a"), events("a", "b"), 1), [" a a", " > (ends here) b"])
  })

  it("shows a few events before the difference and a few after", () => {
    const names = Array.from({ length: 40 }, (_, i) => `e${i}`)
    const other = names.map((name, i) => (i === 20 ? "other" : name))
    const shown = rows(events(...names), events(...other), 20)
    assert.equal(shown[0], " e16 e16")
    assert.equal(shown[4], " > e20 other")
    assert.equal(shown.at(-1), " e27 e27")
  })
})
