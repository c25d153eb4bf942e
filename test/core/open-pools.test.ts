/** What whoever looks at the program is told of its pools. */
import assert from "node:assert/strict"
import { it } from "node:test"
import { openPools, rememberPool, type OpenPool } from "#src/core/open-pools.ts"
import { collect } from "./support/gc.ts"

function pool(closed: boolean, workers = 0): OpenPool {
  const seats = Array.from({ length: workers }, (_, seat) => ({ label: String(seat), state: "idle", job: null }))
  return { closed, kind: { noun: "thread" }, settings: { name: "pool" }, queue: { size: 0 }, seats: new Set(seats) }
}

it("a pool is shown while it takes jobs or has workers, and never again after that", () => {
  const pools = { open: pool(false), ending: pool(true, 1), ended: pool(true) }
  for (const one of Object.values(pools)) rememberPool(one)
  assert.deepEqual([...openPools()], [pools.open, pools.ending])
  const { closed } = pools.open
  Object.assign(pools.open, { closed: true })
  assert.deepEqual([...openPools()], [pools.ending])
  Object.assign(pools.open, { closed })
  assert.deepEqual([...openPools()], [pools.ending])
  Object.assign(pools.ending, { seats: new Set() })
  assert.deepEqual([...openPools()], [])
})

it("pools that a program has dropped are forgotten, though nobody looks, and those that it has are not", async () => {
  const { WeakRef } = globalThis
  let looks = 0
  class Reference extends WeakRef<OpenPool> {
    override deref(): OpenPool | undefined {
      looks += 1
      return super.deref()
    }
  }
  globalThis.WeakRef = Reference as typeof WeakRef // only pools are remembered here
  try {
    const kept = pool(false)
    rememberPool(kept)
    const fill = (count: number): void => {
      for (let made = 0; made < count; made += 1) rememberPool(pool(false))
    }
    fill(500)
    // Each sweep comes when there are twice as many.
    assert.ok(looks > 0 && looks < 3 * 500, `${looks} looks`)
    await collect()
    // More than were left by the last sweep: those that are gone leave with it.
    fill(1000)
    looks = 0
    assert.ok([...openPools()].includes(kept))
    assert.ok(looks < 1400, `${looks} of 1501 are kept`)
  } finally {
    globalThis.WeakRef = WeakRef
  }
})
