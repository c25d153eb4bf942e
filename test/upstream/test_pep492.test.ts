/** What CPython's test_pep492.py expects of `async` and `await` and no other test of ours holds. */
import assert from "node:assert/strict"

import * as asyncio from "asyncio-ts"
import { ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

// CPython: test_context_manager_async_with
virtual("each primitive that is held is held exactly while the body of run runs, also across its waits", async () => {
  const primitives = [new asyncio.Lock(), new asyncio.Condition(), new asyncio.Semaphore(), new asyncio.BoundedSemaphore()]
  for (const primitive of primitives) {
    const seen = [primitive.locked()]
    await primitive.run(async (...given: unknown[]) => {
      assert.deepEqual(given, [])
      seen.push(primitive.locked())
      await ticks(3)
      seen.push(primitive.locked())
    })
    assert.deepEqual([...seen, primitive.locked()], [false, true, true, false], primitive.constructor.name)
  }
})

// CPython: test_async_def_coroutines
virtual("coroutines and async functions give what they return, in debug mode too", async () => {
  const bar = asyncio.coroutine("bar", async () => "spam")
  const foo = async (): Promise<string> => bar()
  const loop = asyncio.getRunningLoop()
  for (const debug of [false, true]) {
    loop.setDebug(debug)
    assert.equal(await foo(), "spam")
    assert.equal(await asyncio.createTask(foo), "spam")
  }
})
