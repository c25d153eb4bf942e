/** What CPython's test_timeouts.py expects and no other test of ours holds. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { fate, forever, me, now, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const boom = new Error("boom")

/** Throws `error`, but waits for the clean-up first, whose own error takes its place. */
async function failing(error: unknown, cleanUp: () => PromiseLike<unknown>): Promise<never> {
  try {
    throw error
  } finally {
    await cleanUp()
  }
}

// CPython: test_timeout_basic, test_timeout_at_basic, test_waiter_cancelled
virtual("a wait in the body is cancelled at the deadline, relative or absolute, and the timeout has expired", async () => {
  for (const make of [() => asyncio.timeout(1), () => asyncio.timeoutAt(asyncio.getRunningLoop().time() + 1)]) {
    const timeout = make()
    const due = now() + 1000
    let within: unknown
    const body = async (): Promise<void> => {
      within = await thrown(asyncio.sleep(10))
      throw within
    }
    await thrownAs(asyncio.TimeoutError, timeout.run(body))
    assert.ok(within instanceof asyncio.CancelledError)
    assert.deepEqual([timeout.expired(), (timeout.when() ?? 0) * 1000, now()], [true, due, due])
  }
})

// CPython: test_timeout_zero, test_timeout_zero_sleep_zero, test_timeout_in_the_past_sleep_zero
virtual("a deadline that is over on entry still says when it was", async () => {
  await asyncio.sleep(20)
  for (const [delay, work] of [[0, 10], [0, 0], [-11, 0]] as const) {
    const timeout = asyncio.timeout(delay)
    await thrownAs(asyncio.TimeoutError, timeout.run(() => asyncio.sleep(work)))
    assert.deepEqual([timeout.expired(), timeout.when(), now()], [true, 20 + delay, 20_000])
  }
})

// CPython: test_timeout_exception_context
virtual("a deadline that passes while the body cleans up after an error is told in place of that error", async () => {
  const error = await thrownAs(asyncio.TimeoutError, asyncio.timeout(1).run(() => failing(boom, forever)))
  assert.ok(error.cause instanceof asyncio.CancelledError)
  assert.equal(error.cause.cause, undefined)
})

// CPython: test_foreign_exception_on_timeout_2
virtual("the last error of nested clean-ups is what a timeout passes on", async () => {
  const last = new Error("last")
  const body = async (): Promise<void> => {
    try {
      await failing(boom, forever)
    } finally {
      await failing(new Error("last but one"), () => Promise.reject(last))
    }
  }
  const timeout = asyncio.timeout(1)
  assert.equal(await thrown(timeout.run(body)), last)
  assert.deepEqual([timeout.expired(), me().cancelling()], [true, 0])
})

// CPython: test_foreign_cancel_doesnt_timeout_if_not_expired
virtual("a body that cancels its own task before the deadline is cancelled, not timed out", async () => {
  const timeout = asyncio.timeout(10)
  const task = asyncio.createTask(() =>
    timeout.run(() => {
      me().cancel()
      return asyncio.sleep(10)
    }),
  )
  await asyncio.wait([task])
  assert.deepEqual([fate(task), timeout.expired()], ["cancelled", false])
})

// CPython: test_outer_task_is_not_cancelled
virtual("a task that catches the TimeoutError ends well", async () => {
  const task = asyncio.createTask(async () => {
    await thrownAs(asyncio.TimeoutError, asyncio.timeout(1).run(() => forever()))
    return "went on"
  })
  assert.equal(await task, "went on")
  assert.deepEqual([task.cancelled(), task.cancelling()], [false, 0])
})

// CPython: test_nested_timeouts_concurrent
test("an outer deadline that passes while the body computes is told by the outer timeout", async () => {
  const clock = new VirtualClock()
  const main = async (): Promise<void> => {
    const [outer, inner] = [asyncio.timeout(2), asyncio.timeout(100)]
    let within: unknown
    const body = async (): Promise<void> => {
      within = await thrown(
        inner.run(() => {
          clock.advance(10)
          return asyncio.sleep(1000)
        }),
      )
      throw within
    }
    await thrownAs(asyncio.TimeoutError, outer.run(body))
    assert.ok(within instanceof asyncio.CancelledError)
    assert.deepEqual([outer.expired(), inner.expired(), now()], [true, false, 10_000])
  }
  await runVirtual(main, { clock })
})

