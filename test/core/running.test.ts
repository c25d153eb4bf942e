/** What code asks of the loop it runs on, or hands to another. */
import assert from "node:assert/strict"
import { it } from "node:test"
import * as asyncio from "asyncio-ts"
import { watched } from "./support/watched.ts"

it("a coroutine that a closed loop refuses is not told of as never awaited too", async () => {
  const closed = new asyncio.EventLoop()
  closed.close()
  const warnings: string[] = []
  const onWarning = ({ name, message }: Error): void => void (name === "AsyncioWarning" && warnings.push(message))
  process.on("warning", onWarning)
  try {
    const { messages } = await watched(async () => {
      assert.throws(() => asyncio.ensureFuture(asyncio.sleep(1), closed), { name: "RuntimeError", message: /Event loop is closed/ })
    })
    await new Promise<void>((resolve) => void setImmediate(resolve))
    assert.deepEqual([messages, warnings], [[], []])
  } finally {
    process.off("warning", onWarning)
  }
})

it("a coroutine that a task factory refuses for reasons of its own is left to its caller", async () => {
  const { value } = await watched(async () => {
    const loop = asyncio.getRunningLoop()
    const work = asyncio.sleep(0, "done")
    loop.setTaskFactory(() => {
      throw new TypeError("no more tasks")
    })
    assert.throws(() => asyncio.ensureFuture(work), { name: "TypeError", message: "no more tasks" })
    loop.setTaskFactory(null)
    return work
  })
  assert.equal(value, "done")
})

it("runCoroutineThreadsafe refuses what is no loop", async () => {
  await watched(async () => {
    for (const loop of [undefined, null, 3, "loop"]) {
      const work = asyncio.sleep(0)
      assert.throws(() => asyncio.runCoroutineThreadsafe(work, loop as never), { name: "TypeError", message: /^a loop is needed, not / })
      await work
    }
  })
})
