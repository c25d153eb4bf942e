import assert from "node:assert/strict"
import { test, type TestContext } from "node:test"
import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { mayRunLoops } from "#src/tasks/runner.ts"
import { forever, me, now, slowToDie, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const boom = new Error("boom")

/** A loop on virtual time that notes what it reports. */
function virtualLoop(reports: asyncio.ExceptionContext[] = []): () => asyncio.EventLoop {
  return () => {
    const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
    loop.setExceptionHandler((_loop, context) => reports.push(context))
    return loop
  }
}

/** Keeps Ctrl-C from ending this process. */
function listenToInterrupts(t: TestContext): void {
  const ignore = (): void => undefined
  process.on("SIGINT", ignore)
  // The signal is raised again some turns of the host after the last run has ended.
  t.after(async () => {
    for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve))
    process.off("SIGINT", ignore)
  })
}

const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))

test("run gives main's value, of a coroutine or a function", async () => {
  const loopFactory = virtualLoop()
  assert.equal(await asyncio.run(nap(3), { loopFactory }), 3)
  assert.equal(await asyncio.run(() => nap(4), { loopFactory }), 4)
  assert.equal(await asyncio.run(() => "no promise", { loopFactory }), "no promise")
  assert.equal(await asyncio.run(() => asyncio.gather([nap(1), nap(2)]).then((all) => all.length), { loopFactory }), 2)
})

test("run throws what main throws, and closes the loop in any case", async () => {
  const loop = virtualLoop()()
  assert.equal(await thrown(asyncio.run(() => Promise.reject(boom), { loopFactory: () => loop })), boom)
  assert.equal(loop.isClosed(), true)
  await thrownAs(asyncio.CancelledError, asyncio.run(() => (me().cancel() ? nap(1) : 0), { loopFactory: virtualLoop() }))
})

test("run takes a coroutine or a function, and says what to do with anything else", async () => {
  const main = asyncio.coroutine("main", async () => 1)
  const table: [unknown, RegExp][] = [
    [Promise.resolve(), /run takes a coroutine or a function, but a Promise runs already; pass the function: run\(main\)/],
    [5, /run takes a coroutine or a function, not 5/],
    [undefined, /not undefined/],
    [{ main }, /not an Object/],
  ]
  for (const [wrong, pattern] of table) {
    for (const attempt of [asyncio.run(wrong as never), new asyncio.Runner().run(wrong as never)]) {
      assert.match((await thrownAs(TypeError, attempt)).message, pattern)
    }
  }
  let task: asyncio.Task<number> | undefined
  await asyncio.run(async () => {
    task = asyncio.createTask(main())
    await task
  })
  assert.match((await thrownAs(TypeError, asyncio.run(task as never))).message, /a Task runs already; await it inside main/)
  const started = main()
  await asyncio.run(started)
  assert.match((await thrownAs(asyncio.RuntimeError, asyncio.run(started))).message, /has already started/)
})

virtual("run inside a running task is refused, with what to do", async () => {
  const error = await thrownAs(asyncio.RuntimeError, asyncio.run(async () => 1))
  assert.match(error.message, /run\(…\) cannot be called from task '.*': a loop runs it already; await the coroutine instead/)
  await thrownAs(asyncio.RuntimeError, new asyncio.Runner().run(async () => 1))
  await thrownAs(asyncio.RuntimeError, nested())
})

virtual("run is at the top in a task that stands for what is typed at a prompt, and in no other", async () => {
  const typed = asyncio.createTask(async () => asyncio.run(async () => "ran", { loopFactory: virtualLoop() }))
  const other = asyncio.createTask(async () => asyncio.run(async () => "ran", { loopFactory: virtualLoop() }))
  mayRunLoops.add(typed)
  await thrownAs(asyncio.RuntimeError, other)
  assert.equal(await typed, "ran")
})

test("a Runner prints whether it is closed", async () => {
  const runner = new asyncio.Runner({ loopFactory: virtualLoop() })
  assert.equal(String(runner), "<Runner closed=false>")
  await runner.close()
  assert.equal(String(runner), "<Runner closed=true>")
})

const nested = asyncio.coroutine("nested", async () => asyncio.run(async () => 1))

test("several runs may go on at the same time, each on its own loop", async () => {
  const loops = new Set<asyncio.EventLoop>()
  const main = async (): Promise<number> => {
    loops.add(asyncio.getRunningLoop())
    await asyncio.sleep(1)
    return now()
  }
  const loopFactory = virtualLoop()
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => asyncio.run(main, { loopFactory }))), [1000, 1000, 1000])
  assert.equal(loops.size, 3)
})

test("debug turns the loop's debug mode on or off, and its absence leaves it", async () => {
  for (const [debug, given, expected] of [[true, false, true], [false, true, false], [undefined, true, true]] as const) {
    const loopFactory = (): asyncio.EventLoop => {
      const loop = virtualLoop()()
      loop.setDebug(given)
      return loop
    }
    assert.equal(await asyncio.run(() => asyncio.getRunningLoop().getDebug(), { debug, loopFactory }), expected)
  }
})

