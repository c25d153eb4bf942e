/** What CPython's test_free_threading.py and test_tasks.py expect of several threads, as far as it is one of several loops. */
import assert from "node:assert/strict"
import { test } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { failureOf, soon } from "../core/support/watched.ts"
import { fate, me, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const factories: [string, asyncio.TaskFactory | null][] = [
  ["lazy", null],
  ["eager", asyncio.eagerTaskFactory],
]

for (const [kind, factory] of factories) {
  // CPython: test_all_tasks_race
  test(`ten loops side by side each list their own hundred tasks and the one that asks, with ${kind} tasks`, async () => {
    const main = async (): Promise<number> => {
      const loop = asyncio.getRunningLoop()
      loop.setTaskFactory(factory)
      const gate = new asyncio.Future<void>()
      return new asyncio.TaskGroup().run(async (group) => {
        const tasks = Array.from({ length: 100 }, () => group.createTask(async () => gate))
        // The others are given time to make theirs.
        await asyncio.sleep(1)
        const all = asyncio.allTasks(loop)
        assert.equal(all.size, 101)
        assert.ok([me(), ...tasks].every((task) => all.has(task)))
        assert.ok([...all].every((task) => task.getLoop() === loop && !task.done()))
        gate.setResult()
        return all.size
      })
    }
    const sizes = await soon(Promise.all(Array.from({ length: 10 }, () => runVirtual(main))))
    assert.deepEqual(sizes, Array.from({ length: 10 }, () => 101))
  })

  // CPython: test_run_coroutine_threadsafe, test_run_coroutine_threadsafe_exception
  test(`ten pieces of work handed to a running loop from outside give ten results, or ten errors, with ${kind} tasks`, async () => {
    const loop = new asyncio.EventLoop()
    loop.setTaskFactory(factory)
    const running = loop.runForever()
    const many = <T>(work: () => asyncio.Coroutine<T>): asyncio.Task<T>[] =>
      Array.from({ length: 10 }, () => asyncio.runCoroutineThreadsafe(work(), loop))
    const fail = asyncio.coroutine("fail", async () => {
      await asyncio.sleep(0)
      throw new RangeError("test")
    })
    assert.deepEqual(await soon(Promise.all(many(() => asyncio.sleep(0.001, 42)))), Array.from({ length: 10 }, () => 42))
    for (const task of many(fail)) assert.equal((await failureOf(soon(task))).message, "test")
    assert.equal(asyncio.allTasks(loop).size, 0)
    loop.stop()
    await soon(running)
    loop.close()
  })
}

// CPython: test_run_coroutine_threadsafe_with_timeout
test("work that is given up by another loop, and cancelled, leaves nothing behind", async () => {
  const loop = new asyncio.EventLoop()
  const running = loop.runForever()
  const task = asyncio.runCoroutineThreadsafe(asyncio.sleep(60), loop)
  const outcome = task.then(() => "in time")
  const error = await failureOf(soon(asyncio.run(async () => asyncio.waitFor(outcome, 0))))
  assert.ok(error instanceof asyncio.TimeoutError)
  assert.equal(fate(task), "pending")
  task.cancel()
  assert.ok((await failureOf(soon(task))) instanceof asyncio.CancelledError)
  assert.equal(asyncio.allTasks(loop).size, 0)
  loop.stop()
  await soon(running)
  loop.close()
})

// CPython: test_run_coroutine_threadsafe_and_cancel
virtual("work that was handed over is cancelled through what was given back for it", async () => {
  const loop = asyncio.getRunningLoop()
  const made: asyncio.Task<unknown>[] = []
  loop.setTaskFactory((own, work, options) => {
    const task = new asyncio.Task(work, { ...options, loop: own })
    made.push(task)
    return task
  })
  const handed = asyncio.runCoroutineThreadsafe(asyncio.sleep(10), loop)
  await ticks(1)
  handed.cancel()
  await ticks(2)
  assert.deepEqual([fate(handed), made.map(fate)], ["cancelled", ["cancelled"]])
})
