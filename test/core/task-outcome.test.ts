/** A task's outcome that was set past the task, with the methods of Future: the code ends all the same, and that is told. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { host } from "#src/host/host.ts"
import { frameOf } from "#src/core/task.ts"
import { hostTurn, watched, watchedReal } from "./support/watched.ts"

const set = (task: asyncio.Task<number>, value: number): void => asyncio.Future.prototype.setResult.call(task, value)

describe("a task whose outcome somebody sets with the method of Future", () => {
  const ENDED = /^task '\w+' has ended, but its outcome was set before$/

  for (const [how, body] of [
    ["returns", async () => asyncio.sleep(1, 1)],
    ["throws", async () => asyncio.sleep(1).then(() => Promise.reject<number>(new Error("boom")))],
  ] as const) {
    it(`keeps it, and says so when its code ${how}`, async () => {
      const { value, reports } = await watched(async () => {
        const loop = asyncio.getRunningLoop()
        const task = asyncio.createTask(body, { name: "worker" })
        await asyncio.sleep(0)
        set(task, 7)
        const early = await task
        await asyncio.sleep(2)
        return [early, task.result(), asyncio.allTasks(loop).size, loop.tasks.size]
      })
      assert.deepEqual(value, [7, 7, 1, 1])
      assert.equal(reports.length, 1)
      assert.match(reports[0]?.message ?? "", ENDED)
      assert.ok(reports[0]?.exception instanceof asyncio.InvalidStateError)
    })
  }

  it("never runs, and keeps it, if it was cancelled before its first step", async () => {
    const { value, messages } = await watched(async () => {
      let ran = false
      const task = asyncio.createTask(async () => ((ran = true), 1))
      task.cancel()
      set(task, 7)
      await asyncio.sleep(1)
      return [ran, await task, asyncio.getRunningLoop().tasks.size]
    })
    assert.deepEqual(value, [false, 7, 1])
    assert.deepEqual(messages, [])
  })

  it("keeps it when it is given up at a foreign promise", async () => {
    const { value } = await watchedReal(async () => {
      const gate = Promise.withResolvers<number>()
      const task = asyncio.createTask(async () => gate.promise)
      await asyncio.sleep(0)
      asyncio.getRunningLoop().callSoon(() => {
        task.cancel()
        set(task, 7)
      })
      const early = await task
      for (let turn = 0; turn < 5; turn += 1) await asyncio.wrapFuture(hostTurn())
      gate.resolve(1)
      while (asyncio.allTasks().size > 1) await asyncio.wrapFuture(hostTurn())
      return [early, task.result()]
    })
    assert.deepEqual(value, [7, 7])
  })
})

describe("a task that has not begun", () => {
  it("stays cancelled while one request of two is not withdrawn", async () => {
    const { value } = await watched(async () => {
      const [one, both] = [1, 2].map((withdrawn) => {
        const task = asyncio.createTask(async () => "ran")
        task.cancel("first")
        task.cancel("second")
        for (let i = 0; i < withdrawn; i += 1) task.uncancel()
        return task
      }) as [asyncio.Task<string>, asyncio.Task<string>]
      await asyncio.wait([one, both])
      return [one.cancelled(), one.cancelling(), await both]
    })
    assert.deepEqual(value, [true, 1, "ran"])
  })
})

describe("code that was left behind at a foreign promise", () => {
  it("is not given up a second time when its own task is cancelled", async () => {
    const { value, messages } = await watchedReal(async () => {
      const gate = Promise.withResolvers<string>()
      const task = asyncio.createTask(async () => gate.promise, { name: "worker" })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      const left = [...asyncio.allTasks()].find((other) => other.getName().startsWith("left behind")) as asyncio.Task<unknown>
      left.cancel()
      for (let turn = 0; turn < 5; turn += 1) await asyncio.wrapFuture(hostTurn())
      const pending = !left.done()
      gate.resolve("late")
      await asyncio.wait([left])
      return [pending, asyncio.allTasks().size]
    })
    assert.deepEqual(value, [true, 1])
    assert.deepEqual(messages, [])
  })

  it("is the innermost, though it began after the request that met the running code", async () => {
    const { value } = await watchedReal(async () => {
      const [gate, never] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const log: string[] = []
      const inner = asyncio.coroutine(async function inner() {
        log.push("inner")
        await never.promise
      })
      const outer = asyncio.createTask(async () => {
        await gate.promise
        try {
          await inner()
        } finally {
          log.push("outer cleans up")
        }
      }, { name: "outer" })
      await asyncio.sleep(0)
      asyncio.getRunningLoop().callSoon(() => {
        gate.resolve()
        outer.cancel()
      })
      await asyncio.wait([outer])
      const left = [...asyncio.allTasks()].map((task) => task.getName()).filter((name) => name.startsWith("left"))
      never.resolve()
      return [outer.cancelled(), log, left]
    })
    assert.deepEqual(value, [true, ["inner", "outer cleans up"], ["left behind: inner of task 'outer'"]])
  })
})

describe("a coroutine that outlives the one that began it", () => {
  it("is told apart from it also where its own code, in its turn, let that one end", async () => {
    const { value, messages } = await watchedReal(async () => {
      const gate = Promise.withResolvers<void>()
      const log: string[] = []
      const child = asyncio.coroutine(async function child() {
        await asyncio.sleep(0)
        gate.resolve()
        for (let i = 0; i < 20; i += 1) await null
        log.push("goes on")
        await asyncio.sleep(5).catch((error: Error) => log.push(error.name))
      })
      const parent = asyncio.createTask(async () => {
        void child().then(() => log.push("child has ended"))
        await gate.promise
        log.push("parent returns")
      }, { name: "parent" })
      await parent
      for (let i = 0; i < 5; i += 1) await asyncio.sleep(0)
      return log
    })
    assert.deepEqual(value, ["parent returns", "goes on", "CancelledError", "child has ended"])
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /^coroutine 'child' was still running when the code of task 'parent' that started it ended/)
  })
})

describe("on a host without AbortController", () => {
  it("a task's signal is refused, and all else works", async () => {
    const { newAbortController } = host
    Object.assign(host, { newAbortController: () => undefined })
    try {
      const { value } = await watched(async () => {
        const task = asyncio.createTask(async () => asyncio.sleep(5))
        await asyncio.sleep(0)
        assert.throws(() => task.signal, { name: "RuntimeError", message: "this host has no AbortController" })
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()
      })
      assert.equal(value, true)
    } finally {
      Object.assign(host, { newAbortController })
    }
  })
})

describe("the latest request to a task", () => {
  it("is nobody's once all were withdrawn", async () => {
    const { value } = await watched(async () => {
      const task: asyncio.Task<unknown> = asyncio.createTask(async () => asyncio.sleep(5).catch(() => task.uncancel()))
      const { latest } = task[frameOf]
      await asyncio.sleep(0)
      task.cancel("why")
      const asked = task[frameOf].latest?.message
      await task
      return [latest, asked, task[frameOf].latest]
    })
    assert.deepEqual(value, [null, "why", null])
  })
})
