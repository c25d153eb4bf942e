/** Errors that nobody catches: R47, R182 to R186, and what is reported when. */
import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { observe } from "#src/core/observer.ts"
import { runProgram } from "./support/child.ts"
import { failureOf, hostTurns, never, now, soon, thrownBy, watched, watchedReal } from "./support/watched.ts"

const failing = (message = "lost"): asyncio.Task<never> =>
  asyncio.createTask(async () => {
    throw new RangeError(message)
  })

describe("an error that nobody retrieves", () => {
  // CPython: test_future_exception_never_retrieved, test_log_traceback, test_tb_logger_exception_unretrieved
  it("R47: goes to the exception handler within a second of the failure, not at once", async () => {
    const { value, reports } = await watched(async () => {
      const times: number[] = []
      const loop = asyncio.getRunningLoop()
      const handler = loop.getExceptionHandler()
      loop.setExceptionHandler((own, context) => {
        times.push(own.time())
        handler?.(own, context)
      })
      const task = failing()
      await asyncio.sleep(0.1)
      assert.deepEqual(times, [])
      await asyncio.sleep(10)
      return { times, task: [task] }
    })
    assert.equal(value.times.length, 1)
    assert.ok((value.times[0] ?? Infinity) <= 1, `reported at ${value.times[0]} s`)
    assert.equal(reports.length, 1)
    const report = reports[0]
    assert.equal(report?.message, "Task exception was never retrieved")
    assert.ok(report.exception instanceof RangeError)
    assert.equal(report.future, value.task[0])
  })

  it("R47: of a Future too, with its own word", async () => {
    const { messages } = await watched(async () => {
      new asyncio.Future().setException(new Error("x"))
      await asyncio.sleep(2)
    })
    assert.deepEqual(messages, ["Future exception was never retrieved"])
  })

  it("is told of before run resolves, however short the program", async () => {
    const order: string[] = []
    await asyncio.run(async () => {
      asyncio.getRunningLoop().setExceptionHandler((_loop, context) => order.push(context.message))
      failing()
      await asyncio.sleep(0)
    })
    order.push("run resolved")
    assert.deepEqual(order, ["Task exception was never retrieved", "run resolved"])
  })

  it("is told of on the system's clock while the program goes on, also when the loop spins", async () => {
    const { value } = await watchedReal(async () => {
      const loop = asyncio.getRunningLoop()
      const told: asyncio.ExceptionContext[] = []
      loop.setExceptionHandler((_loop, context) => told.push(context))
      failing()
      const started = now()
      while (told.length === 0 && now() - started < 2) await asyncio.sleep(0)
      return now() - started
    })
    assert.ok(value < 1, `took ${value} s`)
  })

  // CPython: test_tb_logger_exception_retrieved, test_tb_logger_exception_result_retrieved, test_tb_logger_result_unretrieved, test_tb_logger_result_retrieved, test_tb_logger_not_called_after_cancel
  it("R47: asking once, in any way, clears it", async () => {
    const ways: Record<string, (task: asyncio.Task<never>) => unknown> = {
      await: (task) => failureOf(task),
      result: (task) => asyncio.wait([task]).then(() => thrownBy(() => task.result())),
      exception: (task) => asyncio.wait([task]).then(() => task.exception()),
      catch: (task) => task.catch(() => undefined),
      gather: (task) => failureOf(asyncio.gather([task])),
      "gather with returnExceptions": (task) => asyncio.gather([task], { returnExceptions: true }),
      waitFor: (task) => failureOf(asyncio.waitFor(task, 5)),
      shield: (task) => failureOf(asyncio.shield(task)),
      "cancel afterwards": (task) => asyncio.wait([task]).then(() => task.cancel()),
      "a look within its time": (task) => asyncio.sleep(0.2).then(() => task.exception()),
    }
    for (const [name, way] of Object.entries(ways)) {
      const { messages } = await watched(async () => {
        await way(failing())
        await asyncio.sleep(5)
      })
      assert.deepEqual(messages, [], name)
    }
  })

  it("R47: a wait that only looks whether it is done does not clear it", async () => {
    const { messages } = await watched(async () => {
      const task = failing()
      await asyncio.wait([task])
      await asyncio.sleep(5)
    })
    assert.deepEqual(messages, ["Task exception was never retrieved"])
  })

  it("R56: children of a gather that has failed already are retrieved silently", async () => {
    const { messages } = await watched(async () => {
      const late = asyncio.createTask(async () => {
        await asyncio.sleep(1)
        throw new Error("second")
      })
      await failureOf(asyncio.gather([failing("first"), late]))
      await asyncio.sleep(5)
    })
    assert.deepEqual(messages, [])
  })

  it("a cancelled task is no error", async () => {
    const { messages } = await watched(async () => {
      asyncio.createTask(asyncio.sleep(60)).cancel()
      await asyncio.sleep(5)
    })
    assert.deepEqual(messages, [])
  })

  it("several are told of in the order of their failure, each once", async () => {
    const { reports } = await watched(async () => {
      for (let i = 0; i < 5; i++) {
        failing(`${i}`)
        await asyncio.sleep(0.15)
      }
      await asyncio.sleep(5)
    })
    assert.deepEqual(reports.map((report) => (report.exception as Error).message), ["0", "1", "2", "3", "4"])
  })
})

