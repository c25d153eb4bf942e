import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { mkdtempSync, rmSync } from "node:fs"
import { get as httpGet, request as httpRequest, type IncomingMessage } from "node:http"
import { connect as connectHttp2, constants } from "node:http2"
import { get as httpsGet } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { FastResponse, HttpServer, serve, type ServeHandler, type ServeOptions } from "asyncio-ts/http"
import { certificates } from "../../support/certificates.ts"
import { get, others, RawClient, serving, until } from "./support.ts"

const encoder = new TextEncoder()

/** A body that tells what happens to it. */
async function* pieces(seen: string[], count = Infinity, pause = 0.001): AsyncGenerator<Uint8Array> {
  try {
    for (let i = 0; i < count; i += 1) {
      yield encoder.encode(`${i};`)
      seen.push(`sent ${i}`)
      await asyncio.sleep(pause)
    }
    seen.push("all")
  } finally {
    await asyncio.sleep(0.001)
    seen.push("cleaned up")
  }
}

async function waitAndTell(told: string[]): Promise<void> {
  try {
    await asyncio.sleep(3600)
  } catch (error) {
    told.push((error as Error).name)
    throw error
  }
}

function streamed(body: AsyncIterable<Uint8Array>, init?: ResponseInit): Response {
  return new Response(body as never, init)
}

