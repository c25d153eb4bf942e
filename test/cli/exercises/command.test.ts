import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath } from "node:url"

import { COURSE } from "#src/cli/exercises/course.ts"

const COMMAND = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-exercises-"))
after(() => rmSync(scratch, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command in a folder. */
function exercises(folder: string, ...args: readonly string[]): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _reporting, ...env } = process.env
  const child = spawn(process.execPath, [...process.execArgv.filter((option) => /^(-C|--conditions)/.test(option)), COMMAND, "exercises", ...args], { cwd: folder, env: { ...env, NO_COLOR: "1", FORCE_COLOR: undefined }, detached: true })
  let out = ""
  let err = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })
}

/** A folder of its own with the exercise `gather` in it, and `text` as the work. */
async function withWork(name: string, text: string): Promise<string> {
  const folder = join(scratch, name)
  mkdirSync(folder)
  const { code, err } = await exercises(folder, "start", "gather")
  assert.equal(code, 0, err)
  writeFileSync(join(folder, "gather/work.ts"), text)
  return join(folder, "gather")
}

const SOLUTION = 'import * as asyncio from "asyncio-ts"\nexport const main = (brew: (kind: string) => asyncio.Coroutine<string>) => asyncio.gather(["Masala", "Green", "Ginger"].map((kind) => brew(kind)))\n'

describe("asyncio-ts exercises", { concurrency: 2 }, () => {
  it("lists the course by its tracks, with nothing done in an empty folder", async () => {
    const folder = join(scratch, "empty")
    mkdirSync(folder)
    const { code, out, err } = await exercises(folder)
    assert.equal(err, "")
    assert.deepEqual(out.split("\n").flatMap((line) => /^ {3} *\d+ {2}(\S+)/.exec(line)?.[1] ?? []), COURSE.map(({ name }) => name))
    assert.match(out, /^the main track\n/)
    assert.match(out, /\n\nthe advanced track\n[^]*\n\nsmaller steps, with sleeps alone\n[^]*\n\n0 of \d+ done here; to begin: asyncio-ts exercises start first-await\n$/)
    assert.equal(code, 0)
  })

  it("leads from the start through a check that fails, with a picture and a smaller step, to one that passes and is listed as done", async () => {
    const folder = join(scratch, "way")
    mkdirSync(folder)
    const started = await exercises(folder, "start", "gather")
    assert.match(started.out, /^Three teas at once: README\.md, work\.ts are in gather\n/)
    assert.deepEqual(readdirSync(join(folder, "gather")).sort(), ["README.md", "exercise.json", "package.json", "work.ts"])

    const failed = await exercises(folder, "check", "gather")
    assert.equal(failed.err, "")
    assert.match(failed.out, /^gather: not yet: these three ran one after another: 6\.0 s; the aim is 2\.0 s\n\n +0 s .*\n.*\nmain +┃.*✓ {2}6\.00 s\nbrew Masala ─+ +✓ {2}2\.00 s\n/)
    assert.match(failed.out, /a hint: asyncio-ts exercises hint\na smaller step to the same: asyncio-ts exercises start sleep-together\n$/)
    assert.equal(failed.code, 1)

    writeFileSync(join(folder, "gather/work.ts"), SOLUTION)
    const passed = await exercises(join(folder, "gather"), "check")
    assert.match(passed.out, /^gather: passed: it does what was asked for, in 2\.0 s\n/)
    assert.match(passed.out, /next: asyncio-ts exercises start create-task \(.*\)\n$/)
    assert.equal(passed.code, 0)

    const listed = await exercises(folder, "--json")
    const rows = JSON.parse(listed.out) as readonly { readonly name: string; readonly done: boolean }[] // as the command writes them
    assert.deepEqual(rows.filter(({ done }) => done).map(({ name }) => name), ["gather"])
    assert.match((await exercises(join(folder, "gather"))).out, /^ ✓ +3 {2}gather .*[^]*1 of \d+ done here; to begin: asyncio-ts exercises start first-await\n$/m)
  })

  for (const [what, text, sentence] of [
    ["an endless loop", "export async function main() { for (;;); }", /^it never ends: after 5 s of the processor's time it was still running/],
    ["a promise that nothing settles", "export async function main() { await new Promise(() => {}) }", /^nothing can ever happen again: a task waits for a bare promise that nothing will ever settle$/],
    ["a promise that is awaited as it is loaded", "await new Promise(() => {})", /^the program stopped in the midst: it waits for a promise that nothing will ever settle/],
    ["a crash of its process", 'export async function main() { process.kill(process.pid, "SIGKILL") }', /^the program crashed its process \(SIGKILL\): it may have taken more memory than 512 MB$/],
    ["an error outside of every task", 'export async function main() { setTimeout(() => { throw new RangeError("late") }); await new Promise(() => {}) }', /^the program crashed: RangeError: late$/],
    ["an exit", "export async function main() { process.exit(0) }", /^the program called process\.exit/],
  ] as const) {
    it(`says in one sentence what ${what} does, and exits with 1`, async () => {
      const { code, out, err } = await exercises(await withWork(what.replaceAll(" ", "-"), text), "check", "--json")
      assert.equal(err, "")
      const { passed, sentence: said } = JSON.parse(out) as { readonly passed: boolean; readonly sentence: string } // as the command writes it
      assert.match(said, sentence)
      assert.doesNotMatch(said, /\n/)
      assert.deepEqual([passed, code], [false, 1])
    })
  }

  it("ends with 130 after Ctrl-C, and the work with it", { skip: process.platform === "win32" && "there is no Ctrl-C to send" }, async () => {
    // The work itself sends the signal to the command that checks it, and never ends.
    const folder = await withWork("interrupted", 'process.kill(process.ppid, "SIGINT")\nawait new Promise((resolve) => setTimeout(resolve, 1e9))\nexport const main = 1\n')
    const { code, out } = await exercises(folder, "check")
    assert.deepEqual([code, out], [130, ""])
    assert.match(readFileSync(join(folder, "exercise.json"), "utf8"), /"passed":false/)
  })

  it("exits with 2 when it was called wrongly, and with 1 when a given file was changed", async () => {
    const folder = join(scratch, "wrong")
    mkdirSync(folder)
    const wrong = await exercises(folder, "walk")
    assert.match(wrong.err, /^asyncio-ts: exercises does not know 'walk'.*\n$/)
    assert.deepEqual([wrong.code, wrong.out], [2, ""])
    await exercises(folder, "start", "order")
    writeFileSync(join(folder, "order/program.ts"), "export async function main() {}")
    const changed = await exercises(folder, "check", "order")
    assert.match(changed.out, /^order: not yet: program\.ts is not as it was given: /)
    assert.equal(changed.code, 1)
  })
})
