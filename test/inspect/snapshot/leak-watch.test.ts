import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { snapshotNow } from "#src/inspect/agent.ts"
import { LeakWatch } from "#src/inspect/snapshot/leak-watch.ts"
import { CROWD } from "#src/inspect/snapshot/leaks.ts"

/** A watch whose looks are made by hand: it would look once an hour by itself. */
async function watching(body: (watch: LeakWatch) => PromiseLike<void>, after = 60): Promise<void> {
  const watch = new LeakWatch({ every: 3600, after }).start()
  try {
    await asyncio.run(() => body(watch))
  } finally {
    watch.stop()
  }
}

function fill(queue: asyncio.Queue<number>, items: number): void {
  for (let item = 0; item < items; item += 1) queue.putNowait(item)
}

test("a queue that grows in every look is told of, also in snapshots", () =>
  watching(async (watch) => {
    const queue = new asyncio.Queue<number>(0, { name: "jobs" })
    fill(queue, 100)
    for (let look = 0; look < 7; look += 1) {
      assert.deepEqual(watch.leaks(), [])
      fill(queue, 50)
      watch.look()
    }
    const [leak] = watch.leaks()
    assert.equal(leak?.text, "queue 'jobs' only grows: from 150 to 450 items in the last 360 min 0 s".replace("360 min 0 s", "6 h 0 min"))
    const snapshot = snapshotNow()
    assert.deepEqual(snapshot.leaks.map(({ kind }) => kind), ["growing queue"])
    assert.equal(snapshot.resources.find(({ id }) => id === leak.resource)?.depth, 450)
  }))

test("a queue that is smaller now and then, or large and at rest, is not", () =>
  watching(async (watch) => {
    const [breathing, resting] = [new asyncio.Queue<number>(), new asyncio.Queue<number>()]
    fill(breathing, 100)
    fill(resting, 1000)
    for (let look = 0; look < 12; look += 1) {
      fill(breathing, 100)
      if (look % 4 === 3) for (let item = 0; item < 150; item += 1) breathing.getNowait()
      watch.look()
    }
    assert.deepEqual(watch.leaks(), [])
  }))

test("timers that wait though the tasks that set them have ended are told of", () =>
  watching(async (watch) => {
    const loop = asyncio.getRunningLoop()
    const timers: asyncio.TimerHandle[] = []
    const remind = async (): Promise<void> => {
      timers.push(loop.callLater(3600, () => undefined))
    }
    for (let at = 0; at < CROWD - 1; at += 1) await asyncio.createTask(remind)
    await asyncio.sleep(0.01)
    assert.deepEqual(watch.leaks(), [])
    await asyncio.createTask(remind, { name: "the last" })
    await asyncio.sleep(0.01)
    const [leak] = watch.leaks()
    assert.equal(leak?.kind, "timer")
    assert.match(leak.text, /^10 timers wait that were set by tasks which ended 5 ms ago or more, such as 'Task-\d+'$/)
    for (const timer of timers) timer.cancel()
    assert.deepEqual(watch.leaks(), [])
  }, 0.005))

test("timers of a task that still runs, and callbacks that were called, are not", () =>
  watching(async (watch) => {
    const loop = asyncio.getRunningLoop()
    const timers = Array.from({ length: CROWD }, () => loop.callLater(3600, () => undefined))
    await asyncio.createTask(async () => {
      for (let at = 0; at < CROWD; at += 1) loop.callLater(0, () => undefined)
    })
    await asyncio.sleep(0.02)
    assert.deepEqual(watch.leaks(), [])
    for (const timer of timers) timer.cancel()
  }, 0.005))

test("listeners that are added and not taken off are told of, until the watch ends", async () => {
  const watch = new LeakWatch({ every: 3600 }).start()
  const source = new EventEmitter()
  for (let at = 0; at < 11; at += 1) source.on("data", () => undefined)
  await setImmediate()
  assert.deepEqual(watch.leaks().map(({ kind, text }) => [kind, text]), [["listener", "11 listeners for 'data' of an EventEmitter were added and not taken off"]])
  watch.stop()
  assert.deepEqual(watch.leaks(), [])
})

test("its times are above 0", () => {
  assert.throws(() => new LeakWatch({ every: 0 }), /the time between two looks of a LeakWatch is above 0, not 0/)
  assert.throws(() => new LeakWatch({ after: -1 }), /RangeError|not -1/)
  assert.throws(() => new LeakWatch({ every: "soon" as never }), TypeError)
})
