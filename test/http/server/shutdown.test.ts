import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { connect } from "node:net"
import { describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import * as asyncio from "asyncio-ts"
import { FastResponse, HttpServer, serve, type ServeHandler } from "asyncio-ts/http"
import { get, others, RawClient, serving, until } from "./support.ts"

async function listens(port: number): Promise<boolean> {
  return asyncio.wrapFuture(
    new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false))
      socket.unref()
    }),
  )
}

/** Requests that are answered when the test says so, and tell what becomes of them. */
function held(): { handler: ServeHandler; seen: string[]; go: asyncio.Event } {
  const seen: string[] = []
  const go = new asyncio.Event()
  const handler: ServeHandler = async (request) => {
    const { pathname } = new URL(request.url)
    seen.push(`begun ${pathname}`)
    try {
      await go.wait()
      return new FastResponse("tea")
    } catch (error) {
      seen.push(`${pathname}: ${String((error as asyncio.CancelledError).reason)}`)
      throw error
    } finally {
      await asyncio.sleep(0.001)
      seen.push(`over ${pathname}`)
    }
  }
  return { handler, seen, go }
}

describe("closing a server", () => {
  it("takes no more connections, lets requests finish, and tells clients that the connection closes", async () => {
    const { handler, seen, go } = held()
    await serving(handler, {}, async ({ port, server }) => {
      const idle = new RawClient(port)
      const client = new RawClient(port).send(get("/a"))
      await until(() => seen.length === 1)
      const closing = asyncio.createTask(() => server.close())
      await until(() => server.statistics().inWork === 1 && !closing.done())
      // The port is closed a few turns of the loop later; rounds of the host may lie between them.
      for (let turn = 0; turn < 5; turn += 1) await asyncio.sleep(0)
      assert.equal(await listens(port), false)
      go.set()
      const text = await client.rest()
      assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n[^]*tea$/)
      await closing
      assert.equal(await idle.rest(), "")
      assert.deepEqual(seen, ["begun /a", "over /a"])
    })
  })

  it("lets those in line have their turn", async () => {
    const { handler, seen, go } = held()
    await serving(handler, { maxConcurrent: 1 }, async ({ port, server }) => {
      const clients = ["/a", "/b"].map((path) => new RawClient(port).send(get(path)))
      await until(() => server.statistics().queued === 1)
      const closing = asyncio.createTask(() => server.close())
      await asyncio.sleep(0.001)
      go.set()
      for (const client of clients) assert.match(await client.rest(), /^HTTP\/1\.1 200/)
      await closing
      assert.equal(seen.length, 4)
    })
  })

  it("cancels what takes longer than the grace period, and waits for its clean-up", async () => {
    const { handler, seen } = held()
    await serving(handler, { maxConcurrent: 1, gracePeriod: 0.03 }, async ({ port, server }) => {
      const a = new RawClient(port).send(get("/a"))
      await until(() => seen.length === 1)
      const b = new RawClient(port).send(get("/b"))
      await until(() => server.statistics().queued === 1)
      const since = performance.now()
      await server.close()
      const took = performance.now() - since
      assert.ok(took >= 29 && took < 10_000, `${took} ms`)
      assert.deepEqual(seen, ["begun /a", "/a: the server closes", "over /a"])
      for (const client of [a, b]) assert.match(await client.rest(), /^HTTP\/1\.1 503 Service Unavailable\r\n/)
    })
  })

  it("may be given another grace period", async () => {
    const { handler, seen } = held()
    await serving(handler, {}, async ({ port, server }) => {
      const client = new RawClient(port).send(get("/a"))
      await until(() => seen.length === 1)
      await server.close({ gracePeriod: 0 })
      assert.deepEqual(seen, ["begun /a", "/a: the server closes", "over /a"])
      await client.rest()
    })
  })

  it("that is cancelled itself cuts everything off at once", async () => {
    const { handler, seen } = held()
    await serving(handler, { gracePeriod: 60 }, async ({ port, server }) => {
      const client = new RawClient(port).send(get("/a"))
      await until(() => seen.length === 1)
      await assert.rejects(async () => asyncio.timeout(0.02).run(() => server.close()), asyncio.TimeoutError)
      assert.equal(server.statistics().connections, 0)
      await client.rest()
      await until(() => others().length === 0)
      assert.deepEqual(seen, ["begun /a", "/a: the server closes", "over /a"])
    })
  })

  it("may be asked for as often as one likes, also before it has started", async () => {
    await asyncio.run(async () => {
      const server = await serve(() => new FastResponse("tea"))
      await asyncio.gather([server.close(), server.close()])
      await server.close()
      const never = new HttpServer(() => new FastResponse("tea"))
      await never.close()
      await assert.rejects(async () => never.start(), asyncio.RuntimeError)
    })
  })

  it("is done by an AbortSignal, and leaves nothing on it", async () => {
    const { getEventListeners } = await import("node:events")
    const controller = new AbortController()
    await asyncio.run(async () => {
      const first = await serve(() => new FastResponse("tea"), { signal: controller.signal })
      await first.close()
      assert.equal(getEventListeners(controller.signal, "abort").length, 0)
      const second = await serve(() => new FastResponse("tea"), { signal: controller.signal })
      const { port } = second
      const forever = asyncio.createTask(() => second.serveForever())
      controller.abort()
      await forever
      assert.equal(await listens(port), false)
    })
  })

  it("happens when the block of run ends, also by an error", async () => {
    await asyncio.run(async () => {
      let port = 0
      const failing = new HttpServer(() => new FastResponse("tea")).run(async (server) => {
        port = server.port
        throw new RangeError("spilt")
      })
      await assert.rejects(async () => failing, /spilt/)
      assert.equal(await listens(port), false)
      assert.equal(await new HttpServer(() => new FastResponse("tea")).run(async (server) => (await fetch(server.url)).text()), "tea")
    })
  })

  it("happens when serveForever is cancelled: what is in work may finish", async () => {
    const { handler, seen, go } = held()
    await serving(handler, {}, async ({ port, server }) => {
      const forever = asyncio.createTask(() => server.serveForever())
      const client = new RawClient(port).send(get("/a"))
      await until(() => seen.length === 1)
      forever.cancel()
      await asyncio.sleep(0.001)
      assert.ok(!forever.done())
      go.set()
      assert.match(await client.rest(), /tea$/)
      await assert.rejects(async () => forever, asyncio.CancelledError)
      assert.deepEqual(seen, ["begun /a", "over /a"])
    })
  })

  it("happens with the program, which nothing of it keeps alive", async () => {
    const { handler, seen } = held()
    let port = 0
    let client: RawClient | undefined
    await asyncio.run(async () => {
      const server = await serve(handler)
      port = server.port
      client = new RawClient(port).send(get("/a"))
      await until(() => seen.length === 1)
    })
    assert.deepEqual(seen, ["begun /a", "/a: the program ends", "over /a"])
    await asyncio.run(async () => {
      assert.equal(await listens(port), false)
      await client?.rest()
    })
  })

  it("loses no answer under load: every request that began is answered whole", async () => {
    const handler: ServeHandler = async () => {
      await asyncio.sleep(0.005)
      return new FastResponse("x".repeat(100_000))
    }
    await serving(handler, {}, async ({ url, server }) => {
      let whole = 0
      let refused = 0
      const ask = async (): Promise<void> => {
        for (;;) {
          let answer: Response
          try {
            answer = await fetch(url)
          } catch {
            refused += 1 // the port is closed, or the kept connection was
            return
          }
          assert.equal((await answer.text()).length, 100_000)
          whole += 1
        }
      }
      const load = asyncio.gather(Array.from({ length: 20 }, () => ask))
      await until(() => whole > 50)
      await server.close()
      await load
      assert.equal(refused, 20)
      assert.equal(server.statistics().abandoned, 0)
    })
  })
})