describe("the end of a program", () => {
  // CPython: test_asyncio_run_reports_hanging_tasks_errors
  it("R172: reports what tasks throw while they are cancelled", async () => {
    const { messages, reports } = await watched(async () => {
      asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } catch {
          throw new RangeError("clean-up failed")
        }
      })
      await asyncio.sleep(0)
    })
    assert.deepEqual(messages, ["unhandled exception during asyncio.run() shutdown"])
    assert.ok(reports[0]?.exception instanceof RangeError)
    assert.ok(reports[0].task instanceof asyncio.Task)
  })
})

describe("a task that is pending when its loop closes", () => {
  // CPython: test_log_destroyed_pending_task
  it("R186: is reported, as with a task that clean-up has made at the end of the program", async () => {
    const log: string[] = []
    const { messages, reports } = await watched(async () => {
      asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } finally {
          asyncio.createTask(
            async () => {
              await asyncio.sleep(1)
              log.push("never")
            },
            { name: "too late" },
          )
        }
      })
      await asyncio.sleep(0)
    })
    assert.deepEqual(log, [])
    assert.deepEqual(messages, ["Task was destroyed but it is pending!"])
    assert.equal((reports[0]?.task as asyncio.Task<unknown>).getName(), "too late")
  })

  it("R186: is reported by a loop that is closed by hand", async () => {
    const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
    const messages: string[] = []
    loop.setExceptionHandler((_loop, context) => messages.push(context.message))
    loop.createTask(asyncio.coroutine("body", () => asyncio.sleep(60))())
    loop.callSoon(() => loop.stop())
    await soon(loop.runForever())
    loop.close()
    assert.deepEqual(messages, ["Task was destroyed but it is pending!"])
  })

  it("is not reported when it was left behind at a foreign promise: that was told of by its name", async () => {
    const { messages } = await watched(async () => {
      asyncio.createTask(async () => {
        await never()
      })
      await asyncio.sleep(0)
    })
    assert.deepEqual(messages, [])
  })
})

