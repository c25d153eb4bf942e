/** The loop's methods, by the rules of asyncio (R1 to R17 are numbers of the project's list of rules). */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { collect } from "./support/gc.ts"
import { failureOf, hostTurns, now, soon, thrownBy, watched } from "./support/watched.ts"

function newLoop(): asyncio.EventLoop {
  return new asyncio.EventLoop({ clock: new VirtualClock() })
}

/** Runs `arrange` in a callback of a new loop, then the loop until nothing is left to do for `seconds`. */
async function runFor(seconds: number, arrange: (loop: asyncio.EventLoop) => void): Promise<asyncio.EventLoop> {
  const loop = newLoop()
  loop.callSoon(() => arrange(loop))
  loop.callLater(seconds, () => loop.stop())
  await soon(loop.runForever())
  return loop
}

describe("callSoon", () => {
  // CPython: test_call_soon
  it("R1: callbacks run in the order of registration", async () => {
    const order: number[] = []
    await runFor(1, (loop) => {
      for (let i = 0; i < 100; i++) loop.callSoon(() => order.push(i))
    })
    assert.deepEqual(order, Array.from({ length: 100 }, (_, i) => i))
  })

  // CPython: test__run_once_schedule_handle, test_run_once
  it("R2: what callbacks queue waits for the next iteration", async () => {
    const order: string[] = []
    await runFor(1, (loop) => {
      for (const name of ["a", "b"]) {
        loop.callSoon(() => {
          order.push(name)
          loop.callSoon(() => order.push(`${name} nested`))
        })
      }
    })
    assert.deepEqual(order, ["a", "b", "a nested", "b nested"])
  })

  it("R5: callLater(0) is a timer: after what callSoon has queued, before what that queues", async () => {
    const order: string[] = []
    await runFor(1, (loop) => {
      loop.callLater(0, () => order.push("later0"))
      for (let i = 1; i <= 3; i++) {
        loop.callSoon(() => {
          order.push(`soon${i}`)
          loop.callSoon(() => order.push(`nested${i}`))
        })
      }
    })
    // The timer joins the queue when the iteration of soon1 to soon3 begins.
    assert.deepEqual(order, ["soon1", "soon2", "soon3", "later0", "nested1", "nested2", "nested3"])
  })

  // CPython: test_call_soon_non_callable, test_call_coroutine
  it("R188: refuses what is no function, a coroutine among them", () => {
    const loop = newLoop()
    const brew = asyncio.coroutine("brew", async () => 1)
    const coroutine = brew()
    for (const bad of [5, null, undefined, "text", {}, coroutine]) {
      for (const schedule of [
        () => loop.callSoon(bad as never),
        () => loop.callLater(1, bad as never),
        () => loop.callAt(1, bad as never),
        () => loop.callSoonThreadsafe(bad as never),
      ]) {
        const error = thrownBy(schedule)
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /callback of call(Soon|Later|At) is a function/)
      }
    }
    loop.close()
    void coroutine.catch(() => undefined)
  })

  it("refuses a coroutine function, of which nothing would run", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const brew: () => unknown = asyncio.coroutine(async function brew() {})
      for (const call of [() => loop.callSoon(brew), () => loop.callLater(1, brew)]) {
        assert.throws(call, { name: "TypeError", message: /is the coroutine function brew, which would run nothing; use createTask/ })
      }
    })
  })

  it("takes an async function, whose first step runs in the callback", async () => {
    const order: string[] = []
    await runFor(1, (loop) => {
      const callback = async (): Promise<void> => {
        order.push("async")
        await Promise.resolve()
        order.push("its rest")
      }
      // oxlint-disable-next-line typescript/no-misused-promises -- that it may be asynchronous is the subject
      loop.callSoon(callback)
    })
    assert.deepEqual(order, ["async", "its rest"])
  })

  // CPython: test_call_soon_threadsafe, test_call_soon_threadsafe_same_thread, test_call_soon_threadsafe_handle_cancel_same_thread
  it("callSoonThreadsafe is callSoon: it wakes an idle loop, and its handle can be cancelled", async () => {
    const order: string[] = []
    const loop = new asyncio.EventLoop()
    const running = loop.runForever()
    await hostTurns(2)
    loop.callSoonThreadsafe(() => order.push("cancelled")).cancel()
    loop.callSoonThreadsafe(() => order.push("first"))
    loop.callSoonThreadsafe(() => {
      order.push("second")
      loop.stop()
    })
    await soon(running)
    assert.deepEqual(order, ["first", "second"])
  })
})

