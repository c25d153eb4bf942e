import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { Redis } from "../../examples/redis/redis.ts"
import { RedisError } from "../../examples/redis/resp.ts"
import { needs } from "../support/needs.ts"

/** Runs `body` with a server of its own, on a port that was free. */
async function withRedis(body: (port: number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-redis-"))
  try {
    await asyncio.run(async () => {
      const probe = await asyncio.startServer(() => {}, "127.0.0.1", 0)
      const port = Number(probe.sockets[0]?.getsockname()?.[1])
      probe.close()
      await probe.waitClosed()
      const server = await asyncio.createSubprocessExec("redis-server", "--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, {
        stdout: asyncio.subprocess.PIPE,
      })
      try {
        for await (const line of server.stdout) if (line.includes("Ready to accept connections")) break
        const drained = asyncio.createTask(server.stdout.read())
        await body(port)
        if (server.returncode === null) server.terminate()
        await drained
      } finally {
        await server[Symbol.asyncDispose]()
      }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe("a client for Redis on streams", { skip: needs("redis-server", "redis-server") }, () => {
  test("many tasks share a connection, and each gets its own answer", () =>
    withRedis(async (port) => {
      const redis = await Redis.connect("127.0.0.1", port)
      assert.equal(await redis.command("SET", "tea", "Masala\r\nchai"), "OK")
      assert.equal(await redis.command("GET", "tea"), "Masala\r\nchai")
      assert.equal(await redis.command("GET", "nothing"), null)
      await assert.rejects(async () => await redis.command("HGET", "tea", "x"), RedisError)
      const answers = await asyncio.gather(Array.from({ length: 500 }, (_, index) => redis.command("ECHO", index)))
      assert.deepEqual(answers, Array.from({ length: 500 }, (_, index) => String(index)))
      assert.deepEqual(await redis.command("LRANGE", "none", 0, -1), [])
      assert.equal(await redis.command("ECHO", "x".repeat(1_000_000)), "x".repeat(1_000_000))
      await redis.close()
    }))

  test("72: the answer to a cancelled command reaches nobody else", () =>
    withRedis(async (port) => {
      const redis = await Redis.connect("127.0.0.1", port)
      for (let round = 0; round < 50; round += 1) {
        const secret = asyncio.createTask(redis.command("ECHO", `secret ${round}`))
        await asyncio.sleep(0)
        const mine = asyncio.createTask(redis.command("ECHO", `mine ${round}`))
        secret.cancel()
        assert.equal(await mine, `mine ${round}`)
        await assert.rejects(secret, asyncio.CancelledError)
      }
      await assert.rejects(async () => await asyncio.waitFor(redis.command("BLPOP", "empty", 0), 0.05), asyncio.TimeoutError)
      const other = await Redis.connect("127.0.0.1", port)
      await other.command("RPUSH", "empty", "late")
      assert.equal(await redis.command("PING"), "PONG")
      await redis.close()
      await other.close()
    }))

  test("a server that goes away fails the commands that wait, and later ones", () =>
    withRedis(async (port) => {
      const redis = await Redis.connect("127.0.0.1", port)
      const waiting = asyncio.createTask(redis.command("BLPOP", "empty", 0))
      await asyncio.sleep(0)
      const other = await Redis.connect("127.0.0.1", port)
      await asyncio.settled(asyncio.createTask(other.command("SHUTDOWN", "NOSAVE"))).catch(() => {})
      await assert.rejects(waiting, asyncio.ConnectionError)
      await assert.rejects(async () => await redis.command("PING"), asyncio.ConnectionError)
      await redis.close()
      await other.close()
    }))
})
