/** Who runs now, where the host does not follow `await`. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setImmediate as hostTurn } from "node:timers/promises"
import * as asyncio from "#src/browser.ts"
import { host } from "#src/host/host.ts"
import { runVirtual } from "asyncio-ts/testing"

const here = (): string => asyncio.currentTask()?.getName() ?? "no task"

/** Runs `main` as the task "main" on virtual time; gives its value and what was reported. */
async function run<T>(main: () => Promise<T>): Promise<{ value: T; reports: string[] }> {
  const reports: string[] = []
  const program = async (): Promise<{ value: T }> => {
    asyncio.getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message))
    return { value: await main() }
  }
  const { value } = await runVirtual(program, { name: "main" })
  return { value, reports }
}

async function messageOf(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof Error)
    return `${error.name}: ${error.message}`
  }
  return "nothing was thrown"
}

const refused = (what: string, frame: string): string =>
  `RuntimeError: cannot await ${what}: '${frame}' waits already, ` +
  `and in a browser a task waits for one thing at a time; use gather(…) or createTask(…)`

it("these tests run on a host that does not follow await", () => {
  assert.equal(host.followsAwait, false)
})

describe("a task knows that it runs", () => {
  const user = new asyncio.ContextVar<string>("user", { default: "nobody" })

  /** Calls `step` in two tasks that take turns; gives what each saw after it. */
  async function afterwards(step: () => PromiseLike<unknown>): Promise<string[]> {
    const body = async (): Promise<string[]> => {
      user.set(`user of ${here()}`)
      const seen: string[] = []
      for (let i = 0; i < 3; i += 1) {
        await step()
        seen.push(`${here()}, ${user.get()}`)
      }
      return seen
    }
    const { value, reports } = await run(async () => {
      const tasks = ["a", "b"].map((name) => asyncio.createTask(body, { name }))
      return asyncio.gather(tasks)
    })
    assert.deepEqual(reports, [])
    for (const [i, name] of ["a", "b"].entries()) assert.deepEqual(new Set(value[i]), new Set([`${name}, user of ${name}`]))
    return value.flat()
  }

  const nap = asyncio.coroutine("nap", async () => {
    await asyncio.sleep(1)
  })
  const idle = asyncio.coroutine("idle", async () => undefined)
  const failing = asyncio.coroutine("failing", async () => {
    await asyncio.sleep(1)
    throw new Error("on purpose")
  })
  const late = asyncio.coroutine("late", async () => {
    await null
    await asyncio.sleep(1)
  })
  const plain = async (depth: number): Promise<void> => (depth === 0 ? void (await nap()) : plain(depth - 1))
  async function* naps(): AsyncGenerator<number> {
    for (let i = 0; i < 3; i += 1) {
      await asyncio.sleep(1)
      yield i
    }
  }

  const steps: [after: string, step: () => PromiseLike<unknown>][] = [
    ["a sleep", () => asyncio.sleep(1)],
    ["a coroutine", () => nap()],
    ["a coroutine that never waits", () => idle()],
    ["plain async functions, nested, that await ours", () => plain(20)],
    ["native promises that are settled", async () => {
      for (let i = 0; i < 20; i += 1) await null
    }],
    ["a task", () => asyncio.createTask(nap)],
    ["a future that is done", async () => {
      const future = new asyncio.Future<number>()
      future.setResult(1)
      await future
    }],
    ["a failure that it catches", () => failing().then(() => undefined, () => undefined)],
    ["catch with nothing to catch", () => nap().catch(() => undefined)],
    ["catch of a failure", () => failing().catch(() => undefined)],
    ["catch of a coroutine that awaits a native promise first", () => late().catch((error: unknown) => assert.fail(String(error)))],
    ["a failure that passes through then", async () => {
      try {
        await failing().then(() => undefined)
      } catch {
        await null
      }
    }],
    ["finally", () => nap().finally(() => asyncio.sleep(1))],
    ["a gather", () => asyncio.gather([nap(), nap, asyncio.sleep(1)])],
    ["a group", () => new asyncio.TaskGroup().run(async (group) => void group.createTask(nap))],
    ["a timeout that expires", () => asyncio.moveOnAfter(1).run(() => asyncio.sleep(5))],
    ["waitFor", () => asyncio.waitFor(nap(), 5)],
    ["shield", () => asyncio.shield(nap())],
    ["an async generator", async () => {
      for await (const _ of naps()) await asyncio.sleep(1)
    }],
    ["asCompleted, both ways", async () => {
      for (const next of asyncio.asCompleted([nap(), nap()])) await next
      for await (const future of asyncio.asCompleted([nap(), nap()])) void future
    }],
    ["another look at the same coroutine", async () => {
      const once = nap()
      await once
      await once
    }],
    ["wrapFuture of a promise that settles later", () => asyncio.wrapFuture(hostTurn())],
    ["a coroutine that ends with a foreign promise", () => asyncio.coroutine("foreign", () => hostTurn())()],
    ["settled", () => asyncio.settled(hostTurn())],
    ["Context.run of an async function", async () => {
      const body = async (): Promise<void> => {
        await null
        await asyncio.sleep(1)
      }
      const running = asyncio.copyContext().run(body)
      user.set("changed outside")
      await running
      assert.equal(user.get(), "changed outside")
      user.set(`user of ${here()}`)
    }],
  ]
  it("after Context.run of a function that is not async, also in the microtasks that follow", async () => {
    const { value } = await run(async () => {
      user.set("user outside")
      asyncio.copyContext().run(() => user.set("user inside"))
      await null
      return `${here()}, ${user.get()}`
    })
    assert.equal(value, "main, user outside")
  })

  for (const [after, step] of steps) {
    it(`after ${after}`, async () => {
      assert.equal((await afterwards(step)).length, 6)
    })
  }

  it("while a coroutine runs, and again in the code that awaits it", async () => {
    const inner = asyncio.coroutine("inner", async () => {
      await null
      const before = here()
      await asyncio.sleep(1)
      return [before, here()]
    })
    const { value } = await run(async () => [...(await inner()), here()])
    assert.deepEqual(value, ["main", "main", "main"])
  })

  it("in a callback of then, which is a line of its own", async () => {
    const { value } = await run(async () => {
      const seen: string[] = []
      await asyncio.sleep(1).then(() => seen.push(here()))
      await asyncio.sleep(1).then(async () => {
        await asyncio.sleep(1)
        seen.push(here())
      })
      return [...seen, here()]
    })
    assert.deepEqual(value, ["main", "main", "main"])
  })

  it("but not in callbacks of the loop and of bind, which know only the loop", async () => {
    const { value } = await run(async () => {
      const loop = asyncio.getRunningLoop()
      const seen: unknown[] = []
      const note = (): void => {
        seen.push(here(), asyncio.getRunningLoop() === loop)
      }
      loop.callSoon(note)
      loop.callLater(1, note)
      asyncio.bind(note)()
      const refusals: string[] = []
      void asyncio.bind(async () => refusals.push(await messageOf(asyncio.sleep(1))))()
      await asyncio.sleep(2)
      seen.push(...refusals)
      return [...seen, here()]
    })
    assert.deepEqual(value.slice(0, 6), ["no task", true, "no task", true, "no task", true])
    assert.match(String(value[6]), /cannot await 'sleep' here: a callback belongs to no task/)
    assert.equal(value[7], "main")
  })
})

