/** Semaphores and limits: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, forever, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** A semaphore without free permits, and tasks in line for one. */
async function line<N extends string>(names: readonly N[]) {
  const semaphore = new asyncio.Semaphore(0)
  const log: N[] = []
  const visit = async (name: N): Promise<void> => {
    await semaphore.acquire()
    log.push(name)
  }
  const tasks = Object.fromEntries(names.map((name) => [name, asyncio.createTask(() => visit(name))])) as Record<N, asyncio.Task<void>>
  await ticks(1)
  return { semaphore, log, tasks }
}

virtual("python/asyncio #270: a woken waiter that is cancelled passes its wake-up on", async () => {
  const { semaphore, log, tasks } = await line(["a", "b"])
  semaphore.release()
  tasks.a.cancel()
  await tasks.b
  assert.deepEqual(log, ["b"])
})

virtual("gh-90155: a semaphore whose waiters have all given up is not dead", async () => {
  const { semaphore, log, tasks } = await line(["a", "b"])
  semaphore.release()
  tasks.a.cancel()
  tasks.b.cancel()
  await ticks(2)
  assert.equal(semaphore.locked(), false)
  assert.equal(await ticksOf(() => semaphore.acquire()), 0)
  const later = ["c", "d", "e"].map((name) =>
    asyncio.createTask(async () => {
      await semaphore.acquire()
      log.push(name as never) // the line of the next three
    }),
  )
  await ticks(1)
  for (const _ of later) semaphore.release()
  await asyncio.gather(later)
  assert.deepEqual(log, ["c", "d", "e"])
})

virtual("bpo-45997: a newcomer does not barge past those who wait", async () => {
  const { semaphore, log } = await line(["a"])
  semaphore.release()
  semaphore.release()
  await semaphore.acquire()
  assert.deepEqual(log, ["a"])
})

virtual("Effect #6081: a waiter interrupted after it was given a permit gives it back", async () => {
  const { semaphore, tasks } = await line(["a"])
  semaphore.release()
  tasks.a.cancel()
  await ticks(1)
  assert.equal(fate(tasks.a), "cancelled")
  assert.deepEqual(semaphore.statistics(), { permits: 1, tasksWaiting: 0 })
})

virtual("Effect #6910: an interrupt between taking a permit and being able to give it back leaks none", async () => {
  for (let delay = 0; delay < 5; delay += 1) {
    const semaphore = new asyncio.Semaphore(1)
    const task = asyncio.createTask(() => semaphore.run(() => forever()))
    await ticks(delay)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(semaphore.statistics().permits, 1, `interrupted after ${delay} ticks`)
  }
})

// No acquire takes several permits here; whoever takes them one within the other must not keep a part.
virtual("Effect #6638: an interrupt while the second of two permits is waited for gives the first back", async () => {
  const semaphore = new asyncio.Semaphore(2)
  await semaphore.acquire()
  const task = asyncio.createTask(() => semaphore.run(() => semaphore.run(() => forever())))
  await ticks(2)
  assert.deepEqual(semaphore.statistics(), { permits: 0, tasksWaiting: 1 })
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual(semaphore.statistics(), { permits: 1, tasksWaiting: 0 })
})

virtual("anyio #947: a place given back while the next in line is being cancelled is neither lost nor given twice", async () => {
  const log: string[] = []
  let inside = 0
  const visit = async (name: string): Promise<void> => {
    inside += 1
    assert.equal(inside, 1, "one at a time")
    log.push(name)
    await ticks(1)
    inside -= 1
  }
  await new asyncio.TaskGroup({ limit: 1 }).run(async (group) => {
    group.createTask(async () => {
      await ticks(3)
      next.cancel()
    })
    const next = group.createTask(() => visit("next"))
    for (const name of ["a", "b"]) group.createTask(() => visit(name))
  })
  assert.deepEqual(log, ["a", "b"])
})

// A limit cannot be set again here; a semaphore is raised by giving back more than was taken.
virtual("anyio, CapacityLimiter.total_tokens: raising the limit wakes those who wait for it", async () => {
  const { semaphore, log } = await line(["a", "b", "c"])
  semaphore.release()
  semaphore.release()
  await ticks(1)
  assert.deepEqual(log, ["a", "b"])
  semaphore.release()
  await ticks(1)
  assert.deepEqual(log, ["a", "b", "c"])
})
