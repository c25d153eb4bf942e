import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { Counted } from "../support/counted.ts"
import { fate, fates, forever, now, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const boom = new Error("boom")

function naps(...seconds: number[]): asyncio.Task<number>[] {
  return seconds.map((delay) => asyncio.createTask(asyncio.sleep(delay, delay)))
}

function failing(seconds: number): asyncio.Task<never> {
  return asyncio.createTask(async () => {
    await asyncio.sleep(seconds)
    throw boom
  })
}

/** The results of done ones and the number of pending ones. */
function summary([done, pending]: [Set<asyncio.Future<unknown>>, Set<asyncio.Future<unknown>>]): [string[], number] {
  return [fates(done), pending.size]
}

virtualLazyAndEager("it waits for all, and gives the futures themselves", async () => {
  const tasks = naps(2, 1)
  const [done, pending] = await asyncio.wait(tasks)
  assert.deepEqual([...done], tasks)
  assert.equal(pending.size, 0)
  assert.equal(now(), 2000)
})

virtual("bad input is refused at the call, with what to do (R65)", async () => {
  const task = asyncio.createTask(asyncio.sleep(0))
  const coroutine = asyncio.sleep(0)
  const table: [() => unknown, new () => Error, RegExp][] = [
    [() => asyncio.wait([]), RangeError, /wait needs at least one task or future; the list is empty/],
    [() => asyncio.wait([coroutine as never]), TypeError, /takes tasks and futures, not <coroutine sleep>; use createTask\(…\) first/],
    [() => asyncio.wait([Promise.resolve() as never]), TypeError, /not a Promise; use wrapFuture\(…\) first/],
    [() => asyncio.wait([3 as never]), TypeError, /not 3/],
    [() => asyncio.wait(task as never), TypeError, /takes a list of futures: wait\(\[task\]\), not a Task/],
    [() => asyncio.wait(5 as never), TypeError, /takes a list/],
    [() => asyncio.wait([task], { returnWhen: "SOON" as never }), RangeError, /FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED, not "SOON"/],
    [() => asyncio.wait([task], { timeout: NaN }), RangeError, /timeout of wait is NaN/],
    [() => asyncio.wait([task], { timeout: "1" as never }), TypeError, /timeout of wait is a number of seconds/],
  ]
  for (const [attempt, kind, pattern] of table) {
    const error = thrownBy(attempt)
    assert.ok(error instanceof kind, String(error))
    assert.match(error.message, pattern)
  }
  await coroutine
})

virtual("duplicates merge, and any iterable will do (R66)", async () => {
  const [a, b] = naps(1, 2) as [asyncio.Task<number>, asyncio.Task<number>]
  const generate = function* (): Generator<asyncio.Task<number>> {
    yield* [a, b, a]
  }
  const [done, pending] = await asyncio.wait(generate())
  assert.deepEqual([done.size, pending.size], [2, 0])
  assert.equal((await asyncio.wait(new Set([a])))[0].size, 1)
})

virtual("it never throws for a child's failure (R67)", async () => {
  const tasks = [failing(0.1), ...naps(0.2)]
  assert.deepEqual(summary(await asyncio.wait(tasks)), [["failed Error: boom", "returned 0.2"], 0])
})

virtual("on timeout it throws nothing, and gives what is pending, uncancelled (R67)", async () => {
  const [quick, slow] = naps(1, 3) as [asyncio.Task<number>, asyncio.Task<number>]
  const [done, pending] = await asyncio.wait([quick, slow], { timeout: 2 })
  assert.deepEqual([[...done], [...pending]], [[quick], [slow]])
  assert.equal(now(), 2000)
  assert.equal(slow.cancelling(), 0)
  assert.equal(await slow, 3)
})

virtual("a timeout of 0 or less returns after one look (R67)", async () => {
  for (const timeout of [0, -1]) {
    const [done] = naps(0)
    await ticks(2)
    const pending = asyncio.createTask(forever())
    assert.deepEqual(summary(await asyncio.wait([done as asyncio.Task<number>, pending], { timeout })), [["returned 0"], 1])
    pending.cancel()
  }
  assert.equal(now(), 0)
})

virtual("a timeout that is not needed leaves no timer, and none lasts for ever", async () => {
  await asyncio.wait(naps(1), { timeout: 100 })
  await asyncio.wait(naps(1), { timeout: null })
  await asyncio.wait(naps(1), { timeout: Infinity })
  assert.equal(now(), 3000)
})

virtual("FIRST_COMPLETED returns with the first, and with all that are done by then", async () => {
  const tasks = naps(2, 1, 1)
  const [done, pending] = await asyncio.wait(tasks, { returnWhen: asyncio.FIRST_COMPLETED })
  assert.deepEqual([fates(done), pending.size, now()], [["returned 1", "returned 1"], 1, 1000])
})

virtual("FIRST_EXCEPTION reacts to exceptions only, not to a cancelled child (R68)", async () => {
  const cancelled = asyncio.createTask(forever())
  const tasks = [cancelled, ...naps(1, 9), failing(3)]
  asyncio.getRunningLoop().callLater(2, () => void cancelled.cancel())
  const result = await asyncio.wait(tasks, { returnWhen: asyncio.FIRST_EXCEPTION })
  assert.deepEqual(summary(result), [["cancelled", "returned 1", "failed Error: boom"], 1])
  assert.equal(now(), 3000)
})

virtual("FIRST_EXCEPTION without exceptions waits for all (R68)", async () => {
  assert.equal((await asyncio.wait(naps(1, 2), { returnWhen: "FIRST_EXCEPTION" }))[0].size, 2)
  assert.equal(now(), 2000)
})

virtual("FIRST_EXCEPTION with a failure that is there already returns at once", async () => {
  const failed = failing(0)
  await asyncio.wait([failed])
  assert.deepEqual(summary(await asyncio.wait([failed, ...naps(9)], { returnWhen: "FIRST_EXCEPTION" })), [
    ["failed Error: boom"],
    1,
  ])
  assert.equal(now(), 0)
})

virtual("cancelling wait does not cancel the children (R69)", async () => {
  const tasks = naps(2, 3)
  const waiting = asyncio.createTask(asyncio.wait(tasks))
  await ticks(2)
  waiting.cancel()
  await ticks(2)
  assert.equal(fate(waiting), "cancelled")
  assert.deepEqual(tasks.map((task) => task.cancelling()), [0, 0])
  assert.deepEqual(await asyncio.gather(tasks), [2, 3])
})

virtual("it suspends for two iterations even if nothing is left to wait for (R70)", async () => {
  const tasks = naps(0)
  await asyncio.wait(tasks)
  assert.equal(await ticksOf(() => asyncio.wait(tasks)), 2)
  assert.equal(await ticksOf(() => asyncio.wait([asyncio.createTask(async () => 1)])), 3)
})

virtual("nobody listens to the children after any exit (R71)", async () => {
  const future = new Counted<void>()
  const first = new Counted<void>()
  const all = [future, first]
  await asyncio.wait(all, { timeout: 1 })
  assert.deepEqual(all.map((child) => child.listeners), [0, 0])
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(asyncio.wait(all), 1))
  assert.deepEqual(all.map((child) => child.listeners), [0, 0])
  const waiting = asyncio.createTask(asyncio.wait(all, { returnWhen: "FIRST_COMPLETED" }))
  await ticks(1)
  assert.deepEqual(all.map((child) => child.listeners), [1, 1])
  first.setResult()
  await waiting
  assert.equal(future.listeners, 0)
  future.cancel()
})

virtual("a wait that is cancelled in the tick in which it is over throws", async () => {
  const [task] = naps(1)
  const waiting = asyncio.createTask(asyncio.wait([task as asyncio.Task<number>]))
  task?.addDoneCallback(() => void waiting.cancel())
  await asyncio.sleep(2)
  assert.equal(fate(waiting), "cancelled")
})
