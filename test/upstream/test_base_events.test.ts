/** What CPython's test_base_events.py expects of a loop, or its loop does beside, and no other test of ours holds. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import type { Clock, Idle } from "#src/core/clock.ts"
import { runProgram } from "../core/support/child.ts"
import { failureOf, soon, thrownBy, watched } from "../core/support/watched.ts"

function newLoop(): asyncio.EventLoop {
  return new asyncio.EventLoop({ clock: new VirtualClock() })
}

/** A clock that stands still and keeps what it was told when nothing was ready. */
class StillClock implements Clock {
  readonly told: Idle[] = []

  time(): number {
    return 0
  }

  idle(idle: Idle): boolean {
    this.told.push(idle)
    return false
  }

  stop(): void {}
}

describe("the queue and the timers of a loop", () => {
  it("are two: what callSoon takes is ready, what callLater takes is not", () => {
    const loop = newLoop()
    const timer = loop.callLater(10, () => undefined)
    assert.equal(loop.idle, true)
    assert.ok(timer instanceof asyncio.TimerHandle)
    const handle = loop.callSoon(() => undefined)
    assert.equal(loop.idle, false)
    assert.ok(handle instanceof asyncio.Handle && !(handle instanceof asyncio.TimerHandle))
    loop.close()
  })

  it("make an idle loop wait for its earliest timer that is not cancelled", async () => {
    const clock = new StillClock()
    const loop = new asyncio.EventLoop({ clock })
    loop.callLater(5, () => undefined).cancel()
    loop.callLater(10, () => undefined)
    const running = loop.runForever()
    while (clock.told.length === 0) await new Promise(setImmediate)
    assert.deepEqual(clock.told.map(({ timer }) => timer), [10])
    loop.stop()
    await soon(running)
    loop.close()
  })
})

describe("a program that ends with a KeyboardInterrupt", () => {
  const interrupted = asyncio.coroutine("interrupted", async () => {
    throw new asyncio.KeyboardInterrupt()
  })

  it("throws it to who runs it, and it is not reported as lost as well", async () => {
    const loop = newLoop()
    const messages: string[] = []
    loop.setExceptionHandler((_loop, { message }) => messages.push(message))
    assert.ok((await failureOf(soon(loop.runUntilComplete(interrupted())))) instanceof asyncio.KeyboardInterrupt)
    loop.close()
    assert.deepEqual(messages, [])
  })

  it("leaves no stop behind that would end the next run", async () => {
    const loop = newLoop()
    await failureOf(soon(loop.runUntilComplete(interrupted())))
    const order: string[] = []
    loop.callSoon(() => {
      order.push("first iteration")
      loop.callSoon(() => {
        order.push("second iteration")
        loop.stop()
      })
    })
    await soon(loop.runForever())
    assert.deepEqual(order, ["first iteration", "second iteration"])
    loop.close()
  })
})

describe("runUntilComplete that is stopped", () => {
  it("tells its caller, and nobody hears of its task a second time when the loop closes", async () => {
    const loop = newLoop()
    const messages: string[] = []
    loop.setExceptionHandler((_loop, { message }) => messages.push(message))
    loop.callSoon(() => loop.stop())
    assert.match((await failureOf(soon(loop.runUntilComplete(() => asyncio.sleep(60))))).message, /stopped before/)
    loop.close()
    assert.deepEqual(messages, [])
  })
})

describe("a loop of one's own", () => {
  it("makes the tasks of createTask, ensureFuture, gather and run", async () => {
    const made: string[] = []
    class OwnLoop extends asyncio.EventLoop {
      override createTask<T>(...[work, options]: Parameters<asyncio.EventLoop["createTask"]>): asyncio.Task<T> {
        const task = super.createTask(work, options) as asyncio.Task<T> // what `work` gives is for the caller to say
        made.push(options?.name ?? "unnamed")
        return task
      }
    }
    const loopFactory = (): asyncio.EventLoop => new OwnLoop({ clock: new VirtualClock() })
    const nap = asyncio.coroutine("nap", () => asyncio.sleep(1))
    const main = async (): Promise<void> => {
      await asyncio.createTask(nap(), { name: "createTask" })
      assert.deepEqual(made, ["main", "createTask"])
      await asyncio.ensureFuture(nap())
      await asyncio.gather([nap(), nap()])
    }
    await soon(asyncio.run(main, { loopFactory, name: "main" }))
    assert.deepEqual(made, ["main", "createTask", "unnamed", "unnamed", "unnamed"])
  })
})

describe("a loop that is closed", () => {
  it("refuses a coroutine that ensureFuture gives it, which is not reported as never awaited as well", async () => {
    const { stdout, stderr, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const closed = new asyncio.EventLoop()
      closed.close()
      const brew = asyncio.coroutine("brew", async () => "chai")
      await asyncio.run(async () => {
        try { asyncio.ensureFuture(brew(), closed) } catch (error) { console.log(error.name, error.message) }
      })
    `)
    assert.match(stdout, /^RuntimeError Event loop is closed/)
    assert.doesNotMatch(stderr, /never awaited/)
    assert.equal(code, 0)
  })
})

describe("callbacks", () => {
  it("are no coroutine functions: calling one would make a coroutine that nobody awaits", () => {
    const loop = newLoop()
    const brew: () => unknown = asyncio.coroutine("brew", async () => "chai")
    for (const schedule of [() => loop.callSoon(brew), () => loop.callLater(1, brew), () => loop.callAt(1, brew)]) {
      const error = thrownBy(schedule)
      assert.ok(error instanceof TypeError)
      assert.match(error.message, /callback of call(Soon|Later|At) .*brew.*createTask/)
    }
    loop.close()
  })

  it("that throw are told on standard error where no handler is set, those of timers too", async () => {
    const { stderr, stdout, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      await asyncio.run(async () => {
        const loop = asyncio.getRunningLoop()
        loop.callSoon(function divides() { throw new RangeError("soon") })
        loop.callLater(0.001, function divides() { throw new RangeError("later") })
        await asyncio.sleep(0.002)
        console.log("goes on")
      })
    `)
    const told = [...stderr.matchAll(/^Exception in callback divides\nhandle: <Handle divides[^\n]*> RangeError: (\w+)\n {4}at /gm)]
    assert.deepEqual(told.map(([, which]) => which), ["soon", "later"], stderr)
    assert.equal(stdout, "goes on\n")
    assert.equal(code, 0)
  })
})

