import assert from "node:assert/strict"
import { getEventListeners, once } from "node:events"
import { createServer } from "node:http"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { echo, failure, scene, Signal, serving, servingTcp, type Echoed } from "./serving.ts"

test("a request is a cold coroutine: nothing is sent before it is awaited", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    const request = client.get("/")
    await asyncio.sleep(0.01)
    assert.equal(server.opened, 0)
    assert.equal((await request).status, 200)
    assert.equal(server.opened, 1)
    await client.close()
  }))

test("each method sends its own name, and `request` any other", () =>
  serving((request, response) => response.setHeader("x-method", request.method ?? "").end(), async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    const sent: [asyncio.Coroutine<http.Response>, string][] = [
      [client.get("/"), "GET"],
      [client.head("/"), "HEAD"],
      [client.post("/"), "POST"],
      [client.put("/"), "PUT"],
      [client.patch("/"), "PATCH"],
      [client.delete("/"), "DELETE"],
      [client.options("/"), "OPTIONS"],
      [client.request("propfind", "/"), "PROPFIND"],
    ]
    for (const [request, method] of sent) assert.equal((await request).headers.get("x-method"), method)
    await client.close()
  }))

test("base URL, query and headers of the client and the request are put together", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ baseUrl: `${server.url}/v1/`, query: { key: "k" }, headers: { "X-One": "1", "x-two": "2" } })
    const response = await client.get("/users?a=b#top", { query: { ids: [1, 2], gone: undefined, empty: null }, headers: { "x-TWO": "two" } })
    const echoed = await response.json<Echoed>()
    assert.equal(echoed.url, "/v1/users?a=b&key=k&ids=1&ids=2&empty=")
    assert.equal(echoed.headers["x-one"], "1")
    assert.equal(echoed.headers["x-two"], "two")
    assert.equal(response.url.hash, "#top")
    assert.equal(echoed.headers["accept-encoding"], "gzip, deflate, br, zstd")
    const later = await (await client.get("/")).json<Echoed>()
    assert.deepEqual([later.headers["x-two"], later.headers["x-one"]], ["2", "1"], "the headers of one request are not those of the next")
    assert.equal((await (await client.get("", { query: "x=y" })).json<Echoed>()).url, "/v1/?key=k&x=y")
    assert.equal((await (await client.get(`${server.url}/elsewhere`)).json<Echoed>()).url, "/elsewhere?key=k")
    await client.close()
  }))

test("a response tells status, headers, URL, version, request and time", () =>
  serving(
    (_request, response) => {
      response.writeHead(201, "Brewed", [["x-tea", "masala"], ["x-tea", "chai"], ["set-cookie", "a=1; Path=/"], ["set-cookie", "b=2"]]).end("tea")
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      const response = await client.post("/tea?secret=1")
      assert.deepEqual(
        [response.status, response.statusText, response.ok, response.httpVersion, response.url.href],
        [201, "Brewed", true, "HTTP/1.1", `${server.url}/tea?secret=1`],
      )
      assert.equal(response.headers.get("x-tea"), "masala, chai")
      assert.deepEqual([...response.cookies], [["a", "1"], ["b", "2"]])
      assert.deepEqual([response.request.method, response.history.length], ["POST", 0])
      assert.ok(response.elapsed > 0 && response.elapsed < 30)
      const { elapsed } = response
      await asyncio.sleep(0.01)
      assert.equal(response.elapsed, elapsed)
      assert.equal(String(response), `<Response 201 POST ${server.url}/tea?…>`)
      await client.close()
    },
  ))

test("the body of what `get` gives has arrived: it can be read often, and after the client was closed", () =>
  serving((_request, response) => response.end('{"cups": 2}'), async (server) => {
    const client = new http.Client()
    const response = await client.get(server.url)
    await client.close()
    assert.equal(await response.text(), '{"cups": 2}')
    assert.deepEqual(await response.json(), { cups: 2 })
    assert.equal((await response.bytes()).length, 11)
    const pieces: Uint8Array[] = []
    for await (const piece of response.chunks()) pieces.push(piece)
    assert.equal(Buffer.concat(pieces).toString(), '{"cups": 2}')
  }))

