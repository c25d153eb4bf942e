/** How tasks take turns: R18 to R23, the costs in iterations, and the design's section "Stepping". */
import assert from "node:assert/strict"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { failureOf, hostTurn, hostTurns, now, soon, thrownBy, watched, watchedReal } from "./support/watched.ts"
import { ticking } from "./support/ticking.ts"

/** How many iterations of the loop lie between before and after `await subject()`. */
async function ticksOf(subject: () => unknown): Promise<number> {
  const loop = asyncio.getRunningLoop()
  let ticks = 0
  let counting = true
  const count = (): void => {
    if (!counting) return
    ticks += 1
    loop.callSoon(count)
  }
  loop.callSoon(count)
  await subject()
  counting = false
  await asyncio.sleep(0)
  return ticks
}

const instant = asyncio.coroutine("instant", async () => "at once")

async function done<T>(value: T): Promise<{ task: asyncio.Task<T> }> {
  const task = asyncio.createTask(async () => value)
  await task
  return { task }
}

describe("createTask", () => {
  it("R18: only queues the first step; tasks start in the order of creation after the creator suspends", async () => {
    const order: string[] = []
    await watched(async () => {
      const tasks = [1, 2, 3].map((n) =>
        asyncio.createTask(async () => {
          order.push(`task ${n}`)
        }),
      )
      order.push("created")
      await Promise.resolve()
      order.push("still the creator")
      await asyncio.wait(tasks)
    })
    assert.deepEqual(order, ["created", "still the creator", "task 1", "task 2", "task 3"])
  })

  // CPython: test_create_task_with_noncoroutine, test_create_task_with_async_function, test_create_task_with_asynclike_function, test_coroutine_non_gen_function, test_coroutine_non_gen_function_return_future
  it("takes coroutines, async functions and plain functions, and functions that return an awaitable", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<string>()
      asyncio.getRunningLoop().callLater(1, () => future.setResult("future"))
      return asyncio.gather([
        asyncio.createTask(instant()),
        asyncio.createTask(async () => "async function"),
        asyncio.createTask(() => "plain function"),
        asyncio.createTask(() => instant()),
        asyncio.createTask(() => future),
      ])
    })
    assert.deepEqual(value, ["at once", "async function", "plain function", "at once", "future"])
  })

  it("refuses what runs already, and what is neither, and says what to do", async () => {
    await watched(async () => {
      const started = instant()
      await started
      const refusals: [unknown, typeof TypeError | typeof asyncio.RuntimeError, RegExp][] = [
        [started, asyncio.RuntimeError, /<coroutine instant> has already started; call the function again/],
        [Promise.resolve(1), TypeError, /a Promise runs already.*wrapFuture\(promise\).*createTask\(\(\) => /],
        [new asyncio.Future(), TypeError, /a Future runs already/],
        [asyncio.createTask(instant()), TypeError, /a Task runs already/],
        [{ then() {} }, TypeError, /runs already/],
        [5, TypeError, /not of 5/],
        [undefined, TypeError, /not of undefined/],
        [null, TypeError, /not of null/],
      ]
      const before = asyncio.allTasks().size
      for (const [work, type, message] of refusals) {
        assert.throws(
          () => asyncio.createTask(work as never),
          (error: Error) => error instanceof type && message.test(error.message),
        )
      }
      assert.equal(asyncio.allTasks().size, before, "a refused task is not listed")
    })
  })

  it("R50: a coroutine runs once: a second task of it is refused, though the first has not started", async () => {
    let runs = 0
    const counted = asyncio.coroutine("counted", async () => (runs += 1))
    const { value } = await watched(async () => {
      const coroutine = counted()
      const task = asyncio.createTask(coroutine)
      const error = thrownBy(() => asyncio.createTask(coroutine))
      return [await task, error instanceof asyncio.RuntimeError]
    })
    assert.deepEqual(value, [1, true])
    assert.equal(runs, 1)
  })

  it("an await of a coroutine that a task has taken waits for that run", async () => {
    let runs = 0
    const counted = asyncio.coroutine("counted", async () => (runs += 1))
    const { value } = await watched(async () => {
      const coroutine = counted()
      const task = asyncio.createTask(coroutine)
      const early = await coroutine.then(
        (result) => `got ${result}`,
        (error: unknown) => (error as Error).message,
      )
      return [early, await task, await coroutine]
    })
    assert.deepEqual(value, ["got 1", 1, 1])
    assert.equal(runs, 1)
  })
})

