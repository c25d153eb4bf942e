import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type AddressInfo, type Socket } from "node:net"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { echo, failure, scene, serving, Signal, type Echoed } from "./serving.ts"

// The platform's own connections outlive a request; these end with it.
const headers = { connection: "close" }

test("fetch is a cold coroutine, and gives the platform's Response", () =>
  serving((request, response) => echo(request, response.setHeader("connection", "close")), async (server) => {
    const request = http.fetch(server.url, { method: "POST", body: "tea", headers })
    await asyncio.sleep(0.005)
    assert.equal(server.opened, 0)
    const response = await request
    assert.ok(response instanceof Response)
    const copy = response.clone()
    assert.equal(((await response.json()) as Echoed).body, "tea")
    assert.ok((await copy.text()).includes("tea"))
    assert.equal(((await (await http.fetch(new Request(server.url, { method: "PUT", headers }))).json()) as Echoed).method, "PUT")
  }))

test("cancelled, fetch aborts the request, while it waits for the head or for the body", () => {
  const asked: Signal[] = []
  const ended: Signal[] = []
  const next = (): [Signal, Signal] => {
    const signals: [Signal, Signal] = [new Signal(), new Signal()]
    asked.push(signals[0])
    ended.push(signals[1])
    return signals
  }
  return serving(
    (request, response) => {
      const end = ended.shift()
      response.on("close", () => end?.set())
      if (request.url === "/body") response.write("tea")
      asked.shift()?.set()
    },
    async (server) => {
      const [waits, aborted] = next()
      const head = asyncio.createTask(http.fetch(server.url))
      await waits.wait()
      head.cancel()
      await asyncio.wait([head])
      assert.ok(head.cancelled())
      await aborted.wait()
      for (const name of ["text", "arrayBuffer", "json", "blob"] as const) {
        const [, closed] = next()
        const response = await http.fetch(`${server.url}/body`)
        const body = asyncio.createTask(async () => response[name]())
        await asyncio.sleep(0.005)
        body.cancel()
        await asyncio.wait([body])
        assert.ok(body.cancelled(), name)
        await closed.wait()
      }
      server.drop()
    },
  )
})

test("a signal of the caller's aborts it as it does the platform's", () =>
  scene((_request, _response, asked) => asked.set(), async (server, asked) => {
    const abort = new AbortController()
    const task = asyncio.createTask(http.fetch(server.url, { signal: abort.signal }))
    await asked.wait()
    abort.abort()
    assert.equal((await failure(task)).name, "AbortError")
    server.drop()
    const late = await failure(http.fetch(server.url, { signal: AbortSignal.abort(new RangeError("no")) }))
    assert.ok(late instanceof RangeError)
  }))

test("what the system refuses comes in Python's classes, without the query", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  server.close()
  const refused = await failure(asyncio.run(http.fetch(`http://127.0.0.1:${port}/tea?secret=1`)))
  assert.ok(refused instanceof asyncio.ConnectionRefusedError, String(refused))
  assert.doesNotMatch(refused.message, /secret/)
  const lost = await failure(asyncio.run(http.fetch("http://no-such-host.invalid/?secret=1")))
  assert.ok(lost instanceof asyncio.AddressLookupError)
  assert.match(lost.message, /^cannot fetch GET http:\/\/no-such-host\.invalid\/\?…: /)
})

test("a wrong URL is the platform's TypeError", async () => {
  assert.ok((await failure(asyncio.run(http.fetch("/relative")))) instanceof TypeError)
})

test("cancelled in the tick in which the head has come, it lets go of the response", async () => {
  const asked = new Set<Socket>()
  const server = createServer((socket) => {
    socket.on("error", () => undefined).on("data", () => {
      asked.add(socket.once("close", () => asked.delete(socket)))
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na")
    })
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const { port } = server.address() as AddressInfo // it listens on a port
  const own = globalThis.fetch
  try {
    await asyncio.run(async () => {
      const task: asyncio.Task<unknown> = asyncio.createTask(http.fetch(`http://127.0.0.1:${port}/`))
      // Between the host's answer and the task's next step. The platform ends what nobody keeps by itself, some time.
      let kept: unknown
      globalThis.fetch = (...given) => {
        const response = own(...given)
        void response.then((given) => {
          kept = given
          queueMicrotask(() => queueMicrotask(() => task.cancel()))
        })
        return response
      }
      await assert.rejects(task, asyncio.CancelledError)
      const [socket] = asked
      if (socket !== undefined) await asyncio.timeout(2).run(() => asyncio.wrapFuture(once(socket, "close")))
      assert.equal(asked.size, 0)
      assert.ok(kept instanceof Response)
    })
  } finally {
    globalThis.fetch = own
    for (const socket of asked) socket.destroy()
    server.close()
  }
})
