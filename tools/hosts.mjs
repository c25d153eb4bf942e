// npm run hosts [deno|bun|chromium]...: the core's tests and all conformance vectors on other hosts.
//
// Deno and Bun are packages of fixtures/, and run the test files of FOLDERS, each in a process
// of its own. Chromium is the system's, and runs them on pages (tools/chromium/); its programs and
// the vectors are test/browser/chromium.test.ts. A test that asks for what a host does not have
// stands in fixtures/support/limits.mjs, or limits-chromium.mjs, with the reason.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { CHROMIUM_LIMITS } from "../fixtures/support/limits-chromium.mjs"
import { LIMITS } from "../fixtures/support/limits.mjs"
import { each, endOnSignals, runProgram } from "../fixtures/support/programs.mjs"
import { readJunit, readTap } from "../fixtures/support/test-results.mjs"
import { runInChromium, withoutSeed } from "./chromium/run-tests.mjs"
import { install, root } from "./install.mjs"
import { environment, SOURCE_CONDITION } from "./project-node.mjs"

const FOLDERS = ["structures", "errors", "core", "sync", "tasks"]
/** What goes on a page, too. */
const PAGE_FOLDERS = ["definitions", "sweep"]
/** These import the browser's entry themselves. */
const ON_ITS_HOST = ["test/browser/follow-await.test.ts", "test/browser/foreign-promises.test.ts"]
const FILE_LIMIT_SECONDS = 120
const VECTORS = "2700 passed, 0 failed"
const SOURCES = `--conditions=${SOURCE_CONDITION}`

/** @typedef {import("../fixtures/support/test-results.mjs").TestResult} TestResult */
/** @typedef {{ host: string, file: string, test?: RegExp, name?: string, why: string, mayPass?: boolean }} Limit */
/** @typedef {{ version: string[], test: (file: string) => Promise<TestResult[]>, program: string[] }} Host */

/** @type {readonly Limit[]} */
const limits = [...LIMITS, ...CHROMIUM_LIMITS]
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
    const version = (await start(["chromium", "--version"])).stdout.trim()
    const folders = [...FOLDERS, ...PAGE_FOLDERS]
    console.log(`\n== chromium (${version}): test/{${folders.join(",")}}, one page a file, then programs on a page and in a worker, and the vectors`)
    let begun = performance.now()
    const files = [...testFiles(folders), ...ON_ITS_HOST]
    const listed = (/** @type {string} */ file) => CHROMIUM_LIMITS.filter((limit) => limit.file === file).map(({ name }) => name)
    const passed = report("chromium", `${files.length} files`, await runInChromium(files, listed), begun)
    begun = performance.now()
    const program = "test/browser/chromium.test.ts"
    const { stdout, output, code } = await start([process.execPath, "--test", "--test-reporter=tap", program])
    return report("chromium", "programs and vectors", new Map([[program, withOutcome(readTap(stdout), code, output)]]), begun) && passed
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
  const files = testFiles(FOLDERS)
  const begun = performance.now()
  /** @type {Map<string, TestResult[]>} */
  const results = new Map()
  await each(files, Math.min(4, availableParallelism()), async (file) => {
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

/** @param {readonly string[]} folders */
function testFiles(folders) {
  return folders.flatMap((folder) => globSync(`test/${folder}/*.test.ts`, { cwd: root })).map((file) => file.replaceAll("\\", "/")).toSorted()
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
  for (const { file, name, passed, skipped, detail } of problems) {
    const why = skipped ? "was skipped, so nothing was tested" : passed ? "passes: take it out of the list of limits" : "fails"
    console.log(`${file}: ${name}: ${why}`)
    if (detail !== undefined) console.log(indent(detail))
  }
  for (const { file, name } of host === "chromium" ? CHROMIUM_LIMITS : []) {
    if (!results.has(file) || all.some((test) => test.file === file && test.limit?.name === name)) continue
    problems.push({ file, name, passed: false, skipped: false, limit: undefined })
    console.log(`${file}: ${name}: stands in fixtures/support/limits-chromium.mjs, but there is no such test`)
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
  return limits.find((limit) => limit.host === host && limit.file === file && (limit.test?.test(name) ?? limit.name === withoutSeed(name)))
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
