import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { fate, forever, me, now, slowToDie, thrown, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const boom = new Error("boom")
const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))
/** Returns a value when it is cancelled. */
const stubborn = asyncio.coroutine("stubborn", async () => {
  try {
    return await forever()
  } catch {
    return "not cancelled"
  }
})

virtual("without a limit it just awaits (R80)", async () => {
  for (const none of [null, undefined, Infinity]) assert.equal(await asyncio.waitFor(nap(100), none as null), 100)
  assert.equal(now(), 300_000)
  assert.equal(await thrown(asyncio.waitFor(() => Promise.reject(boom), null)), boom)
})

virtual("in time it gives the result, or throws the failure", async () => {
  assert.equal(await asyncio.waitFor(nap(1), 2), 1)
  assert.equal(await thrown(asyncio.waitFor(() => Promise.reject(boom), 2)), boom)
})

virtual("with no time at all, work that is done gives its result (R81)", async () => {
  const done = asyncio.createTask(nap(0))
  await done
  for (const seconds of [0, -1]) assert.equal(await asyncio.waitFor(done, seconds), 0)
})

virtual("with no time at all, a coroutine or function is never started (R81)", async () => {
  const start = asyncio.coroutine("start", async () => assert.fail("it started"))
  for (const seconds of [0, -1]) {
    for (const work of [start(), () => start()]) {
      const error = await thrownAs(asyncio.TimeoutError, asyncio.waitFor(work, seconds))
      assert.ok(error.cause instanceof asyncio.CancelledError)
    }
  }
  assert.equal(now(), 0)
})

virtual("with no time at all, running work is cancelled and awaited (R81)", async () => {
  const task = asyncio.createTask(() => slowToDie(3))
  await ticks(1)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(task, 0))
  assert.equal(fate(task), "cancelled")
  assert.equal(now(), 3000)
})

virtual("with no time at all, a task that refuses to be cancelled gives its value (R82)", async () => {
  const task = asyncio.createTask(stubborn())
  await ticks(1)
  assert.equal(await asyncio.waitFor(task, 0), "not cancelled")
})

virtual("with no time at all, what fails while it is cancelled throws that", async () => {
  const task = asyncio.createTask(async () => {
    try {
      await forever()
    } catch {
      throw boom
    }
  })
  await ticks(1)
  assert.equal(await thrown(asyncio.waitFor(task, 0)), boom)
})

virtual("with no time at all, a cancellation of the wait is no TimeoutError", async () => {
  const inner = asyncio.createTask(() => slowToDie(3))
  await ticks(1)
  const outer = asyncio.createTask(() => asyncio.waitFor(inner, 0))
  await asyncio.sleep(1)
  outer.cancel()
  await ticks(2)
  assert.equal(fate(outer), "cancelled")
  await asyncio.wait([inner])
})

virtual("a coroutine or function runs in the calling task, and what it sets stays (R83)", async () => {
  const variable = new asyncio.ContextVar("variable", { default: "before" })
  const caller = me()
  const work = asyncio.coroutine("work", async (value: string) => {
    variable.set(value)
    return me() === caller
  })
  assert.equal(await asyncio.waitFor(work("coroutine"), 1), true)
  assert.equal(variable.get(), "coroutine")
  assert.equal(await asyncio.waitFor(() => work("function"), 1), true)
  assert.equal(variable.get(), "function")
})

virtual("a coroutine that does not wait costs no iteration, a task that returns at once two (R83)", async () => {
  assert.equal(await ticksOf(() => asyncio.waitFor(async () => 1, 5)), 0)
  assert.equal(await ticksOf(() => asyncio.waitFor(asyncio.createTask(async () => 1), 5)), 2)
})

virtual("when the time is over the work is cancelled and waited for, which may take longer (R84)", async () => {
  const log: string[] = []
  const error = await thrownAs(
    asyncio.TimeoutError,
    asyncio.waitFor(() => slowToDie(3, (what) => log.push(what)), 1),
  )
  assert.ok(error.cause instanceof asyncio.CancelledError)
  assert.deepEqual([log, now()], [["cleaned up"], 4000])
  assert.equal(me().cancelling(), 0)
})

virtual("work that swallows the cancellation and returns gives its value (R85)", async () => {
  assert.equal(await asyncio.waitFor(stubborn(), 1), "not cancelled")
  assert.equal(now(), 1000)
  assert.equal(me().cancelling(), 0)
  await asyncio.sleep(1)
})

virtual("work that throws something else while it is cancelled throws that (R85)", async () => {
  const work = async (): Promise<void> => {
    try {
      await forever()
    } catch {
      throw boom
    }
  }
  assert.equal(await thrown(asyncio.waitFor(work, 1)), boom)
})

virtual("a result in the tick of the deadline is lost to the caller, but stays in the future (R86)", async () => {
  const future = new asyncio.Future<string>()
  asyncio.getRunningLoop().callLater(1, () => future.setResult("too late"))
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(future, 1))
  assert.equal(fate(future), "returned too late")
})

virtual("a cancellation in the tick of the result wins (R87)", async () => {
  const future = new asyncio.Future<string>()
  const waiting = asyncio.createTask(() => asyncio.waitFor(future, 10))
  await ticks(1)
  future.setResult("result")
  waiting.cancel()
  await ticks(2)
  assert.equal(fate(waiting), "cancelled")
})