describe("timers", () => {
  // CPython: test_call_later, test_time_and_call_at
  it("run when they are due, in the order of their times, on the loop's clock", async () => {
    const order: [string, number][] = []
    await runFor(10, (loop) => {
      const note = (name: string) => () => order.push([name, loop.time()])
      loop.callLater(3, note("3 s"))
      loop.callAt(loop.time() + 1, note("at 1"))
      loop.callLater(2, note("2 s"))
    })
    assert.deepEqual(order, [
      ["at 1", 1],
      ["2 s", 2],
      ["3 s", 3],
    ])
  })

  it("R2: due timers run after the callbacks that are ready, and before what those queue", async () => {
    const order: string[] = []
    const clock = new VirtualClock()
    const loop = new asyncio.EventLoop({ clock })
    loop.callAt(1, () => order.push("timer"))
    loop.callSoon(() => {
      clock.advance(1)
      loop.callSoon(() => {
        order.push("queued")
        loop.callSoon(() => {
          order.push("queued by queued")
          loop.stop()
        })
      })
    })
    await soon(loop.runForever())
    assert.deepEqual(order, ["queued", "timer", "queued by queued"])
  })

  // CPython: test_timeout_rounding
  it("R6: a timer is due when its time has come, and a huge clock does not make it spin", async () => {
    const huge = 2 ** 40
    const clock = new VirtualClock(huge)
    const loop = new asyncio.EventLoop({ clock })
    const times: number[] = []
    loop.callLater(1e-9, () => {
      times.push(loop.time())
      loop.callLater(0.5, () => {
        times.push(loop.time())
        loop.stop()
      })
    })
    await soon(loop.runForever())
    assert.deepEqual(times, [huge, huge + 0.5])
  })

  it("R6: the system's clock never runs a timer early", async () => {
    const loop = new asyncio.EventLoop()
    const early: number[] = []
    for (let i = 0; i < 10; i++) {
      const when = loop.time() + i * 0.0007
      loop.callAt(when, () => early.push(loop.time() - when))
    }
    loop.callLater(0.02, () => loop.stop())
    await soon(loop.runForever())
    assert.equal(early.length, 10)
    assert.deepEqual(early.filter((seconds) => seconds < 0), [])
  })

  // CPython: test_call_later_negative_delays
  it("R7: negative delays are legal and due at once", async () => {
    const order: string[] = []
    await runFor(1, (loop) => {
      loop.callLater(-1, () => order.push("-1"))
      loop.callLater(-2, () => order.push("-2"))
      loop.callSoon(() => order.push("soon"))
    })
    assert.deepEqual(order, ["soon", "-2", "-1"])
  })

  it("R7: a delay or time that is no number, or NaN, is refused at the call", () => {
    const loop = newLoop()
    for (const bad of [null, undefined, "1", {}]) {
      assert.throws(() => loop.callLater(bad as never, () => undefined), TypeError)
      assert.throws(() => loop.callAt(bad as never, () => undefined), TypeError)
    }
    assert.throws(() => loop.callLater(Number.NaN, () => undefined), RangeError)
    assert.throws(() => loop.callAt(Number.NaN, () => undefined), RangeError)
  })

  // CPython: test_timer_comparison, test_hash
  it("R8: timers due at one instant run in the order in which they were set", async () => {
    const order: number[] = []
    await runFor(5, (loop) => {
      for (let i = 0; i < 50; i++) loop.callAt(2, () => order.push(i))
    })
    assert.deepEqual(order, Array.from({ length: 50 }, (_, i) => i))
  })

  it("a timer that is never due does not keep others waiting", async () => {
    const order: string[] = []
    await runFor(5, (loop) => {
      loop.callLater(Infinity, () => order.push("never"))
      loop.callLater(1, () => order.push("one"))
    })
    assert.deepEqual(order, ["one"])
  })

  it("a far deadline of the system's clock is waited for in parts, not at once", async () => {
    // The host's timers overflow at 2**31 ms and would fire at once.
    const loop = new asyncio.EventLoop()
    let fired = false
    loop.callLater(2 ** 32, () => (fired = true))
    loop.callLater(0.005, () => loop.stop())
    await soon(loop.runForever())
    assert.equal(fired, false)
  })

  it("an earlier timer than the one the host was armed for is served in time", async () => {
    const loop = new asyncio.EventLoop()
    loop.callLater(3600, () => undefined)
    const running = loop.runForever()
    await hostTurns(2)
    loop.callLater(0.002, () => loop.stop())
    await soon(running)
  })
})

