/** DataLoader: batches the loads of many callers, and calls its batch function for all of them at once. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import DataLoader from "dataloader"
import { ticking } from "../core/support/ticking.ts"
import { failureOf, soon, watchedReal } from "../core/support/watched.ts"

const fetchAll = asyncio.coroutine("fetchAll", async (keys: readonly number[]) => {
  await asyncio.sleep(0.001)
  return keys.map((key) => `user ${key}`)
})

describe("a DataLoader in one run", () => {
  it("batches the loads of one task, and its batch function may make a task", async () => {
    const batches: (readonly number[])[] = []
    const { value, messages } = await watchedReal(async () => {
      const loader = new DataLoader<number, string>((keys) => {
        batches.push(keys)
        return asyncio.createTask(fetchAll(keys))
      })
      return Promise.all([1, 2, 3].map((key) => loader.load(key)))
    })
    assert.deepEqual(value, ["user 1", "user 2", "user 3"])
    assert.deepEqual(batches, [[1, 2, 3]])
    assert.deepEqual(messages, [])
  })

  // By default it sends a batch once the microtasks are over, and that is also what the loop
  // waits for before the next task runs.
  it("batches the loads of several tasks when it sends them with setImmediate", async (t) => {
    // A loop that has taken long lets the host round before the next task.
    ticking(t, 0.0001)
    const batches: (readonly number[])[] = []
    const { value, messages } = await watchedReal(async () => {
      const loader = new DataLoader<number, string>(
        (keys) => {
          batches.push(keys)
          return asyncio.createTask(fetchAll(keys))
        },
        { batchScheduleFn: (send) => void setImmediate(send) },
      )
      return asyncio.gather([1, 2, 3].map((key) => asyncio.createTask(async () => loader.load(key))))
    })
    assert.deepEqual(value, ["user 1", "user 2", "user 3"])
    assert.deepEqual(batches, [[1, 2, 3]])
    assert.deepEqual(messages, [])
  })

  it("may await ours bare in its batch function, which is a line of the task that loaded first", async () => {
    const { value, messages } = await watchedReal(async () => {
      const loader = new DataLoader<number, string>(async (keys) => fetchAll(keys))
      return Promise.all([loader.load(1), loader.load(2)])
    })
    assert.deepEqual(value, ["user 1", "user 2"])
    assert.deepEqual(messages, [])
  })

  it("is interruptible with wrapFuture, and the batch goes on for the others", async () => {
    const { value } = await watchedReal(async () => {
      const asked = new asyncio.Event()
      const loader = new DataLoader<number, string>((keys) =>
        asyncio.createTask(async () => {
          await asked.wait()
          return keys.map((key) => `user ${key}`)
        }),
      )
      const [late, other] = [1, 2].map((key) => asyncio.createTask(async () => asyncio.wrapFuture(loader.load(key))))
      assert.ok(late !== undefined && other !== undefined)
      await asyncio.sleep(0)
      late.cancel()
      asked.set()
      return [(await failureOf(late)).name, await other]
    })
    assert.deepEqual(value, ["CancelledError", "user 2"])
  })
})

describe("a DataLoader shared by two runs at a time", () => {
  it("serves both, though only one of them runs the batch", async () => {
    const batches: number[] = []
    const loader = new DataLoader<number, string>(
      (keys) => {
        batches.push(keys.length)
        return asyncio.run(() => fetchAll(keys))
      },
      { cache: false },
    )
    const program = (keys: number[]): Promise<string[]> =>
      asyncio.run(async () => Promise.all(keys.map((key) => loader.load(key))))
    const [first, second] = await soon(Promise.all([program([1, 2]), program([3, 4])]))
    assert.deepEqual(first, ["user 1", "user 2"])
    assert.deepEqual(second, ["user 3", "user 4"])
    assert.equal(batches.reduce((sum, size) => sum + size, 0), 4)
  })

  it("can be awaited by both runs when one of them made the task behind it", async () => {
    const loader = new DataLoader<number, string>((keys) => asyncio.createTask(fetchAll(keys)))
    const [first, second] = await soon(
      Promise.all([asyncio.run(async () => loader.load(1)), asyncio.run(async () => loader.load(1))]),
    )
    assert.deepEqual([first, second], ["user 1", "user 1"])
  })
})
