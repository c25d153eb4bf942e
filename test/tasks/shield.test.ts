import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { fate, fates, now, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const boom = new Error("boom")
const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))

/** A task that fails after a while. */
function failing(seconds: number): asyncio.Task<never> {
  return asyncio.createTask(async () => {
    await asyncio.sleep(seconds)
    throw boom
  })
}

virtual("it has the outcome of its work", async () => {
  assert.equal(await asyncio.shield(nap(1)), 1)
  assert.equal(await asyncio.shield(() => nap(1)), 1)
  assert.equal(await asyncio.shield(Promise.resolve("promise")), "promise")
  assert.equal(await thrownAs(Error, asyncio.shield(failing(1))), boom)
})

virtual("cancelling who awaits it throws there, and the work goes on (R90)", async () => {
  const inner = asyncio.createTask(nap(3))
  const outer = asyncio.createTask(async () => asyncio.shield(inner))
  await asyncio.sleep(1)
  outer.cancel()
  await ticks(2)
  assert.deepEqual(fates([outer, inner]), ["cancelled", "pending"])
  assert.equal(inner.cancelling(), 0)
  assert.equal(await inner, 3)
})

virtual("cancelling the work cancels the shield (R91)", async () => {
  const inner = asyncio.createTask(nap(3))
  const shielded = asyncio.shield(inner)
  await ticks(1)
  inner.cancel()
  await thrownAs(asyncio.CancelledError, shielded)
  assert.equal(shielded.cancelled(), true)
})

virtual("work that is done already is given back as it is (R92)", async () => {
  const inner = asyncio.createTask(nap(0))
  await inner
  assert.equal(asyncio.shield(inner), inner)
  assert.equal(await ticksOf(() => asyncio.shield(inner)), 0)
})

virtual("shielding a task that returns at once takes three iterations", async () => {
  assert.equal(await ticksOf(() => asyncio.shield(asyncio.createTask(async () => 1))), 3)
})

virtual("a failure after the shield was cancelled goes to the exception handler, once per failure (R93)", async (told) => {
  const inner = failing(1)
  asyncio.shield(inner).cancel()
  await asyncio.sleep(2)
  const report = told.report(/^Error exception in shielded future$/)
  assert.deepEqual([report.exception, report.future], [boom, inner])
})

virtual("results and cancellations after the shield was cancelled are no news (R93)", async () => {
  const returning = asyncio.createTask(nap(1))
  const cancelled = asyncio.createTask(nap(9))
  for (const inner of [returning, cancelled]) asyncio.shield(inner).cancel()
  await asyncio.sleep(2)
  cancelled.cancel()
  await ticks(3)
  assert.deepEqual(fates([returning, cancelled]), ["returned 1", "cancelled"])
})

virtual("something that is no error is reported as well when it is thrown (R93)", async (told) => {
  const inner = asyncio.createTask(async () => {
    await asyncio.sleep(1)
    throw "text"
  })
  asyncio.shield(inner).cancel()
  await asyncio.sleep(2)
  assert.equal(told.report(/^error exception in shielded future$/).exception, "text")
})

virtual("a shielded coroutine runs on though nobody else knows its task (R94)", async () => {
  let ended = false
  const work = asyncio.coroutine("work", async () => {
    await asyncio.sleep(2)
    ended = true
  })
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(asyncio.shield(work()), 1))
  await asyncio.sleep(2)
  assert.equal(ended, true)
})

virtual("cancelling a gather does not reach what is shielded in it (R95)", async () => {
  const inner = asyncio.createTask(nap(3))
  const other = asyncio.createTask(nap(3))
  const gathering = asyncio.gather([asyncio.shield(inner), other])
  await ticks(1)
  gathering.cancel()
  await thrownAs(asyncio.CancelledError, gathering)
  assert.deepEqual([inner.cancelling(), other.cancelling()], [0, 1])
  assert.equal(await inner, 3)
})

virtual("a shield round a gather leaves its children alone", async () => {
  const children = [asyncio.createTask(nap(2)), asyncio.createTask(nap(3))]
  const outer = asyncio.createTask(async () => asyncio.shield(asyncio.gather(children)))
  await asyncio.sleep(1)
  outer.cancel()
  await asyncio.sleep(5)
  assert.deepEqual(fates([outer, ...children]), ["cancelled", "returned 2", "returned 3"])
})

virtual("cancelled in the tick in which the work ends, it throws, and the result stays with the work", async () => {
  const inner = asyncio.createTask(nap(1))
  const outer = asyncio.createTask(async () => asyncio.shield(inner))
  inner.addDoneCallback(() => void outer.cancel())
  await asyncio.sleep(2)
  assert.deepEqual(fates([outer, inner]), ["cancelled", "returned 1"])
})

virtual("who awaits the shield again after a cancellation is told again", async () => {
  const shielded = asyncio.shield(nap(1))
  shielded.cancel("first")
  for (let i = 0; i < 2; i += 1) await thrownAs(asyncio.CancelledError, shielded)
  assert.equal(fate(shielded), "cancelled")
  await asyncio.sleep(2)
  assert.equal(now(), 2000)
})

virtual("what cannot be awaited is refused at the call", () => {
  const error = thrownBy(() => asyncio.shield(5 as never))
  assert.ok(error instanceof TypeError)
  assert.match(error.message, /a coroutine, future, promise or function is needed, not 5/)
})

test("outside a loop it is refused", () => {
  assert.match(thrownBy(() => asyncio.shield(async () => 1)).message, /no running event loop/)
})

virtual("a shield of a future that is cancelled itself says who cancelled it", async () => {
  const inner = asyncio.getRunningLoop().createFuture<void>()
  const task = asyncio.createTask(async () => asyncio.shield(inner))
  await asyncio.sleep(0)
  inner.cancel()
  const error: unknown = await task.then(() => undefined, (reason: unknown) => reason)
  assert.ok(error instanceof asyncio.CancelledError)
  assert.match(error.message, /what it shields, which was cancelled itself/)
})
