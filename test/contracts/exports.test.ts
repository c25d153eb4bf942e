import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, it } from "node:test"
import { entries, exportsOf, root, type Entry } from "./entries.ts"

/** The names that users know. Whoever changes it changes the interface: review it like code. */
const SNAPSHOT = join(import.meta.dirname, "exports.txt")

/** What an entry leaves on purpose, or others that it imports do, whom nobody can take back. */
const LEFT_BEHIND: Readonly<Record<string, Partial<Imported["left"]>>> = {
  // By which `asyncio-ts ps` finds the library in a process, whatever copies of it there are.
  "asyncio-ts": { globals: ["Symbol(asyncio-ts.runtimes)"] },
  "asyncio-ts/inspect": { globals: ["Symbol(asyncio-ts.runtimes)"] },
  "asyncio-ts/notebook": { globals: ["Symbol(asyncio-ts.runtimes)"] },
  "asyncio-ts/testing": { globals: ["Symbol(asyncio-ts.runtimes)"] },
  "asyncio-ts/http": {
    globals: ["Symbol(undici.globalDispatcher.1)", "Symbol(undici.globalDispatcher.2)"],
    // Node opens the standard output behind node:http and the global Response.
    resources: ["PipeWrap"],
  },
}

const all = entries()
const main = all.find(({ name }) => name === "asyncio-ts") as Entry // asserted in the first test
const browser = all.find(({ name }) => name === "asyncio-ts in browsers") as Entry

describe("exports", () => {
  it("are those of test/contracts/exports.txt", () => {
    assert.ok(main !== undefined && browser !== undefined)
    const now = `${all.map(page).join("\n\n")}\n`
    if (process.env["UPDATE_EXPORTS"] !== undefined) writeFileSync(SNAPSHOT, now)
    assert.equal(
      now,
      readFileSync(SNAPSHOT, "utf8"),
      "the exported names have changed: if they are meant to, UPDATE_EXPORTS=1 npm test -- contracts/exports writes them down",
    )
  })

  it("are in one entry each", () => {
    const seen = new Map<string, string>()
    for (const { name, browser, file } of all) {
      if (browser) continue
      for (const exported of exportsOf(file)) {
        assert.equal(seen.get(exported.name), undefined, `${exported.name} is in ${name}, too`)
        seen.set(exported.name, name)
      }
    }
  })

  it("of browsers are exports of the main entry, from the same files", () => {
    const known = new Map(exportsOf(main.file).map((exported) => [exported.name, exported]))
    for (const exported of exportsOf(browser.file)) assert.deepEqual(exported, known.get(exported.name))
  })

  it("of browsers lack only what stands for input and output", () => {
    const inBrowsers = new Set(exportsOf(browser.file).map(({ name }) => name))
    const missing = exportsOf(main.file).filter(({ name }) => !inBrowsers.has(name))
    for (const { name, file } of missing) {
      assert.match(file, /^src\/(io\/|executors\/|http\/|errors\/(?:stream-errors|os-errors|eof-error)\.ts$|tasks\/(?:from-callback|from-event|event-iterator|event-source|next-line)\.ts$)/, `${name} can do without a host's I/O`)
    }
  })

  it("of browsers reach no file that needs Node", () => {
    const files = reachable(browser.file)
    assert.ok(files.size > 40)
    for (const file of files) {
      const source = readFileSync(join(root, file), "utf8")
      assert.match(file, /^src\/(browser\.ts|(structures|errors|host|core|sync|tasks)\/)/)
      assert.doesNotMatch(source, /^import .*"node:/m, file)
    }
  })
})

for (const entry of all) {
  describe(`importing ${entry.name}`, () => {
    it("finds its file, exports its values, and leaves the process as it was", async () => {
      const { url, values, left } = await importAlone(entry)
      assert.equal(url, new URL(entry.file, `file://${root}/`).href)
      assert.deepEqual(values, exportsOf(entry.file).filter(({ name, isType }) => !isType && !name.includes(".")).map(({ name }) => name).sort())
      const sorted = { ...left, globals: left.globals.toSorted() } // in another order on each version of Node
      assert.deepEqual(sorted, { globals: [], listeners: [], timers: [], resources: [], ...LEFT_BEHIND[entry.name] })
    })
  })
}

function page(entry: Entry): string {
  const names = exportsOf(entry.file).map(({ name, isType }) => (isType ? `type ${name}` : name))
  if (entry !== browser) return [entry.name, ...names.sort().map((name) => `  ${name}`)].join("\n")
  const missing = exportsOf(main.file).map(({ name, isType }) => (isType ? `type ${name}` : name)).filter((name) => !names.includes(name))
  return [`${entry.name}: all of asyncio-ts but`, ...missing.sort().map((name) => `  ${name}`)].join("\n")
}

interface Imported {
  readonly url: string
  readonly values: string[]
  /** What is there now and was not before. */
  readonly left: Readonly<Record<"globals" | "listeners" | "timers" | "resources", string[]>>
}

/** Imports an entry in a process of its own, which ends by itself. */
async function importAlone({ specifier, browser }: Entry): Promise<Imported> {
  const script = `
    const timers = []
    for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
      const own = globalThis[name]
      globalThis[name] = (...given) => (timers.push(name), own(...given))
    }
    const state = () => ({
      globals: Reflect.ownKeys(globalThis).map(String),
      listeners: process.eventNames().map((name) => String(name) + " " + process.listenerCount(name)),
      timers: [...timers],
      resources: process.getActiveResourcesInfo(),
    })
    const before = state()
    const module = await import(${JSON.stringify(specifier)})
    const after = state()
    const left = Object.fromEntries(Object.entries(after).map(([kind, names]) => [kind, added(before[kind], names)]))
    function added(before, names) {
      const rest = [...before]
      return names.filter((name) => !rest.includes(name) || rest.splice(rest.indexOf(name), 1).length === 0)
    }
    console.log(JSON.stringify({ url: import.meta.resolve(${JSON.stringify(specifier)}), values: Object.keys(module).sort(), left }))
  `
  const conditions = ["--conditions=asyncio-ts:source", ...(browser ? ["--conditions=browser"] : [])]
  const child = spawn(process.execPath, [...conditions, "--input-type=module", "--eval", script], { cwd: root, env: {}, timeout: 30_000 })
  let output = ""
  let complaints = ""
  child.stdout.on("data", (chunk) => (output += String(chunk)))
  child.stderr.on("data", (chunk) => (complaints += String(chunk)))
  const [code] = await new Promise<[number | null]>((resolve) => child.on("close", (exit) => resolve([exit])))
  assert.equal(code, 0, complaints)
  return JSON.parse(output) as Imported // written by the script above
}

/** The files that a file imports, and those that they import. */
function reachable(file: string): Set<string> {
  const found = new Set<string>([join(file)])
  for (const path of found) {
    const source = readFileSync(join(root, path), "utf8")
    for (const [, from = ""] of source.matchAll(/\bfrom "(\.[^"]+)"/g)) found.add(join(dirname(path), from))
  }
  return found
}
