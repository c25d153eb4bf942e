/** The same in a real browser, from the sources: their types are left out as they are served. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { needs } from "../support/needs.ts"

const root = join(import.meta.dirname, "../..")
const skip = needs("chromium", "chromium")
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]
/** Where the package's own name leads in a browser; the tools for tests have no entry for one. */
const ENTRIES: Record<string, string> = {
  "asyncio-ts": "/src/browser.ts",
  "asyncio-ts/testing": "/src/testing/virtual-clock.ts",
}

interface Result {
  readonly page: Record<string, unknown>
  readonly worker: Record<string, unknown>
  readonly conformance: { readonly passed: number; readonly failed: readonly string[] }
}

let result: Result

before(
  async () => {
    if (skip === false) result = await inChromium()
  },
  { timeout: 60_000 },
)

const expected = {
  gather: ["user 2", "user 1", "user 1 and user 2"],
  timeout: "TimeoutError: the deadline passed after 0.01 s; its body was cancelled",
  cancellation: ["CancelledError: cancelled by task 'main': no longer needed", true, ["long"]],
  queue: 5050,
  group: ["user 1", "user 2"],
  fetch: ["hello", "main"],
  "a coroutine of foreign promises": ["answer", "main"],
  "a promise that never settles": ["TimeoutError", "main"],
  "a fetch with the task's signal": true,
  "Promise.allSettled": ["fulfilled", "rejected"],
  "programs of the page beside it": ["from the page"],
  "at the end": "main",
}

describe("in Chromium", { skip }, () => {
  it("a page runs tasks, timeouts, queues, groups and foreign promises", () => {
    assert.deepEqual(result.page, expected)
  })

  it("a worker does, too", () => {
    assert.deepEqual(result.worker, expected)
  })

  it("the order of events is CPython's for each vector", () => {
    assert.deepEqual(result.conformance, { passed: 2700, failed: [] })
  })
})

async function inChromium(): Promise<Result> {
  const posted = Promise.withResolvers<Result>()
  const server = createServer((request, response) => {
    if (request.url === "/result") void body(request).then((text) => posted.resolve(JSON.parse(text) as Result)) // page.ts posts one
    else answer(request.url ?? "/", response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  assert.ok(typeof address === "object" && address !== null)
  const profile = mkdtempSync(join(tmpdir(), "asyncio-ts-chromium-"))
  const browser = spawn("chromium", [...FLAGS, `--user-data-dir=${profile}`, `http://127.0.0.1:${address.port}/`])
  let complaints = ""
  browser.stderr.on("data", (chunk) => (complaints += String(chunk)))
  const ended = new Promise<void>((resolve) => browser.on("close", () => resolve()))
  void ended.then(() => posted.reject(new Error(`Chromium ended before the page had:\n${complaints}`)))
  after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))
  try {
    return await posted.promise
  } finally {
    browser.kill()
    await ended
    server.closeAllConnections()
    server.close()
  }
}

function answer(url: string, response: ServerResponse): void {
  if (url === "/never") return
  if (url === "/") {
    response.setHeader("content-type", "text/html").end(`<!doctype html><script type="module" src="/test/browser/support/page.ts"></script>`)
  } else if (url === "/vectors") {
    response.end(readdirSync(join(root, "conformance/vectors")).filter((name) => name.endsWith(".jsonl")).join("\n"))
  } else if (url.endsWith(".ts")) {
    response.setHeader("content-type", "text/javascript").end(forBrowsers(readFileSync(join(root, url), "utf8")))
  } else if (url.endsWith(".jsonl")) {
    response.end(readFileSync(join(root, url)))
  } else {
    response.writeHead(404).end()
  }
}

function forBrowsers(source: string): string {
  return stripTypeScriptTypes(source).replace(/from "(asyncio-ts[^"]*)"/g, (_, name: string) => `from "${ENTRIES[name]}"`)
}

async function body(request: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}
