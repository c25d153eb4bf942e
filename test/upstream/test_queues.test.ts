/** What CPython's test_queues.py expects and no other test of ours holds. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, fates, now, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const KINDS = [asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue]

// CPython: test_empty, test_full, test_order, test_blocking_get, test_blocking_put
virtual("what is put by waiting is got by waiting, in the order of the kind of queue", async () => {
  const orders = [[1, 3, 2], [2, 3, 1], [1, 2, 3]]
  for (const [i, Kind] of KINDS.entries()) {
    const queue = new Kind<number>()
    assert.deepEqual([queue.empty(), queue.full()], [true, false])
    for (const item of [1, 3, 2]) await queue.put(item)
    assert.equal(queue.empty(), false)
    assert.deepEqual([await queue.get(), await queue.get(), await queue.get()], orders[i])
    assert.equal(queue.empty(), true)
    const small = new Kind<number>(1)
    await small.put(1)
    assert.equal(small.full(), true)
  }
})

// CPython: test_maxsize
virtual("a putter stops at the maxsize, and goes on in the tick after room was made", async () => {
  const queue = new asyncio.Queue<number>(2)
  const put: number[] = []
  const task = asyncio.createTask(async () => {
    for (let i = 0; i < 3; i += 1) {
      await queue.put(i)
      put.push(i)
    }
  })
  await ticks(2)
  assert.deepEqual(put, [0, 1])
  assert.equal(await queue.get(), 0)
  await ticks(1)
  assert.deepEqual(put, [0, 1, 2])
  assert.deepEqual([await queue.get(), await queue.get(), task.done()], [1, 2, true])
})

// CPython: test_get_with_putters
virtual("a get that makes room wakes the first putter", async () => {
  const queue = new asyncio.Queue<number>(1)
  await queue.put(1)
  const putters = [2, 3].map((item) => asyncio.createTask(queue.put(item)))
  await ticks(1)
  assert.equal(await queue.get(), 1)
  await ticks(1)
  assert.deepEqual(putters.map((task) => task.done()), [true, false])
  assert.equal(await queue.get(), 2)
  await putters[1]
})

// CPython: test_blocking_get_wait, test_blocking_put_wait
virtual("a get or put that waits ends in the moment in which putNowait or getNowait comes", async () => {
  const queue = new asyncio.Queue<number>(1)
  const loop = asyncio.getRunningLoop()
  loop.callLater(1, () => queue.putNowait(1))
  assert.deepEqual([await queue.get(), now()], [1, 1000])
  await queue.put(2)
  loop.callLater(1, () => queue.getNowait())
  await queue.put(3)
  assert.deepEqual([now(), queue.getNowait()], [2000, 3])
})

// CPython: test_get_cancelled_race
virtual("a getter that was cancelled before an item came does not stand in the way of the next", async () => {
  const queue = new asyncio.Queue<string>()
  const [first, second] = [asyncio.createTask(queue.get()), asyncio.createTask(queue.get())]
  await ticks(1)
  first.cancel()
  await ticks(1)
  assert.equal(first.done(), true)
  await queue.put("a")
  await ticks(1)
  assert.equal(fate(second), "returned a")
})

// CPython: test_get_with_waiting_putters
virtual("gets of a full queue are served by putters that have not begun yet", async () => {
  const queue = new asyncio.Queue<string>(1)
  const putters = ["a", "b"].map((item) => asyncio.createTask(queue.put(item)))
  assert.deepEqual([await queue.get(), await queue.get()], ["a", "b"])
  await asyncio.gather(putters)
})

// CPython: test_why_are_getters_waiting
virtual("one producer and one consumer get all items through a queue of one", async () => {
  const queue = new asyncio.Queue<number>(1)
  const got: number[] = []
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(async () => {
      for (let i = 0; i < 5; i += 1) await queue.put(i)
    })
    group.createTask(async () => {
      for (let i = 0; i < 5; i += 1) got.push(await queue.get())
    })
  })
  assert.deepEqual(got, [0, 1, 2, 3, 4])
})

// CPython: test_get_cancel_drop_one_pending_reader
virtual("a reader cancelled after two items came takes the first when it tries again", async () => {
  const queue = new asyncio.Queue<number>()
  const reader = asyncio.createTask(queue.get())
  await ticks(1)
  queue.putNowait(1)
  queue.putNowait(2)
  reader.cancel()
  await asyncio.wait([reader])
  assert.equal(fate(reader), "cancelled")
  assert.deepEqual([await queue.get(), await queue.get()], [1, 2])
})

// CPython: test_get_cancel_drop_many_pending_readers
virtual("of three readers for two items the one that is cancelled is not missed", async () => {
  const queue = new asyncio.Queue<number>()
  await new asyncio.TaskGroup().run(async (group) => {
    const [first, second, third] = [group.createTask(queue.get()), group.createTask(queue.get()), group.createTask(queue.get())]
    await ticks(1)
    queue.putNowait(1)
    queue.putNowait(2)
    first.cancel()
    await asyncio.wait([first])
    await third
    assert.deepEqual(fates([first, second, third]).toSorted(), ["cancelled", "returned 1", "returned 2"])
  })
})

// CPython: test_put_cancel_drop, test_cancelled_put_silence_value_error_exception
virtual("a put that was given room and cancelled in one tick has put nothing, and can be tried again", async () => {
  const queue = new asyncio.Queue<number>(1)
  queue.putNowait(1)
  const writer = asyncio.createTask(queue.put(2))
  await ticks(1)
  assert.equal(queue.getNowait(), 1)
  writer.cancel()
  await asyncio.wait([writer])
  assert.deepEqual([fate(writer), queue.qsize()], ["cancelled", 0])
  await queue.put(2)
  assert.deepEqual([queue.getNowait(), queue.qsize()], [2, 0])
})

// CPython: test_float_maxsize
virtual("a fractional maxsize counts up for put as for putNowait", async () => {
  const queue = new asyncio.Queue<number>(1.3)
  await queue.put(1)
  await queue.put(2)
  assert.equal(queue.full(), true)
  assert.ok(thrownBy(() => queue.putNowait(3)) instanceof asyncio.QueueFull)
})

// CPython: test_put_cancelled, test_put_with_waiting_getters
virtual("a put to a getter in line is done when the getter goes on", async () => {
  const queue = new asyncio.Queue<number>()
  const putting = asyncio.createTask(() => queue.put(1).then(() => "put"))
  assert.equal(await queue.get(), 1)
  assert.equal(fate(putting), "returned put")
  const getting = asyncio.createTask(queue.get())
  await ticks(1)
  await queue.put(2)
  assert.equal(await getting, 2)
})

// CPython: test_put_cancelled_race, test_cancelled_puts_not_being_held_in_self_putters
virtual("a cancelled putter leaves the line, and those before it go on", async () => {
  const queue = new asyncio.Queue<string>(1)
  const [a, b, c] = [asyncio.createTask(queue.put("a")), asyncio.createTask(queue.put("b")), asyncio.createTask(queue.put("c"))]
  await ticks(1)
  assert.deepEqual([a.done(), b.done(), queue.statistics().puttersWaiting], [true, false, 2])
  c.cancel()
  await ticks(1)
  assert.deepEqual([fate(c), queue.statistics().puttersWaiting], ["cancelled", 1])
  assert.equal(queue.getNowait(), "a")
  await ticks(1)
  assert.deepEqual([queue.getNowait(), queue.qsize()], ["b", 0])
  await b
})

// CPython: test_why_are_putters_waiting
virtual("when several items are taken at once, as many putters go on", async () => {
  const queue = new asyncio.Queue<number>(2)
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(async () => {
      await ticks(1)
      for (let left = queue.qsize(); left > 0; left -= 1) queue.getNowait()
    })
    for (const item of [0, 1, 2, 3]) group.createTask(queue.put(item))
  })
  assert.deepEqual([queue.getNowait(), queue.getNowait(), queue.qsize()], [2, 3, 0])
})

// CPython: test_task_done, test_task_done_underflow
virtual("join ends when two workers have told every item done", async () => {
  for (const Kind of KINDS) {
    const queue = new Kind<number>()
    assert.ok(thrownBy(() => queue.taskDone()) instanceof RangeError)
    let [sum, running] = [0, true]
    for (let i = 0; i < 100; i += 1) queue.putNowait(i)
    const work = async (): Promise<void> => {
      while (running) {
        sum += await queue.get()
        queue.taskDone()
      }
    }
    await new asyncio.TaskGroup().run(async (group) => {
      for (let i = 0; i < 2; i += 1) group.createTask(work)
      await queue.join()
      assert.equal(sum, 4950)
      running = false
      for (let i = 0; i < 2; i += 1) queue.putNowait(0)
    })
  }
})

/** Everything that a queue that is shut down and empty refuses. */
async function refusesAll(queue: asyncio.Queue<string>): Promise<void> {
  await thrownAs(asyncio.QueueShutDown, queue.put("item"))
  await thrownAs(asyncio.QueueShutDown, queue.get())
  for (const attempt of [() => queue.putNowait("item"), () => queue.getNowait()]) {
    assert.ok(thrownBy(attempt) instanceof asyncio.QueueShutDown)
  }
}