describe("a handler of serve", () => {
  it("runs in a task named after method and path, without the query", async () => {
    const handler = async (): Promise<Response> => {
      await asyncio.sleep(0.001)
      return new Response(asyncio.currentTask()?.getName())
    }
    await serving(handler, {}, async ({ url }) => {
      assert.equal(await (await fetch(`${url}/tea?secret=1`)).text(), "GET /tea")
      assert.equal(await (await fetch(`${url}/tea`, { method: "DELETE" })).text(), "DELETE /tea")
    })
  })

  it("may be no async function, and give the platform's Response or a fast one", async () => {
    const handler = (request: Request): Response =>
      request.url.endsWith("/fast") ? new FastResponse("fast", { status: 201, headers: { "x-kind": "black" } }) : new Response("plain", { status: 202 })
    await serving(handler, {}, async ({ url }) => {
      const fast = await fetch(`${url}/fast`)
      assert.deepEqual([fast.status, fast.headers.get("x-kind"), fast.headers.get("content-length"), await fast.text()], [201, "black", "4", "fast"])
      const plain = await fetch(url)
      assert.deepEqual([plain.status, plain.headers.get("content-length"), await plain.text()], [202, "5", "plain"])
    })
  })

  it("gets method, URL, headers and body as the client sent them", async () => {
    const handler = async (request: Request): Promise<Response> =>
      FastResponse.json({
        method: request.method,
        path: new URL(request.url).pathname + new URL(request.url).search,
        kind: request.headers.get("x-kind"),
        body: await request.json(),
      })
    await serving(handler, {}, async ({ url }) => {
      const answer = await fetch(`${url}/a%20b?c=d`, { method: "PUT", headers: { "x-kind": "green" }, body: JSON.stringify({ cups: 2 }) })
      assert.deepEqual(await answer.json(), { method: "PUT", path: "/a%20b?c=d", kind: "green", body: { cups: 2 } })
    })
  })

  it("is told who asks", async () => {
    const handler: Parameters<typeof serve>[0] = (_request, { remoteAddress, encrypted, httpVersion }) =>
      FastResponse.json({ remoteAddress, encrypted, httpVersion })
    await serving(handler, {}, async ({ url }) => {
      assert.deepEqual(await (await fetch(url)).json(), { remoteAddress: "127.0.0.1", encrypted: false, httpVersion: "1.1" })
    })
  })

  it("has its own copy of the context that the server was started in", async () => {
    const kind = new asyncio.ContextVar<string>("kind")
    const storage = new AsyncLocalStorage<string>()
    await asyncio.run(async () => {
      kind.set("black")
      const server = await storage.run("stored", async () =>
        serve(async () => {
          const before = kind.get()
          kind.set("changed")
          await asyncio.sleep(0.001)
          return new Response(`${before} ${storage.getStore()}`)
        }),
      )
      kind.set("later")
      assert.equal(await (await fetch(server.url)).text(), "black stored")
      assert.equal(await (await fetch(server.url)).text(), "black stored")
      assert.equal(kind.get(), "later")
      await server.close()
    })
  })

  it("that throws gives a 500, and the loop's exception handler the error", async () => {
    const handler = async (request: Request): Promise<Response> => {
      if (request.url.endsWith("/later")) await asyncio.sleep(0.001)
      throw new RangeError("no such tea")
    }
    await serving(handler, {}, async ({ url, reports }) => {
      for (const path of ["/at-once", "/later"]) {
        const answer = await fetch(url + path)
        assert.deepEqual([answer.status, await answer.text()], [500, "Internal Server Error"])
        const [report, ...more] = reports.splice(0)
        assert.equal(report?.message, `the handler of GET ${path} failed`)
        assert.ok(report.exception instanceof RangeError)
        assert.deepEqual(more, [])
      }
    })
  })

  it("is not called for an absolute URL that names a user", async () => {
    const handler: ServeHandler = async (request) => new FastResponse(`${request.url} ${await request.text()}`)
    await serving(handler, {}, async ({ port }) => {
      const client = new RawClient(port).send("GET http://ann:cup@tea/ HTTP/1.1\r\nHost: tea\r\n\r\n")
      await client.expect(/^HTTP\/1\.1 400 [^]*Invalid absolute URL$/)
      client.send("GET http://tea/?to=ann@tea HTTP/1.1\r\nHost: tea\r\n\r\n")
      await client.expect(/http:\/\/tea\/\?to=ann@tea $/)
      client.gone()
    })
  })

  it("that gives no Response gives a 500, and an error that says what it gave", async () => {
    await serving((() => "tea") as never, {}, async ({ url, reports }) => {
      assert.equal((await fetch(url)).status, 500)
      assert.match(String(reports.splice(0)[0]?.exception), /TypeError: the handler of GET \/ gave .*tea.*; return a Response/)
    })
    await serving(() => Response.error(), {}, async ({ url, reports }) => {
      const answer = await fetch(url)
      assert.deepEqual([answer.status, await answer.text()], [500, "Internal Server Error"])
      assert.match(String(reports.splice(0)[0]?.exception), /gave a Response with status 0, which cannot be sent/)
    })
  })

  it("has its errors answered by onError, whose own error counts as well", async () => {
    const onError = (error: unknown, request: Request): Response | undefined => {
      if (request.url.endsWith("/silent")) return undefined
      if (request.url.endsWith("/worse")) throw new TypeError("worse")
      return new Response((error as Error).message, { status: 418 })
    }
    const handler = (): Response => {
      throw new RangeError("no such tea")
    }
    await serving(handler, { onError }, async ({ url, reports }) => {
      const answer = await fetch(url)
      assert.deepEqual([answer.status, await answer.text()], [418, "no such tea"])
      assert.deepEqual(reports, [])
      assert.equal((await fetch(`${url}/silent`)).status, 500)
      assert.equal(reports.splice(0).length, 1)
      assert.equal((await fetch(`${url}/worse`)).status, 500)
      assert.deepEqual(reports.splice(0).map(({ exception }) => (exception as Error).name), ["RangeError", "TypeError"])
    })
  })

  it("cannot put a line break into a header: the error is its own, and a 500", async () => {
    const handler = (request: Request): Response => {
      const name = new URL(request.url).searchParams.get("name") ?? ""
      return new FastResponse("tea", { headers: { "x-name": name } })
    }
    await serving(handler, {}, async ({ url, reports }) => {
      assert.equal((await fetch(`${url}/?name=Ann`)).headers.get("x-name"), "Ann")
      assert.equal((await fetch(`${url}/?name=Ann%0d%0aset-cookie:%20a=b`)).status, 500)
      assert.match(String(reports.splice(0)[0]?.exception), /Invalid character in header content/)
    })
  })

  it("may be a coroutine function, and runs on a loop with eager tasks", async () => {
    const handler = asyncio.coroutine("brew", async (_request: Request) => {
      await asyncio.sleep(0.001)
      return new Response(asyncio.currentTask()?.getName())
    })
    await asyncio.run(async () => {
      asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory)
      const server = await serve(handler)
      assert.equal(await (await fetch(server.url)).text(), "GET /")
      await server.close()
    })
  })

  it("sets several cookies", async () => {
    const handler = (request: Request): Response => {
      const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]])
      return request.url.endsWith("/fast") ? new FastResponse("x", { headers }) : new Response("x", { headers })
    }
    await serving(handler, {}, async ({ url }) => {
      for (const path of ["/fast", "/plain"]) assert.deepEqual((await fetch(url + path)).headers.getSetCookie(), ["a=1", "b=2"])
    })
  })

  it("answers HEAD with the headers alone, and lets go of a body that is streamed", async () => {
    const seen: string[] = []
    const handler = (request: Request): Response =>
      request.url.endsWith("/stream") ? streamed(pieces(seen)) : request.url.endsWith("/fast") ? new FastResponse("tea") : new Response("tea")
    await serving(handler, {}, async ({ url }) => {
      for (const path of ["/fast", "/plain", "/stream"]) {
        const answer = await fetch(url + path, { method: "HEAD" })
        assert.deepEqual([answer.status, await answer.text()], [200, ""])
      }
      assert.deepEqual(others(), [])
      assert.ok(!seen.includes("sent 0"), seen.join())
    })
  })

  it("may answer with no body", async () => {
    await serving(() => new Response(null, { status: 204 }), {}, async ({ url }) => {
      const answer = await fetch(url)
      assert.deepEqual([answer.status, await answer.text()], [204, ""])
    })
  })
})

