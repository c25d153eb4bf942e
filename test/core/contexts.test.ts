/** Context variables and the user's own stores: R48, R173, R193, and where they arrive. */
import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { describe, it } from "node:test"
import { inspect } from "node:util"

import * as asyncio from "asyncio-ts"
import { failureOf, hostTurn, soon, thrownBy, watched, watchedReal } from "./support/watched.ts"

const variable = new asyncio.ContextVar<string>("variable", { default: "default" })

const read = asyncio.coroutine("read", async () => {
  await asyncio.sleep(0)
  return variable.get()
})

describe("a ContextVar", () => {
  it("gives its value, else the fallback, else its default, else a RuntimeError", async () => {
    await watched(async () => {
      const bare = new asyncio.ContextVar<number>("bare")
      const error = thrownBy(() => bare.get())
      assert.ok(error instanceof asyncio.RuntimeError)
      assert.match(error.message, /'bare' has no value here/)
      assert.equal(bare.get(7), 7)
      assert.equal(new asyncio.ContextVar("v", { default: 3 }).get(), 3)
      assert.equal(new asyncio.ContextVar<number | undefined>("v", { default: undefined }).get(), undefined)
      bare.set(1)
      assert.deepEqual([bare.get(), bare.get(7)], [1, 1])
    })
  })

  it("is restored by reset with the token of a set, once, in its own context", async () => {
    await watched(async () => {
      const own = new asyncio.ContextVar<number>("own")
      const first = own.set(1)
      const second = own.set(2)
      assert.deepEqual([second.hadValue, second.oldValue, first.hadValue], [true, 1, false])
      own.reset(second)
      assert.equal(own.get(), 1)
      assert.match(thrownBy(() => own.reset(second)).message, /has been used/)
      assert.match(thrownBy(() => variable.reset(first as never)).message, /is for 'own', not 'variable'/)
      const elsewhere = await asyncio.createTask(async () => thrownBy(() => own.reset(first)))
      assert.match(elsewhere.message, /made in another context/)
      own.reset(first)
      assert.equal(own.get(0), 0)
    })
  })

  it("has tokens that say whether they were used", () => {
    const variable = new asyncio.ContextVar<string>("user")
    const token = variable.set("Ann")
    assert.equal(String(token), "<Token var=<ContextVar user>>")
    variable.reset(token)
    assert.equal(String(token), "<Token used var=<ContextVar user>>")
  })

  it("outside any loop belongs to the thread, and programs start with a copy of it", async () => {
    const token = variable.set("outside")
    try {
      assert.equal(variable.get(), "outside")
      assert.equal(
        await asyncio.run(async () => {
          const seen = variable.get()
          variable.set("inside")
          return seen
        }),
        "outside",
      )
      assert.equal(variable.get(), "outside")
    } finally {
      variable.reset(token)
    }
  })
})

