import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer as createTcp, type AddressInfo } from "node:net"
import { describe, it } from "node:test"
import { WebSocket as Ws, WebSocketServer } from "ws"
import * as asyncio from "asyncio-ts"
import { connectWebSocket, upgradeWebSocket, WebSocketClosedError, type ServeHandler, type WebSocket, type WebSocketOptions } from "asyncio-ts/http"
import { certificates } from "../../support/certificates.ts"
import { get, others, RawClient, serving, until } from "../server/support.ts"

function upgrading(fn: (socket: WebSocket) => unknown, options?: WebSocketOptions): ServeHandler {
  return (request) => upgradeWebSocket(request, fn, options)
}

const echo = upgrading(async (socket) => {
  for await (const message of socket) await socket.send(message)
})

describe("a WebSocket", () => {
  it("carries text as strings and bytes as Buffers, in order, to both sides", async () => {
    await serving(echo, {}, async ({ url }) => {
      const socket = await connectWebSocket(url)
      const sent = ["tea", Buffer.from([0, 1, 255]), "", "x".repeat(500_000)]
      for (const message of sent) await socket.send(message)
      for (const message of sent) assert.deepEqual(await socket.receive(), message)
      assert.ok((await socket.ping()) < 5)
      await socket.close()
      assert.equal(socket.closeCode, 1000)
    })
  })

  it("runs in the task of its request, which ends with it", async () => {
    const names: string[] = []
    const handler = upgrading(async (socket) => {
      names.push(String(asyncio.currentTask()?.getName()))
      for await (const _message of socket) names.push("message")
      names.push(`closed ${socket.closeCode} ${socket.closeReason}`)
    })
    await serving(handler, {}, async ({ url, server }) => {
      const socket = await connectWebSocket(`${url}/chat`)
      await socket.send("x")
      assert.equal(server.statistics().inWork, 1)
      await socket.close(1000, "enough")
      await until(() => server.statistics().inWork === 0)
      assert.deepEqual(names, ["GET /chat", "message", "closed 1000 enough"])
    })
  })

  it("cancels a function that does not listen when its peer goes", async () => {
    const seen: string[] = []
    const handler = upgrading(async () => {
      try {
        seen.push("begun")
        await asyncio.sleep(60)
      } finally {
        await asyncio.sleep(0.001)
        seen.push("cleaned up")
      }
    })
    await serving(handler, {}, async ({ url, server }) => {
      const socket = new Ws(url.replace("http", "ws"))
      socket.on("error", () => undefined)
      await until(() => seen.length === 1)
      socket.terminate()
      await until(() => server.statistics().inWork === 0 && others().length === 0)
      assert.deepEqual(seen, ["begun", "cleaned up"])
    })
  })

  it("gives a function that was told of the end closeTimeout seconds, and cancels it then", async () => {
    const seen: string[] = []
    const handler = upgrading(
      async (socket) => {
        for await (const _message of socket) seen.push("message")
        try {
          // A turn, and no time, which a machine that stalls may not have.
          await asyncio.sleep(0)
          seen.push("said goodbye")
          await asyncio.sleep(60)
        } catch (error) {
          seen.push((error as Error).name)
          throw error
        }
      },
      { closeTimeout: 0.05 },
    )
    await serving(handler, {}, async ({ url, server }) => {
      const socket = await connectWebSocket(url)
      await socket.close()
      await until(() => server.statistics().inWork === 0)
      assert.deepEqual(seen, ["said goodbye", "CancelledError"])
    })
  })

  it("whose function fails is closed with 1011, and the error is reported", async () => {
    const handler = upgrading(() => {
      throw new RangeError("spilt")
    })
    await serving(handler, {}, async ({ url, reports }) => {
      const socket = await connectWebSocket(url)
      await assert.rejects(async () => socket.receive(), (error: WebSocketClosedError) => error instanceof WebSocketClosedError && error.closeCode === 1011)
      await until(() => reports.length > 0)
      assert.deepEqual(reports.splice(0).map(({ exception }) => String(exception)), ["RangeError: spilt"])
    })
  })

  it("whose peer vanishes is an error to the reader, and to nobody else", async () => {
    const seen: unknown[] = []
    const handler = upgrading(async (socket) => {
      try {
        for await (const message of socket) seen.push(String(message))
      } catch (error) {
        seen.push((error as WebSocketClosedError).closeCode, (error as WebSocketClosedError).isNormal)
        throw error
      }
    })
    await serving(handler, {}, async ({ url, server }) => {
      const socket = new Ws(url.replace("http", "ws"))
      socket.on("open", () => socket.send("tea", () => socket.terminate()))
      await until(() => seen.length === 3 && server.statistics().inWork === 0)
      assert.deepEqual(seen, ["tea", 1006, false])
    })
  })

  it("loses no message to a receive that is cancelled", async () => {
    await serving(echo, {}, async ({ url }) => {
      const socket = await connectWebSocket(url)
      await assert.rejects(async () => asyncio.timeout(0.005).run(() => socket.receive()), asyncio.TimeoutError)
      await socket.send("tea")
      assert.equal(await socket.receive(), "tea")
      await socket.close()
    })
  })

  it("keeps few messages that nobody receives, and holds the peer up", async () => {
    const go = new asyncio.Event()
    let received = 0
    const handler = upgrading(
      async (socket) => {
        await go.wait()
        for await (const _message of socket) received += 1
      },
      { maxQueued: 4 },
    )
    await serving(handler, {}, async ({ url, server }) => {
      const socket = await connectWebSocket(url)
      const message = Buffer.alloc(65_536)
      let sent = 0
      const sending = asyncio.createTask(async () => {
        for (; sent < 300; sent += 1) await socket.send(message)
      })
      let before = -1
      // It has come to rest when a good many turns of the host bring no more.
      while (before !== sent) {
        before = sent
        for (let turn = 0; turn < 20; turn += 1) await asyncio.sleep(0.001)
      }
      assert.ok(sent < 250, `${sent} messages of 64 KiB were taken for a function that receives none`)
      go.set()
      await sending
      await socket.close()
      await until(() => server.statistics().inWork === 0)
      assert.equal(received, 300)
    })
  })

  it("refuses a message that is too large with 1009", async () => {
    const handler = upgrading(async (socket) => {
      for await (const message of socket) await socket.send(message)
    }, { maxMessageSize: 1_000 })
    await serving(handler, {}, async ({ url }) => {
      const socket = await connectWebSocket(url)
      await socket.send("x".repeat(1_000))
      assert.equal(String(await socket.receive()).length, 1_000)
      await socket.send("x".repeat(1_001))
      await assert.rejects(async () => socket.receive(), { closeCode: 1009 })
    })
  })

  it("cuts off a peer that answers no ping", async () => {
    const seen: unknown[] = []
    const handler = upgrading(
      async (socket) => {
        await socket.receive().catch((error: WebSocketClosedError) => seen.push(error.closeCode))
      },
      { pingInterval: 0.02 },
    )
    await serving(handler, {}, async ({ port }) => {
      const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      const client = new RawClient(port).send(get("/", `Connection: Upgrade\r\nUpgrade: websocket\r\n${key}`))
      await client.expect(/^HTTP\/1\.1 101 [^]*\r\n\r\n/)
      await client.rest()
      await until(() => seen.length > 0)
      assert.deepEqual(seen, [1006])
    })
  })

  it("is closed with 1001 when its server closes", async () => {
    await serving(echo, {}, async ({ url, server }) => {
      const socket = await connectWebSocket(url)
      await server.close()
      assert.equal(socket.closeCode, 1001)
      await assert.rejects(async () => socket.send("late"), /cannot send: the WebSocket is closed \(1001 the server closes\)/)
    })
  })

  it("agrees on a protocol, compresses where both do, and goes by TLS", async () => {
    const { ca, server } = certificates()
    const handler = upgrading(async (socket) => socket.send(`${socket.protocol} ${String(await socket.receive())}`), { protocols: ["tea.2", "tea.1"], compression: true })
    await serving(handler, { tls: { cert: server.cert, key: server.key } }, async ({ url }) => {
      const socket = await connectWebSocket(url, { protocols: ["tea.1", "tea.2"], compression: true, tls: { ca: ca.cert } })
      await socket.send("x")
      assert.equal(await socket.receive(), "tea.2 x")
      await assert.rejects(async () => connectWebSocket(url), asyncio.SSLError)
    })
  })
})