describe("a client that goes away", () => {
  it("cancels the task of its request, and aborts request.signal", async () => {
    const seen: string[] = []
    const began = new asyncio.Event()
    const handler = async (request: Request): Promise<Response> => {
      request.signal.addEventListener("abort", () => seen.push("aborted"))
      began.set()
      try {
        await asyncio.sleep(60)
      } catch (error) {
        seen.push(String((error as asyncio.CancelledError).reason))
        throw error
      } finally {
        await asyncio.sleep(0.001)
        seen.push("cleaned up")
      }
      return new Response()
    }
    await serving(handler, {}, async ({ port, server }) => {
      const client = new RawClient(port).send(get("/linger"))
      await began.wait()
      client.gone()
      await until(() => others().length === 0)
      assert.equal(seen.pop(), "cleaned up")
      assert.deepEqual(seen.sort(), ["aborted", "the client has gone away"])
      await until(() => server.statistics().abandoned === 1)
    })
  })

  it("cancels the producer of a streamed body, which has cleaned up before the task ends", async () => {
    const seen: string[] = []
    await serving(() => streamed(pieces(seen)), {}, async ({ port }) => {
      const client = new RawClient(port).send(get("/stream"))
      await client.expect(/3;/)
      client.gone()
      await until(() => others().length === 0)
      assert.equal(seen.at(-1), "cleaned up")
      assert.ok(!seen.includes("all"))
    })
  })

  it("cancels a ReadableStream's source where it waits, or by its own means where it waits for something foreign", async () => {
    const told: string[] = []
    const handler = (request: Request): Response => {
      let pulls = 0
      return new Response(
        new ReadableStream<Uint8Array>({
          async pull(controller) {
            pulls += 1
            if (request.url.endsWith("/foreign")) await new Promise((resolve) => setTimeout(resolve, 1))
            else if (pulls > 1) await waitAndTell(told)
            controller.enqueue(encoder.encode("x"))
          },
          cancel: () => void told.push("cancelled"),
        }),
      )
    }
    await serving(handler, {}, async ({ port }) => {
      for (const [path, how] of [["/foreign", "cancelled"], ["/ours", "CancelledError"]] as const) {
        const client = new RawClient(port).send(get(path))
        await client.expect(/x/)
        client.gone()
        await until(() => others().length === 0 && told.includes(how))
      }
    })
  })

  it("in the midst of its upload is reported to nobody", async () => {
    const began = new asyncio.Event()
    const over: string[] = []
    const handler = async (request: Request): Promise<Response> => {
      began.set()
      try {
        return new Response(await request.text())
      } catch (error) {
        over.push(String(error))
        throw error
      } finally {
        over.push("over")
      }
    }
    await serving(handler, {}, async ({ port }) => {
      const client = new RawClient(port).send("POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 10\r\n\r\nabc")
      await began.wait()
      client.gone()
      await until(() => others().length === 0 && over.length > 0)
    })
  })

  it("leaves nothing behind when half of 60 clients go at any moment", async () => {
    let running = 0
    const handler = async (request: Request): Promise<Response> => {
      running += 1
      try {
        await asyncio.sleep(Math.random() * 0.01)
        return request.url.endsWith("/stream") ? streamed(pieces([], 5)) : new FastResponse("tea")
      } finally {
        running -= 1
      }
    }
    await serving(handler, {}, async ({ port, server }) => {
      const ask = async (id: number): Promise<string> => {
        const client = new RawClient(port).send(get(id % 4 < 2 ? "/stream" : "/tea", "Connection: close\r\n"))
        if (id % 2 === 0) return client.rest()
        await asyncio.sleep(Math.random() * 0.02)
        client.gone()
        return "gone"
      }
      const answers = await asyncio.gather(Array.from({ length: 60 }, (_, id) => () => ask(id)))
      assert.equal(answers.filter((text) => /\r\n\r\n[^]*(tea|4;)/.test(text)).length, 30)
      await until(() => others().length === 0 && server.statistics().inWork === 0)
      assert.equal(running, 0)
    })
  })
})