describe("handles", () => {
  // CPython: test_handle, test_timer, test_when, test__add_callback_cancelled_handle, test_prompt_cancellation
  it("R9: a cancelled handle is skipped when its turn comes", async () => {
    const order: string[] = []
    await runFor(5, (loop) => {
      const soonHandle = loop.callSoon(() => order.push("soon"))
      const timer = loop.callLater(1, () => order.push("timer"))
      assert.equal(timer.when(), 1)
      assert.deepEqual([soonHandle.cancelled(), timer.cancelled()], [false, false])
      soonHandle.cancel()
      timer.cancel()
      timer.cancel()
      assert.deepEqual([soonHandle.cancelled(), timer.cancelled()], [true, true])
      loop.callLater(2, () => order.push("kept"))
    })
    assert.deepEqual(order, ["kept"])
  })

  it("R9: a handle cancelled by an earlier one of its own batch is skipped", async () => {
    const order: string[] = []
    await runFor(1, (loop) => {
      const handles: asyncio.Handle[] = []
      loop.callSoon(() => handles[0]?.cancel())
      handles.push(loop.callSoon(() => order.push("victim")))
      loop.callSoon(() => order.push("bystander"))
    })
    assert.deepEqual(order, ["bystander"])
  })

  // CPython: test__run_once_cancelled_event_cleanup
  it("R9: when more than 100 timers exist and more than half are cancelled, those are let go of", async () => {
    const loop = newLoop()
    const gone: WeakRef<asyncio.TimerHandle>[] = []
    const kept: asyncio.TimerHandle[] = []
    for (let i = 0; i < 300; i++) {
      const timer = loop.callLater(3600 + i, () => undefined)
      if (i % 3 === 0) kept.push(timer)
      else gone.push(new WeakRef(timer))
    }
    for (const reference of gone) reference.deref()?.cancel()
    await collect()
    const alive = gone.filter((reference) => reference.deref() !== undefined).length
    assert.ok(alive <= 100, `${alive} cancelled timers are still held`)
    assert.equal(kept.length, 100)
    loop.close()
  })

  it("counts no timer as cancelled that has run, however it is cancelled afterwards", async () => {
    const counted: number[] = []
    await runFor(10, (loop) => {
      const first = loop.callLater(1, () => counted.push(loop.timerCount))
      const second = loop.callLater(2, () => undefined)
      loop.callLater(3, () => {
        first.cancel()
        second.cancel()
        counted.push(loop.timerCount)
      })
      loop.callLater(4, () => counted.push(loop.timerCount))
    })
    // Those that are to come, and the one that stops the loop.
    assert.deepEqual(counted, [4, 2, 1])
  })

  it("counts no timer of a closed loop, however it is cancelled afterwards", () => {
    const loop = new asyncio.EventLoop()
    const timers = [loop.callLater(1, () => undefined), loop.callLater(2, () => undefined)]
    timers[0]?.cancel()
    loop.close()
    for (const timer of timers) timer.cancel()
    assert.equal(loop.timerCount, 0)
  })

  it("R9: timers cancelled in any order leave the others in order", async () => {
    const order: number[] = []
    await runFor(2000, (loop) => {
      const timers = Array.from({ length: 400 }, (_, i) => loop.callLater((i * 7919) % 1000, () => order.push((i * 7919) % 1000)))
      timers.forEach((timer, i) => {
        if (i % 4 !== 0) timer.cancel()
      })
    })
    assert.equal(order.length, 100)
    assert.deepEqual(order, order.toSorted((a, b) => a - b))
  })

  // CPython: test_handle_weakref; invariant of Handle
  it("a cancelled handle holds nothing that its callback captured", async () => {
    const loop = newLoop()
    const make = (): { handle: asyncio.TimerHandle; captured: WeakRef<object> } => {
      const big = { data: "large" }
      return { handle: loop.callLater(3600, () => void big), captured: new WeakRef(big) }
    }
    const { handle, captured } = make()
    handle.cancel()
    await collect()
    assert.equal(captured.deref(), undefined)
    loop.close()
  })

  // CPython: test_handle_repr, test_timer_repr
  it("say what they are", () => {
    const loop = newLoop()
    function greet(): void {}
    assert.equal(String(loop.callSoon(greet)), "<Handle greet>")
    assert.equal(String(loop.callAt(5, greet)), "<Handle greet at 5>")
    const cancelled = loop.callSoon(greet)
    cancelled.cancel()
    assert.equal(String(cancelled), "<Handle cancelled>")
  })

  it("cancel after the callback has run does nothing", async () => {
    const order: string[] = []
    await runFor(1, (loop) => {
      const handle = loop.callSoon(() => order.push("ran"))
      loop.callSoon(() => handle.cancel())
    })
    assert.deepEqual(order, ["ran"])
  })
})

