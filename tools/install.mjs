// Installs the packages of one folder's package-lock.json, if they are not there yet.
// As a command: node tools/install.mjs FOLDER. Runs on Node 18, before the project's own Node is there.
import { spawnSync } from "node:child_process"
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { basename, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "")

/**
 * Makes sure that the packages of `folder` are installed.
 *
 * @param {string} folder
 */
export function install(folder) {
  if (!isInstalled(folder)) {
    const release = lock(folder)
    try {
      // Whoever held the lock may have done the work.
      if (!isInstalled(folder)) clean(folder)
    } finally {
      release()
    }
  }
  if (folder !== root) linkOurselves(folder)
}

/**
 * Compares contents, not times: a checkout touches the lock file without changing it, and a
 * clone that is copied keeps node_modules older than it.
 *
 * @param {string} folder
 */
function isInstalled(folder) {
  const wanted = lockedPackages(join(folder, "package-lock.json"))
  const found = lockedPackages(join(folder, "node_modules", ".package-lock.json"))
  if (wanted === undefined) throw new Error(`${join(folder, "package-lock.json")} is missing: run \`npm install\` in ${folder}`)
  if (found === undefined) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true
    return found[path] === undefined ? optional === true : found[path].version === version
  })
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function lockedPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined
}

/** @param {string} folder */
function clean(folder) {
  const place = relative(root, folder) || "this folder"
  console.error(`Installing the packages of ${place} (npm ci). This can take a minute.`)
  // --include=dev: with NODE_ENV=production npm would leave out everything that is needed here.
  const result = npm(["ci", "--include=dev", "--loglevel=error", "--no-audit", "--no-fund"], folder)
  if (result !== 0) {
    throw new Error(`npm ci failed in ${folder} (exit code ${result}); what npm printed above says why`)
  }
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {number | null} its exit code
 */
function npm(args, cwd) {
  const { npm_execpath: path = "", npm_node_execpath: node = process.execPath } = process.env
  // Under pnpm and yarn the variable names their own program.
  const cli = /^npm-cli\.[cm]?js$/.test(basename(path)) && existsSync(path)
  // Standard output belongs to the command that is about to run.
  const options = { cwd, stdio: /** @type {any} */ (["ignore", 2, 2]), shell: !cli && process.platform === "win32" }
  const result = cli ? spawnSync(node, [path, ...args], options) : spawnSync("npm", args, options)
  if (result.error !== undefined) throw new Error(`npm cannot be started: ${result.error.message}. Is it on the PATH?`)
  return result.status
}

/**
 * A folder with its own package.json is a package scope of its own, in which the name of
 * this package does not mean this package unless it is linked.
 *
 * @param {string} folder
 */
function linkOurselves(folder) {
  const link = join(folder, "node_modules", "asyncio-ts")
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return
  mkdirSync(join(folder, "node_modules"), { recursive: true })
  symlinkSync(process.platform === "win32" ? root : relative(join(folder, "node_modules"), root), link, "junction")
}

/**
 * Two commands started together in a fresh clone must not both run npm.
 *
 * @param {string} folder
 * @returns {() => void} gives the lock back
 */
function lock(folder) {
  const file = join(folder, ".installing")
  const mine = `${file}.${process.pid}`
  for (let told = false; ; ) {
    try {
      // A link appears with its content; a file that is written is empty for a moment.
      writeFileSync(mine, String(process.pid))
      linkSync(mine, file)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error
    } finally {
      rmSync(mine, { force: true })
    }
    const holder = holderOf(file)
    if (holder === undefined) continue
    if (!isRunning(holder)) {
      rmSync(file, { force: true })
      continue
    }
    if (!told) console.error(`Waiting for process ${holder}, which is installing the packages of ${folder}.`)
    told = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
}

/**
 * @param {string} file
 * @returns {number | undefined} undefined once the lock has been given back
 */
function holderOf(file) {
  try {
    return Number(readFileSync(file, "utf8"))
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? ".")
  if (folder !== root && !folder.startsWith(root + sep)) throw new Error(`${folder} is outside this repository`)
  install(folder)
}
