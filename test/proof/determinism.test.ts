import assert from "node:assert/strict"
import { test } from "node:test"
import { hashes, tryPrograms } from "../../proof/determinism/determinism.ts"
import { tellOf } from "../../proof/determinism/random-program.ts"
import { slowed } from "../../proof/determinism/slowed.ts"
import { Random, random } from "../support/random.ts"

random("a program gives the same trace the second time, also where every step is slow", 60, async (source) => {
  const seed = source.below(1_000_000_000)
  const told = await tellOf(new Random(seed))
  assert.equal(await tellOf(new Random(seed)), told)
  assert.equal(await slowed(() => tellOf(new Random(seed))), told)
})

test("programs that go another way the second time are found", async (t) => {
  const work = { size: 100, seed: 1, signal: new AbortController().signal, progress: () => {} }
  const { done, failures } = await tryPrograms(work, [])
  assert.deepEqual([done, failures], [100, []])
  t.mock.method(Random.prototype, "chance", () => Math.random() < 0.5)
  assert.match((await tryPrograms(work, [])).failures.join(), /^the second time, where each step is slow, one of the seeds 1 to 100 gives another trace/)
})

test("a program that cannot be run to its end is no trace, which another could equal", async () => {
  await assert.rejects(tellOf(new Random(1), () => Promise.reject(new TypeError("broken"))), /broken/)
})

test("programs of other seeds have other hashes", async () => {
  const work = { size: 100, signal: new AbortController().signal, progress: () => {} }
  const [[first], [other]] = [await hashes({ ...work, seed: 1 }), await hashes({ ...work, seed: 2 })]
  assert.notEqual(first, other)
})
