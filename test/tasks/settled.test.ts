import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import type { VirtualClock } from "asyncio-ts/testing"
import { seemsClosed } from "../support/closed-under.ts"
import { fate, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const boom = new Error("boom")

/** A promise that is settled by hand. */
function deferred(): PromiseWithResolvers<string> {
  return Promise.withResolvers<string>()
}

virtual("it gives the value, or throws the failure", async () => {
  assert.equal(await asyncio.settled(Promise.resolve("value")), "value")
  assert.equal(await thrown(asyncio.settled(Promise.reject(boom))), boom)
})

virtual("a cancellation is held back until the promise has settled", async () => {
  const { promise, resolve } = deferred()
  const task = asyncio.createTask(asyncio.settled(promise))
  await ticks(2)
  task.cancel("first")
  await ticks(3)
  task.cancel("second")
  await asyncio.wrapFuture(setImmediate())
  assert.equal(fate(task), "pending")
  resolve("committed")
  const error = await thrownAs(asyncio.CancelledError, task)
  assert.equal(error.reason, "first")
  assert.equal(task.cancelling(), 2)
})

virtual("a cancellation in the tick in which the promise settles is not lost", async () => {
  const { promise, resolve } = deferred()
  const task = asyncio.createTask(asyncio.settled(promise))
  await ticks(2)
  task.cancel()
  resolve("committed")
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
})

virtual("a failure while it is cancelled goes to the exception handler, and the cancellation is thrown", async (told) => {
  const { promise, reject } = deferred()
  const task = asyncio.createTask(asyncio.settled(promise))
  await ticks(2)
  task.cancel()
  reject(boom)
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
  assert.equal(told.report(/failed while settled\(…\) was cancelled/).exception, boom)
})

virtual("a time limit is held back as well", async () => {
  const { promise, resolve } = deferred()
  const limited = asyncio.createTask(() => asyncio.waitFor(asyncio.settled(promise), 5))
  await ticks(2)
  // The clock stands still while a promise is awaited.
  ;(asyncio.getRunningLoop().clock as VirtualClock).advance(5)
  await asyncio.wrapFuture(setImmediate())
  assert.equal(fate(limited), "pending")
  resolve("committed")
  await asyncio.wait([limited])
  assert.match(fate(limited), /failed TimeoutError/)
})

virtual("a future of ours that is cancelled by others is a cancellation", async () => {
  const future = new asyncio.Future<string>()
  asyncio.getRunningLoop().callLater(1, () => void future.cancel("theirs"))
  assert.equal((await thrownAs(asyncio.CancelledError, asyncio.settled(future))).reason, "theirs")
})

virtual("a loop that is closed under it ends it with an error, and it does not wait in a circle", async () => {
  const loop = asyncio.getRunningLoop()
  const { promise, resolve } = deferred()
  const then = promise.then.bind(promise)
  let closed: ReturnType<typeof seemsClosed> | undefined
  // Called just before the wait begins.
  promise.then = (...given) => {
    closed = seemsClosed(loop)
    return then(...given)
  }
  const task = asyncio.createTask(async () => thrownAs(asyncio.RuntimeError, asyncio.settled(promise)).finally(() => closed?.end()))
  await ticks(3)
  resolve("too late")
  await ticks(3)
  assert.match(fate(task), /^returned RuntimeError: the event loop of task '.*' is closed/)
  assert.equal(closed?.asked, 2)
})

test("what is no promise is refused at the call", () => {
  const error = thrownBy(() => asyncio.settled(5 as never))
  assert.ok(error instanceof TypeError)
  assert.match(error.message, /settled takes a promise, not 5/)
})
