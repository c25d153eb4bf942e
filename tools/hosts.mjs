// npm run hosts [deno|bun|chromium]...: the core's tests and all conformance vectors on other hosts.
//
// Deno and Bun are packages of fixtures/, and run the test files of FOLDERS, each in a process
// of its own. Chromium is the system's; test/browser/chromium.test.ts drives it. A test that asks
// for what a host does not have stands in fixtures/support/limits.mjs with the reason.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { LIMITS } from "../fixtures/support/limits.mjs"
import { each, endOnSignals, runProgram } from "../fixtures/support/programs.mjs"
import { readJunit, readTap } from "../fixtures/support/test-results.mjs"
import { install, root } from "./install.mjs"
import { environment, SOURCE_CONDITION } from "./project-node.mjs"

const FOLDERS = ["structures", "errors", "core", "sync", "tasks"]
const FILE_LIMIT_SECONDS = 120
const VECTORS = "2700 passed, 0 failed"
const SOURCES = `--conditions=${SOURCE_CONDITION}`

/** @typedef {import("../fixtures/support/test-results.mjs").TestResult} TestResult */
/** @typedef {{ version: string[], test: (file: string) => Promise<TestResult[]>, program: string[] }} Host */

const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-hosts-"))
const removeScratch = () => rmSync(scratch, { recursive: true, force: true })
endOnSignals(removeScratch)
process.on("exit", removeScratch)

/** @type {Record<string, () => Promise<boolean>>} */
const hosts = {
  deno: async () => {
    const deno = binary("deno", "@deno/*/deno{,.exe}")
    return checkHost("deno", {
      version: [deno, "--version"],
      program: [deno, "run", "--allow-all", SOURCES],
      // Deno's own checker does not know the condition; `npm run check` has seen the types.
      test: async (file) => {
        const { stdout, output, code } = await start([deno, "test", "--allow-all", "--no-check", SOURCES, "--reporter=tap", file])
        return withOutcome(readTap(stdout), code, output)
      },
    })
  },
  bun: async () => {
    const bun = binary("bun", "@oven/*/bin/bun{,.exe}")
    return checkHost("bun", {
      version: [bun, "--version"],
      program: [bun, SOURCES],
      test: async (file) => {
        const report = join(scratch, `${file.replaceAll("/", "-")}.xml`)
        const options = ["--reporter=junit", `--reporter-outfile=${report}`, `--timeout=${FILE_LIMIT_SECONDS * 1000}`]
        const { output, code } = await start([bun, "test", SOURCES, ...options, `./${file}`])
        return withOutcome(existsSync(report) ? readJunit(readFileSync(report, "utf8")) : [], code, output)
      },
    })
  },
  chromium: async () => {
    const begun = performance.now()
    console.log("\n== chromium: programs on a page and in a worker, and the vectors, in one test file")
    const { stdout, output, code } = await start([process.execPath, "--test", "--test-reporter=tap", "test/browser/chromium.test.ts"])
    const results = withOutcome(readTap(stdout), code, output)
    return report("chromium", "test/browser", new Map([["test/browser/chromium.test.ts", results]]), begun)
  },
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in hosts))
if (unknown.length > 0) {
  console.error(`There is no host ${unknown.join(", ")}; there is ${Object.keys(hosts).join(", ")}.`)
  process.exit(2)
}
let failed = 0
for (const name of asked.length > 0 ? asked : Object.keys(hosts)) {
  if (!(await hosts[name]?.())) failed += 1
}
const count = asked.length || Object.keys(hosts).length
console.log(`\n${count - failed} hosts passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/**
 * @param {string} name
 * @param {Host} host
 */
async function checkHost(name, host) {
  const version = (await start(host.version)).stdout.split("\n")[0]
  console.log(`\n== ${name} (${version}): test/{${FOLDERS.join(",")}}, one process a file, then the vectors`)
  const files = FOLDERS.flatMap((folder) => globSync(`test/${folder}/*.test.ts`, { cwd: root })).map((file) => file.replaceAll("\\", "/"))
  const begun = performance.now()
  /** @type {Map<string, TestResult[]>} */
  const results = new Map()
  await each(files.sort(), Math.min(4, availableParallelism()), async (file) => {
    results.set(file, await host.test(file))
  })
  let passed = report(name, `${files.length} files`, results, begun)
  for (const entry of ["microtask", "timer"]) {
    const { output, code, seconds } = await start([...host.program, "conformance/main.ts", "--entry", entry])
    const right = code === 0 && output.includes(VECTORS)
    console.log(`${right ? "ok    " : "FAILED"} vectors, entered from a ${entry} (${seconds.toFixed(1)} s)`)
    if (!right) console.log(indent(output))
    passed &&= right
  }
  return passed
}

