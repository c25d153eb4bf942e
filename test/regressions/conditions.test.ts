/** Conditions and barriers: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, thrownAs, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("gh-112202: a notification that a cancelled waiter has had goes to the next", async () => {
  const condition = new asyncio.Condition()
  const [a, b] = [0, 1].map(() => asyncio.createTask(() => condition.run(() => condition.wait()))) as [asyncio.Task<true>, asyncio.Task<true>]
  await ticks(2)
  await condition.run(async () => {
    condition.notify(1)
    a.cancel()
  })
  assert.equal(await b, true)
  assert.equal(fate(a), "cancelled")
})

virtual("bpo-22970: a waiter cancelled while it takes the lock again throws only when it holds the lock", async () => {
  const condition = new asyncio.Condition()
  let owner = "nobody"
  const waiter = asyncio.createTask(async () => {
    await condition.acquire()
    try {
      await condition.wait()
    } finally {
      assert.equal(owner, "nobody")
      owner = "waiter"
      await ticks(2)
      owner = "nobody"
      condition.release()
    }
  })
  await ticks(1)
  await condition.acquire()
  owner = "main"
  condition.notify()
  await ticks(1)
  for (let i = 0; i < 3; i += 1) {
    waiter.cancel()
    await ticks(2)
  }
  assert.equal(waiter.done(), false)
  owner = "nobody"
  condition.release()
  await asyncio.wait([waiter])
  assert.equal(fate(waiter), "cancelled")
  assert.equal(condition.locked(), false)
})

virtual("gh-77022: a cancelled wait is not swallowed, and throws the error of its own cancellation", async () => {
  const condition = new asyncio.Condition()
  const errors: unknown[] = []
  const waiter = asyncio.createTask(async () => {
    await condition.acquire()
    try {
      await condition.wait()
    } catch (error) {
      errors.push(error)
      throw error
    } finally {
      condition.release()
    }
  })
  await ticks(1)
  await condition.run(async () => {
    condition.notify()
    await ticks(1)
    waiter.cancel("no longer wanted")
    await ticks(2)
  })
  const error = await thrownAs(asyncio.CancelledError, waiter)
  assert.equal(error.reason, "no longer wanted")
  assert.deepEqual(errors, [error])
  assert.equal(errors[0], error, "one and the same object")
})

virtual("gh-155233: after a cancel in mid-round every index of a barrier is given once", async () => {
  const barrier = new asyncio.Barrier(3)
  const [first, ...rest] = [0, 1].map(() => asyncio.createTask(barrier.wait()))
  await ticks(3)
  first?.cancel()
  await ticks(3)
  for (let i = 0; i < 2; i += 1) rest.push(asyncio.createTask(barrier.wait()))
  const indices = await asyncio.gather(rest)
  assert.deepEqual(new Set(indices), new Set([0, 1, 2]))
})

virtual("socketry/async #163: a wait at a barrier that ends by a time limit is counted out", async () => {
  const barrier = new asyncio.Barrier(2)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(barrier.wait(), 1))
  assert.equal(barrier.nWaiting, 0)
  const second = asyncio.createTask(barrier.wait())
  await ticks(5)
  assert.equal(second.done(), false)
  assert.deepEqual([await barrier.wait(), await second], [1, 0])
})
