import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { awaitLines } from "#src/core/await-lines.ts"
import { Frame } from "#src/core/frame.ts"
import { parsePlace, placeOfLine } from "#src/core/place-of-line.ts"
import { functionPlace, functionPlaces } from "#src/inspect/function-location-node.ts"
import { frameOf, type Task } from "#src/core/task.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

const TELLS = Number(process.versions.node.split(".")[0]) >= 26
/** Longer than any reading of a line takes, a slow machine's included. */
const INTERRUPTED_MS = 0.1
const source = readFileSync(fileURLToPath(import.meta.url), "utf8").split("\n")

/** The line of this file on which `mark` stands. */
function lineOf(mark: string): number {
  return source.findIndex((line) => line.endsWith(`// ${mark}`)) + 1 // there
}

function frames(task: Task<unknown>): Frame[] {
  const found: Frame[] = []
  for (let frame: unknown = task[frameOf]; frame instanceof Frame; frame = frame.first) found.push(frame)
  return found
}

const brew = asyncio.coroutine("brew", async () => {
  await asyncio.sleep(60) // inner
})

async function main(): Promise<void> {
  await brew() // outer
}

async function parked(left: number, work: () => Promise<unknown>): Promise<Frame[]> {
  awaitLines.left = left
  const task = asyncio.createTask(work)
  await asyncio.sleep(0)
  await asyncio.sleep(0)
  const found = frames(task)
  task.cancel()
  return found
}

describe("the line of an await", () => {
  it("is that of each coroutine of a task, while the budget lasts", async () => {
    await asyncio.run(async () => {
      const [outer, inner] = await parked(1, main)
      assert.ok(outer !== undefined && inner !== undefined)
      const places = [outer, inner].map((frame) => placeOfLine(frame, frame.first))
      assert.deepEqual(places.map((place) => place?.line), [lineOf("outer"), lineOf("inner")])
      assert.deepEqual(places.map((place) => place?.of), TELLS ? ["await", "await"] : ["made", "made"])
    })
  })

  it("is where its function begins once the budget is spent, and says so", async () => {
    await asyncio.run(async () => {
      const [outer, inner] = await parked(-1, main)
      assert.ok(outer !== undefined && inner !== undefined)
      assert.deepEqual(placeOfLine(outer, outer.first), { file: import.meta.url, line: lineOf("outer") - 1, column: 20, function: "main", of: "code" })
      assert.deepEqual(placeOfLine(inner, inner.first)?.line, lineOf("inner") - 1)
      assert.equal(placeOfLine(inner, inner.first, { code: false }), undefined)
    })
  })

  it("keeps neither the function nor a stack once the call has ended", async () => {
    await asyncio.run(async () => {
      awaitLines.left = 1
      const task = asyncio.createTask(async () => asyncio.sleep(0))
      await asyncio.sleep(0)
      const frame = task[frameOf]
      assert.equal(typeof frame.code, "function")
      await task
      assert.deepEqual([frame.code, frame.awaitedAt], [null, null])
    })
  })

  it("is shown by getStack and printStack without debug mode", needsPlaceOfAwait(), async () => {
    await asyncio.run(async () => {
      awaitLines.left = 1
      const task = asyncio.createTask(main)
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      const places = task.getStack().map(({ place }) => parsePlace(place, "await")?.line)
      task.cancel()
      assert.deepEqual(places, [lineOf("outer"), lineOf("inner")])
    })
  })

  it("costs at most a hundredth of the time, and what was saved up", async () => {
    await asyncio.run(async () => {
      awaitLines.left = 0
      const from = performance.now()
      let spent = 0
      const { taker } = awaitLines
      assert.ok(taker !== null)
      const counted = (take: ((on: object) => unknown) | undefined) => take && ((on: object): unknown => {
        const begun = performance.now()
        const taken = take(on)
        // One that the machine interrupts costs what it costs the machine.
        spent += Math.min(performance.now() - begun, INTERRUPTED_MS)
        return taken
      })
      awaitLines.taker = { parked: counted(taker.parked), made: counted(taker.made) } as never // what was there, with a watch
      try {
        while (performance.now() - from < 300) for (let turn = 0; turn < 1000; turn += 1) await asyncio.sleep(0)
      } finally {
        awaitLines.taker = taker
      }
      const share = spent / (performance.now() - from)
      assert.ok(spent > 0, "none was taken")
      assert.ok(share < 0.03, `${(share * 100).toFixed(2)} %`)
    })
  })
})

describe("the place of a function", () => {
  it("is its file, line and column, and leaves no trace", () => {
    assert.deepEqual(functionPlace(lineOf), { file: import.meta.url, line: lineOf("there") - 1, column: 16, function: "lineOf" })
    assert.deepEqual(functionPlaces([Math.max, () => 1]).map((place) => place === undefined), [true, false])
    assert.equal(Symbol.for("asyncio-ts.located") in globalThis, false)
  })

  it("is read out of a line of a stack", () => {
    assert.deepEqual(parsePlace("at async main (file:///shop/main.ts:12:3)", "await"), { file: "file:///shop/main.ts", line: 12, column: 3, of: "await", function: "main" })
    assert.deepEqual(parsePlace("at C:\\shop\\main.ts:12:3", "made"), { file: "C:\\shop\\main.ts", line: 12, column: 3, of: "made" })
    assert.equal(parsePlace("at async Promise.all (index 0)", "await"), undefined)
    assert.equal(parsePlace(undefined, "await"), undefined)
  })
})
