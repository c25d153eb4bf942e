/** `untilIdle` goes on when everybody else waits: no pause has to be guessed. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { runTest, untilIdle } from "asyncio-ts/testing"

await runTest(async ({ clock }) => {
  const queue = new asyncio.Queue<string>(1)
  const producer = asyncio.createTask(async () => {
    for (const order of ["Masala", "Green", "Ginger"]) await queue.put(order)
  })

  await untilIdle()
  assert.ok(queue.full() && !producer.done())
  console.log(`the queue is full and the producer waits, after ${clock.time()} seconds`)

  for (let order = 1; order <= 3; order += 1) console.log(`order ${order}: ${await queue.get()}`)
  await producer
})
