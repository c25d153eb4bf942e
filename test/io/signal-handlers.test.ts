import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { Worker } from "node:worker_threads"

import * as asyncio from "asyncio-ts"
import { addSignalHandler, removeSignalHandler } from "#src/io/signal-handlers.ts"
import { runProgram } from "../core/support/child.ts"

const skip = process.platform === "win32" && "there are no such signals"

function raise(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal)
}

describe("addSignalHandler", { skip }, () => {
  it("calls the callback in the loop, with its arguments, each time", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const heard = new asyncio.Queue<unknown>()
      addSignalHandler(loop, "SIGHUP", (...given: unknown[]) => heard.putNowait([given, asyncio.currentTask(), asyncio.getRunningLoop() === loop]), "tea", 2)
      for (let i = 0; i < 2; i += 1) {
        raise("SIGHUP")
        assert.deepEqual(await heard.get(), [["tea", 2], undefined, true])
      }
    })
  })

  it("takes the number of a signal as well", async () => {
    await asyncio.run(async () => {
      const heard = new asyncio.Event()
      addSignalHandler(asyncio.getRunningLoop(), 28, () => heard.set())
      raise("SIGWINCH")
      await heard.wait()
      assert.ok(removeSignalHandler(asyncio.getRunningLoop(), "SIGWINCH"))
    })
  })

  it("replaces an earlier handler of the same signal, and leaves those of others alone", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const heard: string[] = []
      const last = new asyncio.Event()
      addSignalHandler(loop, "SIGHUP", () => heard.push("old"))
      addSignalHandler(loop, "SIGHUP", () => heard.push("new"))
      addSignalHandler(loop, "SIGWINCH", () => last.set())
      assert.equal(process.listenerCount("SIGHUP"), 1)
      raise("SIGHUP")
      raise("SIGWINCH")
      await last.wait()
      await asyncio.sleep(0.005)
      assert.deepEqual(heard, ["new"])
    })
  })

  it("calls the handlers of each loop that has one", async () => {
    const heard: number[] = []
    const both = Promise.withResolvers<void>()
    const program = async (number: number): Promise<void> => {
      const done = new asyncio.Event()
      addSignalHandler(asyncio.getRunningLoop(), "SIGWINCH", () => {
        heard.push(number)
        done.set()
      })
      if (number === 2) both.resolve()
      await done.wait()
    }
    const runs = [asyncio.run(() => program(1)), asyncio.run(() => program(2))]
    await both.promise
    raise("SIGWINCH")
    await Promise.all(runs)
    assert.deepEqual(heard.sort((a, b) => a - b), [1, 2])
  })

  it("runs the callback with the context variables of its registration", async () => {
    await asyncio.run(async () => {
      const user = new asyncio.ContextVar<string>("user")
      user.set("Alice")
      const seen = asyncio.getRunningLoop().createFuture<string>()
      addSignalHandler(asyncio.getRunningLoop(), "SIGHUP", () => seen.setResult(user.get()))
      user.set("Bob")
      raise("SIGHUP")
      assert.equal(await seen, "Alice")
    })
  })

  it("reports what the callback throws", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const reported = loop.createFuture<string>()
      loop.setExceptionHandler((_loop, { message, exception }) => reported.setResult(`${message}: ${(exception as Error).message}`))
      addSignalHandler(loop, "SIGHUP", function onUser() {
        throw new Error("spilt")
      })
      raise("SIGHUP")
      assert.equal(await reported, "Exception in callback onUser: spilt")
    })
  })

  it("leaves nothing on the process when the loop is closed, and says nothing in debug mode", async () => {
    const warnings: string[] = []
    const warned = ({ message }: Error): void => void (message.includes("still open") && warnings.push(message))
    process.on("warning", warned)
    await asyncio.run(
      async () => {
        addSignalHandler(asyncio.getRunningLoop(), "SIGHUP", () => undefined)
        addSignalHandler(asyncio.getRunningLoop(), "SIGINT", () => undefined)
        assert.equal(process.listenerCount("SIGHUP"), 1)
      },
      { debug: true },
    )
    assert.deepEqual([process.listenerCount("SIGHUP"), process.listenerCount("SIGINT")], [0, 0])
    await new Promise(setImmediate)
    process.off("warning", warned)
    assert.deepEqual(warnings, [])
  })

  it("refuses what is no signal, no function, or cannot be caught", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const nothing = (): void => undefined
      assert.throws(() => addSignalHandler(loop, "SIGTEA" as never, nothing), { name: "RangeError", message: /no signal of this system: "SIGTEA"/ })
      assert.throws(() => addSignalHandler(loop, 4711, nothing), RangeError)
      assert.throws(() => addSignalHandler(loop, 1.5, nothing), TypeError)
      assert.throws(() => addSignalHandler(loop, null as never, nothing), TypeError)
      assert.throws(() => addSignalHandler(loop, "SIGHUP", 7 as never), TypeError)
      assert.throws(() => addSignalHandler(loop, "SIGHUP", asyncio.coroutine("brew", async () => undefined)), { name: "TypeError", message: /coroutine function brew/ })
      for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
        assert.throws(() => addSignalHandler(loop, signal, nothing), { name: "RuntimeError", message: new RegExp(`^${signal} cannot be handled`) })
      }
      assert.equal(loop.resources.size, 0)
    })
    const closed = new asyncio.EventLoop()
    closed.close()
    assert.throws(() => addSignalHandler(closed, "SIGHUP", () => undefined), { name: "RuntimeError", message: /closed event loop/ })
    assert.equal(process.listenerCount("SIGHUP"), 0)
  })

  it("is refused in a worker thread, which Node gives no signals", async () => {
    const source = `
      import * as asyncio from "asyncio-ts"
      import { addSignalHandler } from "${new URL("../../src/io/signal-handlers.ts", import.meta.url).href}"
      import { parentPort } from "node:worker_threads"
      const loop = new asyncio.EventLoop()
      try { addSignalHandler(loop, "SIGHUP", () => {}) } catch (error) { parentPort.postMessage(error.name + ": " + error.message) }
    `
    const folder = new URL("./", import.meta.url)
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source.replace('"asyncio-ts"', JSON.stringify(new URL("../../src/index.ts", folder).href)))}`))
    const [message] = await new Promise<unknown[]>((resolve, reject) => {
      worker.once("message", (text) => resolve([text]))
      worker.once("error", reject)
    })
    await worker.terminate()
    assert.match(String(message), /^RuntimeError: cannot handle SIGHUP in a worker thread/)
  })
})

describe("removeSignalHandler", { skip }, () => {
  it("says whether there was a handler, and takes it off the process", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      assert.equal(removeSignalHandler(loop, "SIGHUP"), false)
      addSignalHandler(loop, "SIGHUP", () => undefined)
      assert.equal(removeSignalHandler(loop, "SIGHUP"), true)
      assert.equal(removeSignalHandler(loop, "SIGHUP"), false)
      assert.equal(process.listenerCount("SIGHUP"), 0)
      assert.throws(() => removeSignalHandler(loop, "SIGTEA" as never), RangeError)
      assert.equal(loop.resources.size, 0)
    })
  })
})

describe("a handler in a process of its own", { skip }, () => {
  it("keeps the process alive, and removed lets it end", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      import { addSignalHandler } from "#src/io/signal-handlers.ts"
      await asyncio.run(async () => {
        const stop = new asyncio.Event()
        addSignalHandler(asyncio.getRunningLoop(), "SIGINT", () => stop.set())
        setTimeout(() => console.log("ready"), 20).unref()
        await stop.wait()
        console.log("an orderly end")
      })
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nan orderly end\n", ended.stderr)
    assert.deepEqual([ended.code, ended.signal], [0, null])
  })

  it("for SIGINT stands in for what Ctrl-C does to every run, until it is removed", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      import { addSignalHandler, removeSignalHandler } from "#src/io/signal-handlers.ts"
      const other = asyncio.run(() => asyncio.sleep(60)).catch((error) => console.log("other", error.name))
      try {
        await asyncio.run(async () => {
          const loop = asyncio.getRunningLoop()
          const heard = new asyncio.Event()
          addSignalHandler(loop, "SIGINT", () => { console.log("heard"); heard.set() })
          console.log("ready")
          await heard.wait()
          removeSignalHandler(loop, "SIGINT")
          console.log("ready")
          await asyncio.sleep(60)
        })
      } catch (error) { console.log(error.name) }
      await other
    `,
      { interruptAt: "ready" },
    )
    const told = ended.stdout.trim().split("\n")
    assert.deepEqual(told.slice(0, 3), ["ready", "heard", "ready"], ended.stderr)
    // Two loops: which of them ends first is not promised.
    assert.deepEqual(told.slice(3).toSorted(), ["KeyboardInterrupt", "other KeyboardInterrupt"], ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })

  it("for SIGINT that is replaced by another still stands in", async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      import { addSignalHandler } from "#src/io/signal-handlers.ts"
      await asyncio.run(async () => {
        const loop = asyncio.getRunningLoop()
        const heard = new asyncio.Event()
        addSignalHandler(loop, "SIGINT", () => console.log("old"))
        addSignalHandler(loop, "SIGINT", () => { console.log("new"); heard.set() })
        console.log("ready")
        await heard.wait()
      })
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nnew\n", ended.stderr)
    assert.equal(ended.code, 0)
  })
})
