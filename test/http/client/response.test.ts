import assert from "node:assert/strict"
import { test } from "node:test"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { linesOf } from "#src/http/client/lines.ts"
import { PieceQueue } from "#src/http/client/piece-queue.ts"
import { failure, serving, servingTcp } from "./serving.ts"

test("text is decoded in the charset that the server names, without a byte order mark", () =>
  serving(
    (request, response) => {
      const [type, body] = (
        {
          "/latin1": ["text/plain; charset=ISO-8859-1", Buffer.from("ü", "latin1")],
          "/utf16": ['text/plain;charset="utf-16le"', Buffer.from("ü€", "utf16le")],
          "/bom": ["application/json; charset=UTF8", Buffer.from('\ufeff{"a":"ü"}')],
          "/unknown": ["text/plain; charset=klingon", Buffer.from("ü")],
        } as Record<string, [string, Buffer]>
      )[request.url ?? ""] ?? ["", Buffer.alloc(0)]
      response.setHeader("content-type", type).end(body)
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      assert.equal(await (await client.get("/latin1")).text(), "ü")
      assert.equal(await (await client.get("/utf16")).text(), "ü€")
      assert.deepEqual(await (await client.get("/bom")).json(), { a: "ü" })
      assert.equal(await (await client.get("/unknown")).text(), "ü")
      await client.close()
    },
  ))

test("what is no JSON is a DecodingError that says so", () =>
  serving((_request, response) => response.end("<html>"), async (server) => {
    const response = await http.get(server.url)
    const error = await failure(response.json())
    assert.ok(error instanceof http.DecodingError && error.cause instanceof SyntaxError)
    assert.match(error.message, /the body is no JSON: /)
    assert.equal(await response.text(), "<html>")
  }))

test("gzip, deflate with and without a header, br, zstd and encodings on top of each other are undone", () => {
  const text = "masala ".repeat(20_000)
  const encoded: [string, Buffer][] = [
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["zstd", zstdCompressSync(text)],
    ["gzip, br", brotliCompressSync(gzipSync(text))],
    ["identity", Buffer.from(text)],
    ["gzip", Buffer.concat([gzipSync(text.slice(0, 7000)), gzipSync(text.slice(7000))])],
  ]
  return serving(
    (request, response) => {
      const [encoding, body] = encoded[Number(request.url?.slice(1))] ?? ["", Buffer.alloc(0)]
      response.setHeader("content-encoding", encoding)
      // In pieces, and with a length, which is that of what is sent.
      response.setHeader("content-length", body.length)
      for (let at = 0; at < body.length; at += 1000) response.write(body.subarray(at, at + 1000))
      response.end()
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      for (const [index, [encoding]] of encoded.entries()) {
        assert.equal(await (await client.get(`/${index}`)).text(), text, encoding)
        const streamed = await client.stream("GET", `/${index}`).run(async (response) => {
          const pieces: Uint8Array[] = []
          for await (const piece of response.chunks()) pieces.push(piece)
          return Buffer.concat(pieces).toString()
        })
        assert.equal(streamed, text, encoding)
      }
      assert.equal(server.opened, 1)
      await client.close()
    },
  )
})

test("an encoding that nobody knows leaves the body as it is; a body that is not there needs none", () =>
  serving(
    (request, response) => {
      response.setHeader("content-encoding", request.method === "HEAD" || request.url === "/empty" ? "gzip" : "rot13")
      if (request.url === "/204") response.writeHead(204)
      response.end(request.url === "/" && request.method === "GET" ? "grn" : undefined)
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      assert.equal(await (await client.get("/")).text(), "grn")
      for (const request of [client.head("/"), client.get("/empty"), client.get("/204")]) assert.equal(await (await request).text(), "")
      await client.close()
    },
  ))

