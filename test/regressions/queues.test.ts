/** Queues: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import type { VirtualClock } from "asyncio-ts/testing"
import { fate, thrownAs, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** Whether everything that was put came out, and nobody is left in line. */
function assertDrained(queue: asyncio.Queue<unknown>): void {
  const { items, gettersWaiting, puttersWaiting } = queue.statistics()
  assert.deepEqual({ items, gettersWaiting, puttersWaiting }, { items: 0, gettersWaiting: 0, puttersWaiting: 0 })
}

virtual("bpo-23812: a get that is cancelled when its item is there leaves the item in the queue", async () => {
  const queue = new asyncio.Queue<string>()
  const [first, second] = [0, 1].map(() => asyncio.createTask(queue.get())) as [asyncio.Task<string>, asyncio.Task<string>]
  await ticks(1)
  queue.putNowait("item")
  first.cancel()
  assert.equal(await second, "item")
  assertDrained(queue)
})

virtual("python/asyncio #343: waitFor(queue.get()) loses no item that comes with the deadline", async () => {
  const { clock } = asyncio.getRunningLoop()
  for (let putAfter = 0; putAfter < 5; putAfter += 1) {
    for (let lateAfter = 0; lateAfter < 5; lateAfter += 1) {
      const queue = new asyncio.Queue<string>()
      const taker = asyncio.createTask(asyncio.waitFor(queue.get(), 1))
      await ticks(3)
      const putter = asyncio.createTask(async () => {
        await ticks(putAfter)
        queue.putNowait("item")
      })
      await ticks(lateAfter)
      // The loop was held up: the deadline is due although something is ready.
      ;(clock as VirtualClock).advance(1)
      await asyncio.wait([taker, putter])
      const items = (fate(taker) === "returned item" ? 1 : 0) + queue.qsize()
      assert.equal(items, 1, `put after ${putAfter}, late after ${lateAfter} ticks: ${fate(taker)}`)
    }
  }
})

virtual("python/asyncio #256: a put that is cancelled when there is room leaves the room to the next", async () => {
  const queue = new asyncio.Queue<string>(1)
  queue.putNowait("old")
  const [first, second] = ["first", "second"].map((item) => asyncio.createTask(queue.put(item))) as [asyncio.Task<void>, asyncio.Task<void>]
  await ticks(1)
  assert.equal(queue.getNowait(), "old")
  first.cancel()
  await second
  assert.equal(queue.getNowait(), "second")
  assertDrained(queue)
})

virtual("anyio #728: an item that comes for a receiver with a pending cancel goes to another", async () => {
  const queue = new asyncio.Queue<string>()
  const [first, second] = [0, 1].map(() => asyncio.createTask(queue.get())) as [asyncio.Task<string>, asyncio.Task<string>]
  await ticks(1)
  first.cancel()
  queue.putNowait("item")
  assert.equal(await second, "item")
  assert.equal(fate(first), "cancelled")
  assertDrained(queue)
})

virtual("Kotlin #1936: a receiver that is gone when its item comes leaves it to the next", async (told) => {
  const [left, right] = [new asyncio.Queue<string>(), new asyncio.Queue<string>()]
  const either = asyncio.createTask(() => Promise.race([left.get(), right.get()]))
  await ticks(1)
  const next = asyncio.createTask(right.get())
  await ticks(1)
  left.putNowait("left")
  right.putNowait("right")
  assert.equal(await either, "left")
  assert.equal(await next, "right")
  told.report(/'Queue.get' was still waiting/)
  assertDrained(right)
})

// A queue is not opened again here; what closes is the queue that a getter was promised an item of.
virtual("tokio #8260: a getter whose item is dropped by the shutdown is told, and does not wait again", async () => {
  const queue = new asyncio.Queue<string>()
  const getter = asyncio.createTask(queue.get())
  await ticks(1)
  queue.putNowait("dropped")
  queue.shutdown({ immediate: true })
  await thrownAs(asyncio.QueueShutDown, getter)
  await thrownAs(asyncio.QueueShutDown, queue.get())
})

