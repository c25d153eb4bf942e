import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { limited, withPermit } from "#src/tasks/limited.ts"
import { fate, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))

virtual("work holds a permit while it runs, whatever becomes of it", async () => {
  const permits = new asyncio.Semaphore(1)
  const bodies = [() => nap(1), () => Promise.reject(new Error("boom")), nap(9)]
  const tasks = bodies.map((work) => asyncio.createTask(withPermit(permits, work as () => Promise<number>)))
  const [first, failing, cancelled] = tasks
  await ticks(3)
  assert.deepEqual(permits.statistics(), { permits: 0, tasksWaiting: 2 })
  await asyncio.wait([first, failing].filter((task) => task !== undefined))
  assert.match(fate(failing as asyncio.Task<number>), /boom/)
  assert.deepEqual(permits.statistics(), { permits: 0, tasksWaiting: 0 })
  cancelled?.cancel()
  await ticks(3)
  assert.deepEqual(permits.statistics(), { permits: 1, tasksWaiting: 0 })
})

virtual("the wrapped work keeps its name", () => {
  const permits = new asyncio.Semaphore(1)
  function fetchUser(): void {}
  for (const [work, name] of [[fetchUser, "fetchUser"], [nap(1), "nap"]] as const) {
    const wrapped = withPermit<unknown>(permits, work)
    assert.equal(wrapped.name, name)
    const task = asyncio.createTask(wrapped)
    assert.match(String(task), new RegExp(name))
    task.cancel()
  }
})

virtual("what never begins is closed with its wrapper: before its first step, and in line", async () => {
  const permits = new asyncio.Semaphore(0)
  for (const steps of [0, 2]) {
    const work = nap(1)
    const task = asyncio.createTask(withPermit(permits, work))
    await ticks(steps)
    task.cancel()
    await ticks(3)
    assert.deepEqual([fate(task), work.unstarted], ["cancelled", false])
  }
  assert.deepEqual(permits.statistics(), { permits: 0, tasksWaiting: 0 })
})

virtual("what runs already or cannot be started passes through as it is", async () => {
  const permits = new asyncio.Semaphore(0)
  const started = nap(0)
  await started
  const task = asyncio.createTask(nap(0))
  for (const work of [started, task, Promise.resolve(), 5, undefined]) assert.equal(withPermit(permits, work as never), work)
  const start = limited(1)
  assert.equal(start(task), task)
  assert.equal(await start(Promise.resolve("promise")), "promise")
})
