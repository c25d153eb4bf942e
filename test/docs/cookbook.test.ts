import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { includesOf } from "./page-includes.ts"
import { outputHere, outputOf, programsIn, recordedOf, root } from "./recorded-program.ts"

const FOLDER = "examples/cookbook"
/** Programs that run in real time, and why; they wait for events. */
const REAL: Readonly<Record<string, string>> = {
  "cancel-on-leave": "it has a server",
  "cpu-pool": "its workers have clocks of their own",
  "graceful-shutdown": "it has a server",
  "process-lines": "it starts a process",
}
const all = programsIn(FOLDER)

describe("the recipes, on virtual time", () => {
  for (const name of all.filter((name) => !(name in REAL))) {
    it(`${name} writes what is recorded`, async () => {
      assert.deepEqual(await outputHere(FOLDER, name), recordedOf(FOLDER, name))
    })
  }
})

describe("the recipes that need the host", { concurrency: 2 }, () => {
  for (const name of Object.keys(REAL)) {
    it(`${name} writes what is recorded`, async () => {
      assert.deepEqual(await outputOf(FOLDER, name, { virtual: false }), recordedOf(FOLDER, name))
    })
  }
})

describe("docs/cookbook.md", () => {
  it("has each recipe with its output, and no other", () => {
    const included = includesOf("docs/cookbook.md").map(({ file }) => file)
    const wanted = included.filter((file) => file.endsWith(".ts")).flatMap((file) => [file, file.replace(/\.ts$/, ".txt")])
    assert.deepEqual(included, wanted)
    assert.deepEqual(wanted.filter((file) => file.endsWith(".ts")).sort(), all.map((name) => `${FOLDER}/${name}.ts`).sort())
    for (const file of included) assert.ok(existsSync(join(root, file)), file)
  })

  it("has no code of its own", () => {
    assert.doesNotMatch(readFileSync(join(root, "docs/cookbook.md"), "utf8"), /^```/m)
  })
})