describe("awaiting", () => {
  it("R19: a coroutine costs no iteration, and runs in the same task with the same context", async () => {
    const variable = new asyncio.ContextVar<string>("variable")
    const { value } = await watched(async () => {
      const own = asyncio.currentTask()
      const body = asyncio.coroutine("body", async () => {
        variable.set("set inside")
        return asyncio.currentTask() === own
      })
      return [await ticksOf(() => body()), await body(), variable.get()]
    })
    assert.deepEqual(value, [0, true, "set inside"])
  })

  it("R20: a future or task that is done does not suspend, and is no point of cancellation", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<string>()
      future.setResult("x")
      const { task } = await done("y")
      const ticks = [await ticksOf(() => future), await ticksOf(() => task)]
      const own = asyncio.currentTask()
      own?.cancel()
      const passed = [await future, await task]
      own?.uncancel()
      return [ticks, passed]
    })
    assert.deepEqual(value, [
      [0, 0],
      ["x", "y"],
    ])
  })

  const costs: [string, number, () => unknown][] = [
    // CPython: test_sleep_zero
    ["sleep(0)", 1, () => asyncio.sleep(0)],
    ["a new task that returns at once", 2, () => asyncio.createTask(instant())],
    ["gather of new coroutines", 3, () => asyncio.gather([instant(), instant()])],
    ["wait on a new task", 3, () => asyncio.wait([asyncio.createTask(instant())])],
    ["waitFor of a coroutine", 0, () => asyncio.waitFor(instant(), 5)],
    ["waitFor of a new task", 2, () => asyncio.waitFor(asyncio.createTask(instant()), 5)],
    ["shield of a new task", 3, () => asyncio.shield(asyncio.createTask(instant()))],
    ["a TaskGroup with one instant child", 3, () => new asyncio.TaskGroup().run(async (group) => void group.createTask(instant()))],
    ["an empty TaskGroup", 0, () => new asyncio.TaskGroup().run(async () => undefined)],
    [
      "asCompleted over one instant task",
      3,
      async () => {
        for (const next of asyncio.asCompleted([asyncio.createTask(instant())])) await next
      },
    ],
    ["a free lock", 0, () => new asyncio.Lock().acquire()],
    ["an event that is set", 0, () => {
        const event = new asyncio.Event()
        event.set()
        return event.wait()
      }],
    ["get from a queue that holds something", 0, () => {
        const queue = new asyncio.Queue<number>()
        queue.putNowait(1)
        return queue.get()
      }],
    ["put into a queue with room", 0, () => new asyncio.Queue<number>().put(1)],
    ["a free semaphore", 0, () => new asyncio.Semaphore(1).acquire()],
    ["Barrier(1)", 0, () => new asyncio.Barrier(1).wait()],
    ["a timeout without suspension", 0, () => asyncio.timeout(5).run(async () => 1)],
  ]
  for (const [name, cost, subject] of costs) {
    it(`R21: ${name} costs ${cost} ${cost === 1 ? "iteration" : "iterations"}`, async () => {
      const { value } = await watched(() => ticksOf(subject))
      assert.equal(value, cost)
    })
  }

  it("R21: what is done already costs nothing in gather and shield, and two iterations in wait", async () => {
    const { value } = await watched(async () => {
      const { task } = await done("x")
      return [
        await ticksOf(() => asyncio.gather([task])),
        await ticksOf(() => asyncio.shield(task)),
        await ticksOf(() => asyncio.wait([task])),
      ]
    })
    assert.deepEqual(value, [0, 0, 2])
  })

  it("R22: a task that awaits another resumes one iteration after it has finished; a chain unwinds one by one", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      let tick = 0
      let counting = true
      const count = (): void => {
        tick += 1
        if (counting) loop.callSoon(count)
      }
      const gate = new asyncio.Future<void>()
      const ended: number[] = []
      let below: asyncio.Future<unknown> = gate
      for (let i = 0; i < 10; i++) {
        const awaited = below
        below = asyncio.createTask(async () => {
          await awaited
          ended.push(tick)
        })
      }
      await asyncio.sleep(0)
      loop.callSoon(count)
      gate.setResult()
      await below
      counting = false
      return ended
    })
    const first = value[0] ?? 0
    assert.deepEqual(value, Array.from({ length: 10 }, (_, i) => first + i))
  })

  // CPython: test_task_awaits_on_itself
  it("R23: a task that awaits itself gets a RuntimeError at the await", async () => {
    const { value } = await watched(async () => {
      const task: asyncio.Task<Error> = asyncio.createTask(async () => failureOf(task))
      return (await task).message
    })
    assert.match(value, /<Task pending name='Task-\d+' .*> cannot await itself/)
  })

  // CPython: test_other_loop_future
  it("R23: a future of another loop is refused with a RuntimeError at the await", async () => {
    const other = new asyncio.EventLoop()
    const { value } = await watched(async () => failureOf(other.createFuture()))
    assert.ok(value instanceof asyncio.RuntimeError)
    assert.match(value.message, /<Future pending> belongs to another event loop than task/)
    other.close()
  })

  it("R23: what cannot be awaited is legal in JavaScript and gives itself, at no cost", async () => {
    const { value } = await watched(async () => [await Promise.resolve(5), await ticksOf(() => "text")])
    assert.deepEqual(value, [5, 0])
  })

  // CPython: test_step_result_future, test_task_basics
  it("a coroutine that returns a future or a coroutine gives its outcome", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<string>()
      asyncio.getRunningLoop().callLater(1, () => future.setResult("inner"))
      const task = asyncio.createTask(async () => future)
      return [await task, await asyncio.createTask(async () => instant())]
    })
    assert.deepEqual(value, ["inner", "at once"])
  })
})

