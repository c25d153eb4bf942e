/** loop.runInExecutor and loop.setDefaultExecutor. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "asyncio-ts/executors"
import { thrownAs, thrownBy } from "../support/record.ts"
import { cells, isSet, set } from "../support/shared-cell.ts"

const double = (n: number): number => n * 2
const fail = (): never => {
  throw new RangeError("no")
}

describe("runInExecutor", () => {
  // CPython: test_run_in_executor
  test("gives the function to the default executor, or to the one that is named, at once", () =>
    asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const pool = new InterpreterPoolExecutor({ maxWorkers: 1 })
      const processes = new ProcessPoolExecutor({ maxWorkers: 1 })
      const future = loop.runInExecutor(pool, double, 3)
      assert.ok(asyncio.isFuture(future))
      assert.equal(pool.statistics().queued, 1)
      assert.equal(await future, 6)
      assert.equal(await loop.runInExecutor(null, double, 4), 8)
      assert.equal(await loop.runInExecutor(undefined, double, 5), 10)
      assert.equal(await loop.runInExecutor(processes, double, 6), 12)
      assert.equal(await loop.runInExecutor(pool.with({ name: "named" }), double, 7), 14)
      await thrownAs(RangeError, loop.runInExecutor(pool, fail))
      assert.equal(pool.statistics().done, 2)
      await asyncio.gather([pool.shutdown(), processes.shutdown()])
    }))

  // CPython: test_run_in_executor_cancel
  test("R190: cancelling its future leaves the work, and closing the loop then is no error", async () => {
    const shared = cells()
    const work = (cell: Int32Array): void => {
      Atomics.store(cell, 0, 1)
      Atomics.notify(cell, 0)
      Atomics.wait(cell, 1, 0, 60_000)
    }
    const reports: string[] = []
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      loop.setExceptionHandler((_loop, { message }) => reports.push(message))
      const future = loop.runInExecutor(null, work, shared)
      const told: boolean[] = []
      future.addDoneCallback((done) => told.push(done.cancelled()))
      await isSet(shared, 0)
      assert.equal(future.cancel(), true)
      await thrownAs(asyncio.CancelledError, future)
      await asyncio.sleep(0)
      assert.deepEqual(told, [true])
      set(shared, 1)
    })
    assert.deepEqual(reports, [])
  })

  test("takes work while its loop does not run, and begins it with the loop", async () => {
    const loop = new asyncio.EventLoop()
    const early = loop.runInExecutor(null, double, 21)
    const bad = loop.runInExecutor(null, fail)
    const uncloneable = loop.runInExecutor(null, (value: object) => value, { f: () => 1 })
    const dropped = loop.runInExecutor(null, fail)
    const caught = await asyncio.run(() => loop.runInExecutor(null, double, 4).getLoop() === loop)
    assert.equal(caught, true, "the loop that is asked, not the one that runs the code")
    assert.equal(dropped.cancel(), true)
    const [value, thrown, refused] = await loop.runUntilComplete(() => asyncio.gather([early, bad, uncloneable], { returnExceptions: true }))
    assert.equal(value, 42)
    assert.ok(thrown instanceof RangeError)
    assert.match((refused as Error).message, /argument 1\.f is a function/)
    const spins = (): never => {
      for (;;);
    }
    const pool = await asyncio.run(() => new InterpreterPoolExecutor({ maxWorkers: 1, grace: 0 }))
    const spinning = loop.runInExecutor(pool, spins)
    loop.callLater(0.02, () => spinning.cancel("enough"))
    assert.equal((await thrownAs(asyncio.CancelledError, loop.runUntilComplete(spinning))).reason, "enough")
    await loop.runUntilComplete(pool.shutdown())
    await loop.runUntilComplete(loop.shutdownDefaultExecutor())
    loop.close()
  })

  test("refuses what is no executor, no function, and a loop that is closed", () =>
    asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const pattern = /runInExecutor takes an executor, such as new ThreadPoolExecutor\(\) of asyncio-ts\/executors, but/
      for (const wrong of [5, "threads", {}, double]) assert.match(thrownBy(() => loop.runInExecutor(wrong as never, double, 1)).message, pattern)
      assert.match(thrownBy(() => loop.runInExecutor(null, 5 as never)).message, /what runInExecutor runs is a function, but 5 was given/)
      assert.match(thrownBy(() => loop.runInExecutor(null, function* () {})).message, /generator function/)
      const captured = 5
      assert.match(thrownBy(() => loop.runInExecutor(null, () => captured)).message, /^runInExecutor: this function captures 'captured'/)
      const closed = new asyncio.EventLoop()
      closed.close()
      assert.match(thrownBy(() => closed.runInExecutor(null, double, 1)).message, /Event loop is closed/)
    }))
})

describe("setDefaultExecutor", () => {
  // CPython: test_set_default_executor
  test("names what runInExecutor and toThread use from here on, any executor", () =>
    asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      for (const executor of [new ThreadPoolExecutor({ maxWorkers: 1 }), new InterpreterPoolExecutor({ maxWorkers: 1 })]) {
        loop.setDefaultExecutor(executor)
        assert.equal(await loop.runInExecutor(null, double, 1), 2)
        assert.equal(await asyncio.toThread(double, 2), 4)
        assert.equal(executor.statistics().done, 2)
        await executor.shutdown()
      }
    }))

  // CPython: test_set_default_executor_error
  test("refuses what is no executor", () => {
    const loop = new asyncio.EventLoop()
    for (const wrong of [null, undefined, 5, {}, double]) {
      assert.match(thrownBy(() => loop.setDefaultExecutor(wrong as never)).message, /setDefaultExecutor takes an executor/)
    }
    loop.close()
  })

  test("is for its loop alone", async () => {
    const one = new ThreadPoolExecutor({ maxWorkers: 1 })
    await asyncio.run(async () => {
      asyncio.getRunningLoop().setDefaultExecutor(one)
      const other = asyncio.bind(() => asyncio.run(() => asyncio.toThread(double, 3)))
      assert.equal(await asyncio.wrapFuture(other()), 6)
      assert.equal(one.statistics().started, 0)
      assert.equal(await asyncio.toThread(double, 4), 8, "the end of the other program is not that of this one's executor")
    })
  })
})
