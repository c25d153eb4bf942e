/** Real programs as clients. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { describe, it } from "node:test"
import { promisify } from "node:util"
import { Agent, request } from "undici"
import * as asyncio from "asyncio-ts"
import { FastResponse, type ServeHandler } from "asyncio-ts/http"
import { certificates } from "../../support/certificates.ts"
import { needs } from "../../support/needs.ts"
import { others, serving, until } from "./support.ts"

const execute = promisify(execFile)

async function run(program: string, ...args: string[]): Promise<string> {
  return (await asyncio.wrapFuture(execute(program, args, { encoding: "utf8", maxBuffer: 50_000_000 }))).stdout
}

const handler: ServeHandler = async (request, { httpVersion }) => {
  const { pathname } = new URL(request.url)
  if (pathname === "/stream") return new Response(counted() as never)
  if (pathname === "/linger") await asyncio.sleep(60)
  if (pathname === "/form") return FastResponse.json(Object.fromEntries(await request.formData()))
  return new FastResponse(`${request.method} ${httpVersion} ${(await request.arrayBuffer()).byteLength}`)
}

async function* counted(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 5; i += 1) {
    await asyncio.sleep(0.001)
    yield new TextEncoder().encode(`${i};`)
  }
}

describe("curl", { skip: needs("curl", "curl") }, () => {
  const curl = (...args: string[]): Promise<string> => run("curl", "--silent", "--show-error", "--max-time", "60", ...args)

  it("gets what it asks for, by HTTP/1.1 and 1.0", async () => {
    await serving(handler, {}, async ({ url }) => {
      assert.equal(await curl(url), "GET 1.1 0")
      assert.equal(await curl("--http1.0", url), "GET 1.0 0")
      assert.equal(await curl("--http1.0", `${url}/stream`), "0;1;2;3;4;")
      assert.equal(await curl(`${url}/stream`), "0;1;2;3;4;")
    })
  })

  it("keeps its connection for several requests", async () => {
    await serving(handler, {}, async ({ url }) => {
      const told = await curl("--verbose", "--stderr", "-", url, `${url}/stream`, url)
      assert.match(told, /Re-using existing connection/i)
      assert.equal(told.match(/Connected to /g)?.length, 1)
    })
  })

  it("uploads with a length, in chunks, as a form, and after 100 Continue", async () => {
    const data = "x".repeat(2_000_000)
    await serving(handler, {}, async ({ url }) => {
      const upload = asyncio.wrapFuture(
        new Promise<string>((resolve, reject) => {
          const child = execFile("curl", ["--silent", "--max-time", "60", "--header", "Transfer-Encoding: chunked", "--data-binary", "@-", url], (error, out) =>
            error === null ? resolve(out) : reject(error),
          )
          child.stdin?.end(data)
        }),
      )
      assert.equal(await upload, "POST 1.1 2000000")
      assert.equal(await curl("--data-binary", "abc", "--header", "Expect: 100-continue", url), "POST 1.1 3")
      assert.equal(await curl("--form", "kind=black", `${url}/form`), '{"kind":"black"}')
    })
  })

  it("is told 413 for an upload that is too large, and not cut off", async () => {
    await serving(handler, { maxBodySize: 1_000 }, async ({ url }) => {
      const data = "x".repeat(100_000)
      for (const more of [[], ["--header", "Transfer-Encoding: chunked"], ["--header", "Expect: 100-continue"]]) {
        assert.equal(await curl("--data-binary", data, ...more, "--write-out", " %{http_code}", url), "Content Too Large 413")
      }
    })
  })

  it("gets the headers of HEAD", async () => {
    await serving(handler, {}, async ({ url }) => {
      assert.match(await curl("--head", url), /^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 10\r\n/i)
    })
  })

  it("cancels the task when it gives up", async () => {
    await serving(handler, {}, async ({ url }) => {
      await assert.rejects(async () => curl("--max-time", "0.1", `${url}/linger`), /timed out/)
      await until(() => others().length === 0)
    })
  })

  it("speaks HTTP/2, over TLS and without, and asks to change to it in vain", async () => {
    const { ca, server } = certificates()
    await serving(handler, { http2: true, tls: { cert: server.cert, key: server.key } }, async ({ url }) => {
      assert.equal(await curl("--cacert", ca.certFile, url), "GET 2.0 0")
      assert.equal(await curl("--cacert", ca.certFile, "--http1.1", url), "GET 1.1 0")
      assert.equal(await curl("--cacert", ca.certFile, "--data-binary", "abc", url), "POST 2.0 3")
    })
    await serving(handler, { http2: true }, async ({ url }) => {
      assert.equal(await curl("--http2-prior-knowledge", `${url}/stream`), "0;1;2;3;4;")
    })
    await serving(handler, {}, async ({ url }) => {
      assert.equal(await curl("--http2", url), "GET 1.1 0")
    })
  })
})

describe("openssl s_client", { skip: needs("openssl", "openssl") }, () => {
  it("finds the certificate in order, and is served", async () => {
    const { ca, server } = certificates()
    await serving(handler, { tls: { cert: server.cert, key: server.key } }, async ({ port }) => {
      const said = asyncio.wrapFuture(
        new Promise<string>((resolve, reject) => {
          const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", "localhost", "-CAfile", ca.certFile, "-verify_return_error", "-ign_eof"]
          const child = execFile("openssl", args, (error, out) => (error === null ? resolve(out) : reject(error)))
          child.stdin?.write("GET /tea HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        }),
      )
      const text = await said
      assert.match(text, /Verify return code: 0 \(ok\)/)
      assert.match(text, /HTTP\/1\.1 200 OK[^]*GET 1\.1 0/)
    })
  })
})

describe("wrk", { skip: needs("wrk", "wrk") }, () => {
  it("has every request answered", async () => {
    await serving(handler, {}, async ({ url, server }) => {
      const told = await run("wrk", "-t1", "-c50", "-d1", "--timeout", "60s", url)
      const [, requests = ""] = /(\d+) requests in/.exec(told) ?? []
      assert.ok(Number(requests) > 0, told)
      assert.ok(!/Non-2xx|Socket errors/.test(told), told)
      await until(() => server.statistics().inWork === 0)
      // Those that wrk breaks off at its end are not in its count.
      const { served } = server.statistics()
      assert.ok(served >= Number(requests) && served <= Number(requests) + 100, `${served} served, ${requests} counted`)
    })
  })
})

describe("undici", () => {
  it("sends several requests at once on one connection", async () => {
    await serving(handler, {}, async ({ url, server }) => {
      const dispatcher = new Agent({ connections: 1, pipelining: 5 })
      const ask = async (): Promise<string> => (await asyncio.wrapFuture(request(url, { dispatcher }))).body.text()
      const answers = await asyncio.gather(Array.from({ length: 10 }, () => ask))
      assert.deepEqual(new Set(answers), new Set(["GET 1.1 0"]))
      assert.equal(server.statistics().connections, 1)
      await asyncio.wrapFuture(dispatcher.close())
    })
  })
})