// CPython: test_nested_timeouts_loop_busy
test("two deadlines that pass while the body computes are told by the outer timeout, and nothing goes on", async () => {
  const clock = new VirtualClock()
  const main = async (): Promise<void> => {
    const [outer, inner] = [asyncio.timeout(10), asyncio.timeout(1)]
    const body = async (): Promise<void> => {
      await inner
        .run(() => {
          clock.advance(10)
          return asyncio.sleep(100)
        })
        .catch((error: unknown) => {
          if (!(error instanceof asyncio.TimeoutError)) throw error
        })
      await asyncio.sleep(1000)
    }
    await thrownAs(asyncio.TimeoutError, outer.run(body))
    assert.deepEqual([outer.expired(), inner.expired(), now(), me().cancelling()], [true, true, 10_000, 0])
  }
  await runVirtual(main, { clock })
})

// CPython: test_reschedule
virtual("another task may move a deadline and take it away; cancelled then, the body has not timed out", async () => {
  const timeout = asyncio.timeoutAt(10)
  const task = asyncio.createTask(() => timeout.run(() => asyncio.sleep(50)))
  await ticks(1)
  assert.equal(timeout.when(), 10)
  timeout.reschedule(30)
  assert.equal(timeout.when(), 30)
  await asyncio.sleep(20)
  assert.equal(timeout.expired(), false)
  timeout.reschedule(null)
  assert.equal(timeout.when(), null)
  await asyncio.sleep(20)
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual([fate(task), timeout.expired(), now()], ["cancelled", false, 40_000])
})

// CPython: test_nested_timeout_in_finally
virtual("a timeout in the clean-up of an expired one fires too, and each has its own cause", async () => {
  let within: unknown
  const body = async (): Promise<void> => {
    try {
      await asyncio.sleep(10)
    } finally {
      within = await thrown(asyncio.timeout(1).run(() => asyncio.sleep(10)))
    }
  }
  const error = await thrownAs(asyncio.TimeoutError, asyncio.timeout(1).run(body))
  assert.ok(within instanceof asyncio.TimeoutError)
  for (const { cause } of [error, within]) {
    assert.ok(cause instanceof asyncio.CancelledError)
    assert.equal(cause.cause, undefined)
  }
  assert.notEqual(error.cause, within.cause)
  assert.deepEqual([now(), me().cancelling()], [2000, 0])
})

// CPython: test_timeout_after_cancellation
virtual("a timeout of 0 in the clean-up of a swallowed cancellation raises", async () => {
  const task = asyncio.createTask(async () => {
    me().cancel()
    await asyncio.sleep(1).catch(() => undefined)
    await thrownAs(asyncio.TimeoutError, asyncio.timeout(0).run(() => asyncio.sleep(1)))
    return me().cancelling()
  })
  assert.equal(await task, 1)
})

// CPython: test_timeout_expiring
virtual("a body that catches the expiry may not move its deadline, and ends well", async () => {
  const timeout = asyncio.timeout(1)
  const body = async (): Promise<string> => {
    await thrownAs(asyncio.CancelledError, asyncio.sleep(10))
    assert.match(thrownBy(() => timeout.reschedule(20)).message, /that is expiring/)
    return "ended"
  }
  assert.equal(await timeout.run(body), "ended")
})

// CPython: test_timeout_without_task
test("a timeout that was refused outside a task counts as not entered", async () => {
  const timeout = await runVirtual(async () => asyncio.timeout(1))
  await thrownAs(asyncio.RuntimeError, timeout.run(() => assert.fail("the body runs")))
  assert.match(thrownBy(() => timeout.reschedule(2)).message, /has not been entered/)
})

// CPython: test_timeout_taskgroup
virtual("a timeout round a group whose child fails as it cleans up passes the group's errors, and leaves no count", async () => {
  const timeout = asyncio.timeout(1)
  const body = (): PromiseLike<unknown> =>
    new asyncio.TaskGroup().run((group) => {
      group.createTask(() => asyncio.sleep(2).finally(() => Promise.reject(boom)))
      return failing(new Error("lost"), () => asyncio.sleep(1.5))
    })
  const error = await thrownAs(asyncio.ExceptionGroup, timeout.run(body))
  assert.deepEqual([error.errors, error.cause], [[boom], undefined])
  assert.deepEqual([timeout.expired(), now(), me().cancelling()], [true, 1000, 0])
})
