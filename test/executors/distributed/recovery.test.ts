import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { DistributedExecutor } from "asyncio-ts/executors"
import { Redis } from "ioredis"
import type * as source from "./programs/effects.ts"
import { redisServer, skip } from "./support/redis-server.ts"
import { workerProcess, type WorkerProcess } from "./support/worker-process.ts"

const EFFECTS = join(import.meta.dirname, "programs/effects.ts")
const WORKERS = 3

/** What is done to whom when so many jobs are done. */
interface Blow {
  readonly after: number
  readonly strike: "worker" | "redis"
}

interface Outcome {
  /** Jobs that were begun more than once. */
  readonly repeated: number
  readonly seconds: number
}

/** Runs `count` keyed effects on three worker processes while they, and Redis, are killed. */
async function storm(count: number, blows: readonly Blow[]): Promise<Outcome> {
  const server = await redisServer({ durable: true })
  const queue = "storm"
  const start = (): WorkerProcess =>
    workerProcess(["worker", EFFECTS, "--redis", server.url, "--queue", queue, "--concurrency", "2", "--lock", "1", "--max-lost", "20", "--json"], { EFFECTS_REDIS: server.url })
  const workers = Array.from({ length: WORKERS }, start)
  const begun = performance.now()
  try {
    await Promise.all(workers.map((worker) => worker.told("serving")))
    await asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: server.url, queue })
      const effects = executor.module<typeof source>("effects")
      const left = [...blows]
      let done = 0
      let victim = 0
      const striking: Promise<void>[] = []
      const strike = async (what: Blow["strike"]): Promise<void> => {
        if (what === "redis") {
          await server.kill()
          await server.start()
          return
        }
        const at = victim % WORKERS
        victim += 1
        workers[at]?.kill("SIGKILL")
        await workers[at]?.ended
        workers[at] = start()
      }
      const jobs = Array.from({ length: count }, (_, index) => executor.submit(effects.bump, index))
      for (const job of jobs) {
        job.addDoneCallback(() => {
          done += 1
          const next = left[0]
          if (next === undefined || done < next.after) return
          left.shift()
          striking.push(strike(next.strike))
        })
      }
      const results = await asyncio.gather(jobs)
      assert.deepEqual(results, Array.from({ length: count }, (_, index) => index))
      assert.equal(left.length, 0, "all was struck that was to be")
      await asyncio.settled(Promise.all(striking))
      await executor.shutdown()
    })
    const seconds = (performance.now() - begun) / 1000
    const redis = new Redis(server.port, "127.0.0.1")
    const [effects, runs] = await Promise.all([redis.hgetall("effects"), redis.hgetall("runs")])
    redis.disconnect()
    assert.equal(Object.keys(effects).length, count, "every job had its effect")
    assert.deepEqual([...new Set(Object.values(effects))], ["1"], "each once")
    const repeated = Object.values(runs).filter((times) => times !== "1").length
    return { repeated, seconds }
  } finally {
    for (const worker of workers) worker.kill("SIGKILL")
    await Promise.all(workers.map((worker) => worker.ended))
    await server.remove()
  }
}

describe("jobs on many machines, when machines die", { skip }, () => {
  test("kill -9 of workers and a restart of Redis lose no job, and double no effect with a key", async (context) => {
    const { repeated, seconds } = await storm(300, [
      { after: 40, strike: "worker" },
      { after: 120, strike: "redis" },
      { after: 200, strike: "worker" },
    ])
    context.diagnostic(`300 jobs in ${seconds.toFixed(1)} s, ${repeated} begun more than once`)
  })

  test("the same for 10,000 jobs, under ten blows", { skip: process.env["TEST_SYSTEM"] === undefined && "runs with TEST_SYSTEM=1" }, async (context) => {
    const { repeated, seconds } = await storm(
      10_000,
      Array.from({ length: 10 }, (_, index) => ({ after: 800 * (index + 1), strike: index % 5 === 2 ? ("redis" as const) : ("worker" as const) })),
    )
    context.diagnostic(`10,000 jobs in ${seconds.toFixed(1)} s, ${repeated} begun more than once`)
  })
})
