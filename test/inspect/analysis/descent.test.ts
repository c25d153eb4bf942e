import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { Descent } from "#src/inspect/analysis/descent.ts"
import type { RecordedTask } from "#src/inspect/recording.ts"
import { random, type Random } from "../../support/random.ts"

function task(id: number, parent?: number): RecordedTask {
  return { id, name: `${id}`, code: "", loop: 1, leftBehind: false, ...(parent === undefined ? {} : { parent }) }
}

describe("descent", () => {
  random("is what the makers of tasks tell, one by one", 20, (numbers: Random) => {
    const count = 1 + numbers.below(60)
    const tasks = Array.from({ length: count }, (_, id) => (id === 0 || numbers.below(6) === 0 ? task(id) : task(id, numbers.below(id))))
    const descent = new Descent(tasks)
    const makers = descent.makers()
    const added = new Set<number>()
    for (let turn = 0; turn < 30; turn += 1) {
      const one = numbers.below(count)
      makers.add(one)
      added.add(one)
      for (const { id } of tasks) {
        let wanted = false
        for (let above = tasks[id]?.parent; above !== undefined; above = tasks[above]?.parent) wanted ||= added.has(above)
        assert.equal(makers.made(id), wanted, `${[...added].join()} made ${id}`)
      }
    }
  })

  it("goes through a chain that is longer than the stack", () => {
    const tasks = Array.from({ length: 100_000 }, (_, id) => (id === 0 ? task(id) : task(id, id - 1)))
    const makers = new Descent(tasks).makers()
    makers.add(50_000)
    assert.equal(makers.made(99_999), true)
    assert.equal(makers.made(50_000), false)
  })

  it("knows nothing of makers that were dropped, or that go round in a circle", () => {
    const makers = new Descent([task(1, 7), task(2, 3), task(3, 2), task(4, 1)]).makers()
    for (const id of [7, 2, 1]) makers.add(id)
    assert.deepEqual([1, 2, 3, 4].map((id) => makers.made(id)), [false, false, false, true])
  })
})
