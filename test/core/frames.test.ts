/** A test for each sentence of the design's section "Frames and foreign callbacks". */
import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { EventEmitter } from "node:events"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { hostTurn, hostTurns, failureOf, soon, thrownBy, watched, watchedReal } from "./support/watched.ts"
import { unhandledOf } from "./support/host-events.ts"

const brew = asyncio.coroutine("brew", async (kind: string) => {
  await asyncio.sleep(0)
  return `${kind} is ready.`
})

/** What a host callback can be given to the host by: each calls it once, later. */
const hosts: Record<string, (callback: () => void) => void> = {
  "a timer": (callback) => void setTimeout(callback, 1),
  setImmediate: (callback) => void setImmediate(callback),
  "process.nextTick": (callback) => process.nextTick(callback),
  "an emitter": (callback) => {
    const emitter = new EventEmitter()
    emitter.once("news", callback)
    setImmediate(() => emitter.emit("news"))
  },
}

for (const [name, arrange] of Object.entries(hosts)) {
  describe(`a callback of ${name} made in a task that has ended`, () => {
    it("makes root tasks of the loop", async () => {
      const { value, messages } = await watchedReal(async () => {
        const started = Promise.withResolvers<{ task: asyncio.Task<string> }>()
        await asyncio.createTask(async () => {
          arrange(() => void setImmediate(() => started.resolve({ task: asyncio.createTask(brew("Masala")) })))
        })
        const { task } = await started.promise
        return [await task, task.getLoop() === asyncio.getRunningLoop()]
      })
      assert.deepEqual(value, ["Masala is ready.", true])
      assert.deepEqual(messages, [])
    })

    it("cannot await a coroutine, and is told of the ended task and of the ways out", async () => {
      const { value: error } = await watchedReal(async () => {
        const tried = Promise.withResolvers<Error>()
        await asyncio.createTask(
          async () => {
            arrange(() => void setImmediate(() => tried.resolve(failureOf(brew("Masala")))))
          },
          { name: "tea-maker" },
        )
        return tried.promise
      })
      assert.ok(error instanceof asyncio.RuntimeError)
      assert.match(error.message, /brew/)
      assert.match(error.message, /task 'tea-maker'/)
      assert.match(error.message, /createTask/)
      assert.match(error.message, /run\(/)
      assert.match(error.message, /bind\(/)
    })

    it("has no current task", async () => {
      const { value } = await watchedReal(async () => {
        const asked = Promise.withResolvers<unknown>()
        await asyncio.createTask(async () => {
          arrange(() => void setImmediate(() => asked.resolve({ task: asyncio.currentTask() })))
        })
        return asked.promise
      })
      assert.deepEqual(value, { task: undefined })
    })
  })

  describe(`a callback of ${name} made in a task that lives`, () => {
    it("is another line of the task's frame: a bare await works", async () => {
      const { value, messages } = await watchedReal(async () => {
        const answered = Promise.withResolvers<string>()
        arrange(() => void brew("Green").then(answered.resolve, answered.reject))
        return asyncio.wrapFuture(answered.promise)
      })
      assert.equal(value, "Green is ready.")
      assert.deepEqual(messages, [])
    })

    it("is cancelled and reported when the frame ends before it", async () => {
      const { value, messages } = await watchedReal(async () => {
        const outcome = Promise.withResolvers<unknown>()
        const task = asyncio.createTask(async () => {
          const parked = Promise.withResolvers<void>()
          arrange(() => {
            asyncio.sleep(60).then(outcome.resolve, outcome.resolve)
            parked.resolve()
          })
          await parked.promise
        })
        await task
        return outcome.promise
      })
      assert.ok(value instanceof asyncio.CancelledError)
      assert.match(value.message, /nothing outlives the frame that started it/)
      assert.equal(messages.length, 1)
      assert.match(messages[0] ?? "", /'sleep' was still waiting when .* ended/)
      assert.match(messages[0] ?? "", /createTask/)
    })

    it("makes tasks that outlive the frame", async () => {
      const { value, messages } = await watchedReal(async () => {
        const started = Promise.withResolvers<{ task: asyncio.Task<string> }>()
        const maker = asyncio.createTask(async () => {
          arrange(() => started.resolve({ task: asyncio.createTask(asyncio.sleep(0.002, "outlived")) }))
          await started.promise
        })
        await maker
        const { task } = await started.promise
        return [task.done(), await task]
      })
      assert.deepEqual(value, [false, "outlived"])
      assert.deepEqual(messages, [])
    })
  })
}

describe("code without any loop", () => {
  it("cannot await a coroutine, and is told to use run", async () => {
    const error = await failureOf(soon(brew("Ginger")))
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /no running event loop/)
    assert.match(error.message, /run\(brew\(…\)\)/)
  })

  it("cannot await an operation of the library, and is told to use run", async () => {
    const error = await failureOf(soon(asyncio.sleep(0)))
    assert.match(error.message, /no running event loop.*run\(sleep/)
  })

  it("cannot make a task, a future or ask for the current task", () => {
    const attempts = [
      () => asyncio.createTask(async () => 1),
      () => new asyncio.Future(),
      () => asyncio.currentTask(),
      () => asyncio.getRunningLoop(),
      () => asyncio.timeout(1),
    ]
    for (const attempt of attempts) {
      const error = thrownBy(attempt)
      assert.ok(error instanceof asyncio.RuntimeError)
      assert.match(error.message, /no running event loop/)
    }
  })

  it("finds no loop after run has ended, whatever the callback inherited", async () => {
    const later = Promise.withResolvers<Error[]>()
    let ended = false
    const look = (): void => {
      // A run that was interrupted for long lets the host round before it ends.
      if (!ended) return void setTimeout(look, 1)
      const errors = [thrownBy(() => asyncio.createTask(brew("Late")))]
      void failureOf(brew("Late")).then((error) => later.resolve([...errors, error]))
    }
    await asyncio.run(async () => {
      setTimeout(look, 1)
    })
    ended = true
    const [made, awaited] = await soon(later.promise)
    assert.match(made?.message ?? "", /no running event loop/)
    assert.match(awaited?.message ?? "", /cannot await 'brew' here: .* which has ended/)
  })
})

describe("awaiting a Task or Future outside any task", () => {
  it("works as with a promise, before and after it is done", async () => {
    let task: asyncio.Task<number> | undefined
    let future: asyncio.Future<string> | undefined
    const running = asyncio.run(async () => {
      task = asyncio.createTask(asyncio.sleep(0.003, 7))
      future = new asyncio.Future<string>()
      asyncio.getRunningLoop().callLater(0.002, () => future?.setResult("ready"))
      await task
    })
    while (future === undefined) await hostTurn()
    assert.deepEqual(await soon(Promise.all([task, future])), [7, "ready"])
    await running
    assert.deepEqual(await soon(Promise.all([task, future])), [7, "ready"])
  })

  it("works in a callback of a task that has ended", async () => {
    const { value } = await watchedReal(async () => {
      const inner = asyncio.createTask(asyncio.sleep(0.003, "inner"))
      const got = Promise.withResolvers<string>()
      await asyncio.createTask(async () => {
        setImmediate(() => setImmediate(() => void inner.then(got.resolve, got.reject)))
      })
      return got.promise
    })
    assert.equal(value, "inner")
  })

  it("throws what it failed with, and cancels nothing when it is dropped", async () => {
    const made = Promise.withResolvers<{ task: asyncio.Task<never>; fail: () => void }>()
    const running = asyncio.run(async () => {
      const gate = new asyncio.Future<void>()
      const task = asyncio.createTask(async () => {
        await gate
        throw new RangeError("too far")
      })
      made.resolve({ task, fail: () => gate.setResult() })
      await asyncio.wait([task])
    })
    const { task, fail } = await soon(made.promise)
    const failure = failureOf(soon(task))
    fail()
    assert.ok((await failure) instanceof RangeError)
    await running
  })
})

describe("bind", () => {
  it("detaches a function from the frame it was made in", async () => {
    const { value } = await watched(async () => {
      const ask = asyncio.bind(() => asyncio.currentTask())
      return { inside: ask(), after: asyncio.currentTask() !== undefined }
    })
    assert.deepEqual(value, { inside: undefined, after: true })
  })

  it("lets the function make root tasks, and passes arguments and result", async () => {
    const { value } = await watched(async () => {
      const make = asyncio.bind((kind: string) => asyncio.createTask(brew(kind)))
      return make("Oolong")
    })
    assert.equal(value, "Oolong is ready.")
  })

  it("refuses a bare await inside, with the ways out", async () => {
    const { value: error } = await watched(async () => {
      const bare = asyncio.bind(() => failureOf(brew("Bare")))
      return bare()
    })
    assert.match(error.message, /cannot await 'brew' here/)
    assert.match(error.message, /createTask/)
  })

  it("keeps the context variables of the place where it was called", async () => {
    const variable = new asyncio.ContextVar<string>("variable")
    const { value } = await watched(async () => {
      variable.set("bound")
      const read = asyncio.bind(() => variable.get())
      return read()
    })
    assert.equal(value, "bound")
  })

  it("gives a function as it is where there is no frame to detach from, and refuses what is none", () => {
    const fn = (): number => 1
    assert.equal(asyncio.bind(fn)(), 1)
    assert.throws(() => asyncio.bind(5 as never), TypeError)
  })
})

describe("run", () => {
  it("is refused on a task's own line, and says to await instead", async () => {
    const { value: error } = await watched(async () => failureOf(asyncio.run(brew("Nested"))))
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /run\(…\) cannot be called from task '.*'/)
    assert.match(error.message, /await the coroutine instead/)
  })

  it("is refused on the line of a coroutine that a task awaits", async () => {
    const nested = asyncio.coroutine("nested", async () => failureOf(asyncio.run(brew("Nested"))))
    const { value: error } = await watched(async () => {
      await asyncio.sleep(0)
      return nested()
    })
    assert.match(error.message, /run\(…\) cannot be called from task/)
  })

  for (const [name, arrange] of Object.entries(hosts)) {
    it(`is allowed in a callback of ${name}`, async () => {
      const { value } = await watchedReal(async () => {
        const served = Promise.withResolvers<string>()
        arrange(() => void asyncio.run(brew("Served")).then(served.resolve, served.reject))
        return asyncio.wrapFuture(served.promise)
      })
      assert.equal(value, "Served is ready.")
    })
  }

  it("is allowed in a callback of a loop that is busy with others", async () => {
    const { value } = await watchedReal(async () => {
      const served = Promise.withResolvers<string>()
      const state = { busy: true }
      setTimeout(() => void asyncio.run(brew("Busy")).then(served.resolve, served.reject), 2)
      void served.promise.finally(() => (state.busy = false))
      while (state.busy) await asyncio.sleep(0)
      return served.promise
    })
    assert.equal(value, "Busy is ready.")
  })
})

describe("a frame's line and its caller", () => {
  it("never leak to whoever calls then synchronously", async () => {
    const { value } = await watched(async () => {
      const own = asyncio.currentTask()
      const other = asyncio.coroutine("other", async () => {
        await asyncio.sleep(0)
      })()
      const looked = other.then(() => "looked")
      const stillOwn = asyncio.currentTask() === own
      const name = asyncio.currentTask()?.getName() === own?.getName()
      return [stillOwn, name, await looked]
    })
    assert.deepEqual(value, [true, true, "looked"])
  })

  it("leave the caller's own stores as they were", async () => {
    const storage = new AsyncLocalStorage<string>()
    await watched(async () => {
      await storage.run("request 1", async () => {
        const body = asyncio.coroutine("body", async () => {
          storage.enterWith("changed inside")
          await asyncio.sleep(0)
        })
        const looked = body().then(() => storage.getStore())
        assert.equal(storage.getStore(), "request 1")
        await looked
        assert.equal(storage.getStore(), "request 1")
      })
    })
  })

  it("are left alone by createTask, eager or not, and by run", async () => {
    const { value } = await watched(async () => {
      const own = asyncio.currentTask()
      const same: boolean[] = []
      await asyncio.gather([
        asyncio.createTask(brew("Eager"), { eagerStart: true }),
        asyncio.createTask(brew("Lazy")),
      ])
      same.push(asyncio.currentTask() === own)
      await failureOf(asyncio.run(async () => 1))
      same.push(asyncio.currentTask() === own)
      return same
    })
    assert.deepEqual(value, [true, true])
    await asyncio.run(async () => 1)
    assert.throws(() => asyncio.currentTask(), asyncio.RuntimeError)
  })
})

describe("what a frame leaves open", () => {
  it("is cancelled and reported when it is an operation, in Promise.race as elsewhere", async () => {
    const { value, messages } = await watched(async () => {
      const kept = asyncio.sleep(60)
      const first = await asyncio.coroutine("racer", () => Promise.race([asyncio.sleep(1, "quick"), kept]))()
      return [first, await failureOf(kept)] as const
    })
    assert.equal(value[0], "quick")
    assert.ok(value[1] instanceof asyncio.CancelledError)
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /'sleep' was still waiting when 'racer' ended/)
  })

  it("is cancelled and reported when it is a coroutine, whose clean-up still runs", async () => {
    const log: string[] = []
    const slow = asyncio.coroutine("slow", async () => {
      try {
        await asyncio.sleep(60)
      } finally {
        await asyncio.sleep(1)
        log.push("cleaned up")
      }
    })
    const { messages } = await watched(async () => {
      await asyncio.coroutine("racer", () => Promise.race([asyncio.sleep(1), slow()]))()
      log.push("raced")
      await asyncio.sleep(5)
    })
    assert.deepEqual(log, ["raced", "cleaned up"])
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /coroutine 'slow' was still running when the code of .* that started it ended/)
  })

  it("goes on when it is a wait for a Task or a Future, handed over as with a promise", async () => {
    const { value, messages } = await watchedReal(async () => {
      const task = asyncio.createTask(asyncio.sleep(0.005, "later"))
      let look: Promise<string> | undefined
      await asyncio.coroutine("looker", async () => {
        look = task.then((text) => text.toUpperCase())
      })()
      return [task.done(), await look]
    })
    assert.deepEqual(value, [false, "LATER"])
    assert.deepEqual(messages, [])
  })

  it("never is an unhandled rejection of a coroutine or operation of ours", async () => {
    const rejections = await unhandledOf(() =>
      watched(async () => {
        await asyncio.coroutine("starter", async () => {
          void asyncio.sleep(60).then()
          void asyncio.sleep(60).finally(() => undefined)
          void brew("Floating").then()
          void asyncio.coroutine("slow", () => asyncio.sleep(60))().then()
        })()
        await asyncio.sleep(0)
        await hostTurns(2)
      }),
    )
    assert.deepEqual(rejections, [])
  })
})

describe("several loops in one thread", () => {
  it("keep tasks, futures and callbacks apart", async () => {
    const seen = await soon(
      Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          asyncio.run(async () => {
            const loop = asyncio.getRunningLoop()
            const tasks = Array.from({ length: 3 }, () =>
              asyncio.createTask(async () => {
                await asyncio.sleep(0.001)
                return asyncio.getRunningLoop() === loop
              }),
            )
            const results = await asyncio.gather(tasks)
            return results.every(Boolean) && asyncio.allTasks().size === 1 ? i : -1
          }),
        ),
      ),
    )
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it("refuse to await each other's futures, and say so", async () => {
    const { value: error } = await watchedReal(async () => {
      const shared: { future?: asyncio.Future<number> } = {}
      const release = Promise.withResolvers<void>()
      const other = asyncio.bind(() =>
        asyncio.run(async () => {
          shared.future = new asyncio.Future<number>()
          await release.promise
        }),
      )
      const running = other()
      await hostTurns(2)
      assert.ok(shared.future !== undefined)
      const error = await failureOf(shared.future)
      release.resolve()
      await running
      return error
    })
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /belongs to another event loop/)
  })
})