test("the main task takes a name, and a signal cancels it, also one that has aborted", async () => {
  const loopFactory = virtualLoop()
  assert.equal(await asyncio.run(() => me().getName(), { name: "program", loopFactory }), "program")
  const controller = new AbortController()
  const main = async (): Promise<void> => {
    asyncio.getRunningLoop().callLater(1, () => controller.abort("enough"))
    await forever()
  }
  const error = await thrownAs(asyncio.CancelledError, asyncio.run(main, { signal: controller.signal, loopFactory }))
  assert.equal(error.reason, "enough")
  const never = (): never => assert.fail("main runs")
  await thrownAs(asyncio.CancelledError, asyncio.run(never, { signal: controller.signal, loopFactory }))
})

test("at the end what is left is cancelled and waited for (R172)", async () => {
  const reports: asyncio.ExceptionContext[] = []
  const log: string[] = []
  const loopFactory = virtualLoop(reports)
  await asyncio.run(
    async () => {
      for (const seconds of [1, 3]) asyncio.createTask(() => slowToDie(seconds, (what) => log.push(`${what} at ${now()}`)))
      await ticks(1)
    },
    { loopFactory },
  )
  assert.deepEqual(log, ["cleaned up at 1000", "cleaned up at 3000"])
  assert.deepEqual(reports, [])
})

test("each failure of what is left is reported, and main's outcome stands (R172)", async () => {
  const reports: asyncio.ExceptionContext[] = []
  let task: asyncio.Task<unknown> | undefined
  const main = async (): Promise<string> => {
    task = asyncio.createTask(() => forever().catch(() => Promise.reject(boom)))
    await ticks(1)
    return "main's value"
  }
  assert.equal(await asyncio.run(main, { loopFactory: virtualLoop(reports) }), "main's value")
  assert.deepEqual(
    reports.map(({ message, exception, task: reported }) => [message, exception, reported === task]),
    [["unhandled exception during asyncio.run() shutdown", boom, true]],
  )
})

test("what is left is cancelled by the run, and says so (R172)", async () => {
  let error: unknown
  await asyncio.run(
    async () => {
      asyncio.createTask(async () => {
        error = await thrown(forever())
        throw error
      })
      await ticks(1)
    },
    { loopFactory: virtualLoop() },
  )
  assert.ok(error instanceof asyncio.CancelledError)
  assert.equal(error.requestedBy, "run")
  assert.equal(error.reason, "the program ends")
})

test("a task that was made but never got its turn does not run (R172)", async () => {
  await asyncio.run(() => void asyncio.createTask(() => assert.fail("it runs")), { loopFactory: virtualLoop() })
})

test("a runner keeps one loop over its runs, made when it is first needed", async () => {
  let made = 0
  const runner = new asyncio.Runner({
    loopFactory: () => {
      made += 1
      return virtualLoop()()
    },
  })
  assert.equal(made, 0)
  const loop = runner.getLoop()
  assert.equal(await runner.run(() => asyncio.getRunningLoop() === loop), true)
  assert.equal(await runner.run(() => asyncio.getRunningLoop() === loop), true)
  assert.deepEqual([made, loop.isRunning(), loop.isClosed()], [1, false, false])
  await runner.close()
  assert.equal(loop.isClosed(), true)
})

test("what one run sets in context variables is seen by the next, and by nobody outside (R173)", async () => {
  const variable = new asyncio.ContextVar("variable", { default: "outside" })
  const runner = new asyncio.Runner({ loopFactory: virtualLoop() })
  const set = async (value: string): Promise<string> => {
    const before = variable.get()
    variable.set(value)
    return before
  }
  assert.equal(await runner.run(() => set("first")), "outside")
  assert.equal(await runner.run(() => set("second")), "first")
  const context = asyncio.copyContext()
  assert.equal(await runner.run(() => set("third"), { context }), "outside")
  assert.equal(context.get(variable), "third")
  assert.equal(await runner.run(() => variable.get()), "second")
  assert.equal(variable.get(), "outside")
  await runner.close()
})

test("tasks live on between runs, and are cancelled at close", async () => {
  const log: string[] = []
  const runner = new asyncio.Runner({ loopFactory: virtualLoop() })
  await runner.run(async () => {
    asyncio.createTask(async () => {
      await nap(2)
      log.push("woke up")
      await slowToDie(0, (what) => log.push(what))
    })
    await nap(1)
  })
  assert.deepEqual(log, [])
  await runner.run(() => nap(2))
  assert.deepEqual(log, ["woke up"])
  await runner.close()
  assert.deepEqual(log, ["woke up", "cleaned up"])
})