describe("the exception handler", () => {
  // CPython: test_set_exc_handler_custom, test_set_exc_handler_invalid
  it("can be set, asked for and restored, and is a function or null", () => {
    const loop = new asyncio.EventLoop()
    const handler = (): void => undefined
    assert.equal(loop.getExceptionHandler(), null)
    loop.setExceptionHandler(handler)
    assert.equal(loop.getExceptionHandler(), handler)
    for (const bad of [5, "text", {}, undefined]) {
      assert.throws(() => loop.setExceptionHandler(bad as never), TypeError)
    }
    assert.equal(loop.getExceptionHandler(), handler)
    loop.setExceptionHandler(null)
    assert.equal(loop.getExceptionHandler(), null)
    loop.close()
  })

  it("R182: gets its loop and a context of what is known", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const seen: [boolean, asyncio.ExceptionContext][] = []
      loop.setExceptionHandler((own, context) => seen.push([own === loop, context]))
      loop.callExceptionHandler({ message: "by hand", extra: 5 })
      return seen
    })
    assert.deepEqual(value, [[true, { message: "by hand", extra: 5 }]])
  })

  it("R182: is told of the handle whose callback threw", async () => {
    const { value, reports } = await watched(async () => {
      const handle = asyncio.getRunningLoop().callSoon(() => {
        throw new Error("x")
      })
      await asyncio.sleep(0)
      return handle
    })
    assert.equal(reports[0]?.handle, value)
  })

  // CPython: test_handle_exc_handler_correct_context, test_task_exc_handler_correct_context
  it("R183: runs in the context of the callback concerned", async () => {
    const variable = new asyncio.ContextVar<string>("variable", { default: "none" })
    const storage = new AsyncLocalStorage<string>()
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const seen: unknown[] = []
      loop.setExceptionHandler(() => seen.push(variable.get(), storage.getStore()))
      storage.run("request", () => {
        const context = asyncio.copyContext()
        context.run(() => variable.set("callback"))
        loop.callSoon(
          () => {
            throw new Error("x")
          },
          { context },
        )
      })
      await asyncio.sleep(0)
      return seen
    })
    assert.deepEqual(value, ["callback", "request"])
  })

  // CPython: test_task_exc_handler_correct_context
  it("R183: runs in the context of the task concerned, for an error that nobody retrieved", async () => {
    const variable = new asyncio.ContextVar<string>("variable", { default: "none" })
    const { value } = await watched(async () => {
      const seen: unknown[] = []
      asyncio.getRunningLoop().setExceptionHandler(() => seen.push(variable.get()))
      asyncio.createTask(async () => {
        variable.set("task")
        throw new Error("x")
      })
      await asyncio.sleep(5)
      return seen
    })
    assert.deepEqual(value, ["task"])
  })

  // CPython: test_set_exc_handler_broken
  it("R184: that fails falls back to the default one, and the loop goes on", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const told: asyncio.ExceptionContext[] = []
      loop.defaultExceptionHandler = (context) => void told.push(context)
      loop.setExceptionHandler(() => {
        throw new RangeError("the handler broke")
      })
      failing("original")
      loop.callSoon(() => {
        throw new Error("in a callback")
      })
      await asyncio.sleep(5)
      return told
    })
    assert.equal(value.length, 2)
    for (const context of value) {
      assert.equal(context.message, "Unhandled error in exception handler")
      assert.ok(context.exception instanceof RangeError)
      assert.ok("context" in context)
    }
  })

  // CPython: test_default_exc_handler_broken
  it("R184: nothing propagates, even when the default one fails too", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      loop.defaultExceptionHandler = () => {
        throw new Error("the default handler broke")
      }
      for (const handler of [null, () => assert.fail("the handler broke")]) {
        loop.setExceptionHandler(handler)
        loop.callExceptionHandler({ message: "by hand" })
        loop.callSoon(() => {
          throw new Error("x")
        })
      }
      await asyncio.sleep(1)
      return "the loop goes on"
    })
    assert.equal(value, "the loop goes on")
  })
})

describe("the default exception handler", () => {
  // CPython: test_default_exc_handler_callback, test_default_exc_handler_coro, test_exception_traceback
  it("R185: writes the message, the other keys in order, one a line, and the exception, to standard error", async () => {
    const { stderr, stdout, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      await asyncio.run(async () => {
        const loop = asyncio.getRunningLoop()
        loop.callExceptionHandler({ message: "something happened", zebra: 1, exception: new RangeError("why"), apple: "a" })
      })
      console.log("ended")
    `)
    assert.match(stderr, /^something happened\napple: a\nzebra: 1 RangeError: why\n {4}at /)
    assert.equal(stdout, "ended\n")
    assert.equal(code, 0)
  })

  it("R186: names what was lost, and does not crash the program", async () => {
    const { stderr, stdout, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      await asyncio.run(async () => {
        asyncio.createTask(async () => { throw new RangeError("lost") }, { name: "loser" })
        await asyncio.sleep(0)
      })
      console.log("ended")
    `)
    assert.match(stderr, /Task exception was never retrieved\nfuture: <Task finished name='loser' .*>[^]*RangeError: lost/)
    assert.equal(stdout, "ended\n")
    assert.equal(code, 0)
  })
})

