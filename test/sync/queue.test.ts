import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { cancellationMatrix } from "../support/cancellation-matrix.ts"
import { knownPrimitives } from "#src/sync/primitive.ts"
import { randomVirtual, type Random } from "../support/random.ts"
import { fate, fates, me, now, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const KINDS = [asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue]
const EMPTY = { items: 0, maxsize: 0, unfinishedTasks: 0, gettersWaiting: 0, puttersWaiting: 0, shutDown: false }

function filled<T>(queue: asyncio.Queue<T>, items: Iterable<T>): asyncio.Queue<T> {
  for (const item of items) queue.putNowait(item)
  return queue
}

function drained<T>(queue: asyncio.Queue<T>): T[] {
  const items: T[] = []
  while (!queue.empty()) items.push(queue.getNowait())
  return items
}

/** Tasks that take one item each and note who got what. */
async function getters(queue: asyncio.Queue<unknown>, names: string, log: string[]): Promise<asyncio.Task<unknown>[]> {
  const tasks = names.split("").map((name) => asyncio.createTask(async () => log.push(`${name}${String(await queue.get())}`)))
  await ticks(1)
  return tasks
}

for (const Kind of KINDS) {
  const { name } = Kind

  test(`${name}: it counts its items`, () => {
    const queue = new Kind<number>(2)
    assert.deepEqual([queue.qsize(), queue.empty(), queue.full(), queue.maxsize], [0, true, false, 2])
    queue.putNowait(1)
    assert.deepEqual([queue.qsize(), queue.empty(), queue.full()], [1, false, false])
    queue.putNowait(2)
    assert.deepEqual([queue.qsize(), queue.empty(), queue.full()], [2, false, true])
    assert.deepEqual(queue.statistics(), { ...EMPTY, maxsize: 2, items: 2, unfinishedTasks: 2 })
  })

  test(`${name}: a maxsize of 0 or less is no limit, a fraction counts up, and only numbers are taken`, () => {
    for (const unlimited of [0, -1, -Infinity]) assert.equal(filled(new Kind<number>(unlimited), [1, 2, 3]).full(), false)
    const fractional = filled(new Kind<number>(1.3), [1, 2])
    assert.equal(fractional.full(), true)
    for (const wrong of [NaN, "2", null]) {
      assert.match(thrownBy(() => new Kind(wrong as never)).message, /maxsize of a queue is a number, not/)
    }
  })

  virtual(`${name}: getNowait of an empty one and putNowait of a full one say what to do instead`, () => {
    const queue = new Kind<number>(1)
    const empty = thrownBy(() => queue.getNowait())
    assert.ok(empty instanceof asyncio.QueueEmpty)
    assert.match(empty.message, /empty; await get\(\)/)
    queue.putNowait(1)
    const full = thrownBy(() => queue.putNowait(2))
    assert.ok(full instanceof asyncio.QueueFull)
    assert.match(full.message, /holds 1 items, which is its maxsize; await put/)
    assert.deepEqual(drained(queue), [1])
  })

  virtual(`${name}: put with room and get with an item do not suspend`, async () => {
    const queue = new Kind<number>(1)
    assert.equal(await ticksOf(() => queue.put(1)), 0)
    assert.equal(await ticksOf(async () => assert.equal(await queue.get(), 1)), 0)
  })

  virtual(`${name}: get waits for an item and put for room`, async () => {
    const queue = new Kind<string>(1)
    const log: string[] = []
    const consumer = asyncio.createTask(async () => {
      for (let i = 0; i < 3; i += 1) {
        await asyncio.sleep(1)
        log.push(`got ${await queue.get()} at ${now()}`)
      }
    })
    for (const item of ["a", "b", "c"]) {
      await queue.put(item)
      log.push(`put ${item} at ${now()}`)
    }
    await consumer
    const [getter] = await getters(queue, "x", log)
    assert.equal(queue.statistics().gettersWaiting, 1)
    queue.putNowait("d")
    await getter
    assert.deepEqual(log, [
      "put a at 0",
      "got a at 1000",
      "put b at 1000",
      "got b at 2000",
      "put c at 2000",
      "got c at 3000",
      "xd",
    ])
  })

  virtual(`${name}: a promise, coroutine, task or other thenable is refused at the call, with what to do`, async () => {
    const queue = new Kind<unknown>()
    const coroutine = asyncio.sleep(0)
    const task = asyncio.createTask(coroutine)
    for (const item of [Promise.resolve(1), coroutine, task, { then: () => undefined }]) {
      for (const attempt of [() => queue.put(item), () => queue.putNowait(item)]) {
        const error = thrownBy(attempt)
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /an item of a queue cannot be .*Put it in an object, such as \{ task \}, or queue functions/s)
      }
    }
    await queue.put({ task })
    assert.deepEqual(await queue.get(), { task })
    await task
  })

  virtual(`${name}: undefined and null are items like others`, async () => {
    const queue = new Kind<undefined | null>()
    await queue.put(undefined)
    assert.equal(await queue.get(), undefined)
    queue.putNowait(null)
    assert.equal(queue.getNowait(), null)
  })

  virtual(`${name}: join returns at once when nothing is unfinished (R148)`, async () => {
    const queue = new Kind<number>()
    assert.equal(await ticksOf(() => queue.join()), 0)
    filled(queue, [1])
    drained(queue)
    queue.taskDone()
    assert.equal(await ticksOf(() => queue.join()), 0)
  })

  virtual(`${name}: join waits until each item that was put is told done (R148)`, async () => {
    const queue = filled(new Kind<number>(), [1, 2])
    const joining = [0, 1].map(() => asyncio.createTask(queue.join()))
    drained(queue)
    for (const left of [1, 0]) {
      await ticks(3)
      assert.ok(joining.every((task) => !task.done()))
      queue.taskDone()
      assert.equal(queue.statistics().unfinishedTasks, left)
    }
    await asyncio.gather(joining)
    queue.putNowait(3)
    const again = asyncio.createTask(queue.join())
    await ticks(3)
    assert.equal(again.done(), false, "the count rises again with the next put")
    queue.taskDone()
    await again
  })

  test(`${name}: one taskDone too many is refused`, () => {
    const queue = filled(new Kind<number>(), [1])
    queue.taskDone()
    const error = thrownBy(() => queue.taskDone())
    assert.ok(error instanceof RangeError)
    assert.match(error.message, /taskDone\(\) called too many times: once for each item taken/)
  })

  virtual(`${name}: after shutdown puts are refused and gets drain what is left (R149)`, async () => {
    const queue = filled(new Kind<number>(3), [1, 1])
    queue.shutdown()
    queue.shutdown()
    assert.equal(queue.statistics().shutDown, true)
    await thrownAs(asyncio.QueueShutDown, queue.put(2))
    assert.ok(thrownBy(() => queue.putNowait(2)) instanceof asyncio.QueueShutDown)
    assert.equal(await queue.get(), 1)
    assert.equal(queue.getNowait(), 1)
    await thrownAs(asyncio.QueueShutDown, queue.get())
    assert.ok(thrownBy(() => queue.getNowait()) instanceof asyncio.QueueShutDown)
  })

  virtual(`${name}: shutdown ends the waits of getters and putters (R149)`, async () => {
    const empty = new Kind<number>()
    const full = filled(new Kind<number>(1), [1])
    const tasks = [empty.get(), empty.get(), full.put(2), full.put(3)].map((work) => asyncio.createTask<unknown>(work))
    await ticks(1)
    empty.shutdown()
    full.shutdown()
    await ticks(2)
    for (const task of tasks) assert.ok(task.exception() instanceof asyncio.QueueShutDown)
    assert.deepEqual(empty.statistics(), { ...EMPTY, shutDown: true })
    assert.deepEqual(full.statistics(), { ...EMPTY, shutDown: true, maxsize: 1, items: 1, unfinishedTasks: 1 })
  })

  virtual(`${name}: a getter woken by an item and then shut down still gets the item (R149)`, async () => {
    const queue = new Kind<number>()
    const [a, b] = [0, 1].map(() => asyncio.createTask(queue.get()))
    await ticks(1)
    queue.putNowait(1)
    queue.shutdown()
    await ticks(2)
    assert.equal(fate(a as asyncio.Task<number>), "returned 1")
    assert.match(fate(b as asyncio.Task<number>), /QueueShutDown/)
  })

  virtual(`${name}: join after shutdown still waits for taskDone (R149)`, async () => {
    const queue = filled(new Kind<number>(), [1])
    queue.shutdown()
    const joining = asyncio.createTask(queue.join())
    await queue.get()
    await ticks(3)
    assert.equal(joining.done(), false)
    queue.taskDone()
    await joining
  })

  virtual(`${name}: immediate shutdown drops what is queued and its count, but not what was taken (R150)`, async () => {
    const queue = filled(new Kind<number>(), [1, 2, 3])
    await queue.get()
    const joining = asyncio.createTask(queue.join())
    queue.shutdown({ immediate: true })
    assert.deepEqual(queue.statistics(), { ...EMPTY, shutDown: true, unfinishedTasks: 1 })
    await ticks(3)
    assert.equal(joining.done(), false)
    queue.taskDone()
    await joining
    assert.ok(thrownBy(() => queue.taskDone()) instanceof RangeError)
  })

  virtual(`${name}: immediate shutdown of a queue from which nothing was taken ends join (R150)`, async () => {
    const queue = filled(new Kind<number>(2), [1, 2])
    const tasks = [asyncio.createTask<unknown>(queue.join()), asyncio.createTask<unknown>(queue.put(3))]
    await ticks(1)
    queue.shutdown()
    queue.shutdown({ immediate: true })
    await ticks(2)
    assert.deepEqual(fates(tasks).map((text) => text.replace(/:.*/, "")), ["returned true", "failed QueueShutDown"])
  })

  virtual(`${name}: for await takes items until the queue is shut down and drained (R151)`, async () => {
    const queue = filled(new Kind<number>(2), [1])
    const seen: number[] = []
    const consumer = asyncio.createTask(async () => {
      for await (const item of queue) seen.push(item)
      return "ended"
    })
    for (const item of [2, 3]) {
      await asyncio.sleep(1)
      await queue.put(item)
    }
    queue.shutdown()
    assert.equal(await consumer, "ended")
    assert.deepEqual(seen, [1, 2, 3])
  })

  virtual(`${name}: for await that is left or cancelled takes nothing more (R151)`, async () => {
    const queue = filled(new Kind<number>(), [1, 1])
    for await (const item of queue) {
      assert.equal(item, 1)
      break
    }
    assert.equal(queue.qsize(), 1)
    queue.getNowait()
    const consumer = asyncio.createTask(async () => {
      for await (const item of queue) assert.fail(`it took ${item}`)
    })
    await ticks(1)
    consumer.cancel()
    await ticks(2)
    assert.equal(fate(consumer), "cancelled")
    queue.putNowait(2)
    assert.deepEqual(drained(queue), [2])
  })

  randomVirtual(`${name}: random producers and consumers lose, double and reorder nothing`, 30, async (random) => {
    await exercise(random, new Kind<number>(random.below(4)), model(Kind))
  })

  cancellationMatrix(
    `${name}.get`,
    () => {
      const queue = new Kind<number>()
      return {
        wait: () => queue.get(),
        wake: () => queue.putNowait(1),
        waiting: () => queue.statistics().gettersWaiting,
        cleanUp: () => {
          drained(queue)
          while (queue.statistics().unfinishedTasks > 0) queue.taskDone()
        },
        statistics: () => queue.statistics(),
      }
    },
    { kind: "Queue.get", rest: EMPTY },
  )

  cancellationMatrix(
    `${name}.put`,
    () => {
      const queue = filled(new Kind<number>(1), [1])
      return {
        wait: () => queue.put(2),
        wake: () => queue.getNowait(),
        waiting: () => queue.statistics().puttersWaiting,
        cleanUp: () => {
          drained(queue)
          while (queue.statistics().unfinishedTasks > 0) queue.taskDone()
        },
        statistics: () => queue.statistics(),
      }
    },
    { kind: "Queue.put", rest: { ...EMPTY, maxsize: 1 } },
  )
}