test("a stream is read once, piece by piece as it comes", () =>
  serving(
    (_request, response) => {
      response.write("one ")
      setTimeout(() => response.end("two"), 10)
    },
    async (server) => {
      await http.stream("GET", server.url).run(async (response) => {
        const pieces: string[] = []
        for await (const piece of response.chunks()) pieces.push(Buffer.from(piece).toString())
        assert.deepEqual(pieces, ["one ", "two"])
        const error = await failure(response.text())
        assert.ok(error instanceof asyncio.RuntimeError)
        assert.match(error.message, /was read piece by piece; read it once/)
      })
      const text = await http.stream("GET", server.url).run(async (response) => [await response.text(), (await response.bytes()).length])
      assert.deepEqual(text, ["one two", 7])
    },
  ))

test("a body without a length ends with its connection, as in HTTP/1.0", () =>
  servingTcp((socket) => socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\ntea")), async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    for (let i = 0; i < 3; i++) assert.equal(await (await client.get("/")).text(), "tea")
    assert.equal(server.opened, 3)
    await client.close()
  }))

test("a large stream is held back while nobody reads, and every byte arrives", () =>
  serving(
    (_request, response) => {
      const total = 20 * 1024 * 1024
      let sent = 0
      const more = (): void => {
        while (sent < total) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536, sent / 65_536))) {
            response.once("drain", more)
            return
          }
        }
        response.end()
      }
      more()
    },
    async (server) => {
      await http.stream("GET", server.url).run(async (response) => {
        let length = 0
        let sum = 0
        for await (const piece of response.chunks()) {
          assert.ok(piece.length <= 1024 * 1024)
          length += piece.length
          for (let at = 0; at < piece.length; at += 4096) sum += piece[at] ?? 0
          if (length % 7 === 0) await asyncio.sleep(0)
        }
        assert.equal(length, 20 * 1024 * 1024)
        assert.ok(sum > 0)
      })
    },
  ))

test("lines end in a line feed, a carriage return or both, wherever the pieces are cut", async () => {
  const text = "eins\nzwei\r\n\r\ndrei\rvier ü\n\nfünf"
  const expected = ["eins", "zwei", "", "drei", "vier ü", "", "fünf"]
  const bytes = Buffer.from(text)
  const request = { method: "GET", url: new URL("http://a/") }
  for (let size = 1; size <= bytes.length; size++) {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const lines: string[] = []
    for await (const line of linesOf(pieces(), new TextDecoder(), request, {})) lines.push(line)
    assert.deepEqual(lines, expected, `pieces of ${size}`)
  }
})

test("a line that does not end is a DecodingError", () =>
  serving((_request, response) => response.end(`short\n${"x".repeat(100_000)}`), async (server) => {
    const lines: string[] = []
    const error = await failure(
      http.stream("GET", server.url).run(async (response) => {
        for await (const line of response.lines({ limit: 1000 })) lines.push(line)
      }),
    )
    assert.ok(error instanceof http.DecodingError)
    assert.deepEqual(lines, ["short"])
  }))

test("small pieces are put together, large ones kept as they are, and the order stays", () => {
  const queue = new PieceQueue()
  const all: Buffer[] = []
  for (let i = 0; i < 10_000; i++) {
    const piece = Buffer.alloc(i % 100 === 0 ? 5000 : 1 + (i % 3), i)
    all.push(piece)
    queue.push(piece)
  }
  const whole = Buffer.concat(all)
  assert.equal(queue.length, whole.length)
  const taken = queue.takeAll()
  assert.ok(taken.length < 300)
  assert.deepEqual(Buffer.concat(taken), whole)
  assert.equal(queue.length, 0)
})

test("headers beyond ASCII are read as Latin-1, as HTTP says", () =>
  serving((_request, response) => response.setHeader("x-tea", "süß").end(), async (server) => {
    assert.equal((await http.get(server.url)).headers.get("x-tea"), "süß")
  }))

test("a response that was given up says so to whoever reads it", () =>
  serving((_request, response) => response.write("a"), async (server) => {
    const client = new http.Client()
    const response = await client.stream("GET", server.url).run((given) => given)
    const error = await failure(response.text())
    assert.ok(error instanceof asyncio.RuntimeError, String(error))
    assert.match(error.message, /^the body of GET localhost:\d+ was given up: read it within run\(…\)/)
    await client.close()
  }))
