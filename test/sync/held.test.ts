import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { Held } from "#src/sync/held.ts"
import { virtual } from "../support/virtual.ts"

test("it releases once, by hand or at the end of a using block", () => {
  let releases = 0
  const held = new Held(() => (releases += 1))
  held.release()
  held[Symbol.dispose]()
  held.release()
  assert.equal(releases, 1)
})

test("a release that throws is not tried again", () => {
  const held = new Held(() => {
    throw new Error("not held")
  })
  assert.throws(() => held.release(), /not held/)
  held.release()
})

test("it prints whether it has been released", () => {
  const held = new Held(() => undefined)
  assert.equal(String(held), "<Held>")
  held.release()
  assert.equal(String(held), "<Held released>")
})

virtual("who had to wait for it gets the same", async () => {
  for (const primitive of [new asyncio.Lock(), new asyncio.Semaphore(1)]) {
    const first = await primitive.acquire()
    const waiting = asyncio.createTask(() => primitive.acquire())
    await asyncio.sleep(0)
    first.release()
    const held = await waiting
    assert.ok(held instanceof asyncio.Held)
    held.release()
    assert.equal(primitive.locked(), false)
  }
})

virtual("what acquire gives releases the lock or the permit that was taken", async () => {
  for (const primitive of [new asyncio.Lock(), new asyncio.Semaphore(1), new asyncio.Condition()]) {
    const held = await primitive.acquire()
    assert.ok(held instanceof asyncio.Held)
    assert.equal(primitive.locked(), true)
    held[Symbol.dispose]()
    assert.equal(primitive.locked(), false)
    held.release()
    assert.equal(primitive.locked(), false)
  }
})