describe("a streamed body", () => {
  it("arrives piece by piece, and whole", async () => {
    const seen: string[] = []
    const go = new asyncio.Event()
    async function* body(): AsyncGenerator<Uint8Array> {
      yield encoder.encode("first")
      await go.wait()
      yield encoder.encode("second")
      seen.push("all")
    }
    await serving(() => streamed(body()), {}, async ({ port }) => {
      const client = new RawClient(port).send(get("/", "Connection: close\r\n"))
      await client.expect(/first/)
      go.set()
      assert.match(await client.rest(), /second\r\n0\r\n\r\n$/)
      assert.deepEqual(seen, ["all"])
    })
  })

  it("waits for a client that reads slowly, and holds little meanwhile", async () => {
    const piece = new Uint8Array(65_536)
    let made = 0
    async function* body(): AsyncGenerator<Uint8Array> {
      for (;;) {
        made += 1
        yield piece
      }
    }
    await serving(() => streamed(body()), {}, async ({ port }) => {
      const client = new RawClient(port).send(get("/"))
      client.socket.pause()
      await until(() => made > 10)
      let before = 0
      // It has come to rest when a good many turns of the host bring no more.
      while (before !== made) {
        before = made
        for (let turn = 0; turn < 20; turn += 1) await asyncio.sleep(0.001)
      }
      assert.ok(made < 400, `${made} pieces of 64 KiB for a client that reads nothing`)
      client.gone()
    })
  })

  it("that fails cuts the connection off, so that nobody takes it for whole", async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield encoder.encode("first")
      await asyncio.sleep(0.001)
      throw new RangeError("spilt")
    }
    await serving(() => streamed(body()), {}, async ({ url, reports }) => {
      const answer = await fetch(url)
      await assert.rejects(answer.text(), /terminated/)
      assert.deepEqual(reports.splice(0).map(({ exception }) => String(exception)), ["RangeError: spilt"])
    })
  })

  it("that fails before its first piece gives a 500", async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      await asyncio.sleep(0.001)
      yield await asyncio.wrapFuture(Promise.reject(new RangeError("no tea")))
    }
    await serving(() => streamed(body()), {}, async ({ url, reports }) => {
      assert.equal((await fetch(url)).status, 500)
      assert.equal(reports.splice(0).length, 1)
    })
  })

  it("may be the body of the request", async () => {
    await serving((request) => new Response(request.body), {}, async ({ url }) => {
      const sent = "tea ".repeat(100_000)
      const answer = await fetch(url, { method: "POST", body: sent })
      assert.equal(await answer.text(), sent)
    })
  })
})

