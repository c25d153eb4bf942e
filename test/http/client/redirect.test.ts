import assert from "node:assert/strict"
import { test } from "node:test"
import * as http from "asyncio-ts/http"
import { echo, failure, serving, type Echoed } from "./serving.ts"

/** Redirects `/STATUS/to` to `to`, and echoes everything else. */
const redirecting: Parameters<typeof serving>[0] = (request, response) => {
  const [, status, to] = /^\/(30\d)\/(.*)$/s.exec(request.url ?? "") ?? []
  if (status === undefined) echo(request, response)
  else request.resume().on("end", () => response.writeHead(Number(status), { location: decodeURIComponent(to ?? "") }).end("moved"))
}

test("redirects are not followed unless the client or the request says so", () =>
  serving(redirecting, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    assert.equal((await client.get("/302/%2Fa")).status, 302)
    const followed = await client.get("/302/%2Fa", { followRedirects: true })
    assert.deepEqual([followed.status, followed.url.pathname, followed.history.map(({ status }) => status)], [200, "/a", [302]])
    assert.equal(await followed.history[0]?.text(), "moved")
    await client.close()
  }))

test("the method changes as in httpx and browsers, and the body goes with it", () =>
  serving(redirecting, async (server) => {
    const client = new http.Client({ baseUrl: server.url, followRedirects: true })
    for (const [status, method, expected] of [
      [301, "POST", "GET"], [301, "PUT", "PUT"], [302, "POST", "GET"], [302, "PUT", "GET"], [303, "POST", "GET"],
      [303, "DELETE", "GET"], [307, "POST", "POST"], [308, "PATCH", "PATCH"],
    ] as const) {
      const echoed = await (await client.request(method, `/${status}/%2Fend`, { json: { a: 1 } })).json<Echoed>()
      assert.deepEqual([echoed.method, echoed.body], [expected, expected === "GET" ? "" : '{"a":1}'], `${status} ${method}`)
      assert.equal(echoed.headers["content-type"], expected === "GET" ? undefined : "application/json")
    }
    assert.equal((await client.head("/303/%2Fend")).request.method, "HEAD")
    await client.close()
  }))

test("relative locations, other paths and fragments are resolved", () =>
  serving(redirecting, async (server) => {
    const client = new http.Client({ baseUrl: server.url, followRedirects: true })
    assert.equal((await client.get(`/302/${encodeURIComponent("../x?y=1")}#top`)).url.href, `${server.url}/x?y=1#top`)
    assert.equal((await client.get(`/302/${encodeURIComponent("/x#there")}#top`)).url.hash, "#there")
    assert.equal((await client.get(`/302/${encodeURIComponent("//localhost:")}${server.port}/z`)).url.pathname, "/z")
    await client.close()
  }))

test("credentials and cookies do not go to another origin", () =>
  serving(redirecting, (other) =>
    serving(redirecting, async (server) => {
      const client = new http.Client({ auth: ["user", "secret"], cookies: { always: "1" }, followRedirects: true })
      const options = { cookies: { once: "2" }, headers: { "x-own": "3" } }
      const same = await (await client.get(`${server.url}/302/%2Fa`, options)).json<Echoed>()
      assert.deepEqual([same.headers["authorization"]?.slice(0, 5), same.headers["cookie"], same.headers["x-own"]], ["Basic", "always=1; once=2", "3"])
      const away = await (await client.get(`${server.url}/302/${encodeURIComponent(`${other.url}/a`)}`, options)).json<Echoed>()
      assert.deepEqual([away.headers["authorization"], away.headers["cookie"], away.headers["x-own"]], [undefined, undefined, "3"])
      assert.equal(away.headers["host"], `localhost:${other.port}`)
      const header = await (await http.get(`${server.url}/307/${encodeURIComponent(`${other.url}/a`)}`, { headers: { authorization: "Own", cookie: "a=b" }, followRedirects: true })).json<Echoed>()
      assert.deepEqual([header.headers["authorization"], header.headers["cookie"]], [undefined, undefined])
      const first = (await client.get(`${server.url}/302/${encodeURIComponent(`${other.url}/a`)}`, options)).history[0]?.request
      assert.deepEqual([first?.url.port, first?.headers.get("cookie"), first?.headers.get("authorization")?.slice(0, 5)], [String(server.port), "always=1; once=2", "Basic"])
      // Not even when another redirect leads back.
      const back = encodeURIComponent(`${server.url}/a`)
      const returned = await (await client.get(`${server.url}/302/${encodeURIComponent(`${other.url}/302/${back}`)}`, options)).json<Echoed>()
      assert.deepEqual([returned.headers["authorization"], returned.headers["cookie"]], [undefined, undefined])
      await client.close()
    }),
  ))

