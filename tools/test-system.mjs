// npm run test:system: installs the programs that tests need of the system, where they are missing,
// and runs what takes too long for `npm test`: the programs of the lessons in real time, all
// 768 cells of the matrix of faults, the page of a million events, the playground, the built site, and the executors under 10,000 jobs that do them harm, here and on many machines.
import { spawnSync } from "node:child_process"
import { accessSync, appendFileSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { GATHERED, reporters } from "./failures.mjs"

/**
 * The tests say the same with `needs(program, package)`; see test/support/needs.ts. Debian starts
 * some of them as services when it installs them: no test relies on those, each starts its own.
 */
const NEEDED = [
  { program: "tmux", debianPackage: "tmux" }, // a terminal to press Ctrl-C in
  { program: "script", debianPackage: "bsdutils" }, // a terminal to draw a page in
  { program: "python3", debianPackage: "python3" }, // a peer for subprocesses and sockets
  { program: "chromium", debianPackage: "chromium" }, // the browser entry in a browser
  { program: "mkfifo", debianPackage: "coreutils" }, // pipes with a name
  { program: "openssl", debianPackage: "openssl" }, // a peer for TLS
  { program: "nc", debianPackage: "netcat-openbsd" }, // a peer for sockets
  { program: "curl", debianPackage: "curl" }, // a client for servers
  { program: "wrk", debianPackage: "wrk" }, // many clients
  { program: "nginx", debianPackage: "nginx-light" }, // a server, and a proxy
  { program: "redis-server", debianPackage: "redis-server" }, // a server that others speak to over streams
  { program: "jupyter-run", debianPackage: "jupyter-client" }, // what runs notebooks
  { program: "psql", debianPackage: "postgresql" }, // the database, of which tests start their own
]

const missing = NEEDED.filter(({ program }) => !isInstalled(program))
for (const { program } of NEEDED) console.log(`${isInstalled(program) ? "found  " : "missing"} ${program}`)
if (missing.length > 0) process.exitCode = installAll(missing.map(({ debianPackage }) => debianPackage))
if (!process.exitCode) {
  process.env.TEST_SYSTEM = "1"
  const pattern = "--test-name-pattern=all other programs of the lessons"
  const test = (/** @type {string} */ file) => join(import.meta.dirname, "../test", file)
  // Each runs, also after one has failed: a record of a run then tells all.
  const codes = [
    tests([pattern, test("examples/lessons.test.ts")]),
    tests([test("faults/matrix.test.ts")]),
    tests(["--test-concurrency=1", ...["inspect/page/million", "inspect/page/page", "inspect/watchdog/watchdog", "cli/doctor", "examples/weather"].map((file) => test(`${file}.test.ts`))]),
    // None of these measures time.
    tests(["--test-concurrency=2", ...["playground", "exercises", "exercise-panel", "strip-types", "typed-programs", "type-service"].map((file) => test(`playground/${file}.test.ts`))]),
    run([process.execPath, join(import.meta.dirname, "../conformance/main.ts"), "--watched"]),
    tests(["--test-concurrency=1", ...["ending", "faults", "interpreter-pool-executor", "thread-pool-executor", "process-pool-executor", "pool/seat", "distributed/recovery"].map((file) => test(`executors/${file}.test.ts`))]),
    tests([test("site/site.test.ts")]),
  ]
  process.exitCode = codes.find((code) => code !== 0) ?? 0
}

/** @param {string[]} args */
function tests(args) {
  const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-system-"))
  const file = join(scratch, "failures")
  const status = run([process.execPath, "--test", ...reporters(file), ...args])
  const failed = readFileSync(file, "utf8")
  rmSync(scratch, { recursive: true, force: true })
  if (failed !== "") console.log(`\nfailed:\n${failed.trimEnd()}`)
  if (GATHERED !== undefined) appendFileSync(GATHERED, failed.replaceAll(/^(?=.)/gm, "system: "))
  return status
}

/** @param {string[]} packages */
function installAll(packages) {
  if (!isInstalled("apt-get")) {
    console.error(`This system has no apt-get. Install ${packages.join(", ")} with its own package manager.`)
    return 1
  }
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo"]
  if (asRoot.length > 0 && !isInstalled("sudo")) {
    console.error(`Run this as root: apt-get install ${packages.join(" ")}`)
    return 1
  }
  // A list of packages that is too old names versions that are gone.
  return run([...asRoot, "apt-get", "update", "-q"]) || run([...asRoot, "apt-get", "install", "-y", "-q", ...packages])
}

/** @param {string[]} command */
function run(command) {
  console.log(`$ ${command.join(" ")}`)
  const [program = "", ...args] = command
  const env = { ...process.env, ASYNCIO_TS_FAILURES: undefined, DEBIAN_FRONTEND: "noninteractive" }
  return spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"], env }).status ?? 1
}

/** @param {string} program */
function isInstalled(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
