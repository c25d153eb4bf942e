import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath } from "node:url"

const CONFORMANCE = new URL("../../conformance/", import.meta.url)
const VECTORS = new URL("vectors/all.jsonl", CONFORMANCE)
const folder = mkdtempSync(join(tmpdir(), "conformance-"))
after(() => rmSync(folder, { recursive: true }))

/** The first vectors, in a file of their own, changed by `edit`. */
function vectors(name: string, edit = (lines: string[]): string[] => lines): string {
  const file = join(folder, name)
  writeFileSync(file, edit(readFileSync(VECTORS, "utf8").split("\n").slice(0, 20)).join("\n"))
  return file
}

function run(program: string, ...args: string[]): { status: number | null; out: string; err: string } {
  const path = fileURLToPath(new URL(program, CONFORMANCE))
  const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv.filter(isCondition), path, ...args], {
    encoding: "utf8",
  })
  return { status, out: stdout, err: stderr }
}

// The test runner's own options would make a test run of the command.
function isCondition(option: string): boolean {
  return /^(-C|--conditions)/.test(option)
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1)
}

describe("the conformance command", () => {
  for (const entry of ["microtask", "timer"]) {
    it(`passes the vectors, entered from a ${entry}`, () => {
      const { status, out } = run("main.ts", vectors("good.jsonl"), "--entry", entry)
      assert.equal(lastLine(out), "20 passed, 0 failed", out)
      assert.equal(status, 0)
    })
  }

  it("passes the vectors from CommonJS", () => {
    const { status, out } = run("from-commonjs.cjs", vectors("good.jsonl"))
    assert.equal(lastLine(out), "20 passed, 0 failed", out)
    assert.equal(status, 0)
  })

  it("shows where a trace differs, and fails", () => {
    const file = vectors("wrong.jsonl", ([first = "", ...others]) => [
      first.replace('[0,"main","start"]', '[0,"main","began"]'),
      ...others,
    ])
    const { status, out } = run("main.ts", file)
    assert.equal(lastLine(out), "19 passed, 1 failed", out)
    assert.match(out, /^ {2}> +0 ms {2}main: began +0 ms {2}main: start$/m)
    assert.equal(status, 1)

    const [, rerun = ""] = /^rerun: npm run conformance -- (.*)$/m.exec(out) ?? []
    assert.equal(lastLine(run("main.ts", ...rerun.split(" ")).out), "0 passed, 1 failed")
  })

  it("fails a scenario that lacks an event at its end", () => {
    const file = vectors("short.jsonl", ([first = ""]) => [first.replace(/,\[\d+,"harness",[^\]]*\]+\]\}$/, "]}")])
    assert.equal(JSON.parse(readFileSync(file, "utf8")).trace.length > 0, true)
    assert.equal(lastLine(run("main.ts", file).out), "0 passed, 1 failed")
  })

  it("cannot run what is no scenario file, and says why", () => {
    const cases: [file: string, message: RegExp][] = [
      [join(folder, "missing.jsonl"), /cannot read .*missing\.jsonl/],
      [folder, /it is a directory/],
      [vectors("broken.jsonl", (lines) => [...lines.slice(0, 3), "{"]), /broken\.jsonl:4 is not a scenario/],
      [vectors("empty.jsonl", () => []), /holds no scenario/],
    ]
    for (const [file, message] of cases) {
      const { status, err } = run("main.ts", file)
      assert.match(err, message)
      assert.equal(status, 2, file)
    }
    assert.equal(run("main.ts", "--entry", "somewhere").status, 2)
  })
})
