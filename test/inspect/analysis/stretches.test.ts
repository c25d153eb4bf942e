import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { covered, Opened } from "#src/inspect/analysis/stretches.ts"
import { random, type Random } from "../../support/random.ts"

function some(numbers: Random): { from: number; to: number }[] {
  return Array.from({ length: numbers.below(12) }, () => {
    const from = numbers.below(40)
    return { from, to: from + numbers.below(12) }
  })
}

describe("stretches of time", () => {
  random("cover each moment once, in any order", 30, (numbers: Random) => {
    const stretches = some(numbers)
    const wanted = Array.from({ length: 60 }, (_, at) => at).filter((at) => stretches.some(({ from, to }) => from <= at && at < to)).length
    assert.equal(covered(stretches), wanted)
    assert.equal(covered(stretches.toReversed()), wanted)
  })

  random("are open within another as long as each of them is, added up", 30, (numbers: Random) => {
    const stretches = some(numbers)
    const from = numbers.below(50)
    const to = from + numbers.below(20)
    const wanted = stretches.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0)
    assert.equal(new Opened(stretches).within({ from, to }), wanted)
  })

  it("are none where there are none", () => {
    assert.equal(covered([]), 0)
    assert.equal(new Opened([]).within({ from: 0, to: 9 }), 0)
  })
})
