/** Locks: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { fate, forever, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** A lock that somebody holds, with a line of tasks that note their names when they are in, and stay for a tick. */
async function line<N extends string>(names: readonly N[]) {
  const lock = new asyncio.Lock()
  const log: N[] = []
  let inside = 0
  await lock.acquire()
  const visit = async (name: N): Promise<void> => {
    await lock.acquire()
    inside += 1
    assert.equal(inside, 1, "one owner at a time")
    log.push(name)
    await ticks(1)
    inside -= 1
    lock.release()
  }
  const tasks = Object.fromEntries(names.map((name) => [name, asyncio.createTask(() => visit(name))])) as Record<N, asyncio.Task<void>>
  await ticks(1)
  return { lock, log, tasks }
}

virtual("bpo-27585: a waiter cancelled as it is handed the lock does not strand the others", async () => {
  const { lock, log, tasks } = await line(["a", "b", "c"])
  lock.release()
  tasks.a.cancel()
  await asyncio.gather([tasks.b, tasks.c])
  assert.deepEqual(log, ["b", "c"])
  assert.equal(fate(tasks.a), "cancelled")
})

virtual("bpo-32734: a release and a cancel in one tick let one owner in, not two", async () => {
  const { lock, log, tasks } = await line(["a", "b", "c"])
  tasks.b.cancel()
  lock.release()
  await asyncio.gather([tasks.a, tasks.c])
  assert.deepEqual(log, ["a", "c"])
})

virtual("anyio #1145: a cancelled head of the line is not left there for release to trip over", async () => {
  const { lock, log, tasks } = await line(["a", "b"])
  tasks.a.cancel()
  await ticks(2)
  assert.equal(lock.statistics().tasksWaiting, 1)
  lock.release()
  await tasks.b
  assert.deepEqual(log, ["b"])
})

virtual("anyio #398: a task cancelled between acquiring and entering leaves the lock free", async () => {
  for (let delay = 0; delay < 5; delay += 1) {
    const lock = new asyncio.Lock()
    const task = asyncio.createTask(() => lock.run(() => forever()))
    await ticks(delay)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(lock.locked(), false, `cancelled after ${delay} ticks`)
  }
})

// As asyncio's, the lock has no owner, so it cannot refuse; that nobody can go on is told instead.
test("anyio #798: acquiring again what one holds is an error that names the wait, not a hang", { timeout: 60_000 }, async () => {
  const main = async (): Promise<void> => {
    const lock = new asyncio.Lock()
    await lock.acquire()
    await lock.acquire()
  }
  const error = await thrownAs(asyncio.DeadlockError, runVirtual(main))
  assert.match(error.message, /Lock\.acquire/)
})

virtual("tokio #1898: an acquire that is dropped early does not deadlock those behind it", async (told) => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  const hasty = asyncio.createTask(async () => {
    lock.acquire().catch(() => "dropped")
  })
  await hasty
  told.report(/'Lock.acquire' was still waiting/)
  const patient = asyncio.createTask(() => lock.run(() => "in"))
  await ticks(1)
  lock.release()
  assert.equal(await patient, "in")
})

virtual("async-mutex #27: a second release is an error or nothing, and never unlocks somebody else", async () => {
  const lock = new asyncio.Lock()
  const first = await lock.acquire()
  const other = asyncio.createTask(() => lock.acquire())
  await ticks(1)
  first.release()
  const error = thrownBy(() => lock.release())
  assert.ok(error instanceof asyncio.RuntimeError)
  await other
  first.release()
  assert.equal(lock.locked(), true)
})

// Giving back takes no await here, so nothing can come in between: however often it is cancelled.
virtual("redis-py #3847: a cancel during the release does not leave the lock held", async () => {
  for (let delay = 0; delay < 4; delay += 1) {
    const lock = new asyncio.Lock()
    const task = asyncio.createTask(() => lock.run(() => forever()))
    await ticks(2)
    task.cancel("first")
    await ticks(delay)
    task.cancel("second")
    await asyncio.wait([task])
    assert.equal(lock.locked(), false, `cancelled again after ${delay} ticks`)
  }
})
