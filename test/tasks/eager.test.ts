import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** How far a task has come when `createTask` returns. */
function begunAtOnce(options?: asyncio.CreateTaskOptions): boolean {
  let begun = false
  asyncio.createTask(async () => {
    begun = true
  }, options)
  return begun
}

virtual("with the eager factory tasks begin inside createTask, unless a call says otherwise", async () => {
  const loop = asyncio.getRunningLoop()
  assert.equal(begunAtOnce(), false)
  assert.equal(begunAtOnce({ eagerStart: true }), true)
  loop.setTaskFactory(asyncio.eagerTaskFactory)
  assert.equal(begunAtOnce(), true)
  assert.equal(begunAtOnce({ eagerStart: undefined }), true)
  assert.equal(begunAtOnce({ eagerStart: false }), false)
  loop.setTaskFactory(null)
  assert.equal(begunAtOnce(), false)
  await ticks(1)
})

virtual("a factory for a subclass makes tasks of that class, with name and context", async () => {
  class MyTask<T> extends asyncio.Task<T> {}
  asyncio.getRunningLoop().setTaskFactory(asyncio.createEagerTaskFactory(MyTask))
  const context = asyncio.copyContext()
  const task = asyncio.createTask(async () => 1, { name: "mine", context })
  assert.ok(task instanceof MyTask)
  assert.deepEqual([task.getName(), task.getContext() === context], ["mine", true])
  await ticks(1)
  assert.equal(fate(task), "returned 1")
})
