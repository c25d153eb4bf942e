import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { tryAcquire } from "#src/sync/lock.ts"
import { holdersOf } from "#src/sync/primitive.ts"
import { cancellationMatrix } from "../support/cancellation-matrix.ts"
import { hammer } from "../support/hammer.ts"
import { randomVirtual } from "../support/random.ts"
import { fate, fates, thrown, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const REST = { locked: false, tasksWaiting: 0 }

/** Tasks that take the lock in turn, note their names and give it back. */
function visitors(lock: asyncio.Lock, names: readonly string[], log: string[]): asyncio.Task<void>[] {
  const visit = async (name: string): Promise<void> => {
    await lock.acquire()
    log.push(name)
    lock.release()
  }
  return names.map((name) => asyncio.createTask(() => visit(name)))
}

virtual("a free lock is taken without suspending", async () => {
  const lock = new asyncio.Lock()
  assert.equal(await ticksOf(() => lock.acquire()), 0)
  assert.deepEqual(lock.statistics(), { locked: true, tasksWaiting: 0 })
  lock.release()
  assert.deepEqual(lock.statistics(), REST)
})

virtual("those who wait come in in the order of arrival (R132)", async () => {
  const lock = new asyncio.Lock()
  const log: string[] = []
  await lock.acquire()
  const tasks = visitors(lock, ["a", "b", "c"], log)
  await ticks(1)
  assert.deepEqual(lock.statistics(), { locked: true, tasksWaiting: 3 })
  lock.release()
  await asyncio.gather(tasks)
  assert.deepEqual(log, ["a", "b", "c"])
  assert.deepEqual(lock.statistics(), REST)
})

virtual("between a release and the turn of the one it wakes the lock is free, but a newcomer queues behind (R132)", async () => {
  const lock = new asyncio.Lock()
  const log: string[] = []
  await lock.acquire()
  visitors(lock, ["waiting"], log)
  await ticks(1)
  lock.release()
  assert.equal(lock.locked(), false)
  await lock.acquire()
  assert.deepEqual(log, ["waiting"])
  lock.release()
})

virtual("one release wakes one task", async () => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  const tasks = [0, 1].map(() => asyncio.createTask(() => lock.acquire()))
  await ticks(1)
  lock.release()
  await ticks(3)
  assert.deepEqual(tasks.map((task) => task.done()), [true, false])
  assert.ok(lock.locked())
  tasks[1]?.cancel()
})

virtual("releasing a free lock is refused, with what to do", () => {
  const error = thrownBy(() => new asyncio.Lock().release())
  assert.ok(error instanceof asyncio.RuntimeError)
  assert.match(error.message, /not acquired; release it once for each acquire/)
})

virtual("a cancelled waiter in the middle is skipped (R133)", async () => {
  const lock = new asyncio.Lock()
  const log: string[] = []
  await lock.acquire()
  const [a, b, c] = visitors(lock, ["a", "b", "c"], log)
  await ticks(1)
  b?.cancel()
  lock.release()
  await asyncio.wait([a, b, c].filter((task) => task !== undefined))
  assert.deepEqual(log, ["a", "c"])
  assert.deepEqual(lock.statistics(), REST)
})

virtual("a waiter that was cancelled after it was woken passes the wake-up on (R133)", async () => {
  const lock = new asyncio.Lock()
  const log: string[] = []
  await lock.acquire()
  const [a, b, c] = visitors(lock, ["a", "b", "c"], log)
  await ticks(1)
  lock.release()
  a?.cancel()
  b?.cancel()
  await c
  assert.deepEqual(log, ["c"])
})

virtual("a release while a cancelled waiter is still in line wakes nobody twice", async () => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  const [a, b, c] = [0, 1, 2].map(() => asyncio.createTask(() => lock.acquire()))
  await ticks(1)
  a?.cancel()
  lock.release()
  await ticks(4)
  assert.deepEqual(fates([a, b, c].filter((task) => task !== undefined)).map((text) => text.split(" ")[0]), [
    "cancelled",
    "returned",
    "pending",
  ])
  c?.cancel()
})

