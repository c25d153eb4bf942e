import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { test } from "node:test"
import * as http from "asyncio-ts/http"
import { echo, failure, serving, type Echoed } from "./serving.ts"

async function authorization(response: http.Response): Promise<string | undefined> {
  return (await response.json<Echoed>()).headers["authorization"]
}

test("basic authentication: of the client, of the request, of the URL, or none", () =>
  serving(echo, async (server) => {
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`
    const inUrl = server.url.replace("://", "://us%40er:p%C3%A4ss@")
    const client = new http.Client({ auth: ["mufasa", "Circle of Life: ü"] })
    assert.equal(await authorization(await client.get(server.url)), basic("mufasa:Circle of Life: ü"))
    assert.equal(await authorization(await client.get(server.url, { auth: { username: "simba", password: "" } })), basic("simba:"))
    assert.equal(await authorization(await client.get(server.url, { auth: null })), undefined)
    assert.equal(await authorization(await http.get(inUrl)), basic("us@er:päss"))
    assert.equal((await http.get(inUrl)).url.href, `${server.url}/`)
    assert.throws(() => new http.BasicAuth("a:b", "c"), TypeError)
    await client.close()
  }))

test("a bearer token, and an authentication of one's own", () =>
  serving(echo, async (server) => {
    const client = new http.Client({ auth: new http.BearerAuth("t0ken") })
    assert.equal(await authorization(await client.get(server.url)), "Bearer t0ken")
    assert.equal(await authorization(await client.get(server.url, { auth: ({ headers, method }) => headers.set("authorization", `Own ${method}`) })), "Own GET")
    let asked = 0
    const renewing: http.Auth = {
      apply: ({ headers }) => headers.set("authorization", `Token ${(asked += 1)}`),
      challenged: (_request, { status, headers }) => status === 200 && headers.get("content-type") === "application/json" && asked < 3,
    }
    assert.equal(await authorization(await client.get(server.url, { auth: renewing })), "Token 3")
    await client.close()
  }))

interface Digest {
  readonly algorithm?: string
  readonly qop?: string
  readonly userhash?: boolean
  /** After how many requests a nonce is old. */
  readonly nonceLasts?: number
}

/** A server of RFC 7616 that counts what it refuses. */
class DigestServer {
  readonly #options: Digest
  #nonce = 0
  #used = 0
  refused = 0
  seen: Record<string, string>[] = []

  constructor(options: Digest) {
    this.#options = options
  }

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { algorithm, qop, userhash, nonceLasts = Infinity } = this.#options
    const sent = Object.fromEntries(
      [...(request.headers.authorization ?? "").matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))/g)].map(([, key, quoted, plain]) => [key, quoted ?? plain]),
    ) as Record<string, string>
    const old = sent["nonce"] !== undefined && (sent["nonce"] !== `n${this.#nonce}` || this.#used >= nonceLasts)
    if (sent["response"] !== undefined) this.seen.push(sent)
    if (!old && sent["response"] === this.#expected(request.method ?? "", sent)) {
      this.#used += 1
      request.resume().on("end", () => response.end("welcome"))
      return
    }
    this.refused += 1
    this.#nonce += 1
    this.#used = 0
    const fields = [
      'realm="the \\"tea\\" room"',
      `nonce="n${this.#nonce}"`,
      'opaque="o, p"',
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(qop === undefined ? [] : [`qop="${qop}"`]),
      ...(userhash === true ? ["userhash=true"] : []),
      ...(old ? ["stale=TRUE"] : []),
    ]
    response.writeHead(401, [["www-authenticate", `Basic realm="x, y"`], ["www-authenticate", `Digest ${fields.join(", ")}`]] as never)
    request.resume().on("end", () => response.end("who are you?"))
  }

  #expected(method: string, sent: Record<string, string>): string {
    const { algorithm = "MD5", qop, userhash } = this.#options
    const name = { MD5: "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" }[algorithm.replace("-sess", "")] ?? ""
    const hash = (text: string): string => createHash(name).update(text).digest("hex")
    const realm = 'the "tea" room'
    assert.equal(sent["username"] ?? "", sent["response"] === undefined ? "" : userhash === true ? hash(`mufasa:${realm}`) : "mufasa")
    let first = hash(`mufasa:${realm}:Circle of Life`)
    if (algorithm.endsWith("-sess")) first = hash(`${first}:${sent["nonce"]}:${sent["cnonce"]}`)
    const second = hash(`${method}:${sent["uri"]}`)
    return qop === undefined ? hash(`${first}:${sent["nonce"]}:${second}`) : hash(`${first}:${sent["nonce"]}:${sent["nc"]}:${sent["cnonce"]}:auth:${second}`)
  }
}

for (const options of [
  {},
  { algorithm: "MD5", qop: "auth" },
  { algorithm: "MD5-sess", qop: "auth,auth-int" },
  { algorithm: "SHA-256", qop: "auth" },
  { algorithm: "SHA-256-sess", qop: "auth", userhash: true },
  { algorithm: "SHA-512-256", qop: "auth" },
]) {
  test(`digest authentication with ${JSON.stringify(options)}: refused once, then the nonce is used again`, () => {
    const digest = new DigestServer(options)
    return serving(digest.listener, async (server) => {
      const client = new http.Client({ baseUrl: server.url, auth: new http.DigestAuth("mufasa", "Circle of Life") })
      for (const path of ["/a?b=c", "/b", "/c"]) assert.equal(await (await client.post(path, { json: { a: 1 } })).text(), "welcome")
      assert.equal(digest.refused, 1)
      assert.deepEqual(digest.seen.map(({ uri }) => uri), ["/a?b=c", "/b", "/c"])
      if ("qop" in options) assert.deepEqual(digest.seen.map(({ nc }) => nc), ["00000001", "00000002", "00000003"])
      await client.close()
    })
  })
}

test("an old nonce is replaced by the server's next, without a failure", () => {
  const digest = new DigestServer({ algorithm: "SHA-256", qop: "auth", nonceLasts: 2 })
  return serving(digest.listener, async (server) => {
    const client = new http.Client({ auth: new http.DigestAuth("mufasa", "Circle of Life") })
    for (let i = 0; i < 5; i++) assert.equal((await client.get(server.url)).status, 200)
    assert.equal(digest.refused, 3)
    await client.close()
  })
})

test("a wrong password is refused after one attempt", () => {
  const digest = new DigestServer({ algorithm: "SHA-256", qop: "auth" })
  return serving(digest.listener, async (server) => {
    const response = await http.get(server.url, { auth: new http.DigestAuth("mufasa", "wrong") })
    assert.deepEqual([response.status, await response.text(), digest.refused], [401, "who are you?", 2])
  })
})

test("a body that cannot be read twice cannot answer a challenge, and says what to do", () => {
  const digest = new DigestServer({ qop: "auth" })
  return serving(digest.listener, async (server) => {
    const client = new http.Client({ baseUrl: server.url, auth: new http.DigestAuth("mufasa", "Circle of Life") })
    async function* pieces(): AsyncGenerator<string> {
      yield "tea"
    }
    const error = await failure(client.post("/", { body: pieces() }))
    assert.ok(error instanceof http.StreamConsumed)
    assert.match(error.message, /the challenge of the server needs the body once more.*give a function that makes a new one/)
    assert.equal((await client.post("/", { body: pieces })).status, 200)
    await client.close()
  })
})

test("challenges are read in a time that grows as their length does", () => {
  const took = (header: string): number => {
    const auth = new http.DigestAuth("user", "password")
    const begun = performance.now()
    auth.challenged?.({ method: "GET", url: new URL("http://localhost/"), headers: new Map() as never }, { status: 401, headers: new Headers({ "www-authenticate": header }) })
    return performance.now() - begun
  }
  // Read in quadratic time, each of these takes minutes.
  const n = 500_000
  for (const header of [
    `Digest ${"a".repeat(n)}`, `Digest a${" ".repeat(n)}x`, `Digest a${",".repeat(n)}x`, `${"a".repeat(n)}${" ".repeat(n)}`,
    `Digest ${"a,".repeat(n / 2)}`, `Digest ${"a ".repeat(n / 2)}`, `Digest ${'x="\\'.repeat(n / 4)}`, `Digest x="${"\\".repeat(n)}`, `Digest ${'x="\\",'.repeat(n / 6)}`,
  ]) {
    const time = took(header)
    assert.ok(time < 2000, `${header.slice(0, 20)}…: ${time} ms`)
  }
})
