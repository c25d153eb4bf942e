import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { holdersOf, insides } from "#src/sync/primitive.ts"
import { cancellationMatrix } from "../support/cancellation-matrix.ts"
import { hammer } from "../support/hammer.ts"
import { randomVirtual } from "../support/random.ts"
import { fate, fates, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

for (const Kind of [asyncio.Semaphore, asyncio.BoundedSemaphore]) {
  const { name } = Kind

  test(`${name}: it starts with one permit, or as many as asked for`, () => {
    assert.deepEqual(new Kind().statistics(), { permits: 1, tasksWaiting: 0 })
    assert.deepEqual(new Kind(0).statistics(), { permits: 0, tasksWaiting: 0 })
    assert.equal(new Kind(0).locked(), true)
  })

  test(`${name}: a negative value is a RangeError, anything but a whole number a TypeError`, () => {
    assert.match(thrownBy(() => new Kind(-1)).message, /value of a semaphore must be at least 0, but is -1/)
    assert.ok(thrownBy(() => new Kind(-1)) instanceof RangeError)
    for (const wrong of [1.5, NaN, Infinity, "2", null]) {
      assert.ok(thrownBy(() => new Kind(wrong as never)) instanceof TypeError, String(wrong))
    }
  })

  virtual(`${name}: free permits are taken without suspending`, async () => {
    const semaphore = new Kind(2)
    assert.equal(await ticksOf(() => semaphore.acquire()), 0)
    assert.equal(semaphore.locked(), false)
    assert.equal(await ticksOf(() => semaphore.acquire()), 0)
    assert.equal(semaphore.locked(), true)
    assert.deepEqual(semaphore.statistics(), { permits: 0, tasksWaiting: 0 })
  })

  virtual(`${name}: a released permit goes to the first in line, so it stays locked and newcomers queue (R140)`, async () => {
    const semaphore = new Kind(1)
    const log: string[] = []
    const visit = (name: string) => async (): Promise<void> => {
      await semaphore.acquire()
      log.push(name)
      semaphore.release()
    }
    await semaphore.acquire()
    const tasks = ["a", "b"].map((name) => asyncio.createTask(visit(name)))
    await ticks(1)
    semaphore.release()
    assert.equal(semaphore.locked(), true)
    assert.equal(semaphore.statistics().permits, 0)
    const newcomer = asyncio.createTask(visit("newcomer"))
    await asyncio.gather([...tasks, newcomer])
    assert.deepEqual(log, ["a", "b", "newcomer"])
    assert.deepEqual(semaphore.statistics(), { permits: 1, tasksWaiting: 0 })
  })

  virtual(`${name}: a cancelled recipient returns its permit, which is passed on (R140)`, async () => {
    const semaphore = new Kind(1)
    await semaphore.acquire()
    const [first, second, third] = [0, 1, 2].map(() => asyncio.createTask(() => semaphore.acquire()))
    await ticks(1)
    semaphore.release()
    first?.cancel()
    await ticks(2)
    assert.deepEqual([first, second, third].map((task) => task?.done()), [true, true, false])
    assert.equal(first?.cancelled(), true)
    assert.deepEqual(semaphore.statistics(), { permits: 0, tasksWaiting: 1 })
    third?.cancel()
  })

  virtual(`${name}: two permits released at once reach two in line, also round a cancelled one`, async () => {
    const semaphore = new Kind(2)
    await semaphore.acquire()
    await semaphore.acquire()
    const tasks = [0, 1, 2].map(() => asyncio.createTask(() => semaphore.acquire()))
    await ticks(1)
    tasks[1]?.cancel()
    semaphore.release()
    semaphore.release()
    await ticks(3)
    assert.deepEqual(fates(tasks).map((text) => text.split(" ")[0]), ["returned", "cancelled", "returned"])
    assert.deepEqual(semaphore.statistics(), { permits: 0, tasksWaiting: 0 })
  })

  virtual(`${name}: who queues behind a cancelled recipient of the last permit does not hang`, async () => {
    const semaphore = new Kind(1)
    await semaphore.acquire()
    const first = asyncio.createTask(() => semaphore.acquire())
    await ticks(1)
    semaphore.release()
    first.cancel()
    const newcomer = asyncio.createTask(() => semaphore.acquire())
    await ticks(4)
    assert.deepEqual([first.cancelled(), newcomer.done()], [true, true])
  })

  virtual(`${name}: as many of those who queue behind a cancelled recipient are woken as there are permits`, async () => {
    const semaphore = new Kind(2)
    await semaphore.acquire()
    await semaphore.acquire()
    const first = asyncio.createTask(() => semaphore.acquire())
    await ticks(1)
    semaphore.release()
    semaphore.release()
    const newcomers = [0, 1].map(() => asyncio.createTask(() => semaphore.acquire()))
    first.cancel()
    await ticks(3)
    assert.ok(newcomers.every((task) => task.done()))
    assert.deepEqual(semaphore.statistics(), { permits: 0, tasksWaiting: 0 })
  })

  virtual(`${name}: an acquire that times out leaves nobody in line and takes no permit`, async () => {
    const semaphore = new Kind(1)
    await semaphore.acquire()
    asyncio.getRunningLoop().callLater(1, () => semaphore.release())
    await thrownAs(asyncio.TimeoutError, asyncio.waitFor(semaphore.acquire(), 1))
    assert.deepEqual(semaphore.statistics(), { permits: 1, tasksWaiting: 0 })
  })

  virtual(`${name}: run holds a permit while its body runs, whatever becomes of it`, async () => {
    const semaphore = new Kind(1)
    assert.equal(await semaphore.run(() => semaphore.statistics().permits), 0)
    await thrownAs(Error, semaphore.run(() => Promise.reject(new Error("boom"))))
    const task = asyncio.createTask(() => semaphore.run(() => asyncio.sleep(9)))
    await ticks(1)
    task.cancel()
    await ticks(2)
    assert.equal(fate(task), "cancelled")
    assert.deepEqual(semaphore.statistics(), { permits: 1, tasksWaiting: 0 })
    assert.match(thrownBy(() => semaphore.run(3 as never)).message, /body of Semaphore\.run is a function, but 3/)
  })

  randomVirtual(`${name}: random tasks never exceed the permits, come in in order, and lose none`, 30, async (random) => {
    const permits = 1 + random.below(3)
    const semaphore = new Kind(permits)
    await hammer(random, semaphore, permits)
    assert.deepEqual(semaphore.statistics(), { permits, tasksWaiting: 0 })
  })

  cancellationMatrix(
    `${name}.acquire`,
    async () => {
      const semaphore = new Kind(1)
      await semaphore.acquire()
      return {
        wait: () => semaphore.acquire(),
        wake: () => semaphore.release(),
        waiting: () => semaphore.statistics().tasksWaiting,
        cleanUp: () => semaphore.statistics().permits === 0 && semaphore.release(),
        statistics: () => semaphore.statistics(),
      }
    },
    { kind: "Semaphore.acquire", rest: { permits: 1, tasksWaiting: 0 } },
  )
}

virtual("those who wait are served in the order of arrival, however many permits come at a time", async () => {
  const semaphore = new asyncio.Semaphore(0)
  const log: number[] = []
  const tasks = [0, 1, 2, 3, 4].map((i) =>
    asyncio.createTask(async () => {
      await semaphore.acquire()
      log.push(i)
    }),
  )
  await ticks(1)
  assert.equal(semaphore.statistics().tasksWaiting, 5)
  for (let i = 0; i < 3; i += 1) semaphore.release()
  await ticks(2)
  assert.deepEqual(log, [0, 1, 2])
  for (let i = 0; i < 2; i += 1) semaphore.release()
  await asyncio.gather(tasks)
  assert.deepEqual(log, [0, 1, 2, 3, 4])
})

test("a plain semaphore may grow beyond its first value (R141)", () => {
  const semaphore = new asyncio.Semaphore(1)
  semaphore.release()
  assert.equal(semaphore.statistics().permits, 2)
})

virtual("a bounded semaphore refuses a release too many (R141)", async () => {
  const semaphore = new asyncio.BoundedSemaphore(2)
  const error = thrownBy(() => semaphore.release())
  assert.ok(error instanceof RangeError)
  assert.match(error.message, /released too many times: all 2 permits are free/)
  await semaphore.acquire()
  semaphore.release()
  assert.ok(thrownBy(() => semaphore.release()) instanceof RangeError)
  assert.equal(semaphore.statistics().permits, 2)
})

/** Tasks that hold a permit each until they are told to give it back, and their numbers. */
async function holders(semaphore: asyncio.Semaphore, count: number): Promise<{ ids: readonly number[]; giveBack(at: number): Promise<void> }> {
  const ends = Array.from({ length: count }, () => new asyncio.Future<void>())
  const tasks = ends.map((end) => asyncio.createTask(() => semaphore.run(() => end)))
  await ticks(2)
  const ids = [...semaphore[holdersOf]()]
  const giveBack = async (at: number): Promise<void> => {
    ends[at]?.setResult()
    await tasks[at]
  }
  return { ids, giveBack }
}

virtual("who holds a permit is known until it gives it back", async () => {
  const semaphore = new asyncio.Semaphore(3)
  const { ids, giveBack } = await holders(semaphore, 3)
  const [a, b, c] = ids
  assert.equal(new Set(ids).size, 3)
  await giveBack(1)
  assert.deepEqual(semaphore[holdersOf](), [a, c])
  await semaphore.acquire()
  assert.deepEqual(semaphore[holdersOf]().slice(0, 2), [a, c])
  assert.equal(semaphore[holdersOf]().includes(b ?? 0), false)
})

test("what is given back by code of no task counts as the permit that was taken longest ago", async () => {
  const semaphore = new asyncio.Semaphore(3)
  let ids: readonly number[] = []
  await runVirtual(async () => {
    // They end without giving anything back.
    for (let i = 0; i < 3; i += 1) await asyncio.createTask(async () => void (await semaphore.acquire()))
    ids = [...semaphore[holdersOf]()]
  })
  assert.equal(ids.length, 3)
  semaphore.release()
  assert.deepEqual(semaphore[holdersOf](), ids.slice(1))
})

virtual("of many holders the first sixteen are known, and stay so while others give back theirs", async () => {
  const semaphore = new asyncio.Semaphore(18)
  const { ids, giveBack } = await holders(semaphore, 18)
  assert.equal(ids.length, 16)
  await giveBack(17)
  assert.deepEqual(semaphore[holdersOf](), ids)
  await giveBack(16)
  assert.deepEqual(semaphore[holdersOf](), ids)
  await giveBack(15)
  assert.deepEqual(semaphore[holdersOf](), ids.slice(0, 15))
})

virtual("how many permits there are stays as they are taken and given back, and grows with those that are added (R141)", async () => {
  const semaphore = new asyncio.Semaphore(2)
  await semaphore.acquire()
  await semaphore.acquire()
  semaphore.release()
  assert.equal(semaphore[insides], 2)
  semaphore.release()
  assert.equal(semaphore[insides], 2)
  semaphore.release()
  assert.equal(semaphore[insides], 3)
})

virtual("several permits that are free when the first in line has its turn go to the next ones at once", async () => {
  const semaphore = new asyncio.Semaphore(0)
  const first = asyncio.createTask(() => semaphore.acquire())
  await ticks(1)
  asyncio.getRunningLoop().callSoon(() => {
    for (let i = 0; i < 3; i += 1) semaphore.release()
  })
  const others = [0, 1].map(() => asyncio.createTask(() => semaphore.acquire()))
  await ticks(1)
  assert.deepEqual(semaphore.statistics(), { permits: 2, tasksWaiting: 3 })
  await ticks(1)
  assert.ok(first.done())
  assert.deepEqual(others.map((task) => task.done()), [false, false])
  await ticks(1)
  assert.deepEqual(others.map((task) => task.done()), [true, true])
})

virtual("a wait that is left open when its code has ended makes no permit of nothing", async (told) => {
  const semaphore = new asyncio.Semaphore(0)
  const end = new asyncio.Future<void>()
  const ignore = (): void => undefined
  const task = asyncio.createTask(async () => {
    void semaphore.acquire().then(ignore, ignore)
    await end
  })
  await ticks(2)
  end.setResult()
  await task
  told.report(/'Semaphore\.acquire' was still waiting when/)
  await ticks(3)
  assert.deepEqual(semaphore.statistics(), { permits: 0, tasksWaiting: 0 })
})