describe("Ctrl-C", () => {
  it("closes a server that serves for ever: the request in work is answered, and the process ends", async () => {
    const program = fileURLToPath(new URL("programs/forever.ts", import.meta.url))
    const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", program], { stdio: ["ignore", "pipe", "pipe"] })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    let over = false
    const ended = new Promise<[number | null, string | null]>((resolve) => child.on("close", (code, signal) => resolve([code, signal])))
    void ended.then(() => (over = true))
    await asyncio.run(async () => {
      await until(() => /port \d+/.test(out) || over)
      assert.equal(err, "")
      const client = new RawClient(Number(/port (\d+)/.exec(out)?.[1])).send(get("/slow"))
      await until(() => out.includes("begun") || over)
      child.kill("SIGINT")
      assert.match(await client.rest(), /^HTTP\/1\.1 200 [^]*tea$/)
      const [code, signal] = await asyncio.wrapFuture(ended)
      assert.equal(err, "")
      assert.match(out, /KeyboardInterrupt/)
      assert.ok(signal === "SIGINT" || code === 130, `${code} ${signal}`)
    })
  })

  it("begins none of those in line when it cancels, also on a connection that has one in work", async () => {
    const { handler, seen } = held()
    await serving(handler, { maxConcurrent: 1 }, async ({ server, port }) => {
      const client = new RawClient(port).send(get("/a") + get("/b") + get("/c"))
      await until(() => server.statistics().queued === 2)
      await server.close({ gracePeriod: 0 })
      assert.match(await client.rest(), /^HTTP\/1\.1 503 /)
      assert.deepEqual(seen, ["begun /a", "/a: the server closes", "over /a"])
    })
  })
})
