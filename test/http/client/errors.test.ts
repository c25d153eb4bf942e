import assert from "node:assert/strict"
import { createServer as createSecureServer } from "node:https"
import { createServer } from "node:net"
import { once } from "node:events"
import { test } from "node:test"
import { inspect } from "node:util"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { certificates } from "../../support/certificates.ts"
import { echo, failure, serving, servingTcp, servingWith } from "./serving.ts"

test("the classes stand to each other as in httpx, and are found across copies of the package", () => {
  const lines = (kind: { prototype: object }): string[] => {
    const names: string[] = []
    for (let proto = kind.prototype; proto !== Error.prototype; proto = Object.getPrototypeOf(proto) as object) names.push(proto.constructor.name)
    return names
  }
  const timeout = ["TimeoutException", "TransportError", "RequestError", "HTTPError"]
  const network = ["NetworkError", "TransportError", "RequestError", "HTTPError"]
  for (const kind of [http.ConnectTimeout, http.ReadTimeout, http.WriteTimeout, http.PoolTimeout, http.TotalTimeout]) {
    assert.deepEqual(lines(kind), [kind.name, ...timeout])
  }
  for (const kind of [http.ConnectError, http.ReadError, http.WriteError, http.CloseError]) assert.deepEqual(lines(kind), [kind.name, ...network])
  for (const kind of [http.LocalProtocolError, http.RemoteProtocolError]) {
    assert.deepEqual(lines(kind), [kind.name, "ProtocolError", "TransportError", "RequestError", "HTTPError"])
  }
  for (const kind of [http.ProxyError, http.UnsupportedProtocol]) assert.deepEqual(lines(kind), [kind.name, "TransportError", "RequestError", "HTTPError"])
  for (const kind of [http.DecodingError, http.TooManyRedirects, http.ResponseTooLarge, http.StreamConsumed]) assert.deepEqual(lines(kind), [kind.name, "RequestError", "HTTPError"])
  const error = new http.ReadTimeout("late", { request: { method: "GET", url: new URL("http://a/") } })
  assert.deepEqual([error.name, error.code], ["ReadTimeout", "ERR_HTTP_READ_TIMEOUT"])
  const other = { [Symbol.for("asyncio-ts.ReadTimeout")]: true, [Symbol.for("asyncio-ts.HTTPError")]: true }
  assert.ok(other instanceof http.ReadTimeout && other instanceof http.HTTPError && !(other instanceof http.ConnectError))
})

test("a closed port is a ConnectError whose cause says so", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  server.close()
  const error = await failure(asyncio.run(http.get(`http://127.0.0.1:${port}/tea`)))
  assert.ok(error instanceof http.ConnectError)
  assert.equal(error.message, `GET http://127.0.0.1:${port}/tea: cannot connect to 127.0.0.1:${port}: connection refused: nobody listens there (ECONNREFUSED)`)
  assert.ok(error.cause instanceof asyncio.ConnectionRefusedError)
  assert.deepEqual([error.cause.code, error.cause.port], ["ECONNREFUSED", port])
})

test("a host that is not known is a ConnectError with an AddressLookupError", async () => {
  const error = await failure(asyncio.run(http.get("http://no-such-host.invalid/")))
  assert.ok(error instanceof http.ConnectError)
  assert.ok(error.cause instanceof asyncio.AddressLookupError)
  assert.match(error.message, /cannot connect to no-such-host\.invalid:80: /)
})

