import assert from "node:assert/strict"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { hostOperation, STAYS, type HostDone } from "#src/core/host-operation.ts"

/** An operation that stays when it is cancelled, until the returned `done` is told. */
function staying(discarded: unknown[] = [], stops: unknown[] = []): { readonly call: PromiseLike<string>; done(): HostDone<string> } {
  let told: HostDone<string> | undefined
  const call = hostOperation<string>({
    name: "slow end",
    start(done) {
      told = done
      return (error) => {
        stops.push(error?.reason)
        return STAYS
      }
    },
    discard: (value) => discarded.push(value),
  })
  return { call, done: () => told ?? assert.fail("not begun") }
}

describe("an operation that stays when it is cancelled", () => {
  test("its caller is cancelled when the work has ended, and the value is discarded", () =>
    asyncio.run(async () => {
      const discarded: unknown[] = []
      const { call, done } = staying(discarded)
      const task = asyncio.createTask(async () => call)
      await asyncio.sleep(0.001)
      task.cancel("enough")
      await asyncio.sleep(0.001)
      assert.deepEqual([task.done(), discarded], [false, []])
      done().returned("late")
      await assert.rejects(task, { name: "CancelledError", reason: "enough" })
      assert.deepEqual(discarded, ["late"])
      assert.equal(asyncio.getRunningLoop().hostOperations, 0)
    }))

  test("a cancellation that the work ends with is the caller's own, an error is told", () =>
    asyncio.run(async () => {
      const first = staying()
      const second = staying()
      const tasks = [asyncio.createTask(async () => first.call), asyncio.createTask(async () => second.call)]
      await asyncio.sleep(0.001)
      for (const task of tasks) task.cancel("mine")
      await asyncio.sleep(0.001)
      first.done().failed(new asyncio.CancelledError("the work's"))
      second.done().failed(new RangeError("broke"))
      await assert.rejects(tasks[0] as Promise<unknown>, { reason: "mine" })
      await assert.rejects(tasks[1] as Promise<unknown>, { name: "RangeError", message: "broke" })
    }))

  test("a second request leaves the first one's reason, and is passed on", () =>
    asyncio.run(async () => {
      const stops: unknown[] = []
      const { call, done } = staying([], stops)
      const task = asyncio.createTask(async () => call)
      await asyncio.sleep(0.001)
      task.cancel("one")
      await asyncio.sleep(0.001)
      task.cancel("two")
      await asyncio.sleep(0.001)
      assert.equal(task.done(), false)
      done().returned("late")
      await assert.rejects(task, { reason: "one" })
      assert.deepEqual(stops, ["one", "two"])
    }))

  test("what was told before the request has its turn is discarded", () =>
    asyncio.run(async () => {
      const discarded: unknown[] = []
      const { call, done } = staying(discarded)
      const task = asyncio.createTask(async () => call)
      await asyncio.sleep(0.001)
      task.cancel("enough")
      done().returned("just now")
      await assert.rejects(task, { reason: "enough" })
      assert.deepEqual(discarded, ["just now"])
    }))
})

test("an operation that cannot be begun, though it told something before, throws why, and leaves none open", () =>
  asyncio.run(async () => {
    const loop = asyncio.getRunningLoop()
    const open = loop.hostOperations
    for (const tells of [false, true]) {
      const call = hostOperation<string>({
        name: "begin",
        start(done) {
          if (tells) done.returned("early")
          throw new RangeError("no such thing")
        },
      })
      await assert.rejects(async () => call, { name: "RangeError", message: "no such thing" })
      assert.equal(loop.hostOperations, open)
    }
  }))