test("wrong arguments are refused at the call, with what was given and what is wanted", async () => {
  const client = new http.Client()
  const refused: [() => unknown, new (message: string) => Error, RegExp][] = [
    [() => client.get("/tea"), TypeError, /"\/tea" is a relative URL; give one such as .* or make the client with a baseUrl/],
    [() => client.get("http://"), TypeError, /"http:\/\/" is no URL/],
    [() => client.get(5 as never), TypeError, /a URL is text or a URL, not 5/],
    [() => client.request("GE T", "http://a/"), TypeError, /"GE T" is no method/],
    [() => client.request("CONNECT", "http://a/"), TypeError, /CONNECT opens a tunnel/],
    [() => client.get("http://a/", { headers: { "a b": "c" } }), TypeError, /"a b" is no name of a header/],
    [() => client.get("http://a/", { headers: { a: "b\r\nc: d" } }), TypeError, /the value of the header "a"/],
    [() => client.get("http://a/", { headers: { "transfer-encoding": "chunked" } }), TypeError, /transfer-encoding is the connection's own affair/],
    [() => client.get("http://a/", { timeOut: 1 } as never), TypeError, /no option "timeOut"; there are query, /],
    [() => client.get("http://a/", { timeout: -1 }), RangeError, /timeout is at least 0 seconds, but is -1/],
    [() => client.get("http://a/", { timeout: { read: Number.NaN } }), RangeError, /timeout.read is NaN/],
    [() => client.get("http://a/", { timeout: { reed: 1 } as never }), TypeError, /but no "reed"/],
    [() => client.post("http://a/", { json: 1, body: "a" }), TypeError, /one body, but json and body were given/],
    [() => client.post("http://a/", { json: undefined, body: 5 as never }), TypeError, /a body is text, bytes.*not 5/],
    [() => client.post("http://a/", { json: () => 1 }), TypeError, /json is what JSON can express, not function/],
    [() => client.get("http://a/", { auth: "me" as never }), TypeError, /auth is \[user, password\]/],
    [() => client.get("http://a/", { cookies: { a: "b; c" } }), TypeError, /"a" with what was given is no cookie/],
    [() => client.get("http://a/", { query: 5 as never }), TypeError, /a query is an object/],
    [() => client.get("http://a/", { onProgress: 5 as never }), TypeError, /onProgress is a function, but 5/],
    [() => new http.Client({ baseUrl: "here" }), TypeError, /baseUrl is a URL such as .* not "here"/],
    [() => new http.Client({ limits: { maxConnections: 0 } }), RangeError, /limits.maxConnections must be at least 1/],
    [() => new http.Client({ limits: { max: 1 } as never }), TypeError, /limits has no "max"/],
    [() => new http.Client({ proxy: "socks5://a" }), TypeError, /by http: or https:, not by socks5:/],
    [() => new http.Client({ retries: -1 }), RangeError, /retries must be at least 0/],
    [() => new http.Client({ redirects: true } as never), TypeError, /a Client has no option "redirects"/],
    [() => client.stream("GET", "http://a/").run(5 as never), TypeError, /the body of stream/],
  ]
  for (const [call, kind, message] of refused) {
    assert.throws(call, (error: Error) => error instanceof kind && message.test(error.message), String(message))
  }
  await asyncio.run(client.close())
})

test("a closed client refuses requests at the call; closing twice does nothing", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    await client.get("/")
    const late = client.get("/")
    await client.close()
    await client.close()
    assert.throws(() => client.get("/"), asyncio.RuntimeError)
    assert.ok((await failure(late)) instanceof http.CloseError)
    assert.equal(String(client), "<Client [closed]>")
  }))

test("closing a client ends its connections, and requests under way fail with CloseError", () =>
  serving(
    (request, response) => {
      if (request.url === "/") response.end("tea")
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url, limits: { maxConnections: 2 } })
      await client.get("/")
      const tasks = [1, 2, 3].map(() => asyncio.createTask(client.get("/never")))
      while (client.statistics().connections < 2 || client.statistics().waiting < 1) await asyncio.sleep(0.001)
      await client.close()
      assert.deepEqual(client.statistics(), { connections: 0, idle: 0, connecting: 0, waiting: 0 })
      for (const task of tasks) assert.ok((await failure(task)) instanceof http.CloseError)
    },
  ))

test("closing a client ends what is connecting, at once", () =>
  servingTcp(() => undefined, async (server) => {
    const client = new http.Client({ timeout: null })
    const task = asyncio.createTask(client.get(`https://localhost:${server.port}/`))
    while (server.opened === 0) await asyncio.sleep(0.001)
    await asyncio.timeout(20).run(() => client.close())
    assert.ok((await failure(task)) instanceof http.CloseError)
    await server.untilOpen(0)
  }))

test("`await using` closes a client", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    await client.get("/")
    await client[Symbol.asyncDispose]()
    await server.untilOpen(0)
  }))