test("certificates that are not to be trusted are refused: of nobody's authority, of yesterday, of another host", async () => {
  const { ca, server: good, selfSigned, expired, wrongHost } = certificates()
  for (const [certificate, trusted, message] of [
    [good, undefined, /certificate/],
    [selfSigned, ca.cert, /DEPTH_ZERO_SELF_SIGNED_CERT/],
    [expired, ca.cert, /CERT_HAS_EXPIRED/],
    [wrongHost, ca.cert, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ] as const) {
    await servingWith(createSecureServer({ cert: certificate.cert, key: certificate.key }, echo), "https", async (server) => {
      const error = await failure(http.get(server.url, { ca: trusted }))
      assert.ok(error instanceof http.ConnectError, String(error))
      assert.ok(error.cause instanceof asyncio.SSLCertVerificationError, inspect(error.cause))
      assert.match(error.message, message)
      assert.equal((await http.get(server.url, { verify: false })).status, 200)
    })
  }
})

test("TLS with the right authority, host and the client's own certificate", () => {
  const { ca, server: { cert, key }, client: own } = certificates()
  const listener = createSecureServer({ cert, key, ca: ca.cert, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const { subject } = (request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } }).getPeerCertificate()
    response.end(subject?.CN ?? "nobody")
  })
  return servingWith(listener, "https", async (server) => {
    const client = new http.Client({ baseUrl: server.url, ca: ca.cert, cert: own.cert, key: own.key })
    const response = await client.get("/")
    assert.deepEqual([await response.text(), response.httpVersion], ["test client", "HTTP/1.1"])
    await client.close()
    assert.equal(await (await http.get(server.url, { ca: ca.cert })).text(), "nobody")
  })
})

test("HTTP to a server of TLS, and TLS to one of HTTP, are told apart from a refused connection", () => {
  const { server: { cert, key } } = certificates()
  return servingWith(createSecureServer({ cert, key }, echo), "http", async (secure) => {
    assert.ok((await failure(http.get(secure.url))) instanceof http.RemoteProtocolError)
    await serving(echo, async (plain) => {
      const error = await failure(http.get(plain.url.replace("http:", "https:")))
      assert.ok(error instanceof http.ConnectError && error.cause instanceof asyncio.SSLError, inspect(error))
    })
  })
})

test("a connection that is reset, or closed without an answer, says which", () =>
  servingTcp(
    (socket) => socket.once("data", (data) => (data.toString().startsWith("GET /reset") ? socket.resetAndDestroy() : socket.end())),
    async (server) => {
      const reset = await failure(http.get(`${server.url}/reset`))
      assert.ok(reset instanceof http.ReadError && reset.cause instanceof asyncio.ConnectionResetError, inspect(reset))
      const closed = await failure(http.get(`${server.url}/close`))
      assert.ok(closed instanceof http.RemoteProtocolError)
      assert.match(closed.message, /\/close: the server closed the connection without a response$/)
    },
  ))

test("a connection that is lost while the body is sent is a WriteError", () =>
  servingTcp((socket) => socket.once("data", () => socket.resetAndDestroy()), async (server) => {
    const error = await failure(http.post(server.url, { body: Buffer.alloc(32 * 1024 * 1024) }))
    assert.ok(error instanceof http.WriteError && error.cause instanceof asyncio.OSError, inspect(error))
  }))

test("raiseForStatus tells whose fault it was, and has the response", () =>
  serving((request, response) => response.writeHead(Number(request.url?.slice(1, 4))).end("body"), async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    const fine = await client.get("/204")
    assert.equal(fine.raiseForStatus(), fine)
    for (const [status, message] of [[404, "the request was refused: 404 Not Found"], [503, "the server failed: 503 Service Unavailable"]] as const) {
      const response = await client.get(`/${status}?token=1`)
      const error = await failure(Promise.resolve().then(() => response.raiseForStatus()))
      assert.ok(error instanceof http.HTTPStatusError && error instanceof http.HTTPError && !(error instanceof http.RequestError))
      assert.equal(error.message, `GET ${server.url}/${status}?…: ${message}`)
      assert.equal(error.response, response)
      assert.equal(await error.response.text(), "body")
    }
    await client.close()
  }))

test("no message and nothing that is printed shows credentials or the query", () =>
  serving(() => undefined, async (server) => {
    const url = server.url.replace("://", "://user:pa55word@")
    const client = new http.Client({ headers: { authorization: "Bearer pa55word" }, timeout: { read: 0.01 } })
    const error = await failure(client.get(`${url}/?key=pa55word`))
    assert.ok(error instanceof http.ReadTimeout)
    assert.doesNotMatch(inspect(error, { depth: 10 }), /pa55word/)
    assert.equal(error.request.url.search, "?key=pa55word")
    await client.close()
  }))

test("a URL that is neither http nor https is refused when it is awaited", async () => {
  const error = await failure(asyncio.run(http.get("ftp://files.example/")))
  assert.ok(error instanceof http.UnsupportedProtocol)
  assert.match(error.message, /a URL of ftp: was given/)
})