describe("errors in callbacks", () => {
  // CPython: test_callback_with_exception, test_default_exc_handler_callback, test_error_in_call_soon
  it("R10: go to the exception handler, and the batch goes on", async () => {
    const order: string[] = []
    const reports: asyncio.ExceptionContext[] = []
    const failure = new RangeError("broken")
    await runFor(1, (loop) => {
      loop.setExceptionHandler((_loop, context) => reports.push(context))
      loop.callSoon(() => order.push("before"))
      loop.callSoon(function breaks() {
        throw failure
      })
      loop.callSoon(() => order.push("after"))
      loop.callLater(0.5, () => {
        throw failure
      })
      loop.callLater(0.6, () => order.push("later"))
    })
    assert.deepEqual(order, ["before", "after", "later"])
    assert.deepEqual(reports.map((report) => report.message), ["Exception in callback breaks", "Exception in callback callback"])
    assert.deepEqual(reports.map((report) => report.exception), [failure, failure])
  })

  it("R10: whatever is thrown, also nothing at all", async () => {
    const seen: unknown[] = []
    await runFor(1, (loop) => {
      loop.setExceptionHandler((_loop, context) => seen.push(context.exception))
      for (const thrown of [null, undefined, "text", 0]) {
        loop.callSoon(() => {
          throw thrown
        })
      }
    })
    assert.deepEqual(seen, [null, undefined, "text", 0])
  })
})

