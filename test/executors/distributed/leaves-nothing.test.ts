import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { redisServer, skip, type RedisServer } from "./support/redis-server.ts"
import { serving, type Serving } from "./support/serving.ts"

const PROGRAMS = join(import.meta.dirname, "programs")

/** What a program writes; it has to end by itself. */
async function output(program: string, ...args: string[]): Promise<string> {
  const conditions = process.execArgv.filter((option) => option.startsWith("--conditions"))
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, join(PROGRAMS, program), ...args], { timeout: 60_000 })
  return stdout
}

describe("a program with a distributed executor", { skip }, () => {
  let server: RedisServer
  let served: Serving
  before(async () => {
    server = await redisServer()
    served = await asyncio.run(() => serving({ redis: server.url, queue: "leaves" }))
  })
  after(async () => {
    await asyncio.run(() => served.worker.shutdown())
    await server.remove()
  })

  for (const how of ["shutdown", "forgets to"]) {
    test(`${how === "shutdown" ? "that shuts it down" : "that forgets to"} ends by itself, and leaves nothing open`, async () => {
      const begun = performance.now()
      assert.equal(await output("leaves.ts", server.url, how), "16\nTimeoutError\nleft []\n")
      assert.ok(performance.now() - begun < 50_000)
    })
  }

  test("leaves no listener and no client in Redis", async () => {
    const { Redis } = await import("ioredis")
    const redis = new Redis(server.url)
    const mine = async (): Promise<number> => String(await redis.client("LIST")).trimEnd().split("\n").length
    const before = await mine()
    await output("leaves.ts", server.url, "shutdown")
    assert.equal(await mine(), before)
    redis.disconnect()
  })
})

describe("a program without the packages", { concurrency: 2 }, () => {
  for (const missing of ["bullmq", "ioredis"]) {
    test(`that has no ${missing} is told at the first call what to install`, async () => {
      assert.equal(
        await output("without-packages.ts", missing),
        `RuntimeError: cannot reach the queue 'asyncio' in Redis at 127.0.0.1:6379: the package '${missing}' is not installed; run: npm install bullmq ioredis\n`,
      )
    })
  }
})
