/** Programs with a fault that the usual order hides, and the same without it. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import type { ExploreOptions } from "asyncio-ts/testing"

export interface Buggy {
  readonly name: string
  readonly options: ExploreOptions
  /** @param mended - without the fault */
  program(mended: boolean): Promise<void>
}

/** Fails with the first error that is not a cancellation. */
async function all(...work: (() => Promise<unknown>)[]): Promise<void> {
  for (const outcome of await asyncio.gather(work, { returnExceptions: true })) {
    if (outcome instanceof Error && !(outcome instanceof asyncio.CancelledError)) throw outcome
  }
}

/** A lock made by hand: whoever is woken and cancelled takes the wake-up along. */
class HandMadeLock {
  locked = false
  readonly #waiters: asyncio.Future<void>[] = []
  readonly #mended: boolean

  constructor(mended: boolean) {
    this.#mended = mended
  }

  async acquire(): Promise<void> {
    while (this.locked) {
      const waiter = new asyncio.Future<void>()
      this.#waiters.push(waiter)
      try {
        await waiter
      } catch (error) {
        if (this.#mended && !this.locked) this.#wakeNext()
        throw error
      }
    }
    this.locked = true
  }

  release(): void {
    this.locked = false
    this.#wakeNext()
  }

  #wakeNext(): void {
    let next = this.#waiters.shift()
    while (next?.done() === true) next = this.#waiters.shift()
    next?.setResult(undefined)
  }
}

const lostWakeUp: Buggy = {
  name: "a lock made by hand loses the wake-up of a waiter that is cancelled",
  options: { cancellations: 1 },
  async program(mended) {
    const lock = new HandMadeLock(mended)
    const visit = async (): Promise<void> => {
      await lock.acquire()
      try {
        await asyncio.sleep(0.01)
      } finally {
        lock.release()
      }
    }
    await all(visit, visit, visit)
  },
}

const checkThenAct: Buggy = {
  name: "a cache loads what it loads already",
  options: { jitter: 0.01 },
  async program(mended) {
    const cache = new Map<string, asyncio.Task<string> | string>()
    let loads = 0
    const load = async (): Promise<string> => {
      loads += 1
      await asyncio.sleep(0.02)
      return "page"
    }
    const get = async (): Promise<string> => {
      const known = cache.get("page")
      if (known !== undefined) return known
      if (mended) {
        const loading = asyncio.createTask(load)
        cache.set("page", loading)
        return loading
      }
      const page = await load()
      cache.set("page", page)
      return page
    }
    await all(get, async () => {
      await asyncio.sleep(0.025)
      await get()
    })
    assert.equal(loads, 1, "loaded once")
  },
}

const leakedPermit: Buggy = {
  name: "a permit is lost when its holder is cancelled before its try",
  options: { cancellations: 1 },
  async program(mended) {
    const permits = new asyncio.Semaphore(2)
    const log: string[] = []
    const use = async (): Promise<void> => {
      await permits.acquire()
      if (mended) {
        try {
          await asyncio.sleep(0.01)
        } finally {
          permits.release()
        }
        return
      }
      await asyncio.sleep(0) // Such as a line of a log.
      log.push("in")
      try {
        await asyncio.sleep(0.01)
      } finally {
        permits.release()
      }
    }
    await all(use, use, use)
    assert.equal(permits.locked(), false)
    await permits.acquire()
    assert.equal(permits.locked(), false, "two permits are back")
  },
}

const lostItem: Buggy = {
  name: "an item is lost when its consumer is cancelled before it has handled it",
  options: { cancellations: 1, mayCancel: (task) => task.getName() === "c1" },
  async program(mended) {
    const queue = new asyncio.Queue<number>()
    const handled: number[] = []
    const consume = async (): Promise<void> => {
      for (;;) {
        const item = await queue.get()
        if (mended) handled.push(item)
        await asyncio.sleep(0.001)
        if (!mended) handled.push(item)
        queue.taskDone()
      }
    }
    const consumers = ["c1", "c2"].map((name) => asyncio.createTask(consume, { name }))
    await all(async () => {
      for (let item = 1; item <= 3; item += 1) {
        await queue.put(item)
        await asyncio.sleep(0.001)
      }
    })
    await asyncio.sleep(0.1)
    for (const consumer of consumers) consumer.cancel()
    await asyncio.gather(consumers, { returnExceptions: true })
    assert.equal(handled.length + queue.qsize(), 3, "each item is handled or still there")
  },
}

const lostUpdate: Buggy = {
  name: "two tasks read a balance, wait, and write it",
  options: { order: "any" },
  async program(mended) {
    const lock = new asyncio.Lock()
    let balance = 0
    const deposit = async (): Promise<void> => {
      const before = balance
      await asyncio.sleep(0)
      balance = before + 10
    }
    const first = asyncio.createTask(() => (mended ? lock.run(deposit) : deposit()), { name: "first" })
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    const second = asyncio.createTask(() => (mended ? lock.run(deposit) : deposit()), { name: "second" })
    await first
    await second
    assert.equal(balance, 20)
  },
}

const wrongOrder: Buggy = {
  name: "two locks are taken in two orders",
  options: { order: "any" },
  async program(mended) {
    const till = new asyncio.Lock()
    const shelf = new asyncio.Lock()
    const both = (outer: asyncio.Lock, inner: asyncio.Lock) => (): Promise<unknown> => outer.run(async () => {
      await asyncio.sleep(0)
      await inner.run(() => asyncio.sleep(0))
    })
    const pay = asyncio.createTask(both(till, shelf), { name: "pay" })
    const restock = asyncio.createTask(async () => {
      for (let i = 0; i < 3; i += 1) await asyncio.sleep(0)
      await (mended ? both(till, shelf) : both(shelf, till))()
    }, { name: "restock" })
    await pay
    await restock
  },
}

export const programs: readonly Buggy[] = [lostWakeUp, checkThenAct, leakedPermit, lostItem, lostUpdate, wrongOrder]
