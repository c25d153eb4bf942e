import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { untilIdle } from "asyncio-ts/testing"
import { snapshotNow } from "asyncio-ts/inspect"
import { virtual } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

virtual("untilIdle goes on when all others wait, before time does", async () => {
  const said: string[] = []
  const lock = new asyncio.Lock()
  const held = await lock.acquire()
  const others = [
    asyncio.createTask(async () => {
      for (let step = 0; step < 5; step += 1) await asyncio.sleep(0)
      said.push("stepped")
      await asyncio.sleep(1)
      said.push("slept")
    }),
    asyncio.createTask(() => lock.run(() => said.push("locked"))),
  ]
  await untilIdle()
  assert.deepEqual([said, now()], [["stepped"], 0])
  held.release()
  await untilIdle()
  assert.deepEqual([said, now()], [["stepped", "locked"], 0])
  await asyncio.gather(others)
})

virtual("with a cushion it goes on when nothing has run for so long, and no later", async () => {
  const ticking = asyncio.createTask(async () => {
    for (let tick = 0; tick < 4; tick += 1) await asyncio.sleep(1)
  })
  await untilIdle({ cushion: 0.5 })
  assert.equal(now(), 0.5)
  await untilIdle({ cushion: 1.5 })
  assert.equal(now(), 5.5)
  assert.ok(ticking.done())
  // Also where no timer is left at all.
  await untilIdle({ cushion: 2 })
  assert.equal(now(), 7.5)
})

virtual("the shortest cushion goes first, the same ones together in the order of coming, and what they do starts the others anew", async () => {
  const said: string[] = []
  const wait = (name: string, cushion: number): asyncio.Task<void> =>
    asyncio.createTask(async () => {
      await untilIdle({ cushion })
      said.push(`${name} at ${now()}`)
      await asyncio.sleep(1)
    })
  await asyncio.gather([wait("long", 3), wait("a", 2), wait("none", 0), wait("b", 2)])
  // None at 0 sleeps until 1; a and b at 3 until 4; long at 7.
  assert.deepEqual(said, ["none at 0", "a at 3", "b at 3", "long at 7"])
})

virtual("one inside another goes on with it: who waits for rest is at rest", async () => {
  const said: string[] = []
  const inner = asyncio.createTask(async () => {
    await untilIdle()
    said.push("inner")
    await untilIdle()
    said.push("inner again")
  })
  await untilIdle()
  said.push("outer")
  await inner
  assert.deepEqual(said, ["outer", "inner", "inner again"])
})

virtual("a cancelled untilIdle leaves nothing: time and the others go on", async () => {
  const cancelled = asyncio.createTask(() => untilIdle({ cushion: 3600 }))
  await asyncio.sleep(1)
  cancelled.cancel()
  await asyncio.wait([cancelled])
  assert.ok(cancelled.cancelled())
  assert.equal(asyncio.getRunningLoop().lookBy, Infinity)
  await asyncio.sleep(1)
  assert.equal(now(), 2)
  await asyncio.timeout(1).run(() => untilIdle({ cushion: 0.25 }))
  assert.equal(now(), 2.25)
})

test("untilIdle is the same on the real clock, where a cushion is for what the host brings", () =>
  asyncio.run(async () => {
    const said: string[] = []
    const reader = asyncio.createTask(async () => {
      // Of the host's timers the one that is due first comes first, however late both are.
      await new Promise<void>((resolve) => setTimeout(resolve, 1))
      said.push("read")
    })
    const waiter = asyncio.createTask(async () => {
      for (let step = 0; step < 20; step += 1) await asyncio.sleep(0)
      said.push("stepped")
      await asyncio.sleep(3600)
    })
    await untilIdle()
    assert.ok(said.includes("stepped"))
    await untilIdle({ cushion: 0.05 })
    assert.deepEqual(said.toSorted(), ["read", "stepped"])
    waiter.cancel()
    await asyncio.wait([reader, waiter])
  }))

virtual("who looks sees what it waits for", async () => {
  const waiter = asyncio.createTask(() => untilIdle({ cushion: 5 }), { name: "patient" })
  await asyncio.sleep(0)
  const seen = snapshotNow().tasks.find(({ name }) => name === "patient")
  assert.equal(seen?.waits[0]?.text, "all other tasks to wait for 5 s")
  await waiter
})

virtual("what is no cushion is refused at the call", () => {
  assert.throws(() => untilIdle({ cushion: -1 }), /^RangeError: the cushion of untilIdle is 0 or more, not -1$/)
  assert.throws(() => untilIdle({ cushion: "1" as never }), /^TypeError: the cushion of untilIdle is a number of seconds/)
})

test("untilIdle outside any loop says so", async () => {
  await assert.rejects(async () => untilIdle(), /no running event loop/)
})
