import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { thrownAs, ticks, ticksOf } from "../support/record.ts"

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