/**
 * Prints what came of the test files.
 *
 * @param {string} host
 * @param {string} what
 * @param {Map<string, TestResult[]>} results
 * @param {number} begun
 */
function report(host, what, results, begun) {
  const all = [...results].flatMap(([file, tests]) => tests.map((test) => ({ ...test, file, limit: limitOf(host, file, test) })))
  const problems = all.filter(({ passed, skipped, limit }) => skipped || (passed ? limit !== undefined && !limit.mayPass : limit === undefined))
  for (const { file, name, passed, skipped } of problems) {
    const why = skipped ? "was skipped, so nothing was tested" : passed ? "passes: take it out of fixtures/support/limits.mjs" : "fails"
    console.log(`${file}: ${name}: ${why}`)
  }
  const limited = all.filter(({ passed, limit }) => !passed && limit !== undefined)
  for (const why of new Set(limited.map(({ limit }) => limit?.why))) {
    console.log(`limit  ${why}:`)
    for (const { file, name } of limited.filter(({ limit }) => limit?.why === why)) console.log(`       ${file}: ${name}`)
  }
  const right = problems.length === 0 && all.length > 0
  const passed = all.filter((test) => test.passed).length
  const seconds = (performance.now() - begun) / 1000
  console.log(`${right ? "ok    " : "FAILED"} ${what}: ${passed} tests passed, ${limited.length} at the host's limits, ${problems.length} problems (${seconds.toFixed(1)} s)`)
  return right
}

/**
 * @param {string} host
 * @param {string} file
 * @param {TestResult} test
 */
function limitOf(host, file, { name }) {
  return LIMITS.find((limit) => limit.host === host && limit.file === file && limit.test.test(name))
}

/**
 * A file may also fail outside its tests, or end before they have run.
 *
 * @param {TestResult[]} results
 * @param {number | null} code
 * @param {string} output
 */
function withOutcome(results, code, output) {
  if (results.length > 0 && (code === 0) === results.every(({ passed }) => passed)) return results
  return [...results, { name: `the file (exit code ${code})\n${indent(output)}\n`, passed: false, skipped: false }]
}

/** @param {string[]} command */
function start(command) {
  const { NODE_OPTIONS: _, ...env } = environment(process.execPath)
  const own = command[0] === process.execPath ? environment(process.execPath) : env
  return runProgram(command, { cwd: root, env: { ...own, NO_COLOR: "1" }, limitSeconds: FILE_LIMIT_SECONDS })
}

/**
 * The program that a package brings for this machine; its launcher needs an install script.
 *
 * @param {string} name
 * @param {string} pattern
 */
function binary(name, pattern) {
  install(join(root, "fixtures"))
  const [found] = globSync(pattern, { cwd: join(root, "fixtures", "node_modules") })
  if (found === undefined) throw new Error(`the package ${name} has no program for ${process.platform} on ${process.arch}`)
  return join(root, "fixtures", "node_modules", found)
}

/** @param {string} output */
function indent(output) {
  return output.trimEnd().split("\n").slice(-30).map((line) => `    ${line}`).join("\n")
}
