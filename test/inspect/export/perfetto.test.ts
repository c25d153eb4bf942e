import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"
import { Recorder, type Recording } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"
import { toPerfetto } from "#src/inspect/export/perfetto.ts"
import { ownVectors, scenariosOf } from "../../../conformance/files.ts"
import { start } from "../../../conformance/interpreter.ts"
import { eventsOf, problemsOf, type TraceEvent } from "./trace-format.ts"

async function recorded(work: () => Promise<unknown>, capacity?: number): Promise<Recording> {
  const recorder = new Recorder(capacity === undefined ? {} : { capacity }).start()
  await work()
  recorder.stop()
  return recorder.recording()
}

const shop = asyncio.coroutine("shop", async () => {
  const lock = new asyncio.Lock()
  const serve = asyncio.coroutine("serve", (n: number) => lock.run(() => asyncio.sleep(n)))
  const bell = new asyncio.Event()
  const guest = asyncio.createTask(() => bell.wait(), { name: "guest" })
  const lost = asyncio.createTask(() => asyncio.sleep(50), { name: "lost" })
  await asyncio.gather([serve(1), serve(2), asyncio.createTask(async () => asyncio.sleep(0.5), { name: "eager", eagerStart: true })])
  bell.set()
  await guest
  lost.cancel("closing time")
  await asyncio.wait([lost])
})

describe("a trace for Perfetto", () => {
  it("holds to the published format", async () => {
    const recording = await recorded(() => runVirtual(shop(), { name: "shop" }))
    assert.deepEqual(problemsOf(eventsOf(toPerfetto(recording))), [])
  })

  it("has a life for each task, with the states in it", async () => {
    const events = eventsOf(toPerfetto(await recorded(() => runVirtual(shop(), { name: "shop" }))))
    const begun = events.filter(({ ph, name }) => ph === "b" && ["shop", "guest", "lost", "eager"].includes(name))
    assert.equal(begun.length, 4)
    const id = begun.find(({ name }) => name === "lost")?.id
    const lost = events.filter((event) => event.id === id && "be".includes(event.ph)).map(({ ph, name }) => `${ph} ${name}`)
    assert.deepEqual(lost.slice(0, 6), ["b lost", "b ready", "e ready", "b running", "e running", "b waiting: sleep"])
    const [end] = events.filter((event) => event.id === id && event.ph === "e" && event.name === "lost")
    assert.equal(end?.args?.["end"], "cancelled")
    assert.match(String(end?.args?.["reason"]), /closing time/)
  })

  it("holds for several loops, promises of others, collections, blocked stretches, callbacks and workers", async () => {
    const real = async () => {
      const pool = new InterpreterPoolExecutor({ maxWorkers: 1, name: "cpu" })
      await pool.submit(() => Math.sqrt(4))
      await pool.shutdown()
      await new Promise((resolve) => setTimeout(resolve, 1))
      await asyncio.sleep(0.001)
    }
    const recording = await recorded(async () => Promise.all([asyncio.run(real, { name: "one" }), runVirtual(shop()), asyncio.run(() => asyncio.sleep(0.002), { name: "two" })]))
    const now = performance.now() / 1000
    const more: Recording = {
      ...recording,
      callbacks: [{ loop: 1, name: "tick", from: 1, to: 2 }, { loop: 1, name: "tock", from: 1.5, to: 1.7 }, { loop: 9, name: "alone", from: 1, to: 1 }],
      pauses: [{ kind: "blocked", from: now, to: now + 1, what: "crunch", place: "a.ts:1:1" }, { kind: "collection", from: now, to: now + 0.01 }, { kind: "collection", from: now + 0.005, to: now + 0.02 }],
    }
    const events = eventsOf(toPerfetto(more, { until: now + 2 }))
    assert.deepEqual(problemsOf(events), [])
    assert.ok(events.some(({ cat }) => cat === "job"))
    assert.equal(events.filter(({ cat }) => cat === "collection").length, 2)
    assert.equal(events.find(({ cat }) => cat === "blocked")?.args?.["at"], "a.ts:1:1")
  })

  it("draws an arrow from who made a task, and from who woke it, to what it then ran", () => {
    const recording: Recording = {
      tasks: [{ id: 1, name: "cook", code: "cook", loop: 1, leftBehind: false }, { id: 2, name: "guest", code: "guest", loop: 1, parent: 1, leftBehind: false }],
      events: [
        { kind: "created", task: 1, time: 0 },
        { kind: "resumed", task: 1, time: 0 },
        { kind: "created", task: 2, time: 0 },
        { kind: "parked", task: 1, time: 0, on: "sleep" },
        { kind: "resumed", task: 2, time: 0 },
        { kind: "parked", task: 2, time: 0, on: "Event.wait" },
        { kind: "ready", task: 1, time: 3 },
        { kind: "resumed", task: 1, time: 3 },
        { kind: "ready", task: 2, time: 3.5, by: 1 },
        { kind: "done", task: 1, time: 4, how: "returned" },
        { kind: "resumed", task: 2, time: 4 },
        { kind: "done", task: 2, time: 5, how: "returned" },
      ],
      dropped: 0,
    }
    const events = eventsOf(toPerfetto(recording))
    assert.deepEqual(problemsOf(events), [])
    const arrows = events.filter(({ ph }) => "sf".includes(ph)).map(({ ph, name, ts }) => [ph, name, Math.round(ts / 1e5) / 10])
    assert.deepEqual(arrows, [["s", "makes", 0], ["f", "makes", 0], ["s", "wakes", 3.5], ["f", "wakes", 4]])
    assert.deepEqual(events.filter(({ ph }) => ph === "C").map(({ args }) => args?.["tasks"]), [1, 0, 1, 0, 1, 0, 1, 0])
  })

  it("holds of the vectors, whole and with earlier events dropped", async () => {
    const recorder = new Recorder({ capacity: 1 << 17 }).start()
    const short = new Recorder({ capacity: 2000 }).start()
    let count = 0
    for await (const { scenario } of scenariosOf((await ownVectors()).slice(0, 1))) {
      await start(scenario).result
      count += 1
      if (count === 150) break
    }
    recorder.stop()
    short.stop()
    assert.equal(recorder.dropped, 0)
    assert.ok(short.dropped > 0)
    for (const recording of [recorder.recording(), short.recording()]) {
      const events = eventsOf(toPerfetto(recording))
      assert.deepEqual(problemsOf(events).slice(0, 3), [])
      const lives = new Set(events.filter(({ ph, cat }) => ph === "b" && cat === "task").map(({ id }) => id))
      assert.equal(lives.size, new Set(recording.events.map(({ task }) => task)).size)
    }
  })

  it("is whole of events in disorder, of strangers and without a time", () => {
    const task = { name: "a", code: "a", loop: 1, leftBehind: false }
    const recording: Recording = {
      tasks: [{ ...task, id: 1 }, { ...task, id: 2, loop: 3 }, { ...task, id: 3, leftBehind: true }, { ...task, id: 4, name: "outer" }, { ...task, id: 5, name: "inner" }],
      events: [
        { kind: "resumed", task: 1, time: 5 },
        { kind: "resumed", task: 3, time: 1 },
        { kind: "ready", task: 1, time: 2, by: 1 },
        { kind: "resumed", task: 1, time: NaN },
        { kind: "resumed", task: 99, time: 1 },
        { kind: "parked", task: 1, time: 2, on: "sleep", awaits: [2, 77] },
        { kind: "cancel requested", task: 2, time: 0 },
        { kind: "done", task: 1, time: 0, how: "failed" },
        { kind: "resumed", task: 1, time: 9 },
        { kind: "resumed", task: 4, time: 9 },
        { kind: "resumed", task: 5, time: 9.5 },
        { kind: "parked", task: 4, time: 10, on: "sleep" },
        { kind: "parked", task: 5, time: 11, on: "sleep" },
      ],
      dropped: 3,
    }
    const document = toPerfetto(recording)
    assert.deepEqual(problemsOf(eventsOf(document)), [])
    assert.equal((JSON.parse(document) as { otherData: Record<string, unknown> }).otherData["dropped events"], 3)
    assert.deepEqual(eventsOf(toPerfetto({ tasks: [], events: [], dropped: 0 })), [])
  })
})

