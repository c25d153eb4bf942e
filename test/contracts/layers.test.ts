import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { type TestContext, test } from "node:test"

const checker = join(import.meta.dirname, "../../tools/check-layers.mjs")

test("layers: src/ imports only downwards and without cycles", () => {
  const { status, problems } = check()
  assert.deepEqual(problems, [])
  assert.equal(status, 0)
})

const GOOD = {
  "structures/heap.ts": "export class Heap {}",
  "errors/base.ts": "export class Base extends Error {}",
  "host/host.ts": 'import { Heap } from "../structures/heap.ts"',
  "host/node.ts": 'import { hostname } from "node:os"\nimport type { Base } from "../errors/base.ts"',
  "core/loop.ts": 'import "../host/host.ts"\n// as in: import { run } from "asyncio-ts"\nconst text = `from "x"` + \'import "y"\'',
  "inspect/server-node.ts": 'import "node:net"\nimport "../core/loop.ts"',
  "inspect/index.ts": 'export { x } from "./server-node.ts"',
  "index.ts": 'import { nodeHost } from "./host/node.ts"\nexport { loop } from "./core/loop.ts"',
}

test("layers: what the rules allow passes", (t) => {
  assert.deepEqual(check(plant(t, GOOD)), { status: 0, problems: [] })
})

const BAD: [what: string, files: Record<string, string>, problem: string][] = [
  ["an import upwards", { "core/a.ts": 'import { b } from "../sync/b.ts"', "sync/b.ts": "" }, "core/a.ts: core/ may not import sync/b.ts"],
  ["a type import upwards", { "core/a.ts": 'import type { b } from "../sync/b.ts"', "sync/b.ts": "" }, "core/a.ts: core/ may not import sync/b.ts"],
  ["an import() upwards", { "core/a.ts": 'await import("../sync/b.ts")', "sync/b.ts": "" }, "core/a.ts: core/ may not import sync/b.ts"],
  ["errors that import upwards", { "errors/a.ts": 'export * from "../core/b.ts"', "core/b.ts": "" }, "errors/a.ts: errors/ may not import core/b.ts"],
  ["an import of the main entry", { "cli/a.ts": 'import "../index.ts"' }, "cli/a.ts: may not import the entry index.ts"],
  ["an import of a folder's entry", { "cli/a.ts": 'import "../inspect/index.ts"' }, "cli/a.ts: may not import the entry inspect/index.ts"],
  ["Node in the core", { "core/a.ts": 'import { readFileSync } from "node:fs"' }, 'core/a.ts: may not import "node:fs"'],
  ["a dependency", { "core/a.ts": 'import ms from "ms"' }, 'core/a.ts: may not import "ms"'],
  ["a missing file", { "core/a.ts": 'import "./b.ts"' }, 'core/a.ts: cannot find "./b.ts"'],
  ["a cycle", { "core/a.ts": 'import "./b.ts"', "core/b.ts": 'import type { A } from "./a.ts"' }, "core/a.ts -> core/b.ts -> core/a.ts: an import cycle"],
  ["a name in camel case", { "core/taskGroup.ts": "" }, "core/taskGroup.ts: file and folder names are kebab-case"],
  ["a file without a subject", { "core/utils.ts": "" }, "core/utils.ts: name it after what it owns"],
  ["a folder that is no layer", { "queues/a.ts": "" }, "queues/a.ts: its folder is not a layer of tools/check-layers.mjs"],
]

for (const [what, files, problem] of BAD) {
  test(`layers: ${what} is reported`, (t) => {
    assert.deepEqual(check(plant(t, { ...GOOD, ...files })), { status: 1, problems: [problem] })
  })
}

test("layers: more than 400 lines need a reason", (t) => {
  const body = "\n".repeat(400) + "export {}"
  const { problems } = check(plant(t, { "core/a.ts": `/** Long: the states belong together. */${body}`, "core/b.ts": `/** A loop. */${body}` }))
  assert.equal(problems.length, 1)
  assert.match(problems[0] ?? "", /^core\/b\.ts: 401 lines; split it, or say "Long:"/)
})

function check(folder: string[] | string = []): { status: number | null; problems: string[] } {
  const { status, stderr } = spawnSync(process.execPath, [checker].concat(folder), { encoding: "utf8" })
  return { status, problems: stderr.split("\n").filter(Boolean) }
}

function plant(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-layers-"))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), source)
  }
  return folder
}
