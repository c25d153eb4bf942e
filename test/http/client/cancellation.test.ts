import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { scene, servingTcp, Signal, type TestServer } from "./serving.ts"

/** What of sockets and timers this process has open. */
function open(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /^(TCPSocketWrap|TCPConnectWrap|TLSWrap|Timeout|GetAddrInfoReqWrap)$/.test(name)).sort()
}

/** Cancels `task` and sees that it ends at once, as cancelled, with nothing left open. */
async function cancelled(task: asyncio.Task<unknown>, client: http.Client, server: TestServer): Promise<void> {
  assert.ok(task.cancel("enough"))
  // At once: nothing of the host's is waited for.
  let turns = 0
  for (; !task.done(); turns++) await asyncio.sleep(0)
  assert.ok(turns < 30, `it took ${turns} turns of the loop`)
  assert.ok(task.cancelled())
  await server.untilOpen(0)
  const left = (): string[] => open().filter((name) => name !== "Timeout")
  // The sockets of this side close in the same turn of the host or soon after it.
  for (let turn = 0; turn < 100 && left().length > 0; turn += 1) await asyncio.sleep(0.001)
  assert.deepEqual(left(), [])
  assert.deepEqual(client.statistics(), { connections: 0, idle: 0, connecting: 0, waiting: 0 })
}

test("cancelled before its first step, a request never reaches the server", () =>
  scene(() => undefined, async (server) => {
    const client = new http.Client()
    const task = asyncio.createTask(client.get(server.url))
    await cancelled(task, client, server)
    assert.equal(server.opened, 0)
    await client.close()
  }))

test("cancelled while it connects, it closes the socket", () => {
  const connected = new Signal()
  return servingTcp(() => connected.set(), async (server) => {
    const client = new http.Client()
    // A server that has accepted, and does not speak TLS.
    const task = asyncio.createTask(client.get(`https://localhost:${server.port}/`))
    await connected.wait()
    assert.equal(client.statistics().connecting, 1)
    await cancelled(task, client, server)
    await client.close()
  })
})

test("cancelled at any turn of the loop, it leaves nothing behind", () =>
  scene((_request, response) => void response.end("tea"), async (server) => {
    const client = new http.Client()
    for (let turns = 0; turns < 40; turns++) {
      const task = asyncio.createTask(client.get(server.url))
      for (let turn = 0; turn < turns; turn++) await (turn % 3 === 2 ? asyncio.sleep(0.0005) : asyncio.sleep(0))
      task.cancel()
      await asyncio.wait([task])
      const { connections, idle, connecting, waiting } = client.statistics()
      assert.deepEqual([connections - idle, connecting, waiting], [0, 0, 0], `after ${turns} turns`)
    }
    await client.close()
    await server.untilOpen(0)
  }))

test("cancelled while it waits for the response, it closes the connection", () =>
  scene((_request, _response, asked) => asked.set(), async (server, asked) => {
    const client = new http.Client()
    const task = asyncio.createTask(client.get(server.url))
    await asked.wait()
    await cancelled(task, client, server)
    await client.close()
  }))

test("cancelled while it reads the body, it closes the connection", () =>
  scene((_request, response) => void response.write("tea"), async (server) => {
    const client = new http.Client()
    for (const read of [
      client.get(server.url) as asyncio.Coroutine<unknown>,
      client.stream("GET", server.url).run((response) => response.text() as PromiseLike<unknown>),
      client.stream("GET", server.url).run(async (response) => {
        for await (const line of response.lines()) assert.fail(line)
      }) as asyncio.Coroutine<unknown>,
    ]) {
      const task = asyncio.createTask(read)
      while (client.statistics().connections === 0) await asyncio.sleep(0.001)
      await asyncio.sleep(0.01)
      await cancelled(task, client, server)
    }
    await client.close()
  }))

test("cancelled while it sends the body, it ends the body's own code", () =>
  scene((request, _response, asked) => void request.once("data", () => asked.set()), async (server, asked) => {
    const client = new http.Client()
    const ended: string[] = []
    async function* pieces(): AsyncGenerator<string> {
      try {
        yield "tea"
        await new asyncio.Future()
      } catch (error) {
        ended.push((error as Error).name)
        throw error
      } finally {
        await asyncio.sleep(0)
        ended.push("cleaned up")
      }
    }
    const task = asyncio.createTask(client.post(server.url, { body: pieces() }))
    await asked.wait()
    await cancelled(task, client, server)
    assert.deepEqual(ended, ["CancelledError", "cleaned up"])
    await client.close()
  }))

test("cancelled while the body is a foreign stream that gives nothing, it closes that stream", () =>
  scene((request, _response, asked) => void request.once("data", () => asked.set()), async (server, asked) => {
    const client = new http.Client()
    const { PassThrough } = await asyncio.wrapFuture(import("node:stream"))
    const body = new PassThrough()
    body.write("tea")
    const task = asyncio.createTask(client.post(server.url, { body }))
    await asked.wait()
    await cancelled(task, client, server)
    assert.ok(body.destroyed)
    await client.close()
  }))

test("a body that waits is ended when the server has answered all the same", () =>
  scene((request, response) => void request.once("data", () => response.writeHead(413).end("too much")), async (server) => {
    const client = new http.Client()
    let ended = false
    async function* pieces(): AsyncGenerator<string> {
      try {
        yield "tea"
        await new asyncio.Future()
      } finally {
        ended = true
      }
    }
    const response = await client.post(server.url, { body: pieces() })
    assert.deepEqual([response.status, await response.text(), ended], [413, "too much", true])
    await client.close()
  }))

test("an error of the body's own code is the request's error", () =>
  scene((request) => void request.resume(), async (server) => {
    const client = new http.Client()
    async function* pieces(): AsyncGenerator<string> {
      yield "tea"
      await asyncio.sleep(0)
      throw new RangeError("no more tea")
    }
    await assert.rejects(client.post(server.url, { body: pieces() }), new RangeError("no more tea"))
    await assert.rejects(client.post(server.url, { body: [5] as never }), /a body gives pieces of text or bytes, not 5/)
    await server.untilOpen(0)
    await client.close()
  }))

test("a timeout of moveOnAfter stops a request as a cancellation does", () =>
  scene(() => undefined, async (server) => {
    const client = new http.Client()
    assert.equal(await asyncio.moveOnAfter(0.02).run(() => client.get(server.url)), undefined)
    await server.untilOpen(0)
    await client.close()
  }))