describe("the check of the format", () => {
  const row = { pid: 1, tid: 1 }
  const names: TraceEvent[] = [
    { ph: "M", ...row, ts: 0, name: "process_name", args: { name: "loop 1" } },
    { ph: "M", ...row, ts: 0, name: "thread_name", args: { name: "runs" } },
  ]
  const faults: [what: string, problem: RegExp, events: TraceEvent[]][] = [
    ["a beginning without its end", /never ends/, [{ ph: "b", ...row, ts: 1, cat: "a", id: 1, name: "x" }]],
    ["an end without its beginning", /without its beginning/, [{ ph: "e", ...row, ts: 1, cat: "a", id: 1, name: "x" }]],
    ["an id used twice", /two things have its id/, [1, 2, 3, 4].map((ts) => ({ ph: ts % 2 === 1 ? "b" : "e", ...row, ts, cat: "a", id: 1, name: "x" }))],
    ["time that goes back", /time goes back/, [{ ph: "b", ...row, ts: 2, cat: "a", id: 1, name: "x" }, { ph: "e", ...row, ts: 1, cat: "a", id: 1, name: "x" }]],
    ["overlapping slices on a row", /overlaps/, [{ ph: "X", ...row, ts: 1, dur: 2, name: "x" }, { ph: "X", ...row, ts: 2, dur: 2, name: "y" }]],
    ["an arrow without its end", /one beginning and one end/, [{ ph: "s", ...row, ts: 1, cat: "a", id: 1, name: "x" }]],
    ["an arrow that stands on nothing", /no slice stands/, [{ ph: "s", ...row, ts: 1, cat: "a", id: 1, name: "x" }, { ph: "f", bp: "e", ...row, ts: 2, cat: "a", id: 1, name: "x" }]],
    ["a row without a name", /row has no name/, [{ ph: "X", pid: 1, tid: 7, ts: 1, dur: 1, name: "x" }]],
  ]
  for (const [what, problem, events] of faults) {
    it(`finds ${what}`, () => assert.match(problemsOf([...names, ...events]).join("\n"), problem))
  }
})
