/** The last lines of a run of the tests: what has failed. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { root } from "./entries.ts"

const PROGRAM = `
import { describe, test } from "node:test"
describe("a suite", () => {
  test("fails", () => { throw new Error("first\\n  and second") })
  test("passes", () => undefined)
})
test("throws nothing much", () => { throw null })
test("says much", () => { throw new Error("x".repeat(1000)) })
`

test("each test that failed is one short line, and a suite, or what passed, is none", () => {
  const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-failures-"))
  try {
    const [file, told] = [join(scratch, "some.test.mjs"), join(scratch, "told")]
    writeFileSync(file, PROGRAM)
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const reporter = pathToFileURL(join(root, "tools/failures.mjs")).href
    spawnSync(process.execPath, ["--test", `--test-reporter=${reporter}`, `--test-reporter-destination=${told}`, file], { env, stdio: "ignore" })
    const lines = readFileSync(told, "utf8").trimEnd().split("\n").map((line) => line.replace(/^.*some\.test\.mjs: /, ""))
    assert.deepEqual(lines, ["fails: first and second", "throws nothing much: null", `says much: ${"x".repeat(199)}…`])
  } finally {
    rmSync(scratch, { recursive: true })
  }
})
