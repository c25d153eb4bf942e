import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { randomVirtual } from "../support/random.ts"
import { fate, fates, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const SETTLE = 10

/** `count` tasks that wait at the barrier, and have come to it. */
async function arrivals(barrier: asyncio.Barrier, count: number): Promise<asyncio.Task<number>[]> {
  const tasks = Array.from({ length: count }, () => asyncio.createTask(barrier.wait()))
  await ticks(SETTLE)
  return tasks
}

function first(tasks: readonly asyncio.Task<number>[]): asyncio.Task<number> {
  const [task] = tasks
  assert.ok(task)
  return task
}

test("the parties are a whole number of at least 1", () => {
  assert.equal(new asyncio.Barrier(3).parties, 3)
  assert.match(thrownBy(() => new asyncio.Barrier(0)).message, /parties of a barrier must be at least 1, but is 0/)
  for (const wrong of [1.5, NaN, "2", undefined]) {
    assert.ok(thrownBy(() => new asyncio.Barrier(wrong as never)) instanceof TypeError, String(wrong))
  }
})

virtual("a barrier of one never suspends, and can be passed again and again", async () => {
  const barrier = new asyncio.Barrier(1)
  for (let round = 0; round < 2; round += 1) {
    assert.equal(await ticksOf(async () => assert.equal(await barrier.wait(), 0)), 0)
  }
})

virtual("the last to come does not suspend and gets the highest index; the others follow in order (R142)", async () => {
  const barrier = new asyncio.Barrier(3)
  const order: number[] = []
  const arrive = async (): Promise<void> => void order.push(await barrier.wait())
  const waiting = [asyncio.createTask(arrive), asyncio.createTask(arrive)]
  await ticks(SETTLE)
  assert.deepEqual(barrier.statistics(), { parties: 3, tasksWaiting: 2, broken: false })
  assert.equal(await ticksOf(arrive), 0)
  assert.deepEqual(order, [2])
  await asyncio.gather(waiting)
  assert.deepEqual(order, [2, 0, 1])
  assert.deepEqual(barrier.statistics(), { parties: 3, tasksWaiting: 0, broken: false })
})

virtual("each generation gets every index once (R142)", async () => {
  const barrier = new asyncio.Barrier(2)
  for (let generation = 0; generation < 3; generation += 1) {
    assert.deepEqual(fates(await arrivals(barrier, 2)).sort(), ["returned 0", "returned 1"])
  }
})

virtual("five tasks at a barrier of two: four pass, one waits", async () => {
  const barrier = new asyncio.Barrier(2)
  const tasks = await arrivals(barrier, 5)
  assert.equal(tasks.filter((task) => task.done()).length, 4)
  assert.equal(barrier.nWaiting, 1)
  for (const task of tasks) task.cancel()
})

virtual("the next generation may not enter until the current one has drained (R142)", async () => {
  const barrier = new asyncio.Barrier(2)
  const log: string[] = []
  const arrive = (name: string) => async (): Promise<void> => {
    await barrier.wait()
    log.push(name)
  }
  const early = asyncio.createTask(arrive("early"))
  await ticks(SETTLE)
  const late = asyncio.createTask(async () => {
    await arrive("late")()
    // The barrier drains: nobody is counted, and who comes now waits for the rest to leave.
    assert.equal(barrier.nWaiting, 0)
    await arrive("again")()
  })
  const next = asyncio.createTask(arrive("next"))
  await asyncio.gather([early, late, next])
  assert.deepEqual(log.slice(0, 2), ["late", "early"])
  assert.deepEqual(log.slice(2).sort(), ["again", "next"])
})

virtual("a cancelled waiter just leaves, and the barrier is not broken (R143)", async () => {
  const barrier = new asyncio.Barrier(3)
  const tasks = await arrivals(barrier, 2)
  first(tasks).cancel()
  await ticks(SETTLE)
  assert.deepEqual(barrier.statistics(), { parties: 3, tasksWaiting: 1, broken: false })
  const others = await arrivals(barrier, 2)
  assert.deepEqual(fates([...tasks.slice(1), ...others]).sort(), ["returned 0", "returned 1", "returned 2"])
})

virtual("a waiter cancelled in the tick in which the last one comes leaves the others free", async () => {
  for (const cancelFirst of [true, false]) {
    const barrier = new asyncio.Barrier(3)
    const tasks = await arrivals(barrier, 2)
    if (cancelFirst) first(tasks).cancel()
    assert.equal(await barrier.wait(), 2)
    if (!cancelFirst) first(tasks).cancel()
    await ticks(SETTLE)
    assert.deepEqual(fates(tasks), ["cancelled", "returned 1"])
    assert.deepEqual(barrier.statistics(), { parties: 3, tasksWaiting: 0, broken: false })
    assert.equal((await arrivals(barrier, 3)).filter((task) => task.done()).length, 3)
  }
})

virtual("a waiter cancelled twice, or before its first step, leaves nothing behind", async () => {
  const barrier = new asyncio.Barrier(2)
  const early = asyncio.createTask(barrier.wait())
  early.cancel()
  const [late] = await arrivals(barrier, 1)
  late?.cancel()
  late?.cancel()
  await ticks(SETTLE)
  assert.deepEqual([early.cancelled(), late?.cancelled()], [true, true])
  assert.equal(barrier.nWaiting, 0)
})

virtual("reset breaks those who wait, and them only (R143)", async () => {
  const barrier = new asyncio.Barrier(3)
  const tasks = await arrivals(barrier, 2)
  await barrier.reset()
  await ticks(SETTLE)
  for (const task of tasks) {
    assert.ok(task.exception() instanceof asyncio.BrokenBarrierError)
    assert.match(String(task.exception()), /reset or aborted while tasks waited/)
  }
  assert.deepEqual(barrier.statistics(), { parties: 3, tasksWaiting: 0, broken: false })
  assert.equal((await arrivals(barrier, 3)).filter((task) => task.done()).length, 3)
})

virtual("reset of an idle barrier changes nothing", async () => {
  const barrier = new asyncio.Barrier(2)
  await barrier.reset()
  assert.deepEqual(barrier.statistics(), { parties: 2, tasksWaiting: 0, broken: false })
  assert.equal((await arrivals(barrier, 2)).filter((task) => task.done()).length, 2)
})

virtual("who comes while a reset is emptying the barrier waits, then enters afresh", async () => {
  const barrier = new asyncio.Barrier(2)
  const [broken] = await arrivals(barrier, 1)
  await barrier.reset()
  const fresh = await arrivals(barrier, 2)
  assert.match(fate(broken as asyncio.Task<number>), /BrokenBarrierError/)
  assert.deepEqual(fates(fresh).sort(), ["returned 0", "returned 1"])
})

virtual("who comes in the very tick of a reset waits until those of before have left", async () => {
  const barrier = new asyncio.Barrier(3)
  const tasks = await arrivals(barrier, 2)
  const reset = asyncio.createTask(barrier.reset())
  const [fresh] = await arrivals(barrier, 1)
  assert.deepEqual([fate(reset), fate(fresh as asyncio.Task<number>)], ["returned undefined", "pending"])
  assert.ok(tasks.every((task) => task.exception() instanceof asyncio.BrokenBarrierError))
  assert.equal(barrier.nWaiting, 1)
  fresh?.cancel()
})

virtual("reset while the barrier drains breaks who has not left yet", async () => {
  const barrier = new asyncio.Barrier(3)
  const tasks = await arrivals(barrier, 2)
  assert.equal(await barrier.wait(), 2)
  await barrier.reset()
  await ticks(SETTLE)
  assert.ok(tasks.every((task) => task.exception() instanceof asyncio.BrokenBarrierError))
  assert.equal(barrier.broken, false)
})

virtual("abort breaks those who wait and those who come, until reset (R143)", async () => {
  const barrier = new asyncio.Barrier(2)
  const [waiting] = await arrivals(barrier, 1)
  await barrier.abort()
  await ticks(SETTLE)
  assert.ok(waiting?.exception() instanceof asyncio.BrokenBarrierError)
  assert.deepEqual(barrier.statistics(), { parties: 2, tasksWaiting: 0, broken: true })
  const error = await thrownAs(asyncio.BrokenBarrierError, barrier.wait())
  assert.match(error.message, /aborted; reset\(\) repairs it/)
  await barrier.reset()
  assert.equal(barrier.broken, false)
  assert.equal((await arrivals(barrier, 2)).filter((task) => task.done()).length, 2)
})

virtual("a task that fails may abort the barrier for the others", async () => {
  const barrier = new asyncio.Barrier(3)
  const tasks = await arrivals(barrier, 2)
  const failing = async (): Promise<void> => {
    try {
      throw new Error("boom")
    } finally {
      await barrier.abort()
    }
  }
  await thrownAs(Error, failing())
  await ticks(SETTLE)
  assert.ok(tasks.every((task) => task.exception() instanceof asyncio.BrokenBarrierError))
})

virtual("run waits for the others and gives its body the index", async () => {
  const barrier = new asyncio.Barrier(2)
  const body = (index: number): string => `index ${index}`
  assert.deepEqual(await asyncio.gather([barrier.run(body), barrier.run(body)]), ["index 0", "index 1"])
  assert.match(thrownBy(() => barrier.run(1 as never)).message, /body of Barrier\.run is a function, but 1/)
})

virtual("a wait that times out leaves the barrier, which others can still pass", async () => {
  const barrier = new asyncio.Barrier(2)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(barrier.wait(), 1))
  assert.equal(barrier.nWaiting, 0)
  assert.equal((await arrivals(barrier, 2)).filter((task) => task.done()).length, 2)
})

