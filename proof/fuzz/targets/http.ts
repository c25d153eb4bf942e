/**
 * What servers answer, and what the client makes of it.
 */
import { deepEqual, equal, ok } from "node:assert/strict"
import { createServer, type Socket } from "node:net"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import * as fc from "fast-check"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { ClientCookies } from "#src/http/client/cookies.ts"
import { Decompression, encodingsOf } from "#src/http/client/decompress.ts"
import { DigestAuth } from "#src/http/client/digest-auth.ts"
import { EventStream } from "#src/http/client/event-stream.ts"
import { HeaderFields } from "#src/http/client/header-fields.ts"
import { followRedirect } from "#src/http/client/redirect.ts"
import type { ClientRequest } from "#src/http/client/request.ts"
import { secondsOf } from "#src/http/client/retries.ts"
import { expected, piecesOf, type Target } from "../target.ts"

const request = { method: "GET", url: new URL("http://127.0.0.1/") }
/** What a header of HTTP can carry. */
const HEADER = /^[\t\x20-\x7e\x80-\xff]*$/
const SMALL = 1 << 20

export const serverSentEvents: Target = {
  name: "server-sent-events",
  sources: ["src/http/client/event-stream.ts"],
  tokens: ["\n", "\r\n", "\r", "\n\n", "data:", "data: ", "event:", "id:", "retry:", ":", "\ufeff", "é", "\0", "9".repeat(400), "x".repeat(300), new Uint8Array([0xe2, 0x82])],
  samples: ["data: one\n\ndata: two\r\n\r\nevent: x\rid: 7\rdata: three\r\r", "\ufeffretry: 10\nid: é\0\ndata\n\n", "data: a\ndata: b\n\n: comment\n"],
  async try(input, cuts) {
    const events = async (pieces: readonly Buffer[]): Promise<string[]> => {
      const found: string[] = []
      const response = {
        status: 200,
        headers: new Headers({ "content-type": "text/event-stream" }),
        request,
        raiseForStatus: () => undefined,
        async *chunks() {
          yield* pieces
        },
      }
      try {
        for await (const event of new EventStream(response, null, { limit: 256 })) {
          ok(HEADER.test(Buffer.from(event.id).toString("latin1")))
          found.push(JSON.stringify(event))
        }
      } catch (error) {
        found.push(expected(error, [http.DecodingError]).name)
      }
      return found
    }
    const cut = await events(piecesOf(input, cuts))
    const whole = await events([input])
    // How much of a line that is too long has come when that is seen, depends on the pieces.
    if (input.length <= 200) deepEqual(cut, whole)
  },
}

const ENCODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  "raw deflate": (bytes) => deflateRawSync(bytes),
  br: (bytes) => brotliCompressSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
}

async function decompressed(names: string, pieces: readonly Buffer[]): Promise<Buffer | Error> {
  const left = [...pieces]
  const encodings = encodingsOf(names, request)
  ok(encodings !== null)
  const body = new Decompression(encodings, async () => {
    const piece = left.shift()
    return piece === undefined ? null : [piece]
  }, request)
  const parts: Buffer[] = []
  let size = 0
  try {
    for (let part = await body.next(); part !== null && size < SMALL; part = await body.next()) {
      parts.push(part)
      size += part.length
    }
    return Buffer.concat(parts)
  } catch (error) {
    return expected(error, [http.DecodingError])
  } finally {
    body.close()
  }
}

export const contentEncoding: Target = {
  name: "content-encoding",
  sources: ["src/http/client/decompress.ts"],
  tokens: ["a", "tea", "x".repeat(1000), gzipSync("tea"), deflateSync("tea"), deflateRawSync("tea"), brotliCompressSync("tea")],
  samples: ["", "a", "tea".repeat(100), gzipSync("tea"), deflateSync("tea"), gzipSync(deflateSync("tea")), Buffer.concat([gzipSync("one"), gzipSync("two")])],
  async try(input, cuts) {
    const choice = cuts[0] ?? 0
    const names = Object.keys(ENCODERS)
    const chosen = [names[choice % 5], names[Math.trunc(choice / 5) % 5], names[Math.trunc(choice / 25) % 5]].slice(0, 1 + (choice % 3)) as string[] // below their number
    let body = Buffer.from(input)
    for (const name of chosen) body = Buffer.from(ENCODERS[name]?.(body) ?? body)
    const header = chosen.map((name) => name.replace("raw ", "")).join(", ")
    await asyncio.run(async () => {
      const back = await decompressed(header, piecesOf(body, cuts))
      ok(back instanceof Buffer, `${chosen.join()}: ${String(back)}`)
      ok(back.equals(input), `${chosen.join()} gives ${back.length} bytes of ${input.length}`)
      const wild = await decompressed(header, piecesOf(input, cuts))
      ok(wild instanceof Error || wild.length >= 0)
      await decompressed(header, [body.subarray(0, choice % (body.length + 1))])
    })
  },
}

