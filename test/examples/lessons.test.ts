import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { describe, it } from "node:test"

import { difference, realDifference } from "./support/comparison.ts"
import { expected, folder, programs, runForReal, runVirtually, type Written } from "./support/programs.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"
import * as rows from "./support/rows.ts"

/** Programs whose time cannot be virtual, and why. */
const REAL: Readonly<Record<string, string>> = {
  "bad-example": "its call blocks",
  "blocked-loop": "its calls block",
  blocking: "its calls block",
  classification: "it measures the processor",
  "fetch-three-times": "its server takes its time",
  "production-pattern": "its server takes its time",
  scraping: "its server takes its time",
  services: "its servers take their time",
  streaming: "its server takes its time",
  "sync-async": "its calls block",
}
/** Programs that write where code awaits. */
const PLACES = ["blocked-loop", "blocking", "call-graph", "explained"]
const all = programs()

describe("the programs of the lessons, on virtual time", () => {
  for (const name of all.filter((name) => !(name in REAL))) {
    it(`${name} writes to the letter what it promises`, needsPlaceOfAwait(name, PLACES), async () => {
      check(name, await runVirtually(name), difference)
    })
  }
})

describe("the programs of the lessons that need real time", { concurrency: 2 }, () => {
  for (const name of Object.keys(REAL)) it(`${name} writes what it promises`, needsPlaceOfAwait(name, PLACES), () => checkForReal(name))

  it("sequential-gather writes a page with both pictures when asked for one", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "lessons-test-"))
    try {
      const page = join(scratch, "page.html")
      check("sequential-gather", await runForReal("sequential-gather", [page]), realDifference)
      assert.match(readFileSync(page, "utf8"), /^<!doctype html>.*<svg .*One await after the other.*<\/svg>.*<svg .*gather.*<\/svg>/s)
    } finally {
      rmSync(scratch, { recursive: true })
    }
  })
})

const skip = process.env["TEST_SYSTEM"] === "1" ? false : "all programs in real time, with TEST_SYSTEM=1"
describe("all other programs of the lessons, in real time", { concurrency: 3, skip }, () => {
  for (const name of all.filter((name) => !(name in REAL))) it(`${name} writes what it promises`, needsPlaceOfAwait(name, PLACES), () => checkForReal(name))
})

async function checkForReal(name: string): Promise<void> {
  check(name, await runForReal(name), realDifference)
}

function check(name: string, written: Written, compare: typeof difference): void {
  const promised = expected(name)
  assert.equal(compare(promised.out, written.out), undefined)
  assert.equal(compare(promised.err, written.err), undefined, "on standard error")
}

describe("the cheat sheet", () => {
  it("has a program in each line, which writes one line", () => {
    const lines = readFileSync(join(folder, "cheat-sheet.ts"), "utf8").trimEnd().split("\n")
    const [, , ...rest] = lines
    const sheet = rest.filter((line) => line !== "" && !line.startsWith("// "))
    assert.ok(sheet.length >= 25)
    for (const line of sheet) assert.match(line, /^(?:console\.log\()?await asyncio\.run\(.*\)$/)
    assert.equal(sheet.length, expected("cheat-sheet").out.trimEnd().split("\n").length)
  })
})

describe("examples/README.md", () => {
  const readme = join(folder, "../README.md")
  const [done = "", missing = ""] = readFileSync(readme, "utf8").split(/^## Not yet$/m)
  const rowsOf = (text: string): string[][] =>
    [...text.matchAll(/^\| (?!---)(.*) \|$/gm)].map(([, row = ""]) => row.split(" | ")).filter(([first]) => first !== "row")
  const shown = rowsOf(done)

  it("has a row for all that the lessons teach, among the programs or under “Not yet”", () => {
    const taught = [...rows.concepts, ...rows.programs, ...rows.objectives]
    const listed = new Set([...shown, ...rowsOf(missing)].map(([name]) => name))
    assert.deepEqual(taught.filter((name) => !listed.has(name)), [])
    assert.deepEqual([...listed].filter((name = "") => !taught.includes(name)), [])
    assert.deepEqual(shown.map(([name]) => name), taught.filter((name) => shown.some(([first]) => first === name)))
  })

  it("names files and tests that exist, and every file of the lessons", () => {
    const linked = new Set<string>()
    for (const [name, files = "", test = ""] of shown) {
      const links = [...`${files} ${test}`.matchAll(/\]\((.*?)\)/g)].map(([, link = ""]) => resolve(folder, "..", link))
      assert.ok(links.length >= 2, `${name} has a file and a test`)
      for (const link of links) {
        assert.ok(existsSync(link), `${name}: there is no ${link}`)
        linked.add(link)
      }
    }
    assert.deepEqual(all.filter((name) => !linked.has(join(folder, `${name}.ts`))), [])
  })

  it("says for each file how its test runs it", () => {
    for (const [name, files = "", test = ""] of shown) {
      const lessons = [...files.matchAll(/lessons\/(.*?)\.ts\)/g)].map(([, lesson = ""]) => lesson)
      if (lessons.length === 0) continue
      const times = new Set(lessons.map((lesson) => (lesson in REAL ? "real time" : "virtual time")))
      assert.ok([...times].every((time) => test.includes(time)), `${name}: ${[...times].join(" and ")}`)
    }
  })

  it("gives the reason for what is not there yet in a few words", () => {
    for (const [name, part = "", reason = "", more] of rowsOf(missing)) {
      assert.ok(part !== "" && reason.split(" ").length <= 3 && more === undefined, String(name))
    }
  })
})