virtual("getters are woken in the order of arrival (R145)", async () => {
  const queue = new asyncio.Queue<number>()
  const log: string[] = []
  await getters(queue, "abc", log)
  filled(queue, [1, 2, 3])
  await ticks(2)
  assert.deepEqual(log, ["a1", "b2", "c3"])
})

virtual("putters are woken in the order of arrival (R145)", async () => {
  const queue = filled(new asyncio.Queue<number>(1), [0])
  const tasks = [1, 2, 3].map((item) => asyncio.createTask(queue.put(item)))
  await ticks(1)
  assert.equal(queue.statistics().puttersWaiting, 3)
  const got: number[] = []
  for (let i = 0; i < 4; i += 1) got.push(await queue.get())
  await asyncio.gather(tasks)
  assert.deepEqual(got, [0, 1, 2, 3])
})

virtual("an item stays until its getter runs: it can be stolen, and who was robbed goes to the back (R145)", async () => {
  const queue = new asyncio.Queue<number>()
  const log: string[] = []
  await getters(queue, "ab", log)
  queue.putNowait(1)
  assert.equal(queue.getNowait(), 1)
  await ticks(2)
  assert.deepEqual([log, queue.statistics().gettersWaiting], [[], 2])
  filled(queue, [2, 3])
  await ticks(2)
  assert.deepEqual(log, ["b2", "a3"])
})