describe("stop and run", () => {
  it("R11: stop lets the current batch finish; what it queued stays for the next run", async () => {
    const order: string[] = []
    const loop = newLoop()
    loop.callSoon(() => {
      order.push("stopping")
      loop.stop()
      loop.callSoon(() => {
        order.push("next run")
        loop.stop()
      })
    })
    loop.callSoon(() => order.push("same batch"))
    await soon(loop.runForever())
    assert.deepEqual(order, ["stopping", "same batch"])
    await soon(loop.runForever())
    assert.deepEqual(order, ["stopping", "same batch", "next run"])
  })

  // CPython: test_run_forever_pre_stopped, test_single_selecter_event_callback_after_stopping
  it("R11: stop before runForever gives exactly one iteration", async () => {
    const order: string[] = []
    const loop = newLoop()
    loop.callSoon(() => {
      order.push("first")
      loop.callSoon(() => order.push("second"))
    })
    loop.stop()
    await soon(loop.runForever())
    assert.deepEqual(order, ["first"])
  })

  it("R11: stop before runForever with nothing to do ends it at once", async () => {
    const loop = newLoop()
    loop.stop()
    await soon(loop.runForever())
    assert.equal(loop.isRunning(), false)
  })

  it("R11: stop from outside ends an idle loop", async () => {
    const loop = new asyncio.EventLoop()
    const running = loop.runForever()
    await hostTurns(2)
    assert.equal(loop.isRunning(), true)
    loop.stop()
    await soon(running)
    assert.equal(loop.isRunning(), false)
  })

  it("R11: a task that is suspended when its loop stops goes on with the next run", async () => {
    const loop = newLoop()
    const order: string[] = []
    const task = loop.createTask(async () => {
      order.push("begins")
      await asyncio.sleep(1)
      order.push("ends")
      return 5
    })
    loop.callLater(0.5, () => loop.stop())
    await soon(loop.runForever())
    assert.deepEqual(order, ["begins"])
    assert.equal(await soon(loop.runUntilComplete(task)), 5)
    assert.deepEqual(order, ["begins", "ends"])
  })

  // CPython: test_run_until_complete, test_custom_run_forever_integration
  it("R12: runUntilComplete gives the outcome of a coroutine, a function, a task and a future", async () => {
    const loop = newLoop()
    const brew = asyncio.coroutine("brew", async () => {
      await asyncio.sleep(1)
      return "chai"
    })
    assert.equal(await soon(loop.runUntilComplete(brew())), "chai")
    assert.equal(await soon(loop.runUntilComplete(async () => "function")), "function")
    assert.equal(await soon(loop.runUntilComplete(loop.createTask(brew()))), "chai")
    const future = loop.createFuture<string>()
    loop.callLater(1, () => future.setResult("future"))
    assert.equal(await soon(loop.runUntilComplete(future)), "future")
    const failing = asyncio.coroutine("failing", async () => {
      throw new RangeError("no")
    })
    assert.ok((await failureOf(soon(loop.runUntilComplete(failing())))) instanceof RangeError)
  })

  it("R12: runUntilComplete of something done gives it too", async () => {
    const loop = newLoop()
    const future = loop.createFuture<number>()
    future.setResult(3)
    assert.equal(await soon(loop.runUntilComplete(future)), 3)
  })

  // CPython: test_run_until_complete_stopped
  it("R12: runUntilComplete of a loop that is stopped first is a RuntimeError, and its hook is removed", async () => {
    const loop = newLoop()
    const future = loop.createFuture<number>()
    loop.callSoon(() => loop.stop())
    const error = await failureOf(soon(loop.runUntilComplete(future)))
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /stopped before/)
    const order: string[] = []
    loop.callSoon(() => {
      future.setResult(1)
      loop.callLater(1, () => {
        order.push("not stopped by the old hook")
        loop.stop()
      })
    })
    await soon(loop.runForever())
    assert.deepEqual(order, ["not stopped by the old hook"])
  })

  // CPython: test_run_until_complete_type_error
  it("R12: what runUntilComplete was stopped in is told to its caller, and not again when the loop closes", async () => {
    const told = async (work: (loop: asyncio.EventLoop) => (() => Promise<void>) | asyncio.Task<void>): Promise<string[]> => {
      const reports: string[] = []
      const loop = new asyncio.EventLoop()
      loop.setExceptionHandler((_loop, { message }) => void reports.push(message))
      loop.callSoon(() => loop.stop())
      await assert.rejects(loop.runUntilComplete(work(loop)), /stopped before the future was done/)
      loop.close()
      return reports
    }
    const sleeps = async (): Promise<void> => asyncio.sleep(60)
    assert.deepEqual(await told(() => sleeps), [])
    assert.deepEqual(await told((loop) => loop.createTask(sleeps)), ["Task was destroyed but it is pending!"])
  })

  it("R12: runUntilComplete refuses what cannot run", async () => {
    const loop = newLoop()
    for (const bad of [5, null, undefined, "text", {}, Promise.resolve(1)]) {
      assert.ok((await failureOf(soon(loop.runUntilComplete(bad as never)))) instanceof TypeError)
    }
  })

  // CPython: test_run_until_complete_loop
  it("R12: runUntilComplete refuses a future of another loop", async () => {
    const loop = newLoop()
    const other = newLoop()
    const future = other.createFuture<number>()
    const error = await failureOf(soon(loop.runUntilComplete(future)))
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /another event loop/)
    assert.equal(loop.isRunning(), false)
  })

  // CPython: test_run_until_complete_nesting, test_running_loop_within_a_loop, test_get_running_loop_already_running
  it("R13: a loop that runs refuses to run again", async () => {
    const loop = newLoop()
    const errors: Error[] = []
    await soon(
      loop.runUntilComplete(async () => {
        errors.push(thrownBy(() => loop.runForever()))
        errors.push(await failureOf(loop.runUntilComplete(async () => 1)))
      }),
    )
    for (const error of errors) assert.match(error.message, /already running/)
    assert.equal(errors.length, 2)
  })
})