describe("a task", () => {
  // CPython: test_context_1, test_context_2, test_context_3, test_context_vars
  it("R193: copies the context of its creator when it is created", async () => {
    const { value } = await watched(async () => {
      variable.set("at creation")
      const task = asyncio.createTask(async () => {
        const seen = await read()
        variable.set("by the task")
        return seen
      })
      variable.set("later")
      return [await task, variable.get()]
    })
    assert.deepEqual(value, ["at creation", "later"])
  })

  // CPython: test_context_4, test_context_5, test_context_6, test_get_context
  it("R193: uses an explicit context as it is, and changes it", async () => {
    const { value } = await watched(async () => {
      const context = asyncio.copyContext()
      const task = asyncio.createTask(
        async () => {
          variable.set("changed")
          await asyncio.sleep(0)
          return variable.get()
        },
        { context },
      )
      const seen = await task
      const again = await asyncio.createTask(read(), { context })
      return [seen, again, context.get(variable), variable.get(), task.getContext() === context]
    })
    assert.deepEqual(value, ["changed", "changed", "changed", "default", true])
  })

  it("R193: shares its context with the coroutines it awaits", async () => {
    const { value } = await watched(async () => {
      await asyncio.coroutine("setter", async () => {
        await asyncio.sleep(0)
        variable.set("set by a coroutine")
      })()
      const plain = async (): Promise<void> => {
        await asyncio.sleep(0)
        variable.set(`${variable.get()} and a plain function`)
      }
      await plain()
      return variable.get()
    })
    assert.equal(value, "set by a coroutine and a plain function")
  })

  it("R193: children of gather and TaskGroup do not leak changes back, waitFor of a coroutine does", async () => {
    const setter = asyncio.coroutine("setter", async (value: string) => {
      variable.set(value)
    })
    const { value } = await watched(async () => {
      const seen: string[] = []
      await asyncio.gather([setter("gather"), setter("gather")])
      seen.push(variable.get())
      await new asyncio.TaskGroup().run(async (group) => void group.createTask(setter("group")))
      seen.push(variable.get())
      await asyncio.waitFor(setter("waitFor"), 5)
      seen.push(variable.get())
      await asyncio.timeout(5).run(async () => void variable.set("timeout"))
      seen.push(variable.get())
      return seen
    })
    assert.deepEqual(value, ["default", "default", "waitFor", "timeout"])
  })

  it("keeps its context across every kind of await", async () => {
    const { value } = await watchedReal(async () => {
      variable.set("mine")
      const seen: string[] = []
      const note = (): void => void seen.push(variable.get())
      await asyncio.sleep(0.001)
      note()
      await Promise.resolve()
      note()
      await hostTurn()
      note()
      await new Promise((resolve) => setTimeout(resolve, 1))
      note()
      await asyncio.wrapFuture(hostTurn())
      note()
      await Promise.all([asyncio.sleep(0), hostTurn()])
      note()
      await failureOf(asyncio.timeout(0.001).run(() => asyncio.sleep(5)))
      note()
      for (const each of asyncio.asCompleted([asyncio.sleep(0)])) await each
      note()
      return seen
    })
    assert.deepEqual(value, Array.from({ length: 8 }, () => "mine"))
  })

  it("does not share changes with its siblings, however their turns interleave", async () => {
    const { value } = await watched(async () => {
      const worker = asyncio.coroutine("worker", async (name: string) => {
        const seen: string[] = []
        for (let i = 0; i < 5; i++) {
          variable.set(`${name}${i}`)
          await asyncio.sleep(0)
          seen.push(variable.get())
        }
        return seen.join()
      })
      return asyncio.gather(["a", "b", "c"].map((name) => worker(name)))
    })
    assert.deepEqual(value, ["a0,a1,a2,a3,a4", "b0,b1,b2,b3,b4", "c0,c1,c2,c3,c4"])
  })

  // CPython: test_asyncio_task_decimal_context
  it("is no exception for values that are objects: each task has its own", async () => {
    const precision = new asyncio.ContextVar<{ digits: number }>("precision", { default: { digits: 28 } })
    const fractions = async (digits: number, x: number, y: number): Promise<[string, string]> => {
      precision.set({ digits })
      const a = (x / y).toFixed(precision.get().digits)
      await asyncio.sleep(0.1)
      return [a, (x / y ** 2).toFixed(precision.get().digits)]
    }
    const { value } = await watched(async () => asyncio.gather([() => fractions(3, 1, 3), () => fractions(6, 1, 3)]))
    assert.deepEqual(value, [
      ["0.333", "0.111"],
      ["0.333333", "0.111111"],
    ])
  })
})

describe("a callback", () => {
  it("runs in a copy of the context of its registration: callSoon, callLater, callAt", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const seen: string[] = []
      const note = (): void => {
        seen.push(variable.get())
        variable.set("changed by a callback")
      }
      variable.set("soon")
      loop.callSoon(note)
      variable.set("later")
      loop.callLater(1, note)
      loop.callAt(2, note)
      variable.set("afterwards")
      await asyncio.sleep(3)
      return [...seen, variable.get()]
    })
    assert.deepEqual(value, ["soon", "later", "later", "afterwards"])
  })

  it("uses an explicit context as it is", async () => {
    const { value } = await watched(async () => {
      const context = asyncio.copyContext()
      const handle = asyncio.getRunningLoop().callSoon(() => variable.set("by the callback"), { context })
      const known = handle.getContext() === context
      await asyncio.sleep(0)
      return [known, context.get(variable), variable.get()]
    })
    assert.deepEqual(value, [true, "by the callback", "default"])
  })

  it("passes its context to the tasks it makes", async () => {
    const { value } = await watched(async () => {
      const made = new asyncio.Future<{ task: asyncio.Task<string> }>()
      variable.set("registered")
      asyncio.getRunningLoop().callSoon(() => made.setResult({ task: asyncio.createTask(read()) }))
      variable.set("later")
      const { task } = await made
      return task
    })
    assert.equal(value, "registered")
  })
})

