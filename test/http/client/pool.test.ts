import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { failure, failureAfter, scene, serving, servingTcp } from "./serving.ts"
import type { ServerResponse } from "node:http"
import type { Connection } from "#src/http/client/connection.ts"
import { Pool } from "#src/http/client/pool.ts"
import { OPEN } from "#src/http/client/pool-line.ts"

test("requests one after the other share a connection", () =>
  serving((_request, response) => response.end("tea"), async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    for (let i = 0; i < 5; i++) await client.get("/")
    assert.equal(server.opened, 1)
    assert.deepEqual(client.statistics(), { connections: 1, idle: 1, connecting: 0, waiting: 0 })
    await client.close()
  }))

test("a redirect, a failed status and a closed stream give their connection back or close it", () =>
  serving(
    (request, response) => {
      if (request.url === "/to") response.writeHead(302, { location: "/" }).end("x".repeat(1000))
      else if (request.url === "/long") response.write("x".repeat(1_000_000))
      else response.writeHead(404).end("no")
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url, followRedirects: true })
      await client.get("/to")
      await client.stream("GET", "/").run(async (response) => void (await response.bytes()))
      assert.equal(server.opened, 1)
      // Read to no end: what is left cannot be skipped.
      await client.stream("GET", "/long").run(() => undefined)
      assert.deepEqual(client.statistics(), { connections: 0, idle: 0, connecting: 0, waiting: 0 })
      await server.untilOpen(0)
      await client.close()
    },
  ))

test("a body that nobody reads holds its connection until `run` ends, and the server's data in the server", () =>
  serving(
    (_request, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536))) {
          // until its buffer is full
        }
      }
      response.on("drain", more)
      more()
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url, limits: { maxConnections: 1 } })
      await client.stream("GET", "/").run(async () => {
        assert.equal(client.statistics().connections, 1)
        const error = await failure(client.get("/", { timeout: { pool: 0.02 } }))
        assert.ok(error instanceof http.PoolTimeout)
        const [socket] = server.sockets
        const written = (): number => socket?.bytesWritten ?? 0
        for (let before = -1; written() > before; await asyncio.sleep(0.05)) {
          before = written()
          assert.ok(before < 16 * 1024 * 1024, "the server has to wait")
        }
      })
      assert.equal(client.statistics().connections, 0)
      await client.close()
    },
  ))

for (const limit of [1, 2]) {
  test(`what is beyond maxConnections (${limit}) waits in line, and is served in order`, () =>
    serving(
      (request, response) => void setImmediate(() => response.end(request.url)),
      async (server) => {
        const client = new http.Client({ baseUrl: server.url, limits: { maxConnections: limit } })
        const done: number[] = []
        await asyncio.gather(
          Array.from({ length: 10 }, (_, index) => async () => {
            await client.get(`/${index}`)
            done.push(index)
          }),
        )
        assert.equal(server.opened, limit)
        // The first ones open connections, which takes each its time; of the others, those that are
        // under way together may end in any order.
        assert.equal(done.length, 10)
        const waited = done.filter((index) => index >= limit)
        for (const [place, index] of waited.entries()) assert.ok(Math.abs(place + limit - index) < limit, String(done))
        await client.close()
      },
    ))
}

test("a PoolTimeout tells the limit, ends on time, and takes nobody's place", () => {
  const answers: ServerResponse[] = []
  return scene(
    (_request, response, asked) => {
      answers.push(response)
      asked.set()
    },
    async (server, asked) => {
      const client = new http.Client({ baseUrl: server.url, limits: { maxConnections: 1 }, timeout: { pool: 0.05 } })
      const first = asyncio.createTask(client.get("/first"))
      await asked.wait()
      const error = await failureAfter(0.05, client.get("/late?secret"))
      assert.ok(error instanceof http.PoolTimeout && error instanceof asyncio.TimeoutError)
      assert.match(error.message, /^GET http:\/\/localhost:\d+\/late\?…: no connection became free within 0\.05 s \(timeout\.pool\); at most 1 are open/)
      assert.equal(client.statistics().waiting, 0)
      const third = asyncio.createTask(client.get("/third", { timeout: { pool: null } }))
      await asyncio.sleep(0)
      answers[0]?.end()
      await first
      while (answers.length < 2) await asyncio.sleep(0.001)
      answers[1]?.end()
      await third
      await client.close()
    },
  )
})