describe("close", () => {
  // CPython: test_close, test_close (events)
  it("R14: afterwards, scheduling anything is a RuntimeError that says what to do", async () => {
    const loop = newLoop()
    loop.close()
    assert.equal(loop.isClosed(), true)
    for (const attempt of [
      () => loop.callSoon(() => undefined),
      () => loop.callLater(1, () => undefined),
      () => loop.callAt(1, () => undefined),
      () => loop.callSoonThreadsafe(() => undefined),
      () => loop.runForever(),
      () => loop.createTask(async () => 1),
    ]) {
      const error = thrownBy(attempt)
      assert.ok(error instanceof asyncio.RuntimeError)
      assert.match(error.message, /Event loop is closed/)
    }
    assert.match((await failureOf(loop.runUntilComplete(async () => 1))).message, /Event loop is closed/)
  })

  it("R14: a second close does nothing", () => {
    const loop = newLoop()
    loop.close()
    loop.close()
    assert.equal(loop.isClosed(), true)
  })

  // CPython: test_close_running_event_loop
  it("R14: closing a running loop is a RuntimeError", async () => {
    const error = await watched(async () => thrownBy(() => asyncio.getRunningLoop().close()))
    assert.ok(error.value instanceof asyncio.RuntimeError)
    assert.match(error.value.message, /cannot close a running event loop/)
  })

  // Invariant of EventLoop
  it("drops every callback and timer: none runs, and nothing they captured is held", async () => {
    const loop = newLoop()
    const make = (): WeakRef<object> => {
      const captured = { big: true }
      loop.callSoon(() => void captured)
      loop.callLater(5, () => void captured)
      return new WeakRef(captured)
    }
    const captured = make()
    loop.close()
    await collect()
    assert.equal(captured.deref(), undefined)
  })

  // CPython: test_run_until_complete_loop_orphan_future_close_loop
  it("a future that outlives its loop can still be completed, and is inert", async () => {
    const loop = newLoop()
    const future = loop.createFuture<number>()
    loop.close()
    future.setResult(5)
    assert.equal(future.result(), 5)
    const other = newLoop().createFuture<number>()
    other.getLoop().close()
    assert.equal(other.cancel(), true)
  })

  it("completing a future that a task of a closed loop awaits says that the loop is closed, as CPython does", async () => {
    const loop = newLoop()
    const future = loop.createFuture<number>()
    loop.createTask(async () => future)
    loop.callLater(1, () => loop.stop())
    await soon(loop.runForever())
    loop.close()
    assert.throws(() => future.setResult(1), /Event loop is closed/)
    assert.equal(future.result(), 1)
  })

  it("a done callback added after the loop has closed is refused, since it can never run", () => {
    const loop = newLoop()
    const future = loop.createFuture<number>()
    future.setResult(1)
    loop.close()
    assert.throws(() => future.addDoneCallback(() => undefined), /Event loop is closed/)
  })
})

