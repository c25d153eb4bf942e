import assert from "node:assert/strict"
import { test } from "node:test"
import { LostErrors, reportLost, retrieved } from "#src/core/lost-errors.ts"

test("a failure is lost after its patience, and not before whoever is told of it has had a turn", () => {
  let reports = 0
  const failed = { [retrieved]: false, [reportLost]: () => void (reports += 1) }
  const lost = new LostErrors()
  lost.add(failed, 10, 7)
  assert.equal(lost.check(10.4, Infinity), 10.5)
  // An iteration with many handles may take longer than all patience.
  lost.check(12, 7)
  lost.check(13, 9)
  assert.equal(reports, 0)
  lost.check(13, 10)
  assert.equal(reports, 1)
  lost.add(failed, 20, 30)
  assert.equal(lost.check(20.5, Infinity), Infinity)
  assert.equal(reports, 2)
})
