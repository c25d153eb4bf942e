/** Node as a host: what the library asks of it holds. */
import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { describe, it, mock } from "node:test"

import * as asyncio from "asyncio-ts"
import { nodeHost } from "#src/host/node.ts"
import { runProgram } from "../core/support/child.ts"
import { collect } from "../core/support/gc.ts"
import { soon } from "../core/support/watched.ts"

describe("afterMicrotasks", () => {
  it("armed in a microtask runs when no microtask is left, however many they make", async () => {
    const order: string[] = []
    await new Promise<void>((resolve) => {
      nodeHost.microtask(() => {
        nodeHost.afterMicrotasks(() => {
          order.push("over")
          resolve()
        })
        const chain = (n: number): void => {
          order.push(`microtask ${n}`)
          if (n < 5) queueMicrotask(() => chain(n + 1))
        }
        queueMicrotask(() => chain(1))
      })
    })
    assert.deepEqual(order, ["microtask 1", "microtask 2", "microtask 3", "microtask 4", "microtask 5", "over"])
  })

  it("runs before the host's timers, immediates and I/O", async () => {
    const order: string[] = []
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        setImmediate(() => {
          order.push("immediate")
          resolve()
        })
        nodeHost.microtask(() => nodeHost.afterMicrotasks(() => order.push("over")))
      })
    })
    assert.deepEqual(order, ["over", "immediate"])
  })
})

describe("the store", () => {
  it("entered is seen by all that the body starts, and not by the caller", async () => {
    const before = nodeHost.store()
    const seen: unknown[] = []
    const later = nodeHost.enter(
      "store",
      async (argument: string) => {
        seen.push(nodeHost.store(), argument)
        await Promise.resolve()
        seen.push(nodeHost.store())
        await new Promise((resolve) => setTimeout(resolve, 1))
        seen.push(nodeHost.store())
      },
      "argument",
    )
    seen.push(nodeHost.store() === before)
    await later
    seen.push(nodeHost.store() === before)
    assert.deepEqual(seen, ["store", "argument", true, "store", "store", true])
  })

  it("comes back to the caller when the body throws", () => {
    const before = nodeHost.store()
    assert.throws(() =>
      nodeHost.enter(
        "store",
        () => {
          throw new Error("x")
        },
        undefined,
      ),
    )
    assert.equal(nodeHost.store(), before)
  })

  it("and the user's own are captured together, and restored by run", async () => {
    const own = new AsyncLocalStorage<string>()
    const snapshot = own.run("own", () => nodeHost.enter("store", () => nodeHost.capture(), undefined))
    const seen: unknown[] = []
    snapshot.run((argument) => seen.push(argument, nodeHost.store(), own.getStore()), "argument")
    assert.deepEqual(seen, ["argument", "store", "own"])
    assert.equal(own.getStore(), undefined)
  })

  it("is not kept alive by a host timer or a yield to the host", async () => {
    const make = (): WeakRef<object> => {
      const store = { big: true }
      nodeHost.enter(store, () => void tokens.push(nodeHost.setTimer(1000, () => undefined)), undefined)
      nodeHost.enter(store, () => nodeHost.macrotask(() => undefined), undefined)
      return new WeakRef(store)
    }
    const tokens: unknown[] = []
    const reference = make()
    await collect()
    for (const token of tokens) nodeHost.clearTimer(token)
    assert.equal(reference.deref(), undefined)
  })
})

describe("timers", () => {
  it("fire when they are due, to the millisecond, and can be stopped", async () => {
    const stopped = nodeHost.setTimer(0.001, () => assert.fail("stopped timers do not fire"))
    nodeHost.clearTimer(stopped)
    const started = nodeHost.now()
    await new Promise<void>((resolve) => void nodeHost.setTimer(0.0035, resolve))
    // Node counts whole milliseconds, so one may be early by a part of one; the loop looks again.
    assert.ok(nodeHost.now() - started >= 0.0025)
  })

  it("of more than 24 days do not fire at once", async () => {
    let fired = false
    const token = nodeHost.setTimer(2 ** 40, () => (fired = true))
    await new Promise((resolve) => setTimeout(resolve, 5))
    nodeHost.clearTimer(token)
    assert.equal(fired, false)
  })
})

describe("fake timers", () => {
  it("that are installed later do not reach a loop that was made before: its functions are taken at import", async () => {
    const started = performance.now()
    const slept = await asyncio.run(async () => {
      mock.timers.enable({ apis: ["setTimeout", "setImmediate", "setInterval", "Date"] })
      try {
        await asyncio.sleep(0.005)
      } finally {
        mock.timers.reset()
      }
      return performance.now() - started
    })
    assert.ok(slept >= 4)
  })

  it("a loop that spins lets the host round under them too", async () => {
    const realImmediate = setImmediate
    mock.timers.enable({ apis: ["setImmediate"] })
    try {
      const state = { served: false }
      realImmediate(() => realImmediate(() => (state.served = true)))
      await soon(
        asyncio.run(async () => {
          while (!state.served) await asyncio.sleep(0)
        }),
      )
      assert.equal(state.served, true)
    } finally {
      mock.timers.reset()
    }
  })
})