describe("done callbacks", () => {
  it("R15: run through callSoon, in order, awaiting tasks among them, also when added after completion", async () => {
    const order: string[] = []
    const { value } = await watched(async () => {
      const future = new asyncio.Future<string>()
      const waiter = (name: string) => async (): Promise<void> => {
        await future
        order.push(name)
      }
      future.addDoneCallback(() => order.push("cb1"))
      const a = asyncio.createTask(waiter("a"))
      const b = asyncio.createTask(waiter("b"))
      await asyncio.sleep(0)
      future.addDoneCallback(() => order.push("cb2"))
      future.setResult("x")
      order.push("set")
      await asyncio.wait([a, b])
      future.addDoneCallback(() => order.push("late"))
      order.push("added")
      await asyncio.sleep(0)
      return order
    })
    assert.deepEqual(value, ["set", "cb1", "a", "b", "cb2", "added", "late"])
  })

  it("R16: an exception in one does not affect the others", async () => {
    const order: string[] = []
    const { messages } = await watched(async () => {
      const future = new asyncio.Future<string>()
      future.addDoneCallback(() => order.push("first"))
      future.addDoneCallback(function broken() {
        throw new Error("broken")
      })
      future.addDoneCallback(() => order.push("third"))
      future.setResult("x")
      order.push(await future)
      await asyncio.sleep(0)
    })
    assert.deepEqual(order.toSorted(), ["first", "third", "x"])
    assert.deepEqual(messages, ["Exception in callback broken"])
  })

  // CPython: test_current_task
  it("R17: currentTask() is undefined inside callbacks, timers and done callbacks", async () => {
    const seen: unknown[] = []
    await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const note = (): void => {
        seen.push(asyncio.currentTask())
      }
      loop.callSoon(note)
      loop.callLater(1, note)
      const future = new asyncio.Future<number>()
      future.addDoneCallback(note)
      future.setResult(1)
      await asyncio.sleep(2)
      assert.ok(asyncio.currentTask() !== undefined)
    })
    assert.deepEqual(seen, [undefined, undefined, undefined])
  })

  it("R17: a callback knows its loop, may make tasks and futures, and may not await ours bare", async () => {
    const results: unknown[] = []
    await watched(async () => {
      const loop = asyncio.getRunningLoop()
      loop.callSoon(() => {
        results.push(asyncio.getRunningLoop() === loop)
        void asyncio.createTask(asyncio.sleep(1, "made")).then((text) => results.push(text))
        void failureOf(asyncio.sleep(0)).then((error) => results.push(error.message))
      })
      await asyncio.sleep(3)
    })
    assert.equal(results[0], true)
    assert.match(String(results[1]), /cannot await 'sleep' here: a callback belongs to no task/)
    assert.equal(results[2], "made")
  })
})