describe("a loop", () => {
  it("is not stopped by a callback, a done callback, an observer or a handler that throws", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const log: string[] = []
      loop.setExceptionHandler(() => {
        throw new Error("handler")
      })
      loop.defaultExceptionHandler = () => undefined
      const future = new asyncio.Future<number>()
      future.addDoneCallback(() => {
        throw new Error("done callback")
      })
      loop.callSoon(() => {
        throw new Error("callback")
      })
      loop.callLater(1, () => {
        throw new Error("timer")
      })
      future.setResult(1)
      const task = asyncio.createTask(async () => {
        await asyncio.sleep(2)
        log.push("task ended")
      })
      await task
      return log
    })
    assert.deepEqual(value, ["task ended"])
  })

  it("takes an observer off that throws, tells of it, and goes on", async () => {
    const { stderr, stdout, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      import { observe } from "#src/core/observer.ts"
      let calls = 0
      observe({ taskCreated() { calls += 1; throw new RangeError("observer broke") } })
      const result = await asyncio.run(async () => {
        await asyncio.createTask(async () => 1)
        return asyncio.createTask(async () => "still running")
      })
      console.log(result, calls)
    `)
    assert.equal(stdout, "still running 1\n", stderr)
    assert.match(stderr, /observer threw[^]*RangeError: observer broke/i)
    assert.equal(code, 0)
  })
})

describe("observers", () => {
  it("see each task created, resumed, parked and done, and each handle begun and done", async () => {
    const events: string[] = []
    const off = observe({
      taskCreated: (task, parent) => events.push(`created ${task.taskName} by ${parent?.taskName}`),
      taskResumed: (task) => events.push(`resumed ${task.taskName}`),
      taskParked: (task, on) => events.push(`parked ${task.taskName} on ${on.kind}`),
      taskDone: (task, how) => events.push(`done ${task.taskName} ${how}`),
      handleBegun: (name) => events.push(`begun ${name}`),
      handleDone: (name) => events.push(`ended ${name}`),
    })
    try {
      await watched(async () => {
        asyncio.currentTask()?.setName("main")
        const child = asyncio.createTask(asyncio.sleep(1), { name: "child" })
        asyncio.getRunningLoop().callSoon(function note() {})
        await child
        const victim = asyncio.createTask(asyncio.sleep(60), { name: "victim" })
        await asyncio.sleep(0)
        victim.cancel()
        await asyncio.wait([victim])
      })
    } finally {
      off()
    }
    const mine = events.filter((event) => /child|victim|note/.test(event))
    assert.deepEqual(mine, [
      "created child by main",
      "resumed child",
      "parked child on sleep",
      "begun note",
      "ended note",
      "resumed child",
      "done child returned",
      "created victim by main",
      "resumed victim",
      "parked victim on sleep",
      "resumed victim",
      "done victim cancelled",
    ])
  })

  it("are told nothing any more once they are taken off", async () => {
    let calls = 0
    observe({ taskCreated: () => void (calls += 1) })()
    await watched(async () => asyncio.createTask(async () => 1))
    assert.equal(calls, 0)
  })

  it("that throw do not keep the others from being told", async () => {
    const { stdout, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      import { observe } from "#src/core/observer.ts"
      let good = 0
      observe({ taskDone() { throw new Error("bad") } })
      observe({ taskDone() { good += 1 } })
      await asyncio.run(async () => { await asyncio.createTask(async () => 1) })
      console.log(good)
    `)
    assert.equal(stdout, "2\n", stderr)
  })
})

describe("a loop that is closed by hand", () => {
  it("reports what is left of lost errors first", async () => {
    const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
    const messages: string[] = []
    loop.setExceptionHandler((_loop, context) => messages.push(context.message))
    loop.createTask(async () => {
      throw new Error("x")
    })
    loop.callLater(0.1, () => loop.stop())
    await soon(loop.runForever())
    assert.deepEqual(messages, [])
    loop.close()
    assert.deepEqual(messages, ["Task exception was never retrieved"])
    await hostTurns(1)
  })
})
