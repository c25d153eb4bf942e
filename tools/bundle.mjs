// dist/node/: the modules of dist/ in a few files, for Node, which takes longer to find 200 modules
// than to run them. The files share their parts, so that there is one loop, whichever entries a
// program imports and whatever its workers run.
import { parse } from "acorn"
import { readFileSync } from "node:fs"
import { dirname, isAbsolute, join, relative, resolve } from "node:path"
import { rollup } from "@rollup/wasm-node"
import { root } from "./install.mjs"

/** @typedef {import("acorn").AnyNode} Node */
/** @typedef {import("@rollup/wasm-node").GetModuleInfo} GetModuleInfo */

const dist = join(root, "dist")
/** What is looked for beside the file that needs it: programs, and what is loaded late. */
const FOUND_BY_NAME = {
  cli: "cli/main.js",
  preload: "cli/preload.js",
  "close-inspector": "cli/close-inspector.js",
  "socket-thread-node": "inspect/attach/socket-thread-node.js",
  "thread-main": "executors/worker/thread-main.js",
  "process-main": "executors/worker/process-main.js",
  "default-pool": "executors/default-pool.js",
  "work-process": "cli/exercises/work-process.js",
  "serve-job": "executors/distributed/serve-job.js",
  "watchdog-thread-node": "inspect/watchdog/watchdog-thread-node.js",
}
/**
 * These know this library's files by the folder above their own, so they stay where they are. By
 * the name of a bundle they would take a program for the library whose own bundler has put both
 * into one file.
 */
const STAY = ["core/place.js", "executors/function-job/caller-file.js"].map((file) => join(dist, file))
/** @type {import("acorn").Options} */
const SYNTAX = { ecmaVersion: "latest", sourceType: "module" }
/** In the names that the bundler makes up, and in none of src/. */
const NUMBERED = "$"

/** Makes dist/node/ of the modules in dist/. */
export async function bundle() {
  const entries = { ...packageEntries(), ...FOUND_BY_NAME }
  const modules = await rollup({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(dist, file)])),
    plugins: [{ name: "modules", resolveId, load, moduleParsed: ({ id, code }) => checkModule(id, code ?? "") }],
    onLog(_level, { code, message }) {
      // In what TypeScript writes for import(), where it looks for the same of another compiler.
      if (code !== "THIS_IS_UNDEFINED") throw new Error(message)
    },
  })
  await modules.write({
    dir: join(dist, "node"),
    format: "es",
    // A namespace looks as it does to who imports the module.
    generatedCode: { symbols: true },
    hoistTransitiveImports: false,
    chunkFileNames: "[name].js",
    manualChunks: shares(),
    sourcemap: true,
    // src/ is in the package.
    sourcemapExcludeSources: true,
    plugins: [{ name: "names", renderChunk: (code, { fileName }) => ({ code: withNames(code, fileName), map: null }) }],
  })
  await modules.close()
}

/** What package.json exports from dist/node/: the names of the files, and the modules that they are made of. */
function packageEntries() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  /** @type {Record<string, string>} */
  const entries = {}
  for (const [path, conditions] of Object.entries(exports)) {
    if (typeof conditions === "string") continue
    const { "asyncio-ts:source": source, default: target } = conditions
    const module = (source.default ?? source).replace("./src/", "").replace(".ts", ".js")
    if (dirname(target) !== "./dist/node") throw new Error(`${path} of package.json leads to ${target}; Node gets what tools/bundle.mjs makes, such as ./dist/node/index.js`)
    entries[target.slice("./dist/node/".length, -".js".length)] = module
  }
  return entries
}

/**
 * @param {string} specifier
 * @param {string | undefined} importer
 */
function resolveId(specifier, importer) {
  if (importer === undefined) return specifier
  if (!specifier.startsWith(".")) return { id: specifier, external: true }
  const file = resolve(dirname(importer), specifier)
  // As it is written into dist/node/.
  return STAY.includes(file) ? { id: `../${relative(dist, file).replaceAll("\\", "/")}`, external: /** @type {const} */ ("absolute") } : file
}

/** @param {string} file */
function load(file) {
  return { code: readFileSync(file, "utf8"), map: readFileSync(`${file}.map`, "utf8") }
}

/**
 * Who shares what. Left alone, the bundler makes a file of every set of entries that share
 * something, and fifty files take their time again. So a module is where the first of these needs
 * it: the main entry, the workers, the pools.
 */
