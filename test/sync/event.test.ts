import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { cancellationMatrix } from "../support/cancellation-matrix.ts"
import { randomVirtual } from "../support/random.ts"
import { fates, thrownAs, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

test("it starts lowered, and set, clear and isSet agree", () => {
  const event = new asyncio.Event()
  assert.equal(event.isSet(), false)
  event.set()
  event.set()
  assert.deepEqual(event.statistics(), { isSet: true, tasksWaiting: 0 })
  event.clear()
  assert.deepEqual(event.statistics(), { isSet: false, tasksWaiting: 0 })
})

virtual("waiting for a flag that is up does not suspend and gives true", async () => {
  const event = new asyncio.Event()
  event.set()
  assert.equal(await ticksOf(async () => assert.equal(await event.wait(), true)), 0)
})

virtual("set wakes everybody who waits, in the order of arrival", async () => {
  const event = new asyncio.Event()
  const log: number[] = []
  const tasks = [0, 1, 2].map((i) => asyncio.createTask(async () => log.push(Number(await event.wait()) * i)))
  await ticks(1)
  assert.equal(event.statistics().tasksWaiting, 3)
  event.set()
  await asyncio.gather(tasks)
  assert.deepEqual(log, [0, 1, 2])
})

virtual("set followed at once by clear still wakes them all, and they get true (R135)", async () => {
  const event = new asyncio.Event()
  const tasks = [0, 1].map(() => asyncio.createTask(event.wait()))
  await ticks(1)
  event.set()
  event.clear()
  await ticks(2)
  assert.deepEqual(fates(tasks), ["returned true", "returned true"])
  assert.deepEqual(event.statistics(), { isSet: false, tasksWaiting: 0 })
})

virtual("who comes after clear waits for the next set", async () => {
  const event = new asyncio.Event()
  event.set()
  event.clear()
  const task = asyncio.createTask(event.wait())
  await ticks(3)
  assert.equal(task.done(), false)
  event.set()
  assert.equal(await task, true)
})

virtual("a wait that times out leaves nobody in line", async () => {
  const event = new asyncio.Event()
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(event.wait(), 1))
  assert.deepEqual(event.statistics(), { isSet: false, tasksWaiting: 0 })
})

randomVirtual("whoever waits when it is set gets through, and nobody else", 40, async (random) => {
  const event = new asyncio.Event()
  let generation = 0
  const set = (): void => {
    generation += 1
    event.set()
  }
  const wait = async (): Promise<void> => {
    const begun = generation
    const up = event.isSet()
    await event.wait()
    assert.ok(up || generation > begun, "it was set after the wait began")
  }
  const tasks: asyncio.Task<void>[] = []
  for (let step = 0; step < 40; step += 1) {
    const what = random.below(5)
    if (what === 0) {
      set()
      const waited = tasks.filter((task) => !task.done() && task.cancelling() === 0)
      if (random.chance(50)) event.clear()
      await ticks(3)
      assert.ok(waited.every((task) => task.done()), "everybody who waited is through")
    } else if (what === 1) event.clear()
    else if (what === 2 && tasks.length > 0) random.pick(tasks).cancel()
    else tasks.push(asyncio.createTask(wait))
    await ticks(1 + random.below(2))
  }
  set()
  await asyncio.gather(tasks, { returnExceptions: true })
  for (const task of tasks) if (!task.cancelled()) task.result()
  assert.deepEqual(event.statistics(), { isSet: true, tasksWaiting: 0 })
})

cancellationMatrix(
  "Event.wait",
  () => {
    const event = new asyncio.Event()
    return {
      wait: () => event.wait(),
      wake: () => event.set(),
      waiting: () => event.statistics().tasksWaiting,
      cleanUp: () => event.clear(),
      statistics: () => event.statistics(),
    }
  },
  { wakesAll: true, rest: { isSet: false, tasksWaiting: 0 } },
)