describe("the user's own AsyncLocalStorage", () => {
  const storage = new AsyncLocalStorage<string>()

  it("arrives in tasks, from their creator", async () => {
    const { value } = await watched(async () => {
      const body = asyncio.coroutine("body", async () => {
        const before = storage.getStore()
        await asyncio.sleep(1)
        return [before, storage.getStore()]
      })
      const lazy = storage.run("request 1", () => asyncio.createTask(body()))
      const eager = storage.run("request 2", () => asyncio.createTask(body(), { eagerStart: true }))
      const fromFunction = storage.run("request 3", () => asyncio.createTask(() => body()))
      return [storage.getStore(), await lazy, await eager, await fromFunction]
    })
    assert.deepEqual(value, [
      undefined,
      ["request 1", "request 1"],
      ["request 2", "request 2"],
      ["request 3", "request 3"],
    ])
  })

  it("arrives in children of gather and of a group, from their caller", async () => {
    const body = asyncio.coroutine("body", async () => {
      await asyncio.sleep(0)
      return storage.getStore()
    })
    const { value } = await watched(async () =>
      storage.run("request", async () => {
        const gathered = await asyncio.gather([body(), body()])
        const grouped = await new asyncio.TaskGroup().run(async (group) => ({ task: group.createTask(body()) }))
        return [...gathered, grouped.task.result()]
      }),
    )
    assert.deepEqual(value, ["request", "request", "request"])
  })

  it("arrives in callSoon, callLater and done callbacks, from their registration", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const future = new asyncio.Future<number>()
      const seen: unknown[] = []
      const note = (): void => void seen.push(storage.getStore())
      storage.run("soon", () => loop.callSoon(note))
      storage.run("later", () => loop.callLater(1, note))
      storage.run("done", () => future.addDoneCallback(note))
      storage.run("completing", () => future.setResult(1))
      await asyncio.sleep(2)
      return seen
    })
    assert.deepEqual(value, ["soon", "done", "later"])
  })

  it("arrives in then callbacks of coroutines, tasks and futures, from their registration", async () => {
    const { value } = await watchedReal(async () => {
      const future = new asyncio.Future<number>()
      const task = asyncio.createTask(asyncio.sleep(0.001))
      const body = asyncio.coroutine("body", () => asyncio.sleep(0.001))
      const seen: Record<string, unknown> = {}
      const looks = storage.run("looked", () => [
        future.then(() => (seen["future"] = storage.getStore())),
        task.then(() => (seen["task"] = storage.getStore())),
        body().then(() => (seen["coroutine"] = storage.getStore())),
        asyncio.sleep(0.001).then(() => (seen["operation"] = storage.getStore())),
        task.finally(() => (seen["finally"] = storage.getStore())),
      ])
      storage.run("completing", () => future.setResult(1))
      await Promise.all(looks)
      return seen
    })
    assert.deepEqual(value, {
      future: "looked",
      task: "looked",
      coroutine: "looked",
      operation: "looked",
      finally: "looked",
    })
  })

  it("is kept across every await of ours, in tasks and coroutines", async () => {
    const { value } = await watched(async () => {
      const lock = new asyncio.Lock()
      const queue = new asyncio.Queue<number>()
      const request = asyncio.coroutine("request", async (id: string) => {
        const seen = new Set<unknown>()
        for (let i = 0; i < 3; i++) {
          await lock.run(async () => {
            await asyncio.sleep(0.1)
            seen.add(storage.getStore())
          })
          await queue.put(i)
          await queue.get()
          seen.add(storage.getStore())
          await asyncio.timeout(5).run(() => asyncio.sleep(0.1))
          seen.add(storage.getStore())
        }
        return [...seen].join() === id
      })
      return asyncio.gather(
        ["r1", "r2", "r3"].map((id) => storage.run(id, () => asyncio.createTask(() => request(id)))),
      )
    })
    assert.deepEqual(value, [true, true, true])
  })

  it("of the caller of run arrives in main", async () => {
    const seen = await storage.run("server", () =>
      asyncio.run(async () => {
        await asyncio.sleep(0.001)
        return storage.getStore()
      }),
    )
    assert.equal(seen, "server")
  })

  it("of one run never shows in another that runs at the same time", async () => {
    const program = (id: string): Promise<string[]> =>
      storage.run(id, () =>
        asyncio.run(async () => {
          const seen: string[] = []
          for (let i = 0; i < 5; i++) {
            await asyncio.sleep(0)
            seen.push(storage.getStore() ?? "none")
          }
          return [...new Set(seen)]
        }),
      )
    assert.deepEqual(await soon(Promise.all([program("a"), program("b")])), [["a"], ["b"]])
  })
})

