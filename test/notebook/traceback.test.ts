import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { tellTracebacks, traceback } from "#src/notebook/traceback.ts"

tellTracebacks()

const pour = asyncio.coroutine("pour", async () => {
  await asyncio.sleep(0)
  throw new RangeError("no tea")
})
const serve = asyncio.coroutine("serve", async () => {
  await pour()
})

describe("an error that ends a task", () => {
  it("tells where it was thrown, through which coroutines it came, and in which task", async () => {
    const lines = await stackOf(serve(), "waiter")
    assert.equal(lines[0], "RangeError: no tea")
    assert.match(lines[1] ?? "", /^ {4}at .*notebook\/traceback\.test\.ts:\d+$/)
    assert.match(lines.at(-2) ?? "", /^ {4}in 'pour', which 'serve' awaits/)
    assert.equal(lines.at(-1), "    in 'serve', task 'waiter'")
  })

  it("has no line of this library or of the host", async () => {
    const lines = await stackOf(serve(), "waiter")
    assert.deepEqual(lines.filter((line) => /\/src\/|node:/.test(line)), [])
  })

  it("tells of each task through which it comes", async () => {
    const lines = await stackOf(async () => {
      await asyncio.createTask(pour(), { name: "inner" })
    }, "outer")
    assert.deepEqual(lines.slice(-2), ["    in 'pour', task 'inner'", "    in 'function', task 'outer'"])
  })

  it("tells the errors of a group, and a cause, each with its own lines", async () => {
    const lines = await stackOf(async () => {
      await new asyncio.TaskGroup().run((group) => {
        group.createTask(pour(), { name: "one" })
        group.createTask(async () => { throw new Error("outer", { cause: new Error("inner") }) }, { name: "two" })
      })
    }, "all")
    const text = lines.join("\n")
    assert.match(text, /^ExceptionGroup: /)
    assert.match(text, /\n {2}1 of 2:\n {4}\w*Error: /)
    assert.match(text, /\n {8}in 'pour', task 'one'/)
    assert.match(text, /\n {6}caused by:\n {8}Error: inner\n/)
  })

  it("is let alone when its stack cannot be changed", async () => {
    const error = Object.defineProperty(new Error("fixed"), "stack", { value: "its own" })
    assert.deepEqual(await stackOf(async () => Promise.reject(error), "fixed"), ["its own"])
  })
})

describe("a traceback", () => {
  it("shows what is no error, and an error that is its own cause, once", () => {
    assert.deepEqual(traceback("text"), ['"text"'])
    const error = new Error("round")
    error.cause = error
    assert.deepEqual(traceback(error).filter((line) => line.includes("round")).length, 2)
  })

  it("shows at most ten errors of a group", () => {
    const group = new AggregateError(Array.from({ length: 12 }, (_, at) => new Error(`number ${at}`)))
    const text = traceback(group).join("\n")
    assert.match(text, /number 9\n/)
    assert.doesNotMatch(text, /number 10/)
    assert.match(text, /… and 2 more$/)
  })
})

/** Runs `work` to its failure; the lines of the error's stack. */
async function stackOf(work: asyncio.Startable<unknown>, name: string): Promise<string[]> {
  const error: unknown = await asyncio.run(work, { name }).then(() => undefined, (thrown: unknown) => thrown)
  assert.ok(error instanceof Error)
  return (error.stack ?? "").split("\n")
}