virtual("a newcomer may take a free lock when everybody in line has given up", async () => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  const task = asyncio.createTask(() => lock.acquire())
  await ticks(1)
  lock.release()
  task.cancel()
  // Woken first, so it still counts as in line; cancelled first it does not.
  assert.equal(await ticksOf(() => lock.acquire()), 1)
  const other = asyncio.createTask(() => lock.acquire())
  await ticks(1)
  other.cancel()
  lock.release()
  assert.equal(await ticksOf(() => lock.acquire()), 0)
  lock.release()
  await ticks(2)
  assert.deepEqual(fates([task, other]), ["cancelled", "cancelled"])
})

virtual("an acquire that times out leaves nobody in line (R134)", async () => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(lock.acquire(), 1))
  assert.deepEqual(lock.statistics(), { locked: true, tasksWaiting: 0 })
  lock.release()
  assert.equal(await ticksOf(() => lock.acquire()), 0)
})

virtual("an acquire that is woken in the tick of its time limit passes the lock on (R134)", async () => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  asyncio.getRunningLoop().callLater(1, () => lock.release())
  const late = asyncio.createTask(() => asyncio.waitFor(lock.acquire(), 1))
  const patient = asyncio.createTask(() => lock.acquire())
  await asyncio.sleep(1.25)
  assert.match(fate(late), /TimeoutError/)
  assert.match(fate(patient), /returned/)
  assert.deepEqual(lock.statistics(), { locked: true, tasksWaiting: 0 })
})

virtual("run holds the lock while its body runs and gives the body's value", async () => {
  const lock = new asyncio.Lock()
  const value = await lock.run(async () => {
    await asyncio.sleep(1)
    return lock.locked()
  })
  assert.equal(value, true)
  assert.deepEqual(lock.statistics(), REST)
  assert.equal(await lock.run(() => "no promise"), "no promise")
})

virtual("run releases the lock when its body throws or is cancelled", async () => {
  const lock = new asyncio.Lock()
  const boom = new Error("boom")
  assert.equal(await thrown(lock.run(() => Promise.reject(boom))), boom)
  assert.equal(lock.locked(), false)
  const task = asyncio.createTask(() => lock.run(() => asyncio.sleep(9)))
  await ticks(1)
  assert.ok(lock.locked())
  task.cancel()
  await ticks(2)
  assert.deepEqual(lock.statistics(), REST)
})

virtual("run that is cancelled before it has the lock does not release it", async () => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  const task = asyncio.createTask(() => lock.run(() => assert.fail("the body runs")))
  await ticks(1)
  task.cancel()
  await ticks(2)
  assert.ok(lock.locked())
  assert.equal(fate(task), "cancelled")
})

virtual("run refuses a body that is no function, at the call", () => {
  // @ts-expect-error: a promise is no body
  const error = thrownBy(() => new asyncio.Lock().run(Promise.resolve()))
  assert.match(error.message, /body of Lock\.run is a function/)
})

randomVirtual("random tasks never share the lock, come in in order, and all get through", 60, async (random) => {
  const lock = new asyncio.Lock()
  await hammer(random, lock, 1)
  assert.deepEqual(lock.statistics(), REST)
})

cancellationMatrix(
  "Lock.acquire",
  async () => {
    const lock = new asyncio.Lock()
    await lock.acquire()
    return {
      wait: () => lock.acquire(),
      wake: () => lock.release(),
      waiting: () => lock.statistics().tasksWaiting,
      cleanUp: () => lock.locked() && lock.release(),
      statistics: () => lock.statistics(),
    }
  },
  { rest: REST },
)

virtual("a wait that is left open when its code has ended does not let the next in while the lock is held", async (told) => {
  const lock = new asyncio.Lock()
  await lock.acquire()
  const end = new asyncio.Future<void>()
  const ignore = (): void => undefined
  const task = asyncio.createTask(async () => {
    void lock.acquire().then(ignore, ignore)
    await end
  })
  await ticks(2)
  const next = asyncio.createTask(() => lock.acquire())
  await ticks(2)
  end.setResult()
  await task
  told.report(/'Lock\.acquire' was still waiting when/)
  await ticks(4)
  assert.equal(fate(next), "pending")
  lock.release()
  await next
})

virtual("a lock that code of no task has taken is held by no task", async () => {
  const lock = new asyncio.Lock()
  assert.equal(lock[tryAcquire](null), true)
  assert.deepEqual([lock.locked(), lock[holdersOf]()], [true, []])
  lock.release()
  await lock.acquire()
  assert.equal(lock[holdersOf]().length, 1)
  lock.release()
  assert.deepEqual(lock[holdersOf](), [])
})