test("a module's own request closes its connection", () =>
  serving(echo, async (server) => {
    assert.equal((await http.get(server.url, { query: { a: "b" }, maxResponseSize: 1000 })).status, 200)
    await server.untilOpen(0)
    assert.equal((await (await http.post(server.url, { json: 1 })).json<Echoed>()).body, "1")
    assert.equal((await (await http.delete(server.url)).json<Echoed>()).method, "DELETE")
    const length = await http.stream("PUT", server.url).run(async (response) => (await response.bytes()).length)
    assert.ok(length > 10)
    assert.equal(server.opened, 4)
  }))

test("hooks are called with each request and response, in order, and may change headers", () =>
  serving(echo, async (server) => {
    const told: string[] = []
    const client = new http.Client({
      baseUrl: server.url,
      hooks: {
        request: [
          (request) => {
            assert.equal(request.headers.get("x-hook"), null)
            told.push(`request ${request.method} ${request.url.pathname}`)
            request.headers.set("x-hook", "yes")
          },
          async () => {
            await asyncio.sleep(0)
            told.push("second")
          },
        ],
        response: async (response) => told.push(`response ${response.status} ${(await response.bytes()).length > 0}`),
      },
    })
    assert.equal((await (await client.get("/a")).json<Echoed>()).headers["x-hook"], "yes")
    assert.deepEqual(told.splice(0), ["request GET /a", "second", "response 200 true"])
    await client.get("/b")
    assert.deepEqual(told, ["request GET /b", "second", "response 200 true"])
    await client.close()
  }))

test("an error of a response hook goes on, and the connection is closed", () =>
  serving((_request, response) => void response.write("begun"), async (server) => {
    const client = new http.Client({
      hooks: {
        response: (response) => {
          if (response.status === 200) throw new RangeError("not this one")
        },
      },
    })
    assert.ok((await failure(client.get(server.url))) instanceof RangeError)
    await server.untilOpen(0)
    await client.close()
  }))

test("a signal cancels a request and leaves no listener behind", () =>
  scene((request, response, asked) => void (request.url === "/" ? response.end() : asked.set()), async (server, asked) => {
    const abort = new AbortController()
    const client = new http.Client({ baseUrl: server.url, signal: new AbortController().signal })
    await client.get("/", { signal: abort.signal })
    const task = asyncio.createTask(client.get("/never", { signal: abort.signal }))
    await asked.wait()
    assert.equal(getEventListeners(abort.signal, "abort").length, 1)
    abort.abort("enough")
    const error = await failure(task)
    assert.ok(error instanceof asyncio.CancelledError)
    assert.equal(error.reason, "enough")
    assert.equal(getEventListeners(abort.signal, "abort").length, 0)
    await server.untilOpen(0)
    await client.close()
  }))

test("onProgress is told of each piece of both bodies", () =>
  serving((request, response) => void (request.resume(), request.on("end", () => response.setHeader("content-length", 200_000).end(Buffer.alloc(200_000)))), async (server) => {
    const told: http.TransferProgress[] = []
    const client = new http.Client()
    await client.post(server.url, { body: Buffer.alloc(150_000), onProgress: (progress) => told.push(progress) })
    const up = told.filter(({ direction }) => direction === "upload")
    const down = told.filter(({ direction }) => direction === "download")
    assert.deepEqual(up.map(({ loaded }) => loaded), [65_536, 131_072, 150_000])
    assert.deepEqual([up.at(-1)?.total, down.at(-1)], [150_000, { direction: "download", loaded: 200_000, total: 200_000 }])
    assert.ok(down.every(({ loaded }, index) => loaded > (down[index - 1]?.loaded ?? 0)))
    await client.close()
  }))

test("a Unix socket takes the place of host and port", async () => {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-"))
  const server = createServer(echo).listen(join(folder, "http.sock"))
  await once(server, "listening")
  await asyncio.run(async () => {
    const client = new http.Client({ socketPath: join(folder, "http.sock") })
    assert.equal((await (await client.get("http://docker/info")).json<Echoed>()).headers["host"], "docker")
    await client.close()
    const error = await failure(new http.Client({ socketPath: join(folder, "no.sock") }).get("http://docker/"))
    assert.ok(error instanceof http.ConnectError && error.cause instanceof asyncio.FileNotFoundError, String(error))
  })
  server.close()
  rmSync(folder, { recursive: true })
})

test("requests of several loops share a client", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    await client.get("/")
    const done = new Signal<number>()
    setImmediate(() => void asyncio.run(async () => (await client.get("/")).status).then(done.set))
    assert.equal(await done.wait(), 200)
    await client.close()
  }))
