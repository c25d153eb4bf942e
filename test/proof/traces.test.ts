import assert from "node:assert/strict"
import { before, describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { Coverage } from "../../conformance/coverage.ts"
import { OPERATIONS } from "../../conformance/interpreter.ts"
import { loadMaker, type PythonMaker } from "../../conformance/python-maker.ts"
import { moduleAddress } from "../../conformance/python.ts"
import { CALLED_BY, EACH, LEFT_OUT, publicFunctions } from "../../proof/traces/functions.ts"
import { tableOf } from "../../proof/traces/table.ts"
import { tryPrograms } from "../../proof/traces/traces.ts"
import { tryPart } from "../../proof/traces/try-part.ts"
import { firstSeed } from "../support/random.ts"

const PROGRAMS = 12
const seed = firstSeed()

describe("programs of all operations", () => {
  let python: PythonMaker
  let text = ""
  before(async () => {
    python = await loadMaker(moduleAddress("3.14"))
    text = python.make({ seed: String(seed), first: 1, count: PROGRAMS, wide: true })
  })

  it("give CPython's traces", async (t) => {
    t.diagnostic(`SEED=${seed}`)
    const { programs, failures } = await tryPart(text)
    assert.ok(programs > PROGRAMS / 2)
    assert.deepEqual(failures.map(({ told }) => told), [])
  })

  it("are the same ones for the same seed, in whatever parts they are made", () => {
    const make = (first: number, count: number): string => python.make({ seed: String(seed), first, count, wide: true })
    assert.equal([make(1, 4), make(5, PROGRAMS - 4)].filter((part) => part !== "").join("\n"), text)
  })

  it("find a runtime that forgets to wake who waits for an event", async (t) => {
    t.mock.method(asyncio.Event.prototype, "set", () => undefined)
    const { failures } = await tryPart(python.make({ seed: "planted", first: 1, count: PROGRAMS, wide: true }))
    assert.ok(failures.length > 0)
  })
})

describe("the proof of them", () => {
  const work = { size: 100, seed, signal: new AbortController().signal, progress() {} }
  /** Stands for pyodide's module. */
  const fake = (made: string): string => `data:text/javascript,${encodeURIComponent(`export const loadPyodide = async () => ({ FS: { writeFile() {} }, runPython: () => "0", pyimport: () => ({ made() { ${made} } }) })`)}`

  it("does not pass where Python makes no programs, nor goes on for ever", async () => {
    const { done, failures } = await tryPrograms(work, "3.14", 1, fake(`return ""`))
    assert.equal(done, 0)
    assert.match(failures.join(), /^of 400 attempts only 0 made a program/)
  })

  it("tells where Python breaks", async () => {
    await assert.rejects(tryPrograms(work, "3.14", 1, fake(`throw new Error("broken")`)), /^Error: attempts 1 to 40 of seed \d+ ended the worker$/)
  })
})

describe("what the programs are made of", () => {
  it("calls every public function, or it is said why not", () => {
    const told = [...Object.keys(CALLED_BY), ...LEFT_OUT.flatMap(({ names }) => names.split(/\s+/))].sort()
    assert.deepEqual(publicFunctions().filter((name) => !told.includes(name)), [])
    assert.deepEqual(told.filter((name) => !publicFunctions().includes(name)), [])
    assert.deepEqual(Object.values(CALLED_BY).flat().filter((name) => name !== EACH && !OPERATIONS.includes(name)), [])
  })

  it("is counted: pairs that begin one after the other, and that stand next to each other", () => {
    const coverage = new Coverage(["call", "log", "set"])
    const [task, other] = [{}, {}]
    coverage.after(task, undefined, "call")
    coverage.after(task, undefined, "log")
    coverage.after(other, undefined, "set")
    coverage.after(task, "call", "set")
    // In the order of the names: after a call begins the log in it, and beside it stands the set.
    assert.deepEqual([...coverage.pairs], [0, 1, 1, 0, 0, 1, 0, 0, 0])
  })

  it("is told with what is too rare", () => {
    const coverage = new Coverage(["log", "sleep"])
    coverage.one("sleep")
    coverage.after(coverage, undefined, "log")
    coverage.after(coverage, "log", "sleep")
    const { functions, "ordered pairs of operations": pairs } = tableOf(coverage, coverage.names, 1000)
    assert.match(functions ?? "", /none below 1,000 in a million programs$/)
    assert.match(pairs ?? "", /^4, which occurred 1 times; the rarest log log, 0 times; below .*: 3, log log \(0\), sleep log \(0\), sleep sleep \(0\)$/)
  })
})
