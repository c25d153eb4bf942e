// npm test: every test file, then the conformance programs in both entry modes, watched, and on
// fresh scenarios. Arguments choose test files (a path, or a part of one) or are options of
// `node --test`; then only those tests run:
//
//   npm test -- sync/lock
//   npm test -- --test-name-pattern="late task"
import { spawn } from "node:child_process"
import { appendFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { GATHERED, reporters } from "./failures.mjs"
import { install, root } from "./install.mjs"
import { environment } from "./project-node.mjs"

// Other versions of Node take longer, and so does a machine that others use as well, as those of CI are: three times as long was seen there.
const LIMIT_SECONDS = Number(process.env["ASYNCIO_TS_TEST_LIMIT"] ?? (process.env["CI"] ? 25 : 6) * 60)
const FILE_LIMIT_SECONDS = 5 * 60
const GRACE_SECONDS = 5
/** Tests that start many processes or compute for long: what does not fit six minutes on two processors is left to CI, or to `npm test -- executors` and the like. */
const FOR_CI = /^test\/(?:docs|executors|inspect\/analysis|proof)\/|^test\/(?:cli\/exercises\/command|cli\/worker|conformance\/command|conformance\/fresh|examples\/executors|notebook\/kernel\/\w+)\.test\.ts$/
/** Options of `node --test` whose value may be an argument of its own. */
const WITH_VALUE = /^--test-(name-pattern|skip-pattern|reporter|reporter-destination|timeout|concurrency|shard)$/

/** What is of pages, proofs and the maker of scenarios, and not of the Node that runs it: the project's own tells enough. */
const FOR_OWN_NODE = /^test\/(?:docs|notebook\/kernel|playground|proof|site)\/|^test\/conformance\/(?:command|fresh)\.test\.ts$/

const { names, options } = parse(process.argv.slice(2))
const selected = names.length > 0 || options.length > 0
const files = testFiles(names)

const started = performance.now()
const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-test-"))
const missing = join(scratch, "missing")
const failures = join(scratch, "failures")
const env = {
  ...environment(process.execPath),
  // A test that runs tests which fail has not failed.
  ASYNCIO_TS_FAILURES: undefined,
  ASYNCIO_TS_MISSING: missing,
  // Leaving the types out of all sources takes each process a third of a second; the cache a tenth of that.
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "asyncio-ts"),
}
/** @type {{ title: string, code: number, seconds: number }[]} */
const results = []
/** @type {import("node:child_process").ChildProcess | undefined} */
let running
let interrupted = 0

for (const [signal, code] of /** @type {const} */ ([["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]])) {
  process.on(signal, () => {
    interrupted = code
    stop(signal)
  })
}

// What the tests would else build or install in their midst, and tell of on the standard error.
if (!selected) {
  await (await import("../viewer/build.mjs")).builtPage()
  install(join(root, "tools", "check"))
}

await step("tests", [
  "--test",
  // Reporters that somebody chose stand alone: each would need a destination.
  ...(options.some((option) => option.startsWith("--test-reporter")) ? [] : reporters(failures)),
  `--test-concurrency=${Math.min(4, availableParallelism())}`,
  `--test-timeout=${FILE_LIMIT_SECONDS * 1000}`,
  ...options,
  ...files,
])
if (!selected && existsSync(join(root, "conformance/main.ts"))) {
  await step("conformance", ["conformance/main.ts"])
  await step("conformance, entered from timers", ["conformance/main.ts", "--entry", "timer"])
  await step("conformance, with all that watches a program", ["conformance/main.ts", "--watched", "conformance/vectors/all.jsonl"])
  await step("conformance, fresh scenarios", ["conformance/main.ts", "--fresh", "2000"])
}
report()

/** @param {string[]} args */
function parse(args) {
  const names = []
  const options = []
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (!arg.startsWith("-")) names.push(arg)
    else options.push(arg, ...(WITH_VALUE.test(arg) ? args.splice(0, 1) : []))
  }
  return { names, options }
}

/**
 * Named one by one: what `node --test` makes of a folder or a pattern differs between versions.
 *
 * @param {string[]} names
 */
function testFiles(names) {
  const all = globSync("test/**/*.test.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/")).sort()
  const files = names.length === 0 ? all.filter((file) => (process.env["CI"] || !FOR_CI.test(file)) && !(process.env["ASYNCIO_TS_OTHER_NODE"] && FOR_OWN_NODE.test(file))) : all.filter((file) => names.some((name) => file.includes(name.replace(/^\.\//, ""))))
  if (files.length > 0) return files
  console.error(names.length === 0 ? "There are no test files in test/." : `No test file has ${names.join(" or ")} in its path.`)
  process.exit(1)
}

/**
 * Runs Node with `args`, unless the time is up.
 *
 * @param {string} title
 * @param {string[]} args
 */
async function step(title, args) {
  if (interrupted !== 0) return
  console.log(`\n== ${title} (Node ${process.version})`)
  const begun = performance.now()
  const left = LIMIT_SECONDS - (begun - started) / 1000
  const code = left > 0 ? await runUntil(left, args) : skipped()
  results.push({ title, code, seconds: (performance.now() - begun) / 1000 })
}

function skipped() {
  console.error(`not run: the ${LIMIT_SECONDS} s for all of npm test are over`)
  return 1
}

/**
 * @param {number} seconds
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
function runUntil(seconds, args) {
  return new Promise((resolve) => {
    // A group of its own, so that the limit ends what tests have started as well.
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"], detached: true })
    running = child
    const timer = setTimeout(() => {
      console.error(`\nstopped: the ${LIMIT_SECONDS} s for all of npm test are over; what ran last stands above`)
      stop("SIGINT")
    }, seconds * 1000)
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      // What the tests have left running would hold the terminal, or the next step's ports.
      signalGroup(child, "SIGKILL")
      running = undefined
      if (signal !== null && interrupted === 0) console.error(`ended by ${signal}`)
      resolve(code ?? 1)
    })
  })
}

/**
 * Asks what runs to end, so that the test runner can say what was running, then ends it.
 *
 * @param {NodeJS.Signals} signal
 */
function stop(signal) {
  const child = running
  if (child === undefined) return
  signalGroup(child, signal)
  setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_SECONDS * 1000).unref()
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return
  try {
    if (process.platform === "win32") child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // The whole group has ended.
  }
}

function report() {
  console.log()
  if (existsSync(missing)) {
    const lines = new Set(readFileSync(missing, "utf8").trim().split("\n"))
    for (const line of [...lines].sort()) {
      const [program, debianPackage] = line.split("\t")
      console.log(`needs ${program}: apt-get install ${debianPackage}`)
    }
    console.log("(the tests that need them were skipped; `npm run test:system` installs them)\n")
  }
  const failed = (existsSync(failures) ? readFileSync(failures, "utf8") : "") + results.filter(({ code }, at) => code !== 0 && at > 0).map(({ title }) => `${title}\n`).join("")
  rmSync(scratch, { recursive: true, force: true })
  for (const { title, code, seconds } of results) {
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${title} (${seconds.toFixed(1)} s)`)
  }
  if (failed !== "") console.log(`\nfailed:\n${failed.trimEnd()}`)
  if (GATHERED !== undefined) appendFileSync(GATHERED, failed.replaceAll(/^(?=.)/gm, `Node ${process.versions.node.split(".")[0]}: `))
  process.exitCode = interrupted || Math.max(...results.map(({ code }) => code))
}