virtual("a place that was given to a putter can be taken by putNowait, and the putter waits again (R145)", async () => {
  const queue = filled(new asyncio.Queue<number>(1), [0])
  const putter = asyncio.createTask(queue.put(2))
  await ticks(1)
  queue.getNowait()
  queue.putNowait(1)
  await ticks(2)
  assert.equal(putter.done(), false)
  assert.deepEqual([await queue.get(), await queue.get()], [1, 2])
})

virtual("a getter woken and cancelled in one tick loses nothing: the next gets the item (R146)", async () => {
  const queue = new asyncio.Queue<number>()
  const log: string[] = []
  const [a] = await getters(queue, "ab", log)
  queue.putNowait(1)
  a?.cancel()
  await ticks(3)
  assert.deepEqual(log, ["b1"])
})

virtual("a putter woken and cancelled in one tick leaves its place to the next (R146)", async () => {
  const queue = filled(new asyncio.Queue<string>(1), ["0"])
  const [a, b] = ["a", "b"].map((item) => asyncio.createTask(queue.put(item)))
  await ticks(1)
  queue.getNowait()
  a?.cancel()
  await ticks(3)
  assert.deepEqual(fates([a, b].filter((task) => task !== undefined)), ["cancelled", "returned undefined"])
  assert.deepEqual(drained(queue), ["b"])
})

