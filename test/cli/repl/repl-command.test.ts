import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath } from "node:url"

import { needs } from "../../support/needs.ts"

const COMMAND = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-repl-test-"))
after(() => rmSync(folder, { recursive: true }))
const skip = process.features.typescript === false ? "this Node does not take types off" : false

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** @param typed - what is typed once the screen shows something, in this order */
function run(program: string, words: readonly string[], env: NodeJS.ProcessEnv, input: string | readonly (readonly [shows: RegExp, typed: string])[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: folder, env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: undefined, TERM: "xterm", ASYNCIO_TS_HISTORY: "", ...env } })
    let out = ""
    let err = ""
    let from = 0
    const left = typeof input === "string" ? [] : [...input]
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
      for (let next = left[0]; next !== undefined; next = left[0]) {
        const shown = next[0].exec(out.slice(from))
        if (shown === null) return
        from += shown.index + shown[0].length
        left.shift()
        child.stdin.write(next[1])
      }
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    // Who waits for what never comes sees what there is.
    const limit = setTimeout(() => child.kill("SIGKILL"), 60_000)
    child.on("close", () => clearTimeout(limit))
    child.on("close", (code) => resolve({ code, out, err }))
    if (typeof input === "string") child.stdin.end(input)
  })
}

function piped(input: string, words: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return run(process.execPath, ["--conditions=asyncio-ts:source", COMMAND, ...words], env, input)
}

