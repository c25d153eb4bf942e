/** Cancellation, deadlines, gather and shield: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import { getEventListeners } from "node:events"
import { queryObjects } from "node:v8"
import * as asyncio from "asyncio-ts"
import { collect } from "../core/support/gc.ts"
import { Counted } from "../support/counted.ts"
import { fate, forever, me, now, slowToDie, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("gh-86296: waitFor does not hide a cancel that lands together with the result", async () => {
  const future = new asyncio.Future<string>()
  const task = asyncio.createTask(asyncio.waitFor(future, 10))
  await ticks(2)
  future.setResult("result")
  task.cancel()
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
})

virtual("gh-84849: a result that is made while the deadline cancels the work does not vanish", async () => {
  const work = async (): Promise<string> => {
    try {
      return await forever()
    } catch {
      return "rescued"
    }
  }
  assert.equal(await asyncio.waitFor(work, 1), "rescued")
  assert.equal(now(), 1000)
})

virtual("gh-134471: a deadline that is due on entry does not swallow an earlier cancel", async () => {
  for (const delay of [0, -1]) {
    const task = asyncio.createTask(async () => {
      me().cancel("earlier")
      await asyncio.timeout(delay).run(() => asyncio.sleep(1))
    })
    assert.equal((await thrownAs(asyncio.CancelledError, task)).reason, "earlier")
  }
})

virtual("gh-102780: a timeout entered while a cancel is handled takes its own request back, and no other", async () => {
  const task = asyncio.createTask(async () => {
    await thrownAs(asyncio.CancelledError, forever())
    await thrownAs(asyncio.TimeoutError, asyncio.timeout(1).run(() => forever()))
    return me().cancelling()
  })
  await ticks(1)
  task.cancel()
  assert.equal(await task, 1)
})

virtual("asgiref #585: who cancels a task to limit its time takes the request back, and other limits go on working", async () => {
  const limited = async (): Promise<string> => {
    const task = me()
    const timer = asyncio.getRunningLoop().callLater(1, () => task.cancel())
    try {
      await forever()
    } catch {
      assert.equal(task.uncancel(), 0)
    }
    timer.cancel()
    return (await thrownAs(asyncio.TimeoutError, asyncio.waitFor(forever(), 1))).name
  }
  assert.equal(await asyncio.createTask(limited), "TimeoutError")
})

virtual("async-timeout #229: a deadline and a cancel in one tick are both honoured", async () => {
  for (const first of ["deadline", "cancel"]) {
    const timeout = asyncio.timeoutAt(asyncio.getRunningLoop().time() + 1)
    const cancelAtTheDeadline = (): void => void asyncio.getRunningLoop().callLater(1, () => task.cancel("user"))
    if (first === "cancel") cancelAtTheDeadline()
    const task = asyncio.createTask(timeout.run(() => forever()))
    await ticks(2)
    if (first === "deadline") cancelAtTheDeadline()
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled", `${first} first`)
    assert.equal(timeout.expired(), true, `${first} first`)
  }
})

virtual("gh-76865: gather with returnExceptions passes a cancel on, and has nothing to report", async () => {
  const children = [asyncio.createTask(forever()), asyncio.createTask(asyncio.sleep(0))]
  const task = asyncio.createTask(() => asyncio.gather(children, { returnExceptions: true }))
  await ticks(3)
  task.cancel()
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
  await asyncio.sleep(2)
})

virtual("gh-73618: a gather that is cancelled and that nobody awaits logs nothing", async () => {
  const all = asyncio.gather([forever(), forever()])
  await ticks(2)
  all.cancel()
  await asyncio.sleep(2)
  assert.equal(all.done(), true)
})

virtual("gh-86802: a shielded failure after the outer cancel is told to the exception handler, once", async (told) => {
  const inner = asyncio.createTask(async () => {
    await asyncio.sleep(5)
    throw new Error("boom")
  })
  const outer = asyncio.createTask(() => asyncio.shield(inner))
  await ticks(2)
  outer.cancel()
  await asyncio.wait([inner])
  await asyncio.sleep(2)
  assert.equal(String(told.report(/exception in shielded future/).exception), "Error: boom")
})

virtual("gh-155854: cancelled shields leave nothing on a long-lived inner future, and report its failure once", async (told) => {
  const inner = new Counted<void>()
  for (let i = 0; i < 10; i += 1) await thrownAs(asyncio.TimeoutError, asyncio.waitFor(asyncio.shield(inner), 1))
  assert.ok(inner.listeners <= 1, `${inner.listeners} listeners`)
  inner.setException(new Error("boom"))
  await asyncio.sleep(2)
  told.report(/exception in shielded future/)
})

virtual("gh-155854: looks at a coroutine that have given up leave nothing on it", async () => {
  const count = (): number => queryObjects(asyncio.Future, { format: "count" })
  const serving = asyncio.coroutine(() => asyncio.sleep(1000))()
  const server = asyncio.createTask(async () => serving)
  await ticks(2)
  const before = count()
  for (let i = 0; i < 10; i += 1) await thrownAs(asyncio.TimeoutError, asyncio.waitFor(serving, 1))
  await collect()
  assert.ok(count() - before <= 1, `${count() - before} futures`)
  server.cancel()
})

virtual("python/asyncio #127: asCompleted looks at each future a fixed number of times, however many there are", async () => {
  let looks = 0
  class Watched extends asyncio.Future<number> {
    override done(): boolean {
      looks += 1
      return super.done()
    }
  }
  const cost = async (count: number): Promise<number> => {
    const futures = Array.from({ length: count }, () => new Watched())
    looks = 0
    const handedOut: number[] = []
    asyncio.getRunningLoop().callSoon(() => futures.forEach((future, index) => future.setResult(index)))
    for (const next of asyncio.asCompleted(futures)) handedOut.push(await next)
    assert.deepEqual(handedOut, Array.from(futures.keys()))
    return looks / count
  }
  assert.equal(await cost(1000), await cost(100))
})

virtual("gh-90431: a cancelled wait lets its futures go on", async () => {
  const child = asyncio.createTask(asyncio.sleep(1, "done"))
  const waits = [
    asyncio.createTask(asyncio.wait([child])),
    asyncio.createTask(async () => {
      for await (const done of asyncio.asCompleted([child])) return done.result()
      return "nothing"
    }),
  ]
  await ticks(2)
  for (const wait of waits) wait.cancel()
  await asyncio.wait(waits)
  assert.deepEqual(waits.map(fate), ["cancelled", "cancelled"])
  assert.equal(await child, "done")
})

virtual("gh-105288: wait refuses what cannot be awaited instead of hanging on it", () => {
  for (const wrong of [5, null, "task", () => 1]) {
    const error = thrownBy(() => asyncio.wait([asyncio.createTask(asyncio.sleep(0)), wrong as never]))
    assert.ok(error instanceof TypeError, String(error))
  }
})

virtual("anyio #695: while somebody takes long to obey a cancel, nothing spins", async () => {
  const stubborn = asyncio.createTask(() => slowToDie(100))
  await ticks(1)
  stubborn.cancel()
  await ticks(5)
  assert.equal(asyncio.getRunningLoop().idle, true, "nothing is ready but this task")
  await asyncio.wait([stubborn])
  assert.equal(now(), 100_000)
})

virtual("anyio #716: a deadline in one branch of a task counts on that branch only", async () => {
  const counts: number[] = []
  const bounded = async (): Promise<unknown> => thrown(asyncio.timeout(1).run(() => slowToDie(2)))
  const neighbour = async (): Promise<void> => {
    for (let i = 0; i < 4; i += 1) {
      counts.push(me().cancelling())
      await asyncio.sleep(0.75)
    }
  }
  const [error] = await Promise.all([asyncio.coroutine(bounded)(), asyncio.coroutine(neighbour)()])
  assert.ok(error instanceof asyncio.TimeoutError)
  assert.deepEqual(counts, [0, 0, 0, 0])
  assert.equal(me().cancelling(), 0)
})

virtual("anyio #1091: a deadline over a group whose children it cancels is a TimeoutError, and no group of errors", async () => {
  const group = new asyncio.TaskGroup()
  const body = (): PromiseLike<unknown> =>
    group.run((group) => {
      for (let i = 0; i < 3; i += 1) group.createTask(() => slowToDie(i))
    })
  await thrownAs(asyncio.TimeoutError, asyncio.timeout(1).run(body))
  assert.equal(now(), 3000)
})

virtual("anyio #642: what is shielded from a cancel keeps its children as well", async () => {
  const saved: string[] = []
  const save = (): PromiseLike<unknown> =>
    new asyncio.TaskGroup().run((group) => {
      group.createTask(async () => saved.push(await asyncio.sleep(3, "child")))
    })
  const inner = asyncio.createTask(save)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(asyncio.shield(inner), 1))
  await inner
  assert.deepEqual(saved, ["child"])
})

virtual("Effect #6545: a cancel that is held back is delivered when the mask ends", async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const task = asyncio.createTask(asyncio.settled(promise))
  await ticks(2)
  task.cancel()
  await ticks(5)
  assert.equal(task.done(), false)
  resolve("committed")
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
})

// There is no handle to put fibers into; what is replaced while an old one is on its way is a deadline.
virtual("Effect #6214: what was replaced does not end what replaced it", async () => {
  const value = await asyncio.timeout(1).run(async (timeout) => {
    await asyncio.sleep(0.5)
    timeout.reschedule(5)
    return asyncio.sleep(3, "done")
  })
  assert.equal(value, "done")
  assert.equal(now(), 3500)
})

virtual("trio #1175: of several deadlines that have passed the outermost catches, and no other", async () => {
  const log: string[] = []
  const middle = async (): Promise<void> => {
    try {
      await asyncio.timeout(2).run(() => slowToDie(5))
    } catch (error) {
      log.push((error as Error).name)
      throw error
    }
  }
  await thrownAs(asyncio.TimeoutError, asyncio.timeout(1).run(() => asyncio.timeout(3).run(middle)))
  assert.deepEqual(log, ["CancelledError"])
  assert.equal(now(), 2000)
  assert.equal(me().cancelling(), 0)
})

virtual("trio #1235: a thousand nested scopes, and a cancel through ten thousand tasks, fit on the stack", async () => {
  const nested = (depth: number): PromiseLike<unknown> =>
    depth === 0 ? forever() : asyncio.timeout(1000 + depth).run(() => nested(depth - 1))
  const scopes = asyncio.createTask(() => nested(1000))
  let last: asyncio.Task<unknown> = asyncio.createTask(forever())
  const tasks = [last]
  for (let i = 0; i < 10_000; i += 1) {
    const awaited = last
    last = asyncio.createTask(async () => awaited)
    tasks.push(last)
  }
  await asyncio.sleep(1)
  scopes.cancel()
  last.cancel()
  await asyncio.wait([scopes, ...tasks])
  assert.equal(fate(scopes), "cancelled")
  assert.ok(tasks.every((task) => task.cancelled()))
})

virtual("p-queue 81cbae2: a thousand jobs of one signal are aborted together, and cost it one listener", async () => {
  const controller = new AbortController()
  const { signal } = controller
  const quick = asyncio.createTask(asyncio.sleep(0), { signal })
  const jobs = Array.from({ length: 1000 }, () => asyncio.createTask(forever(), { signal }))
  await quick
  await ticks(1)
  const listeners = getEventListeners(signal, "abort").length
  controller.abort()
  await asyncio.wait(jobs)
  assert.ok(jobs.every((job) => job.cancelled()))
  assert.equal(getEventListeners(signal, "abort").length, 0)
  assert.equal(listeners, 1)
})
