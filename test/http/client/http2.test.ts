import assert from "node:assert/strict"
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { certificates } from "../../support/certificates.ts"
import { failure, servingWith, type TestServer } from "./serving.ts"

const { ca, server: { cert, key } } = certificates()

function serving2(
  listener: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  body: (server: TestServer, client: http.Client, sessions: ServerHttp2Session[]) => unknown,
  options: http.ClientOptions = {},
): Promise<void> {
  const own = createSecureServer({ cert, key, allowHTTP1: true }, listener)
  const sessions: ServerHttp2Session[] = []
  own.on("session", (session) => sessions.push(session))
  return servingWith(own, "https", async (server) => {
    const client = new http.Client({ baseUrl: server.url, http2: true, ca: ca.cert, ...options })
    await body(server, client, sessions)
    await client.close()
  })
}

test("HTTP/2 is spoken where the client and the server want it", () =>
  serving2((request, response) => void request.pipe(response), async (server, client) => {
    const response = await client.post("/", { json: { tea: "süß" } })
    assert.deepEqual([response.httpVersion, await response.json(), response.statusText], ["HTTP/2", { tea: "süß" }, ""])
    assert.equal((await http.get(server.url, { ca: ca.cert })).httpVersion, "HTTP/1.1")
  }))

test("many requests at a time share one connection, the first ones too", () =>
  serving2((_request, response) => void setTimeout(() => response.end("tea"), 5), async (server, client) => {
    const responses = await asyncio.gather(Array.from({ length: 60 }, () => client.get("/")))
    assert.ok(responses.every(({ status }) => status === 200))
    assert.equal(server.opened, 1)
    assert.equal(client.statistics().connections, 1)
  }))

test("more requests than streams are opened wait, or get another connection", () =>
  serving2((_request, response) => void setTimeout(() => response.end("tea"), 5), async (server, client) => {
    await asyncio.gather(Array.from({ length: 250 }, () => client.get("/")))
    assert.ok(server.opened <= 3, `${server.opened} connections`)
  }))

test("a server that speaks HTTP/1.1 alone gets as many connections as are needed", async () => {
  const { createServer } = await import("node:https")
  await servingWith(createServer({ cert, key }, (_request, response) => void setTimeout(() => response.end("tea"), 5)), "https", async (server) => {
    const client = new http.Client({ http2: true, ca: ca.cert })
    const responses = await asyncio.gather(Array.from({ length: 5 }, () => client.get(server.url)))
    assert.deepEqual(responses.map(({ httpVersion }) => httpVersion), Array.from({ length: 5 }, () => "HTTP/1.1"))
    assert.ok(server.opened > 1)
    await client.close()
  })
})

test("cancelled, a request ends its stream and leaves the connection to the others", () => {
  const begun: string[] = []
  const closed: string[] = []
  return serving2(
    (request, response) => {
      begun.push(request.url)
      request.on("close", () => closed.push(request.url))
      if (request.url === "/body") response.write("tea")
      else if (request.url === "/") response.end("tea")
    },
    async (server, client) => {
      await client.get("/")
      for (const path of ["/head", "/body"]) {
        const task = asyncio.createTask(client.get(path))
        while (!begun.includes(path)) await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert.ok(task.cancelled())
        assert.equal((await client.get("/")).status, 200)
        while (!closed.includes(path)) await asyncio.sleep(0.001)
      }
      assert.equal(server.opened, 1)
      assert.deepEqual(client.statistics(), { connections: 1, idle: 1, connecting: 0, waiting: 0 })
    },
  )
})

test("who opens a connection that others wait for may be cancelled: another one opens it", () =>
  serving2((_request, response) => response.end("tea"), async (server, client) => {
    const tasks = Array.from({ length: 5 }, () => asyncio.createTask(client.get("/")))
    while (client.statistics().waiting < 4) await asyncio.sleep(0)
    tasks[0]?.cancel()
    await asyncio.wait(tasks)
    assert.ok(tasks[0]?.cancelled())
    assert.ok(tasks.slice(1).every((task) => task.result().status === 200))
    assert.ok(server.opened <= 2)
  }))

test("a server that goes away lets new requests go on another connection", () =>
  serving2((_request, response) => response.end("tea"), async (server, client, sessions) => {
    for (let i = 0; i < 3; i++) {
      assert.equal((await client.get("/")).status, 200)
      sessions.at(-1)?.close()
      await server.untilOpen(0)
    }
    assert.equal(server.opened, 3)
  }))

test("a stream that the server resets is an error of its request alone; read timeouts hold", () =>
  serving2(
    (request, response) => {
      if (request.url === "/reset") request.stream.close(2)
      else if (request.url === "/") response.end("tea")
    },
    async (server, client) => {
      await client.get("/")
      const reset = await failure(client.get("/reset"))
      assert.ok(reset instanceof http.RemoteProtocolError, String(reset))
      const late = await failure(client.get("/never", { timeout: { read: 0.03 } }))
      assert.ok(late instanceof http.ReadTimeout)
      assert.equal((await client.get("/")).status, 200)
      assert.equal(server.opened, 1)
    },
  ))