describe("asyncio-ts without a command", { skip }, () => {
  it("runs what comes from a pipe, statement by statement", async () => {
    writeFileSync(join(folder, "tea.ts"), "export const cups: number = 3\n")
    const { code, out, err } = await piped(`async function twice(n: number) {
  await asyncio.sleep(0.001)
  return n * 2
}
import { cups } from "./tea.ts"
await asyncio.gather([twice(cups), twice(5)])
await asyncio.run(() => twice(1))
`)
    assert.deepEqual([code, out, err], [0, "[ 6, 10 ]\n2\n", ""])
  })

  it("goes on after an error, and ends with 1", async () => {
    const { code, out, err } = await piped("throw new Error('spilt')\nawait asyncio.sleep(NaN)\na b\nenum E { A }\n'still here'\nfunction f() {\n")
    assert.deepEqual([code, out], [1, "still here\n"])
    assert.match(err, /^Error: spilt\n {4}at REPL1:1:7\nRangeError: .*\n[^]*\nSyntaxError: Expected ';'.*\n.*enum is not supported.*\n.*ends in the midst of a statement\n$/)
    assert.doesNotMatch(err, /ExperimentalWarning|main\.ts/)
  })

  it("R179: runs the file that is to be run first, and goes on where that fails; --quiet says nothing of its own", async () => {
    const file = join(folder, "first.ts")
    writeFileSync(file, "const cups: number = await asyncio.sleep(0, 4)\n")
    assert.deepEqual(await piped("cups\n", ["--quiet"], { ASYNCIO_TS_STARTUP: file }), { code: 0, out: "4\n", err: "" })
    const missing = await piped("1\n", ["repl", "-q"], { ASYNCIO_TS_STARTUP: join(folder, "nowhere.ts") })
    assert.deepEqual([missing.code, missing.out], [0, "1\n"])
    assert.match(missing.err, /^ASYNCIO_TS_STARTUP, .*nowhere\.ts: Error: ENOENT/)
  })

  it("tells how it is used, and refuses what it does not know", async () => {
    const help = await piped("", ["repl", "--help"])
    assert.match(help.out, /^usage: asyncio-ts \[repl\]/)
    const wrong = await piped("", ["repl", "--fast"])
    assert.deepEqual([wrong.code, wrong.out], [2, ""])
    assert.match(wrong.err, /^asyncio-ts: Unknown option '--fast'.*\(asyncio-ts repl --help lists the options\)\n$/)
  })

  it("ends when all that it printed was taken, however late that is read", async () => {
    const lines = 20_000
    const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", COMMAND], { cwd: folder, env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: undefined } })
    const limit = setTimeout(() => child.kill("SIGKILL"), 60_000)
    let out = ""
    const ended = new Promise((resolve) => child.on("close", resolve))
    const read = (): void => void child.stdout.setEncoding("utf8").on("data", (more: string) => (out += more))
    // Nothing tells that it is about to end; read at once, the test could only pass.
    child.stderr.setEncoding("utf8").on("data", () => setTimeout(read, 300))
    child.stdin.end(`for (let i = 0; i < ${lines}; i++) console.log("x".repeat(100))\nconsole.error("prints no more")\n`)
    await ended
    clearTimeout(limit)
    assert.equal(out.length, 101 * lines)
  })

  it("ends a loop by Ctrl-C whose output nobody has read yet, loses nothing of that, and goes on", { skip: process.platform === "win32" && "Ctrl-C cannot be sent there" }, async () => {
    const lines = 20_000
    const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", COMMAND], { cwd: folder, env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: undefined } })
    const limit = setTimeout(() => child.kill("SIGKILL"), 60_000)
    let out = ""
    let err = ""
    const ended = new Promise((resolve) => child.on("close", resolve))
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text
      if (text.includes("prints no more")) child.kill("SIGINT")
      if (text.includes("KeyboardInterrupt")) child.stdout.setEncoding("utf8").on("data", (more: string) => (out += more))
    })
    child.stdin.end(`for (let i = 0;; i++) if (i < ${lines}) console.log("x".repeat(100)); else if (i === ${lines}) process.stderr.write("prints no more\\n")
await new Promise<void>((resolve) => process.stdout.write("after", () => resolve()))
await asyncio.sleep(0.3)
await new Promise<void>((resolve) => process.stdout.write(" that", () => resolve()))
`)
    await ended
    clearTimeout(limit)
    assert.equal(err, "prints no more\nKeyboardInterrupt\n")
    assert.ok(out === `${"x".repeat(100)}\n`.repeat(lines) + "after that", `${out.length} characters, and at the end ${out.slice(-20)}`)
  })

  it("is a prompt in a terminal: with the tasks, a timeline, and Ctrl-C that ends the statement alone", { skip: needs("script", "bsdutils") }, async () => {
    const history = join(folder, "history")
    // The shell is interrupted too, and has to see the end.
    const line = `trap : INT; stty rows 24 cols 100; ${process.execPath} --conditions=asyncio-ts:source ${COMMAND}; echo "code $?"; stty -a`
    const { out } = await run("script", ["-qec", line, "/dev/null"], { ASYNCIO_TS_HISTORY: history }, [
      [/asyncio is there.*\r\n[^]*> /, "const nap = asyncio.createTask(() => asyncio.sleep(1000), { name: 'nap' })\r"],
      [/nap' \}\)[^]*\n[^]*> /, "await asyncio.sleep(0.001, 'rested')\r"],
      [/\n'rested'\r\n[^]*> /, ".ps\r"],
      [/nap +timer[^]*> /, ".timeline\r"],
      [/statement-2 [^]*✓[^]*> /, "await asyncio.sleep(0.001); console.log('goes'); await asyncio.sleep(1000)\r"],
      [/\ngoes\r\n/, "\u0003"],
      [/KeyboardInterrupt[^]*> /, "await asyncio.run(async () => { await asyncio.sleep(0.001); console.log('runs'); await asyncio.sleep(1000) })\r"],
      [/\nruns\r\n/, "\u0003"],
      [/KeyboardInterrupt[^]*> /, "for (;;) console.log('prints')\r"],
      [/\nprints\r\n/, "\u0003"],
      [/KeyboardInterrupt[^]*> /, "await asyncio.sleep(0.001); console.log('stays'); for (;;) try { await asyncio.sleep(1000) } catch { console.log('no') }\r"],
      [/\nstays\r\n/, "\u0003"],
      [/Cno\r\n/, "\u0003"],
      [/Cno\r\n/, "\u0003"],
      [/goes on as the task 'statement-\d'[^]*> /, "throw 0\r"],
      [/0 was thrown[^]*> /, "const console = 1, timer = setInterval(() => {}, 1000)\r"],
      [/1000\)[^]*\n[^]*> /, "let process = 2\r"],
      [/= 2[^]*\n[^]*> /, "let cups = 2\rcups + 1\rawait asyncio.sleep(0.001, cups + 2)\r"],
      [/G3\r\n[^]*G4\r\n[^]*> /, "\u0004"],
    ])
    const [page = "", rest = ""] = out.split("code 0")
    assert.match(page, /leaving asyncio-ts/, out)
    assert.match(rest, / icanon .* echo /s)
    assert.match(readFileSync(history, "utf8"), /cups \+ 1/)
  })
})