describe("ASYNCIO_TS_DEBUG", () => {
  it("puts every loop into debug mode from the start, unless it is empty or 0", async () => {
    const program = `
      import * as asyncio from "asyncio-ts"
      console.log(new asyncio.EventLoop().getDebug())
    `
    const given = process.env["ASYNCIO_TS_DEBUG"]
    const modes: string[] = []
    try {
      for (const value of ["", "0", "1"]) {
        process.env["ASYNCIO_TS_DEBUG"] = value
        modes.push((await runProgram(program)).stdout.trim())
      }
    } finally {
      if (given === undefined) delete process.env["ASYNCIO_TS_DEBUG"]
      else process.env["ASYNCIO_TS_DEBUG"] = given
    }
    assert.deepEqual(modes, ["false", "false", "true"])
  })
})

describe("debug mode", () => {
  it("R187: warns of callbacks and steps of tasks that take as long as slowCallbackDuration, and of no quicker ones", async () => {
    const { stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      import { runVirtual, VirtualClock } from "asyncio-ts/testing"
      const clock = new VirtualClock()
      const works = asyncio.coroutine("works", async () => {
        clock.advance(0.25)
        await asyncio.sleep(0)
        clock.advance(0.125)
      })
      const main = async () => {
        const loop = asyncio.getRunningLoop()
        loop.slowCallbackDuration = 0.25
        loop.callSoon(function slow() { clock.advance(0.25) })
        loop.callSoon(function quick() { clock.advance(0.2499) })
        await asyncio.createTask(works(), { name: "worker" })
        loop.setDebug(false)
        loop.callSoon(function unwatched() { clock.advance(1) })
        await asyncio.sleep(1)
      }
      await runVirtual(main, { debug: true, clock })
    `)
    const told = [...stderr.matchAll(/AsyncioWarning: (callback|task) '(\w+)' .*?ran for ([\d.]+) s/g)]
    assert.deepEqual(told.map(([, what, name, took]) => `${what} ${name} ${took}`), ["callback slow 0.250", "task worker 0.250"], stderr)
  })
})

describe("an exception handler", () => {
  it("stands in for the default one until null restores that", async () => {
    const told: string[] = []
    await watched(async () => {
      const loop = asyncio.getRunningLoop()
      loop.defaultExceptionHandler = ({ message }) => told.push(`default: ${message}`)
      const fail = async (): Promise<void> => {
        loop.callSoon(function fails() {
          throw new Error("x")
        })
        await asyncio.sleep(1)
      }
      loop.setExceptionHandler((_loop, { message }) => told.push(`own: ${message}`))
      await fail()
      loop.setExceptionHandler(null)
      await fail()
    })
    assert.deepEqual(told, ["own: Exception in callback fails", "default: Exception in callback fails"])
  })

  it("R183: runs in the context of the task that it is told of, whoever tells", async () => {
    const variable = new asyncio.ContextVar<string>("variable", { default: "none" })
    const seen: string[] = []
    const listen = (loop: asyncio.EventLoop): void =>
      loop.setExceptionHandler((_loop, { message }) => seen.push(`${variable.get()}: ${message}`))
    const loop = newLoop()
    listen(loop)
    const task = loop.createTask(async () => {
      variable.set("task")
      await asyncio.sleep(60)
    })
    loop.callLater(1, () => loop.stop())
    await soon(loop.runForever())
    loop.callExceptionHandler({ message: "by hand", task })
    loop.callExceptionHandler({ message: "by hand", future: task })
    loop.callExceptionHandler({ message: "of none" })
    loop.close()
    await watched(async () => {
      listen(asyncio.getRunningLoop())
      asyncio.createTask(async () => {
        variable.set("left")
        await asyncio.sleep(60).catch(() => assert.fail("in its clean-up"))
      })
      await asyncio.sleep(0)
    })
    assert.deepEqual(seen, [
      "task: by hand",
      "task: by hand",
      "none: of none",
      "task: Task was destroyed but it is pending!",
      "left: unhandled exception during asyncio.run() shutdown",
    ])
  })

  it("of a subclass that fails is told on standard error, by itself or after one that was set", async () => {
    const { stderr, code } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      class OwnLoop extends asyncio.EventLoop {
        defaultExceptionHandler() { throw new RangeError("the default one broke") }
      }
      const loop = new OwnLoop()
      loop.callExceptionHandler({ message: "first" })
      loop.setExceptionHandler(() => { throw new RangeError("the one that was set broke") })
      loop.callExceptionHandler({ message: "second" })
    `)
    assert.equal(stderr.match(/Exception in default exception handler/g)?.length, 2, stderr)
    assert.equal(stderr.match(/RangeError: the default one broke\n {4}at /g)?.length, 2, stderr)
    assert.equal(code, 0)
  })
})