describe("Context", () => {
  // CPython: copy_context and Context.run of contextvars
  it("run calls a function with it, and changes stay in it", async () => {
    await watched(async () => {
      const context = asyncio.copyContext()
      const result = context.run(() => {
        variable.set("inside")
        return variable.get()
      })
      assert.deepEqual([result, variable.get(), context.get(variable), context.has(variable)], ["inside", "default", "inside", true])
    })
  })

  it("run of an async function keeps the context until it settles, and may await ours", async () => {
    const { value } = await watched(async () => {
      const context = asyncio.copyContext()
      const result = await context.run(async () => {
        variable.set("inside")
        await asyncio.sleep(1)
        const seen = variable.get()
        variable.set("changed")
        return seen
      })
      return [result, variable.get(), context.get(variable)]
    })
    assert.deepEqual(value, ["inside", "default", "changed"])
  })

  it("run lets an exception through and restores the outer context", async () => {
    await watched(async () => {
      const context = asyncio.copyContext()
      assert.throws(() =>
        context.run(() => {
          variable.set("inside")
          throw new Error("x")
        }),
      )
      assert.equal(variable.get(), "default")
    })
  })

  it("run works outside any loop and in callbacks", async () => {
    const context = asyncio.copyContext()
    assert.equal(context.run(() => variable.set("outside") && variable.get()), "outside")
    assert.equal(variable.get(), "default")
    assert.match(thrownBy(() => context.run(() => asyncio.getRunningLoop())).message, /no running event loop/)
    await watched(async () => {
      const own = asyncio.getRunningLoop()
      const seen: unknown[] = []
      own.callSoon(() => seen.push(context.run(() => [variable.get(), asyncio.getRunningLoop() === own])))
      await asyncio.sleep(0)
      assert.deepEqual(seen, [["outside", true]])
    })
  })

  it("prints how many variables it has, and none of their values", async () => {
    await watched(async () => {
      const context = new asyncio.Context()
      assert.equal(String(context), "<Context variables=0>")
      context.run(() => variable.set("secret"))
      assert.equal(String(context), "<Context variables=1>")
      assert.equal(inspect({ context }), "{ context: <Context variables=1> }")
    })
  })

  // Invariant of ContextValues
  it("a copy and its original never see each other's changes, in whichever order they are written", async () => {
    await watched(async () => {
      variable.set("common")
      const original = asyncio.copyContext()
      const copies = [original.copy(), original.copy()]
      copies[0]?.run(() => variable.set("first copy"))
      original.run(() => variable.set("original"))
      const late = original.copy()
      late.run(() => variable.set("late copy"))
      assert.deepEqual(
        [original, ...copies, late].map((context) => context.get(variable)),
        ["original", "first copy", "common", "late copy"],
      )
      assert.equal(variable.get(), "common")
    })
  })

  it("copies of copies share nothing that is written, with many variables and random writes", async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1e6)
    let state = seed
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2 ** 31
      return state % below
    }
    const variables = Array.from({ length: 5 }, (_, i) => new asyncio.ContextVar<number>(`v${i}`))
    await watched(async () => {
      const contexts = [asyncio.copyContext()]
      const models: (number | undefined)[][] = [[]]
      for (let step = 0; step < 500; step++) {
        const at = random(contexts.length)
        const context = contexts[at] ?? assert.fail()
        const model = models[at] ?? assert.fail()
        if (random(4) === 0 && contexts.length < 30) {
          contexts.push(context.copy())
          models.push([...model])
        } else {
          const which = random(variables.length)
          context.run(() => variables[which]?.set(step))
          model[which] = step
        }
        contexts.forEach((each, i) => {
          variables.forEach((variable, j) => assert.equal(each.get(variable), models[i]?.[j], `SEED=${seed}`))
        })
      }
    })
  })
})

describe("a Runner", () => {
  // CPython: test_run_keeps_context
  it("R173: keeps one context: changes made by one run are seen by the next", async () => {
    const runner = new asyncio.Runner()
    try {
      const seen = []
      seen.push(await runner.run(async () => {
        variable.set("first")
        return variable.get()
      }))
      seen.push(await runner.run(read()))
      seen.push(variable.get())
      assert.deepEqual(seen, ["first", "first", "default"])
    } finally {
      await runner.close()
    }
  })
})

describe("a promise that never settles under Context.run", () => {
  it("does not keep a cancellation or a timeout from arriving on time", async () => {
    await watchedReal(async () => {
      const context = asyncio.copyContext()
      const never = new Promise<void>(() => undefined)
      const task = asyncio.createTask(() => context.run(async () => never))
      await asyncio.sleep(0)
      task.cancel()
      assert.ok((await failureOf(task)) instanceof asyncio.CancelledError)
      const late = asyncio.timeout(0.01).run(() => context.run(async () => never))
      assert.ok((await failureOf(late)) instanceof asyncio.TimeoutError)
    })
  })
})
