import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath } from "node:url"

import { readRecording, type Recording } from "asyncio-ts/inspect"

const COMMAND = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-cli-test-"))
after(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command; `onLine` may interrupt it, when the program has written that line. */
function command(
  args: readonly string[],
  onLine?: (line: string, interrupt: () => void) => void,
  temporary = folder,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv.filter(isCondition), COMMAND, ...args], {
      // A group of its own is not in the foreground of a terminal: the signal comes once, as from a kill.
      detached: true,
      env: { ...process.env, TMPDIR: temporary, NO_COLOR: "1", FORCE_COLOR: undefined },
    })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
      for (const line of text.trimEnd().split("\n")) onLine?.(line, () => child.kill("SIGINT"))
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })
}

// The test runner's own options would make a test run of the command.
function isCondition(option: string): boolean {
  return /^(-C|--conditions)/.test(option)
}

function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url))
}

describe("asyncio-ts run", { concurrency: 3 }, () => {
  it("runs a TypeScript program with its arguments, and ends with its exit code", async () => {
    const { code, out, err } = await command(["run", program("greet.ts"), "--", "Alice", "--debug"])
    assert.equal(out, "Hello, Alice! Debug mode is off.\n")
    assert.equal(err, "")
    assert.equal(code, 3)
  })

  it("turns debug mode on", async () => {
    const { out } = await command(["run", "--debug", program("greet.ts")])
    assert.equal(out, "Hello, nobody! Debug mode is on.\n")
  })

  it("shows the error of a program that fails, and draws what its tasks did after it", async () => {
    const { code, err } = await command(["run", program("fail.ts"), "--timeline"])
    assert.equal(code, 1)
    assert.match(err, /RangeError: the pot is empty.*! .* RangeError: the/s)
  })

  it("draws a timeline on standard error, so that the program's output stays its own", async () => {
    const { code, out, err } = await command(["run", program("greet.ts"), "--timeline"])
    assert.equal(code, 3)
    assert.equal(out, "Hello, nobody! Debug mode is off.\n")
    const rows = err.split("\n").flatMap((line) => /^(\S+) .* ([✓!×…]) /.exec(line)?.slice(1) ?? [])
    assert.deepEqual(rows, ["main", "✓", "helper", "✓"])
    assert.ok(!err.includes("\x1b"))
  })

  it("tells each switch of tasks on standard error, so that the program's output stays its own", async () => {
    const { code, out, err } = await command(["run", program("greet.ts"), "--explain"])
    const plain = await command(["run", program("greet.ts")])
    assert.deepEqual([code, out], [plain.code, plain.out])
    assert.match(err, /0\.000 s {2}a loop begins\n[^]* starts\n[^]* pauses at .*; others may run\n[^]* has ended\n/)
  })

  it("writes the timeline to a file, as the name of the file says", async () => {
    const written: Record<string, (text: string) => void> = {
      "out.html": (text) => assert.match(text, /^<!doctype html>/),
      "out.svg": (text) => assert.match(text, /^<svg .*greet\.ts.*main.*helper.*<\/svg>\n$/s),
      "out.txt": (text) => assert.match(text, /^ +0 .*\nmain .*\nhelper .*\n/s),
      "out.json": (text) => assert.deepEqual((JSON.parse(text) as Recording).tasks.map(({ name }) => name), ["main", "helper"]),
    }
    for (const [name, check] of Object.entries(written)) {
      const file = join(folder, name)
      const { err } = await command(["run", program("greet.ts"), `--timeline=${file}`])
      assert.equal(err, `asyncio-ts: the timeline is in ${file}\n`)
      check(readFileSync(file, "utf8"))
    }
  })

  it("names what blocks the loop, and keeps it in the recording", async () => {
    const file = join(folder, "block.rec")
    const { code, err } = await command(["run", program("block.ts"), "--watchdog=0.05", `--record=${file}`])
    assert.match(err, /^asyncio-ts: the event loop is blocked since .* by compute \(.*block\.ts:5:\d+\)(?: or the lines near it)?, in task 'main'/m)
    assert.match(err, /^asyncio-ts: the recording is in .*block\.rec$/m)
    assert.equal(code, 0)
    const { tasks, pauses } = readRecording(readFileSync(file))
    assert.deepEqual(tasks.map(({ name }) => name), ["main"])
    assert.ok(pauses?.some(({ kind, place }) => kind === "blocked" && /block\.ts:5:/.test(place ?? "")))
  })

  it("leaves no file behind", async () => {
    const own = mkdtempSync(join(folder, "own-"))
    await command(["run", program("greet.ts"), "--timeline"], undefined, own)
    assert.deepEqual(readdirSync(own), [])
  })

  it("cannot run what is not there, and says what to do", async () => {
    const cases: [args: string[], message: RegExp][] = [
      [["run", "nowhere.ts"], /^asyncio-ts: there is no file nowhere\.ts in .*: name the program/],
      [["run", folder], /is a folder: name the file in it/],
      [["run", program("greet.ts"), "--timeline=nowhere/out.svg"], /there is no folder .*nowhere; make it first/],
      [["run", program("greet.ts"), "--fast"], /unknown option --fast/],
      [["walk", "tea.ts"], /unknown command 'walk'/],
    ]
    for (const [args, message] of cases) {
      const { code, out, err } = await command(args)
      assert.match(err, message)
      assert.equal(err.trimEnd().split("\n").length, 1, err)
      assert.equal(out, "")
      assert.equal(code, 2, args.join(" "))
    }
  })

  it("tells its version and how it is used", async () => {
    const version = await command(["--version"])
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/)
    const help = await command(["--help"])
    assert.match(help.out, /^usage: asyncio-ts run FILE .*--timeline.*--explain.*--debug/s)
    assert.ok(help.out.split("\n").every((line) => line.length <= 92))
    assert.deepEqual([version.code, help.code], [0, 0])
  })
})