describe("the task factory", () => {
  // CPython: test_set_task_factory, test_set_task_factory_invalid
  it("makes every task of the loop, and null restores the default", async () => {
    const made: string[] = []
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      assert.equal(loop.getTaskFactory(), null)
      const factory: asyncio.TaskFactory = (own, work, options) => {
        made.push(options.name ?? "unnamed")
        return new asyncio.Task(work, { ...options, loop: own })
      }
      loop.setTaskFactory(factory)
      assert.equal(loop.getTaskFactory(), factory)
      await asyncio.createTask(async () => 1, { name: "one" })
      await asyncio.gather([asyncio.sleep(0)])
      loop.setTaskFactory(null)
      await asyncio.createTask(async () => 2, { name: "two" })
      return made
    })
    assert.deepEqual(value, ["one", "unnamed"])
    const loop = newLoop()
    assert.throws(() => loop.setTaskFactory(5 as never), TypeError)
    assert.equal(loop.getTaskFactory(), null)
  })

  // CPython: test_create_task, test_create_named_task_with_default_factory, test_create_named_task_with_custom_factory
  it("gets the name and the context, so that both arrive", async () => {
    const variable = new asyncio.ContextVar<string>("variable")
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      loop.setTaskFactory((own, work, options) => new asyncio.Task(work, { ...options, loop: own }))
      const context = asyncio.copyContext()
      context.run(() => variable.set("given"))
      const task = loop.createTask(async () => variable.get(), { name: "named", context })
      return [task.getName(), await task]
    })
    assert.deepEqual(value, ["named", "given"])
  })

  // CPython: test_create_task_error_closes_coro
  it("that throws leaves the error to the caller of createTask", async () => {
    const { value } = await watched(async () => {
      asyncio.getRunningLoop().setTaskFactory(() => {
        throw new RangeError("no more tasks")
      })
      return thrownBy(() => asyncio.createTask(async () => 1))
    })
    assert.ok(value instanceof RangeError)
  })
})

describe("debug mode", () => {
  // CPython: test_set_debug
  it("is off by default, and can be switched", () => {
    const loop = newLoop()
    assert.equal(loop.getDebug(), false)
    loop.setDebug(true)
    assert.equal(loop.getDebug(), true)
    loop.setDebug(false)
    assert.equal(loop.getDebug(), false)
    loop.close()
  })

  it("ends with the loop, for requests of other loops too", async () => {
    await watched(async () => undefined, { debug: true })
    const { value } = await watched(async () => {
      const task = asyncio.createTask(asyncio.sleep(1))
      await asyncio.sleep(0)
      task.cancel()
      return failureOf(task)
    })
    assert.equal((value as asyncio.CancelledError).requestedAt, undefined)
  })
})

describe("getRunningLoop", () => {
  // CPython: test_get_event_loop_returns_running_loop, test_get_event_loop_returns_running_loop2
  it("is the loop that runs the code: in tasks, callbacks and what they call", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const seen: boolean[] = []
      loop.callSoon(() => seen.push(asyncio.getRunningLoop() === loop))
      await asyncio.createTask(async () => seen.push(asyncio.getRunningLoop() === loop))
      await asyncio.sleep(0)
      return [loop.isRunning(), ...seen]
    })
    assert.deepEqual(value, [true, true, true])
  })

  it("throws outside, before and after", async () => {
    assert.throws(() => asyncio.getRunningLoop(), asyncio.RuntimeError)
    await asyncio.run(async () => undefined)
    assert.throws(() => asyncio.getRunningLoop(), asyncio.RuntimeError)
  })
})

describe("time", () => {
  it("is in seconds, and never goes back", async () => {
    const loop = new asyncio.EventLoop()
    const readings = Array.from({ length: 100 }, () => loop.time())
    assert.deepEqual(readings, readings.toSorted((a, b) => a - b))
    const { value } = await watched(async () => {
      await asyncio.sleep(60)
      return now()
    })
    assert.equal(value, 60)
    loop.close()
  })
})
