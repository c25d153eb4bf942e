import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { Recorder } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"

import { criticalPath, type CriticalPathOptions } from "#src/inspect/analysis/critical-path.ts"
import type { Recording } from "#src/inspect/recording.ts"
import { random, type Random } from "../../support/random.ts"
import { expectedPath, makeProgram, runProgram, samePath, sleptIn } from "./dag-programs.ts"
import { namesOf, told } from "./told.ts"

/** Each segment as `from–to name state`. */
function pathOf(recording: Recording, options?: CriticalPathOptions): string[] {
  const names = namesOf(recording)
  const path = criticalPath(recording, options)
  assert.ok(path !== undefined)
  let at = path.from
  for (const { from, to } of path.segments) {
    assert.equal(from, at, "no gap and no overlap")
    assert.ok(to > from)
    at = to
  }
  assert.equal(at, path.to)
  return path.segments.map(({ task, from, to, state, on, job, via }) => {
    const what = state === "waiting" ? `waits for ${on}` : state
    return `${from}–${to} ${names.get(task)} ${what}${job === undefined ? "" : ` #${job}`}${via === undefined || via === "next" ? "" : `, ${via}`}`
  })
}

async function recorded(main: () => unknown): Promise<Recording> {
  const recorder = new Recorder().start()
  try {
    await runVirtual(main, { name: "main" })
  } finally {
    recorder.stop()
  }
  return recorder.recording()
}

describe("the critical path", () => {
  it("goes through the task that ended last of those that were awaited", () => {
    const recording = told(`
      0 main made
      0 main runs
      1 short made by main
      1 long made by main
      1 main waits for gather [short long]
      1 short runs
      1 short waits for sleep
      1 long runs
      2 long waits for sleep
      3 short ready
      3 short runs
      3 short ends
      7 long ready
      7 long runs
      8 long ends
      8 main ready
      8 main runs
      9 main ends`)
    assert.deepEqual(pathOf(recording), ["0–1 main running, made", "1–2 long running", "2–7 long waits for sleep", "7–8 long running, done", "8–9 main running"])
  })

  it("goes from a task that was woken to the one that woke it", () => {
    const recording = told(`
      0 main made
      0 main runs
      0 setter made by main
      0 main waits for Event.wait
      0 setter runs
      0 setter waits for sleep
      4 setter ready
      4 setter runs
      5 main ready by setter
      5 setter waits for sleep
      5 main runs
      6 main waits for sleep
      8 main ready
      8 main runs
      8 main ends`)
    assert.deepEqual(pathOf(recording), ["0–4 setter waits for sleep", "4–5 setter running, woken", "5–6 main running", "6–8 main waits for sleep"])
  })

  it("counts the time in the ready queue", () => {
    const recording = told(`
      0 main made
      1 main runs
      1 main waits for sleep
      2 main ready
      5 main runs
      6 main ends`)
    assert.deepEqual(pathOf(recording), ["0–1 main ready", "1–2 main waits for sleep", "2–5 main ready", "5–6 main running"])
  })

  it("is not led astray by what ended while a timeout was the cause", () => {
    const recording = told(`
      0 main made
      0 main runs
      0 quick made by main
      0 never made by main
      0 main waits for wait [quick never]
      0 quick runs
      0 quick waits for sleep
      0 never runs
      0 never waits for Event.wait
      1 quick ready
      1 quick runs
      1 quick ends
      5 main ready
      5 main runs
      6 main ends`)
    assert.deepEqual(pathOf(recording), ["0–5 main waits for wait", "5–6 main running"])
  })

  it("takes the first that ended, where that was enough", () => {
    const recording = told(`
      0 main made
      0 main runs
      0 quick made by main
      0 slow made by main
      0 main waits for wait [quick slow]
      0 quick runs
      0 quick waits for sleep
      0 slow runs
      0 slow waits for sleep
      3 quick ready
      3 quick runs
      3 quick ends
      3 main ready
      3 main runs
      4 main ends
      9 slow ready
      9 slow runs
      9 slow ends`)
    assert.deepEqual(pathOf(recording, { task: 1 }), ["0–3 quick waits for sleep, done", "3–4 main running"])
  })

  it("counts what a task does after a promise of others as part of that wait", () => {
    const recording = told(`
      0 main made
      0 main runs
      1 main waits
      4 main waits for sleep
      6 main ready
      6 main runs
      6 main ends`)
    assert.deepEqual(pathOf(recording), ["0–1 main running", "1–4 main waits for promise", "4–6 main waits for sleep"])
  })

  it("goes through a job, and the job before it on the same worker", () => {
    const jobs = [
      { id: 1, name: "first", task: 2, queued: 0.5, begun: 0.5, worker: 1, ended: 4, how: "returned" as const },
      { id: 2, name: "second", task: 1, queued: 1, begun: 4, worker: 1, ended: 7, how: "returned" as const },
    ]
    const pools = { workers: [{ id: 1, pool: "pool", label: "thread 1" }], jobs, dropped: 0, loops: [1] }
    const recording = told(
      `
      0 main made
      0 main runs
      0.5 other made by main
      1 main waits for Future
      1 other runs
      7 main ready
      7 main runs
      8 main ends`,
      { pools },
    )
    assert.deepEqual(pathOf(recording, { task: 1 }).slice(-3), ["0.5–4 other job #1, woken", "4–7 main job #2", "7–8 main running"])
  })

  it("of a program that runs on, leads through what its tasks wait for now", () => {
    const recording = told(`
      0 main made
      0 main runs
      1 child made by main
      1 main waits for Task [child]
      1 child runs
      2 child waits for sleep`)
    assert.deepEqual(pathOf(recording, { until: 5 }), ["0–1 main running, made", "1–2 child running", "2–5 child waits for sleep"])
  })

  it("begins where the recording does, and says so", () => {
    const recording: Recording = { ...told("3 main made\n3 main runs\n5 main ends"), dropped: 7 }
    const path = criticalPath({ ...recording, events: recording.events.slice(1) })
    assert.equal(path?.complete, false)
    assert.deepEqual([path?.from, path?.to], [3, 5])
    assert.equal(criticalPath(recording)?.complete, true)
  })

  it("is missing where nothing was recorded", () => {
    assert.equal(criticalPath({ tasks: [], events: [], dropped: 0 }), undefined)
  })

  it("goes through a lock, a queue and an event to who gave them", async () => {
    const recording = await recorded(async () => {
      const lock = new asyncio.Lock()
      const queue = new asyncio.Queue<number>()
      const holder = asyncio.createTask(() => lock.run(() => asyncio.sleep(2)), { name: "holder" })
      asyncio.createTask(
        async () => {
          await asyncio.sleep(5)
          await queue.put(1)
        },
        { name: "feeder" },
      )
      await asyncio.sleep(1)
      await lock.acquire()
      await queue.get()
      await holder
    })
    assert.deepEqual(pathOf(recording), ["0–5 feeder waits for sleep"])
  })

  random("is that of programs whose path is known", 60, checkProgram)
})

async function checkProgram(numbers: Random): Promise<void> {
  const program = makeProgram(() => numbers.below(1_000_000) / 1_000_000, 40)
  const recorder = new Recorder().start()
  try {
    await runVirtual(runProgram(program), { name: "0" })
  } finally {
    recorder.stop()
  }
  const found = sleptIn(recorder.recording())
  const expected = expectedPath(program)
  if (found === undefined || !samePath(found, expected)) assert.deepEqual(found, expected)
}
