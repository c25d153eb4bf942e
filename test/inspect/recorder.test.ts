import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { Recorder, type RecordedEvent, type Recording } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"

import { ownVectors, scenariosOf } from "../../conformance/files.ts"
import { runScenarios, type Located } from "../../conformance/runner.ts"

async function recorded(main: () => unknown, capacity?: number): Promise<Recording> {
  const recorder = new Recorder(capacity === undefined ? {} : { capacity }).start()
  try {
    await runVirtual(main, { name: "main" })
  } finally {
    recorder.stop()
  }
  return recorder.recording()
}

/** The events of the task called `name`, as `time kind`. */
function eventsOf({ tasks, events }: Recording, name: string): string[] {
  const ids = tasks.filter((task) => task.name === name).map(({ id }) => id)
  return events.filter(({ task }) => ids.includes(task)).map(told)
}

function told(event: RecordedEvent): string {
  const { kind, time } = event
  if (kind === "parked") return [time, kind, event.on, ...(event.detail === undefined ? [] : [`(${event.detail})`])].join(" ")
  return kind === "done" ? [time, event.how, ...(event.reason === undefined ? [] : [`(${event.reason})`])].join(" ") : `${time} ${kind}`
}

async function failureOf(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  return undefined
}

describe("a Recorder", () => {
  it("tells what each task did, in the order in which it happened", async () => {
    const recording = await recorded(async () => {
      const nap = asyncio.createTask(asyncio.sleep(2), { name: "nap" })
      await asyncio.sleep(1)
      await nap
    })
    assert.deepEqual(eventsOf(recording, "nap"), ["0 created", "0 resumed", "0 parked sleep (2 s)", "2 resumed", "2 returned"])
    assert.deepEqual(
      eventsOf(recording, "main").map((event) => event.replace(/ \(.*/, "")),
      ["0 created", "0 resumed", "0 parked sleep", "1 resumed", "1 parked Task", "2 resumed", "2 returned"],
    )
    assert.equal(recording.dropped, 0)
    const times = recording.events.map(({ time }) => time)
    assert.deepEqual(times, times.toSorted((a, b) => a - b))
  })

  it("is plain data, the same as its JSON", async () => {
    const recording = await recorded(() => asyncio.gather([asyncio.sleep(1), asyncio.sleep(2)]))
    assert.deepEqual(JSON.parse(JSON.stringify(recording)), recording)
  })

  it("tells which task made which, and which code was left behind", async () => {
    const released = Promise.withResolvers<void>()
    const recording = await recorded(async () => {
      const child = asyncio.createTask(() => released.promise, { name: "child" })
      await asyncio.sleep(0)
      child.cancel("enough")
      await failureOf(child)
      released.resolve()
    })
    const [main, child, left] = recording.tasks
    assert.equal(child?.parent, main?.id)
    assert.deepEqual([main?.leftBehind, child?.leftBehind, left?.leftBehind], [false, false, true])
    assert.match(left?.name ?? "", /^left behind: .* of task 'child'/)
  })

  it("sees that a task waits for a native promise", async () => {
    const recording = await recorded(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
    })
    assert.deepEqual(eventsOf(recording, "main"), ["0 created", "0 resumed", "0 parked promise", "0 returned"])
  })

  it("says why a task failed, and who cancelled it", async () => {
    const unspeakable = new Error("never seen")
    Object.defineProperty(unspeakable, "message", {
      get() {
        throw new Error("not even this")
      },
    })
    const recording = await recorded(async () => {
      const failing = (name: string, error: unknown): asyncio.Task<never> =>
        asyncio.createTask(
          async () => {
            throw error
          },
          { name },
        )
      const stopped = asyncio.createTask(asyncio.sleep(9), { name: "stopped" })
      const never = asyncio.createTask(asyncio.sleep(9), { name: "never" })
      never.cancel("no need")
      const failed = [
        failing("lines", new RangeError("one\ntwo")),
        failing("mute", new TypeError()),
        failing("text", "just text"),
        failing("unspeakable", unspeakable),
      ]
      await asyncio.wait([...failed, never])
      stopped.cancel("tea is ready")
      await asyncio.wait([stopped])
      for (const task of failed) task.exception()
    })
    const ends = Object.fromEntries(
      ["lines", "mute", "text", "unspeakable", "stopped", "never"].map((name) => [name, eventsOf(recording, name).at(-1)]),
    )
    assert.deepEqual(ends, {
      lines: "0 failed (RangeError: one)",
      mute: "0 failed (TypeError)",
      text: "0 failed (just text)",
      unspeakable: "0 failed (an error that cannot be shown)",
      stopped: "0 cancelled (cancelled by task 'main': tea is ready)",
      never: "0 cancelled (cancelled by task 'main': no need)",
    })
  })

  it("knows what the code of a task is called", async () => {
    const brew = asyncio.coroutine("brew", async () => undefined)
    const { tasks } = await recorded(async function kitchen() {
      await asyncio.createTask(brew())
    })
    assert.deepEqual(tasks.map(({ code }) => code), ["kitchen", "brew"])
  })

  it("knows a task by the name that it had last", async () => {
    const recording = await recorded(() => asyncio.currentTask()?.setName("renamed"))
    assert.deepEqual(recording.tasks.map(({ name }) => name), ["renamed"])
  })

  it("tells the loops apart", async () => {
    const recorder = new Recorder().start()
    await Promise.all([runVirtual(() => asyncio.sleep(1)), runVirtual(() => asyncio.sleep(1))])
    recorder.stop()
    assert.deepEqual(recorder.recording().tasks.map(({ loop }) => loop), [1, 2])
  })

  it("records from start to stop only, however often it is started", async () => {
    const recorder = new Recorder()
    await runVirtual(() => asyncio.sleep(1))
    assert.deepEqual(recorder.recording(), { tasks: [], events: [], dropped: 0 })
    recorder.start().start()
    await runVirtual(() => undefined)
    recorder.stop()
    recorder.stop()
    await runVirtual(() => asyncio.sleep(1))
    assert.equal(recorder.recording().events.length, 3)
  })

  it("takes in a task that was made before it started", async () => {
    const recorder = new Recorder()
    await runVirtual(async () => {
      await asyncio.sleep(1)
      recorder.start()
      await asyncio.sleep(1)
    }, { name: "main" })
    recorder.stop()
    assert.deepEqual(eventsOf(recorder.recording(), "main"), ["1 parked sleep (1 s)", "2 resumed", "2 returned"])
  })

  it("refuses a capacity that is no positive whole number", () => {
    for (const capacity of [0, -1, 1.5, NaN]) assert.throws(() => new Recorder({ capacity }), /capacity of a Recorder/)
  })
})

