/** Ctrl-C: R174, by programs in processes of their own. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { runProgram } from "./support/child.ts"

const skip = process.platform === "win32" && "there is no way to interrupt a process there"

describe("Ctrl-C", { skip }, () => {
  it("R174: cancels the main task, which cleans up; run rejects with KeyboardInterrupt; the process ends by the signal", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      try {
        await asyncio.run(async () => {
          try {
            console.log("ready")
            await asyncio.sleep(60)
          } catch (error) {
            console.log(error.name, "by", error.requestedBy)
            throw error
          } finally {
            await asyncio.sleep(0.001)
            console.log("cleaned up")
          }
        })
      } catch (error) {
        console.log(error.name, error.code, error.cause.name)
      }
    `,
      { interruptAt: "ready" },
    )
    assert.equal(
      ended.stdout,
      "ready\nCancelledError by Ctrl-C\ncleaned up\nKeyboardInterrupt ERR_KEYBOARD_INTERRUPT CancelledError\n",
      ended.stderr,
    )
    assert.equal(ended.signal, "SIGINT")
  })

  for (const call of ["await asyncio.run(main)", "void asyncio.run(main)", "await new asyncio.Runner().run(main)"]) {
    it(`ends a program that does not catch it by the signal, and without a stack: ${call}`, async () => {
      const ended = await runProgram(
        `
        import * as asyncio from "asyncio-ts"
        const main = async () => {
          try {
            console.log("ready")
            await asyncio.sleep(60)
          } finally {
            console.log("cleaned up")
          }
        }
        ${call}
      `,
        { interruptAt: "ready" },
      )
      assert.deepEqual([ended.stdout, ended.stderr, ended.signal], ["ready\ncleaned up\n", "", "SIGINT"])
    })
  }

  it("leaves what a program does with it in uncaughtException to the program", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      process.on("SIGINT", () => {})
      process.on("uncaughtException", (error) => { console.log(error.name); process.exit(5) })
      await asyncio.run(async () => { console.log("ready"); await asyncio.sleep(60) })
    `,
      { interruptAt: "ready" },
    )
    assert.deepEqual([ended.stdout, ended.stderr, ended.code], ["ready\nKeyboardInterrupt\n", "", 5])
  })

  for (const [when, program] of [
    ["after main's end", "await asyncio.run(async () => { asyncio.createTask(left); await asyncio.sleep(0) })"],
    ["after main's end, with a Runner", "const runner = new asyncio.Runner(); await runner.run(async () => { asyncio.createTask(left); await asyncio.sleep(0) }); await runner.close()"],
    ["before main's end, with a Runner", "const runner = new asyncio.Runner(); try { await runner.run(async () => { asyncio.createTask(left); console.log('ready'); await asyncio.sleep(60) }) } finally { await runner.close() }"],
  ] as const) {
    it(`lets tasks that are left clean up when it comes ${when}`, async () => {
      const ended = await runProgram(
        `
        import * as asyncio from "asyncio-ts"
        const left = async () => {
          try {
            await asyncio.sleep(60)
          } finally {
            ${when.startsWith("after") ? 'console.log("ready")' : ""}
            for (let turns = 0; turns < 20; turns += 1) await asyncio.sleep(0.001)
            console.log("cleaned up")
          }
        }
        ${program}
      `,
        { interruptAt: "ready" },
      )
      assert.deepEqual([ended.stdout, ended.stderr, ended.signal], ["ready\ncleaned up\n", "", "SIGINT"])
    })
  }

  it("R174: is one request: a task that refuses it and returns a value keeps its value", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      const value = await asyncio.run(async () => {
        console.log("ready")
        try { await asyncio.sleep(60) } catch {}
        return "refused"
      })
      console.log(value)
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nrefused\n", ended.stderr)
  })

  it("R174: a second one is a second request, which interrupts clean-up that awaits, and no code that does not", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      try {
        await asyncio.run(async () => {
          try {
            console.log("ready")
            await asyncio.sleep(60)
          } finally {
            console.log("ready")
            for (const until = Date.now() + 50; Date.now() < until; );
            console.log("a busy loop is not interrupted")
            try { await asyncio.sleep(60) } catch (error) { console.log("clean-up:", error.name) }
          }
        })
      } catch (error) { console.log(error.name) }
    `,
      { interruptAt: "ready" },
    )
    assert.match(ended.stdout, /^ready\nready\na busy loop is not interrupted\nclean-up: CancelledError\n/, ended.stderr)
  })

  it("R174: leaves another error that main throws instead", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      try {
        await asyncio.run(async () => {
          console.log("ready")
          try { await asyncio.sleep(60) } catch { throw new RangeError("instead") }
        })
      } catch (error) { console.log(error.name) }
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nRangeError\n", ended.stderr)
  })

  it("cancels the main tasks of all runs of the process", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      let started = 0
      const program = () => asyncio.run(async () => {
        started += 1
        if (started === 2) console.log("ready")
        await asyncio.sleep(60)
      })
      const outcomes = await Promise.allSettled([program(), program()])
      console.log(outcomes.map((outcome) => outcome.reason.name).join())
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nKeyboardInterrupt,KeyboardInterrupt\n", ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })

  it("is raised again only after the last run has ended", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      const quick = asyncio.run(async () => { await asyncio.sleep(60) }).catch((error) => console.log("quick", error.name))
      const slow = asyncio.run(async () => {
        console.log("ready")
        try { await asyncio.sleep(60) } finally { await asyncio.sleep(0.05); console.log("slow cleaned up") }
      }).catch((error) => console.log("slow", error.name))
      await Promise.all([quick, slow])
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nquick KeyboardInterrupt\nslow cleaned up\nslow KeyboardInterrupt\n", ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })

  it("is left to the program's own listener, if it has one", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      process.on("SIGINT", () => console.log("heard"))
      try {
        await asyncio.run(async () => { console.log("ready"); await asyncio.sleep(60) })
      } catch (error) { console.log(error.name) }
      await new Promise((resolve) => setTimeout(resolve, 20))
      console.log("still here")
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nheard\nKeyboardInterrupt\nstill here\n", ended.stderr)
    assert.equal(ended.code, 0)
  })

  it("R174: finds the old handler restored after a run: the next one ends the process", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      await asyncio.run(async () => 1)
      console.log(process.listenerCount("SIGINT"))
      console.log("ready")
      setTimeout(() => console.log("not interrupted"), 2000)
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "0\nready\n", ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })

  it("ends a program that awaits a promise that never settles", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      const hold = setInterval(() => {}, 1000)
      const body = asyncio.coroutine("body", () => new Promise(() => {}))
      try {
        await asyncio.run(async () => {
          console.log("ready")
          try { await body() } finally { console.log("cleaned up") }
        })
      } catch (error) { console.log(error.name) }
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\ncleaned up\nKeyboardInterrupt\n", ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })

  it("reaches a program whose loop spins", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      try {
        await asyncio.run(async () => {
          console.log("ready")
          for (;;) await asyncio.sleep(0)
        })
      } catch (error) { console.log(error.name) }
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nKeyboardInterrupt\n", ended.stderr)
  })
})