test("a task that is cancelled in line leaves it, and the next gets the connection", () => {
  const answers: ServerResponse[] = []
  return scene(
    (_request, response, asked) => {
      answers.push(response)
      asked.set()
    },
    async (server, asked) => {
      const client = new http.Client({ baseUrl: server.url, limits: { maxConnections: 1 } })
      const first = asyncio.createTask(client.get("/1"))
      await asked.wait()
      const [second, third] = [2, 3].map((id) => asyncio.createTask(client.get(`/${id}`)))
      await asyncio.sleep(0.005)
      assert.equal(client.statistics().waiting, 2)
      second?.cancel()
      // In the very tick in which the connection becomes free.
      answers[0]?.end()
      await first
      while (answers.length < 2) await asyncio.sleep(0.001)
      answers[1]?.end()
      await third
      assert.equal(second?.cancelled(), true)
      assert.equal(server.opened, 1)
      await client.close()
    },
  )
})

test("a cancelled request frees its place for who waits", () =>
  scene((request, response, asked) => void (request.url === "/1" ? asked.set() : response.end()), async (server, asked) => {
    const client = new http.Client({ baseUrl: server.url, limits: { maxConnections: 1 } })
    const first = asyncio.createTask(client.get("/1"))
    await asked.wait()
    const second = asyncio.createTask(client.get("/2"))
    await asyncio.sleep(0)
    first.cancel()
    assert.equal((await second).status, 200)
    assert.equal(server.opened, 2)
    await client.close()
  }))

test("an idle connection to one host makes way for another host", () =>
  serving((_request, response) => response.end(), (one) =>
    serving((_request, response) => response.end(), async (two) => {
      const client = new http.Client({ limits: { maxConnections: 1 } })
      for (const server of [one, two, one, two]) await client.get(server.url)
      assert.deepEqual([one.opened, two.opened], [2, 2])
      assert.equal(client.statistics().connections, 1)
      await client.close()
    }),
  ))

test("maxConnectionsPerHost leaves the others alone", () =>
  scene((_request, _response, asked) => asked.set(), (one, asked) =>
    serving((_request, response) => response.end(), async (two) => {
      const client = new http.Client({ limits: { maxConnectionsPerHost: 1 } })
      const first = asyncio.createTask(client.get(one.url))
      await asked.wait()
      const error = await failure(client.get(one.url, { timeout: { pool: 0.01 } }))
      assert.match(error.message, /at most 100, 1 for each host are open/)
      assert.equal((await client.get(two.url)).status, 200)
      first.cancel()
      await asyncio.wait([first])
      await client.close()
    }),
  ))

test("of many idle connections maxKeepaliveConnections are kept", () =>
  serving((_request, response) => void setImmediate(() => response.end()), async (server) => {
    const client = new http.Client({ limits: { maxKeepaliveConnections: 2 } })
    await asyncio.gather(Array.from({ length: 6 }, () => client.get(server.url)))
    assert.equal(server.opened, 6)
    await server.untilOpen(2)
    assert.equal(client.statistics().idle, 2)
    await client.close()
  }))

test("an idle connection ends after keepaliveExpiry", () =>
  serving((_request, response) => response.end(), async (server) => {
    const client = new http.Client({ limits: { keepaliveExpiry: 0.03 } })
    await client.get(server.url)
    assert.equal(server.sockets.size, 1)
    await server.untilOpen(0)
    while (client.statistics().connections > 0) await asyncio.sleep(0.001)
    await client.get(server.url)
    assert.equal(server.opened, 2)
    await client.close()
  }))

test("a connection that the server closes while it is idle is replaced unseen", () =>
  serving((request, response) => void (request.resume(), request.on("end", () => response.end())), async (server) => {
    const client = new http.Client()
    for (let i = 0; i < 20; i++) {
      for (const socket of server.sockets) socket.destroy()
      // At once, so that the client may or may not have heard of it.
      if (i % 2 === 0) await asyncio.sleep(0)
      assert.equal((await client.get(server.url, { timeout: 20 })).status, 200)
    }
    await client.close()
  }))

