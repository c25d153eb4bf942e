import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { Recorder, type Recording } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"
import { lineOf, stepsOf } from "../../playground/src/steps.ts"
import { taskTree } from "../../playground/src/task-tree.ts"

async function recordingOf(main: () => Promise<unknown>): Promise<Recording> {
  const recorder = new Recorder().start()
  await runVirtual(main, { name: "main" })
  recorder.stop()
  return recorder.recording()
}

const nap = asyncio.coroutine("nap", (seconds: number) => asyncio.sleep(seconds))

describe("the steps of a recording", () => {
  it("go from await to await, with what each task does then", async () => {
    const steps = stepsOf(await recordingOf(async () => {
      const long = asyncio.createTask(nap(2), { name: "long" })
      await asyncio.createTask(nap(1), { name: "short" })
      long.cancel()
      await asyncio.wait([long])
    }))
    const told = steps.map(({ task, time, made, end, then }) => `${time} ${task.name} makes [${made.join()}] ${end?.kind}: ${then.map(({ task, state, cancelling }) => `${task.name} ${state}${cancelling ? "!" : ""}`).join(", ")}`)
    assert.deepEqual(told, [
      "0 main makes [long,short] parked: main waiting, long not started, short not started",
      "0 long makes [] parked: main waiting, long waiting, short not started",
      "0 short makes [] parked: main waiting, long waiting, short waiting",
      "1 short makes [] done: main ready, long waiting, short returned",
      "1 main makes [] parked: main waiting, long ready!, short returned",
      "1 long makes [] done: main waiting, long cancelled!, short returned",
      "1 main makes [] done: main returned, long cancelled!, short returned",
    ])
    assert.deepEqual(steps.map(({ after }) => after?.words ?? "begins"), ["begins", "begins", "begins", "sleep 1 s", "Task 'short'", "sleep 2 s", "wait"])
  })

  it("are the last ones of very many tasks, since each step has all of them", async () => {
    const steps = stepsOf(await recordingOf(() => asyncio.gather(Array.from({ length: 4000 }, () => nap(1)))))
    assert.equal(steps.length, Math.floor(1_000_000 / 4001))
    const last = steps.at(-1)
    assert.deepEqual([last?.task.name, last?.end?.kind, last?.then.length], ["main", "done", 4001])
  })

  it("are those of one loop, each with the tasks of that loop", async () => {
    const recorder = new Recorder().start()
    await runVirtual(() => nap(1), { name: "first" })
    await runVirtual(() => nap(1), { name: "second" })
    recorder.stop()
    const steps = stepsOf(recorder.recording())
    assert.deepEqual(steps.map(({ then }) => then.map(({ task }) => task.name)), [["first"], ["first"], ["second"], ["second"]])
  })

  it("have the tasks as a tree: below the one that awaits them, or else below the one that made them", async () => {
    const steps = stepsOf(await recordingOf(async () => {
      const apart = asyncio.createTask(nap(3), { name: "apart" })
      const inner = asyncio.createTask(nap(1), { name: "inner" })
      await asyncio.createTask(async () => inner, { name: "outer" })
      await apart
    }))
    const row = steps.find(({ task, end }) => task.name === "outer" && end?.kind === "parked")
    assert.ok(row !== undefined)
    assert.deepEqual(taskTree(row.then).map(({ now, depth, awaited }) => `${" ".repeat(depth)}${now.task.name}${awaited ? " awaited" : ""}`), ["main", " apart", " outer awaited", "  inner awaited"])
  })

  it("find the line of the program among places", () => {
    assert.equal(lineOf("main (tea.ts:12:3)", "tea.ts"), 12)
    assert.equal(lineOf("tea.ts:7:1", "tea.ts"), 7)
    assert.equal(lineOf("run (lib/x.js:3:1)\nmain (tea.ts:9:3)", "tea.ts"), 9)
    assert.equal(lineOf("main (other-tea.ts:12:3)", "tea.ts"), undefined)
    assert.equal(lineOf(undefined, "tea.ts"), undefined)
  })
})