describe("upgradeWebSocket", () => {
  it("answers 426 to who asks for none, 400 to who asks wrongly, and what the handler says to who may not", async () => {
    const handler: ServeHandler = (request) =>
      request.headers.get("authorization") === null && request.url.endsWith("/closed")
        ? new Response("who are you?", { status: 401 })
        : upgradeWebSocket(request, () => undefined)
    await serving(handler, {}, async ({ url, port }) => {
      assert.equal((await fetch(url)).status, 426)
      const client = new RawClient(port).send(get("/", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"))
      assert.match(await client.rest(), /^HTTP\/1\.1 400 [^]*Sec-WebSocket-Key/)
      await assert.rejects(async () => connectWebSocket(`${url}/closed`), /the server answered 401 Unauthorized, and no WebSocket/)
      const socket = await connectWebSocket(`${url}/closed`, { headers: { authorization: "Ann" } })
      await assert.rejects(async () => socket.receive(), WebSocketClosedError)
    })
  })
})

describe("connectWebSocket", () => {
  it("says what is wrong: the URL, the port, the server's answer, its silence", async () => {
    for (const url of ["tea", "ftp://tea", ""]) assert.throws(() => connectWebSocket(url), /TypeError: connectWebSocket takes a URL that begins with ws:/)
    await asyncio.run(async () => {
      await assert.rejects(async () => connectWebSocket("ws://127.0.0.1:1/tea"), (error: Error) =>
        error instanceof asyncio.ConnectionRefusedError && error.message.startsWith("cannot open a WebSocket to 127.0.0.1:1/tea: "),
      )
      const silent = createTcp()
      await asyncio.wrapFuture(new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve)))
      const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}`
      const sockets: { destroyed: boolean }[] = []
      silent.on("connection", (socket) => sockets.push(socket.on("error", () => undefined).resume()))
      await assert.rejects(async () => connectWebSocket(url, { openTimeout: 0.02 }), asyncio.TimeoutError)
      await assert.rejects(async () => asyncio.timeout(0.02).run(() => connectWebSocket(url)), asyncio.TimeoutError)
      await until(() => sockets.length === 2 && sockets.every(({ destroyed }) => destroyed))
      silent.close()
    })
  })
})

describe("WebSocket.close", () => {
  it("cuts off a peer that does not answer, and refuses codes that are not the program's to send", async () => {
    const opened: WebSocket[] = []
    const handler = upgrading(async (socket) => {
      opened.push(socket)
      for (const code of [0, 999, 1005, 1006, 1015, 2000, 5000, 1000.5]) assert.throws(() => socket.close(code), RangeError)
      assert.throws(() => socket.close(1000, "x".repeat(124)), RangeError)
      await socket.close()
    }, { closeTimeout: 0.02 })
    await serving(handler, {}, async ({ port }) => {
      const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      const client = new RawClient(port).send(get("/", `Connection: Upgrade\r\nUpgrade: websocket\r\n${key}`))
      await client.rest()
      await until(() => opened[0]?.closeCode === 1006)
    })
  })

  it("is refused at the call for options that make no sense", () => {
    const wrong: [() => unknown, RegExp][] = [
      [() => connectWebSocket("ws://tea/", { pingInterval: 0 }), /pingInterval of a WebSocket is a number of seconds above 0/],
      [() => connectWebSocket("ws://tea/", { closeTimeout: -1 }), /closeTimeout of a WebSocket/],
      [() => connectWebSocket("ws://tea/", { openTimeout: 0 }), /openTimeout of connectWebSocket/],
      [() => connectWebSocket("ws://tea/", { protocols: "tea" as never }), /protocols of a WebSocket are a list/],
      [() => connectWebSocket("ws://tea/", { protocols: ["a b"] }), /a name without spaces/],
      [() => connectWebSocket("ws://tea/", { protocols: ["tea", "tea"] }), /each given once/],
      [() => connectWebSocket("ws://tea/#cup"), /has no fragment/],
    ]
    for (const [call, message] of wrong) assert.throws(call, message)
  })

  it("takes times beyond those of the host's timers as they are meant", async () => {
    await serving(echo, {}, async ({ url }) => {
      const socket = await connectWebSocket(url, { pingInterval: 1e7, closeTimeout: Infinity, openTimeout: 1e7 })
      await asyncio.sleep(0.01)
      await socket.send("tea")
      assert.equal(await socket.receive(), "tea")
      await socket.close()
      assert.equal(socket.closeCode, 1000)
    })
  })

  it("that was asked for is given up when the client goes before it is there", async () => {
    const fates: string[] = []
    const handler: ServeHandler = async () => {
      try {
        return await new asyncio.Future<never>()
      } catch (error) {
        fates.push((error as Error).name)
        throw error
      }
    }
    await serving(handler, {}, async ({ port, server }) => {
      const client = new RawClient(port).send(
        get("/", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"),
      )
      await until(() => server.statistics().inWork === 1)
      client.gone()
      await until(() => server.statistics().inWork === 0)
      assert.deepEqual(fates, ["CancelledError"])
    })
  })

  it("that a program forgets does not keep it alive", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" })
    await once(server, "listening")
    const gone = new Promise<void>((resolve) => server.on("connection", (peer) => peer.on("close", () => resolve())))
    await asyncio.run(() => connectWebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`))
    await gone
    server.close()
  })
})