describe("reading a body", () => {
  it("can be given a timeout, which fires on time", async () => {
    const handler = async (request: Request): Promise<Response> => {
      try {
        return new Response(await asyncio.timeout(0.02).run(() => request.text()))
      } catch (error) {
        if (error instanceof asyncio.TimeoutError) return new Response("too slow", { status: 408 })
        throw error
      }
    }
    await serving(handler, {}, async ({ port }) => {
      const client = new RawClient(port).send("POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 10\r\n\r\nabc")
      await client.expect(/^HTTP\/1\.1 408[^]*too slow/)
      client.gone()
      await until(() => others().length === 0)
    })
  })
})

describe("the address of a server", () => {
  it("may be a Unix socket", async (test) => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-serve-"))
    test.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, "tea.sock")
    await serving((request) => new Response(request.url), { path }, async ({ server, url }) => {
      assert.equal(url, `unix:${path}`)
      assert.throws(() => server.port, asyncio.RuntimeError)
      const text = await asyncio.wrapFuture(
        new Promise<string>((resolve, reject) => {
          httpGet({ socketPath: path, path: "/tea", headers: { host: "tea" } }, (answer) => answer.on("data", (piece) => resolve(String(piece)))).on("error", reject)
        }),
      )
      assert.equal(text, "http://tea/tea")
    })
  })

  it("that is in use, or none of this machine's, is refused by name", async () => {
    await serving(() => new Response(), {}, async ({ port }) => {
      await assert.rejects(
        async () => serve(() => new Response(), { port }),
        (error: asyncio.OSError) => error instanceof asyncio.OSError && error.code === "EADDRINUSE" && error.message.startsWith(`cannot serve on 127.0.0.1:${port}: `),
      )
      await assert.rejects(async () => serve(() => new Response(), { host: "192.0.2.1" }), /cannot serve on 192\.0\.2\.1:0: .*EADDRNOTAVAIL/)
    })
  })

  it("is told by a server that has started, and by no other", async () => {
    const server = new HttpServer(() => new Response())
    assert.throws(() => server.port, /a server that was not started cannot tell its port/)
    assert.equal(String(server), "<HttpServer [not started]>")
    await asyncio.run(async () => {
      await server.start()
      assert.equal(server.url, `http://127.0.0.1:${server.port}`)
      await assert.rejects(async () => server.start(), asyncio.RuntimeError)
      await server.close()
      assert.match(String(server), /^<HttpServer http:\/\/127\.0\.0\.1:\d+ \[closed\]>$/)
    })
  })
})