test("a loop ends with TooManyRedirects, which names the limit and the URL", () =>
  serving((_request, response) => response.writeHead(302, { location: "/again" }).end(), async (server) => {
    const client = new http.Client({ baseUrl: server.url, followRedirects: true })
    const error = await failure(client.get("/"))
    assert.ok(error instanceof http.TooManyRedirects)
    assert.equal(error.message, `GET ${server.url}/again: more than 20 redirects (maxRedirects)`)
    assert.ok((await failure(http.get(server.url, { followRedirects: true, maxRedirects: 0 }))) instanceof http.TooManyRedirects)
    assert.equal(server.opened, 2)
    await client.close()
  }))

test("a redirect to what is no URL, or to another protocol, is an error", () =>
  serving(redirecting, async (server) => {
    const client = new http.Client({ baseUrl: server.url, followRedirects: true })
    assert.ok((await failure(client.get(`/302/${encodeURIComponent("http://[")}`))) instanceof http.RemoteProtocolError)
    const error = await failure(client.get(`/302/${encodeURIComponent("file:///etc/passwd")}`))
    assert.ok(error instanceof http.UnsupportedProtocol)
    await client.close()
  }))

test("a body that is a stream follows only where it is not needed once more", () =>
  serving(redirecting, async (server) => {
    const client = new http.Client({ baseUrl: server.url, followRedirects: true })
    async function* pieces(): AsyncGenerator<string> {
      yield "tea"
    }
    assert.equal((await client.post("/303/%2Fend", { body: pieces() })).status, 200)
    assert.ok((await failure(client.post("/307/%2Fend", { body: pieces() }))) instanceof http.StreamConsumed)
    assert.equal((await (await client.post("/307/%2Fend", { body: pieces })).json<Echoed>()).body, "tea")
    await client.close()
  }))

test("redirects of a stream are followed before its function is called", () =>
  serving(redirecting, async (server) => {
    const path = await http.stream("GET", `${server.url}/302/%2Fend`, { followRedirects: true }).run(async (response) => (await response.json<Echoed>()).url)
    assert.equal(path, "/end")
  }))

test("a redirect to credentials that nobody can read is the server's fault", () =>
  serving(redirecting, async (server) => {
    const client = new http.Client({ baseUrl: server.url, followRedirects: true })
    for (const to of ["http://%ff:x@localhost/", "http://a%3Ab:x@localhost/"]) {
      const error = await failure(client.get(`/302/${encodeURIComponent(to)}`))
      assert.ok(error instanceof http.RemoteProtocolError, String(error))
      assert.match(error.message, /redirected to a URL whose user name or password cannot be read$/)
    }
    await client.close()
  }))

test("what a proxy is told is not told to another server", () =>
  serving(echo, (other) =>
    serving(redirecting, async (server) => {
      const client = new http.Client({ followRedirects: true })
      const to = encodeURIComponent(`${other.url}/end`)
      const echoed = await (await client.get(`${server.url}/302/${to}`, { headers: { "proxy-authorization": "Basic eA==" } })).json<Echoed>()
      assert.equal(echoed.headers["proxy-authorization"], undefined)
      await client.close()
    }),
  ))