for (const Kind of KINDS) {
  // CPython: test_shutdown_empty
  virtual(`${Kind.name}: shut down empty, it ends a waiting get a tick later, and join at once`, async () => {
    const queue = new Kind<string>()
    const getting = asyncio.createTask(queue.get())
    await ticks(1)
    queue.shutdown()
    assert.equal(queue.qsize(), 0)
    await queue.join()
    await ticks(1)
    assert.ok(getting.exception() instanceof asyncio.QueueShutDown)
    await refusesAll(queue)
  })

  // CPython: test_shutdown_nonempty
  virtual(`${Kind.name}: shut down full, it ends a waiting put and gives what it holds; join waits for that`, async () => {
    const queue = new Kind<string>(1)
    queue.putNowait("item")
    const joining = asyncio.createTask(queue.join())
    const putting = asyncio.createTask(queue.put("other"))
    await ticks(1)
    assert.equal(putting.done(), false)
    queue.shutdown({ immediate: false })
    assert.equal(queue.qsize(), 1)
    await ticks(1)
    assert.ok(putting.exception() instanceof asyncio.QueueShutDown)
    assert.equal(await queue.get(), "item")
    await ticks(1)
    assert.equal(joining.done(), false)
    await refusesAll(queue)
    queue.taskDone()
    await ticks(1)
    assert.equal(joining.done(), true)
    assert.ok(thrownBy(() => queue.taskDone()) instanceof RangeError)
  })

  // CPython: test_shutdown_immediate, test_shutdown_immediate_with_unfinished
  virtual(`${Kind.name}: shut down at once, it forgets what it holds; join waits only for what was taken`, async () => {
    for (const taken of [0, 1]) {
      const queue = new Kind<string>()
      for (let i = 0; i <= taken; i += 1) queue.putNowait("item")
      const joining = asyncio.createTask(queue.join())
      for (let i = 0; i < taken; i += 1) assert.equal(await queue.get(), "item")
      queue.shutdown({ immediate: true })
      assert.equal(queue.qsize(), 0)
      await ticks(1)
      assert.equal(joining.done(), taken === 0)
      await refusesAll(queue)
      for (let i = 0; i < taken; i += 1) queue.taskDone()
      assert.ok(thrownBy(() => queue.taskDone()) instanceof RangeError)
      await ticks(1)
      assert.equal(joining.done(), true)
    }
  })
}
