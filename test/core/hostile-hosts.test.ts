/** Programs that change what the runtime stands on: promises, contexts, prototypes. */
import assert from "node:assert/strict"
import { AsyncResource } from "node:async_hooks"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runProgram } from "./support/child.ts"
import { collect } from "./support/gc.ts"
import { hostTurn, soon } from "./support/watched.ts"

describe("importing the library", () => {
  it("asks for no environment variable where somebody would have to allow it", async () => {
    const program = `
      globalThis.Deno = { permissions: { querySync: () => ({ state: "prompt" }) } }
      const env = process.env
      const asked = []
      process.env = new Proxy(env, { get: (_, name) => { asked.push(String(name)); return env[name] } })
      await import("asyncio-ts")
      console.log(asked.filter((name) => name.startsWith("ASYNCIO_TS")).join())`
    const { stdout, stderr } = await runProgram(program)
    assert.equal(stdout, "\n", stderr)
  })

  it("works where nothing can be added to the globals", async () => {
    const program = `
      Object.preventExtensions(globalThis)
      const asyncio = await import("asyncio-ts")
      const { snapshotNow } = await import("asyncio-ts/inspect")
      console.log(await asyncio.run(async () => snapshotNow().tasks.length))`
    const { stdout, stderr } = await runProgram(program)
    assert.equal(stdout, "1\n", stderr)
  })
})

describe("a body that is a proxy", () => {
  const shy = (): (() => Promise<string>) =>
    new Proxy(async () => "done", {
      getPrototypeOf() {
        throw new Error("not told")
      },
    })

  it("is called, also if it does not tell its prototype", async () => {
    assert.equal(await soon(asyncio.run(async () => asyncio.coroutine(shy())())), "done")
  })
})

describe("a body's outcome", () => {
  it("goes to its own task when its promise calls back in another task's context", async () => {
    // As tracers and clients with a queue of their own do.
    class Client {
      readonly #context = new AsyncResource("client")
      query(value: string): Promise<string> {
        const context = this.#context
        const promise = hostTurn().then(() => value)
        const inContext = (callback: unknown) => (given: unknown) => context.runInAsyncScope(callback as () => void, undefined, given)
        promise.then = ((done: unknown, failed: unknown) =>
          Promise.prototype.then.call(promise, inContext(done), inContext(failed))) as typeof promise.then
        return promise
      }
    }
    const outcomes = await soon(
      asyncio.run(async () => {
        let client: Client | undefined
        const end = new asyncio.Event()
        const first = asyncio.createTask(async () => {
          client = new Client()
          await end.wait()
          return "first"
        })
        await asyncio.sleep(0)
        const second = asyncio.createTask(() => client?.query("rows"))
        const rows = await second
        end.set()
        return [await first, rows]
      }),
    )
    assert.deepEqual(outcomes, ["first", "rows"])
  })

  it("is told when its promise has a then of its own that throws", async () => {
    const promise = hostTurn().then(() => "value")
    promise.then = () => {
      throw new Error("no then")
    }
    assert.equal(await soon(asyncio.run(() => promise)), "value")
  })

  it("is told when the program has put another library's promises in place of its own", async () => {
    const program = `
      import * as asyncio from "asyncio-ts"
      const Native = Promise
      globalThis.Promise = class Other {
        #inner
        constructor(executor) { this.#inner = new Native(executor) }
        static resolve(value) { return new Other((resolve) => resolve(value)) }
        static reject(error) { return new Other((_, reject) => reject(error)) }
        then(...handlers) { return new Other((resolve, reject) => setImmediate(() => this.#inner.then(...handlers).then(resolve, reject))) }
        catch(handler) { return this.then(undefined, handler) }
      }
      console.log(await asyncio.run(async () => {
        const task = asyncio.createTask(async () => asyncio.sleep(0, "task"))
        return [await task, await asyncio.coroutine(async () => "coroutine")()].join()
      }))`
    const { stdout, stderr } = await runProgram(program)
    assert.equal(stdout, "task,coroutine\n", stderr)
  })
})

describe("a hardened program", () => {
  it("in which __proto__ throws awaits as any other", async () => {
    const program = `
      Object.defineProperty(Object.prototype, "__proto__", { get() { throw new Error("no __proto__") } })
      const asyncio = await import("asyncio-ts")
      console.log(await asyncio.run(async () => asyncio.sleep(0, "slept").then((value) => value)))`
    const { stdout, stderr } = await runProgram(program)
    assert.equal(stdout, "slept\n", stderr)
  })
})

describe("a program that wants no stacks", () => {
  const cancelsOne = `
    const asyncio = await import("asyncio-ts")
    console.log(await asyncio.run(async () => {
      const task = asyncio.createTask(asyncio.sleep(10))
      await asyncio.sleep(0)
      task.cancel("enough")
      return task.catch((error) => error.message)
    }))`

  it("has its tasks cancelled where intrinsics are frozen", async () => {
    const { stdout, stderr } = await runProgram(`Object.freeze(Error)\n${cancelsOne}`)
    assert.equal(stdout, "cancelled by task 'Task-1': enough\n", stderr)
    assert.equal(stderr, "")
  })

  it("does not get their length back from a cancellation", async () => {
    const { stdout, stderr } = await runProgram(`delete Error.stackTraceLimit\n${cancelsOne}\nconsole.log("stackTraceLimit" in Error)`)
    assert.equal(stdout, "cancelled by task 'Task-1': enough\nfalse\n", stderr)
  })
})