describe("a full Recorder", () => {
  it("keeps the latest events, and counts those that it dropped", async () => {
    const recording = await recorded(async () => {
      for (let i = 0; i < 10; i += 1) await asyncio.sleep(1)
    }, 4)
    // 22 of them the task has had: made, begun, ten times parked and resumed.
    assert.equal(recording.dropped, 23 - 4)
    assert.deepEqual(eventsOf(recording, "main").slice(-4), ["9 resumed", "9 parked sleep (1 s)", "10 resumed", "10 returned"])
  })

  it("still knows what a task that lives did last, when all its events were dropped", async () => {
    const recorder = new Recorder({ capacity: 8 }).start()
    await runVirtual(async () => {
      const idle = asyncio.createTask(asyncio.sleep(100), { name: "idle" })
      for (let i = 0; i < 20; i += 1) await asyncio.sleep(1)
      assert.deepEqual(eventsOf(recorder.recording(), "idle"), ["0 parked sleep (100 s)"])
      idle.cancel()
    })
    recorder.stop()
  })

  it("forgets tasks that are done, so that its memory is bounded", async () => {
    const recorder = new Recorder({ capacity: 10 }).start()
    await runVirtual(async () => {
      for (let i = 0; i < 200; i += 1) await asyncio.createTask(asyncio.sleep(0))
      const { tasks, events } = recorder.recording()
      assert.ok(tasks.length <= 10 + 1, `${tasks.length} tasks`)
      assert.ok(events.length <= 10 + tasks.length, `${events.length} events`)
    })
    recorder.stop()
  })
})

it("recording changes nothing of the order of events", async () => {
  const failed: string[] = []
  let passed = 0
  const recorder = new Recorder({ capacity: 1000 }).start()
  await runScenarios(everyTenth(), "microtask", {
    passed: () => void (passed += 1),
    failed: ({ place }) => void failed.push(place),
  })
  recorder.stop()
  assert.deepEqual(failed, [])
  assert.ok(passed > 200, `${passed} scenarios`)
  assert.ok(recorder.dropped > 1000, `${recorder.dropped} events dropped`)
})

async function* everyTenth(): AsyncGenerator<Located> {
  let count = 0
  for await (const located of scenariosOf(await ownVectors())) if (count++ % 10 === 0) yield located
}
