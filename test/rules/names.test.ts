/** Names of asyncio that no other test uses for their own sake. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { forever, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("the modes of wait are their own names, and all is the default", async () => {
  const { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION } = asyncio
  assert.deepEqual([ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION], ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"])
  const naps = (): asyncio.Task<void>[] => [1, 2].map((seconds) => asyncio.createTask(asyncio.sleep(seconds)))
  for (const [done] of await asyncio.gather([asyncio.wait(naps()), asyncio.wait(naps(), { returnWhen: ALL_COMPLETED })])) {
    assert.equal(done.size, 2)
  }
})

virtual("a task tells how it stands and what came of it, as a future does", async () => {
  const error = new RangeError("no")
  const returned = asyncio.createTask(async () => 1)
  const failed = asyncio.createTask(() => Promise.reject(error))
  const cancelled = asyncio.createTask(forever())
  for (const task of [returned, failed, cancelled]) {
    assert.deepEqual([task.done(), task.cancelled()], [false, false])
    for (const ask of [() => task.result(), () => task.exception()]) assert.ok(thrownBy(ask) instanceof asyncio.InvalidStateError)
  }
  cancelled.cancel()
  await asyncio.wait([returned, failed, cancelled])
  assert.deepEqual([returned, failed, cancelled].map((task) => [task.done(), task.cancelled()]), [
    [true, false],
    [true, false],
    [true, true],
  ])
  assert.deepEqual([returned.result(), returned.exception(), failed.exception()], [1, undefined, error])
  assert.equal(thrownBy(() => failed.result()), error)
  assert.ok(thrownBy(() => cancelled.result()) instanceof asyncio.CancelledError)
})

virtual("a task tells its done callbacks, but for those that were removed", async () => {
  const log: string[] = []
  const task = asyncio.createTask(async () => 1)
  const removed = (): void => void log.push("removed")
  task.addDoneCallback((done) => log.push(`first, of itself: ${done === task}`))
  task.addDoneCallback(removed)
  task.addDoneCallback(() => log.push("second"))
  assert.equal(task.removeDoneCallback(removed), 1)
  await task
  await ticks(1)
  assert.deepEqual(log, ["first, of itself: true", "second"])
})

virtual("a barrier tells its parties, who waits and whether it is broken", async () => {
  const barrier = new asyncio.Barrier(3)
  const told = (): unknown[] => [barrier.parties, barrier.nWaiting, barrier.broken]
  assert.deepEqual(told(), [3, 0, false])
  const waiting = asyncio.createTask(barrier.wait())
  await ticks(1)
  assert.deepEqual(told(), [3, 1, false])
  await barrier.abort()
  await asyncio.wait([waiting])
  assert.ok(waiting.exception() instanceof asyncio.BrokenBarrierError)
  assert.deepEqual(told(), [3, 0, true])
})

test("a primitive has the name it was given in its text", () => {
  const named = { name: "db" }
  const primitives = [
    new asyncio.Lock(named),
    new asyncio.Event(named),
    new asyncio.Condition(null, named),
    new asyncio.Semaphore(1, named),
    new asyncio.BoundedSemaphore(1, named),
    new asyncio.Barrier(1, named),
    new asyncio.Queue(0, named),
    new asyncio.PriorityQueue(0, named),
    new asyncio.LifoQueue(0, named),
  ]
  for (const primitive of primitives) {
    assert.equal(primitive.name, "db")
    assert.match(String(primitive), new RegExp(`^<${primitive.constructor.name} 'db' \\[.+\\]>$`))
  }
  assert.match(String(new asyncio.Lock()), /^<Lock \[unlocked\]>$/)
})
