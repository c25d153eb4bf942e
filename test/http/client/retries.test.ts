import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { secondsOf } from "#src/http/client/retries.ts"
import { failure, failureAfter, serving, servingTcp } from "./serving.ts"

const FAST = { delay: 0.001, jitter: "none" } as const

/** Fails so many times, with status, headers or without an answer; then succeeds. */
function failing(times: number, how: { status?: number; headers?: Record<string, string>; body?: string }): { seen: string[]; listener: Parameters<typeof serving>[0] } {
  const seen: string[] = []
  return {
    seen,
    listener: (request, response) => {
      let body = ""
      request.on("data", (chunk: Buffer) => (body += chunk.toString()))
      request.on("end", () => {
        seen.push(`${request.method} ${body}`)
        if (seen.length > times) response.end("at last")
        else if (how.status === undefined) request.socket.destroy()
        else response.writeHead(how.status, how.headers).end(how.body ?? "busy")
      })
    },
  }
}

test("idempotent requests are sent again after failures that may pass", async () => {
  for (const how of [{ status: 503 }, { status: 429 }, { status: 502 }, { status: 504 }, {}]) {
    const { seen, listener } = failing(2, how)
    await serving(listener, async (server) => {
      const client = new http.Client({ baseUrl: server.url, retries: { attempts: 2, ...FAST } })
      assert.equal(await (await client.put("/", { json: 1 })).text(), "at last")
      assert.deepEqual(seen, ["PUT 1", "PUT 1", "PUT 1"])
      await client.close()
    })
  }
})

test("after the last attempt there is its response, or its error", async () => {
  const busy = failing(9, { status: 503 })
  await serving(busy.listener, async (server) => {
    const response = await http.get(server.url, { retries: { attempts: 2, ...FAST } })
    assert.deepEqual([response.status, await response.text(), busy.seen.length], [503, "busy", 3])
  })
  const lost = failing(9, {})
  await serving(lost.listener, async (server) => {
    assert.ok((await failure(http.get(server.url, { retries: { attempts: 1, ...FAST } }))) instanceof http.RemoteProtocolError)
    assert.equal(lost.seen.length, 2)
  })
})

test("other statuses, and requests that would do something twice, are not sent again", async () => {
  for (const [how, method] of [[{ status: 500 }, "GET"], [{ status: 404 }, "GET"], [{ status: 503 }, "POST"], [{}, "POST"]] as const) {
    const { seen, listener } = failing(1, how)
    await serving(listener, async (server) => {
      await Promise.resolve(http.request(method, server.url, { retries: { attempts: 3, ...FAST } })).catch((error: unknown) => assert.ok(error instanceof http.RemoteProtocolError))
      assert.equal(seen.length, 1)
    })
  }
})

test("methods and statuses can be named", () => {
  const { seen, listener } = failing(1, { status: 500 })
  return serving(listener, async (server) => {
    await http.post(server.url, { retries: { attempts: 1, methods: ["POST"], statuses: [500], ...FAST } })
    assert.equal(seen.length, 2)
  })
})

test("a request that never reached a server is sent again whatever its method", async () => {
  let attempts = 0
  await servingTcp((socket) => socket.destroy(), async (server) => {
    const client = new http.Client({ retries: { attempts: 2, ...FAST }, hooks: { request: () => (attempts += 1) } })
    const error = await failure(client.post(`https://localhost:${server.port}/`))
    assert.ok(error instanceof http.ConnectError)
    assert.equal(attempts, 3)
    await client.close()
  })
})

test("a body that cannot be read twice is sent once", async () => {
  const { seen, listener } = failing(1, { status: 503 })
  await serving(listener, async (server) => {
    async function* pieces(): AsyncGenerator<string> {
      yield "tea"
    }
    const client = new http.Client({ baseUrl: server.url, retries: { attempts: 3, ...FAST } })
    assert.equal((await client.put("/", { body: pieces() })).status, 503)
    seen.length = 0
    assert.equal((await client.put("/", { body: pieces })).status, 200)
    assert.deepEqual(seen, ["PUT tea", "PUT tea"])
    await client.close()
  })
})

test("Retry-After is waited for: seconds, or a date", async () => {
  const { listener } = failing(1, { status: 429, headers: { "retry-after": "1" } })
  await serving(listener, async (server) => {
    const begun = performance.now()
    assert.equal((await http.get(server.url, { retries: { attempts: 1, ...FAST } })).status, 200)
    const took = performance.now() - begun
    assert.ok(took >= 995, `it took ${took} ms`)
  })
  const now = Date.parse("Sat, 21 Nov 2026 12:00:00 GMT")
  assert.equal(secondsOf("Sat, 21 Nov 2026 12:00:30 GMT", now), 30)
  assert.equal(secondsOf("Sat, 21 Nov 2026 11:00:00 GMT", now), 0)
  assert.deepEqual([secondsOf("soon", now), secondsOf(null, now), secondsOf(" 7 ", now)], [null, null, 7])
})

test("if the server asks for more time than the longest delay, its answer is given", async () => {
  const { seen, listener } = failing(1, { status: 503, headers: { "retry-after": "3600" } })
  await serving(listener, async (server) => {
    assert.equal((await http.get(server.url, { retries: 3 })).status, 503)
    assert.equal(seen.length, 1)
    assert.equal((await http.get(server.url, { retries: { attempts: 1, retryAfter: false, ...FAST } })).status, 200)
  })
})

test("delays grow, and a timeout ends them", async () => {
  const { seen, listener } = failing(99, { status: 503 })
  await serving(listener, async (server) => {
    const error = await failureAfter(0.1, http.get(server.url, { timeout: { total: 0.1 }, retries: { attempts: 99, delay: 0.02, factor: 2, jitter: "none" } }))
    assert.ok(error instanceof http.TotalTimeout)
    assert.ok(seen.length >= 1 && seen.length <= 3, `${seen.length} attempts`)
  })
})

test("what another attempt cannot mend is told at once: a closed client, a body of another length", () =>
  serving(() => undefined, async (server) => {
    const client = new http.Client({ baseUrl: server.url, retries: { attempts: 1, delay: 30, jitter: "none" } })
    const wrong = await failure(client.put("/", { headers: { "content-length": 2 }, body: "abcdef", timeout: { total: 10 } }))
    assert.ok(wrong instanceof http.LocalProtocolError, String(wrong))
    const waiting = asyncio.createTask(() => failure(client.get("/", { timeout: { total: 10 } })))
    while (client.statistics().connections === 0) await asyncio.sleep(0.001)
    await client.close()
    assert.ok((await waiting) instanceof http.CloseError)
  }))
