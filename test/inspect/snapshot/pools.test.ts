import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { ThreadPoolExecutor } from "asyncio-ts/executors"
import { snapshotNow } from "#src/inspect/agent.ts"

test("a pool is told with its queue, its workers and their jobs, until it is shut down", () =>
  asyncio.run(async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1, name: "cpu" })
    const cell = new Int32Array(new SharedArrayBuffer(4))
    const wait = (shared: Int32Array): string => Atomics.wait(shared, 0, 0)
    const jobs = [pool.submit(wait, cell), pool.submit(wait, cell)]
    const told = (): unknown => snapshotNow().pools.filter(({ name }) => name === "cpu")
    while (pool.statistics().running.length === 0) await asyncio.sleep(0.005)
    const [shown] = snapshotNow().pools
    assert.deepEqual([shown?.name, shown?.kind, shown?.queued, shown?.workers.length, shown?.workers[0]?.state], ["cpu", "thread pool", 1, 1, "busy"])
    assert.equal(shown?.workers[0]?.job?.id, pool.statistics().running[0]?.id)
    Atomics.store(cell, 0, 1)
    Atomics.notify(cell, 0)
    await asyncio.gather(jobs)
    await pool.shutdown()
    assert.deepEqual(told(), [])
  }))
