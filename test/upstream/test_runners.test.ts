/** What CPython's test_runners.py expects and no other test of ours holds. */
import assert from "node:assert/strict"
import { test, type TestContext } from "node:test"
import { setImmediate } from "node:timers/promises"
import { Worker } from "node:worker_threads"
import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { fate, forever, me, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const boom = new Error("boom")

function virtualLoop(reports: asyncio.ExceptionContext[] = []): asyncio.EventLoop {
  const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
  loop.setExceptionHandler((_loop, context) => reports.push(context))
  return loop
}

/** A runner on virtual time, in a process that outlives Ctrl-C. */
function runnerUnder(t: TestContext): asyncio.Runner {
  const ignore = (): void => undefined
  process.on("SIGINT", ignore)
  // The signal is raised again some turns of the host after the run has ended.
  t.after(async () => {
    for (let turns = 0; turns < 5; turns += 1) await setImmediate()
    process.off("SIGINT", ignore)
  })
  return new asyncio.Runner({ loopFactory: virtualLoop })
}

function pressCtrlC(): void {
  process.emit("SIGINT")
}

// CPython: test_asyncio_run_cancels_hanging_tasks
test("what main leaves running is done when run has ended, and main's value stands", async () => {
  let left: asyncio.Task<unknown> | undefined
  const main = async (): Promise<number> => {
    left = asyncio.createTask(asyncio.sleep(0.1))
    await ticks(1)
    return 123
  }
  assert.equal(await asyncio.run(main, { loopFactory: virtualLoop }), 123)
  assert.equal(fate(left as asyncio.Task<unknown>), "cancelled")
})

// CPython: test_asyncio_run_closes_gens_after_hanging_tasks_errors
test("a generator that a left task loops over is closed as the task is cancelled, though both main and task fail", async () => {
  const reports: asyncio.ExceptionContext[] = []
  let closed = false
  async function* fidget(): AsyncGenerator<number> {
    try {
      for (;;) {
        yield 1
        await asyncio.sleep(1)
      }
    } finally {
      closed = true
    }
  }
  const spinner = fidget()
  let spinning: asyncio.Task<unknown> | undefined
  const spin = async (): Promise<void> => {
    try {
      for await (const _one of spinner) await asyncio.sleep(0)
    } catch {
      throw boom
    }
  }
  const exit = new Error("exit")
  const main = async (): Promise<void> => {
    spinning = asyncio.createTask(spin)
    await asyncio.sleep(2.5)
    throw exit
  }
  assert.equal(await thrown(asyncio.run(main, { loopFactory: () => virtualLoop(reports) })), exit)
  assert.deepEqual([closed, spinning?.done(), await spinner.next()], [true, true, { done: true, value: undefined }])
  assert.deepEqual(reports.map(({ exception }) => exception), [boom])
})

// CPython: test_asyncio_run_loop_factory, test_custom_factory
test("the factory is called once, and what it makes is the loop that runs", async () => {
  let made = 0
  const loop = virtualLoop()
  const loopFactory = (): asyncio.EventLoop => {
    made += 1
    return loop
  }
  assert.equal(await asyncio.run(() => asyncio.getRunningLoop() === loop, { loopFactory }), true)
  assert.deepEqual([made, loop.isClosed()], [1, true])
  const other = virtualLoop()
  const runner = new asyncio.Runner({ loopFactory: () => other })
  assert.equal(runner.getLoop(), other)
  await runner.close()
})

// CPython: test_loop_factory_default_event_loop
test("without a factory the loop is an EventLoop, as it is with one that makes it", async () => {
  const main = (): boolean => asyncio.getRunningLoop() instanceof asyncio.EventLoop
  assert.equal(await asyncio.run(main), true)
  assert.equal(await asyncio.run(main, { loopFactory: () => new asyncio.EventLoop() }), true)
})

// CPython: test_non_debug, test_debug
test("a runner hands debug to its loop", async () => {
  for (const debug of [false, true]) {
    const runner = new asyncio.Runner({ debug })
    assert.equal(runner.getLoop().getDebug(), debug)
    await runner.close()
  }
})

// CPython: test_run_future, test_run_awaitable
test("a future or another awaitable is run by a function that gives it", async () => {
  const runner = new asyncio.Runner({ loopFactory: virtualLoop })
  const future = runner.getLoop().createFuture()
  future.setResult("done")
  await thrownAs(TypeError, runner.run(future as never))
  assert.equal(await runner.run(() => future), "done")
  const awaitable: PromiseLike<string> = { then: (resolve, reject) => asyncio.sleep(1, "done").then(resolve, reject) }
  assert.equal(await runner.run(() => awaitable), "done")
  await runner.close()
})

// CPython: test_explicit_close, test_double_close
test("a runner whose loop was never run closes it, once", async () => {
  const runner = new asyncio.Runner({ loopFactory: virtualLoop })
  const loop = runner.getLoop()
  for (let times = 0; times < 2; times += 1) {
    await runner.close()
    assert.equal(loop.isClosed(), true)
    assert.match(thrownBy(() => runner.getLoop()).message, /this Runner is closed/)
  }
})

// CPython: test_second_with_block_raises
test("a runner that was disposed of runs nothing more", async () => {
  const ran: number[] = []
  const runner = new asyncio.Runner({ loopFactory: virtualLoop })
  await runner.run(() => ran.push(1))
  await runner[Symbol.asyncDispose]()
  assert.match((await thrownAs(asyncio.RuntimeError, runner.run(() => ran.push(2)))).message, /this Runner is closed/)
  assert.deepEqual(ran, [1])
})

// CPython: test_run_keeps_context
test("the context of a runner can be copied by a later main", async () => {
  const variable = new asyncio.ContextVar<number>("variable", { default: -1 })
  const runner = new asyncio.Runner({ loopFactory: virtualLoop })
  const set = async (value: number): Promise<number> => {
    const before = variable.get()
    await asyncio.sleep(0)
    variable.set(value)
    return before
  }
  assert.deepEqual([await runner.run(() => set(1)), await runner.run(() => set(2))], [-1, 1])
  const context = await runner.run(() => asyncio.copyContext())
  assert.equal(context.get(variable), 2)
  await runner.close()
})

// CPython: test_recursive_run
virtual("a coroutine whose run inside a task is refused is told of as never awaited", async (told) => {
  const inner = asyncio.coroutine("inner", () => assert.fail("it runs"))
  const runner = new asyncio.Runner({ loopFactory: virtualLoop })
  const error = await thrownAs(asyncio.RuntimeError, runner.run(inner()))
  assert.match(error.message, /run\(…\) cannot be called from task/)
  return () => told.warning(/coroutine 'inner' was never awaited/)
})

// CPython: test_interrupt_call_soon
test("Ctrl-C reaches a main that only gives up its turn", async (t) => {
  const runner = runnerUnder(t)
  const pressIn = (iterations: number): void => {
    if (iterations === 0) pressCtrlC()
    else runner.getLoop().callSoon(() => pressIn(iterations - 1))
  }
  pressIn(10)
  const main = async (): Promise<void> => {
    await thrownAs(asyncio.CancelledError, ticks(100))
    throw new asyncio.CancelledError()
  }
  await thrownAs(asyncio.KeyboardInterrupt, runner.run(main))
  await runner.close()
})

// CPython: test_interrupt_wait
test("Ctrl-C cancels the future that main waits for", async (t) => {
  const runner = runnerUnder(t)
  runner.getLoop().callLater(1, pressCtrlC)
  const future = runner.getLoop().createFuture()
  const main = async (): Promise<void> => {
    await thrownAs(asyncio.CancelledError, future)
    throw new asyncio.CancelledError()
  }
  await thrownAs(asyncio.KeyboardInterrupt, runner.run(main))
  assert.equal(fate(future), "cancelled")
  await runner.close()
})

// CPython: test_interrupt_cancelled_task
test("Ctrl-C after main was cancelled by another task is no KeyboardInterrupt", async (t) => {
  const runner = runnerUnder(t)
  const main = async (): Promise<void> => {
    const task = me()
    asyncio.createTask(async () => {
      await asyncio.sleep(0)
      task.cancel()
      pressCtrlC()
    })
    await forever()
  }
  await thrownAs(asyncio.CancelledError, runner.run(main))
  await runner.close()
})

// CPython: test_signal_install_not_supported_ok
test("a program runs in a thread that hears no signals", async () => {
  const program = `
    const asyncio = require("asyncio-ts")
    const { parentPort } = require("node:worker_threads")
    asyncio.run(() => asyncio.sleep(0, "done")).then((value) => parentPort.postMessage(value))
  `
  const worker = new Worker(program, { eval: true })
  const message = await new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject))
  await worker.terminate()
  assert.equal(message, "done")
})

// CPython: test_no_repr_is_call_on_the_task_result
test("nobody prints what main gives", async () => {
  let printed = 0
  const print = (): string => {
    printed += 1
    return "result"
  }
  const result = { toString: print, toJSON: print, [Symbol.for("nodejs.util.inspect.custom")]: print }
  assert.equal(await asyncio.run(() => result, { loopFactory: virtualLoop, debug: true }), result)
  assert.equal(printed, 0)
})
