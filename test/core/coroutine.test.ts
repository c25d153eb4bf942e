/** Coroutines: calls that have not started, and what becomes of those that never do. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { inspect } from "node:util"

import * as asyncio from "asyncio-ts"
import { ageOutside } from "#src/core/coroutine.ts"
import { VirtualClock } from "asyncio-ts/testing"
import { collect } from "./support/gc.ts"
import { runProgram } from "./support/child.ts"
import { unhandledOf, warningsOf } from "./support/host-events.ts"
import { failureOf, now, soon, thrownBy, watched, watchedReal } from "./support/watched.ts"

const greet = asyncio.coroutine("greet", async (name: string) => {
  await asyncio.sleep(0)
  return `Hello, ${name}!`
})

describe("coroutine(fn)", () => {
  // CPython: test_iscoroutinefunction, test_async_def_coroutines, test_types_coroutine
  it("makes a coroutine function: calling it does not run it", async () => {
    const log: string[] = []
    const { value } = await watched(async () => {
      const body = asyncio.coroutine("body", async () => {
        log.push("runs")
      })
      const made = body()
      log.push("called")
      await asyncio.sleep(1)
      log.push("awaiting")
      await made
      return made instanceof asyncio.Coroutine
    })
    assert.equal(value, true)
    assert.deepEqual(log, ["called", "awaiting", "runs"])
  })

  it("runs at its first await, synchronously up to its own first one", async () => {
    const log: string[] = []
    await watched(async () => {
      const body = asyncio.coroutine("body", async () => {
        log.push("body")
      })
      const looked = body().then(() => log.push("then"))
      log.push("after then")
      await looked
    })
    assert.deepEqual(log, ["body", "after then", "then"])
  })

  it("is called after its function, or what it is told, or its place", () => {
    const named = asyncio.coroutine(async function fetchUser() {})
    const told = asyncio.coroutine("told", async () => undefined)
    const anonymous = asyncio.coroutine(async () => undefined)
    const made = [named(), told(), anonymous()]
    assert.deepEqual(made.map(String).slice(0, 2), ["<coroutine fetchUser>", "<coroutine told>"])
    assert.match(String(made[2]), /^<coroutine at coroutine\.test\.ts:\d+>$/)
    assert.equal(inspect(made[0]), "<coroutine fetchUser>")
    assert.deepEqual([named.name, told.name], ["fetchUser", "told"])
    for (const each of made) void each.catch(() => undefined)
  })

  it("passes this and arguments, and gives what the function returns, asynchronous or not", async () => {
    const { value } = await watched(async () => {
      const counter = {
        start: 10,
        add: asyncio.coroutine("add", async function (this: { start: number }, a: number, b: number) {
          return this.start + a + b
        }),
      }
      return [await counter.add(1, 2), await asyncio.coroutine("plain", (n: number) => n * 2)(4)]
    })
    assert.deepEqual(value, [13, 8])
  })

  it("throws what the function throws, at the await, also when it is no async function", async () => {
    const { value } = await watched(async () => {
      const asynchronous = asyncio.coroutine("asynchronous", async () => {
        throw new RangeError("a")
      })
      const synchronous = asyncio.coroutine("synchronous", () => {
        throw new RangeError("b")
      })
      const made = synchronous()
      return [(await failureOf(asynchronous())).message, (await failureOf(made)).message]
    })
    assert.deepEqual(value, ["a", "b"])
  })

  it("refuses what is no function", () => {
    for (const bad of [5, null, undefined, {}, Promise.resolve()]) {
      assert.throws(() => asyncio.coroutine(bad as never), /coroutine\(fn\) or coroutine\("name", fn\) takes an async function/)
    }
    assert.throws(() => asyncio.coroutine("name", undefined as never), TypeError)
  })

  // CPython: test_iscoroutine
  it("is told by isCoroutine from promises, futures and functions", async () => {
    await watched(async () => {
      const made = greet("x")
      assert.ok(asyncio.isCoroutine(made))
      for (const other of [greet, Promise.resolve(), new asyncio.Future(), null, undefined, { then() {} }]) {
        assert.equal(asyncio.isCoroutine(other), false)
      }
      await made
    })
  })
})

describe("a coroutine", () => {
  // CPython: test_double_await
  it("runs once, however often it is looked at: a second look waits for the same run", async () => {
    let runs = 0
    const { value } = await watched(async () => {
      const counted = asyncio.coroutine("counted", async () => {
        runs += 1
        await asyncio.sleep(1)
        return runs
      })()
      const both = await Promise.all([counted, counted])
      return [...both, await counted, now()]
    })
    assert.deepEqual(value, [1, 1, 1, 1])
    assert.equal(runs, 1)
  })

  it("may be marked as handled first and awaited afterwards", async () => {
    const { value } = await watched(async () => {
      const failing = asyncio.coroutine("failing", async () => {
        await asyncio.sleep(0)
        throw new RangeError("no")
      })()
      failing.catch(() => undefined)
      return failureOf(failing)
    })
    assert.ok(value instanceof RangeError)
  })

  it("may be looked at again when it is done, also by another task and outside any loop", async () => {
    const made: asyncio.Coroutine<string>[] = []
    const { value } = await watched(async () => {
      const own = greet("Ann")
      made.push(own)
      return [await own, await asyncio.createTask(async () => own)]
    })
    assert.deepEqual(value, ["Hello, Ann!", "Hello, Ann!"])
    assert.equal(await soon(made[0] ?? assert.fail()), "Hello, Ann!")
  })

  it("is not cancelled by the cancellation of a second look", async () => {
    const { value } = await watched(async () => {
      const slow = asyncio.coroutine("slow", () => asyncio.sleep(2, "slow"))()
      const looker = asyncio.createTask(async () => {
        await asyncio.sleep(1)
        return slow
      })
      asyncio.getRunningLoop().callLater(1.5, () => looker.cancel())
      const result = await slow
      await asyncio.wait([looker])
      return [result, looker.cancelled()]
    })
    assert.deepEqual(value, ["slow", true])
  })

  it("tells a second look that it was cancelled, or what it failed with", async () => {
    const { value, messages } = await watched(async () => {
      const boom = new Error("boom")
      const cancelled = asyncio.coroutine(async () => asyncio.sleep(5))()
      const failed = asyncio.coroutine(async () => asyncio.sleep(1).then(() => Promise.reject(boom)))()
      const first = asyncio.createTask(async () => cancelled)
      const tasks = [first, asyncio.createTask(async () => cancelled), asyncio.createTask(async () => failed), asyncio.createTask(async () => failed)]
      await asyncio.sleep(0)
      first.cancel("enough")
      await asyncio.wait(tasks)
      return tasks.map((task) => (task.cancelled() ? "cancelled" : task.exception() === boom))
    })
    assert.deepEqual(value, ["cancelled", "cancelled", true, true])
    assert.deepEqual(messages, [])
  })

  it("that runs may be looked at by code outside any loop, an operation of the library too", async () => {
    const loop = new asyncio.EventLoop()
    const begun = Promise.withResolvers<[Promise<string>, Promise<string>]>()
    const program = loop.runUntilComplete(async () => {
      const body = asyncio.coroutine(async () => asyncio.sleep(0.001, "body"))()
      const operation = asyncio.sleep(0.001, "operation")
      const tasks = [asyncio.createTask(async () => body), asyncio.createTask(async () => operation)]
      await asyncio.sleep(0)
      begun.resolve([body, operation])
      return asyncio.gather(tasks)
    })
    // Of a promise that was made outside: what awaits it is no code of the program's.
    const [body, operation] = await begun.promise
    assert.equal(asyncio.isCoroutine(body), true)
    assert.deepEqual(await Promise.all([body, operation]), ["body", "operation"])
    assert.deepEqual(await program, ["body", "operation"])
    loop.close()
  })

  it("stands wherever a promise can: Promise.all, race, resolve, catch and finally", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const all = await Promise.all([greet("a"), greet("b")])
      const caught = await asyncio
        .coroutine("failing", async () => {
          throw new Error("x")
        })()
        .catch((error: unknown) => (error as Error).message)
      const final = await greet("c").finally(() => void log.push("finally"))
      return [...all, caught, final, ...log, await Promise.resolve(greet("d"))]
    })
    assert.deepEqual(value, ["Hello, a!", "Hello, b!", "x", "Hello, c!", "finally", "Hello, d!"])
  })

  it("then returns a real promise, whose ordinary errors are handled by whoever handles it", async () => {
    const rejections = await unhandledOf(() =>
      watched(async () => {
        const failing = asyncio.coroutine("failing", async () => {
          await asyncio.sleep(0)
          throw new Error("x")
        })
        const derived = failing().then((value) => value)
        assert.ok(derived instanceof Promise)
        assert.equal(await derived.catch((error: Error) => error.message), "x")
        assert.equal(await failing().finally(() => undefined).catch((error: Error) => error.message), "x")
        assert.equal((await failureOf(asyncio.waitFor(failing().then((value) => value), 5))).message, "x")
      }),
    )
    assert.deepEqual(rejections, [])
  })

  it("awaits ours in a for-await loop and an async generator as anywhere", async () => {
    const { value } = await watched(async () => {
      async function* numbers(): AsyncGenerator<number> {
        for (let i = 0; i < 3; i++) {
          await asyncio.sleep(1)
          yield i
        }
      }
      const seen: number[] = []
      for await (const n of numbers()) seen.push(n, now())
      return seen
    })
    assert.deepEqual(value, [0, 1, 1, 2, 2, 3])
  })

  it("that was refused without a task counts as started: it is not reported as well", async () => {
    const warnings = await warningsOf(async () => {
      await failureOf(greet("nobody"))
      await watched(async () => undefined)
    })
    assert.deepEqual(warnings, [])
  })
})

describe("a coroutine that was never awaited", () => {
  // CPython: test_log_destroyed_pending_task is about collection; this is its promise here
  it("is reported when the loop closes, with its name and what to do", async () => {
    const warnings = await warningsOf(() =>
      watched(async () => {
        void greet("nobody")
      }).then(() => undefined),
    )
    assert.deepEqual(warnings, [
      "coroutine 'greet' was never awaited: nothing of it ran; await it or give it to createTask(…)",
    ])
  })

  it("is reported once each, the oldest first, operations of the library among them", async () => {
    const first = asyncio.coroutine("first", async () => undefined)
    const second = asyncio.coroutine("second", async () => undefined)
    const kept: unknown[] = []
    const warnings = await warningsOf(() =>
      watched(async () => {
        kept.push(first(), asyncio.sleep(5), second(), first())
      }),
    )
    assert.deepEqual(warnings.map((text) => /'(\w+)'/.exec(text)?.[1]), ["first", "sleep", "second", "first"])
    assert.equal(kept.length, 4)
  })

  it("is a warning of the type AsyncioWarning with a code, and never crashes", async () => {
    const { stderr, stdout, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const fetchUser = asyncio.coroutine("fetchUser", async () => 1)
      process.on("warning", (warning) => console.log(warning.name, warning.code))
      await asyncio.run(async () => { fetchUser() })
    `)
    assert.equal(stdout, "AsyncioWarning ASYNCIO_NEVER_AWAITED\n")
    assert.match(stderr, /coroutine 'fetchUser' was never awaited/)
    assert.equal(code, 0)
  })

  it("is reported when the program goes on for long, as far as somebody still holds it", async () => {
    const kept: unknown[] = []
    const warnings = await warningsOf(() =>
      watched(async () => {
        kept.push(greet("kept"))
        for (let i = 0; i < 20; i++) await asyncio.sleep(1)
      }),
    )
    assert.equal(warnings.length, 1)
    assert.equal(kept.length, 1)
  })

  // Invariant of Unstarted
  it("leaks nothing: what is older than about a second is held weakly", async () => {
    const references: WeakRef<object>[] = []
    await watched(async () => {
      for (let i = 0; i < 100; i++) references.push(new WeakRef(greet("dropped")))
      for (let i = 0; i < 5; i++) await asyncio.sleep(1)
      await collect()
      assert.equal(references.filter((reference) => reference.deref() !== undefined).length, 0)
    })
  })

  it("is held until it is about a second old, so that a short script hears of it", async () => {
    const warnings = await warningsOf(() =>
      watchedReal(async () => {
        void greet("dropped")
        await collect()
      }),
    )
    assert.equal(warnings.length, 1)
  })

  it("is no coroutine that was started, closed by a task, or given to one that was cancelled early", async () => {
    const warnings = await warningsOf(() =>
      watched(async () => {
        await greet("awaited")
        greet("looked at").catch(() => undefined)
        const early = asyncio.createTask(greet("cancelled before its first step"))
        early.cancel()
        const group = new asyncio.TaskGroup()
        const late = greet("refused by a group that was not entered")
        assert.throws(() => group.createTask(late))
        await asyncio.wait([early])
      }),
    )
    assert.deepEqual(warnings, [])
  })

  it("and made outside any loop is reported when the process has nothing left to do", async () => {
    const { stderr, stdout, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const outside = asyncio.coroutine("outside", async () => 1)
      outside()
      await asyncio.run(async () => 1)
      console.log("ended")
    `)
    assert.equal(stdout, "ended\n")
    assert.match(stderr, /coroutine 'outside' was never awaited/)
    assert.equal(code, 0)
  })

  it("and made outside any loop leaks nothing", async () => {
    const references: WeakRef<object>[] = []
    for (let i = 0; i < 100; i++) references.push(new WeakRef(greet("dropped")))
    for (const later of [10, 20, 30]) ageOutside(performance.now() / 1000 + later)
    await collect()
    assert.equal(references.filter((reference) => reference.deref() !== undefined).length, 0)
  })

  it("is not what a later run is about to run: the end of one loop says nothing of another's coroutines", async () => {
    const warnings = await warningsOf(async () => {
      const [first, second] = [greet("first"), greet("second")]
      assert.equal(await asyncio.run(first), "Hello, first!")
      assert.equal(await asyncio.run(second), "Hello, second!")
    })
    assert.deepEqual(warnings, [])
  })

  it("is reported by a loop that is closed by hand", async () => {
    const warnings = await warningsOf(async () => {
      const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
      await soon(
        loop.runUntilComplete(async () => {
          void greet("nobody")
        }),
      )
      loop.close()
    })
    assert.equal(warnings.length, 1)
  })
})

describe("run", () => {
  // CPython: test_asyncio_run_return, test_asyncio_run_raises, test_run
  it("gives main's value, or throws what main throws", async () => {
    assert.equal(await asyncio.run(greet("Alice")), "Hello, Alice!")
    assert.equal(await asyncio.run(async () => 5), 5)
    assert.equal(await asyncio.run(() => 6), 6)
    const failing = asyncio.coroutine("failing", async () => {
      throw new RangeError("no")
    })
    assert.ok((await failureOf(asyncio.run(failing()))) instanceof RangeError)
  })

  // CPython: test_asyncio_run_only_coro, test_run_non_coro, test_run_future, test_run_awaitable
  it("takes only a coroutine or a function, and says for each other thing what to do", async () => {
    const refusals: [() => unknown, RegExp][] = [
      [() => Promise.resolve(1), /a Promise runs already; pass the function: run\(main\)/],
      [() => asyncio.run(async () => 1), /runs already; pass the function/],
      [() => new asyncio.EventLoop().createFuture(), /a Future runs already; await it inside main/],
      [() => 5, /takes a coroutine or a function, not 5/],
      [() => undefined, /not undefined/],
      [() => ({}), /not an? Object/],
    ]
    for (const [make, message] of refusals) {
      const error = await failureOf(asyncio.run(make() as never))
      assert.ok(error instanceof TypeError)
      assert.match(error.message, message)
    }
  })

  it("refuses a task of another loop, and names the ways out", async () => {
    const { value } = await watched(async () => ({ task: asyncio.createTask(async () => 1) }))
    const error = await failureOf(asyncio.run(value.task as never))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /a Task runs already; await it inside main/)
  })

  it("refuses a coroutine that has started or belongs to a task", async () => {
    const made: { coroutine?: asyncio.Coroutine<string> } = {}
    await watched(async () => {
      made.coroutine = greet("x")
      await made.coroutine
    })
    const error = await failureOf(asyncio.run(made.coroutine ?? assert.fail()))
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /<coroutine greet> has already started|has been given to a task/)
  })

  it("run(run(f())) is refused with what to do", async () => {
    const error = await failureOf(asyncio.run(asyncio.run(greet("twice")) as never))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /run takes a coroutine or a function, but a Promise runs already/)
  })

  // CPython: test_asyncio_run_from_running_loop
  it("inside a task is refused, and the coroutine is still good", async () => {
    const { value } = await watched(async () => {
      const coroutine = greet("Bob")
      const error = await failureOf(asyncio.run(coroutine))
      return [error instanceof asyncio.RuntimeError, await coroutine]
    })
    assert.deepEqual(value, [true, "Hello, Bob!"])
  })

  it("closes its loop: what main leaves running is cancelled first", async () => {
    const log: string[] = []
    let loop: asyncio.EventLoop | undefined
    await asyncio.run(async () => {
      loop = asyncio.getRunningLoop()
      asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } finally {
          log.push("cancelled")
        }
      })
      await asyncio.sleep(0)
      log.push("main ends")
    })
    assert.deepEqual(log, ["main ends", "cancelled"])
    assert.equal(loop?.isClosed(), true)
  })

  it("names its main task on request", async () => {
    const name = await asyncio.run(async () => asyncio.currentTask()?.getName(), { name: "the program" })
    assert.equal(name, "the program")
  })

  it("is told of a bad main before any loop is made", async () => {
    let made = 0
    const factory = (): asyncio.EventLoop => {
      made += 1
      return new asyncio.EventLoop()
    }
    await failureOf(asyncio.run(5 as never, { loopFactory: factory }))
    assert.equal(made, 0)
    assert.equal(await asyncio.run(async () => 1, { loopFactory: factory }), 1)
    assert.equal(made, 1)
  })
})

describe("a call that refuses its arguments", () => {
  it("does so at once, before anything runs", () => {
    assert.throws(() => asyncio.sleep(Number.NaN), RangeError)
    assert.throws(() => asyncio.sleep("1" as never), TypeError)
    assert.throws(() => asyncio.waitFor(asyncio.sleep(0), Number.NaN), RangeError)
    assert.match(thrownBy(() => asyncio.sleep(null as never)).message, /the delay of sleep is a number of seconds, but null was given/)
  })
})
