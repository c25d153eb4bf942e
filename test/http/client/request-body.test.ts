import assert from "node:assert/strict"
import { Readable } from "node:stream"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { echo, failure, serving, type Echoed } from "./serving.ts"

async function echoed(response: PromiseLike<http.Response>): Promise<Echoed> {
  return (await response).json<Echoed>()
}

test("text, bytes, forms, JSON and blobs are sent with their type and length", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    const cases: [http.RequestOptions, string | undefined, string][] = [
      [{ body: "süß" }, "text/plain; charset=utf-8", "süß"],
      [{ content: new TextEncoder().encode("tea") }, undefined, "tea"],
      [{ body: new TextEncoder().encode("tea").buffer }, undefined, "tea"],
      [{ body: new Uint8Array(Buffer.from("xteax")).subarray(1, 4) }, undefined, "tea"],
      [{ json: { tea: ["süß", null] } }, "application/json", '{"tea":["süß",null]}'],
      [{ form: { tea: "a b&c", cups: [1, 2], none: null, gone: undefined, hot: true } }, "application/x-www-form-urlencoded", "tea=a+b%26c&cups=1&cups=2&none=&hot=true"],
      [{ form: new URLSearchParams("a=1") }, "application/x-www-form-urlencoded", "a=1"],
      [{ body: new URLSearchParams("a=2") }, "application/x-www-form-urlencoded", "a=2"],
      [{ body: new Blob(["tea"], { type: "text/tea" }) }, "text/tea", "tea"],
      [{ json: 1, headers: { "content-type": "application/vnd.tea+json" } }, "application/vnd.tea+json", "1"],
    ]
    for (const [options, type, body] of cases) {
      const { headers, ...rest } = await echoed(client.post("/", options))
      assert.deepEqual([headers["content-type"], rest.body, headers["content-length"]], [type, body, String(Buffer.byteLength(body))])
    }
    assert.equal((await echoed(client.post("/"))).headers["content-length"], "0")
    await client.close()
  }))

test("streams are sent in chunks: generators, lists, streams of Node's and of the web's, functions", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    async function* pieces(): AsyncGenerator<string | Uint8Array> {
      yield "süß"
      await asyncio.sleep(0.001)
      yield ""
      yield Buffer.from(" tea")
    }
    for (const body of [pieces(), pieces, ["süß", " tea"], Readable.from(["süß", " tea"]), new Blob(["süß", " tea"]).stream(), () => ["süß", " tea"]]) {
      const { headers, body: sent } = await echoed(client.post("/", { body: body as http.BodyInput }))
      assert.deepEqual([sent, headers["transfer-encoding"], headers["content-length"]], ["süß tea", "chunked", undefined])
    }
    assert.equal((await echoed(client.post("/", { body: [] }))).body, "")
    await client.close()
  }))

test("a stream whose length is said is sent with it, and has to keep to it", () =>
  serving(echo, async (server) => {
    const headers = { "content-length": 3 }
    const { headers: sent, body } = await echoed(http.post(server.url, { body: ["t", "ea"], headers }))
    assert.deepEqual([body, sent["content-length"], sent["transfer-encoding"]], ["tea", "3", undefined])
    for (const wrong of [["te"], ["teas"]]) {
      const error = await failure(http.post(server.url, { body: wrong, headers }))
      assert.ok(error instanceof http.LocalProtocolError, String(error))
      assert.match(error.message, /the body is not as long as its content-length says/)
    }
    assert.ok((await failure(http.post(server.url, { body: "teas", headers }))) instanceof http.LocalProtocolError)
  }))

test("a large body arrives whole, over a connection that is used again", () =>
  serving(
    (request, response) => {
      let length = 0
      let sum = 0
      request.on("data", (chunk: Buffer) => {
        length += chunk.length
        for (const byte of chunk) sum += byte
      })
      request.on("end", () => response.end(JSON.stringify([length, sum])))
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      const body = Buffer.alloc(5_000_000)
      for (let at = 0; at < body.length; at++) body[at] = at % 251
      const expected = [body.length, body.reduce((a, b) => a + b, 0)]
      assert.deepEqual(await (await client.post("/", { body })).json(), expected)
      assert.deepEqual(await (await client.post("/", { body: [body] })).json(), expected)
      assert.deepEqual(await (await client.post("/", { body: new Blob([body]) })).json(), expected)
      assert.equal(server.opened, 1)
      await client.close()
    },
  ))

test("a form with files is one of several parts, which the platform's own parser understands", () =>
  serving(
    (request, response) => {
      const chunks: Buffer[] = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const type = request.headers["content-type"] ?? ""
        void new Response(Buffer.concat(chunks), { headers: { "content-type": type } }).formData().then(async (form) => {
          const fields: unknown[] = []
          for (const [name, value] of form) fields.push(typeof value === "string" ? [name, value] : [name, value.name, value.type, await value.text()])
          response.end(JSON.stringify([fields, request.headers["transfer-encoding"] ?? "length"]))
        })
      })
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      const file = new File(["from a file"], 'na"me.txt', { type: "text/plain" })
      const files = {
        text: "as it is",
        many: [Buffer.from("one"), { content: "two", filename: "two.txt", contentType: "text/two", headers: { "x-part": "yes" } }],
        blob: new Blob(["<svg>"], { type: "image/svg+xml" }),
      }
      const parts = [
        ["tea", "süß"],
        ["text", "text", "application/octet-stream", "as it is"],
        ["many", "many", "application/octet-stream", "one"],
        ["many", "two.txt", "text/two", "two"],
        ["blob", "blob", "image/svg+xml", "<svg>"],
      ]
      assert.deepEqual(await (await client.post("/", { form: { tea: "süß" }, files })).json(), [parts, "length"])
      async function* pieces(): AsyncGenerator<string> {
        yield "from "
        yield "a stream"
      }
      const streamed = await (await client.post("/", { files: { file: { content: pieces() }, real: file } })).json()
      assert.deepEqual(streamed, [[["file", "file", "application/octet-stream", "from a stream"], ["real", 'na"me.txt', "text/plain", "from a file"]], "chunked"])
      const data = new FormData()
      data.set("a", "1")
      data.set("file", file)
      const expected = [[["a", "1"], ["file", 'na"me.txt', "text/plain", "from a file"]], "length"]
      assert.deepEqual(await (await client.post("/", { multipart: data })).json(), expected)
      assert.deepEqual(await (await client.post("/", { body: data })).json(), expected)
      assert.deepEqual(await (await client.post("/", { files: {} })).json(), [[], "length"])
      await client.close()
    },
  ))

test("an answer before the body has ended is given, and what the body still sends is heard", () =>
  serving((request, response) => void request.pipe(response), async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    const told: string[] = []
    const go = new asyncio.Event()
    async function* pieces(): AsyncGenerator<string> {
      yield "one"
      await go.wait()
      yield "two"
    }
    await client.stream("POST", "/", { body: pieces() }).run(async (response) => {
      for await (const piece of response.chunks()) {
        told.push(Buffer.from(piece).toString())
        go.set()
      }
    })
    assert.deepEqual(told, ["one", "two"])
    await client.close()
  }))
