import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { OpenIterator, openIterators } from "#src/tasks/open-iterators.ts"

test("an iterator that was begun outside of any task is left by none, and told of until it ends", async () => {
  const outside = new OpenIterator("'knock'", () => 1, () => 2)
  assert.deepEqual([outside.opener, outside.isLeft, outside.waiting, outside.buffered], [undefined, false, 1, 2])
  const within = await asyncio.run(
    async () => asyncio.createTask(async () => new OpenIterator("'bell'", () => 0, () => 0), { name: "porter" }),
  )
  assert.deepEqual([within.opener, within.isLeft], ["porter", true])
  assert.deepEqual([...openIterators()], [outside, within])
  outside.ended()
  within.ended()
  assert.deepEqual([...openIterators()], [])
})
