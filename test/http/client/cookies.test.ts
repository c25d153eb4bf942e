import assert from "node:assert/strict"
import { test } from "node:test"
import { CookieJar } from "tough-cookie"
import * as http from "asyncio-ts/http"
import { ClientCookies } from "#src/http/client/cookies.ts"
import { serving } from "./serving.ts"

const cookies: Parameters<typeof serving>[0] = (request, response) => {
  const url = new URL(request.url ?? "", "http://localhost")
  if (url.searchParams.has("set")) response.setHeader("set-cookie", url.searchParams.getAll("set"))
  if (url.searchParams.has("to")) response.writeHead(302, { location: url.searchParams.get("to") ?? "" })
  response.end(request.headers.cookie ?? "none")
}

async function sent(response: PromiseLike<http.Response>): Promise<string> {
  return (await response).text()
}

test("what a server sets is sent back to it, where its path and life allow", () =>
  serving(cookies, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    await client.get("/", { query: { set: ["a=1", "b=2; Path=/deep", "gone=3; Max-Age=0", "away=4; Domain=elsewhere.example"] } })
    assert.equal(await sent(client.get("/")), "a=1")
    assert.equal(await sent(client.get("/deep/x")), "b=2; a=1")
    assert.deepEqual(client.cookies.getCookiesSync(server.url).map(({ key }) => key), ["a"])
    await client.get("/", { query: { set: "a=; Max-Age=0" } })
    assert.equal(await sent(client.get("/")), "none")
    await client.close()
  }))

test("cookies of the client, the request and the server go together; the request's count most", () =>
  serving(cookies, async (server) => {
    const client = new http.Client({ baseUrl: server.url, cookies: { a: "client", b: "client" } })
    assert.equal(await sent(client.get("/", { cookies: { b: "request", c: "request" } })), "a=client; b=request; c=request")
    await client.get("/", { query: { set: "a=server" } })
    assert.equal(await sent(client.get("/")), "b=client; a=server")
    assert.equal(await sent(client.get("/", { headers: { cookie: "own=1" } })), "own=1")
    await client.close()
  }))

test("cookies that a redirect sets are sent to where it leads", () =>
  serving(cookies, async (server) => {
    const client = new http.Client({ baseUrl: server.url, followRedirects: true })
    assert.equal(await sent(client.get("/", { query: { set: "a=1", to: "/next" } })), "a=1")
    await client.close()
  }))

test("a jar of tough-cookie can be given, and is the one that is used", () =>
  serving(cookies, async (server) => {
    const jar = new CookieJar()
    jar.setCookieSync("kept=1", server.url)
    const client = new http.Client({ baseUrl: server.url, cookies: jar })
    assert.equal(await sent(client.get("/", { query: { set: "new=2" } })), "kept=1")
    assert.equal(client.cookies, jar)
    assert.equal(jar.getCookieStringSync(server.url), "kept=1; new=2")
    await client.close()
  }))

test("of two cookies with one name the server gets both, that of the longer path first", () =>
  serving(cookies, async (server) => {
    const client = new http.Client({ baseUrl: server.url, cookies: { sid: "client", b: "client" } })
    await client.get("/", { query: { set: ["sid=root; Path=/", "sid=deep; Path=/deep"] } })
    assert.equal(await sent(client.get("/deep/x")), "b=client; sid=deep; sid=root")
    assert.equal(await sent(client.get("/deep/x", { cookies: { sid: "request" } })), "b=client; sid=request")
    await client.close()
  }))

test("a host whose name the jar reserves gets no cookie, and its answer all the same", () => {
  const cookies = new ClientCookies({ own: "1" })
  for (const host of ["test", "local", "example"]) {
    const url = new URL(`http://${host}/`)
    cookies.keep(url, ["a=b"])
    assert.equal(cookies.header(url, [], false), "own=1")
  }
})