/**
 * A second Ctrl-C: within a tenth of a second it would count as the first. Two that come while
 * the machine is busy are one; then there is another, long after that in which the command ends.
 */
function oneMore(interrupt: () => void): NodeJS.Timeout {
  setTimeout(interrupt, 200)
  return setInterval(interrupt, 20_000).unref()
}

describe("Ctrl-C under asyncio-ts run", { concurrency: 3 }, () => {
  it("lets the program clean up, and ends with 130 without a stack", async () => {
    const { code, out, err } = await command(["run", program("wait.ts")], (line, interrupt) => {
      if (line === "ready") interrupt()
    })
    assert.equal(out, "ready\ncleaned up\n")
    assert.equal(err, "")
    assert.equal(code, 130)
  })

  it("still draws the timeline", async () => {
    const { code, err } = await command(["run", program("wait.ts"), "--timeline"], (line, interrupt) => {
      if (line === "ready") interrupt()
    })
    assert.match(err, /^main .*× .*\nhelper .*× /m)
    assert.equal(code, 130)
  })

  it("leaves the exit code to a program that handles it", async () => {
    const { code, out } = await command(["run", program("handle.ts"), "--timeline"], (line, interrupt) => {
      if (line === "ready") interrupt()
    })
    assert.equal(out, "ready\nhandled\n")
    assert.equal(code, 7)
  })

  it("ends a program that refuses, the second time, and shows where it stands", async () => {
    let again: NodeJS.Timeout | undefined
    const { code, out, err } = await command(["run", program("stubborn.ts"), "--timeline"], (line, interrupt) => {
      if (line === "ready") interrupt()
      if (line === "no") again = oneMore(interrupt)
    })
    clearInterval(again)
    assert.equal(out, "ready\nno\n")
    assert.match(err, /^stubborn .* … .* sleep$/m)
    assert.equal(code, 130)
  })

  it("ends a program that blocks its thread", async () => {
    let again: NodeJS.Timeout | undefined
    const { code, err } = await command(["run", program("busy.js"), "--timeline"], (line, interrupt) => {
      if (line !== "ready") return
      interrupt()
      again = oneMore(interrupt)
    })
    clearInterval(again)
    assert.match(err, /no timeline, since the program was ended before it could write one/)
    assert.equal(code, 130)
  })
})
