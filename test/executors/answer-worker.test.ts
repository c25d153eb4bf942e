/** Calls of jobs, as the loop sees them that runs them. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { ThreadPoolExecutor, type ModuleCalls } from "asyncio-ts/executors"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { disposing } from "../support/disposing.ts"
import { random } from "../support/random.ts"
import { thrownAs } from "../support/record.ts"
import { cells, isSet, set } from "../support/shared-cell.ts"
import type * as Jobs from "./programs/calls-back.ts"
import * as store from "./programs/store.ts"

const address = new URL("./programs/calls-back.ts", import.meta.url)

type Body = (pool: ThreadPoolExecutor, jobs: ModuleCalls<typeof Jobs>) => Promise<void>

function withPool(run: (main: () => Promise<void>) => Promise<void>, body: Body): Promise<void> {
  return run(() => disposing(new ThreadPoolExecutor({ maxWorkers: 1 }), (pool) => body(pool, pool.module<typeof Jobs>(address))))
}

describe("calls of many jobs, some of which are cancelled", () => {
  random("are each made once, answered to whoever asked, and leave nothing behind", 3, async (source) => {
    store.asked.clear()
    await asyncio.run(() =>
      disposing(new ThreadPoolExecutor({ maxWorkers: 2 }), async (pool) => {
        const jobs = pool.module<typeof Jobs>(address)
        const numbers = (job: number): number[] => Array.from({ length: 4 }, (_, i) => job * 4 + i + 1)
        const tasks = Array.from({ length: 40 }, (_, job) => asyncio.createTask(jobs.sumOf(numbers(job), source.below(4))))
        const victims = tasks.filter(() => source.chance(40))
        while (tasks.some((task) => !task.done())) {
          await asyncio.sleep(source.below(3) / 1000)
          victims.splice(source.below(victims.length + 1), 1)[0]?.cancel()
        }
        for (const task of tasks) if (!task.cancelled()) assert.equal(task.result(), 0)
        // The calls of a job that was cancelled end when its thread has heard of it.
        await pool.shutdown()
        await asyncio.sleep(0)
        assert.equal(store.running.calls, 0)
        assert.equal(asyncio.allTasks().size, 1)
        assert.equal(asyncio.getRunningLoop().hostOperations, 0)
        assert.deepEqual([...store.asked].filter(([, times]) => times !== 1), [])
        tasks.forEach((task, job) => {
          if (!task.cancelled()) for (const n of numbers(job)) assert.ok(store.asked.has(n) && store.asked.has(-n))
        })
      }),
    )
  })
})

describe("a call of a job", () => {
  test("may sleep on a virtual clock, which the job does not hold up meanwhile", () =>
    withPool(runVirtual, async (pool, jobs) => {
      const loop = asyncio.getRunningLoop()
      assert.equal(await asyncio.gather([jobs.awaitNap(3600), asyncio.sleep(1800, "half")]).then(([nap]) => nap), "slept")
      assert.equal(loop.time(), 3600)
      assert.equal(await jobs.blockOnNap(3600), "slept")
      assert.equal(loop.time(), 7200)
      assert.equal(await asyncio.toThread(jobs.blockOnNap, 1), "slept")
      await asyncio.waitFor(pool.submit(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)), 1)
      assert.equal(loop.time(), 7201, "and the job itself does hold it up")
    }))

  test("is counted among what the host does again when the job was given up", () =>
    withPool(runVirtual, async (_pool, jobs) => {
      const loop = asyncio.getRunningLoop()
      await thrownAs(asyncio.TimeoutError, asyncio.waitFor(jobs.blockOnNap(3600), 60))
      assert.equal(loop.time(), 60)
      await jobs.noteAll()
      assert.equal(loop.hostOperations, 0)
    }))

  test("is cancelled with what is left of the program, and the job hears of it", async () => {
    store.told.length = 0
    await asyncio.run(
      async () => {
        const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
        asyncio.getRunningLoop().setDefaultExecutor(pool)
        const begun = Promise.withResolvers<void>()
        const { push } = store.told
        store.told.push = (...lines) => {
          begun.resolve()
          return push.call(store.told, ...lines)
        }
        void asyncio.createTask(asyncio.toThread(pool.module<typeof Jobs>(address).blockOnNap, 3600))
        await asyncio.wrapFuture(begun.promise)
        store.told.push = push
      },
      { loopFactory: () => new asyncio.EventLoop({ clock: new VirtualClock() }) },
    )
    assert.equal(store.told[0], "nap begins")
    assert.match(store.told[1] ?? "", /^nap: cancelled by run: the program ends$/)
  })

  test("is refused once the loop that asked for the job is closed", async () => {
    const shared = cells()
    const pool = await asyncio.run(async () => {
      const made = new ThreadPoolExecutor({ maxWorkers: 1 })
      // Nobody waits for it, and it is in no default executor.
      void made.submit(async (cell: Int32Array, url: string) => {
        const { parentLoop } = await import("asyncio-ts/executors")
        Atomics.store(cell, 0, 1)
        Atomics.notify(cell, 0)
        Atomics.wait(cell, 1, 0, 60_000)
        const told = (): PromiseLike<string> => parentLoop().module<typeof store>(url).note("never").then(String, (error: Error) => error.message)
        const answers = globalThis as { answers?: string[] } // for the next job
        answers.answers = [await told(), await told()]
      }, shared, new URL("./programs/store.ts", import.meta.url).href)
      await isSet(shared, 0)
      return made
    })
    await asyncio.run(async () => {
      set(shared, 1)
      const [cancelled, refused] = (await pool.submit(() => (globalThis as { answers?: string[] }).answers)) ?? []
      assert.match(cancelled ?? "", /^cancelled by the end of its event loop/)
      assert.match(refused ?? "", /^cannot run 'note' on the parent's loop: the loop that asked for job #\d+ 'function' is closed$/)
      await pool.shutdown()
    })
  })

  test("that fails after its job is over is reported as any error that nobody asks for", () =>
    withPool(asyncio.run, async (_pool, jobs) => {
      const reports: asyncio.ExceptionContext[] = []
      asyncio.getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context))
      await jobs.leaveStubborn()
      await asyncio.sleep(0.01)
      while (reports.length === 0) await asyncio.sleep(0.1)
      assert.match(reports[0]?.message ?? "", /never retrieved/)
      assert.match(String(reports[0]?.exception), /stubborn/)
    }))
})
