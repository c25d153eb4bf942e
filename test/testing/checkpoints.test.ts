import assert from "node:assert/strict"
import { describe } from "node:test"
import * as asyncio from "asyncio-ts"
import { assertCheckpoints, assertNoCheckpoints, CheckpointError } from "asyncio-ts/testing"
import { virtual } from "../support/virtual.ts"

/** Node tells where code awaits from version 26 on. */
const TELLS_LINES = Number.parseInt(process.versions.node, 10) >= 26
const settledLater = (): Promise<void> => new Promise<void>((resolve) => setImmediate(resolve))

async function refused(check: PromiseLike<unknown>): Promise<CheckpointError> {
  try {
    await check
  } catch (error) {
    assert.ok(error instanceof CheckpointError, String(error))
    return error
  }
  assert.fail("it was not refused")
}

describe("assertCheckpoints", () => {
  virtual("passes code that suspends, and gives its value", async () => {
    assert.equal(await assertCheckpoints(() => asyncio.sleep(0, "value")), "value")
    await assertCheckpoints(async () => {
      await null
      await asyncio.gather([asyncio.sleep(0)])
    })
    await assertCheckpoints(() => asyncio.wrapFuture(settledLater()))
    await assertCheckpoints(asyncio.coroutine("deep", async () => asyncio.coroutine("deeper", () => asyncio.sleep(1))()))
  })

  virtual("refuses code that takes the shortcut, and says where it was asked", async () => {
    const lock = new asyncio.Lock()
    const error = await refused(assertCheckpoints(() => lock.acquire()))
    assert.match(error.message, /passed no checkpoint: every await in it was of something that was there already; await asyncio\.sleep\(0\) makes one\n {4}at .*checkpoints\.test\.ts/)
    assert.equal(error.code, "ERR_CHECKPOINT")
    await refused(assertCheckpoints(() => undefined))
    await refused(assertCheckpoints(async () => Promise.resolve()))
  })

  virtual("refuses what waits only for a foreign promise, where no cancellation arrives", async () => {
    const error = await refused(assertCheckpoints(settledLater))
    assert.match(error.message, /it waited only for what is not of asyncio-ts, which a cancellation cannot interrupt; await wrapFuture\(promise\)/)
  })

  virtual("does not take the awaits of other tasks for its own", async () => {
    const other = asyncio.createTask(async () => {
      for (let step = 0; step < 10; step += 1) await asyncio.sleep(0)
    })
    await refused(assertCheckpoints(settledLater))
    await other
  })

  virtual("looks at code that failed too, and keeps its error as the cause", async () => {
    const failure = new Error("on purpose")
    const error = await refused(assertCheckpoints(() => Promise.reject(failure)))
    assert.equal(error.cause, failure)
    await assert.rejects(
      async () =>
        assertCheckpoints(async () => {
          await asyncio.sleep(0)
          throw failure
        }),
      (thrown) => thrown === failure,
    )
  })
})

describe("assertNoCheckpoints", () => {
  virtual("passes code that does not suspend, whatever it awaits", async () => {
    const queue = new asyncio.Queue<number>()
    const body = async (): Promise<number> => {
      await queue.put(1)
      await null
      return asyncio.coroutine("get", () => queue.get())()
    }
    assert.equal(await assertNoCheckpoints(body), 1)
  })

  virtual("refuses code that does, and says at what and where", async () => {
    const error = await refused(
      assertNoCheckpoints(async () => {
        await asyncio.sleep(1)
        await asyncio.sleep(1)
      }),
    )
    assert.match(error.message, /^the body of assertNoCheckpoints gave up its turn at sleep/)
    if (TELLS_LINES) assert.match(error.message, /at sleep, at async .*checkpoints\.test\.ts:\d+:\d+, and 1 more/)
    assert.match((await refused(assertNoCheckpoints(settledLater))).message, /at something that is not of asyncio-ts/)
  })

  virtual("hands on a cancellation that arrives in it as the cause of its refusal", async () => {
    const task = asyncio.createTask(() => assertNoCheckpoints(() => asyncio.sleep(3600)))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    const error = task.exception()
    assert.ok(error instanceof CheckpointError)
    assert.ok(error.cause instanceof asyncio.CancelledError)
  })
})

virtual("what is no body is refused at the call", () => {
  for (const check of [assertCheckpoints, assertNoCheckpoints]) {
    assert.throws(() => check(5 as never), /^TypeError: the body of assert(No)?Checkpoints is a function, but 5 was given/)
  }
})

virtual("in a callback, which is no task, they say so", async () => {
  const told = new asyncio.Future<{ error: unknown }>()
  asyncio.getRunningLoop().callSoon(() => {
    assertNoCheckpoints(() => 1).then(undefined, (error: unknown) => told.setResult({ error }))
  })
  assert.match(String((await told).error), /RuntimeError/)
})
