/** What is shared is cancelled for all (R40). */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fates, forever, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("R40: a shared task is cancelled for all who await it", async () => {
  const shared = asyncio.createTask(forever())
  const [first, second] = [1, 2].map(() => asyncio.createTask(async () => shared)) as [asyncio.Task<never>, asyncio.Task<never>] // two were made
  await ticks(2)
  first.cancel()
  await asyncio.wait([first, second])
  assert.deepEqual(fates([shared, first, second]), ["cancelled", "cancelled", "cancelled"])
  assert.deepEqual([shared, first, second].map((task) => task.cancelling()), [1, 1, 0])
})