function shares() {
  /** @type {Record<"index" | "flow" | "worker" | "pool", Set<string>> | undefined} */
  let needs
  /**
   * @param {string} id
   * @param {{ getModuleInfo: GetModuleInfo }} modules
   */
  return (id, { getModuleInfo }) => {
    /** @param {string[]} files */
    const of = (...files) => reached(files.map((file) => join(dist, file)), getModuleInfo)
    needs ??= {
      index: of("index.js"),
      flow: of("flow/index.js"),
      worker: of(FOUND_BY_NAME["thread-main"], FOUND_BY_NAME["process-main"]),
      pool: of(FOUND_BY_NAME["default-pool"]),
    }
    const { index, flow, worker, pool } = needs
    if (getModuleInfo(id)?.isEntry === true) return null
    if (index.has(id)) return worker.has(id) ? "core" : "asyncio"
    if (worker.has(id)) return pool.has(id) ? "wire" : "worker"
    return pool.has(id) && !flow.has(id) ? "pool" : null
  }
}

/**
 * The files that some import, and those that they import, except late.
 *
 * @param {string[]} files
 * @param {GetModuleInfo} getModuleInfo
 */
function reached(files, getModuleInfo) {
  const found = new Set(files)
  for (const file of found) {
    for (const next of getModuleInfo(file)?.importedIds ?? []) if (isAbsolute(next)) found.add(next)
  }
  return found
}

/**
 * @param {string} file
 * @param {string} code
 */
function checkModule(file, code) {
  for (const node of within(parse(code, SYNTAX))) {
    const name = nameOf(node)
    if (name?.includes(NUMBERED)) throw new Error(`${relative(dist, file)} calls a function ${name}; names with ${NUMBERED} are those that the bundler gives`)
  }
}

/**
 * The bundler calls the second `head` of a bundle `head$1`. Programs see the names of functions, in
 * stacks too, so these get back what they are called in src/, once, when the bundle loads. Classes
 * have kept theirs: `let Exchange$1 = class Exchange`.
 *
 * @param {string} code
 * @param {string} bundle
 */
export function withNames(code, bundle) {
  const program = parse(code, SYNTAX)
  /** @type {Set<Node>} */
  const atTop = new Set()
  for (const node of program.body) for (const one of node.type === "VariableDeclaration" ? node.declarations : [node]) atTop.add(one)
  /** @type {string[]} */
  const renamed = []
  for (const node of within(program)) {
    const name = nameOf(node)
    if (!name?.includes(NUMBERED)) continue
    const own = name.slice(0, name.indexOf(NUMBERED))
    // To name it back would take time whenever it is made.
    if (!atTop.has(node)) throw new Error(`a function ${own} within another is ${name} in ${bundle}: two things of that name are used where it is made; rename one in src/`)
    renamed.push(`[${name}, "${own}"]`)
  }
  if (renamed.length === 0) return code
  return `${code}\nfor (const [renamed, name] of [${renamed.join(", ")}]) Object.defineProperty(renamed, "name", { value: name, configurable: true });\n`
}

/**
 * The name that the language gives a function or class for what is written in `node`.
 *
 * @param {Node} node
 * @returns {string | undefined}
 */
function nameOf(node) {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ClassDeclaration":
    case "ClassExpression":
      return node.id?.name
    case "VariableDeclarator":
      return node.id.type === "Identifier" && isNameless(node.init) ? node.id.name : undefined
    case "AssignmentExpression":
    case "AssignmentPattern":
      return node.left.type === "Identifier" && isNameless(node.right) ? node.left.name : undefined
    default:
      return undefined
  }
}

/** @param {Node | null | undefined} node */
function isNameless(node) {
  if (node?.type === "ArrowFunctionExpression") return true
  return (node?.type === "FunctionExpression" || node?.type === "ClassExpression") && (node.id ?? null) === null
}

/**
 * A node and all in it.
 *
 * @param {Node} node
 * @returns {Generator<Node>}
 */
function* within(node) {
  yield node
  for (const value of Object.values(node).flat()) if (isNode(value)) yield* within(value)
}

/**
 * @param {unknown} value
 * @returns {value is Node}
 */
function isNode(value) {
  return typeof value === "object" && value !== null && "type" in value && "start" in value
}
