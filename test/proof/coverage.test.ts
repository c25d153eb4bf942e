import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, it } from "node:test"
import { pathToFileURL } from "node:url"
import { coveredIn, withoutTypes, type Covered } from "../../proof/coverage/branches.ts"
import { readCounts } from "../../proof/coverage/counts.ts"
import { judge } from "../../proof/coverage/coverage.ts"
import { runTests } from "../../proof/coverage/run-tests.ts"

const SOURCE = `
export function sign(given: number, words?: { plus: string }): string {
  if (given > 0) return words?.plus ?? "plus"
  if (given === 0) {
    return "zero"
  } else {
    return "minus"
  }
}

export function always(given: boolean): string {
  let told = "off"
  if (given) told = "on" // nobody gives false
  return given ? told : "never"
}

export function several(given: number): string {
  const both = given > 1 && given < 9
  switch (given) {
    case 1:
      return "one"
    default:
      return String(both)
  }
}

/** Nobody calls it. */
export function unused(given: readonly string[]): void {
  for (const one of given) {
    if (one === "") throw new Error("empty")
  }
}

export function safe(run: () => void): void {
  try {
    run()
  } catch {
    throw new Error("it failed")
  }
}
`
const CALLS = [
  `sign(1, { plus: "+" }); sign(0); always(true); several(1); safe(() => {})`,
  `sign(-1); sign(2); always(true); several(5)`,
]

const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-coverage-test-"))
const file = join(folder, "planted.ts")
const reports = join(folder, "reports")
let covered: Covered

before(() => {
  mkdirSync(reports)
  writeFileSync(file, SOURCE)
  for (const [number, calls] of CALLS.entries()) {
    const program = join(folder, `program-${number}.ts`)
    writeFileSync(program, `import { always, safe, several, sign } from "./planted.ts"\n${calls}\nvoid safe\n`)
    execFileSync(process.execPath, [program], { env: { ...process.env, NODE_V8_COVERAGE: reports, NODE_DISABLE_COMPILE_CACHE: "1" }, stdio: "ignore" })
  }
  const url = pathToFileURL(file).href
  const { counts, processes } = readCounts(reports, new Map([[url, SOURCE.length]]))
  assert.equal(processes, CALLS.length)
  covered = coveredIn(withoutTypes(SOURCE), counts.get(url) ?? new Float64Array(SOURCE.length))
})

after(() => rmSync(folder, { recursive: true, force: true }))

it("what no process of several ran is found, with its place", () => {
  const lineOf = (code: string): number => SOURCE.slice(0, SOURCE.indexOf(code)).split("\n").length
  assert.deepEqual(
    covered.gaps.map(({ line, what }) => `${line} ${what}`),
    [
      `${lineOf("if (given) told")} if is never false`,
      `${lineOf("given ? told")} : is never taken`,
      `${lineOf("function unused")} function is never called`,
      `${lineOf("catch {")} nothing is ever caught`,
    ],
  )
  assert.ok(covered.lines.run < covered.lines.all)
  assert.ok(covered.ways.taken < covered.ways.all)
})

it("only what has a reason is let pass, and a reason whose code is gone is told", () => {
  const told = [{ file: "src/planted.ts", source: SOURCE, covered }]
  const reasons = [
    { file: "planted.ts", code: "if (given) told", what: ["if is never false"], reason: "a test" },
    { file: "planted.ts", code: "function unused", reason: "a test" },
    { file: "planted.ts", code: "given ? told", what: ["? is never taken"], reason: "another way of that line" },
  ]
  const { gaps, excepted, unused, idle } = judge(told, reasons)
  assert.deepEqual([gaps.length, excepted, unused, idle], [2, 2, [], ["src/planted.ts: given ? told"]])
  assert.match(gaps[0] ?? "", /^src\/planted\.ts:14:25 : is never taken: return given \? told : "never"$/)
  assert.deepEqual(judge(told, [{ file: "planted.ts", code: "if (gone)", reason: "a test" }]).unused, [
    "src/planted.ts has no 'if (gone)' any more, for which there is an exception",
  ])
})

it("a file of tests that fails is told, and one that was interrupted is none that was run", async () => {
  const [failing, endless] = [join(folder, "failing.test.mjs"), join(folder, "endless.test.mjs")]
  writeFileSync(failing, "process.exitCode = 1\nconsole.log('why')")
  writeFileSync(endless, "setInterval(() => {}, 1000)")
  const controller = new AbortController()
  const folders = { reports, scratch: folder }
  const { done, failures } = await runTests([failing], folders, { signal: controller.signal, progress() {} })
  assert.deepEqual([done, failures], [1, [`${failing} fails:\nwhy`]])
  const cut = runTests([endless], folders, { signal: controller.signal, progress() {} })
  controller.abort()
  assert.deepEqual(await cut, { done: 0, failures: [] })
})
