import assert from "node:assert/strict"
import { afterEach, beforeEach, describe, it } from "node:test"
import * as acorn from "acorn"
import * as asyncio from "asyncio-ts"

import { ReplSession, StatementInterrupted } from "#src/cli/repl/repl-session.ts"

describe("a session of the prompt", () => {
  let session: ReplSession
  beforeEach(() => {
    session = new ReplSession(acorn, asyncio)
  })
  afterEach(async () => {
    await session.close()
    for (const name of ["asyncio", "kept", "job", "v", "seen"]) Reflect.deleteProperty(globalThis, name)
  })

  async function run(typed: string): Promise<unknown> {
    const statement = session.read(typed)
    if (typeof statement === "symbol") throw new Error("it is a beginning")
    return (await session.run(statement)).value
  }

  it("R175: awaits at the top, on a loop that goes on between statements", async () => {
    assert.equal(await run("await asyncio.sleep(0, 'rested')"), "rested")
    await run("const kept = asyncio.createTask(async () => { await asyncio.sleep(0); return 5 })")
    // Nobody awaits anything of the session meanwhile.
    for (let turns = 0; turns < 1000 && (await run("kept.done()")) !== true; turns += 1) await new Promise(setImmediate)
    assert.equal(await run("await kept"), 5)
  })

  it("R176: its statements share their context variables, and asyncio is there", async () => {
    await run("const v = new asyncio.ContextVar('v')")
    await run("v.set(1)")
    assert.equal(await run("await asyncio.sleep(0); v.get()"), 1)
    await run("await asyncio.sleep(0); v.set(2)")
    assert.equal(await run("v.get()"), 2)
  })

  it("R177: Ctrl-C cancels the statement, whose clean-up runs to its end, and not what else runs", async () => {
    await run("const seen = []; const job = asyncio.createTask(() => asyncio.sleep(1000))")
    const seen = await run("seen") as string[] // as it was typed
    const statement = run("try { seen.push('begun'); await asyncio.sleep(1000) } finally { await asyncio.sleep(0); seen.push('cleaned') }")
    while (seen.length === 0) await new Promise(setImmediate)
    assert.equal(session.interrupt(), true)
    await assert.rejects(statement, StatementInterrupted)
    assert.deepEqual(seen, ["begun", "cleaned"])
    assert.equal(await run("job.done()"), false)
    assert.equal(session.interrupt(), false)
  })

  it("R178: a statement that awaits nothing runs in no task", async () => {
    assert.equal(await run("asyncio.currentTask()"), undefined)
    assert.match(String(await run("await asyncio.sleep(0); asyncio.currentTask().getName()")), /^statement-\d+$/)
    assert.equal(await run("asyncio.getRunningLoop().running"), true)
  })

  it("runs a program of its own with run, as at the top of a script, though not from a task within", async () => {
    assert.equal(await run("await asyncio.run(async () => { await asyncio.sleep(0); return 7 })"), 7)
    await assert.rejects(run("await asyncio.createTask(() => asyncio.run(async () => 7))"), /run\(…\) cannot be called from/)
  })

  it("says nothing of a run within a statement that ends by the same Ctrl-C, however late it hears of it", async (t) => {
    const told = t.mock.method(console, "error", () => undefined)
    const silent = (): void => undefined
    process.on("SIGINT", silent)
    try {
      await run("const kept = asyncio.getRunningLoop(); const seen = []")
      const statement = run("await asyncio.run(async () => { seen.push('runs'); try { await asyncio.sleep(1000) } finally { seen.push('ended') } })")
      const seen = await run("seen") as string[] // as it was typed
      while (seen.length === 0) await new Promise(setImmediate)
      assert.equal(session.interrupt(), true)
      await assert.rejects(statement, StatementInterrupted)
      process.emit("SIGINT")
      while (seen.length < 2) await new Promise(setImmediate)
      for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate)
    } finally {
      process.off("SIGINT", silent)
    }
    assert.deepEqual(told.mock.calls.map(({ arguments: [text] }) => String(text)), [])
  })

  it("gives a coroutine or a promise that was not awaited as it is", async () => {
    const coroutine = await session.run(session.read("asyncio.sleep(0)") as never)
    assert.ok(asyncio.isCoroutine(coroutine.value))
    // As it would be at the prompt; else it is told that nobody has.
    await asyncio.run(async () => await (coroutine.value as asyncio.Coroutine<void>))
    const promise = await session.run(session.read("Promise.resolve(1)") as never)
    assert.ok(promise.value instanceof Promise)
  })

  it("tells what was thrown, with the lines that were typed", async () => {
    await assert.rejects(run("await asyncio.sleep(0)\nthrow new RangeError('too far')"), (error) => {
      assert.ok(error instanceof RangeError)
      assert.match(error.stack ?? "", /^RangeError: too far\n {4}at REPL\d+:2:\d+$/)
      return true
    })
    await assert.rejects(run("throw 5"), (error) => error === 5)
    await assert.rejects(run("asyncio.sleep(NaN)"), RangeError)
    assert.equal(await run("1"), 1)
  })

  it("lets a name be declared again, and one of the host's be taken", async () => {
    await run("const kept = 1")
    await run("let kept = kept + 1")
    assert.equal(await run("kept"), 2)
  })

  it("has recorded what tasks did during the last statement that awaited", async () => {
    const before: unknown = session.recorded
    assert.equal(before, undefined)
    await run("await asyncio.gather([1, 2].map((n) => asyncio.createTask(() => asyncio.sleep(0), { name: `part ${n}` })))")
    await run("1 + 1")
    const { recording } = session.recorded ?? assert.fail("nothing is recorded")
    assert.deepEqual(recording.tasks.map(({ name }) => name).filter((name) => name.startsWith("part")), ["part 1", "part 2"])
  })

  it("cancels what is left when it is closed", async () => {
    await run("const seen = []; const job = asyncio.createTask(async () => { try { await asyncio.sleep(1000) } finally { seen.push('cleaned') } })")
    await run("await asyncio.sleep(0)")
    const seen: unknown = await run("seen")
    await session.close()
    assert.deepEqual(seen, ["cleaned"])
  })
})
