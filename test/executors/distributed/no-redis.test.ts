import assert from "node:assert/strict"
import { createServer, type AddressInfo, type Socket } from "node:net"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { DistributedExecutor, DistributedWorker, type DistributedOptions } from "asyncio-ts/executors"
import type * as source from "./programs/tasks.ts"
import { redisServer, skip, type RedisServer } from "./support/redis-server.ts"
import { TASKS } from "./support/serving.ts"

type Tasks = typeof source

/** What a first call throws. */
function firstError(options: DistributedOptions): Promise<Error & { code?: string }> {
  return asyncio.run(async () => {
    const executor = new DistributedExecutor(options)
    try {
      return await executor.module<Tasks>("tasks").square(2).then(() => assert.fail("it ran"), (error: Error) => error)
    } finally {
      await executor.shutdown()
    }
  })
}

/** Runs `body` with the port of a server that treats each connection in that way. */
async function withServer(treat: (socket: Socket) => void, body: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    treat(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    await body((server.address() as AddressInfo).port) // a TCP server has one
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

describe("a Redis that is not there", () => {
  test("nobody listens: the error says where, and how to start one", async () => {
    const error = await firstError({ redis: "redis://127.0.0.1:1", queue: "teas" })
    assert.ok(error instanceof asyncio.ConnectionRefusedError)
    assert.equal(error.code, "ECONNREFUSED")
    assert.match(error.message, /^cannot reach the queue 'teas' in Redis at 127\.0\.0\.1:1: .*start one with `redis-server --port 1`, or say where it is$/)
  })

  test("a name that nobody knows", async () => {
    const error = await firstError({ redis: { host: "redis.invalid" } })
    assert.ok(error instanceof asyncio.AddressLookupError, String(error))
    assert.match(error.message, /Redis at redis\.invalid:6379/)
  })

  test("a server that says nothing: the attempt ends after connectTimeout", () =>
    withServer(
      () => undefined,
      async (port) => {
        const begun = performance.now()
        const error = await firstError({ redis: { port }, connectTimeout: 0.2 })
        assert.ok(error instanceof asyncio.TimeoutError)
        assert.match(error.message, /no answer within 0\.2 s/)
        assert.ok(performance.now() - begun < 10_000)
      },
    ))

  test("a server that speaks another protocol", () =>
    withServer(
      (socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      async (port) => {
        const error = await firstError({ redis: `redis://127.0.0.1:${port}` })
        assert.ok(error instanceof asyncio.ConnectionError)
        assert.match(error.message, /speaks another protocol than Redis/)
      },
    ))

  test("a server that hangs up at once", () =>
    withServer(
      (socket) => socket.destroy(),
      async (port) => {
        const error = await firstError({ redis: `redis://127.0.0.1:${port}`, connectTimeout: 10 })
        assert.ok(error instanceof asyncio.OSError || error instanceof asyncio.TimeoutError, String(error))
        assert.match(error.message, new RegExp(`Redis at 127.0.0.1:${port}`))
      },
    ))

  test("a cancelled first call is cancelled at once, and leaves nothing", () =>
    withServer(
      () => undefined,
      (port) =>
        asyncio.run(async () => {
          const executor = new DistributedExecutor({ redis: { port }, connectTimeout: 30 })
          const begun = performance.now()
          await assert.rejects(async () => await asyncio.waitFor(executor.module<Tasks>("tasks").square(2), 0.05), asyncio.TimeoutError)
          assert.ok(performance.now() - begun < 20_000)
          assert.equal(executor.statistics().queued, 0)
          await executor.shutdown({ wait: false })
        }),
    ))

  test("every job that waits for the connection is told, and the next call tries again", () =>
    asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: "redis://127.0.0.1:1" })
      const { square } = executor.module<Tasks>("tasks")
      for (let round = 0; round < 2; round += 1) {
        const ended = await asyncio.gather([1, 2, 3].map((n) => executor.submit(square, n)), { returnExceptions: true })
        assert.deepEqual(ended.map((error) => (error as unknown as Error).name), Array(3).fill("ConnectionRefusedError"))
      }
      await assert.rejects(async () => await executor.queueStatistics(), asyncio.ConnectionRefusedError)
      await assert.rejects(async () => await executor.deadLetters().list(), asyncio.ConnectionRefusedError)
      await executor.shutdown()
    }))

  test("an address that cannot be meant is refused where the executor is made, without its password", () => {
    const wrong: [DistributedOptions["redis"], RegExp][] = [
      ["http://user:secret@host", /is a URL such as "redis:\/\/127\.0\.0\.1:6379" .*"http:\/\/…@host"/],
      ["redis", /is a URL such as/],
      ["redis://host/teas", /ends in the number of a database/],
      [7 as never, /is a URL such as/],
      [{ port: 0 }, /the port in redis of DistributedExecutor must be at least 1/],
      [{ port: 70_000 }, /at most 65535/],
      [{ password: 7 as never }, /password in redis of DistributedExecutor is a text, not a number/],
      [{ db: 1.5 }, /db in redis/],
      [{ tls: 1 as never }, /tls in redis/],
    ]
    for (const [redis, message] of wrong) {
      assert.throws(() => new DistributedExecutor({ redis }), (error: Error) => {
        assert.match(error.message, message)
        assert.ok(!error.message.includes("secret"))
        return true
      })
    }
    assert.throws(() => new DistributedExecutor(7 as never), /DistributedExecutor takes options/)
  })
})

describe("a Redis that lets nobody in", { skip }, () => {
  let server: RedisServer
  before(async () => {
    server = await redisServer({ password: "s3cret" })
  })
  after(() => server.remove())

  test("no password was given", async () => {
    const error = await firstError({ redis: { port: server.port } })
    assert.ok(error instanceof asyncio.PermissionError)
    assert.equal(error.code, "NOAUTH")
    assert.match(error.message, /it wants a password, and none was given; write redis:\/\/:PASSWORD@HOST:PORT$/)
  })

  test("another password was given, and no message shows it", async () => {
    const error = await firstError({ redis: `redis://:wr0ng@127.0.0.1:${server.port}` })
    assert.ok(error instanceof asyncio.PermissionError)
    assert.equal(error.code, "WRONGPASS")
    assert.ok(!String(error.stack).includes("wr0ng"))
  })

  test("a database that does not exist", async () => {
    const error = await firstError({ redis: `${server.url}/99` })
    assert.match(error.message, /DB index is out of range/)
  })

  test("a worker says the same", () =>
    asyncio.run(async () => {
      const worker = new DistributedWorker({ redis: { port: server.port }, modules: [TASKS] })
      await assert.rejects(async () => await worker.start(), asyncio.PermissionError)
    }))
})
