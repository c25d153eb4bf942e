import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { Comparison, EVENTS_AFTER, sameEvent } from "../../conformance/comparison.ts"
import type { TraceEvent } from "../../conformance/scenario.ts"

const START: TraceEvent = [0, "main", "start"]
const SLEEP: TraceEvent = [5, "main", "sleep 5"]
const END: TraceEvent = [5, "main", "end", ["value", null]]

describe("sameEvent", () => {
  it("looks at time, label, operation and outcome", () => {
    assert.equal(sameEvent(END, [5, "main", "end", ["value", null]]), true)
    assert.equal(sameEvent(END, [6, "main", "end", ["value", null]]), false)
    assert.equal(sameEvent(END, [5, "t1", "end", ["value", null]]), false)
    assert.equal(sameEvent(END, [5, "main", "start", ["value", null]]), false)
    assert.equal(sameEvent(END, [5, "main", "end", ["value", 0]]), false)
    assert.equal(sameEvent(END, [5, "main", "end"]), false)
    assert.equal(sameEvent(undefined, END), false)
  })

  it("looks into nested outcomes", () => {
    const nested = (code: number): TraceEvent => [0, "t1", "wait", ["value", ["t1"], [["UserError", code]]]]
    assert.equal(sameEvent(nested(1), nested(1)), true)
    assert.equal(sameEvent(nested(1), nested(2)), false)
    assert.equal(sameEvent([0, "a", "b", ["value", []]], [0, "a", "b", ["value", [1]]]), false)
    assert.equal(sameEvent([0, "a", "b", ["value", []]], [0, "a", "b", ["value", null]]), false)
  })

  it("takes no outcome for none, but not for an outcome of nothing", () => {
    assert.equal(sameEvent(START, [0, "main", "start"]), true)
    assert.equal(sameEvent(START, [0, "main", "start", ["none"]]), false)
  })
})

describe("Comparison", () => {
  it("is complete once every event came", () => {
    const comparison = new Comparison([START, SLEEP])
    assert.equal(comparison.add([0, "main", "start"]), true)
    assert.equal(comparison.complete, false)
    assert.equal(comparison.add([5, "main", "sleep 5"]), true)
    assert.equal(comparison.complete, true)
    assert.equal(comparison.same, 2)
  })

  it("is not complete when an event too many comes", () => {
    const comparison = new Comparison([START])
    comparison.add(START)
    comparison.add(SLEEP)
    assert.equal(comparison.complete, false)
    assert.equal(comparison.same, 1)
    assert.deepEqual(comparison.got, [START, SLEEP])
  })

  it("does not listen to what comes after the end", () => {
    const comparison = new Comparison([START])
    comparison.add(START)
    comparison.end()
    assert.equal(comparison.add(SLEEP), true)
    assert.equal(comparison.complete, true)
  })

  it("keeps the first difference, even when later events agree again", () => {
    const comparison = new Comparison([START, SLEEP, END])
    const wrong: TraceEvent = [4, "main", "sleep 4"]
    comparison.add(START)
    comparison.add(wrong)
    comparison.add(SLEEP)
    assert.equal(comparison.same, 1)
    assert.deepEqual(comparison.got, [START, wrong, SLEEP])
  })

  it("has had enough a few events after the difference", () => {
    const comparison = new Comparison([])
    for (let i = 0; i < EVENTS_AFTER; i++) assert.equal(comparison.add(START), true)
    assert.equal(comparison.add(START), false)
  })
})
