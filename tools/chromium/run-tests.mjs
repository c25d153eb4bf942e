// Runs test files in headless Chromium: from the sources, whose types are left out as they are served.
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { builtinModules, createRequire, stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { join, normalize } from "node:path"
import { install, root } from "../install.mjs"

/** @typedef {import("../../fixtures/support/test-results.mjs").TestResult} TestResult */
/** @typedef {{ file: string, listed: string[], onlyListed: boolean, limitSeconds: number }} Part */

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--js-flags=--expose-gc",
]
const TEST_LIMIT_SECONDS = 30
/** What may fail anyway does not hold up the rest. */
const LISTED_LIMIT_SECONDS = 2
/** How long nothing may be heard of the page: then a frame blocks it. */
const SILENCE_SECONDS = 60

/** Stands for a file that fails before its tests begin. */
const WHOLE = "the file"

const IMPORTS = {
  ...Object.fromEntries(builtinModules.map((name) => [`node:${name}`, "/tools/chromium/node-modules.mjs"])),
  "asyncio-ts": "/src/browser.ts",
  "asyncio-ts/testing": "/tools/chromium/testing.mjs",
  "#src/": "/src/",
  "#src/index.ts": "/src/browser.ts",
  "node:test": "/tools/chromium/node-test.mjs",
}

/**
 * Runs each file in a frame of its own, and what is listed of it in another, where it
 * disturbs nobody.
 *
 * @param {readonly string[]} files
 * @param {(file: string) => string[]} listedIn the names of tests that may fail
 * @returns {Promise<Map<string, TestResult[]>>}
 */
export async function runInChromium(files, listedIn) {
  /** @type {Part[]} */
  let parts = files.flatMap((file) => {
    const listed = listedIn(file)
    const first = { file, listed, onlyListed: false, limitSeconds: TEST_LIMIT_SECONDS }
    return listed.length === 0 || listed.includes(WHOLE) ? [first] : [first, { ...first, onlyListed: true, limitSeconds: LISTED_LIMIT_SECONDS }]
  })
  /** @type {Map<string, TestResult[]>} */
  const results = new Map(files.map((file) => [file, []]))
  const vendor = bundle()
  while (parts.length > 0) {
    const answered = await inOneBrowser(parts, vendor, (file, some) => results.get(file)?.push(...some))
    const stuck = parts[answered]
    if (stuck !== undefined) results.get(stuck.file)?.push({ name: WHOLE, passed: false, skipped: false, detail: "it blocks the page" })
    parts = parts.slice(answered + 1)
  }
  return results
}

/**
 * @param {Part[]} parts
 * @param {string} vendor
 * @param {(file: string, results: TestResult[]) => void} onResults
 * @returns {Promise<number>} how many parts it has answered for
 */
async function inOneBrowser(parts, vendor, onResults) {
  /** @type {PromiseWithResolvers<void>} */
  const over = Promise.withResolvers()
  let answered = 0
  let silence = setTimeout(() => over.resolve(), SILENCE_SECONDS * 1000)
  const server = createServer((request, response) => {
    const { url = "/" } = request
    if (url === "/results") {
      void bodyOf(request).then((text) => {
        const { file, results } = JSON.parse(text)
        answered += 1
        onResults(file, results)
        clearTimeout(silence)
        silence = setTimeout(() => over.resolve(), SILENCE_SECONDS * 1000)
        response.end()
      })
    } else if (url === "/end") over.resolve()
    else if (url === "/parts") response.end(JSON.stringify(parts))
    else if (url === "/tools/chromium/vendor.js") response.setHeader("content-type", "text/javascript").end(vendor)
    else answer(url, response)
  })
  await new Promise((/** @type {(value?: undefined) => void} */ resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  const profile = mkdtempSync(join(tmpdir(), "asyncio-ts-chromium-"))
  const browser = spawn("chromium", [...FLAGS, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`])
  let complaints = ""
  browser.stderr.on("data", (chunk) => (complaints += String(chunk)))
  const end = () => browser.kill()
  process.on("exit", end)
  const ended = new Promise((resolve) => browser.on("close", resolve))
  browser.on("error", over.reject)
  void ended.then(() => over.reject(new Error(`Chromium ended before the tests had:\n${complaints}`)))
  try {
    await over.promise
  } finally {
    clearTimeout(silence)
    browser.kill()
    await ended
    process.off("exit", end)
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  return answered
}

/**
 * @param {string} url
 * @param {import("node:http").ServerResponse} response
 */
function answer(url, response) {
  const html = response.setHeader.bind(response, "content-type", "text/html")
  if (url === "/") html().end(`<!doctype html><body><script type="module" src="/tools/chromium/driver.mjs"></script>`)
  else if (url.startsWith("/frame")) {
    const map = JSON.stringify({ imports: IMPORTS })
    html().end(`<!doctype html><script type="importmap">${map}</script><script type="module" src="/tools/chromium/page.mjs"></script>`)
  } else {
    const asText = url.startsWith("/text/")
    const path = normalize(asText ? url.slice("/text".length) : url)
    try {
      const source = readFileSync(join(root, path), "utf8")
      const script = path.endsWith(".ts") && !asText ? forBrowsers(source) : source
      response.setHeader("content-type", asText ? "text/plain" : "text/javascript").end(script)
    } catch {
      response.writeHead(404).end()
    }
  }
}

/** Random tests say their seed; in lists it is left open. */
export function withoutSeed(/** @type {string} */ name) {
  return name.replace(/SEED=\d+/, "SEED=…")
}

/**
 * Lines stay, and columns but for those after an import from Node and after the name of the file
 * itself. What a page has not of a module of Node's is missed where it is used, not by the whole file.
 */
function forBrowsers(/** @type {string} */ source) {
  return stripTypeScriptTypes(source)
    .replaceAll("import.meta.filename", "new URL(import.meta.url).pathname")
    .replace(/^import \{([^}]*)\} from "(node:(?!test")[^"]*)"/gm, (_, names, from) => {
      const module = `from_${from.replaceAll(/\W/g, "_")}`
      return `import * as ${module} from "${from}"; const {${names.replaceAll(" as ", ": ")}} = ${module}`
    })
}

function bundle() {
  const own = join(root, "tools", "chromium")
  install(own)
  const { outputFiles } = createRequire(join(own, "package.json"))("esbuild").buildSync({
    entryPoints: [join(own, "vendor.mjs")],
    bundle: true,
    format: "esm",
    platform: "browser",
    define: { "process.env.NODE_DEBUG": "undefined", global: "globalThis" },
    write: false,
  })
  return outputFiles[0].text
}

/** @param {import("node:http").IncomingMessage} request */
async function bodyOf(request) {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}