test("a closed runner refuses everything; closing twice, or what was never used, is fine", async () => {
  const runner = new asyncio.Runner({ loopFactory: virtualLoop() })
  await runner.close()
  await runner.close()
  assert.match(thrownBy(() => runner.getLoop()).message, /this Runner is closed; make a new one/)
  await thrownAs(asyncio.RuntimeError, runner.run(async () => 1))
  const used = new asyncio.Runner({ loopFactory: virtualLoop() })
  await used.run(async () => 1)
  await used[Symbol.asyncDispose]()
  await thrownAs(asyncio.RuntimeError, used.run(async () => 1))
})

test("a runner that is running can neither run something else nor be closed", async () => {
  const runner = new asyncio.Runner({ loopFactory: virtualLoop() })
  const end = new asyncio.Future<string>({ loop: runner.getLoop() })
  const running = runner.run(async () => end)
  const second = await thrownAs(asyncio.RuntimeError, runner.run(() => assert.fail("it runs")))
  assert.match(second.message, /this Runner is running; make another one, or use createTask/)
  assert.match((await thrownAs(asyncio.RuntimeError, runner.close())).message, /cannot close a Runner that is running/)
  runner.getLoop().callSoon(() => end.setResult("ended"))
  assert.equal(await running, "ended")
  await runner.close()
})

test("a loop that is stopped under main is a RuntimeError", async () => {
  const main = async (): Promise<void> => {
    asyncio.getRunningLoop().stop()
    await forever()
  }
  const error = await thrownAs(asyncio.RuntimeError, asyncio.run(main, { loopFactory: virtualLoop() }))
  assert.match(error.message, /stopped before/)
})

test("Ctrl-C cancels main, and its end by that is a KeyboardInterrupt (R174)", async (t) => {
  listenToInterrupts(t)
  let cancellation: unknown
  const main = async (): Promise<void> => {
    process.emit("SIGINT")
    cancellation = await thrown(forever())
    throw cancellation
  }
  const error = await thrownAs(asyncio.KeyboardInterrupt, asyncio.run(main, { loopFactory: virtualLoop() }))
  assert.equal(error.cause, cancellation)
  assert.equal((cancellation as asyncio.CancelledError).requestedBy, "Ctrl-C")
})

test("a second Ctrl-C while main cleans up is a KeyboardInterrupt as well (R174)", async (t) => {
  listenToInterrupts(t)
  const main = async (): Promise<void> => {
    process.emit("SIGINT")
    await forever().catch(() => {
      process.emit("SIGINT")
      return forever()
    })
  }
  await thrownAs(asyncio.KeyboardInterrupt, asyncio.run(main, { loopFactory: virtualLoop() }))
})

test("a value or another error after Ctrl-C stands, and so does a cancellation by somebody else (R174)", async (t) => {
  listenToInterrupts(t)
  const interrupted = (then: () => unknown): Promise<unknown> =>
    asyncio.run(
      async () => {
        process.emit("SIGINT")
        return forever().catch(then)
      },
      { loopFactory: virtualLoop() },
    )
  assert.equal(await interrupted(() => "value"), "value")
  assert.equal(await thrown(interrupted(() => Promise.reject(boom))), boom)
  const both = interrupted(() => {
    me().cancel("also")
    return forever()
  })
  await thrownAs(asyncio.CancelledError, both)
})

test("the process listens to Ctrl-C exactly while something runs (R174)", async () => {
  const before = process.listenerCount("SIGINT")
  const runner = new asyncio.Runner({ loopFactory: virtualLoop() })
  assert.equal(process.listenerCount("SIGINT"), before)
  await runner.run(async () => {
    assert.equal(process.listenerCount("SIGINT"), before + 1)
    const other = asyncio.bind(() => asyncio.run(() => process.listenerCount("SIGINT"), { loopFactory: virtualLoop() }))
    assert.equal(await asyncio.wrapFuture(other()), before + 1)
  })
  assert.equal(process.listenerCount("SIGINT"), before)
  await runner.close()
})

test("a program that takes real time takes about that time", async () => {
  const begun = performance.now()
  assert.equal(await asyncio.run(asyncio.sleep(0.01, "slept")), "slept")
  assert.ok(performance.now() - begun >= 9, `${performance.now() - begun} ms`)
})

test("what begins while the last tasks clean up has as many turns left as asyncio gives it, however long they took", async () => {
  for (const cleaning of [0, 1, 2, 3]) {
    for (const others of [0, 2]) {
      let turns = 0
      const begun = async (): Promise<void> => {
        for (;; turns += 1) await asyncio.sleep(0)
      }
      const last = async (): Promise<void> => {
        try {
          await forever()
        } catch {
          for (let count = 0; count < cleaning; count += 1) await asyncio.sleep(0)
          asyncio.createTask(begun)
        }
      }
      await asyncio.run(
        async () => {
          for (let count = 0; count < others; count += 1) asyncio.createTask(forever)
          asyncio.createTask(last)
          await asyncio.sleep(0)
        },
        { loopFactory: virtualLoop() },
      )
      // Two until it is known that the last have ended, and four of the end itself, less the one in which it begins.
      assert.equal(turns, 5, `${cleaning} turns of cleaning, ${others} other tasks`)
    }
  }
})