test("the order to close is obeyed: such a connection is not used again", () =>
  serving((_request, response) => response.setHeader("connection", "close").end(), async (server) => {
    const client = new http.Client()
    for (let i = 0; i < 3; i++) await client.get(server.url)
    assert.equal(server.opened, 3)
    await client.close()
  }))

test("many requests, some cancelled at any time, leave the pool whole", () =>
  serving((request, response) => void (request.url === "/slow" ? setTimeout(() => response.end(), 5) : response.end("tea")), async (server) => {
    const client = new http.Client({ baseUrl: server.url, limits: { maxConnections: 8 }, timeout: null })
    const tasks = Array.from({ length: 300 }, (_, index) => asyncio.createTask(client.get(index % 7 === 0 ? "/slow" : "/")))
    for (const [index, task] of tasks.entries()) {
      if (index % 3 === 0) continue
      if (index % 5 === 0) task.cancel()
      if (index % 11 === 0) {
        await asyncio.sleep(0.001)
        task.cancel()
      }
    }
    await asyncio.wait(tasks)
    for (const task of tasks) if (!task.cancelled()) assert.equal(task.result().status, 200)
    const { waiting, connecting, connections, idle } = client.statistics()
    assert.deepEqual([waiting, connecting, connections - idle], [0, 0, 0])
    assert.ok(connections <= 8)
    await client.close()
  }))

/** A pool of one connection, which carries a request, and what the pool needs of one. */
function full(): { pool: Pool; connection: Connection } {
  const pool = new Pool({ maxConnections: 1, maxConnectionsPerHost: Infinity, maxKeepaliveConnections: 1 })
  assert.equal(pool.take("a", false), OPEN)
  const connection = { key: "a", running: 0, capacity: 1, usable: true, close: () => pool.gone(connection) } as unknown as Connection // no more is asked of it
  pool.opened(connection)
  return { pool, connection }
}

const request = { method: "GET", url: new URL("http://a/") }

test("who is given a connection and cancelled in the same tick hands it on", () =>
  asyncio.run(async () => {
    const { pool, connection } = full()
    const [first, second] = [1, 2].map(() => asyncio.createTask(pool.wait("a", false, null, request)))
    await asyncio.sleep(0)
    pool.release(connection)
    first?.cancel()
    assert.equal(await asyncio.waitFor(second as asyncio.Task<unknown>, 20), connection)
    assert.ok(first?.cancelled())
    pool.release(connection)
    assert.deepEqual(pool.statistics, { connections: 1, idle: 1, connecting: 0, waiting: 0 })
  }))

test("leave to open a connection that its task cannot use goes to the next, of another host too", () =>
  asyncio.run(async () => {
    const { pool, connection } = full()
    const first = asyncio.createTask(pool.wait("a", false, null, request))
    const second = asyncio.createTask(pool.wait("b", false, null, request))
    await asyncio.sleep(0)
    pool.gone(connection)
    first.cancel()
    assert.equal(await asyncio.waitFor(second, 20), OPEN)
    pool.failed("b")
    assert.deepEqual(pool.statistics, { connections: 0, idle: 0, connecting: 0, waiting: 0 })
  }))

test("a connection that becomes free before the wait has begun is not missed", () =>
  asyncio.run(async () => {
    const { pool, connection } = full()
    const wait = pool.wait("a", false, null, request)
    pool.release(connection)
    assert.equal(await asyncio.waitFor(wait, 20), connection)
  }))

test("a client that is closed in the tick in which leave to connect is given closes at once", () =>
  servingTcp((socket) => socket.resume(), async (proxy) => {
    for (let ticks = 0; ticks < 5; ticks++) {
      const client = new http.Client({ timeout: null, proxy: proxy.url, limits: { maxConnections: 1 } })
      // Each waits for a tunnel that never comes; the second in line.
      const [first, second] = ["a", "b"].map((name) => asyncio.createTask(client.get(`https://${name}.example/`)))
      while (client.statistics().waiting === 0) await asyncio.sleep(0.001)
      first?.cancel()
      for (let tick = 0; tick < ticks; tick++) await asyncio.sleep(0)
      await asyncio.timeout(20).run(() => client.close())
      await assert.rejects(first ?? Promise.resolve(), asyncio.CancelledError)
      await assert.rejects(second ?? Promise.resolve(), http.CloseError)
    }
  }))
