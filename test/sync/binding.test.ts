import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import type { Scheduler } from "#src/core/scheduler.ts"
import { Binding } from "#src/sync/binding.ts"
import { knownPrimitives } from "#src/sync/primitive.ts"
import { thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

interface Use {
  /** Has to wait. */
  wait(): asyncio.Coroutine<unknown>
  /** Goes through without waiting. */
  pass(): asyncio.Coroutine<unknown>
}

const PRIMITIVES: Record<string, () => Use> = {
  Lock() {
    const lock = new asyncio.Lock()
    return { wait: () => lock.run(() => lock.acquire()), pass: () => lock.run(() => undefined) }
  },
  Semaphore() {
    const semaphore = new asyncio.Semaphore(1)
    return { wait: () => semaphore.run(() => semaphore.acquire()), pass: () => semaphore.run(() => undefined) }
  },
  Event() {
    const event = new asyncio.Event()
    const pass = asyncio.coroutine(async () => {
      event.set()
      await event.wait()
      event.clear()
    })
    return { wait: () => event.wait(), pass }
  },
  Condition() {
    const condition = new asyncio.Condition()
    return { wait: () => condition.run(() => condition.wait()), pass: () => condition.run(() => condition.notify()) }
  },
  Queue() {
    const queue = new asyncio.Queue<number>()
    const pass = asyncio.coroutine(async () => {
      await queue.put(1)
      await queue.get()
    })
    return { wait: () => queue.get(), pass }
  },
}

for (const [name, make] of Object.entries(PRIMITIVES)) {
  test(`${name}: it belongs to the first loop that waits on it, and others may use it while they need not wait (R144)`, async () => {
    const use = make()
    await runVirtual(async () => assert.equal(await ticksOf(() => use.pass()), 0))
    await runVirtual(async () => {
      const waiting = asyncio.createTask(use.wait())
      await ticks(2)
      waiting.cancel()
    })
    await runVirtual(async () => {
      assert.equal(await ticksOf(() => use.pass()), 0)
      const error = await thrownAs(asyncio.RuntimeError, use.wait())
      assert.equal(error.message, `this ${name} is bound to another event loop; make one for each loop`)
      await use.pass()
    })
  })
}

virtual("who looks at the program sees a primitive from the first wait on, and a barrier but not the condition in it", async () => {
  const barrier = new asyncio.Barrier(3)
  const all = [new asyncio.Lock(), new asyncio.Semaphore(0), new asyncio.Event(), new asyncio.Queue<number>()] as const
  const [lock, semaphore, event, queue] = all
  const known = (): unknown[] => [...knownPrimitives()].filter((one) => one === barrier || all.some((other) => other === one))
  await lock.acquire()
  assert.deepEqual(known(), [])
  const tasks = [() => lock.acquire(), () => semaphore.acquire(), () => event.wait(), () => queue.get(), () => barrier.wait(), () => barrier.wait()].map((wait) =>
    asyncio.createTask(async () => void (await wait())),
  )
  await ticks(4)
  assert.deepEqual(known(), [...all, barrier])
  for (const task of tasks) task.cancel()
})

test("what has no primitive to show is bound all the same", () => {
  // Only their identity matters.
  const [first, second] = [{} as Scheduler, {} as Scheduler]
  const binding = new Binding("thing")
  binding.bind(first)
  binding.bind(first)
  assert.match(thrownBy(() => binding.bind(second)).message, /^this thing is bound to another event loop/)
})
