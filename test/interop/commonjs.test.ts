/** The library from CommonJS, where the microtasks are not over when a script begins. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { runProgram } from "../core/support/child.ts"

describe("from CommonJS", () => {
  it("require gives the same names as import", async () => {
    const names = (how: string): string => `console.log(Object.keys(${how}).toSorted().join())`
    const required = await runProgram(names('require("asyncio-ts")'), { type: "commonjs" })
    const imported = await runProgram(names('await import("asyncio-ts")'))
    assert.equal(required.stdout, imported.stdout, required.stderr)
    assert.ok(required.stdout.split(",").includes("run"))
  })

  it("the order of events is the same as in a module", async () => {
    const program = `
      const order = []
      const worker = asyncio.coroutine("worker", async (name) => {
        for (let i = 0; i < 3; i++) { order.push(name + i); await asyncio.sleep(0) }
      })
      const running = asyncio.run(async () => {
        const loop = asyncio.getRunningLoop()
        const tasks = ["a", "b"].map((name) => asyncio.createTask(worker(name)))
        loop.callSoon(() => order.push("soon"))
        loop.callLater(0, () => order.push("later"))
        order.push("main")
        await asyncio.gather([worker("c"), worker("d")])
        await asyncio.wait(tasks)
      })
      process.nextTick(() => order.push("tick"))
      running.then(() => console.log(order.filter((each) => each !== "tick").join(" ")))
    `
    const required = await runProgram(`const asyncio = require("asyncio-ts");${program}`, { type: "commonjs" })
    const imported = await runProgram(`import * as asyncio from "asyncio-ts";${program}`)
    assert.match(required.stdout, /^main a0 b0 soon /, required.stderr)
    assert.equal(required.stdout, imported.stdout)
  })

  it("cancellation, timeouts and errors work", async () => {
    const { stdout, stderr } = await runProgram(
      `
      const asyncio = require("asyncio-ts")
      asyncio.run(async () => {
        const names = []
        for (const body of [
          () => asyncio.timeout(0.001).run(() => asyncio.sleep(60)),
          async () => { asyncio.currentTask().cancel(); await asyncio.sleep(1) },
          async () => { throw new RangeError("x") },
        ]) {
          try { await body() } catch (error) { names.push(error.name) }
          asyncio.currentTask().uncancel()
        }
        return names.join()
      }).then(console.log)
    `,
      { type: "commonjs" },
    )
    assert.equal(stdout, "TimeoutError,CancelledError,RangeError\n", stderr)
  })

  it("errors of two copies of the package are instances of each other's classes", async () => {
    const { stdout, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const second = await import(import.meta.resolve("#src/errors/cancelled-error.ts") + "?second")
      const error = new second.CancelledError("from the other copy")
      console.log(second.CancelledError === asyncio.CancelledError, error instanceof asyncio.CancelledError)
      const task = await asyncio.run(async () => {
        const task = asyncio.createTask(async () => { throw error })
        await asyncio.wait([task])
        return { task }
      })
      console.log(task.task.cancelled())
    `)
    assert.equal(stdout, "false true\ntrue\n", stderr)
  })
})
