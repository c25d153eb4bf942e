/** What CPython's test_futures2.py expects of futures and no other test of ours holds. */
import assert from "node:assert/strict"

import * as asyncio from "asyncio-ts"
import { thrownAs } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

// CPython: test_future_traceback
virtual("an error does not grow with each await that throws it", async () => {
  const task = asyncio.createTask(async function thrower() {
    throw new RangeError("no")
  })
  const { stack, cause } = await thrownAs(RangeError, task)
  assert.match(stack ?? "", /thrower/)
  for (let i = 0; i < 5; i += 1) {
    const again = await thrownAs(RangeError, task)
    assert.deepEqual([again.stack, again.cause], [stack, cause])
  }
})
