import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor } from "asyncio-ts/executors"
import { disposing } from "../../support/disposing.ts"
import type * as LeavesTasks from "../programs/leaves-tasks.ts"

const programs = new URL("../programs/leaves-tasks.ts", import.meta.url)

for (const Pool of [InterpreterPoolExecutor, ProcessPoolExecutor]) {
  describe(`a job of a worker of ${Pool.name}`, () => {
    it("takes the tasks with it that it has begun and not awaited, however it ends", async () => {
      await asyncio.run(() => disposing(new Pool({ maxWorkers: 1 }), async (pool) => {
        const jobs = pool.module<typeof LeavesTasks>(programs)
        assert.equal(await jobs.returns("returned"), "returned")
        await assert.rejects(async () => await jobs.throws("threw"), RangeError)
        await assert.rejects(async () => await jobs.throwsAtOnce("at once"), RangeError)
        assert.deepEqual(await jobs.endedSoFar(), ["returned", "threw", "at once"])
        assert.deepEqual(await jobs.tasks(), ["tasks"])
      }))
    })

    it("does not wait for what it has left at a promise of somebody else's", async () => {
      await asyncio.run(() => disposing(new Pool({ maxWorkers: 1 }), async (pool) => {
        const jobs = pool.module<typeof LeavesTasks>(programs)
        await asyncio.waitFor(jobs.awaitsForeign(), 30)
        assert.deepEqual(await jobs.endedSoFar(), [])
      }))
    })

    it("that was cancelled at such a promise goes on without a report, and leaves the next one alone", async () => {
      await asyncio.run(() => disposing(new Pool({ maxWorkers: 1, cancel: "abandon" }), async (pool) => {
        const jobs = pool.module<typeof LeavesTasks>(programs)
        await jobs.getWho()
        const left = asyncio.createTask(jobs.waitsForRelease())
        while (pool.statistics().running.length === 0) await asyncio.sleep(0)
        left.cancel()
        await assert.rejects(async () => await left, asyncio.CancelledError)
        assert.deepEqual(await jobs.releases(), [])
        assert.equal(pool.statistics().started, 1)
      }))
    })

    it("hands no context variable on to the next one", async () => {
      await asyncio.run(() => disposing(new Pool({ maxWorkers: 1 }), async (pool) => {
        const jobs = pool.module<typeof LeavesTasks>(programs)
        for (let i = 0; i < 3; i += 1) {
          await jobs.setWho("Ann")
          assert.equal(await jobs.getWho(), "nobody")
        }
      }))
    })
  })
}
