/** What docs/differences.md says of this library and of JavaScript, where no other test shows it; and that each of its entries is shown. */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import { Script } from "node:vm"

import * as asyncio from "asyncio-ts"
import { runProgram } from "./support/child.ts"
import { failureOf, hostTurns, watched, watchedReal } from "./support/watched.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))

describe("docs/differences.md", () => {
  const text = readFileSync(`${root}docs/differences.md`, "utf8")
  const entries = text.split(/^## /m).slice(1)
  const sources = new Map(
    globSync("test/**/*.test.ts", { cwd: root }).map((file) => [
      file.replaceAll("\\", "/"),
      readFileSync(`${root}${file}`, "utf8"),
    ]),
  )

  it("has an entry for each difference, with what asyncio does, what happens here, why, and the tests that show it", () => {
    assert.ok(entries.length >= 15)
    for (const entry of entries) {
      const title = entry.split("\n")[0]
      for (const part of ["**asyncio:**", "**Here:**", "**Why:**", "**Shown by:**"]) {
        assert.ok(entry.includes(part), `${title}: ${part} is missing`)
      }
    }
  })

  it("names tests that exist", () => {
    for (const entry of entries) {
      const shown = [...(entry.split("**Shown by:**")[1] ?? "").matchAll(/`(test\/[^`]+)`: ([^\n]+)/g)]
      assert.ok(shown.length > 0, `no test in: ${entry.split("\n")[0]}`)
      for (const [, file = "", names = ""] of shown) {
        const source = sources.get(file)
        assert.ok(source !== undefined, `${file} does not exist`)
        for (const name of names.split(" · ")) {
          assert.ok(source.includes(name.trim().replace(/^“|”$/g, "")), `${file} has no test ${name}`)
        }
      }
    }
  })
})

describe("foreign promises", () => {
  it("two tasks that one of them wakes are not atomic against each other, between awaits of ours they are", async () => {
    const order: string[] = []
    await watchedReal(async () => {
      const gate = Promise.withResolvers<void>()
      const foreign = async (name: string): Promise<void> => {
        await gate.promise
        for (let i = 0; i < 3; i++) {
          order.push(`${name}${i}`)
          await Promise.resolve()
        }
      }
      const tasks = ["a", "b"].map((name) => asyncio.createTask(() => foreign(name)))
      await asyncio.sleep(0)
      gate.resolve()
      await asyncio.wait(tasks)
    })
    assert.deepEqual(order, ["a0", "b0", "a1", "b1", "a2", "b2"])
    order.length = 0
    await watched(async () => {
      const gate = new asyncio.Future<void>()
      const ours = async (name: string): Promise<void> => {
        await gate
        for (let i = 0; i < 3; i++) {
          order.push(`${name}${i}`)
          await Promise.resolve()
        }
      }
      const tasks = ["a", "b"].map((name) => asyncio.createTask(() => ours(name)))
      await asyncio.sleep(0)
      gate.setResult()
      await asyncio.wait(tasks)
    })
    assert.deepEqual(order, ["a0", "a1", "a2", "b0", "b1", "b2"])
  })
})

describe("coroutines", () => {
  it("cannot be closed once they have started, only cancelled with their task", async () => {
    await watched(async () => {
      const coroutine = asyncio.sleep(1)
      assert.equal("close" in coroutine, false)
      assert.equal("throw" in coroutine, false)
      assert.equal("send" in coroutine, false)
      await coroutine
    })
  })
})

describe("eager tasks", () => {
  it("that return at once make a gather done a microtask later, not on return", async () => {
    const { value } = await watched(async () => {
      asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory)
      const gathered = asyncio.gather([async () => 1, async () => 2])
      const onReturn = gathered.done()
      return [onReturn, await gathered]
    })
    assert.deepEqual(value, [false, [1, 2]])
  })
})

describe("JavaScript's catch", () => {
  it("takes everything: a CancelledError and a KeyboardInterrupt like any other error", async () => {
    const { value } = await watched(async () => {
      const caught: string[] = []
      const task = asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } catch (error) {
          caught.push((error as Error).name)
        }
        try {
          throw new asyncio.KeyboardInterrupt()
        } catch (error) {
          caught.push((error as Error).name)
        }
      })
      await asyncio.sleep(0)
      task.cancel()
      await task
      return caught
    })
    assert.deepEqual(value, ["CancelledError", "KeyboardInterrupt"])
  })

  // CPython: test_run_forever_keyboard_interrupt, test_run_until_complete_baseexception
  it("R10: a fatal error in a callback is reported like others, and the loop goes on", async () => {
    const { value, reports } = await watched(async () => {
      asyncio.getRunningLoop().callSoon(() => {
        throw new asyncio.KeyboardInterrupt()
      })
      await asyncio.sleep(1)
      return "goes on"
    })
    assert.equal(value, "goes on")
    assert.ok(reports[0]?.exception instanceof asyncio.KeyboardInterrupt)
  })

  it("R116: a fatal error in a child of a group is one of its errors", async () => {
    const { value } = await watched(async () =>
      failureOf(
        new asyncio.TaskGroup().run(async (group) => {
          group.createTask(async () => {
            throw new asyncio.KeyboardInterrupt()
          })
        }),
      ),
    )
    assert.ok(value instanceof asyncio.ExceptionGroup)
    assert.ok(value.errors[0] instanceof asyncio.KeyboardInterrupt)
  })

  // CPython: test_exception_chaining_after_await, test_exception_chaining_after_await_with_context_cycle, test_cancellation_exception_context
  it("sets no context: an error thrown while another is handled has only the cause it was given", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } catch {
          throw new RangeError("translated")
        }
      })
      await asyncio.sleep(0)
      task.cancel()
      return failureOf(task)
    })
    assert.equal(value.name, "RangeError")
    assert.equal(value.cause, undefined)
  })
})

describe("async generators", () => {
  it("that a loop leaves early are closed by it, and abandoned ones by nobody", async () => {
    const log: string[] = []
    await watched(async () => {
      async function* numbers(name: string): AsyncGenerator<number> {
        try {
          for (let i = 0; ; i++) {
            await asyncio.sleep(1)
            yield i
          }
        } finally {
          log.push(`${name} closed`)
        }
      }
      for await (const n of numbers("left")) if (n === 2) break
      await numbers("abandoned").next()
    })
    assert.deepEqual(log, ["left closed"])
  })
})

describe("JavaScript's disposal", () => {
  const knowsUsing = (() => {
    try {
      new Script("{ using x = null }")
      return true
    } catch {
      return false
    }
  })()

  it("is not told how its block ended", { skip: !knowsUsing && "this Node does not know `using`" }, async () => {
    const { stdout, stderr } = await runProgram(`
      const told = []
      const resource = { [Symbol.dispose](...given) { told.push(given.length) } }
      try { using held = resource; throw new Error("x") } catch {}
      { using held = resource }
      console.log(told.join())
    `)
    assert.equal(stdout, "0,0\n", stderr)
  })

  it("is not offered by what has to know: timeouts and groups", () => {
    for (const prototype of [asyncio.Timeout.prototype, asyncio.TaskGroup.prototype]) {
      assert.equal(Symbol.dispose in prototype || Symbol.asyncDispose in prototype, false)
    }
  })
})

describe("a plain async function that nobody awaits", () => {
  it("is a promise of the program's own: when its wait is cancelled, the host reports an unhandled rejection", async () => {
    const { code, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      async function plain() { await asyncio.sleep(60) }
      await asyncio.run(async () => { void plain(); await asyncio.sleep(0.001) })
    `)
    assert.equal(code, 1)
    assert.match(stderr, /'sleep' was still waiting when 'function' ended, and was cancelled: await it there, or give it to createTask/)
    assert.match(stderr, /CancelledError/)
  })

  it("is no such thing when it is a coroutine or a task", async () => {
    const { code, stdout, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const nap = asyncio.coroutine("nap", async () => { await asyncio.sleep(60) })
      await asyncio.run(async () => {
        void nap().then()
        asyncio.createTask(nap())
        await asyncio.sleep(0.001)
      })
      console.log("ended")
    `)
    assert.equal(stdout, "ended\n", stderr)
    assert.equal(code, 0)
  })
})

describe("what the host has not", () => {
  it("is left out: file descriptors, policies, child watchers", () => {
    const names = Object.keys(asyncio).map((name) => name.toLowerCase())
    const methods = Object.getOwnPropertyNames(asyncio.EventLoop.prototype).map((name) => name.toLowerCase())
    for (const missing of ["addreader", "addwriter", "removereader", "removewriter", "sockrecv", "sockaccept"]) {
      assert.equal(methods.includes(missing), false)
    }
    assert.deepEqual(names.filter((name) => /policy|watcher|seteventloop|geteventloop$/.test(name)), [])
  })
})

describe("a task's lines", () => {
  it("may be several, and a task is over when its function is, whatever they do", async () => {
    const { value, messages } = await watched(async () => {
      const log: string[] = []
      const task = asyncio.createTask(async () => {
        const line = asyncio.coroutine("line", async () => {
          await asyncio.sleep(5)
          log.push("never")
        })
        void line().then()
        await asyncio.sleep(1)
        return "over"
      })
      return [await task, log]
    })
    await hostTurns(1)
    assert.deepEqual(value, ["over", []])
    assert.equal(messages.length, 1)
  })
})