virtual("several readers cancelled before and after items come miss none (R146)", async () => {
  const queue = new asyncio.Queue<number>()
  const log: string[] = []
  const [a, b, c] = await getters(queue, "abc", log)
  a?.cancel()
  queue.putNowait(1)
  b?.cancel()
  queue.putNowait(2)
  await ticks(3)
  assert.deepEqual(log, ["c1"])
  assert.ok(c?.done())
  assert.deepEqual(drained(queue), [2])
})

virtual("a get or put that times out leaves nobody in line (R147)", async () => {
  const empty = new asyncio.Queue<number>()
  const full = filled(new asyncio.Queue<number>(1), [1])
  for (let i = 0; i < 3; i += 1) {
    await thrownAs(asyncio.TimeoutError, asyncio.waitFor(empty.get(), 1))
    await thrownAs(asyncio.TimeoutError, asyncio.waitFor(full.put(2), 1))
  }
  assert.deepEqual([empty.statistics().gettersWaiting, full.statistics().puttersWaiting], [0, 0])
  assert.deepEqual(drained(full), [1])
})

virtual("an item that comes in the tick of a get's time limit stays in the queue (R147)", async () => {
  const queue = new asyncio.Queue<number>()
  asyncio.getRunningLoop().callLater(1, () => queue.putNowait(1))
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(queue.get(), 1))
  assert.deepEqual(drained(queue), [1])
})

virtual("two consumers and two producers at a queue of one go on until all is done", async () => {
  const queue = new asyncio.Queue<number>(1)
  const produce = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1) await queue.put(i)
  }
  let taken = 0
  const consume = async (): Promise<void> => {
    for await (const _item of queue) {
      taken += 1
      queue.taskDone()
      await asyncio.sleep(0)
    }
  }
  const consumers = [0, 1].map(() => asyncio.createTask(consume))
  await asyncio.gather([produce, produce])
  await queue.join()
  queue.shutdown()
  await asyncio.gather(consumers)
  assert.equal(taken, 40)
})

