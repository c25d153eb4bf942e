/** Against a server that many use: nginx, started by the test; and curl as the judge of what we send. */
import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it, test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { certificates } from "../../support/certificates.ts"
import { needs } from "../../support/needs.ts"
import { echo, serving, type Echoed } from "./serving.ts"

const { ca, server: { certFile, keyFile } } = certificates()

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, "close")
  return port
}

describe("against nginx", { skip: needs("nginx", "nginx-light") }, () => {
  let folder = ""
  let nginx: ChildProcess
  let port = 0
  let securePort = 0

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "asyncio-ts-nginx-"))
    ;[port, securePort] = [await freePort(), await freePort()]
    // Its worker may be another user.
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, "html"))
    writeFileSync(join(folder, "html/tea.txt"), "masala ".repeat(5000))
    writeFileSync(join(folder, "passwords"), `mufasa:{PLAIN}Circle of Life\n`)
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")
    writeFileSync(
      join(folder, "nginx.conf"),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
       events { worker_connections 64; }
       http {
         access_log off; ${temporary}
         default_type text/plain;
         root ${folder}/html;
         gzip on; gzip_types text/plain; gzip_min_length 100;
         keepalive_timeout 5;
         server {
           listen 127.0.0.1:${port};
           listen 127.0.0.1:${securePort} ssl;
           ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
           location /secret { auth_basic "tea"; auth_basic_user_file ${folder}/passwords; alias ${folder}/html; }
           location /moved { return 301 /tea.txt; }
           location /connection { return 200 "$connection"; }
           location /limited { client_max_body_size 1k; proxy_pass http://127.0.0.1:1; }
           location /through { proxy_pass http://127.0.0.1:$arg_to/; proxy_http_version 1.1; }
         }
       }`,
    )
    nginx = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], { stdio: "inherit" })
    const client = new http.Client({ baseUrl: `http://127.0.0.1:${port}`, retries: { attempts: 50, delay: 0.02, factor: 1, jitter: "none" } })
    await asyncio.run(async () => {
      await client.get("/tea.txt")
      await client.close()
    })
  })

  after(async () => {
    if (nginx.exitCode === null) {
      nginx.kill()
      await once(nginx, "exit")
    }
    rmSync(folder, { recursive: true, force: true })
  })

  /** Runs `body` with a client of it. */
  const using = (body: (client: http.Client) => unknown, options: http.ClientOptions = {}): Promise<void> =>
    asyncio.run(async () => {
      const client = new http.Client({ baseUrl: `http://127.0.0.1:${port}`, ...options })
      await body(client)
      await client.close()
    })

  it("a connection is kept, and counted as one by nginx", () =>
    using(async (client) => {
      const numbers = new Set<string>()
      for (let i = 0; i < 5; i++) numbers.add(await (await client.get("/connection")).text())
      assert.equal(numbers.size, 1)
    }))

  it("its gzip is undone", () =>
    using(async (client) => {
      const response = await client.get("/tea.txt")
      assert.equal(response.headers.get("content-encoding"), "gzip")
      assert.ok((await response.text()) === "masala ".repeat(5000))
    }))

  it("its basic authentication lets in who knows the password", () =>
    using(async (client) => {
      assert.equal((await client.get("/secret/tea.txt")).status, 401)
      assert.equal((await client.get("/secret/tea.txt", { auth: ["mufasa", "Circle of Life"] })).status, 200)
      assert.equal((await client.get("/secret/tea.txt", { auth: ["mufasa", "wrong"] })).status, 401)
    }))

  it("its redirects are followed, and ranges and conditions asked for", () =>
    using(
      async (client) => {
        assert.equal((await client.get("/moved")).url.pathname, "/tea.txt")
        const part = await client.get("/tea.txt", { headers: { range: "bytes=0-5", "accept-encoding": "identity" } })
        assert.deepEqual([part.status, await part.text()], [206, "masala"])
        const etag = (await client.get("/tea.txt", { headers: { "accept-encoding": "identity" } })).headers.get("etag") ?? ""
        assert.equal((await client.get("/tea.txt", { headers: { "if-none-match": etag, "accept-encoding": "identity" } })).status, 304)
      },
      { followRedirects: true },
    ))

  it("a body that it refuses is told as a status, not as a lost connection", () =>
    using(async (client) => {
      assert.equal((await client.post("/limited", { body: Buffer.alloc(200_000) })).status, 413)
    }))

  it("TLS with it is checked", () =>
    using(async (client) => assert.equal((await client.get("/connection")).status, 200), { baseUrl: `https://localhost:${securePort}`, ca: ca.cert }))

  it("requests reach a server behind it", () =>
    serving(echo, async (server) => {
      const client = new http.Client({ baseUrl: `http://127.0.0.1:${port}` })
      const echoed = await (await client.post("/through", { query: { to: server.port }, form: { a: 1 } })).json<Echoed>()
      assert.deepEqual([echoed.method, echoed.body], ["POST", "a=1"])
      await client.close()
    }))
})

test("what a form with a file looks like is what curl sends", { skip: needs("curl", "curl") }, () =>
  serving(echo, async (server) => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-"))
    writeFileSync(join(folder, "tea.txt"), "masala")
    const curl = spawn("curl", ["-sS", "-F", "cups=2", "-F", `file=@${join(folder, "tea.txt")};type=text/tea`, server.url])
    const chunks: Buffer[] = []
    curl.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
    await asyncio.wrapFuture(once(curl, "close"))
    const theirs = JSON.parse(Buffer.concat(chunks).toString()) as Echoed
    const files = { file: { content: "masala", filename: "tea.txt", contentType: "text/tea" } }
    const ours = await (await http.post(server.url, { form: { cups: 2 }, files })).json<Echoed>()
    const plain = ({ headers, body }: Echoed): string => body.replaceAll(/boundary=(.*)/.exec(headers["content-type"] ?? "")?.[1] ?? "?", "B").toLowerCase()
    assert.equal(plain(ours), plain(theirs))
    rmSync(folder, { recursive: true })
  }))
