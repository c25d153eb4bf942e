import assert from "node:assert/strict"
import { test } from "node:test"
import { concurrency, fileLane, Lane, setConcurrency, type Work } from "#src/io/files/file-lane.ts"
import { thrownBy } from "../../support/record.ts"

/** Works that say when they run. */
function works(names: string, log: string[]): (Work & { unwanted: boolean })[] {
  return names.split("").map((name) => ({ unwanted: false, run: () => log.push(name), skip: () => log.push(`(${name})`) }))
}

test("as many run as the limit says, the others in the order of their coming", () => {
  const log: string[] = []
  const lane = new Lane(2)
  for (const work of works("abcd", log)) lane.enter(work)
  assert.deepEqual([log.join(""), lane.statistics()], ["ab", { active: 2, waiting: 2 }])
  lane.leave()
  assert.equal(log.join(""), "abc")
  lane.leave()
  lane.leave()
  lane.leave()
  assert.deepEqual([log.join(""), lane.statistics(), lane.idle], ["abcd", { active: 0, waiting: 0 }, true])
})

test("what nobody wants any more does not run, is told so, and takes no place", () => {
  const log: string[] = []
  const lane = new Lane(1)
  const [a, b, c] = works("abc", log) as [Work, { unwanted: boolean } & Work, Work]
  for (const work of [a, b, c]) lane.enter(work)
  b.unwanted = true
  lane.leave()
  assert.deepEqual([log.join(""), lane.statistics()], ["a(b)c", { active: 1, waiting: 0 }])
})

test("a work that is over at once lets the next run", () => {
  const log: number[] = []
  const lane = new Lane(1)
  const work = (n: number): Work => ({
    unwanted: false,
    run: () => {
      log.push(n)
      lane.leave()
    },
  })
  for (let n = 0; n < 20_000; n += 1) lane.enter(work(n))
  assert.equal(log.length, 20_000)
  assert.equal(lane.idle, true)
})

test("a higher limit admits those who wait at once", () => {
  const log: string[] = []
  const lane = new Lane(1)
  for (const work of works("abc", log)) lane.enter(work)
  lane.limit = 3
  assert.equal(log.join(""), "abc")
})

test("the limit of all file operations is 16 and can be set", () => {
  assert.equal(concurrency(), 16)
  setConcurrency(3)
  assert.deepEqual([concurrency(), fileLane.limit], [3, 3])
  setConcurrency(16)
  assert.equal(thrownBy(() => setConcurrency(0)).name, "RangeError")
  assert.equal(thrownBy(() => setConcurrency(1.5)).name, "TypeError")
})
