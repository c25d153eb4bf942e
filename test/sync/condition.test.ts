import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { cancellationMatrix } from "../support/cancellation-matrix.ts"
import { randomVirtual } from "../support/random.ts"
import { fate, fates, me, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const REST = { locked: false, tasksWaiting: 0 }

/** Tasks that wait for one notification each, noting their names while they hold the lock. */
async function waiters(
  condition: asyncio.Condition,
  names: readonly string[],
  log: string[],
): Promise<asyncio.Task<unknown>[]> {
  const tasks = names.map((name) =>
    asyncio.createTask(() =>
      condition.run(async () => {
        assert.equal(await condition.wait(), true)
        log.push(name)
      }),
    ),
  )
  await ticks(2)
  assert.equal(condition.statistics().tasksWaiting, names.length)
  return tasks
}

virtual("wait gives the lock back, and holds it again when it returns", async () => {
  const condition = new asyncio.Condition()
  const log: string[] = []
  await waiters(condition, ["a"], log)
  assert.deepEqual(condition.statistics(), { locked: false, tasksWaiting: 1 })
  await condition.acquire()
  condition.notify()
  await ticks(3)
  assert.deepEqual(log, [], "notify does not release the lock (R136)")
  condition.release()
  await ticks(3)
  assert.deepEqual(log, ["a"])
  assert.deepEqual(condition.statistics(), REST)
})

virtual("notify(n) wakes up to n in the order of arrival, notifyAll everybody (R136)", async () => {
  const condition = new asyncio.Condition()
  const log: string[] = []
  const tasks = await waiters(condition, ["a", "b", "c", "d", "e"], log)
  await condition.run(() => condition.notify())
  await ticks(6)
  assert.deepEqual(log, ["a"])
  await condition.run(() => condition.notify(2))
  await ticks(6)
  assert.deepEqual(log, ["a", "b", "c"])
  await condition.run(() => condition.notify(0))
  await ticks(6)
  assert.deepEqual(log, ["a", "b", "c"])
  await condition.run(() => condition.notifyAll())
  await asyncio.gather(tasks)
  assert.deepEqual(log, ["a", "b", "c", "d", "e"])
  await condition.run(() => condition.notify(99))
})

virtual("wait, notify and notifyAll without the lock are refused, with what to do (R136)", async () => {
  const condition = new asyncio.Condition()
  assert.match((await thrownAs(asyncio.RuntimeError, condition.wait())).message, /cannot wait.*acquire it first/)
  assert.match(thrownBy(() => condition.notify()).message, /cannot notify: nobody holds the lock/)
  assert.ok(thrownBy(() => condition.notifyAll()) instanceof asyncio.RuntimeError)
  assert.deepEqual(condition.statistics(), REST)
})

virtual("waitFor without the lock is refused only if it has to wait", async () => {
  const condition = new asyncio.Condition()
  assert.equal(await condition.waitFor(() => "there"), "there")
  await thrownAs(asyncio.RuntimeError, condition.waitFor(() => false))
})

virtual("notify takes a whole number of at least 0", async () => {
  const condition = new asyncio.Condition()
  await condition.acquire()
  assert.ok(thrownBy(() => condition.notify(-1)) instanceof RangeError)
  assert.ok(thrownBy(() => condition.notify(0.5)) instanceof TypeError)
})

test("it takes a Lock or nothing", () => {
  assert.ok(new asyncio.Condition(null))
  assert.match(thrownBy(() => new asyncio.Condition({} as never)).message, /a Condition takes a Lock or nothing, not an Object/)
})

virtual("conditions may share a lock, with lines of their own", async () => {
  const lock = new asyncio.Lock()
  const [full, empty] = [new asyncio.Condition(lock), new asyncio.Condition(lock)]
  const log: string[] = []
  await waiters(full, ["full"], log)
  await waiters(empty, ["empty"], log)
  await lock.run(() => empty.notifyAll())
  await ticks(4)
  assert.deepEqual(log, ["empty"])
  await full.run(() => full.notify())
  await ticks(4)
  assert.deepEqual(log, ["empty", "full"])
})

virtual("waitFor goes on only when the predicate is truthy, and gives its value (R139)", async () => {
  const condition = new asyncio.Condition()
  let items: string[] = []
  const task = asyncio.createTask(() => condition.run(() => condition.waitFor(() => items[1])))
  for (const item of ["a", "b"]) {
    await ticks(6)
    assert.equal(task.done(), false)
    await condition.run(() => {
      items = [...items, item]
      condition.notify()
    })
  }
  assert.equal(await task, "b")
  assert.deepEqual(condition.statistics(), REST)
})

virtual("what a predicate throws goes to who waits, and the lock is given back by run", async () => {
  const condition = new asyncio.Condition()
  const boom = new Error("boom")
  const fail = (): never => {
    throw boom
  }
  assert.equal(await thrown(condition.run(() => condition.waitFor(fail))), boom)
  assert.deepEqual(condition.statistics(), REST)
})

virtual("a predicate that is no function, or gives a promise, is refused", async () => {
  const condition = new asyncio.Condition()
  assert.match(thrownBy(() => condition.waitFor(true as never)).message, /predicate of waitFor is a function, but true/)
  const error = await thrownAs(TypeError, condition.run(() => condition.waitFor(() => Promise.resolve(false))))
  assert.match(error.message, /what the predicate of waitFor gives cannot be a Promise/)
})

virtual("cancelling wait takes the lock again first (R137)", async () => {
  const condition = new asyncio.Condition()
  let lockedInHandler: boolean | undefined
  const task = asyncio.createTask(async () => {
    await condition.acquire()
    try {
      await condition.wait()
    } finally {
      lockedInHandler = condition.locked()
      condition.release()
    }
  })
  await ticks(2)
  task.cancel()
  await ticks(3)
  assert.equal(fate(task), "cancelled")
  assert.equal(lockedInHandler, true)
  assert.deepEqual(condition.statistics(), REST)
})

virtual("while the lock is held elsewhere the cancellation waits, and absorbs further ones (R137)", async () => {
  const condition = new asyncio.Condition()
  let error: unknown
  const task = asyncio.createTask(async () => {
    await condition.acquire()
    try {
      await condition.wait()
    } catch (caught) {
      error = caught
      condition.release()
    }
  })
  await ticks(2)
  await condition.acquire()
  for (const message of ["one", "two", "three"]) {
    task.cancel(message)
    await ticks(3)
    assert.equal(fate(task), "pending", "the lock is not free")
  }
  condition.release()
  await task
  assert.ok(error instanceof asyncio.CancelledError)
  assert.equal(error.reason, "three", "the last error is thrown")
  assert.equal(task.cancelling(), 3)
  assert.deepEqual(condition.statistics(), REST)
})

virtual("notified and cancelled in one tick, it passes the notification on (R138)", async () => {
  const condition = new asyncio.Condition()
  const log: string[] = []
  const [first] = await waiters(condition, ["first", "second"], log)
  await condition.run(() => condition.notify())
  first?.cancel()
  await ticks(8)
  assert.deepEqual(log, ["second"])
  assert.equal(fate(first as asyncio.Task<unknown>), "cancelled")
})

virtual("cancelled while it takes the lock again after a notification, it passes the notification on (R138)", async () => {
  const condition = new asyncio.Condition()
  const log: string[] = []
  const [first, second] = await waiters(condition, ["first", "second"], log)
  await condition.acquire()
  condition.notify()
  await ticks(3)
  first?.cancel()
  await ticks(3)
  condition.release()
  await ticks(8)
  assert.deepEqual(log, ["second"])
  assert.deepEqual(fates([first, second].filter((task) => task !== undefined)), ["cancelled", "returned undefined"])
  assert.deepEqual(condition.statistics(), REST)
})

virtual("cancelled while it waits for a lock that is just being released, it still takes it before it throws", async () => {
  const condition = new asyncio.Condition()
  const task = asyncio.createTask(async () => {
    await condition.acquire()
    try {
      await condition.wait()
    } finally {
      assert.ok(condition.locked())
      condition.release()
    }
  })
  await ticks(2)
  await condition.acquire()
  condition.notify()
  await ticks(2)
  condition.release()
  task.cancel()
  await ticks(4)
  assert.equal(fate(task), "cancelled")
  assert.deepEqual(condition.statistics(), REST)
})

virtual("a timeout within the block leaves with the lock held, and it can be used again", async () => {
  const condition = new asyncio.Condition()
  await condition.run(async () => {
    await thrownAs(asyncio.TimeoutError, asyncio.waitFor(condition.wait(), 1))
    assert.ok(condition.locked())
    condition.notifyAll()
  })
  assert.deepEqual(condition.statistics(), REST)
})

virtual("a timeout whose lock is held elsewhere ends only when it has the lock again", async () => {
  const condition = new asyncio.Condition()
  const task = asyncio.createTask(() =>
    condition.run(() => thrownAs(asyncio.TimeoutError, asyncio.waitFor(condition.wait(), 1))),
  )
  await asyncio.sleep(0.5)
  await condition.acquire()
  await asyncio.sleep(2.5)
  assert.equal(task.done(), false)
  condition.release()
  await task
  assert.equal(asyncio.getRunningLoop().time(), 3)
})

virtual("an error from a body leaves the condition usable", async () => {
  const condition = new asyncio.Condition()
  await thrownAs(Error, condition.run(() => Promise.reject(new Error("boom"))))
  assert.deepEqual(condition.statistics(), REST)
  assert.match(thrownBy(() => condition.run(null as never)).message, /body of Condition\.run is a function, but null/)
})

virtual("a wait that is left open when its code has ended passes a notification on and gives up its place", async (told) => {
  const condition = new asyncio.Condition()
  const ignore = (): void => undefined
  for (const notified of [false, true]) {
    const end = new asyncio.Future<void>()
    const task = asyncio.createTask(async () => {
      await condition.acquire()
      void condition.wait().then(ignore, ignore)
      await end
    })
    await ticks(2)
    const next = asyncio.createTask(() => condition.run(() => condition.wait()))
    await ticks(2)
    assert.equal(condition.statistics().tasksWaiting, 2)
    end.setResult()
    if (notified) await condition.run(() => condition.notify())
    await task
    told.report(/'Condition\.wait' was still waiting when/)
    if (!notified) await condition.run(() => condition.notify())
    await next
    assert.deepEqual(condition.statistics(), REST)
  }
})

randomVirtual("a bounded buffer of two conditions loses and doubles nothing, whoever is cancelled", 60, async (random) => {
  const lock = new asyncio.Lock()
  const [room, items] = [new asyncio.Condition(lock), new asyncio.Condition(lock)]
  const buffer: number[] = []
  const put: number[] = []
  const got: number[] = []
  const size = 1 + random.below(2)
  const total = 30
  let next = 0
  let inside = 0

  // In turn, each as one holds the lock: an overlap shows that the lock is not exclusive.
  const alone = <T>(body: () => T): T => {
    assert.equal((inside += 1), 1)
    const value = body()
    inside -= 1
    return value
  }
  const insist = async (body: () => PromiseLike<unknown>, done: () => boolean): Promise<void> => {
    while (!done()) {
      try {
        if (random.chance(20)) await asyncio.waitFor(body(), random.below(3) / 1000)
        else await body()
        if (random.chance(50)) await asyncio.sleep(random.below(3) / 1000)
      } catch (error) {
        if (error instanceof asyncio.CancelledError) me().uncancel()
        else if (!(error instanceof asyncio.TimeoutError)) throw error
      }
    }
  }
  const produce = (): PromiseLike<unknown> =>
    room.run(async () => {
      await room.waitFor(() => buffer.length < size || next === total)
      alone(() => {
        if (next === total) return
        buffer.push(next)
        put.push(next)
        next += 1
        if (next === total) room.notifyAll()
        items.notify()
      })
    })
  const consume = (): PromiseLike<unknown> =>
    items.run(async () => {
      await items.waitFor(() => buffer.length > 0 || got.length === total)
      alone(() => {
        const item = buffer.shift()
        if (item === undefined) return
        got.push(item)
        if (got.length === total) items.notifyAll()
        room.notify()
      })
    })

  const tasks = [
    ...[0, 1, 2].map(() => asyncio.createTask(() => insist(produce, () => next === total))),
    ...[0, 1, 2].map(() => asyncio.createTask(() => insist(consume, () => got.length === total))),
  ]
  while (tasks.some((task) => !task.done())) {
    if (random.chance(30)) random.pick(tasks).cancel()
    await asyncio.sleep(random.below(4) / 1000)
  }
  for (const task of tasks) if (!task.cancelled()) task.result()
  // Cancelled before its first step, a task never took part; the others may not have needed it.
  if (got.length === total) assert.deepEqual(got, put)
  assert.deepEqual(lock.statistics(), { locked: false, tasksWaiting: 0 })
  assert.deepEqual([room.statistics().tasksWaiting, items.statistics().tasksWaiting], [0, 0])
})

cancellationMatrix(
  "Condition.wait",
  () => {
    const condition = new asyncio.Condition()
    return {
      wait: () => condition.run(() => condition.wait()),
      wake: () => condition.run(() => condition.notify()),
      waiting: () => condition.statistics().tasksWaiting,
      cleanUp: () => undefined,
      statistics: () => condition.statistics(),
    }
  },
  { forgets: true, rewakes: true, orphans: false, rest: REST },
)

virtual("a cancelled wait whose code has ended does not take the lock's turn with it", async (told) => {
  const condition = new asyncio.Condition()
  const task = asyncio.createTask(async () => {
    await condition.acquire()
    await Promise.all([asyncio.sleep(10), condition.wait()])
  })
  const holder = asyncio.createTask(async () => {
    await asyncio.sleep(1)
    await condition.run(() => asyncio.sleep(5))
  })
  await asyncio.sleep(2)
  task.cancel()
  await asyncio.wait([task, holder])
  assert.equal(await asyncio.waitFor(condition.run(() => "got"), 1), "got")
  assert.deepEqual(condition.statistics(), { locked: false, tasksWaiting: 0 })
  void told
})

virtual("who has to wait for the lock after one that was notified gets it", async () => {
  const condition = new asyncio.Condition()
  const log: string[] = []
  await waiters(condition, ["notified"], log)
  await condition.acquire()
  condition.notify()
  // The notified one is the first that ever has to wait for this lock.
  await ticks(2)
  const other = asyncio.createTask(() => condition.run(() => log.push("other")))
  await ticks(2)
  condition.release()
  await other
  assert.deepEqual(log, ["notified", "other"])
})

virtual("how many to notify is a whole number of at least 0", async () => {
  const condition = new asyncio.Condition()
  await condition.run(() => {
    assert.match(thrownBy(() => condition.notify(-1)).message, /^the number of tasks to notify must be at least 0, but is -1$/)
    assert.ok(thrownBy(() => condition.notify(1.5)) instanceof TypeError)
    condition.notify(0)
  })
})