describe("a turn", () => {
  it("ends only when the line has come to rest: microtasks of its own run before the next handle", async () => {
    const order: string[] = []
    await watched(async () => {
      const busy = asyncio.createTask(async () => {
        order.push("busy 1")
        await Promise.resolve()
        order.push("busy 2")
        await Promise.resolve()
        order.push("busy 3")
        await (async () => {
          await Promise.resolve()
          order.push("busy 4")
        })()
        await asyncio.sleep(0)
        order.push("busy 5")
      })
      const next = asyncio.createTask(async () => {
        order.push("next")
      })
      await asyncio.wait([busy, next])
    })
    assert.deepEqual(order, ["busy 1", "busy 2", "busy 3", "busy 4", "next", "busy 5"])
  })

  it("is not ended by another line of the same task that parks", async () => {
    const order: string[] = []
    await watched(async () => {
      const gate = new asyncio.Future<void>()
      const branch = asyncio.coroutine("branch", async (name: string, awaited: PromiseLike<unknown>, rounds: number) => {
        await awaited
        for (let i = 0; i < rounds; i++) {
          order.push(`${name} ${i}`)
          await Promise.resolve()
        }
        await asyncio.sleep(0)
      })
      const task = asyncio.createTask(async () => {
        // The second branch parks while the first one, which was resumed, still runs.
        await Promise.all([branch("first", gate, 6), branch("second", gate, 1)])
      })
      await asyncio.sleep(0)
      gate.setResult()
      asyncio.getRunningLoop().callSoon(() => order.push("callback"))
      await task
    })
    assert.deepEqual(order.slice(0, 6), ["first 0", "first 1", "first 2", "first 3", "first 4", "first 5"])
    assert.ok(order.indexOf("callback") > order.indexOf("first 5"))
  })

  it("of an eager child that parks does not end its maker's turn", async () => {
    const order: string[] = []
    await watched(async () => {
      asyncio.getRunningLoop().callSoon(() => order.push("callback"))
      const child = asyncio.createTask(asyncio.coroutine("child", () => asyncio.sleep(0))(), { eagerStart: true })
      for (let i = 0; i < 5; i++) {
        order.push(`maker ${i}`)
        await Promise.resolve()
      }
      await child
    })
    assert.deepEqual(order, ["maker 0", "maker 1", "maker 2", "maker 3", "maker 4", "callback"])
  })

  it("ends when its line awaits something foreign: the loop goes on when the microtasks are over", async (t) => {
    // A loop that has taken long lets the host round before.
    ticking(t, 0)
    const order: string[] = []
    await watchedReal(async () => {
      const foreign = asyncio.createTask(async () => {
        order.push("foreign begins")
        await hostTurn()
        order.push("foreign ends")
      })
      const next = asyncio.createTask(async () => {
        order.push("next")
      })
      await asyncio.wait([foreign, next])
    })
    assert.deepEqual(order, ["foreign begins", "next", "foreign ends"])
  })

  it("of a task that throws or returns ends it: the next handle runs", async () => {
    const order: string[] = []
    await watched(async () => {
      const failing = asyncio.createTask(async () => {
        order.push("failing")
        throw new Error("x")
      })
      const next = asyncio.createTask(async () => order.push("next"))
      await asyncio.gather([failing, next], { returnExceptions: true })
    })
    assert.deepEqual(order, ["failing", "next"])
  })
})

