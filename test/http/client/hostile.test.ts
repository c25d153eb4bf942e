import assert from "node:assert/strict"
import type { Socket } from "node:net"
import { test } from "node:test"
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import * as http from "asyncio-ts/http"
import { linesOf } from "#src/http/client/lines.ts"
import { failure, serving, servingTcp } from "./serving.ts"

const HEAD = "HTTP/1.1 200 OK\r\n"
const MB = 1024 * 1024

/** Writes for as long as it is taken. */
function endless(socket: Socket, first: string, more: string | Buffer): void {
  socket.write(first)
  const write = (): void => {
    while (!socket.destroyed && socket.write(more)) {
      // until its buffer is full
    }
  }
  socket.on("drain", write)
  write()
}

/** What a request to a server that answers like this fails with, and how much memory it took. */
async function against(answer: (socket: Socket) => void, options: http.SingleRequestOptions = {}): Promise<Error> {
  let error: Error | undefined
  await servingTcp(
    (socket) => socket.once("data", () => answer(socket)),
    async (server) => {
      const before = process.memoryUsage.rss()
      error = await failure(http.get(server.url, { timeout: 20, ...options }))
      const grown = process.memoryUsage.rss() - before
      assert.ok(grown < 150 * MB, `it took ${Math.round(grown / MB)} MB`)
      await server.untilOpen(0)
    },
  )
  assert.ok(error instanceof http.RequestError, String(error))
  return error
}

test("endless headers end at maxHeaderSize", async () => {
  const error = await against((socket) => endless(socket, HEAD, "x-more: tea\r\n".repeat(100)))
  assert.ok(error instanceof http.RemoteProtocolError)
  assert.match(error.message, /the headers of the response are longer than maxHeaderSize$/)
})

test("one endless header ends at maxHeaderSize", async () => {
  assert.match((await against((socket) => endless(socket, `${HEAD}x-more: `, "x".repeat(65_536)))).message, /longer than maxHeaderSize/)
})

test("a header bomb in the trailers ends too", async () => {
  const error = await against((socket) => endless(socket, `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\ntea\r\n0\r\n`, "x-more: tea\r\n".repeat(100)))
  assert.match(error.message, /longer than maxHeaderSize/)
})

test("an endless body ends at maxResponseSize", async () => {
  const error = await against((socket) => endless(socket, `${HEAD}\r\n`, Buffer.alloc(65_536)), { maxResponseSize: 4 * MB })
  assert.ok(error instanceof http.ResponseTooLarge)
  assert.match(error.message, /the body is larger than 4194304 bytes \(maxResponseSize\); read it with stream/)
})

test("a body of endless tiny chunks takes little more memory than its bytes", async () => {
  const error = await against((socket) => endless(socket, `${HEAD}transfer-encoding: chunked\r\n\r\n`, "1\r\na\r\n".repeat(10_000)), { maxResponseSize: 2 * MB })
  assert.ok(error instanceof http.ResponseTooLarge)
})

test("a body that is announced too large is not even begun", async () => {
  const error = await against((socket) => void socket.write(`${HEAD}content-length: 99999999999\r\n\r\n`))
  assert.ok(error instanceof http.ResponseTooLarge)
})

