/** What CPython's test_waitfor.py expects and no other test of ours holds. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, forever, me, now, slowToDie, thrown, thrownAs, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))
/** Works for some seconds, whoever asks it to stop. */
const stubborn = asyncio.coroutine("stubborn", async (seconds: number) => {
  const end = asyncio.getRunningLoop().time() + seconds
  for (let left = seconds; left > 0; left = end - asyncio.getRunningLoop().time()) {
    await asyncio.sleep(left).catch(() => undefined)
  }
  return "finished"
})

// CPython: test_asyncio_wait_for_cancelled, test_asyncio_wait_for_timeout
virtual("work that ignores cancellation is waited for, whether the wait is cancelled or its time is over", async () => {
  const waiting = asyncio.createTask(asyncio.waitFor(stubborn(2), 4))
  await ticks(1)
  waiting.cancel()
  await asyncio.wait([waiting])
  assert.deepEqual([fate(waiting), now()], ["returned finished", 2000])
  assert.equal(await asyncio.waitFor(stubborn(2), 1), "finished")
  assert.equal(now(), 4000)
})

// CPython: test_wait_for_timeout_less_then_0_or_0, test_wait_for_timeout_less_then_0_or_0_future_done
virtual("with no time at all, or less, a future that is done gives its result and a running task is cancelled", async () => {
  for (const seconds of [0, -1]) {
    const done = new asyncio.Future<string>()
    done.setResult("done")
    assert.equal(await asyncio.waitFor(done, seconds), "done")
    let running = true
    const task = asyncio.createTask(() => forever().finally(() => (running = false)))
    await ticks(1)
    await thrownAs(asyncio.TimeoutError, asyncio.waitFor(task, seconds))
    assert.deepEqual([fate(task), running, now()], ["cancelled", false, 0])
  }
})

// CPython: test_wait_for
virtual("a task that is waited for is cancelled when the time is over", async () => {
  let running = false
  const task = asyncio.createTask(async () => {
    running = true
    await asyncio.sleep(10).finally(() => (running = false))
  })
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(task, 1))
  assert.deepEqual([fate(task), running, now()], ["cancelled", false, 1000])
})

// CPython: test_wait_for_race_condition
virtual("a future that gets its result before the deadline gives it at once", async () => {
  const future = new asyncio.Future<string>()
  asyncio.getRunningLoop().callLater(1, () => future.setResult("ok"))
  assert.deepEqual([await asyncio.waitFor(future, 2), now()], ["ok", 1000])
})

// CPython: test_wait_for_waits_for_task_cancellation, test_wait_for_waits_for_task_cancellation_w_timeout_0
virtual("the clean-up of a task is waited for, also with no time at all, and the cancellation is the cause", async () => {
  for (const seconds of [1, 0]) {
    let cleaned = false
    const task = asyncio.createTask(() => slowToDie(2, () => (cleaned = true)))
    await ticks(1)
    const error = await thrownAs(asyncio.TimeoutError, asyncio.waitFor(task, seconds))
    assert.ok(error.cause instanceof asyncio.CancelledError)
    assert.deepEqual([cleaned, me().cancelling()], [true, 0])
  }
  assert.equal(now(), 5000)
})

// CPython: test_wait_for_reraises_exception_during_cancellation
virtual("a task that fails when it is cancelled by the deadline fails the wait", async () => {
  const boom = new Error("boom")
  const task = asyncio.createTask(() => forever().finally(() => Promise.reject(boom)))
  assert.equal(await thrown(asyncio.waitFor(task, 1)), boom)
})

// CPython: test_cancel_blocking_wait_for, test_cancel_wait_for
virtual("cancelled, with a limit or without, the wait cancels the task it waits for", async () => {
  for (const seconds of [null, 60]) {
    const task = asyncio.createTask(forever())
    const waiting = asyncio.createTask(asyncio.waitFor(task, seconds))
    asyncio.getRunningLoop().callSoon(() => void waiting.cancel())
    await asyncio.wait([waiting])
    assert.deepEqual([fate(waiting), fate(task), now()], ["cancelled", "cancelled", 0])
  }
})

// CPython: test_zero_timeout
virtual("with no time at all it is the shield that is cancelled, not what it protects", async () => {
  const task = asyncio.createTask(nap(1))
  const shielded = asyncio.shield(task)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(shielded, 0))
  assert.deepEqual([fate(shielded), fate(task)], ["cancelled", "pending"])
  await asyncio.sleep(2)
  assert.equal(fate(task), "returned 1")
})