describe("the order of events", () => {
  const program = async (): Promise<string[]> => {
    const order: string[] = []
    const loop = asyncio.getRunningLoop()
    const future = new asyncio.Future<string>()
    const worker = asyncio.coroutine("worker", async (name: string) => {
      for (let i = 0; i < 3; i++) {
        order.push(`${name}${i}`)
        await asyncio.sleep(0)
      }
      order.push(`${name} awaits`)
      order.push(`${name} ${await future}`)
    })
    const tasks = ["a", "b"].map((name) => asyncio.createTask(worker(name)))
    loop.callSoon(() => order.push("soon"))
    future.addDoneCallback(() => order.push("callback"))
    await asyncio.sleep(0)
    order.push("main")
    for (let i = 0; i < 5; i++) await asyncio.sleep(0)
    future.setResult("got")
    await asyncio.wait(tasks)
    return order
  }
  const expected = [
    "a0", "b0", "soon", "main", "a1", "b1", "a2", "b2", "a awaits", "b awaits", "callback", "a got", "b got",
  ]

  const entries: Record<string, (start: () => void) => void> = {
    "the script": (start) => start(),
    "a microtask": (start) => queueMicrotask(start),
    "process.nextTick": (start) => process.nextTick(start),
    "a timer": (start) => void setTimeout(start, 1),
    setImmediate: (start) => void setImmediate(start),
  }
  for (const [name, enter] of Object.entries(entries)) {
    it(`is the same when a run is started from ${name}`, async () => {
      const started = Promise.withResolvers<string[]>()
      enter(() => void asyncio.run(program).then(started.resolve, started.reject))
      assert.deepEqual(await soon(started.promise), expected)
    })
  }

  it("is the same on virtual time", async () => {
    const { value } = await watched(program)
    assert.deepEqual(value, expected)
  })
})

describe("the virtual clock", () => {
  it("does not move while code of the task that parked last is still about to park", async () => {
    const { value } = await watched(async () => {
      const plain = async (seconds: number): Promise<number> => {
        await asyncio.sleep(seconds)
        return now()
      }
      const all = await Promise.all([plain(3), plain(1), plain(2)])
      const direct = await Promise.all([asyncio.sleep(1), asyncio.sleep(2)])
      return [...all, direct.length, now()]
    })
    assert.deepEqual(value, [3, 1, 2, 2, 5])
  })

  it("does not move while a floating branch has parked and its maker runs on", async () => {
    const { value } = await watched(async () => {
      const branch = (async () => asyncio.sleep(5))()
      for (let i = 0; i < 20; i++) await Promise.resolve()
      await asyncio.sleep(1)
      const time = now()
      await branch
      return [time, now()]
    })
    assert.deepEqual(value, [1, 5])
  })
})