test("endless interim responses end", async () => {
  const error = await against((socket) => endless(socket, "", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"))
  assert.match(error.message, /more than 64 interim responses came/)
})

test("an endless line of status, and chunk extensions without end, end with timeout.read", async () => {
  for (const first of ["HTTP/1.1 200 ", `${HEAD}transfer-encoding: chunked\r\n\r\n3;`]) {
    const error = await against((socket) => endless(socket, first, "x".repeat(1000)), { timeout: 0.1 })
    assert.ok(error instanceof http.ReadTimeout || error instanceof http.RemoteProtocolError, String(error))
  }
})

test("what is no HTTP is told as such", async () => {
  for (const text of ["220 mail.example ESMTP\r\n", "\0\0\0\0\0\0\0\0", "HTTP/1.1 abc OK\r\n\r\n", `${HEAD}no colon\r\n\r\n`, `${HEAD}a: b\r\ncontent-length: x\r\n\r\n`]) {
    const error = await against((socket) => void socket.end(text))
    assert.ok(error instanceof http.RemoteProtocolError, `${JSON.stringify(text)}: ${String(error)}`)
  }
})

test("a body that ends too early is told with what came and what was said", async () => {
  const short = await against((socket) => void socket.end(`${HEAD}content-length: 10\r\n\r\ntea`))
  assert.ok(short instanceof http.RemoteProtocolError)
  assert.match(short.message, /3 bytes came, not 10$/)
  const chunked = await against((socket) => void socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n3\r\ntea\r\n`))
  assert.ok(chunked instanceof http.RemoteProtocolError)
  assert.match(chunked.message, /in the midst of the body, after 3 bytes$/)
})

test("two lengths, or a length beside chunks, are refused", async () => {
  for (const headers of ["content-length: 3\r\ncontent-length: 4", "content-length: 3\r\ntransfer-encoding: chunked"]) {
    const error = await against((socket) => void socket.end(`${HEAD}${headers}\r\n\r\ntea`))
    assert.ok(error instanceof http.RemoteProtocolError, String(error))
  }
})

test("what comes after the response does not become the next one's", () =>
  servingTcp(
    (socket) => socket.on("data", () => socket.write(`${HEAD}content-length: 3\r\n\r\nteaHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison`)),
    async (server) => {
      const client = new http.Client({ baseUrl: server.url, timeout: 20 })
      for (let i = 0; i < 3; i++) assert.equal(await (await client.get("/")).text(), "tea")
      await client.close()
    },
  ))

test("damaged, cut off and bomb-like encodings end with a clear error", () => {
  const bomb = Buffer.alloc(16 * MB)
  const bodies: Record<string, [string, Buffer, RegExp]> = {
    "/damaged": ["gzip", Buffer.from("this is no gzip"), /cannot be decoded \(gzip\): incorrect header check/],
    "/damaged-br": ["br", Buffer.alloc(100, 0xff), /cannot be decoded \(br\)/],
    "/damaged-zstd": ["zstd", Buffer.alloc(100, 0xff), /cannot be decoded \(zstd\)/],
    "/cut": ["gzip", gzipSync("tea".repeat(1000)).subarray(0, 20), /unexpected end of file/],
    "/bomb-gzip": ["gzip", gzipSync(bomb), /larger than 1048576 bytes/],
    "/bomb-br": ["br", brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }), /larger than 1048576 bytes/],
    "/bomb-zstd": ["zstd", zstdCompressSync(bomb), /larger than 1048576 bytes/],
    "/many": [Array.from({ length: 9 }, () => "gzip").join(","), Buffer.from("a"), /encoded 9 times over/],
  }
  return serving(
    (request, response) => {
      const [encoding, body] = bodies[request.url ?? ""] ?? ["", Buffer.alloc(0)]
      response.setHeader("content-encoding", encoding).end(body)
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url, maxResponseSize: MB })
      const before = process.memoryUsage.rss()
      for (const [path, [, , message]] of Object.entries(bodies)) {
        const error = await failure(client.get(path))
        assert.ok(error instanceof http.DecodingError || error instanceof http.ResponseTooLarge, `${path}: ${String(error)}`)
        assert.match(error.message, message)
      }
      assert.ok(process.memoryUsage.rss() - before < 150 * MB)
      assert.equal(client.statistics().connections - client.statistics().idle, 0)
      await client.close()
    },
  )
})

test("each of several encodings is undone by itself, also deflate in gzip", () =>
  servingTcp(
    (socket) => {
      const body = gzipSync(deflateSync("tea"))
      socket.once("data", () => socket.end(Buffer.concat([Buffer.from(`${HEAD}content-encoding: deflate, gzip\r\ncontent-length: ${body.length}\r\n\r\n`), body])))
    },
    async (server) => {
      assert.equal(await (await http.get(server.url)).text(), "tea")
    },
  ))

test("a byte order mark within the lines of a body stays, wherever the body is cut", async () => {
  const bytes = Buffer.from("\ufeff\u00e9\ufeff\n\ufefftea")
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const pieces = (async function* () {
      yield bytes.subarray(0, cut)
      yield bytes.subarray(cut)
    })()
    const lines: string[] = []
    for await (const line of linesOf(pieces, new TextDecoder("utf-8", { ignoreBOM: true }), { method: "GET", url: new URL("http://127.0.0.1/") }, {})) lines.push(line)
    assert.deepEqual(lines, ["\u00e9\ufeff", "\ufefftea"], `cut at ${cut}`)
  }
})

test("no message about what should have been a URL has the password in it", () => {
  for (const given of ["http//user:s3cr3t@host", "//user:s3cr3t@host:x", "user:s3@cr3t@host"]) {
    assert.throws(() => new http.Client({ proxy: given }), (error: Error) => error instanceof TypeError && !error.message.includes("s3"))
  }
})