virtual("gh-117531: shutdown wakes the getters and the putters that wait, and lets join return", async () => {
  const empty = new asyncio.Queue<string>()
  const getter = asyncio.createTask(empty.get())
  const full = new asyncio.Queue<string>(1)
  full.putNowait("item")
  const putter = asyncio.createTask(full.put("more"))
  const joiner = asyncio.createTask(full.join())
  await ticks(1)
  empty.shutdown()
  full.shutdown()
  await thrownAs(asyncio.QueueShutDown, getter)
  await thrownAs(asyncio.QueueShutDown, putter)
  assert.equal(await full.get(), "item")
  assert.equal(joiner.done(), false)
  full.taskDone()
  await joiner
})

virtual("effect-smol #1806: shutdown leaves no subscriber suspended, and each item was handed out once", async () => {
  const queue = new asyncio.Queue<number>()
  const log: number[] = []
  const subscribers = [0, 1, 2].map(() =>
    asyncio.createTask(async () => {
      for await (const item of queue) log.push(item)
    }),
  )
  await ticks(1)
  for (let item = 0; item < 5; item += 1) queue.putNowait(item)
  await ticks(5)
  queue.shutdown()
  await asyncio.gather(subscribers)
  assert.deepEqual([...log].sort((a, b) => a - b), [0, 1, 2, 3, 4])
  assertDrained(queue)
})

virtual("Kotlin #4583: a receiver and a sender that are cancelled together leave the queue whole", async () => {
  const queue = new asyncio.Queue<string>(1)
  const getter = asyncio.createTask(queue.get())
  await ticks(1)
  queue.putNowait("first")
  const putter = asyncio.createTask(queue.put("never"), { eagerStart: true })
  getter.cancel()
  putter.cancel()
  await asyncio.wait([getter, putter])
  assert.deepEqual([fate(getter), fate(putter)], ["cancelled", "cancelled"])
  assert.equal(queue.statistics().puttersWaiting, 0)
  assert.equal(await queue.get(), "first")
  await queue.put("second")
  assert.equal(await queue.get(), "second")
  assertDrained(queue)
})

virtual("python-websockets #486: a reader that gives up and asks again drops no message", async () => {
  for (let putAfter = 0; putAfter < 5; putAfter += 1) {
    for (let giveUpAfter = 0; giveUpAfter < 5; giveUpAfter += 1) {
      const queue = new asyncio.Queue<string>()
      const receive = asyncio.createTask(queue.get())
      await ticks(2)
      const source = asyncio.createTask(async () => {
        await ticks(putAfter)
        queue.putNowait("message")
      })
      await ticks(giveUpAfter)
      receive.cancel()
      await asyncio.wait([receive, source])
      const message = receive.cancelled() ? await asyncio.waitFor(queue.get(), 1) : receive.result()
      assert.equal(message, "message")
    }
  }
})

virtual("p-queue d9cf2be: whatever empties a queue ends the wait for that", async () => {
  const queue = new asyncio.Queue<string>()
  queue.putNowait("a")
  queue.putNowait("b")
  const joiner = asyncio.createTask(queue.join())
  await ticks(1)
  await queue.get()
  queue.taskDone()
  queue.shutdown({ immediate: true })
  assert.equal(await joiner, true)
})

virtual("p-queue a64b316: work that is aborted before its turn rejects at once", async () => {
  const controller = new AbortController()
  await new asyncio.TaskGroup({ limit: 1 }).run(async (group) => {
    group.createTask(asyncio.sleep(10))
    const queued = group.createTask(() => assert.fail("it runs"), { signal: controller.signal })
    await ticks(2)
    controller.abort("no longer wanted")
    assert.equal((await thrownAs(asyncio.CancelledError, queued)).reason, "no longer wanted")
    assert.equal(asyncio.getRunningLoop().time(), 0)
  })
})