describe("warnings and reports", () => {
  it("warn goes through process.emitWarning, with type and code", async () => {
    const { stdout, stderr } = await runProgram(`
      import { nodeHost } from "#src/host/node.ts"
      process.on("warning", (warning) => console.log([warning.name, warning.code, warning.message].join("|")))
      nodeHost.warn("look here", "ASYNCIO_TEST")
    `)
    assert.equal(stdout, "AsyncioWarning|ASYNCIO_TEST|look here\n", stderr)
    assert.match(stderr, /\[ASYNCIO_TEST\] AsyncioWarning: look here/)
  })

  it("warn obeys --no-warnings' switch, and never crashes under --throw-deprecation", async () => {
    const { code } = await runProgram(`
      process.throwDeprecation = true
      const { nodeHost } = await import("#src/host/node.ts")
      nodeHost.warn("look here", "ASYNCIO_TEST")
    `)
    assert.equal(code, 0)
  })

  it("throwUncaught reports an error as the host reports one that nobody caught", async () => {
    const { code, stderr } = await runProgram(`
      import { nodeHost } from "#src/host/node.ts"
      nodeHost.throwUncaught(new RangeError("fatal"))
    `)
    assert.equal(code, 1)
    assert.match(stderr, /RangeError: fatal/)
  })
})

describe("raiseInterrupt", { skip: process.platform === "win32" && "there is no SIGINT to raise there" }, () => {
  it("ends the process by SIGINT unless somebody listens", async () => {
    const alone = await runProgram(`
      import { nodeHost } from "#src/host/node.ts"
      setTimeout(() => console.log("survived"), 500)
      nodeHost.raiseInterrupt()
    `)
    assert.deepEqual([alone.signal, alone.stdout], ["SIGINT", ""])
    const heard = await runProgram(`
      import { nodeHost } from "#src/host/node.ts"
      process.on("SIGINT", () => console.log("heard"))
      nodeHost.raiseInterrupt()
      console.log("survived")
    `)
    assert.deepEqual([heard.signal, heard.stdout], [null, "survived\n"])
  })
})

describe("onUncaught", () => {
  it("tells of what ends the process, until it is taken off, and of nothing that somebody takes care of", async () => {
    const { stdout, code } = await runProgram(`
      import { nodeHost } from "#src/host/node.ts"
      nodeHost.onUncaught(() => console.log("taken off"))()
      nodeHost.onUncaught((error) => console.log("told of", error.message))
      const take = () => { process.off("uncaughtException", take); setTimeout(() => { throw new Error("second") }) }
      process.on("uncaughtException", take)
      throw new Error("first")
    `)
    assert.deepEqual([stdout, code], ["told of second\n", 1])
  })
})

describe("a then that knows whether an await called it", () => {
  it("is one function on each prototype, and looks like any other", () => {
    for (const prototype of [asyncio.Future.prototype, asyncio.Coroutine.prototype]) {
      const property = Object.getOwnPropertyDescriptor(prototype, "then")
      const then = property?.value as unknown
      assert.ok(then instanceof Function)
      assert.equal(typeof then, "function")
      assert.equal(then.name, "then")
      assert.equal(property?.enumerable, false)
    }
  })

  it("resumes an await of every kind: await, yield*, for await, return in an async function, Promise.resolve", async () => {
    const value = await asyncio.run(async () => {
      const tick = (): asyncio.Coroutine<number> => asyncio.sleep(0, 1)
      async function* generate(): AsyncGenerator<number> {
        yield tick() as unknown as number // an async generator awaits what it yields
        yield* [await tick()]
      }
      const seen: number[] = [await tick()]
      for await (const n of generate()) seen.push(n)
      for await (const n of [tick(), tick()] as unknown as AsyncIterable<number>) seen.push(n) // awaits each, too
      const returned = async (): Promise<number> => tick()
      seen.push(await returned(), await Promise.resolve(tick()), await Promise.race([tick()]))
      const { promise, resolve } = Promise.withResolvers<number>()
      resolve(tick())
      seen.push(await promise)
      return seen
    })
    assert.deepEqual(value, [1, 1, 1, 1, 1, 1, 1, 1, 1])
  })

  it("is not fooled by functions that a program passes: it returns a promise to whoever may look at it", async () => {
    await asyncio.run(async () => {
      const { resolve, reject } = Promise.withResolvers<unknown>()
      const future = new asyncio.Future<number>()
      const derived = [
        future.then(resolve, reject),
        future.then((value) => value, (error: unknown) => error),
        future.then(Number, String),
        asyncio.sleep(0).then(resolve, reject),
        asyncio.coroutine("body", async () => 1)().then(resolve, reject),
      ]
      future.setResult(1)
      for (const promise of derived) assert.ok(promise instanceof Promise)
      await Promise.all(derived)
    })
  })

  it("can be called with functions of another realm, as test runners with realms do", async () => {
    const { runInNewContext } = await import("node:vm")
    const value = await asyncio.run(async () => {
      const future = new asyncio.Future<number>()
      const awaitIt = runInNewContext("(async (awaited) => (await awaited) + 1)") as (awaited: unknown) => Promise<number>
      const thenIt = runInNewContext("((awaited) => awaited.then((n) => n + 2, (error) => error))") as (
        awaited: unknown,
      ) => Promise<number>
      const both = Promise.all([awaitIt(future), thenIt(future), awaitIt(asyncio.sleep(0, 10))])
      future.setResult(1)
      return both
    })
    assert.deepEqual(value, [2, 3, 11])
  })

  it("is not replaced by subclasses, which inherit it", async () => {
    class Traced<T> extends asyncio.Task<T> {}
    const value = await asyncio.run(async () => {
      asyncio.getRunningLoop().setTaskFactory((loop, work, options) => new Traced(work, { ...options, loop }))
      return asyncio.createTask(asyncio.sleep(0, "inherited"))
    })
    assert.equal(value, "inherited")
  })
})
