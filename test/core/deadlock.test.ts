/** Programs in which nothing can happen any more: DeadlockError, on the virtual clock and at the end of the process. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { runProgram } from "./support/child.ts"
import { failureOf, now, soon, watched } from "./support/watched.ts"

describe("under the virtual clock", () => {
  it("a program in which nothing can ever happen ends with a DeadlockError that lists every task and what it waits for", async () => {
    const error = await failureOf(
      soon(
        runVirtual(
          async () => {
            const lock = new asyncio.Lock()
            const queue = new asyncio.Queue<number>()
            await lock.acquire()
            asyncio.createTask(lock.acquire(), { name: "locked out" })
            asyncio.createTask(() => queue.get(), { name: "hungry" })
            asyncio.createTask(async () => new asyncio.Future(), { name: "waiting" })
            await new asyncio.Event().wait()
          },
          { name: "the program" },
        ),
      ),
    )
    assert.ok(error instanceof asyncio.DeadlockError)
    assert.equal(error.name, "DeadlockError")
    assert.equal(error.code, "ERR_DEADLOCK")
    assert.match(error.message, /the program waits for Event\.wait/)
    assert.match(error.message, /locked out waits for Lock\.acquire/)
    assert.match(error.message, /hungry waits for Queue\.get/)
    assert.match(error.message, /waiting waits for Future$/m)
  })

  it("is thrown at the await of the main task, which may clean up", async () => {
    const log: string[] = []
    const error = await failureOf(
      soon(
        runVirtual(async () => {
          try {
            await new asyncio.Event().wait()
          } catch (error) {
            log.push((error as Error).name)
            throw error
          } finally {
            await asyncio.sleep(1)
            log.push(`cleaned up at ${now()}`)
          }
        }),
      ),
    )
    assert.ok(error instanceof asyncio.DeadlockError)
    assert.deepEqual(log, ["DeadlockError", "cleaned up at 1"])
  })

  it("is not raised while a timer may still help", async () => {
    const { value } = await watched(async () => {
      const event = new asyncio.Event()
      asyncio.getRunningLoop().callLater(1000, () => event.set())
      await event.wait()
      return now()
    })
    assert.equal(value, 1000)
  })

  it("is not raised while a promise of the host may still help", async () => {
    const { value } = await watched(async () => {
      const event = new asyncio.Event()
      setTimeout(() => event.set(), 5)
      const helper = asyncio.createTask(async () => {
        await new Promise((resolve) => setTimeout(resolve, 10))
      })
      await event.wait()
      await helper
      return "helped"
    })
    assert.equal(value, "helped")
  })
})

describe("a program of which nothing keeps the process alive", () => {
  it("says that virtual time stands still where timers are set that a plain async function's call holds up, and what to do", async () => {
    const { stdout } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      import { runVirtual } from "asyncio-ts/testing"
      const nap = async () => { await asyncio.sleep(1) }
      for (const main of [async () => asyncio.gather([nap(), nap()]), async () => new asyncio.Event().wait()]) {
        try { await runVirtual(main) } catch (error) { console.log(/time stands still .* give gather or waitFor the function itself$/.test(error.message)) }
      }
    `)
    assert.equal(stdout, "true\nfalse\n")
  })

  it("hears of it: its main task gets a DeadlockError instead of vanishing", async () => {
    const { stdout, stderr, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      try {
        await asyncio.run(async () => {
          try {
            await new asyncio.Event().wait()
          } finally {
            console.log("cleaned up")
          }
        }, { name: "stuck" })
      } catch (error) {
        console.log(error.name, error.code)
        console.log(error.message)
      }
    `)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^cleaned up\nDeadlockError ERR_DEADLOCK\n[^]*stuck waits for Event\.wait/)
  })

  it("hears of it when it awaits a promise that nobody can settle, too", async () => {
    const { stdout, code, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const body = asyncio.coroutine("body", () => new Promise(() => {}))
      try {
        await asyncio.run(async () => {
          try { await body() } finally { console.log("cleaned up") }
        })
      } catch (error) {
        console.log(error.name, /nothing can ever happen/.test(error.message))
      }
    `)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^cleaned up\n(DeadlockError|CancelledError) true\n$/)
  })

  it("is left in peace while something of the host is open", async () => {
    const { stdout, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const event = new asyncio.Event()
      setTimeout(() => event.set(), 50)
      await asyncio.run(async () => { await event.wait(); console.log("woken") })
    `)
    assert.equal(stdout, "woken\n", stderr)
  })

  it("is left in peace when another listener of beforeExit starts something", async () => {
    const { stdout, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const event = new asyncio.Event()
      process.once("beforeExit", () => setTimeout(() => event.set(), 20))
      await asyncio.run(async () => { await event.wait(); console.log("woken") })
    `)
    assert.equal(stdout, "woken\n", stderr)
  })

  it("with several runs hears of it in each", async () => {
    const { stdout, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const stuck = () => asyncio.run(async () => { await new asyncio.Event().wait() })
      const outcomes = await Promise.allSettled([stuck(), stuck()])
      console.log(outcomes.map((outcome) => outcome.reason.name).join())
    `)
    assert.equal(stdout, "DeadlockError,DeadlockError\n", stderr)
  })
})