const CREDENTIALS = "Basic c2VjcmV0OnNlY3JldA=="
const START = "https://shop.example:8443/a/b?c#d"

export const redirects: Target = {
  name: "redirects",
  sources: ["src/http/client/redirect.ts", "src/http/client/auth.ts"],
  tokens: ["https://", "http://", "//", "/", "..", "shop.example", "shop.example:8443", ":8443", ":80", ":443", "@", "user:pass@", "%", "%zz", "evil.example", "\\", "\t", "?", "#", "javascript:", "file:///", "[::1]", "é", "\ud83d\ude00", ".", "%00", "xn--"],
  samples: ["/next", "//evil.example/x", "https://shop.example:8443@evil.example/", "http://shop.example/", "https://user:%zz@shop.example:8443/", "\\\\evil.example\\x", "https:evil.example", "javascript:alert(1)", ""],
  try(input, cuts) {
    const status = [301, 302, 303, 307, 308][(cuts[0] ?? 0) % 5] ?? 301
    const from = new URL((cuts[1] ?? 0) % 2 === 0 ? START : "http://shop.example/")
    const asked = {
      method: (cuts[2] ?? 0) % 2 === 0 ? "POST" : "GET",
      url: from,
      headers: HeaderFields.of({ authorization: CREDENTIALS, cookie: "a=b", "proxy-authorization": CREDENTIALS, host: "shop.example" }),
      auth: { apply: () => undefined },
      body: null,
      elsewhere: false,
      spent: false,
      renew: () => undefined,
    }
    let went: boolean
    try {
      went = followRedirect(asked as unknown as ClientRequest, status, input.toString("latin1")) // of which it uses these
    } catch (error) {
      expected(error, [http.RequestError])
      return
    }
    ok(went)
    const { url, headers } = asked
    ok(url.protocol === "http:" || url.protocol === "https:")
    equal(url.username + url.password, "")
    const upgraded = from.protocol === "http:" && url.href.startsWith("https://shop.example/")
    if (url.origin === from.origin || upgraded) return
    ok(!headers.has("authorization") && !headers.has("cookie") && !headers.has("proxy-authorization") && asked.elsewhere)
  },
}

export const cookies: Target = {
  name: "cookies",
  sources: ["src/http/client/cookies.ts"],
  tokens: ["a=b", "=", ";", "; ", "Domain=", "example", "shop.example", ".shop.example", "com", "Path=", "/", "Secure", "HttpOnly", "Expires=", "Max-Age=", "-1", "9".repeat(40), "__Host-", "__Secure-", "SameSite=Strict", "\t", "\x7f", "\x80", "\xff", "\"", ",", "é", "Thu, 01 Jan 2099 00:00:00 GMT", "__proto__", "constructor"],
  samples: ["a=b", "a=b; Domain=shop.example; Path=/; Secure", "a=b; Domain=com", "__Host-a=b; Path=/; Secure", "=b", "a", "a=\x80\xff", "__proto__=x; Domain=evil.example"],
  try(input) {
    const url = new URL("https://a.shop.example/x/y")
    const jar = new ClientCookies(undefined)
    jar.keep(url, input.toString("latin1").split("\n"))
    const header = jar.header(url, [], false)
    // Control characters do not come: the parser of HTTP refuses a response that has them.
    if (header !== null && HEADER.test(input.toString("latin1").replaceAll("\n", ""))) {
      const fields = new HeaderFields()
      fields.set("cookie", header)
      ok(HEADER.test(fields.get("cookie") ?? ""))
    }
    for (const other of ["https://evil.example/", "https://notshop.example/", "http://127.0.0.1/", "https://example/"]) equal(jar.header(new URL(other), [], false), null)
  },
}