virtual("a cancellation cancels the work, waits for it, and is thrown (R88)", async () => {
  const inner = asyncio.createTask(() => slowToDie(2))
  const outer = asyncio.createTask(() => asyncio.waitFor(inner, 10))
  await asyncio.sleep(1)
  outer.cancel()
  await ticks(2)
  assert.equal(fate(outer), "pending")
  await asyncio.wait([outer])
  assert.deepEqual([fate(outer), fate(inner), now()], ["cancelled", "cancelled", 3000])
})

virtual("a cancellation of the work itself is no TimeoutError", async () => {
  const inner = asyncio.createTask(forever())
  asyncio.getRunningLoop().callLater(1, () => void inner.cancel("mine"))
  const error = await thrownAs(asyncio.CancelledError, asyncio.waitFor(inner, 10))
  assert.equal(error.reason, "mine")
  assert.equal(now(), 1000)
})

virtual("shielded work is left alone (R89)", async () => {
  for (const seconds of [0, 1]) {
    const task = asyncio.createTask(nap(3))
    await ticks(1)
    await thrownAs(asyncio.TimeoutError, asyncio.waitFor(asyncio.shield(task), seconds))
    assert.equal(fate(task), "pending")
    assert.equal(await task, 3)
  }
  const task = asyncio.createTask(nap(3))
  assert.equal(await asyncio.waitFor(asyncio.shield(task), null), 3)
})

virtual("a cancellation is not lost when the work ends before it arrives (gh-86296)", async () => {
  const inner = asyncio.createTask(async () => "done")
  let reachedEnd = false
  const outer = asyncio.createTask(async () => {
    await asyncio.waitFor(inner, 100)
    await asyncio.sleep(1)
    reachedEnd = true
  })
  await ticks(1)
  outer.cancel()
  await asyncio.wait([outer])
  assert.deepEqual([fate(outer), fate(inner), reachedEnd], ["cancelled", "returned done", false])
})

virtual("the branches of Promise.all have limits of their own", async () => {
  const branch = async (seconds: number): Promise<string> => {
    try {
      return `in time ${await asyncio.waitFor(nap(seconds), 2)}`
    } catch (error) {
      return (error as Error).name
    }
  }
  assert.deepEqual(await Promise.all([branch(1), branch(3), branch(1.5)]), ["in time 1", "TimeoutError", "in time 1.5"])
  assert.equal(now(), 2000)
})

// A promise outside the loop holds the virtual clock: its time is moved by hand.
test("a promise that never settles is given up on time, and nothing is left of it", async () => {
  const clock = new VirtualClock()
  const main = async (): Promise<void> => {
    setImmediate(() => clock.advance(5))
    const error = await thrownAs(asyncio.TimeoutError, asyncio.waitFor(new Promise(() => undefined), 5))
    assert.ok(error.cause instanceof asyncio.CancelledError)
    assert.deepEqual([...asyncio.allTasks()], [me()])
  }
  await runVirtual(main, { clock })
})

virtual("a promise may win, and its failure is thrown", async () => {
  assert.equal(await asyncio.waitFor(Promise.resolve("promise"), 5), "promise")
  assert.equal(await thrown(asyncio.waitFor(Promise.reject(boom), 5)), boom)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(Promise.reject(boom), 0))
})

virtual("a signal cancels the work", async () => {
  const controller = new AbortController()
  asyncio.getRunningLoop().callLater(1, () => controller.abort("changed my mind"))
  const error = await thrownAs(asyncio.CancelledError, asyncio.waitFor(forever(), 10, { signal: controller.signal }))
  assert.equal(error.reason, "changed my mind")
  assert.equal(me().cancelling(), 0)
  assert.equal(now(), 1000)
  await thrownAs(asyncio.CancelledError, asyncio.waitFor(forever(), 10, { signal: controller.signal }))
  assert.equal(await asyncio.waitFor(nap(1), 10, { signal: new AbortController().signal }), 1)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(forever(), 1, { signal: new AbortController().signal }))
})

virtual("bad input is refused at the call", () => {
  assert.ok(thrownBy(() => asyncio.waitFor(() => nap(1), NaN)) instanceof RangeError)
  assert.match(thrownBy(() => asyncio.waitFor(() => nap(1), NaN)).message, /timeout of waitFor is NaN/)
  assert.match(thrownBy(() => asyncio.waitFor(() => nap(1), "1" as never)).message, /timeout of waitFor is a number of seconds, but "1"/)
  for (const wrong of [5, null, undefined, {}, "work"]) {
    const error = thrownBy(() => asyncio.waitFor(wrong as never, 1))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /waitFor takes a coroutine, future, promise or function, not/)
  }
})

test("a future of another loop is refused", async () => {
  let foreign: asyncio.Future<unknown> | undefined
  await runVirtual(async () => {
    foreign = new asyncio.Future()
  })
  await runVirtual(async () => {
    const error = await thrownAs(asyncio.RuntimeError, asyncio.waitFor(foreign as asyncio.Future<unknown>, 1))
    assert.match(error.message, /belongs to another event loop/)
  })
})
