// Which Node runs this project's programs, and in which environment. Runs on Node 18.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join, relative } from "node:path"
import { root } from "./install.mjs"

/** Selects the sources instead of dist/ where this package imports itself by name. */
export const SOURCE_CONDITION = "asyncio-ts:source"

const [MAJOR, MINOR] = [22, 18]
const folder = join(root, "node_modules", "node")

/**
 * The Node named by ASYNCIO_TS_NODE, else the one that npm installed here, else the one that
 * runs this, if it is new enough.
 *
 * @returns {string} an absolute path
 */
export function projectNode() {
  const chosen = process.env.ASYNCIO_TS_NODE
  if (chosen) {
    const version = versionOf(chosen)
    if (isEnough(version)) return chosen
    throw new Error(`ASYNCIO_TS_NODE is ${chosen}, ${found(version)}; needed is Node ${MAJOR}.${MINOR} or newer`)
  }
  const bundled = installed() ?? completed()
  if (bundled !== undefined) return bundled
  if (isEnough(process.version)) return process.execPath
  throw new Error(
    `Node ${MAJOR}.${MINOR} or newer is needed; found is ${process.version} (${process.execPath}), ` +
      "and the package `node`, which brings a newer one, could not fetch its program.\n" +
      "Either run `npm rebuild node` where npm may run install scripts and reach its registry,\n" +
      `or install Node ${MAJOR}.${MINOR} or newer yourself and run the command again,\n` +
      "or name one: ASYNCIO_TS_NODE=/path/to/node npm …",
  )
}

/** The program that the package `node` has linked, if it runs. */
function installed() {
  const program = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node")
  if (!existsSync(program)) return undefined
  if (realpathSync(program) === realpathSync(process.execPath)) return program
  return isEnough(versionOf(program)) ? program : undefined
}

/**
 * Runs the install step of the package `node`, which npm skips with `ignore-scripts`. Where it
 * fails although the Node at hand would do, it is not tried again until the next installation.
 */
function completed() {
  const step = join(folder, "installArchSpecificPackage.js")
  const failed = join(folder, ".unavailable")
  if (!existsSync(step) || (existsSync(failed) && isEnough(process.version))) return undefined
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  console.error(`Fetching Node ${version} for this project (npm was not allowed to run the install step of the package \`node\`).`)
  spawnSync(process.execPath, [step], { cwd: folder, stdio: ["ignore", 2, 2], env: { ...process.env, npm_config_loglevel: "error" } })
  const program = installed()
  if (program !== undefined) linkProgram(program)
  else {
    writeFileSync(failed, "")
    if (isEnough(process.version)) console.error(`That failed; going on with Node ${process.version}, which will do.`)
  }
  return program
}

/**
 * npm makes no link to a program that is not there yet; with it, scripts begin with this Node.
 *
 * @param {string} program
 */
function linkProgram(program) {
  const link = join(root, "node_modules", ".bin", "node")
  if (process.platform === "win32" || existsSync(link)) return
  rmSync(link, { force: true })
  symlinkSync(relative(dirname(link), program), link)
}

/**
 * @param {string} program
 * @returns {string | undefined}
 */
function versionOf(program) {
  const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" })
  return status === 0 ? stdout.trim() : undefined
}

/** @param {string | undefined} version */
function isEnough(version) {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version ?? "") ?? []
  return Number(major) > MAJOR || (Number(major) === MAJOR && Number(minor) >= MINOR)
}

/** @param {string | undefined} version */
function found(version) {
  return version === undefined ? "which does not run" : `which is ${version}`
}

/**
 * The environment for a program of the project: `node` means the given one there too, and
 * `import "asyncio-ts"` means src/.
 *
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(node) {
  const env = { ...process.env }
  // Windows spells it "Path".
  const path = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH"
  const first = dirname(node)
  if (env[path]?.split(delimiter)[0] !== first) env[path] = [first, env[path]].filter(Boolean).join(delimiter)
  const condition = `--conditions=${SOURCE_CONDITION}`
  if (!env.NODE_OPTIONS?.includes(condition)) env.NODE_OPTIONS = [env.NODE_OPTIONS, condition].filter(Boolean).join(" ")
  return env
}
