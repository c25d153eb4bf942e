import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, type Executor } from "asyncio-ts/executors"
import { Explainer, Recorder, renderTimeline, timelineOf, type Timeline } from "asyncio-ts/inspect"

import type * as squares from "./programs/square.ts"

async function seen(main: () => unknown): Promise<Timeline> {
  const recorder = new Recorder().start()
  try {
    await asyncio.run(main, { name: "main" })
  } finally {
    recorder.stop()
  }
  return timelineOf(JSON.parse(JSON.stringify(recorder.recording())) as ReturnType<Recorder["recording"]>) // what recording() gave
}

const square = (n: number): number => n * n

async function within<P extends Executor>(pool: P, body: (pool: P) => Promise<unknown>): Promise<void> {
  try {
    await body(pool)
  } finally {
    await pool.shutdown()
  }
}

describe("what workers do", () => {
  for (const [Pool, label] of [[InterpreterPoolExecutor, /^squares thread \d+$/], [ProcessPoolExecutor, /^squares process \d+$/]] as const) {
    it(`is seen of a ${Pool.name}: each job once, on its worker's lane, for the task that wanted it`, async () => {
      const { tasks, pools } = await seen(() => within(new Pool({ maxWorkers: 1, name: "squares" }), async (pool) => {
        await asyncio.gather([1, 2, 3].map((n) => asyncio.createTask(async () => pool.submit(square, n), { name: `asks ${n}` })))
      }))
      const [lane, ...others] = pools?.lanes ?? []
      assert.ok(lane !== undefined && others.length === 0)
      assert.match(lane.name, label)
      assert.equal(lane.end, "returned")
      assert.deepEqual(lane.jobs.map(({ name, end }) => [name, end]), Array.from({ length: 3 }, () => ["square", "returned"]))
      assert.deepEqual(lane.jobs.map(({ task }) => tasks.find(({ id }) => id === task)?.name), ["asks 1", "asks 2", "asks 3"])
      for (const { queued, from, to } of lane.jobs) assert.ok(queued <= from && from <= to)
      assert.equal(lane.spans[0]?.state, "starting")
    })
  }

  it("shows a job that failed, and one under which its worker died, each time", async () => {
    const timeline = await seen(() => within(new ProcessPoolExecutor({ maxWorkers: 1 }), async (pool) => {
      await asyncio.gather([
        pool.submit(() => { throw new RangeError("too much") }),
        pool.with({ retries: 1 }).submit(() => process.exit(3)),
      ], { returnExceptions: true })
    }))
    const lanes = timeline.pools?.lanes ?? []
    assert.deepEqual(lanes.slice(0, 2).map(({ jobs, end }) => [end, ...jobs.map(({ end, note }) => `${end}: ${note}`)]), [
      ["failed", "failed: RangeError: too much", "crashed: it left with exit code 3"],
      ["failed", "crashed: it left with exit code 3"],
    ])
    assert.match(renderTimeline(timeline, { width: 100 }).join("\n"), /^main .*\nworkers .*\n.*process \d+ .*†.*\n.*process \d+ .*†/m)
  })

  it("shows a job that was ended with its worker", async () => {
    const timeline = await seen(() => within(new InterpreterPoolExecutor({ maxWorkers: 1, grace: 0.01 }), async (pool) => {
      const begun = new Int32Array(new SharedArrayBuffer(4))
      const endless = pool.submit((begun: Int32Array) => {
        Atomics.store(begun, 0, 1)
        for (;;);
      }, begun)
      while (Atomics.load(begun, 0) === 0) await asyncio.sleep(0.005)
      endless.cancel()
    }))
    const [lane] = timeline.pools?.lanes ?? []
    assert.equal(lane?.end, "cancelled")
    assert.deepEqual(lane?.jobs.map(({ end }) => end), ["cancelled"])
    assert.match(renderTimeline(timeline, { width: 100 }).join("\n"), /^interpreters-\d+ thread \d+ .*× +× 1 job/m)
  })

  it("shows a job that was cancelled in the queue on no lane", async () => {
    const { pools } = await seen(() => within(new InterpreterPoolExecutor({ maxWorkers: 1 }), async (pool) => {
      const first = pool.submit(square, 1)
      pool.submit(square, 2).cancel()
      await first
    }))
    assert.deepEqual(pools?.lanes.map(({ jobs }) => jobs.length), [1])
    assert.equal(pools?.queued, 0)
  })
})

describe("a task that awaits a job", () => {
  it("says which, and in which pool, whichever way the job was asked for", async () => {
    const sentences: string[] = []
    const explainer = new Explainer({ print: (sentence) => sentences.push(sentence) }).start()
    await asyncio.run(() => within(new InterpreterPoolExecutor({ maxWorkers: 1, name: "sums" }), async (pool) => {
      await pool.submit(square, 2)
      await pool.module<typeof squares>(new URL("./programs/square.ts", import.meta.url)).square(3)
      for await (const _ of pool.stream(function* count() { yield 1 })) break
    }))
    explainer.stop()
    const waits = sentences.flatMap((sentence) => /pauses at (worker job #\d+ .* in pool 'sums')/.exec(sentence)?.[1]?.replace(/#\d+/, "#") ?? [])
    assert.deepEqual([...new Set(waits)], ["worker job # square in pool 'sums'", "worker job # count in pool 'sums'"])
    assert.ok(waits.filter((wait) => wait.includes("square")).length >= 2)
  })

  it("stands so beside its row while it waits", async () => {
    const timeline = await seen(() => within(new InterpreterPoolExecutor({ maxWorkers: 1 }), async (pool) => {
      const release = new Int32Array(new SharedArrayBuffer(4))
      const recorder = new Recorder().start()
      const waiter = asyncio.createTask(async () => pool.submit((cell: Int32Array) => { Atomics.wait(cell, 0, 0) }, release), { name: "waiter" })
      while (pool.statistics().running.length === 0) await asyncio.sleep(0.005)
      recorder.stop()
      const [line = ""] = renderTimeline(timelineOf(recorder.recording())).filter((line) => line.startsWith("waiter"))
      Atomics.store(release, 0, 1)
      Atomics.notify(release, 0)
      await waiter
      assert.match(line, /… .* worker job #\d+$/)
    }))
    assert.equal(timeline.tasks.length, 2)
  })
})
