/** Clients: faults that other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import { getEventListeners, once } from "node:events"
import { createServer as createHttpServer, type RequestListener } from "node:http"
import { createServer, type AddressInfo, type Server } from "node:net"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { Client } from "asyncio-ts/http"

/** Runs `body` with the port of `server`, and ends it with all its connections. */
async function behind(server: Server, body: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<{ destroy(): void }>()
  server.on("connection", (socket) => sockets.add(socket))
  await once(server.listen(0, "127.0.0.1"), "listening")
  try {
    await asyncio.run(() => body((server.address() as AddressInfo).port)) // of TCP
  } finally {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
}

function answering(answer: RequestListener): Server {
  return createHttpServer(answer)
}

test("httpcore #1093: a request that is cancelled while it connects leaves its place to the next", () =>
  behind(createServer(), (silent) =>
    asyncio.coroutine(async () => {
      const server = answering((_request, response) => response.end("tea"))
      await asyncio.wrapFuture(once(server.listen(0, "127.0.0.1"), "listening"))
      const client = new Client({ limits: { maxConnections: 1 } })
      // TLS that is never answered: the connection is being made until it is cancelled.
      const stuck = asyncio.createTask(client.get(`https://127.0.0.1:${silent}/`))
      while (client.statistics().connecting === 0) await asyncio.sleep(0)
      stuck.cancel()
      await assert.rejects(stuck, asyncio.CancelledError)
      assert.equal(client.statistics().connecting, 0)
      const { port } = server.address() as AddressInfo // of TCP
      assert.equal(await (await asyncio.waitFor(client.get(`http://127.0.0.1:${port}/`), 20)).text(), "tea")
      await client.close()
      server.close()
    })(),
  ))

test("redis-py #2665: the answer to a cancelled request is not in the way of the next one", () => {
  const reached = Promise.withResolvers<void>()
  const server = answering((request, response) => {
    if (request.url !== "/secret") response.end(request.url)
    else reached.resolve() // and is never answered
  })
  return behind(server, async (port) => {
    const client = new Client({ baseUrl: `http://127.0.0.1:${port}`, limits: { maxConnections: 1 } })
    assert.equal(await (await client.get("/first")).text(), "/first")
    const secret = asyncio.createTask(client.get("/secret"))
    await asyncio.wrapFuture(reached.promise)
    secret.cancel()
    await assert.rejects(secret, asyncio.CancelledError)
    assert.equal(await (await asyncio.waitFor(client.get("/mine"), 20)).text(), "/mine")
    await client.close()
  })
})

test("undici #3158: requests leave no listener on a signal that lives long", () =>
  behind(
    answering((_request, response) => response.end("tea")),
    async (port) => {
      const controller = new AbortController()
      const client = new Client({ baseUrl: `http://127.0.0.1:${port}`, signal: controller.signal })
      await asyncio.gather(Array.from({ length: 50 }, () => client.get("/", { signal: controller.signal })))
      await asyncio.waitFor(client.get("/"), 20, { signal: controller.signal })
      assert.equal(getEventListeners(controller.signal, "abort").length, 0)
      await client.close()
    },
  ))
