// node tools/put-back.mjs [NUMBER]...: puts known bugs back, each alone into a copy of the
// sources, and expects its test in test/regressions/ to fail. What to change stands in
// test/regressions/bugs/.
import { spawn } from "node:child_process"
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./install.mjs"
import { environment } from "./project-node.mjs"

/** A bug that makes its test hang is found too. */
const LIMIT_SECONDS = 20
/** All tests together, without any bug. */
const CONTROL_SECONDS = 120
const AT_A_TIME = 2

/** @typedef {{ file: string, find: string, replace: string }} Edit */
/** @typedef {{ number: number, issues: string, test: string, edits: Edit[], testFile: string }} Bug */
/** @typedef {{ output: string, late: boolean }} Outcome */

const bugs = chosen(await allBugs(), process.argv.slice(2))
const env = environment(process.execPath)
const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-put-back-"))
/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set()
process.on("exit", () => {
  for (const child of running) kill(child)
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
})
for (const [signal, code] of /** @type {const} */ ([["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]])) {
  process.on(signal, () => process.exit(code))
}

// One state of the sources for all, whoever works on them meanwhile.
const unchanged = copy(root, "unchanged")
const sound = await passing()
const queue = [...bugs]
let passed = 0
await Promise.all(Array.from({ length: AT_A_TIME }, work))
console.log(`\n${passed} passed, ${bugs.length - passed} failed`)
process.exitCode = passed < bugs.length ? 1 : 0

/** @returns {Promise<Bug[]>} in the order of their numbers */
async function allBugs() {
  const files = globSync("test/regressions/bugs/*.ts", { cwd: root })
  const lists = await Promise.all(
    files.map(async (file) => {
      const { bugs = [] } = await import(pathToFileURL(join(root, file)).href)
      return bugs.map((/** @type {Bug} */ bug) => ({ ...bug, testFile: `test/regressions/${basename(file, ".ts")}.test.ts` }))
    }),
  )
  return lists.flat().sort((a, b) => a.number - b.number)
}

/**
 * @param {Bug[]} all
 * @param {string[]} numbers
 */
function chosen(all, numbers) {
  const unknown = numbers.filter((number) => !all.some((bug) => String(bug.number) === number))
  if (unknown.length > 0) {
    console.error(`There is no bug ${unknown.join(", ")} in test/regressions/bugs/; there are 1 to ${all.at(-1)?.number}.`)
    process.exit(2)
  }
  return numbers.length === 0 ? all : all.filter((bug) => numbers.includes(String(bug.number)))
}

/** The titles of the tests that pass without any bug: one that fails anyway finds nothing. */
async function passing() {
  const files = [...new Set(bugs.map((bug) => bug.testFile))]
  const { output } = await runTests(unchanged, files, bugs.map((bug) => bug.test), CONTROL_SECONDS)
  return titles(output, "ok")
}

async function work() {
  for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
    const complaint = await putBack(bug)
    if (complaint === undefined) passed += 1
    console.log(`${complaint === undefined ? "ok    " : "FAILED"} ${bug.number} ${bug.test}`)
    if (complaint !== undefined) console.log(`       ${complaint}`)
  }
}

/**
 * @param {Bug} bug
 * @returns {Promise<string | undefined>} why the bug was not found
 */
async function putBack({ number, test, edits, testFile }) {
  if (!sound.has(test)) return `${testFile} has no such test, or it fails without the bug too`
  const folder = copy(unchanged, `${number}-${queue.length}`)
  try {
    for (const edit of edits) {
      const complaint = apply(folder, edit)
      if (complaint !== undefined) return complaint
    }
    const { output, late } = await runTests(folder, [testFile], [test], LIMIT_SECONDS)
    if (late || titles(output, "not ok").has(test)) return undefined
    if (titles(output, "ok").has(test)) return "the test does not notice it"
    return `the changed sources do not run:\n${output.trim().slice(0, 2000)}`
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * @param {string} folder
 * @param {Edit} edit
 */
function apply(folder, { file, find, replace }) {
  const path = join(folder, file)
  const parts = readFileSync(path, "utf8").replaceAll("\r\n", "\n").split(find)
  if (parts.length !== 2) {
    const count = parts.length === 1 ? "no longer has" : `has ${parts.length - 1} times`
    return `the source has moved on: ${file} ${count}\n${find}`
  }
  writeFileSync(path, parts.join(replace))
  return undefined
}

/**
 * @param {string} from
 * @param {string} name
 */
function copy(from, name) {
  const folder = join(scratch, name)
  mkdirSync(folder)
  for (const part of ["src", "test", "package.json", ...globSync("tsconfig*.json", { cwd: from })]) {
    cpSync(join(from, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction")
  return folder
}

/**
 * @param {string} folder
 * @param {string[]} files
 * @param {string[]} tests
 * @param {number} limit in seconds
 * @returns {Promise<Outcome>}
 */
function runTests(folder, files, tests, limit) {
  const patterns = tests.map((test) => `--test-name-pattern=^${test.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$`)
  const args = ["--test", "--test-reporter=tap", ...patterns, ...files]
  return new Promise((resolve) => {
    // A group of its own, so that the limit ends the process of the test file as well.
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true })
    running.add(child)
    let output = ""
    let late = false
    const timer = setTimeout(() => {
      late = true
      kill(child)
    }, limit * 1000)
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk))
    child.on("close", () => {
      clearTimeout(timer)
      running.delete(child)
      resolve({ output, late })
    })
  })
}

/** @param {import("node:child_process").ChildProcess} child */
function kill(child) {
  if (child.pid === undefined) return
  try {
    if (process.platform === "win32") child.kill("SIGKILL")
    else process.kill(-child.pid, "SIGKILL")
  } catch {
    // The whole group has ended.
  }
}

/**
 * @param {string} tap
 * @param {"ok" | "not ok"} verdict
 */
function titles(tap, verdict) {
  const lines = tap.matchAll(/^(ok|not ok) \d+ - (.*?)(?: # (?:SKIP|TODO).*)?$/gm)
  return new Set([...lines].filter(([, found]) => found === verdict).map(([, , title]) => (title ?? "").replace(/\\([#\\])/g, "$1")))
}
