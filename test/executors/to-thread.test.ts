/** asyncio.toThread: R189 and R190, and what it takes. */
import assert from "node:assert/strict"
import { describe, it, test } from "node:test"
import { threadId } from "node:worker_threads"
import * as asyncio from "asyncio-ts"
import { ThreadPoolExecutor } from "asyncio-ts/executors"
import { runVirtual } from "asyncio-ts/testing"
import { disposing } from "../support/disposing.ts"
import { thrown, thrownAs, thrownBy } from "../support/record.ts"
import { cells, isSet, set } from "../support/shared-cell.ts"
import * as store from "./programs/store.ts"

const address = new URL("./programs/store.ts", import.meta.url)

function withPool(body: (pool: ThreadPoolExecutor) => Promise<void>): Promise<void> {
  return asyncio.run(() => disposing(new ThreadPoolExecutor({ maxWorkers: 1 }), body))
}

/** Marks that it runs, and blocks its thread until cell 1 is set; then marks its end. */
function block(shared: Int32Array): string {
  Atomics.store(shared, 0, 1)
  Atomics.notify(shared, 0)
  Atomics.wait(shared, 1, 0, 60_000)
  Atomics.store(shared, 2, 1)
  Atomics.notify(shared, 2)
  return "released"
}

describe("toThread", () => {
  // CPython: test_to_thread, test_to_thread_args_kwargs
  test("gives what the function returns, called with the arguments in another thread", () =>
    asyncio.run(async () => {
      assert.equal(await asyncio.toThread((a: number, b: number) => a + b, 40, 2), 42)
      const add = ({ a, b = 2 }: { a: number; b?: number }): number => a + b
      assert.equal(await asyncio.toThread(add, { a: 40 }), 42)
      const other = await asyncio.toThread(() => process.getBuiltinModule("node:worker_threads").threadId)
      assert.notEqual(other, threadId)
      assert.equal(await asyncio.toThread(async (seconds: number) => {
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
        return "an async function runs on the thread's own loop"
      }, 0.001), "an async function runs on the thread's own loop")
    }))

  // CPython: test_to_thread_exception
  test("throws what the function throws, with its class", () =>
    asyncio.run(async () => {
      const fails = (): never => {
        throw new RangeError("too far", { cause: "the map" })
      }
      const error = await thrownAs(RangeError, asyncio.toThread(fails))
      assert.deepEqual([error.message, error.cause], ["too far", "the map"])
      assert.match(error.stack ?? "", /to-thread\.test\.ts#fails/)
    }))

  // CPython: test_to_thread_once
  test("calls the function once, and not before it is awaited", () =>
    asyncio.run(async () => {
      const shared = cells()
      const call = asyncio.toThread((counter: Int32Array) => Atomics.add(counter, 0, 1), shared)
      assert.ok(asyncio.isCoroutine(call))
      await asyncio.toThread(() => undefined)
      assert.equal(shared[0], 0)
      assert.equal(await call, 0)
      assert.equal(await call, 0)
      assert.equal(shared[0], 1)
    }))

  // CPython: test_to_thread_concurrent
  test("many run side by side, each in a thread of its own", () =>
    asyncio.run(async () => {
      const shared = cells()
      const meet = (counter: Int32Array, all: number): boolean => {
        const here = Atomics.add(counter, 0, 1) + 1
        Atomics.notify(counter, 0)
        for (let seen = here; seen < all; seen = Atomics.load(counter, 0)) if (Atomics.wait(counter, 0, seen, 60_000) === "timed-out") return false
        return true
      }
      assert.deepEqual(await asyncio.gather([1, 2, 3].map(() => asyncio.toThread(meet, shared, 3))), [true, true, true])
    }))

  // CPython: test_to_thread_contextvars
  test("R189: the function sees a copy of the caller's context variables, those that can be cloned", () =>
    withPool(async (pool) => {
      asyncio.getRunningLoop().setDefaultExecutor(pool)
      const { where, changeUser } = pool.module<typeof store>(address)
      const uncloneable = new asyncio.ContextVar<() => void>("uncloneable")
      uncloneable.set(() => undefined)
      store.user.set("Ann")
      assert.equal((await asyncio.toThread(where)).user, "Ann")
      assert.equal(await asyncio.createTask(async () => {
        store.user.set("Bob")
        return (await asyncio.toThread(where)).user
      }), "Bob")
      await asyncio.toThread(changeUser, "Eve")
      assert.equal(store.user.get(), "Ann")
      assert.equal((await asyncio.toThread(where)).user, "Ann")
      assert.equal((await asyncio.getRunningLoop().runInExecutor(null, where)).user, "nobody", "runInExecutor copies none")
    }))

  test("R190: a cancelled wait goes on at once, and abandons the thread's work", () =>
    asyncio.run(async () => {
      const shared = cells()
      const task = asyncio.createTask(asyncio.toThread(block, shared))
      await isSet(shared, 0)
      task.cancel("enough")
      const error = await thrownAs(asyncio.CancelledError, task)
      assert.equal(error.reason, "enough")
      assert.equal(shared[2], 0, "it still blocks")
      set(shared, 1)
      await isSet(shared, 2)
    }))

  test("R190: the work is asked to end, and may look", () =>
    asyncio.run(async () => {
      const shared = cells()
      const patient = async (cell: Int32Array): Promise<void> => {
        const { currentSignal } = await import("asyncio-ts/executors")
        const signal = currentSignal()
        Atomics.store(cell, 0, 1)
        Atomics.notify(cell, 0)
        while (!signal.aborted);
        Atomics.store(cell, 2, 1)
        Atomics.notify(cell, 2)
      }
      const task = asyncio.createTask(asyncio.toThread(patient, shared))
      await isSet(shared, 0)
      task.cancel()
      await thrownAs(asyncio.CancelledError, task)
      await isSet(shared, 2)
    }))

  test("R192: is refused once the default executor was shut down", () =>
    asyncio.run(async () => {
      assert.equal(await asyncio.toThread(() => 1), 1)
      await asyncio.getRunningLoop().shutdownDefaultExecutor()
      assert.match((await thrownAs(asyncio.RuntimeError, asyncio.toThread(() => 1))).message, /default executor of this event loop was shut down/)
      assert.throws(() => asyncio.getRunningLoop().runInExecutor(null, () => 1), asyncio.RuntimeError)
    }))

  test("runs a call of a module, of whatever executor that is", () =>
    withPool(async (pool) => {
      const { note } = pool.module<typeof store>(address)
      assert.equal(await asyncio.toThread(note, "in the default executor"), 1)
      assert.equal(pool.statistics().done, 0)
    }))

  test("keeps a virtual clock from jumping while a thread works", () =>
    runVirtual(async () => {
      const shared = cells()
      asyncio.createTask(async () => {
        await isSet(shared, 0)
        set(shared, 1)
      })
      assert.equal(await asyncio.waitFor(asyncio.toThread(block, shared), 1), "released")
      assert.equal(asyncio.getRunningLoop().time(), 0)
    }))

  it("refuses at the call what cannot run there, and says what to do", async () => {
    const rate = 2
    const table: [work: unknown, message: RegExp][] = [
      [(n: number) => n * rate, /^toThread: this function captures 'rate' .* Pass it as an argument, toThread\(\(n, rate\) => …, n, rate\)/],
      [function* numbers() {}, /toThread gives one result, but 'numbers' is a generator function: take its items with for await \(const item of executor\.stream\(…\)\), or return a list/],
      [async function* () {}, /but this is a generator function/],
      [asyncio.coroutine("own", async () => 1), /toThread: the function 'own' was made by coroutine\(…\)/],
      [Math.max, /no source to send/],
      [5, /what toThread runs is a function, but 5 was given/],
      [undefined, /but undefined was given/],
      [Promise.resolve(), /but a Promise was given/],
    ]
    for (const [work, message] of table) assert.match(thrownBy(() => asyncio.toThread(work as () => void)).message, message)
    await asyncio.run(async () => {
      const error = await thrownAs(TypeError, asyncio.toThread((options: object) => options, { tea: [() => 1] }))
      assert.match(error.message, /argument 1\.tea\[0\] is a function, which cannot be cloned/)
      assert.match(String(await thrown(asyncio.toThread(() => ({ f: () => 1 })))), /result\.f is a function/)
    })
  })
})
