import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { describe, it } from "node:test"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as asyncio from "asyncio-ts"
import { BodyTooLargeError, FastResponse, type ServeHandler } from "asyncio-ts/http"
import { get, others, RawClient, serving, until } from "./support.ts"

const echo: ServeHandler = async (request) => new FastResponse(`${(await request.arrayBuffer()).byteLength} bytes`)

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void // what the flag brings

/** Bytes that are held, and not garbage. */
function kept(): number {
  // The first finds out what nobody holds, the second has it taken away.
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function post(body: string, headers = ""): string {
  return `POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`
}

function chunk(body: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n`
}

const CHUNKED = "POST / HTTP/1.1\r\nHost: tea\r\nTransfer-Encoding: chunked\r\n\r\n"

describe("maxBodySize", () => {
  it("lets through what is as large as that, and refuses one byte more with 413, length given or not", async () => {
    await serving(echo, { maxBodySize: 1_000 }, async ({ port }) => {
      const client = new RawClient(port).send(post("x".repeat(1_000)))
      await client.expect(/^HTTP\/1\.1 200[^]*1000 bytes/)
      client.send(CHUNKED + chunk("x".repeat(999)) + chunk("x") + chunk(""))
      await client.expect(/^HTTP\/1\.1 200[^]*1000 bytes/)
      client.send(CHUNKED + chunk("x".repeat(999)) + chunk("xx") + chunk(""))
      await client.expect(/^HTTP\/1\.1 413[^]*Content Too Large/)
      client.gone()
      const second = new RawClient(port).send(post("x".repeat(1_001)))
      await second.expect(/^HTTP\/1\.1 413[^]*Content Too Large/)
      second.gone()
    })
  })

  it("is a BodyTooLargeError to a handler that reads the body", async () => {
    const handler: ServeHandler = async (request, connection) => {
      try {
        return await echo(request, connection)
      } catch (error) {
        return new FastResponse(`${error instanceof BodyTooLargeError} ${(error as Error).message}`, { status: 400 })
      }
    }
    await serving(handler, { maxBodySize: 3 }, async ({ port }) => {
      const client = new RawClient(port).send(CHUNKED + chunk("abcd") + chunk(""))
      await client.expect(/^HTTP\/1\.1 400[^]*true the body of the request is larger than 3 bytes; maxBodySize of serve sets the limit/)
      client.gone()
    })
  })

  it("is nothing to a handler that reads no body, or reads it late", async () => {
    const handler: ServeHandler = async (request, connection) => {
      if (request.url.endsWith("/unread")) return new FastResponse("tea")
      await asyncio.sleep(0.01)
      return echo(request, connection)
    }
    await serving(handler, { maxBodySize: 3 }, async ({ port }) => {
      for (const [path, status] of [["/unread", 200], ["/late", 413]] as const) {
        const client = new RawClient(port).send(CHUNKED.replace("/", path) + chunk("abcd") + chunk(""))
        await client.expect(new RegExp(`^HTTP/1\\.1 ${status}`))
        client.gone()
      }
    })
  })

  it("closes on a client that goes on sending, and keeps nothing of it", async () => {
    await serving(echo, { maxBodySize: 1_000 }, async ({ port }) => {
      const client = new RawClient(port).send(CHUNKED)
      const piece = chunk("x".repeat(65_536))
      let sent = 0
      const before = kept()
      const more = (): void => {
        while (!client.closed && client.socket.write(piece, "latin1")) sent += piece.length
        sent += piece.length
      }
      client.socket.on("drain", more)
      more()
      // A client that hears nobody may be reset before it has read its answer.
      assert.match(await client.rest(), /^(HTTP\/1\.1 413 |$)/)
      const grown = kept() - before
      assert.ok(grown < 10_000_000, `${sent} bytes were sent, and ${grown} kept`)
    })
  })

  it("tells a client that asks before it sends", async () => {
    await serving(echo, { maxBodySize: 3 }, async ({ port }) => {
      const large = new RawClient(port).send("POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
      assert.match(await large.expect(/\r\n\r\nContent Too Large/), /^HTTP\/1\.1 413/)
      large.gone()
      const small = new RawClient(port).send("POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      await small.expect(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
      small.send("abc")
      await small.expect(/3 bytes/)
      small.gone()
    })
  })
})

describe("maxHeaderSize", () => {
  it("answers a header bomb with 431 and closes, with little kept", async () => {
    await serving(echo, { maxHeaderSize: 4_096 }, async ({ port, server }) => {
      const client = new RawClient(port).send(`GET / HTTP/1.1\r\nHost: tea\r\n`)
      for (let i = 0; i < 1_000 && !client.closed; i += 1) client.send(`X-${i}: ${"x".repeat(100)}\r\n`)
      assert.match(await client.rest(), /^HTTP\/1\.1 431 /)
      const url = new RawClient(port).send(`GET /${"x".repeat(10_000)} HTTP/1.1\r\nHost: tea\r\n\r\n`)
      assert.match(await url.rest(), /^HTTP\/1\.1 431 /)
      assert.equal(server.statistics().served, 0)
    })
  })
})

describe("maxConcurrent", () => {
  /** Requests that are answered when the test says so. */
  function held(): { handler: ServeHandler; begun: string[]; go: asyncio.Semaphore } {
    const begun: string[] = []
    const go = new asyncio.Semaphore(0)
    const handler: ServeHandler = async (request) => {
      begun.push(new URL(request.url).pathname)
      await go.acquire()
      return new FastResponse("tea")
    }
    return { handler, begun, go }
  }

  it("lets others stand in line, first come first served, and refuses when the line is full", async () => {
    const { handler, begun, go } = held()
    await serving(handler, { maxConcurrent: 2, backlog: 2 }, async ({ port, server }) => {
      const clients: RawClient[] = []
      for (let id = 0; id < 4; id += 1) {
        clients.push(new RawClient(port).send(get(`/${id}`)))
        await until(() => server.statistics().inWork + server.statistics().queued === id + 1)
      }
      assert.deepEqual([server.statistics().inWork, server.statistics().queued], [2, 2])
      const refused = new RawClient(port).send(get("/refused"))
      assert.match(await refused.expect(/Service Unavailable$/), /^HTTP\/1\.1 503[^]*retry-after: 1\r\n/i)
      assert.equal(server.statistics().refused, 1)
      go.release()
      await until(() => begun.length === 3)
      assert.deepEqual(begun, ["/0", "/1", "/2"])
      for (let i = 0; i < 3; i += 1) go.release()
      for (const client of clients) await client.expect(/tea/)
      await until(() => server.statistics().served === 4)
      for (const client of [...clients, refused]) client.gone()
    })
  })

  it("drops those from the line whose client has gone: their handlers never run", async () => {
    const { handler, begun, go } = held()
    await serving(handler, { maxConcurrent: 1 }, async ({ port, server }) => {
      const first = new RawClient(port).send(get("/first"))
      await until(() => begun.length === 1)
      const gone = new RawClient(port).send(get("/gone"))
      await until(() => server.statistics().queued === 1)
      const last = new RawClient(port).send(get("/last"))
      await until(() => server.statistics().queued === 2)
      gone.gone()
      await until(() => server.statistics().queued === 1)
      go.release()
      go.release()
      await first.expect(/tea/)
      await last.expect(/tea/)
      assert.deepEqual(begun, ["/first", "/last"])
      assert.equal(server.statistics().abandoned, 1)
      first.gone()
      last.gone()
    })
  })

  it("gives the place of a request whose client has gone to the next", async () => {
    const { handler, begun } = held()
    await serving(handler, { maxConcurrent: 1 }, async ({ port, server }) => {
      const first = new RawClient(port).send(get("/first"))
      await until(() => begun.length === 1)
      const second = new RawClient(port).send(get("/second"))
      await until(() => server.statistics().queued === 1)
      first.gone()
      await until(() => begun.length === 2)
      second.gone()
    })
  })
})

describe("maxConnections", () => {
  it("closes further connections at once, and takes others when one has gone", async () => {
    await serving(() => new FastResponse("tea"), { maxConnections: 1 }, async ({ port, server }) => {
      const first = new RawClient(port).send(get("/"))
      await first.expect(/tea/)
      const second = new RawClient(port)
      assert.equal(await second.rest(), "")
      first.gone()
      await until(() => server.statistics().connections === 0)
      const third = new RawClient(port).send(get("/"))
      await third.expect(/tea/)
      third.gone()
    })
  })
})

describe("a slow client", () => {
  const quick = { headersTimeout: 0.4, requestTimeout: 0.6 }

  it("that drips its headers is told 408 and closed, while others are served", async () => {
    await serving(() => new FastResponse("tea"), quick, async ({ port, url }) => {
      const slow = Array.from({ length: 20 }, () => new RawClient(port).send("GET / HTTP/1.1\r\nHost: tea\r\n"))
      const drip = setInterval(() => {
        for (const client of slow) if (!client.closed) client.send("X-Drip: drop\r\n")
      }, 10)
      assert.equal(await (await fetch(url)).text(), "tea")
      for (const client of slow) assert.match(await client.rest(), /^HTTP\/1\.1 408 Request Timeout\r\n/)
      clearInterval(drip)
    })
  })

  it("that drips its body is told 408 and closed, and its task is cancelled", async () => {
    const seen: string[] = []
    const handler: ServeHandler = async (request) => {
      try {
        return new FastResponse(await request.text())
      } finally {
        seen.push("over")
      }
    }
    await serving(handler, quick, async ({ port }) => {
      const client = new RawClient(port).send("POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 1000\r\n\r\n")
      const drip = setInterval(() => client.send("x"), 10)
      const text = await client.rest()
      clearInterval(drip)
      assert.match(text, /^(HTTP\/1\.1 408 |$)/)
      await until(() => others().length === 0 && seen.length === 1)
    })
  })

  it("that says nothing at all is closed", async () => {
    await serving(() => new FastResponse("tea"), quick, async ({ port }) => {
      assert.match(await new RawClient(port).rest(), /^(HTTP\/1\.1 408 |$)/)
    })
  })

  it("that never reads is cut off after sendTimeout, with its producer cancelled, and its neighbour served", async () => {
    let over = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(65_536)
      } finally {
        over = true
      }
    }
    const handler: ServeHandler = (request) => (request.url.endsWith("/endless") ? new Response(endless() as never) : new FastResponse("tea"))
    await serving(handler, { sendTimeout: 0.05 }, async ({ port, url, reports }) => {
      const client = new RawClient(port).send(get("/endless"))
      client.socket.pause()
      assert.equal(await (await fetch(url)).text(), "tea")
      await until(() => over && others().length === 0)
      // The client has not gone: it was sent away.
      assert.deepEqual(reports.splice(0).map(({ exception }) => String(exception)), [])
      client.gone()
    })
  })

  it("that never reads a whole answer is cut off as well", async () => {
    await serving(() => new FastResponse(new Uint8Array(50_000_000)), { sendTimeout: 0.05 }, async ({ port, server }) => {
      const client = new RawClient(port).send(get("/"))
      await once(client.socket, "connect")
      client.socket.pause()
      await until(() => server.statistics().served === 1)
      assert.equal(server.statistics().abandoned, 1)
      client.gone()
    })
  })

  it("that was slow with one answer has its time for the next request", async () => {
    const handler: ServeHandler = async (request) => {
      if (request.url.endsWith("/large")) return new FastResponse(new Uint8Array(6_000_000))
      await asyncio.sleep(0.7)
      return new FastResponse("late")
    }
    for (const keepAliveTimeout of [5, Infinity]) {
      await serving(handler, { sendTimeout: 0.5, keepAliveTimeout }, async ({ port }) => {
        const client = connect(port, "127.0.0.1")
        let last = ""
        let closed = false
        client.on("data", (piece: Buffer) => (last = String(piece.subarray(-4)))).on("close", () => (closed = true))
        for (const asked of [get("/large") + get("/late"), get("/late")]) {
          last = ""
          client.write(asked)
          await until(() => last === "late" || closed)
          assert.equal(last, "late")
        }
        client.destroy()
      })
    }
  })
})
