/** What CPython's test_futures.py and test_tasks.py expect of futures, of what makes them and of their callbacks, and no other test of ours holds. */
import assert from "node:assert/strict"
import { describe, it, test } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { soon, watched } from "../core/support/watched.ts"
import { thrownBy } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** What the exception handler hears of futures that `use` makes and drops. */
async function heardOf(use: (future: asyncio.Future<number>) => unknown, debug = false): Promise<string[]> {
  const { messages } = await watched(
    async () => {
      use(new asyncio.Future<number>())
      await asyncio.sleep(5)
    },
    { debug },
  )
  return messages
}

describe("a Future that is dropped", () => {
  // CPython: test_tb_logger_abandoned
  it("is no news while it is pending", async () => {
    assert.deepEqual(await heardOf(() => undefined), [])
  })

  // CPython: test_tb_logger_result_unretrieved, test_tb_logger_result_retrieved
  it("is no news with a result, asked for or not", async () => {
    assert.deepEqual(await heardOf((future) => future.setResult(42)), [])
    assert.deepEqual(
      await heardOf((future) => {
        future.setResult(42)
        assert.equal(future.result(), 42)
      }),
      [],
    )
  })

  // CPython: test_tb_logger_exception_retrieved, test_tb_logger_exception_result_retrieved, test_tb_logger_not_called_after_cancel
  it("is no news with an exception that was asked for, in any way, or that a cancel came after", async () => {
    const ways: ((future: asyncio.Future<number>) => unknown)[] = [
      (future) => future.exception(),
      (future) => thrownBy(() => future.result()),
      (future) => assert.equal(future.cancel(), false),
    ]
    for (const way of ways) {
      const heard = await heardOf((future) => {
        future.setException(new RangeError("boom"))
        way(future)
      })
      assert.deepEqual(heard, [])
    }
  })

  // CPython: test_future_exception_never_retrieved_debug
  it("is reported with an exception that nobody asked for, in debug mode too", async () => {
    assert.deepEqual(await heardOf((future) => future.setException(new RangeError("boom")), true), [
      "Future exception was never retrieved",
    ])
  })
})

// CPython: test_ensure_future_coroutine, test_ensure_future_future, test_ensure_future_task, test_ensure_future_error_msg
test("ensureFuture takes a loop: its own futures and tasks as they are, others are refused, coroutines run on it", async () => {
  const [loop, other] = [1, 2].map(() => new asyncio.EventLoop({ clock: new VirtualClock() }))
  assert.ok(loop !== undefined && other !== undefined)
  const future = loop.createFuture<string>()
  future.setResult("ready")
  const task = asyncio.ensureFuture(asyncio.coroutine("work", async () => "done")(), loop)
  assert.ok(task instanceof asyncio.Task && task.getLoop() === loop)
  for (const own of [future, task]) {
    assert.equal(asyncio.ensureFuture(own, loop), own)
    assert.equal(asyncio.ensureFuture(own), own)
    assert.match(thrownBy(() => asyncio.ensureFuture(own, other)).message, /belongs to another event loop/)
  }
  assert.equal(await soon(loop.runUntilComplete(task)), "done")
  assert.match(thrownBy(() => asyncio.ensureFuture(async () => 1)).message, /no running event loop/)
  loop.close()
  other.close()
})

// CPython: test_ensure_future_task_awaitable
virtual("ensureFuture takes any thenable, also one that begins one of our waits", async () => {
  const lazy: PromiseLike<string> = {
    then: (onFulfilled, onRejected) => asyncio.sleep(0, "rested").then(onFulfilled, onRejected),
  }
  assert.equal(await asyncio.ensureFuture(lazy), "rested")
})

// CPython: test_context_2
virtual("what a done callback sets stays with it: whoever awaits the future keeps its own", async () => {
  const variable = new asyncio.ContextVar("variable", { default: "nope" })
  for (const name of ["a", "b"]) {
    const future = new asyncio.Future<void>()
    future.addDoneCallback(() => void variable.set("callback"))
    variable.set(name)
    asyncio.getRunningLoop().callSoon(() => future.setResult())
    await future
    assert.equal(variable.get(), name)
    await asyncio.sleep(1)
    assert.equal(variable.get(), name)
  }
})