describe("what looks at a future for longer than its code runs", () => {
  const look = asyncio.coroutine("look", async (future: asyncio.Future<number>, seen: string[]) => {
    void future.then(() => seen.push(here()))
  })

  it("is told beside the task's code, and not in its place", async () => {
    const { value } = await run(async () => {
      const seen: string[] = []
      const future = new asyncio.Future<number>()
      await look(future, seen)
      future.setResult(1)
      for (let i = 0; i < 20; i += 1) await null
      seen.push(here())
      await asyncio.sleep(1)
      return [...seen, here()]
    })
    assert.deepEqual(value, ["main", "no task", "main"])
  })

  it("is told when the loop is closed, too", async () => {
    const seen: string[] = []
    const future = await asyncio.run(async () => {
      const future = new asyncio.Future<number>()
      await look(future, seen)
      return { future }
    })
    future.future.setResult(1)
    await hostTurn()
    assert.deepEqual(seen, ["no task"])
  })

  it("leaves nobody running where the loop stops at once", async () => {
    const loop = new asyncio.EventLoop()
    const future = loop.createFuture<number>()
    let told = false
    // oxlint-disable-next-line typescript/no-misused-promises -- that it goes on after the loop is the subject
    loop.callSoon(async () => {
      // Not a timer of the loop's: on a busy machine that is due at once, and the future is done
      // before anybody awaits it.
      setImmediate(() => {
        future.setResult(1)
        loop.callSoonThreadsafe(() => loop.stop())
      })
      await future
      told = true
    })
    await loop.runForever()
    assert.throws(() => asyncio.currentTask(), /no running event loop/)
    await hostTurn()
    assert.equal(told, true)
    loop.close()
  })
})

describe("an eager task", () => {
  it("starts with the next iteration, so that its first line and its maker's are told apart", async () => {
    const { value } = await run(async () => {
      const log: string[] = []
      const task = asyncio.createTask(
        async () => {
          log.push(`starts in ${here()}`)
          await null
          log.push(`goes on in ${here()}`)
        },
        { name: "eager", eagerStart: true },
      )
      log.push(`made by ${here()}`)
      await task
      return log
    })
    assert.deepEqual(value, ["made by main", "starts in eager", "goes on in eager"])
  })
})