describe("the files of the lessons", () => {
  it("are programs, each with what it writes", () => {
    const texts = readdirSync(folder).filter((file) => !file.endsWith(".ts"))
    const named = new Set(texts.map((file) => file.replace(/(?:\.stderr)?\.txt$/, "")))
    assert.deepEqual([...named], all)
  })
})

describe("the comparison with what a program promises", () => {
  it("takes virtual time to the letter, and real time a little late", () => {
    const promised = "[API1] Done after 2.0s\nAll of it: …s\ncall createTask(…)"
    const cases: [written: string, exact: boolean, real: boolean][] = [
      ["[API1] Done after 2.0s\nAll of it: 0.13s\ncall createTask(…)", true, true],
      ["[API1] Done after 2.1s\nAll of it: 0.13s\ncall createTask(…)", false, true],
      ["[API1] Done after 8.5s\nAll of it: 0.13s\ncall createTask(…)", false, false],
      ["[API1] Done after 1.5s\nAll of it: 0.13s\ncall createTask(…)", false, false],
      ["[API1] Done after 2.0s\nAll of it: longs\ncall createTask(…)", false, false],
      ["[API2] Done after 2.0s\nAll of it: 0.13s\ncall createTask(…)", false, false],
      ["[API1] Done after 2.0s\nAll of it: 0.13s\ncall createTask(1)", false, false],
      ["[API1] Done after 2.0s\nAll of it: 0.13s", false, false],
      ["[API1] Done after 2.0s\nAll of it: 0.13s\ncall createTask(…)\nmore", false, false],
    ]
    assert.equal(realDifference("5 times as fast", "4 times as fast"), undefined)
    assert.notEqual(realDifference("5 times as fast", "1.5 times as fast"), undefined)
    for (const [written, exact, real] of cases) {
      assert.equal(difference(promised, written) === undefined, exact, written)
      assert.equal(realDifference(promised, written) === undefined, real, written)
    }
  })

  it("takes no warning of a stall for one of the program's in real time, and misses none of those", () => {
    const warning = (task: string, seconds: string, place: string): string => `AsyncioWarning: task '${task}' (main) ran for ${seconds} s without an await, and more\n    up to ${place}\n`
    const promised = `${warning("Task-1", "0.300", "its end")}AsyncioWarning: coroutine 'brew' was never awaited\n`
    const stalled = warning("Task-2", "0.200", "its end")
    assert.equal(realDifference(promised, stalled + promised + stalled), undefined)
    assert.equal(realDifference("", stalled), undefined)
    assert.notEqual(realDifference(promised, promised.replace(/^.*\n.*\n/, "")), undefined)
    assert.notEqual(realDifference(promised, warning("Task-1", "0.300", "its end")), undefined)
    assert.notEqual(difference("", stalled), undefined)
  })

  it("does not measure the bars of a picture in real time", () => {
    const promised = "0 s    1\n├──────┤\nnap ┃────────┃ ✓  1.00 s"
    assert.equal(realDifference(promised, "0 s      1\n├─────────┤\nnap ┃───────  ✓  1.01 s"), undefined)
    assert.notEqual(difference(promised, "0 s    1\n├──────┤\nnap ┃───────┃ ✓  1.00 s"), undefined)
    assert.notEqual(realDifference(promised, "0 s    1\n├──────┤\nnap ┃────────┃ ×  1.00 s"), undefined)
    const signs = "nap ┃────────┃ ✓  1.00 s\n┃ ran a moment  ─ waiting"
    assert.equal(realDifference(signs, "nap ┃──▄█────┃ ✓  1.00 s\n█ running  ┃ ran a moment  ─ waiting  ▄ ready"), undefined)
    assert.notEqual(realDifference(signs, "nap ┃────────┃ ✓  1.00 s"), undefined)
  })
})
