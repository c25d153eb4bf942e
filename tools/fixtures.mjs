// npm run fixtures [--keep] [--tarball FILE] [NAME]...: the package as its users get it.
//
// Each folder of fixtures/ with an expected.txt is a project: copied to an empty temporary
// folder, given the packed package as asyncio-ts.tgz, installed, built and started by the package
// manager that its package.json names. What it writes has to be expected.txt, its build may not
// warn, and the files that it names as its bundle may not import from Node.
//
// --keep leaves the folders of those that failed. --tarball takes a package that is packed already.
import { spawnSync } from "node:child_process"
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { basename, delimiter, dirname, join, resolve } from "node:path"
import { managers } from "../fixtures/support/managers.mjs"
import { each, endOnSignals, runProgram } from "../fixtures/support/programs.mjs"
import { serveRegistry } from "../fixtures/support/registry.mjs"
import { install, root } from "./install.mjs"

const INSTALL_SECONDS = 300
const RUN_SECONDS = 120
const SHOWN_LINES = 40
const SHOWN_COLUMNS = 300
const NODE_IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'`]node:|["'`]node:[a-z_/]+["'`]/
const WARNING = /\bwarn(ing)?s?\b|⚠/i

const folder = join(root, "fixtures")
const { keep, given, names } = parse(process.argv.slice(2))
const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-fixtures-"))
const removeScratch = () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
endOnSignals(removeScratch)

/** @type {Awaited<ReturnType<typeof serveRegistry>> | undefined} */
let registry
let passed = 0
/** @type {string[]} */
const failed = []
try {
  const tarball = given ?? pack()
  install(folder)
  registry = await serveRegistry(tarball, root)
  // Two installations at a time fill the line already.
  await each(names, Math.min(2, availableParallelism()), (name) => check(name, tarball))
} finally {
  registry?.close()
  if (!keep || failed.length === 0) removeScratch()
}
if (keep && failed.length > 0) console.log(`kept ${failed.map((name) => join(scratch, name)).join(" ")}`)
console.log(`\n${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length > 0 ? 1 : 0

/** @param {string[]} args */
function parse(args) {
  const all = globSync("*/expected.txt", { cwd: folder }).map((file) => dirname(file)).sort()
  let keep = false
  /** @type {string | undefined} */
  let given
  const names = []
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === "--keep") keep = true
    else if (arg === "--tarball") given = resolve(args.shift() ?? "")
    else if (all.includes(arg)) names.push(arg)
    else usage(`There is no fixture ${arg}; there is ${all.join(", ")}.`)
  }
  if (given !== undefined && !existsSync(given)) usage(`There is no file ${given}.`)
  return { keep, given, names: names.length > 0 ? names : all }
}

/**
 * @param {string} message
 * @returns {never}
 */
function usage(message) {
  console.error(message)
  process.exit(2)
}

/** The package as it would be published, built from src/. */
function pack() {
  for (const command of [
    [process.execPath, join(root, "tools/build.mjs")],
    // Built already, so without the script that builds before packing.
    ["npm", "pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", scratch],
  ]) {
    const [program = "", ...args] = command
    const { status } = spawnSync(program, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" && program === "npm" })
    if (status !== 0) throw new Error(`${command.join(" ")} failed (exit code ${status}), so there is no package to try`)
  }
  const [tarball] = globSync("*.tgz", { cwd: scratch })
  if (tarball === undefined) throw new Error("npm pack has written no file")
  return join(scratch, tarball)
}

/**
 * Makes and runs one project, and prints a line about it.
 *
 * @param {string} name
 * @param {string} tarball
 */
async function check(name, tarball) {
  const begun = performance.now()
  const project = join(scratch, name)
  const problem = await attempt(name, project, tarball)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  if (problem === undefined) {
    passed += 1
    console.log(`ok     ${name} (${seconds} s)`)
  } else {
    failed.push(name)
    const lines = problem.trimEnd().split("\n").slice(-SHOWN_LINES)
    console.log([`FAILED ${name} (${seconds} s)`, ...lines.map((line) => `       ${line.slice(0, SHOWN_COLUMNS)}`)].join("\n"))
  }
  if (problem === undefined || !keep) rmSync(project, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * @param {string} name
 * @param {string} project
 * @param {string} tarball
 * @returns {Promise<string | undefined>} what went wrong
 */
async function attempt(name, project, tarball) {
  mkdirSync(project)
  cpSync(join(folder, name), project, { recursive: true, filter: (file) => basename(file) !== "node_modules" })
  copyFileSync(tarball, join(project, "asyncio-ts.tgz"))
  const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8"))
  const { packageManager = "npm", scripts = {}, bundle } = manifest
  const manager = managers(folder)[packageManager.split("@")[0]]
  if (manager === undefined) return `the package manager ${packageManager} is not one of fixtures/support/managers.mjs`
  const env = environment(manager, join(project, ".cache"))
  const options = { cwd: project, env }

  const installed = await runProgram(manager.install, { ...options, limitSeconds: INSTALL_SECONDS })
  if (installed.code !== 0) return `${installed.output}\n${manager.install.join(" ")} ended with exit code ${installed.code}`
  if (scripts.build !== undefined) {
    const built = await runProgram(manager.script("build"), { ...options, limitSeconds: RUN_SECONDS })
    if (built.code !== 0) return `${built.output}\nthe build ended with exit code ${built.code}`
    if (WARNING.test(built.output)) return `${built.output}\nthe build warns`
  }
  if (bundle !== undefined) {
    const files = readdirSync(join(project, bundle), { recursive: true, encoding: "utf8" }).filter((file) => /\.[cm]?js$/.test(file))
    const found = files.filter((file) => NODE_IMPORT.test(readFileSync(join(project, bundle, file), "utf8")))
    if (files.length === 0) return `there is no JavaScript in ${bundle}`
    if (found.length > 0) return `${found.join(", ")} in ${bundle} imports from Node`
  }
  const started = await runProgram(manager.script("start"), { ...options, limitSeconds: RUN_SECONDS })
  const expected = readFileSync(join(project, "expected.txt"), "utf8")
  if (started.stdout.replaceAll("\r\n", "\n") !== expected) return `${started.output}\nexpected was (exit code ${started.code}):\n${expected}`
  return started.code === 0 ? undefined : `${started.output}\nended with exit code ${started.code}`
}

/**
 * As in a user's shell: not the sources, nor what npm tells the scripts that it runs.
 *
 * @param {import("../fixtures/support/managers.mjs").Manager} manager
 * @param {string} cache
 */
function environment(manager, cache) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|INIT_CWD|npm_.*|NODE_ENV|CI|FORCE_COLOR)$/i.test(name))
  // This Node first, in programs that begin with `#!/usr/bin/env node` as well.
  const path = [dirname(process.execPath), manager.folder, process.env["PATH"] ?? process.env["Path"]].filter(Boolean).join(delimiter)
  return { ...Object.fromEntries(inherited), PATH: path, NO_COLOR: "1", ...manager.env(cache, registry?.url ?? "") }
}
