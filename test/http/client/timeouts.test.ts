import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { failure, failureAfter, serving, servingTcp, type TestServer } from "./serving.ts"

const LIMIT = 0.06

/** Fails with an error of `kind`, on time. */
async function endsOnTime(work: PromiseLike<unknown>, kind: new (...args: never[]) => Error, message: RegExp, connecting?: TestServer): Promise<void> {
  const error = await failureAfter(LIMIT, work, connecting)
  assert.ok(error instanceof kind, String(error))
  assert.ok(error instanceof http.TimeoutException && error instanceof http.TransportError && error instanceof asyncio.TimeoutError)
  assert.match(error.message, message)
}

test("timeout.connect ends an agreement on TLS that never comes", () =>
  servingTcp(() => undefined, async (server) => {
    const client = new http.Client({ timeout: { connect: LIMIT } })
    await endsOnTime(client.get(`https://localhost:${server.port}/`), http.ConnectTimeout, /no connection to localhost:\d+ within 0\.06 s \(timeout\.connect\)$/)
    await server.untilOpen(0)
    assert.deepEqual(client.statistics(), { connections: 0, idle: 0, connecting: 0, waiting: 0 })
    await client.close()
  }))

test("timeout.read ends the wait for a response", () =>
  serving(() => undefined, async (server) => {
    const client = new http.Client({ timeout: { read: LIMIT } })
    await endsOnTime(client.get(server.url), http.ReadTimeout, /no response within 0\.06 s \(timeout\.read\)$/, server)
    await server.untilOpen(0)
    await client.close()
  }))

test("timeout.read is not put off by a head that comes byte by byte", () =>
  servingTcp(
    (socket) => {
      const drip = setInterval(() => socket.write("x-slow: 1\r\n"), 10)
      socket.write("HTTP/1.1 200 OK\r\n")
      socket.on("close", () => clearInterval(drip))
    },
    async (server) => {
      const client = new http.Client({ timeout: { read: LIMIT } })
      await endsOnTime(client.get(server.url), http.ReadTimeout, /no response within/, server)
      await client.close()
    },
  ))

test("timeout.read begins anew with each piece of the body", () =>
  serving(
    (_request, response) => {
      for (const delay of [0, 300, 600, 900]) setTimeout(() => response.write("tea"), delay)
    },
    async (server) => {
      const client = new http.Client({ timeout: { read: 0.8 } })
      const begun = performance.now()
      const error = await failure(client.get(server.url))
      assert.ok(error instanceof http.ReadTimeout)
      assert.match(error.message, /nothing more of the body after 12 bytes within 0\.8 s/)
      assert.ok(performance.now() - begun >= 1695)
      await client.close()
    },
  ))

test("timeout.read does not run while nobody waits for the body", () => {
  let end = (): void => undefined
  return serving(
    (_request, response) => {
      end = () => void response.end()
      response.write("tea")
    },
    async (server) => {
      const client = new http.Client({ timeout: { read: 0.6 } })
      await client.stream("GET", server.url).run(async (response) => {
        await asyncio.sleep(0.7)
        end()
        assert.equal(await response.text(), "tea")
      })
      await client.close()
    },
  )
})

test("timeout.write ends a body that the server does not take", () =>
  servingTcp(
    (socket) => socket.pause(),
    async (server) => {
      const client = new http.Client({ timeout: { write: LIMIT, read: 0.01 } })
      const error = await failure(client.post(server.url, { body: Buffer.alloc(32 * 1024 * 1024) }))
      assert.ok(error instanceof http.WriteTimeout, String(error))
      assert.match(error.message, /the server took nothing of the body for 0\.06 s \(timeout\.write\)$/)
      await server.untilOpen(0)
      await client.close()
    },
  ))

test("timeout.total ends everything: the body, the wait for a connection, redirects", () =>
  serving(
    (request, response) => {
      if (request.url === "/body") {
        const drip = setInterval(() => response.write("x"), 5)
        response.on("close", () => clearInterval(drip))
      } else if (request.url === "/round") {
        setTimeout(() => response.writeHead(302, { location: "/round" }).end(), 5)
      }
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url, timeout: { total: LIMIT }, limits: { maxConnections: 1 }, followRedirects: true, maxRedirects: 1000 })
      const message = /not done within 0\.06 s \(timeout\.total\)$/
      await endsOnTime(client.get("/never"), http.TotalTimeout, message)
      await endsOnTime(client.get("/body"), http.TotalTimeout, message)
      await endsOnTime(client.get("/round"), http.TotalTimeout, message)
      await endsOnTime(
        client.stream("GET", "/body").run(async () => asyncio.sleep(10)),
        http.TotalTimeout,
        message,
      )
      await client.stream("GET", "/body", { timeout: null }).run(() => endsOnTime(client.get("/line"), http.TotalTimeout, message))
      await server.untilOpen(0)
      await client.close()
    },
  ))

test("a timeout of the caller's round the request is the caller's: a TimeoutError of asyncio's own", () =>
  serving(() => undefined, async (server) => {
    const client = new http.Client({ timeout: { total: 5 } })
    const error = await failure(asyncio.timeout(0.02).run(() => client.get(server.url)))
    assert.equal(error.name, "TimeoutError")
    await server.untilOpen(0)
    await client.close()
  }))

test("a number limits connect, read, write and pool each; null takes all limits away", () =>
  serving((_request, response) => void setTimeout(() => response.end("tea"), 40), async (server) => {
    const client = new http.Client({ timeout: 0.02 })
    // The connection is made in that time, or not, as busy as the machine is.
    const error = await failure(client.get(server.url))
    assert.ok(error instanceof http.ReadTimeout || error instanceof http.ConnectTimeout, String(error))
    assert.equal(await (await client.get(server.url, { timeout: null })).text(), "tea")
    assert.equal(await (await client.get(server.url, { timeout: { read: 5, connect: 5 } })).text(), "tea")
    await client.close()
  }))