test("a queue gives the oldest item first, a LifoQueue the newest, a PriorityQueue the least", () => {
  const items = [3, 1, 4, 1, 5, 9, 2, 6]
  assert.deepEqual(drained(filled(new asyncio.Queue<number>(), items)), items)
  assert.deepEqual(drained(filled(new asyncio.LifoQueue<number>(), items)), items.toReversed())
  assert.deepEqual(drained(filled(new asyncio.PriorityQueue<number>(), items)), items.toSorted((a, b) => a - b))
})

test("a PriorityQueue takes a comparison, and anything that can be compared without one", () => {
  const byLength = { compare: (a: string, b: string) => b.length - a.length }
  assert.deepEqual(drained(filled(new asyncio.PriorityQueue(0, byLength), ["a", "ccc", "bb"])), ["ccc", "bb", "a"])
  assert.deepEqual(drained(filled(new asyncio.PriorityQueue<string>(), ["b", "c", "a"])), ["a", "b", "c"])
  const error = thrownBy(() => new asyncio.PriorityQueue(0, { compare: "length" as never }))
  assert.match(error.message, /comparison of a PriorityQueue is a function, but "length"/)
})

test("a comparison that throws leaves the items of a PriorityQueue as they were", () => {
  let broken = false
  const compare = (a: number, b: number): number => {
    if (broken && Math.min(a, b) <= 2) throw new Error("cannot compare")
    return a - b
  }
  const queue = filled(new asyncio.PriorityQueue<number>(0, { compare }), [7, 3, 5, 4, 6, 8, 9])
  broken = true
  assert.match(thrownBy(() => queue.putNowait(2)).message, /cannot compare/)
  assert.deepEqual(queue.statistics(), { ...EMPTY, items: 7, unfinishedTasks: 7 })
  broken = false
  filled(queue, [2, 1])
  broken = true
  assert.match(thrownBy(() => queue.getNowait()).message, /cannot compare/)
  broken = false
  assert.deepEqual(drained(queue), [1, 2, 3, 4, 5, 6, 7, 8, 9])
})

cancellationMatrix(
  "Queue.join",
  () => {
    const queue = filled(new asyncio.Queue<number>(), [1])
    let waiting = 0
    return {
      wait: asyncio.coroutine(async () => {
        waiting += 1
        try {
          await queue.join()
        } finally {
          waiting -= 1
        }
      }),
      wake: () => queue.taskDone(),
      waiting: () => waiting,
      cleanUp: () => {
        drained(queue)
        if (queue.statistics().unfinishedTasks > 0) queue.taskDone()
      },
      statistics: () => queue.statistics(),
    }
  },
  { wakesAll: true, orphans: false, rest: EMPTY },
)

/** What a kind of queue gives out next, of the items that it holds. */
type Model = (items: number[]) => number | undefined

function model(Kind: (typeof KINDS)[number]): Model {
  if (Kind === asyncio.Queue) return (items) => items.shift()
  if (Kind === asyncio.LifoQueue) return (items) => items.pop()
  return (items) => items.splice(items.indexOf(Math.min(...items)), 1)[0]
}