export const challenges: Target = {
  name: "challenges",
  sources: ["src/http/client/digest-auth.ts", "src/http/client/retries.ts"],
  tokens: ["Digest ", "Basic ", "realm=", "nonce=", "qop=", "auth", "auth-int", "algorithm=", "MD5", "SHA-256", "SHA-512-256-sess", "opaque=", "stale=true", "userhash=true", "nextnonce=", "\"", "\\", "\\\"", ",", ", ", " ", "=", "\t", "é", "\xff", "a".repeat(200), "Wed, 21 Oct 2099 07:28:00 GMT", "120", "9".repeat(400), "-1"],
  samples: [
    'Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256, opaque="c"',
    'Basic realm="x", Digest realm="a\\"b", nonce="b", algorithm=MD5-sess, Bearer, userhash=true',
    'nextnonce="xyz"',
    "120",
    "Wed, 21 Oct 2099 07:28:00 GMT",
  ],
  try(input) {
    // As the parser of HTTP gives it: Latin-1 without control characters.
    const header = input.toString("latin1").replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "").trim()
    const auth = new DigestAuth("mufasa", "Circle of Life")
    const asked = { method: "GET", url: new URL("http://shop.example/x?y"), headers: new HeaderFields() }
    for (let time = 0; time < 3; time += 1) {
      auth.apply(asked)
      const answer = asked.headers.get("authorization")
      if (answer !== null) ok(HEADER.test(answer) && !answer.includes("Circle of Life"))
      const begun = performance.now()
      auth.challenged(asked, { status: 401, headers: new Headers({ "www-authenticate": header, "authentication-info": header }) })
      ok(performance.now() - begun < 5000, "it takes seconds to read one header")
    }
    const seconds = secondsOf(header, 0)
    ok(seconds === null || seconds >= 0)
  },
}

export const responses: Target = {
  name: "responses",
  sources: ["src/http/client/exchange.ts", "src/http/client/response.ts", "src/http/client/response-body.ts", "src/http/client/exchange-error.ts", "src/http/client/piece-queue.ts"],
  tokens: ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 302 Found\r\n", "HTTP/1.0 ", "HTTP/2.0 ", "\r\n", "\r\n\r\n", "\n", "content-length: 3\r\n", "content-length: 99999999999999999999\r\n", "content-length: -1\r\n", "transfer-encoding: chunked\r\n", "3\r\ntea\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n", "content-encoding: gzip\r\n", "content-type: text/plain; charset=\"x-nothing\"\r\n", "set-cookie: a=b; Domain=com\r\n", "location: /x\r\n", "connection: close\r\n", "connection: upgrade\r\nupgrade: x\r\n", "www-authenticate: Digest realm=\"a\", nonce=\"b\"\r\n", "tea", "\0", "__proto__: x\r\n", "é: x\r\n"],
  samples: [
    "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntea",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\ntea\r\n0\r\n\r\n",
    Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"), gzipSync("tea")]),
    "HTTP/1.1 302 Found\r\nlocation: http://user:x@127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n__proto__: x\r\nset-cookie: __proto__=1\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\ntea",
  ],
  async open() {
    await new Promise<void>((resolve) => answering.listen(0, "127.0.0.1", resolve))
    return () => new Promise((resolve) => answering.close(() => resolve()))
  },
  async try(input, cuts) {
    answer = (socket) => {
      const pieces = piecesOf(input, cuts.slice(0, 2))
      const next = (): void => {
        const piece = pieces.shift()
        if (piece === undefined || socket.destroyed) return void socket.end()
        socket.write(piece, () => setImmediate(next))
      }
      next()
    }
    const { port } = answering.address() as { port: number } // it listens on one
    await asyncio.run(async () => {
      const client = new http.Client({ timeout: 20, auth: new http.DigestAuth("mufasa", "Circle of Life"), maxResponseSize: SMALL, followRedirects: (cuts[0] ?? 0) % 2 === 0, maxRedirects: 2 })
      try {
        const response = await client.get(`http://127.0.0.1:${port}/`)
        ok(Number.isInteger(response.status))
        ok([...response.headers].every(([, value]) => typeof value === "string"))
        ok(response.cookies instanceof Map && typeof response.charset === "string")
        equal(typeof (await response.text()), "string")
      } catch (error) {
        expected(error, [http.RequestError])
      } finally {
        await client.close()
      }
    })
    equal(({} as { polluted?: unknown }).polluted, undefined)
  },
}

let answer: (socket: Socket) => void = () => undefined
const answering = createServer((socket) => {
  socket.on("error", () => undefined)
  socket.once("data", () => answer(socket))
})

const url = fc
  .tuple(fc.constantFrom("http://", "https://", "redis://", "rediss://", "postgresql://", "postgres://", ""), fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), fc.webUrl())
  .map(([scheme, user, password, rest]) => Buffer.from(`${scheme}${user}:${password}@${rest.replace(/^\w+:\/\//, "")}`))
export { url as urlGrammar }