describe("TLS", () => {
  const { ca, server, client } = certificates()
  const ask = (options: object): Promise<string> =>
    new Promise((resolve, reject) => {
      httpsGet({ host: "127.0.0.1", ca: ca.cert, agent: false, ...options }, (answer) => answer.setEncoding("utf8").on("data", resolve)).on("error", reject)
    })

  it("serves those who trust it, and shows who they are where it asks", async () => {
    const tls = { cert: server.cert, key: server.key, ca: ca.cert, requestCert: true }
    const handler: Parameters<typeof serve>[0] = (request, { encrypted, peerCertificate }) =>
      new FastResponse(`${new URL(request.url).protocol} ${encrypted} ${String(peerCertificate?.subject.CN)}`)
    await serving(handler, { tls }, async ({ port, url }) => {
      assert.equal(url, `https://127.0.0.1:${port}`)
      assert.equal(await asyncio.wrapFuture(ask({ port, cert: client.cert, key: client.key })), "https: true test client")
      await assert.rejects(async () => asyncio.wrapFuture(ask({ port, ca: undefined })), /UNABLE_TO_VERIFY|unable to verify|self-signed/)
    })
  })

  it("refuses a certificate that is none by the address, and closes on who begins no handshake", async () => {
    await asyncio.run(async () => {
      const error = await serve(() => new Response(), { tls: { cert: "tea", key: "milk" } }).catch((error: Error) => error)
      assert.ok(error instanceof asyncio.SSLError, String(error))
      assert.match(error.message, /^cannot serve on 127\.0\.0\.1:0: /)
    })
    await serving(() => new Response(), { tls: { cert: server.cert, key: server.key }, headersTimeout: 0.05 }, async ({ port }) => {
      assert.equal(await new RawClient(port).rest(), "")
      const client = new RawClient(port).send(get("/"))
      assert.doesNotMatch(await client.rest(), /HTTP/)
    })
  })

  it("speaks HTTP/2 as well where it is asked to, and streams there, too", async () => {
    const tls = { cert: server.cert, key: server.key }
    const seen: string[] = []
    const handler = async (request: Request): Promise<Response> => {
      if (request.url.endsWith("/stream")) return streamed(pieces(seen))
      return new FastResponse(`${asyncio.currentTask()?.getName()} ${await request.text()}`)
    }
    await serving(handler, { tls, http2: true }, async ({ port, url }) => {
      assert.equal(await asyncio.wrapFuture(ask({ port, path: "/one" })), "GET /one ")
      const session = connectHttp2(url, { ca: ca.cert })
      const stream = session.request({ ":method": "POST", ":path": "/two" }).setEncoding("utf8")
      stream.end("body")
      let text = ""
      stream.on("data", (piece: string) => (text += piece))
      await until(() => text === "POST /two body")
      const endless = session.request({ ":path": "/stream" }).setEncoding("utf8").on("error", () => undefined)
      endless.on("data", (piece: string) => (text += piece))
      await until(() => text.includes("2;"))
      endless.close(constants.NGHTTP2_CANCEL)
      await until(() => others().length === 0)
      assert.equal(seen.at(-1), "cleaned up")
      session.destroy()
    })
  })
})

describe("a connection of HTTP/2", () => {
  it("is closed when nothing comes for keepAliveTimeout, and not while a request is in work", async () => {
    const handler = async (): Promise<Response> => {
      await asyncio.sleep(0.8)
      return new FastResponse("tea")
    }
    await serving(handler, { http2: true, keepAliveTimeout: 0.4 }, async ({ port, url }) => {
      const session = connectHttp2(url)
      let text = ""
      session.request({ ":path": "/" }).setEncoding("utf8").on("data", (piece: string) => (text += piece))
      await until(() => session.closed || session.destroyed)
      assert.equal(text, "tea")
      await new RawClient(port).rest()
    })
  })
})