/** Puts and takes at random, by waiting or not, with time limits and cancellations, against a list. */
async function exercise(random: Random, queue: asyncio.Queue<number>, take: Model): Promise<void> {
  const held: number[] = []
  const got: number[] = []
  let next = 0
  let puts = 0
  let unfinished = 0

  const hasPut = (item: number): void => {
    held.push(item)
    puts += 1
    unfinished += 1
    assert.ok(queue.maxsize <= 0 || held.length <= queue.maxsize, "within its maxsize")
    agree()
  }
  const hasGot = (item: number): void => {
    assert.equal(item, take(held))
    got.push(item)
    agree()
  }
  const agree = (): void => {
    assert.equal(queue.qsize(), held.length)
    assert.equal(queue.statistics().unfinishedTasks, unfinished)
  }
  const within = async <T>(work: asyncio.Coroutine<T>): Promise<T> =>
    random.chance(25) ? asyncio.waitFor(work, random.below(3) / 1000) : work
  const attempts: (() => Promise<void> | void)[] = [
    async () => {
      const item = (next += 1) % 1000
      await within(queue.put(item))
      hasPut(item)
    },
    async () => hasGot(await within(queue.get())),
    () => {
      const item = (next += 1) % 1000
      queue.putNowait(item)
      hasPut(item)
    },
    () => hasGot(queue.getNowait()),
    () => {
      if (unfinished === 0) return
      unfinished -= 1
      queue.taskDone()
    },
  ]
  let over = false
  const worker = async (): Promise<void> => {
    for (let i = 0; i < 12 && !over; i += 1) {
      try {
        await random.pick(attempts)()
        if (random.chance(50)) await asyncio.sleep(random.below(3) / 1000)
      } catch (error) {
        if (error instanceof asyncio.CancelledError) me().uncancel()
        else if (![asyncio.QueueEmpty, asyncio.QueueFull, asyncio.TimeoutError].some((kind) => error instanceof kind)) {
          throw error
        }
      }
    }
  }

  const workers = Array.from({ length: 8 }, () => asyncio.createTask(worker))
  try {
    for (let step = 0; step < 25; step += 1) {
      if (random.chance(60)) random.pick(workers).cancel()
      await asyncio.sleep(random.below(3) / 1000)
      // Long enough for whatever the workers do at this instant to come to rest.
      await ticks(100)
      const { items, gettersWaiting, puttersWaiting } = queue.statistics()
      if (items > 0) assert.equal(gettersWaiting, 0, "nobody waits for an item that is there")
      if (!queue.full()) assert.equal(puttersWaiting, 0, "nobody waits for a place that is free")
    }
  } finally {
    // From now on they do not swallow their cancellation, which a failing test needs to end.
    over = true
    for (const task of workers) task.cancel()
  }
  await asyncio.gather(workers, { returnExceptions: true })
  for (const task of workers) if (!task.cancelled()) task.result()
  while (!queue.empty()) hasGot(queue.getNowait())
  assert.equal(got.length, puts)
  assert.deepEqual([queue.statistics().gettersWaiting, queue.statistics().puttersWaiting], [0, 0])
}

virtual("what a queue refuses it refuses in words", async () => {
  const queue = new asyncio.Queue<number>(1)
  queue.putNowait(1)
  const putting = asyncio.createTask(() => queue.put(2))
  await ticks(1)
  queue.shutdown()
  assert.match(String(await thrownAs(asyncio.QueueShutDown, putting)), /: the queue is shut down$/)
  assert.match(String(thrownBy(() => queue.putNowait(2))), /: the queue is shut down and takes no more items$/)
  queue.getNowait()
  assert.match(String(thrownBy(() => queue.getNowait())), /: the queue is shut down and drained$/)
})

test("a queue that holds much is known to who looks at the program, though nobody waits at it", () => {
  const queue = new asyncio.Queue<number>()
  const known = (): boolean => [...knownPrimitives()].some((one) => one === queue)
  for (let item = 0; item < 99; item += 1) queue.putNowait(item)
  assert.equal(known(), false)
  queue.putNowait(99)
  assert.equal(known(), true)
})

virtual("items that were told done before they were taken are not counted twice when they are dropped", async () => {
  const queue = new asyncio.Queue<number>()
  for (const item of [1, 2, 3]) queue.putNowait(item)
  queue.taskDone()
  queue.taskDone()
  queue.shutdown({ immediate: true })
  assert.equal(queue.statistics().unfinishedTasks, 0)
  assert.equal(await queue.join(), true)
})

virtual("those in line keep their places when one before them is cancelled, also one that was robbed (R145)", async () => {
  for (const robbed of [false, true]) {
    const queue = new asyncio.Queue<string>()
    const getters = [0, 1, 2].map(() => asyncio.createTask(() => queue.get()))
    await ticks(1)
    if (robbed) {
      queue.putNowait("stolen")
      queue.getNowait()
    }
    getters[0]?.cancel()
    await ticks(3)
    for (const item of ["a", "b"]) queue.putNowait(item)
    await ticks(2)
    assert.deepEqual(fates(getters), ["cancelled", "returned a", "returned b"])
  }
})