describe("a task that ends after its loop was closed", () => {
  it("tells nobody, and takes nothing down", async () => {
    const loop = new asyncio.EventLoop()
    const reports: string[] = []
    loop.setExceptionHandler((_loop, { message }) => void reports.push(message))
    const gate = Promise.withResolvers<void>()
    const task = await soon(
      loop.runUntilComplete(async () => {
        const task = asyncio.createTask(async () => gate.promise)
        asyncio.createTask(async () => task)
        task.addDoneCallback(() => assert.fail("called on a closed loop"))
        await asyncio.sleep(0)
        return { task }
      }),
    )
    loop.close()
    gate.resolve()
    while (!task.task.done()) await hostTurn()
    assert.deepEqual(reports, ["Task was destroyed but it is pending!", "Task was destroyed but it is pending!"])
  })

  it("has its failure reported, since nobody can ask any more", async () => {
    const loop = new asyncio.EventLoop()
    const reports: unknown[] = []
    loop.setExceptionHandler((_loop, { exception }) => void reports.push(exception))
    const gate = Promise.withResolvers<void>()
    await soon(
      loop.runUntilComplete(async () => {
        asyncio.createTask(async () => gate.promise)
        await asyncio.sleep(0)
      }),
    )
    loop.close()
    const late = new Error("late")
    gate.reject(late)
    while (reports.length < 2) await hostTurn()
    assert.deepEqual(reports, [undefined, late])
  })
})

describe("what is kept of what has ended", () => {
  async function collected(objects: WeakRef<object>[]): Promise<number> {
    for (let i = 0; i < 2; i++) await collect()
    return objects.filter((reference) => reference.deref() === undefined).length
  }

  function usesBig(captured: WeakRef<object>[]): () => Promise<void> {
    const big = { size: 1 }
    captured.push(new WeakRef(big))
    return async () => void big.size
  }

  function holdsPermit(pool: asyncio.Semaphore, kept: unknown[], results: WeakRef<object>[]): () => Promise<object> {
    return async () => {
      kept.push(await pool.acquire())
      const result = { size: 1 }
      results.push(new WeakRef(result))
      return result
    }
  }

  it("is neither the function of a task that is done, nor the task of whoever holds a lock", async () => {
    const captured: WeakRef<object>[] = []
    const results: WeakRef<object>[] = []
    const kept: unknown[] = []
    await soon(
      asyncio.run(async () => {
        const pool = new asyncio.Semaphore(10)
        for (let i = 0; i < 10; i++) {
          kept.push(asyncio.createTask(usesBig(captured)))
          await asyncio.createTask(holdsPermit(pool, kept, results))
        }
        await asyncio.sleep(0)
      }),
    )
    assert.ok((await collected(captured)) >= 9)
    assert.ok((await collected(results)) >= 9)
    assert.equal(kept.length, 20)
  })
})

describe("a group, a race and settled whose loop is closed under them", () => {
  it("end with an error instead of waiting in a circle", async () => {
    const loop = new asyncio.EventLoop()
    loop.setExceptionHandler(() => undefined)
    const gate = Promise.withResolvers<void>()
    const bodies: Record<string, () => Promise<unknown>> = {
      group: () =>
        new asyncio.TaskGroup().run(async (group) => {
          group.createTask(() => asyncio.sleep(60))
          await gate.promise
        }),
      race: () => asyncio.staggeredRace([async () => asyncio.sleep(60), async () => gate.promise], 0),
      settled: () => asyncio.settled(new Promise(() => undefined)),
    }
    const ends: Record<string, string> = {}
    await soon(
      loop.runUntilComplete(async () => {
        for (const [name, body] of Object.entries(bodies)) {
          // In code of its own, which goes on when everything of ours refuses.
          asyncio.createTask(async () => {
            await gate.promise
            await body().catch((error: unknown) => (ends[name] = (error as Error).name))
          })
        }
        await asyncio.sleep(0)
      }),
    )
    loop.close()
    gate.resolve()
    while (Object.keys(ends).length < 3) await hostTurn()
    assert.deepEqual(ends, { group: "RuntimeError", race: "RuntimeError", settled: "RuntimeError" })
  })

  it("also when it was closed while they drained", async () => {
    const loop = new asyncio.EventLoop()
    loop.setExceptionHandler(() => undefined)
    const gate = Promise.withResolvers<void>()
    let end: unknown
    await soon(
      loop.runUntilComplete(async () => {
        asyncio.createTask(async () => {
          const group = new asyncio.TaskGroup().run(async (group) => {
            group.createTask(() => asyncio.sleep(60))
            await gate.promise
          })
          end = await group.catch((error: unknown) => error)
        })
        await asyncio.sleep(0)
      }),
    )
    loop.close()
    gate.resolve()
    while (end === undefined) await hostTurn()
    assert.equal((end as Error).name, "RuntimeError")
  })
})