describe("a loop that spins", () => {
  const spin = async (until: () => boolean): Promise<number> => {
    let turns = 0
    while (!until()) {
      turns += 1
      await asyncio.sleep(0)
    }
    return turns
  }

  it("lets setImmediate, timers and I/O of the host be served", async () => {
    const { value } = await watchedReal(async () => {
      const served = new Set<string>()
      setImmediate(() => served.add("immediate"))
      setTimeout(() => served.add("timer"), 1)
      const { stat } = await import("node:fs")
      stat(".", () => served.add("I/O"))
      const turns = await spin(() => served.size === 3)
      return [[...served].toSorted(), turns > 0]
    })
    assert.deepEqual(value, [["I/O", "immediate", "timer"], true])
  })

  it("lets the host round about each millisecond, not in each iteration", async (t) => {
    ticking(t, 0.0001)
    const { value } = await watchedReal(async () => {
      let rounds = 0
      let going = true
      const count = (): void => {
        rounds += 1
        if (going) setImmediate(count)
      }
      setImmediate(count)
      const turns = await spin(() => rounds >= 30)
      going = false
      return turns / rounds
    })
    assert.ok(value > 20 && value < 1000, `${value} turns between two rounds of the host`)
  })

  /** How many rounds the host had had at the turn of each of `turns` tasks; each look at the clock takes `slow` seconds. */
  async function rounds(t: TestContext, turns: number, slow: number): Promise<number[]> {
    ticking(t, slow)
    const { value } = await watchedReal(async () => {
      let counted = 0
      let going = true
      const count = (): void => {
        counted += 1
        if (going) setImmediate(count)
      }
      await asyncio.sleep(0)
      setImmediate(count)
      const found = await asyncio.gather(Array.from({ length: turns }, () => asyncio.createTask(async () => counted)))
      going = false
      return found
    })
    return value
  }

  it("lets the host round after each turn that took long", async (t) => {
    const found = await rounds(t, 20, 0.011)
    assert.ok((found.at(-1) ?? 0) >= 15, `before each turn it had had ${found.join(", ")} rounds`)
  })

  it("keeps the turns of an iteration together if they do not take long", async (t) => {
    const found = await rounds(t, 8, 0.001)
    assert.deepEqual(new Set(found), new Set(found.slice(0, 1)), `before each turn it had had ${found.join(", ")} rounds`)
  })

  it("serves the host among callbacks that queue callbacks, too", async () => {
    const served = await soon(
      asyncio.run(
        () =>
          new Promise<boolean>((resolve) => {
            const loop = asyncio.getRunningLoop()
            let done = false
            setTimeout(() => (done = true), 2)
            const again = (): void => {
              if (done) resolve(true)
              else loop.callSoon(again)
            }
            again()
          }),
      ),
    )
    assert.equal(served, true)
  })

  it("does not starve another loop", async () => {
    const { value } = await watchedReal(async () => {
      let ended = false
      const other = asyncio.bind(() => asyncio.run(async () => {
        for (let i = 0; i < 20; i++) await asyncio.sleep(0)
        ended = true
      }))()
      const turns = await spin(() => ended)
      await other
      return turns > 0
    })
    assert.equal(value, true)
  })
})

describe("an idle loop", () => {
  it("arms one timer of the host, for the earliest deadline", async () => {
    await watchedReal(async () => {
      const tasks = [30, 20, 10, 40].map((seconds) => asyncio.createTask(asyncio.sleep(seconds)))
      await asyncio.sleep(0)
      await hostTurns(3)
      const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
      for (const task of tasks) task.cancel()
      await asyncio.wait(tasks)
      // One more is the limit that this test sets itself.
      assert.ok(timers <= 2, `${timers} timers are active`)
    })
  })

  it("leaves nothing behind that keeps the process alive", async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
    await asyncio.run(async () => {
      asyncio.createTask(asyncio.sleep(3600))
      await asyncio.sleep(0.001)
    })
    assert.equal(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length, before)
  })
})
