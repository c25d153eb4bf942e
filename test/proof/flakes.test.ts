import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { rounds } from "../../proof/flakes/flakes.ts"

const ROUNDS = 3

describe("the proof of flakes", () => {
  it("tells each failure of a test that fails now and then, with its round, file and name", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-flakes-test-"))
    context.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(
      join(folder, "now-and-then.test.mjs"),
      `import { existsSync, writeFileSync } from "node:fs"
       import { describe, it } from "node:test"
       const first = !existsSync("ran")
       writeFileSync("ran", "")
       describe("a suite", () => it("holds the second time", () => { if (first) throw new Error("not the first time\\nnor ever") }))`,
    )
    writeFileSync(join(folder, "always.test.mjs"), `import { it } from "node:test"\nit("holds", () => {})`)
    const found = await rounds(
      { folder, files: ["now-and-then.test.mjs", "always.test.mjs"] },
      { size: ROUNDS, seed: 1, signal: new AbortController().signal, progress: () => undefined },
    )
    assert.deepEqual(found, {
      done: ROUNDS,
      tests: 2 * ROUNDS,
      failures: ['in round 1 of 3: now-and-then.test.mjs: "holds the second time": not the first time'],
    })
  })

  it("tells a round in which nothing ran, and one whose file cannot be loaded", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-flakes-test-"))
    context.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, "empty.test.mjs"), "throw new Error('not loaded')")
    const { failures } = await rounds({ folder, files: ["empty.test.mjs"] }, { size: 1, seed: 1, signal: new AbortController().signal, progress: () => undefined })
    assert.equal(failures.length, 1)
    assert.match(failures[0] ?? "", /^in round 1 of 1: empty\.test\.mjs: "empty\.test\.mjs": /)
  })

  it("tells a round whose runner is killed after some tests, and does not count what is skipped", { skip: process.platform === "win32" }, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-flakes-test-"))
    context.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, "skipped.test.mjs"), `import { it } from "node:test"\nit.skip("is skipped", () => {})`)
    writeFileSync(join(folder, "kills.test.mjs"), `process.kill(process.ppid, "SIGKILL")`)
    const work = { size: 1, seed: 1, signal: new AbortController().signal, progress: () => undefined }
    assert.deepEqual((await rounds({ folder, files: ["skipped.test.mjs", "kills.test.mjs"] }, work)).failures, ["in round 1 of 1 the tests broke off"])
    assert.deepEqual((await rounds({ folder, files: ["skipped.test.mjs"] }, work)).failures, ["in round 1 of 1 no test has run"])
  })
})
