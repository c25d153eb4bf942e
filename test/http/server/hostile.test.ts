import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { FastResponse, type ServeHandler } from "asyncio-ts/http"
import { get, others, RawClient, serving, until } from "./support.ts"

const tea: ServeHandler = async (request) => new FastResponse(`${request.method} ${new URL(request.url).pathname} ${await request.text()};`)

describe("a request of two meanings", () => {
  const shapes: [string, string][] = [
    ["a length and chunks", "POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["chunks and a length", "POST / HTTP/1.1\r\nHost: tea\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["a length with a sign", "POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: +0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["chunked, in other words", "POST / HTTP/1.1\r\nHost: tea\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["a space before the colon", "POST / HTTP/1.1\r\nHost: tea\r\nContent-Length : 44\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["a folded header", "POST / HTTP/1.1\r\nHost: tea\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["a chunk size that overflows", "POST / HTTP/1.1\r\nHost: tea\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["a line feed alone", "GET / HTTP/1.1\nHost: tea\n\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
    ["a zero byte in a header", "GET / HTTP/1.1\r\nHost: tea\r\nX-Zero: a\0b\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: tea\r\n\r\n"],
  ]
  for (const [what, bytes] of shapes) {
    it(`is refused: ${what}`, async () => {
      await serving(tea, {}, async ({ port }) => {
        const text = await new RawClient(port).send(bytes).rest()
        assert.match(text, /^HTTP\/1\.1 400 /)
        assert.ok(!text.includes("GET /smuggled"), text)
      })
    })
  }

  for (const [what, head] of [
    ["no host", "GET / HTTP/1.1\r\n\r\n"],
    ["a host that is none", "GET / HTTP/1.1\r\nHost: tea/../coffee\r\nConnection: close\r\n\r\n"],
    ["a host with a name and password", "GET / HTTP/1.1\r\nHost: a:b@tea\r\nConnection: close\r\n\r\n"],
    ["a target that is no path", "GET tea HTTP/1.1\r\nHost: tea\r\nConnection: close\r\n\r\n"],
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ] as const) {
    it(`is refused: ${what}`, async () => {
      await serving(tea, {}, async ({ port }) => {
        assert.match(await new RawClient(port).send(head).rest(), /^HTTP\/1\.1 400 /)
      })
    })
  }
})

describe("a peer that breaks off", () => {
  it("in the midst of its headers, leaves nothing", async () => {
    await serving(tea, {}, async ({ port, server }) => {
      const client = new RawClient(port).send("GET / HTTP/1.1\r\nHo")
      await until(() => server.statistics().connections === 1)
      client.gone()
      await until(() => server.statistics().connections === 0)
    })
  })

  it("by a reset, in the midst of an answer, leaves nothing", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield new Uint8Array(1_000)
        await asyncio.sleep(0.001)
      }
    }
    await serving(() => new Response(endless() as never), {}, async ({ port, server }) => {
      const client = new RawClient(port).send(get("/"))
      await client.expect(/\0/)
      client.socket.resetAndDestroy()
      await until(() => others().length === 0 && server.statistics().connections === 0)
    })
  })

  it("that only stops writing is taken to have gone: its task is cancelled", async () => {
    const began = new asyncio.Event()
    const handler: ServeHandler = async () => {
      began.set()
      await asyncio.sleep(60)
      return new FastResponse("tea")
    }
    await serving(handler, {}, async ({ port }) => {
      const client = new RawClient(port).send(get("/"))
      await began.wait()
      client.socket.end()
      await until(() => others().length === 0)
    })
  })
})

describe("requests sent without waiting for an answer", () => {
  it("are held up in the socket, and do not fill the memory", async () => {
    let begun = 0
    const go = new asyncio.Event()
    const handler: ServeHandler = async () => {
      begun += 1
      await go.wait()
      return new FastResponse("tea")
    }
    await serving(handler, { maxConcurrent: 10, backlog: 100 }, async ({ port, server }) => {
      const client = new RawClient(port)
      for (let i = 0; i < 2_000; i += 1) client.send(get(`/${i}`))
      await until(() => server.statistics().refused > 0)
      assert.equal(begun, 10)
      assert.ok(server.statistics().queued <= 100)
      client.gone()
      go.set()
      await until(() => others().length === 0)
    })
  })
})

describe("a hundred connections that say nothing", () => {
  it("keep nobody from being served", async () => {
    await serving(tea, {}, async ({ port, server, url }) => {
      const silent = Array.from({ length: 100 }, () => new RawClient(port))
      await until(() => server.statistics().connections === 100)
      assert.equal(await (await fetch(`${url}/x`)).text(), "GET /x ;")
      for (const client of silent) client.gone()
    })
  })
})

describe("a GET with a body", () => {
  it("gives its handler no body, and the connection is closed if it does not end", async () => {
    await serving((request) => new FastResponse(String(request.body)), { maxBodySize: 3 }, async ({ port }) => {
      const text = await new RawClient(port).send("GET / HTTP/1.1\r\nHost: tea\r\nContent-Length: 100000\r\n\r\nxx").rest()
      assert.match(text, /^HTTP\/1\.1 200 [^]*null$/)
      const client = new RawClient(port).send("GET / HTTP/1.1\r\nHost: tea\r\nContent-Length: 2\r\n\r\nxx" + get("/again"))
      await client.expect(/null/)
      await client.expect(/null/)
      client.gone()
    })
  })
})