randomVirtual("it agrees with a list of those who wait, whoever comes, leaves, resets or aborts", 60, async (random) => {
  const parties = 1 + random.below(4)
  const barrier = new asyncio.Barrier(parties)
  let waiting: asyncio.Task<number>[] = []
  let broken = false
  const indices = (tasks: asyncio.Task<number>[]): number[] => tasks.map((task) => task.result()).sort((a, b) => a - b)
  const everyIndex = Array.from({ length: parties }, (_, index) => index)

  const actions: (() => Promise<void>)[] = [
    async () => {
      waiting.push(...(await arrivals(barrier, 1)))
      if (broken) assert.match(fate(waiting.pop() as asyncio.Task<number>), /BrokenBarrierError/)
      if (waiting.length < parties) return
      assert.deepEqual(indices(waiting), everyIndex)
      waiting = []
    },
    async () => {
      const [gone] = waiting.splice(random.below(waiting.length + 1), 1)
      gone?.cancel()
      await ticks(SETTLE)
      if (gone !== undefined) assert.equal(fate(gone), "cancelled")
    },
    async () => {
      if (waiting.length === 0 || waiting.length < parties - 1) return
      const gone = random.pick(waiting)
      const early = random.chance(50)
      if (early) gone.cancel()
      const last = await barrier.wait()
      if (!early) gone.cancel()
      await ticks(SETTLE)
      assert.equal(fate(gone), "cancelled")
      const passed = [last, ...indices(waiting.filter((task) => task !== gone))]
      assert.equal(new Set(passed).size, parties - 1, "no index twice")
      assert.ok(passed.every((index) => everyIndex.includes(index)))
      waiting = []
    },
    async () => {
      broken = random.chance(50)
      await (broken ? barrier.abort() : barrier.reset())
      await ticks(SETTLE)
      assert.ok(waiting.every((task) => task.exception() instanceof asyncio.BrokenBarrierError))
      waiting = []
    },
  ]

  for (let step = 0; step < 60; step += 1) {
    await (random.chance(70) ? actions[0] : random.pick(actions))?.()
    assert.deepEqual(barrier.statistics(), { parties, tasksWaiting: waiting.length, broken })
  }
  for (const task of waiting) task.cancel()
})