describe("a second open wait in one task is refused, and the first goes on", () => {
  const child = asyncio.coroutine("child", async (value: number) => {
    await asyncio.sleep(1)
    return value
  })
  const plain = async (value: number): Promise<number> => asyncio.sleep(1, value)

  const pairs: [what: string, pair: () => PromiseLike<number>[], awaited: string][] = [
    ["operations", () => [asyncio.sleep(1, 1), asyncio.sleep(1, 2)], "<coroutine sleep>"],
    ["coroutines", () => [child(1), child(2)], "<coroutine child>"],
    ["plain functions", () => [plain(1), plain(2)], "<coroutine sleep>"],
    ["tasks", () => [asyncio.createTask(child(1)), asyncio.createTask(child(2), { name: "second" })], "<Task pending name='second' coro=<child>>"],
  ]
  for (const [what, pair, awaited] of pairs) {
    it(`of ${what} in Promise.all`, async (t) => {
      const warn = t.mock.method(console, "warn")
      const { value } = await run(async () => {
        const [first, second] = await Promise.allSettled(pair())
        assert.ok(first?.status === "fulfilled" && second?.status === "rejected")
        return [first.value, String(second.reason), here()]
      })
      assert.deepEqual(value, [1, refused(awaited, "program"), "main"])
      assert.equal(warn.mock.callCount(), 0)
    })
  }

  it("of a coroutine that is looked at twice", async () => {
    const { value } = await run(async () => {
      const looked = child(1)
      const first = looked.catch(() => 0)
      const second = await messageOf(looked)
      return [await first, second, here()]
    })
    assert.deepEqual(value, [1, refused("<coroutine child>", "program"), "main"])
  })

  it("but what is done already is no wait", async () => {
    const { value } = await run(async () => {
      const done = asyncio.createTask(child(7))
      await done
      return Promise.all([asyncio.sleep(1, 1), done, done])
    })
    assert.deepEqual(value, [1, 7, 7])
  })

  it("and gather does what was meant", async () => {
    const { value } = await run(async () => [...(await asyncio.gather([child(1), plain.bind(null, 2), asyncio.sleep(1, 3)])), here()])
    assert.deepEqual(value, [1, 2, 3, "main"])
  })
})

describe("several tasks and loops", () => {
  it("are never taken for each other, whatever they do", async () => {
    const program = (loops: string): Promise<unknown[]> =>
      asyncio.run(async () => {
        const own = asyncio.getRunningLoop()
        const wrong: unknown[] = []
        const body = async (name: string): Promise<void> => {
          for (let i = 0; i < 20; i += 1) {
            await [() => asyncio.sleep(0), () => asyncio.sleep(0.0001), () => null, () => asyncio.gather([asyncio.sleep(0)])][i % 4]?.()
            if (here() !== name || asyncio.getRunningLoop() !== own) wrong.push([name, here()])
          }
        }
        const names = Array.from({ length: 10 }, (_, i) => `${loops} ${i}`)
        await asyncio.gather(names.map((name) => asyncio.createTask(() => body(name), { name })))
        return wrong
      })
    assert.deepEqual(await Promise.all(["first", "second", "third"].map(program)), [[], [], []])
  })

  it("leave nobody running behind", async () => {
    await asyncio.run(() => asyncio.sleep(0))
    assert.throws(() => asyncio.currentTask(), /no running event loop to ask for its current task/)
    await asyncio.run(async () => void asyncio.getRunningLoop().callSoon(() => undefined))
    assert.throws(() => asyncio.getRunningLoop(), /no running event loop: call this/)
  })
})

describe("cancellation", () => {
  it("reaches the innermost wait through coroutines, timeouts and plain functions", async () => {
    const { value, reports } = await run(async () => {
      const log: string[] = []
      const inner = async (): Promise<void> => {
        try {
          await asyncio.sleep(60)
        } finally {
          await asyncio.sleep(1)
          log.push(`cleaned up in ${here()}`)
        }
      }
      const middle = asyncio.coroutine("middle", () => inner())
      const task = asyncio.createTask(() => asyncio.timeout(30).run(() => middle()), { name: "task" })
      await asyncio.sleep(1)
      task.cancel("enough")
      log.push(await messageOf(task))
      return log
    })
    assert.deepEqual(value, ["cleaned up in task", "CancelledError: cancelled by task 'main': enough"])
    assert.deepEqual(reports, [])
  })

  it("of a coroutine whose failure nobody handles is no unhandled rejection", async (t) => {
    const unhandled = t.mock.fn()
    process.on("unhandledRejection", unhandled)
    await run(async () => {
      const task = asyncio.createTask(async () => {
        void asyncio.sleep(60).then()
        await hostTurn()
      })
      await asyncio.sleep(0)
      task.cancel()
      await messageOf(task)
    })
    await hostTurn()
    process.off("unhandledRejection", unhandled)
    assert.equal(unhandled.mock.callCount(), 0)
  })

  it("goes both ways through an AbortSignal", async () => {
    const { value } = await run(async () => {
      const controller = new AbortController()
      const signals: boolean[] = []
      const task = asyncio.createTask(
        async () => {
          const { signal } = asyncio.currentTask() as asyncio.Task<unknown> // this is its code
          try {
            await asyncio.sleep(60)
          } finally {
            signals.push(signal.aborted)
          }
        },
        { signal: controller.signal },
      )
      await asyncio.sleep(1)
      controller.abort("left the page")
      return [await messageOf(task), ...signals]
    })
    assert.deepEqual(value, ["CancelledError: cancelled by an AbortSignal: left the page", true])
  })
})
