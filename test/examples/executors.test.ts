import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, afterEach, describe, it } from "node:test"
import { fileURLToPath } from "node:url"

import * as asyncio from "asyncio-ts"
import { digest } from "../../examples/executors/digest.ts"
import { closedFormula, sumOfSquares } from "../../examples/executors/sums.ts"
import { thumbnail } from "../../examples/executors/thumbnail.ts"
import { noChildLeft } from "../io/support/children.ts"

const programs = fileURLToPath(new URL("../../examples/executors/", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-executors-"))
const { PIPE } = asyncio.subprocess
const options = ["--disable-warning=ExperimentalWarning", "--conditions=asyncio-ts:source"]
const inTime = { timeout: 60_000 }

after(() => rmSync(folder, { recursive: true }))
afterEach(noChildLeft)

interface Ended {
  readonly lines: readonly string[]
  readonly err: string
  readonly code: number | null
}

/** @param onLine - may interrupt the program, when it has written that line */
async function run(program: string, args: readonly string[] = [], onLine?: (line: string, interrupt: () => void) => void): Promise<Ended> {
  return asyncio.run(async () => {
    const child = await asyncio.createSubprocessExec(process.execPath, ...options, join(programs, program), ...args, { stdout: PIPE, stderr: PIPE })
    const err = asyncio.createTask(child.stderr.read())
    const lines: string[] = []
    for await (const line of child.stdout) {
      lines.push(String(line).trimEnd())
      onLine?.(lines.at(-1) ?? "", () => child.sendSignal("SIGINT"))
    }
    await child.wait()
    return { lines, err: String(await err), code: child.returncode }
  })
}

describe("the analysis in each kind of pool", inTime, () => {
  it("adds up to what the closed formula says", () => {
    for (const count of [1n, 2n, 10n, 12_345n]) assert.equal(sumOfSquares(count), closedFormula(count))
  })

  it("gives the exact sum everywhere, and draws a lane for each worker", async () => {
    const picture = join(folder, "picture.svg")
    const { lines, err, code } = await run("cpu-bound.ts", ["20000", picture])
    assert.equal(err, "")
    assert.equal(code, 0)
    assert.deepEqual(lines.slice(0, 8).map((line) => line.replace(/\d+\.\d+s$/, "…s").replace(/\d+ workers?/, "… workers")), [
      "n = 20,000",
      "One sum: …s",
      "'Async' CPU-bound (still sequential): …s",
      "gather() with CPU work (still sequential): …s",
      "InterpreterPoolExecutor, … workers: …s",
      "ThreadPoolExecutor, … workers: …s",
      "ProcessPoolExecutor, … workers: …s",
      `Each sum: ${closedFormula(20_000n)} = (n - 1) n (2n - 1) / 6`,
    ])
    const text = lines.join("\n")
    for (const lane of [/^interpreters-1 thread \d+ .* ✓ \d jobs?, /m, /^threads-1 thread \d+ .* ✓ \d jobs?, /m, /^processes-1 process \d+ .* ✓ \d jobs?, /m]) assert.match(text, lane)
    const jobs = [...text.matchAll(/ (\d+) jobs?, \d+ % busy$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
    assert.equal(jobs, 12)
    assert.match(readFileSync(picture, "utf8"), /^<svg .*Four sums of 20,000 squares.*>interpreters-1 thread \d+<.*>threads-1 thread \d+<.*>processes-1 process \d+<.*<\/svg>\n$/s)
  })
})

describe("one thread against three workers", inTime, () => {
  it("is drawn as tasks that take turns, and as lanes", async () => {
    const { lines, err } = await run("parallel.ts", ["20000"])
    assert.equal(err, "")
    const [first = "", second = ""] = lines.join("\n").split("On three workers:\n")
    assert.match(first, /^On one thread:\n.*^main .*✓.*^A .*✓.*^B .*✓.*^C .*✓/ms)
    assert.match(second, /^workers .*^pool thread \d+ .*^pool thread \d+ .*^pool thread \d+ /ms)
    assert.ok(!/^[ABC] /m.test(second))
  })
})

describe("the hybrid program", inTime, () => {
  it("downloads, computes and saves, and what is late or missing leaves the others alone", async () => {
    const saved = mkdtempSync(join(folder, "books-"))
    const { lines, err, code } = await run("hybrid.ts", [saved, "6", "50"])
    assert.equal(err, "")
    assert.equal(code, 0)
    const told = lines.slice(0, lines.indexOf("closed") + 1)
    assert.deepEqual(told.filter((line) => line.endsWith(": downloaded")).sort(), [0, 1, 2, 3, 4, 5].map((book) => `${book}: downloaded`))
    assert.deepEqual(told.filter((line) => !line.endsWith(": downloaded")), ["8 books", "missing: HTTPStatusError", "endless: TimeoutError", "saved 6 of 8", "closed"])
    assert.deepEqual(readdirSync(saved).sort(), [0, 1, 2, 3, 4, 5].map((book) => `${book}.json`))
    const found = JSON.parse(readFileSync(join(saved, "0.json"), "utf8")) as { words: number; signature: string }
    assert.equal(found.words, 2000)
    assert.match(found.signature, /^[0-9a-f]{64}$/)
    const text = lines.join("\n")
    assert.match(text, /^book endless .* TimeoutError/m)
    assert.match(text, /^workers .*\n.*interpreters-1 thread \d+ .*jobs?, /m)
  })

  it("is cleaned up by Ctrl-C: downloads and jobs end, and nothing is left", async () => {
    const saved = mkdtempSync(join(folder, "books-"))
    let interrupted = false
    const { lines, err, code } = await run("hybrid.ts", [saved, "8", "100000000"], (line, interrupt) => {
      if (interrupted || !line.endsWith(": downloaded")) return
      interrupted = true
      interrupt()
    })
    assert.equal(err, "")
    assert.ok(lines.includes("closed"))
    assert.ok(code === -2 || code === 130, String(code))
    assert.match(lines.join("\n"), /^main .* × .*by Ctrl-C$/m)
    assert.deepEqual(readdirSync(saved), [])
  })

  it("computes the same in a worker and outside", () => {
    const { words, longest, signature } = digest("tea masala tea", 1)
    assert.deepEqual([words, longest, signature.length], [3, "masala", 64])
  })
})

describe("thumbnails", inTime, () => {
  it("are made of every picture, and what is none is named", async () => {
    const { lines, err } = await run("thumbnails.ts", ["5"])
    assert.deepEqual([lines, err], [["notes.txt is no portable pixmap", "5 thumbnails of 6 files"], ""])
  })

  it("show the mean of what they stand for", async () => {
    const path = join(folder, "grey.ppm")
    await asyncio.run(() => asyncio.files.write(path, Buffer.concat([Buffer.from("P6 64 64 255\n"), Buffer.alloc(64 * 64 * 3, 100)])))
    const made = thumbnail(path)
    assert.ok("small" in made && existsSync(made.small))
    assert.ok(readFileSync(made.small).subarray("P6 32 32 255\n".length).every((byte) => byte === 100))
  })
})

describe("a job that computes without end", inTime, () => {
  it("ends by itself if it looks whether it is wanted, and with its worker if it does not", async () => {
    const { lines, err } = await run("stop.ts")
    assert.equal(err, "")
    assert.deepEqual(lines, [
      "the polite one was given up in time",
      "it told how far it was",
      "workers started: 1",
      "the rude one was given up in time",
      "the next result: 25",
      "workers started: 2",
    ])
  })
})

describe("asyncio-ts run --timeline", inTime, () => {
  it("draws the lanes of a program's workers, in the terminal and as a picture", async () => {
    const command = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
    const picture = join(folder, "stop.svg")
    const [text = "", svg = ""] = await asyncio.run(() => asyncio.gather(["--timeline", `--timeline=${picture}`].map(async (option) => {
      const child = await asyncio.createSubprocessExec(process.execPath, ...options, command, "run", option, join(programs, "stop.ts"), { stdout: PIPE, stderr: PIPE })
      const [, err] = await child.communicate()
      assert.equal(child.returncode, 0)
      return String(err)
    })))
    assert.match(text, /^workers .*\n.*interpreters-1 thread \d+ .*× .*× 3 jobs, .*\n.*interpreters-1 thread \d+ .*✓ 1 job, /m)
    assert.match(svg, /the timeline is in/)
    assert.match(readFileSync(picture, "utf8"), /<title>job #\d+ rude for task [^<]*: cancelled after [^<]*<\/title>/)
  })
})

describe("a generator in a worker", inTime, () => {
  it("is read item by item, and ended by leaving the loop", async () => {
    const { lines, err } = await run("stream.ts", ["3"])
    assert.equal(err, "")
    assert.deepEqual(lines, ["1000003", "1000033", "1000037", "the worker looks for no more", "no job is left"])
  })
})
