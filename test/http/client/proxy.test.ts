import assert from "node:assert/strict"
import { createSecureServer as createHttp2Server } from "node:http2"
import { createServer as createSecureServer } from "node:https"
import { createServer, request as forward } from "node:http"
import { connect, type Socket } from "node:net"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { environmentProxies } from "#src/http/client/proxy.ts"
import { certificates } from "../../support/certificates.ts"
import { echo, failure, serving, servingWith, type Echoed, type TestServer } from "./serving.ts"

/** A proxy that forwards and digs tunnels, and tells what it was asked. */
function proxying(body: (proxy: TestServer, asked: string[]) => unknown, secure = false): Promise<void> {
  const asked: string[] = []
  const { server: { cert, key } } = certificates()
  const proxy = secure ? createSecureServer({ cert, key }) : createServer()
  proxy.on("request", (request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? "-"}`)
    const { "proxy-authorization": _own, ...headers } = request.headers
    const url = new URL(request.url ?? "")
    request.pipe(forward({ agent: false, host: url.hostname, port: url.port, path: url.pathname + url.search, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    }))
  })
  proxy.on("connect", (request, client: Socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? "-"}`)
    if (request.headers["x-refuse"] !== undefined) client.end("HTTP/1.1 403 Forbidden\r\n\r\n")
    if (request.headers["x-refuse"] !== undefined || request.headers["x-stall"] !== undefined) {
      client.resume().on("end", () => client.end())
      return
    }
    const [host = "", port] = (request.url ?? "").split(":")
    const server = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n")
      server.pipe(client).pipe(server)
    })
    server.on("error", () => client.destroy())
    server.on("close", () => client.destroy())
    client.on("error", () => server.destroy())
    client.on("close", () => server.destroy())
  })
  return servingWith(proxy, secure ? "https" : "http", (server) => body(server, asked))
}

function secureServing(body: (server: TestServer) => unknown): Promise<void> {
  const { server: { cert, key } } = certificates()
  return servingWith(createSecureServer({ cert, key }, echo), "https", body)
}

test("requests of http are forwarded, with the proxy's credentials for the proxy alone", () =>
  serving(echo, (server) =>
    proxying(async (proxy, asked) => {
      const client = new http.Client({ proxy: proxy.url.replace("://", "://user:pass@") })
      const echoed = await (await client.post(`${server.url}/tea?a=b`, { json: 1 })).json<Echoed>()
      assert.deepEqual([echoed.url, echoed.body, echoed.headers["host"], echoed.headers["proxy-authorization"]], ["/tea?a=b", "1", `localhost:${server.port}`, undefined])
      await client.get(server.url)
      const basic = `Basic ${Buffer.from("user:pass").toString("base64")}`
      assert.deepEqual(asked, [`POST ${server.url}/tea?a=b ${basic}`, `GET ${server.url}/ ${basic}`])
      assert.equal(proxy.opened, 1)
      await client.close()
    }),
  ))

test("requests of https go through a tunnel, checked from end to end, which is used again", () =>
  secureServing((server) =>
    proxying(async (proxy, asked) => {
      const client = new http.Client({ proxy: { url: proxy.url, headers: { "proxy-authorization": "Own" } }, ca: certificates().ca.cert })
      for (let i = 0; i < 3; i++) {
        const echoed = await (await client.get(server.url)).json<Echoed>()
        assert.equal(echoed.headers["proxy-authorization"], undefined)
      }
      assert.deepEqual(asked, [`CONNECT localhost:${server.port} Own`])
      await client.close()
      const error = await failure(http.get(server.url, { proxy: proxy.url }))
      assert.ok(error instanceof http.ConnectError && error.cause instanceof asyncio.SSLCertVerificationError)
    }),
  ))

test("HTTP/2 goes through a tunnel, many requests through one", () => {
  const { ca, server: { cert, key } } = certificates()
  return servingWith(createHttp2Server({ cert, key }, (_request, response) => response.end("tea")), "https", (server) =>
    proxying(async (proxy, asked) => {
      const client = new http.Client({ http2: true, proxy: proxy.url, ca: ca.cert })
      const responses = await asyncio.gather([1, 2, 3].map(() => client.get(server.url)))
      assert.deepEqual(responses.map(({ httpVersion }) => httpVersion), ["HTTP/2", "HTTP/2", "HTTP/2"])
      assert.equal(asked.length, 1)
      await client.close()
    }),
  )
})

test("a proxy may itself be reached by TLS", () =>
  serving(echo, (plain) =>
    secureServing((server) =>
      proxying(async (proxy, asked) => {
        const client = new http.Client({ proxy: proxy.url, ca: certificates().ca.cert })
        assert.equal((await client.get(plain.url)).status, 200)
        assert.equal((await client.get(server.url)).status, 200)
        assert.equal(asked.length, 2)
        await client.close()
      }, true),
    ),
  ))

test("a proxy that refuses is a ProxyError; one that is not there, or does not answer, a ConnectError or ConnectTimeout", () =>
  secureServing((server) =>
    proxying(async (proxy) => {
      const refused = await failure(http.get(server.url, { proxy: { url: proxy.url, headers: { "x-refuse": "1" } } }))
      assert.ok(refused instanceof http.ProxyError)
      assert.match(refused.message, /the proxy localhost:\d+ refused to connect to localhost:\d+: status 403$/)
      const silent = await failure(http.get(server.url, { timeout: { connect: 0.05 }, proxy: { url: proxy.url, headers: { "x-stall": "1" } } }))
      assert.ok(silent instanceof http.ConnectTimeout)
      const gone = await failure(http.get(server.url, { proxy: "http://127.0.0.1:1" }))
      assert.ok(gone instanceof http.ConnectError && gone.cause instanceof asyncio.ConnectionRefusedError)
      assert.match(gone.message, /through the proxy 127\.0\.0\.1:1: connection refused/)
    }),
  ))

test("cancelled while the tunnel is dug, a request closes the connection to the proxy", () =>
  secureServing((server) =>
    proxying(async (proxy, asked) => {
      const task = asyncio.createTask(http.get(server.url, { proxy: { url: proxy.url, headers: { "x-stall": "1" } } }))
      while (asked.length === 0) await asyncio.sleep(0.001)
      task.cancel()
      await asyncio.wait([task])
      await proxy.untilOpen(0)
    }),
  ))

test("the environment names proxies by scheme, and hosts that need none", () => {
  const choose = environmentProxies({ HTTP_PROXY: "http://one:1", https_proxy: "two:2", NO_PROXY: "localhost,.inside.example, *.star.example,10.0.0.1:8080 [::1]" })
  const chosen = (url: string): string | undefined => choose(new URL(url))?.url.host
  assert.deepEqual(
    ["http://a/", "https://a/", "http://localhost/", "http://inside.example/", "http://x.inside.example/", "http://star.example/", "http://x.star.example/", "http://10.0.0.1/", "http://10.0.0.1:8080/", "http://[::1]/"].map(chosen),
    ["one:1", "two:2", undefined, undefined, undefined, "one:1", undefined, "one:1", undefined, undefined],
  )
  assert.equal(environmentProxies({ all_proxy: "http://all:3", no_proxy: "" })(new URL("https://a/"))?.url.host, "all:3")
  assert.equal(environmentProxies({ HTTP_PROXY: "http://evil:1", REQUEST_METHOD: "GET" })(new URL("http://a/")), null)
  assert.equal(environmentProxies({ HTTP_PROXY: "http://a:1", NO_PROXY: "*" })(new URL("http://b/")), null)
})