describe("the options of serve", () => {
  const wrong: [ServeOptions, string][] = [
    [{ port: -1 }, "RangeError: the port of serve"],
    [{ port: 70_000 }, "RangeError: the port of serve"],
    [{ port: "80" as never }, "RangeError: the port of serve"],
    [{ maxConcurrent: 0 }, "RangeError: maxConcurrent of serve"],
    [{ maxBodySize: -1 }, "RangeError: maxBodySize of serve"],
    [{ maxHeaderSize: 0.5 }, "TypeError: maxHeaderSize of serve"],
    [{ headersTimeout: Number.NaN }, "RangeError: headersTimeout of serve"],
    [{ gracePeriod: -1 }, "RangeError: gracePeriod of serve"],
    [{ requestTimeout: "1" as never }, "TypeError: requestTimeout of serve"],
    [{ path: "/tmp/x", port: 1 }, "TypeError: serve listens on a path or on a host and port"],
    [{ tls: {} }, "TypeError: tls of serve needs a certificate and its key"],
    [{ onError: 1 as never }, "TypeError: onError of serve"],
    [{ maxHeaderSize: Infinity }, "TypeError: maxHeaderSize of serve"],
    [{ listenBacklog: Infinity }, "TypeError: listenBacklog of serve"],
    [{ host: 5 as never }, "TypeError: the host of serve"],
    [{ path: "" }, "TypeError: the path of serve"],
    [{ tls: true as never }, "TypeError: tls of serve is an object"],
    [{ signal: {} as never }, "TypeError: signal of serve"],
  ]
  for (const [options, text] of wrong) {
    it(`that make no sense are refused at the call: ${JSON.stringify(options)}`, () => {
      assert.throws(() => serve(() => new Response(), options), (error) => String(error).startsWith(text))
    })
  }

  it("need a handler", () => {
    assert.throws(() => serve("tea" as never), /TypeError|the handler of serve/)
  })
})

describe("a kept connection", () => {
  it("serves one request after the other, also when they were sent at once", async () => {
    const handler = async (request: Request): Promise<Response> => {
      await asyncio.sleep(request.url.endsWith("/slow") ? 0.01 : 0)
      return new FastResponse(new URL(request.url).pathname)
    }
    await serving(handler, {}, async ({ port, server }) => {
      const client = new RawClient(port).send(get("/slow") + get("/fast"))
      await client.expect(/\r\n\r\n\/slow/)
      await client.expect(/\r\n\r\n\/fast/)
      assert.equal(server.statistics().connections, 1)
      client.gone()
    })
  })

  it("is closed when nothing comes for keepAliveTimeout", async () => {
    await serving(() => new FastResponse("tea"), { keepAliveTimeout: 0.02 }, async ({ port }) => {
      const client = new RawClient(port).send(get("/"))
      await client.expect(/tea/)
      assert.equal(await client.rest(), "")
    })
  })

  it("can be used again after a handler that did not read the body", async () => {
    await serving(() => new FastResponse("tea"), {}, async ({ port }) => {
      const client = new RawClient(port).send("POST / HTTP/1.1\r\nHost: tea\r\nContent-Length: 6\r\n\r\nabcdef")
      await client.expect(/tea/)
      client.send(get("/again"))
      await client.expect(/tea/)
      client.gone()
    })
  })
})

describe("a client of HTTP/1.0", () => {
  it("need name no host, and is told the end by the end", async () => {
    await serving((request) => streamed(pieces([], 3), { headers: { "x-url": request.url } }), {}, async ({ port }) => {
      const text = await new RawClient(port).send("GET /tea HTTP/1.0\r\n\r\n").rest()
      assert.match(text, /x-url: http:\/\/127\.0\.0\.1\/tea\r\n/)
      assert.match(text, /\r\n\r\n0;1;2;$/)
    })
  })
})

describe("node:http's client", () => {
  it("can send and receive at the same time", async () => {
    await serving((request) => new Response(request.body), {}, async ({ port }) => {
      const request = httpRequest({ port, host: "127.0.0.1", method: "POST" })
      request.write("ping")
      const answer = await asyncio.wrapFuture(new Promise<IncomingMessage>((resolve) => request.on("response", resolve)))
      let text = ""
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece))
      await until(() => text === "ping")
      request.end("pong")
      await until(() => text === "pingpong")
    })
  })
})
