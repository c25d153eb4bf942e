import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { Recorder } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"

import type { RecordedJob, Recording } from "#src/inspect/recording.ts"
import { recordCollections } from "#src/inspect/analysis/collections-node.ts"
import { verdictOf, type VerdictKind } from "#src/inspect/analysis/verdict.ts"
import { Random } from "../../support/random.ts"
import { told } from "./told.ts"
import { LABELS, makeSurroundings, makeWorkload } from "./workloads.ts"

function kindOf(text: string, more?: Partial<Recording>): VerdictKind {
  return verdictOf(told(text, more)).kind
}

const BUSY = `
  0 main made
  0 main runs
  8 main waits for sleep
  9 main ready
  9 main runs
  9 main ends`
const QUIET = BUSY.replace("8 main waits", "0.1 main waits")

function jobs(begun: number[]): RecordedJob[] {
  return begun.map((from, n) => ({ id: n, name: "job", task: 1, queued: 0, begun: from, worker: 1, ended: from + 3, how: "returned" }))
}

describe("a verdict", () => {
  it("is I/O-bound, where the host is waited for", () => {
    const verdict = verdictOf(told(QUIET.replace("sleep", "StreamReader.readLine")))
    assert.equal(verdict.kind, "io")
    assert.equal(
      verdict.text,
      "I/O-bound: code ran for 1 % of 9.0 s; most of its waiting is for StreamReader.readLine, one wait and 8.9 s in all; " +
        "1.0 operations at a time while any is open. Begin more operations at once, or make them quicker at the other end.",
    )
  })

  it("is CPU-bound, where code runs most of the time and holds up nobody", () => {
    assert.equal(kindOf(BUSY), "cpu")
  })

  it("is starved, where one task's code runs and others that are ready wait", () => {
    const verdict = verdictOf(told(`0 main made\n0 other made\n0 main runs\n8 main waits for sleep\n8 other runs\n9 other ends\n9 main ready\n9 main runs\n9 main ends`))
    assert.equal(verdict.kind, "starved")
    assert.match(verdict.text, /^Starved by one task: code ran for 100 % of 9.0 s; 8.0 s of it in 'main'; others that were ready waited 8.0 s for it\. Give that work to toThread/)
  })

  it("is limited by a lock, though its holder waits for the host", () => {
    const text = `
      0 first made
      0 second made
      0 first runs
      0 first waits for open
      0 second runs
      0 second waits for Lock.acquire
      8 first ready
      8 first runs
      8 second ready by first
      8 first ends
      8 second runs
      8 second waits for open
      9 second ready
      9 second runs
      9 second ends`
    assert.equal(kindOf(text), "lock")
    assert.equal(kindOf(text.replace("Lock.acquire", "Semaphore.acquire")), "lock")
    assert.equal(kindOf(text.replace("Lock.acquire", "Queue.put")), "queue")
    assert.equal(kindOf(text.replace("Lock.acquire", "Queue.get")), "io")
  })

  it("is limited by its workers, where jobs stand in line for them or take the time themselves", () => {
    const text = "0 main made\n0 main runs\n0 main waits for gather\n9 main ready\n9 main runs\n9 main ends"
    const pools = { workers: [{ id: 1, pool: "pool", label: "thread 1" }], jobs: jobs([0, 3, 6]), dropped: 0, loops: [1] }
    assert.equal(kindOf(text, { pools }), "workers")
    assert.equal(kindOf(text, { pools: { ...pools, jobs: jobs([0]) } }), "workers")
  })

  it("is limited by the collector, where garbage takes much of the time that code runs", () => {
    const pauses = [{ kind: "collection" as const, from: 1, to: 4 }]
    assert.equal(kindOf(BUSY, { pauses }), "collection")
    assert.equal(kindOf(BUSY, { pauses: [{ kind: "collection", from: 1, to: 1.5 }] }), "cpu")
  })

  it("is idle, where timers, events and empty queues are waited for", () => {
    for (const on of ["sleep", "Event.wait", "Queue.get", "Condition.wait"]) assert.equal(kindOf(QUIET.replace("sleep", on)), "idle", on)
  })

  it("is idle, where a lock is waited for now and then and the host never", () => {
    const text = `
      0 main made
      0 other made
      0 main runs
      0 main waits for sleep
      0 other runs
      0 other waits for Lock.acquire
      1.5 main ready
      1.5 main runs
      1.5 other ready by main
      1.5 main waits for sleep
      1.5 other runs
      1.5 other ends
      9 main ready
      9 main runs
      9 main ends`
    assert.equal(kindOf(text), "idle")
  })

  it("is on the loops of the host's clock, and not on hours of a virtual one", async () => {
    const recorder = new Recorder({ exact: true }).start()
    await runVirtual(() => asyncio.sleep(3600))
    await asyncio.run(async () => {
      const until = performance.now() + 20
      while (performance.now() < until) Math.sqrt(until)
    })
    recorder.stop()
    const { kind, text } = verdictOf(recorder.recording())
    assert.equal(kind, "cpu", text)
  })

  it("is on a virtual loop in its own time, where there is no other", async () => {
    const recorder = new Recorder({ exact: true }).start()
    await runVirtual(async () => {
      const lock = new asyncio.Lock()
      const turns = [1, 2, 3].map(() => asyncio.createTask(() => lock.run(() => asyncio.sleep(1))))
      await asyncio.gather(turns)
    })
    recorder.stop()
    // When the host stopped recording says nothing of it.
    const { kind, text } = verdictOf(recorder.recording(), { until: 1000 })
    assert.equal(kind, "lock", text)
    assert.match(text, /of 3\.0 s/)
  })

  it("shows names without what moves a cursor or turns the sentence round, and at most the beginning of long ones", () => {
    const recording = told(BUSY)
    const named = (name: string): string => verdictOf({ ...recording, tasks: recording.tasks.map((task) => ({ ...task, name })) }).text
    assert.match(named("\u001b[31mred\u0007\u202e"), /most of it in ' \[31mred {2}', 8\.0 s/)
    assert.ok(named("x".repeat(5000)).length < 400)
  })

  it("counts a future that no task has settled as the host's", () => {
    assert.equal(kindOf(QUIET.replace("sleep", "Future")), "io")
    assert.equal(kindOf(QUIET.replace("sleep", "Future").replace("9 main ready", "9 main ready by other").replace("0 main runs", "0 other made\n0 main runs")), "idle")
  })

  it("counts the time that the loop was blocked, of which no task tells", () => {
    assert.equal(kindOf(QUIET, { pauses: [{ kind: "blocked", from: 1, to: 8 }] }), "cpu")
  })

  it("names the line that blocked the loop, where a watchdog has told it", () => {
    const pauses = [
      { kind: "blocked" as const, from: 1, to: 2, what: "parse", place: "parse (file:///shop/menu.ts:9:3)" },
      { kind: "blocked" as const, from: 3, to: 8, what: "sort", place: "sort (file:///shop/menu.ts:20:3)", advice: "sort in a thread" },
    ]
    assert.match(verdictOf(told(QUIET, { pauses })).text, /'sort' at menu\.ts:20 blocked the loop for 5\.0 s\. Sort in a thread\./)
  })

  it("leaves out what a file holds that is no event: kinds of another version, times that are none", () => {
    const recording = told(BUSY)
    const [made, ...others] = recording.events
    const strange = [{ kind: "paused", task: 1, time: 9 }, { kind: "parked", task: 1, time: 9 }, { kind: "resumed", task: 1, time: null }] as unknown as Recording["events"] // as JSON may have it
    assert.ok(made !== undefined)
    assert.deepEqual(verdictOf({ ...recording, events: [made, ...strange, ...others, ...strange] }), verdictOf(recording))
  })

  it("is unknown, where next to nothing was recorded", () => {
    assert.equal(verdictOf({ tasks: [], events: [], dropped: 0 }).kind, "unknown")
    assert.equal(kindOf("0 main made\n0 main runs\n0.001 main ends"), "unknown")
  })

  it("is idle where nothing happened in the time that was recorded", () => {
    assert.equal(verdictOf({ tasks: [], events: [], dropped: 0 }, { from: 3, until: 8 }).kind, "idle")
  })

  it("gives what would help beside it: numbers and a saving", () => {
    const recording = told(`
      0 main made
      0 main runs
      0 main waits for open at main (file:///shop/app.ts:42:3)
      4 main ready
      4 main runs
      4 main waits for open at main (file:///shop/app.ts:43:3)
      9 main ready
      9 main runs
      9 main ends`)
    const { text, advice } = verdictOf(recording)
    assert.match(text, /two awaits in a row at app\.ts:42–43 .* about 5\.0 s instead of 9\.0 s\.$/)
    assert.deepEqual(advice.map(({ id, saving }) => [id, saving]), [["awaits-in-a-row", 4]])
  })

  // One of each; what is measured stands in programs/figures.ts. The time is real, and on a busy machine
  // most programs are limited by the machine: five may be wrong. One verdict for all is wrong on seven.
  it("is right on workloads that are built to be limited by one thing", async (t) => {
    const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e6))
    t.diagnostic(`SEED=${seed}`)
    const surroundings = await makeSurroundings()
    const wrong: string[] = []
    try {
      for (const label of LABELS) {
        const random = new Random(seed)
        const workload = makeWorkload(label, () => random.below(1000) / 1000, surroundings, 0.2)
        const recorder = new Recorder({ exact: true }).start()
        const endCollections = recordCollections(recorder)
        await asyncio.run(workload.main)
        await new Promise((resolve) => setTimeout(resolve, 20))
        endCollections()
        recorder.stop()
        const { kind, text } = verdictOf(recorder.recording())
        if (kind !== label) wrong.push(`${label} ${JSON.stringify(workload.drawn)}: ${text}`)
      }
    } finally {
      await surroundings.close()
    }
    assert.ok(wrong.length <= 5, wrong.join("\n"))
  })
})
