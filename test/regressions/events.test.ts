/** Events, futures and wake-ups: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, fates, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("Effect #6637: an event that is set and cleared at once wakes those present, and nobody who comes later", async () => {
  const event = new asyncio.Event()
  const present = [0, 1].map(() => asyncio.createTask(event.wait()))
  await ticks(1)
  event.set()
  event.clear()
  const later = asyncio.createTask(event.wait())
  assert.deepEqual(await asyncio.gather(present), [true, true])
  await ticks(3)
  assert.equal(later.done(), false)
  later.cancel()
})

virtual("Effect #7364: completing a future wakes each of those who wait, also when one of them ends another", async () => {
  const future = new asyncio.Future<number>()
  const log: string[] = []
  const wait = async (name: string): Promise<void> => {
    log.push(`${name} ${await future}`)
  }
  const a = asyncio.createTask(async () => {
    await wait("a")
    c.cancel()
  })
  const b = asyncio.createTask(() => wait("b"))
  const c = asyncio.createTask(() => wait("c"))
  const d = asyncio.createTask(() => wait("d"))
  await ticks(1)
  future.setResult(1)
  assert.deepEqual(log, [], "nobody runs while it is completed")
  assert.equal(future.cancel(), false)
  await asyncio.wait([a, b, c, d])
  assert.deepEqual(log, ["a 1", "b 1", "d 1"])
  assert.deepEqual(fates([a, b, c, d]), ["returned undefined", "returned undefined", "cancelled", "returned undefined"])
})

virtual("tokio #2135: no notification is lost when somebody leaves the line, and they arrive in order", async () => {
  const condition = new asyncio.Condition()
  const log: string[] = []
  const tasks = ["a", "b", "c", "d"].map((name) =>
    asyncio.createTask(async () => {
      await condition.run(() => condition.wait())
      log.push(name)
    }),
  )
  await ticks(4)
  await condition.run(() => condition.notify(1))
  await ticks(3)
  // Who leaves passes on what it may have been given, so the next one looks too.
  tasks[1]?.cancel()
  await ticks(3)
  assert.deepEqual(log, ["a", "c"])
  await condition.run(() => condition.notify(1))
  await asyncio.wait(tasks)
  assert.deepEqual(log, ["a", "c", "d"])
  assert.equal(fate(tasks[1] as asyncio.Task<void>), "cancelled")
})
