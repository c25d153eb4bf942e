// What the type service reads: the language's own declarations, those of the modules that programs import, and the options.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, relative, sep } from "node:path"
import { LIBRARY } from "./library.mjs"

const playground = join(import.meta.dirname, "..")
const root = join(playground, "..")

/** Programs run in a worker, which has no document. */
const LIB = ["ES2024", "ESNext.Disposable", "WebWorker"]
/** Where the service looks for the library's own files, and for the modules; nothing else is there. */
const LIB_FOLDER = "/lib/"
const PACKAGE = "/node_modules/asyncio-ts/"
const REFERENCE = /^\/\/\/ <reference lib="([^"]+)" \/>/gm
/** Of no use to who writes: the license stands at the head of the service's own file. */
const HEAD = /^\/\*! [^]*?\*\/\s*/

/** @typedef {{ options: Record<string, unknown>, entries: string[], files: Record<string, string> }} TypeFiles */

/** @returns {TypeFiles} */
export function typeFiles() {
  /** @type {import("typescript")} */
  const ts = createRequire(join(playground, "package.json"))("typescript")
  const base = baseOptions(ts)
  const entries = Object.entries(LIBRARY).map(([name, { source }]) => ({ name, file: declared(source) }))
  const manifest = { name: "asyncio-ts", exports: Object.fromEntries(entries.map(({ name, file }) => [name.replace("asyncio-ts", "."), { types: `./${file}` }])) }
  const files = {
    ...libraries(ts),
    ...Object.fromEntries(declarations(ts, base, entries.map(({ file }) => file)).map(([file, text]) => [PACKAGE + file, text])),
    [`${PACKAGE}package.json`]: JSON.stringify(manifest),
  }
  return { options: programOptions(base), entries: entries.map(({ file }) => PACKAGE + file), files }
}

/** What the project asks of its own programs, as its tsconfig has it. @param {import("typescript")} ts */
function baseOptions(ts) {
  const { config, error } = ts.readConfigFile(join(root, "tsconfig.base.json"), (file) => readFileSync(file, "utf8"))
  if (error !== undefined) throw new Error(`tsconfig.base.json cannot be read: ${ts.flattenDiagnosticMessageText(error.messageText, "\n")}`)
  return /** @type {Record<string, unknown>} */ (config.compilerOptions)
}

/** @param {Record<string, unknown>} base */
function programOptions({ customConditions: _, rewriteRelativeImportExtensions: __, ...base }) {
  // As tsconfig.test.json has it for examples and exercises; and what is being written is not used yet.
  const lenient = { noPropertyAccessFromIndexSignature: false, noUnusedLocals: false, noUnusedParameters: false }
  return { ...base, ...lenient, lib: LIB, types: [], module: "ESNext", moduleResolution: "Bundler", allowImportingTsExtensions: true, noEmit: true }
}

/**
 * @param {import("typescript")} ts
 * @returns {Record<string, string>}
 */
function libraries(ts) {
  const folder = dirname(createRequire(join(playground, "package.json")).resolve("typescript"))
  /** @type {Record<string, string>} */
  const found = {}
  const add = (/** @type {string} */ name) => {
    const file = `lib.${name.toLowerCase()}.d.ts`
    if (LIB_FOLDER + file in found) return
    const text = readFileSync(join(folder, file), "utf8").replace(HEAD, "")
    found[LIB_FOLDER + file] = text
    for (const [, other = ""] of text.matchAll(REFERENCE)) add(other)
  }
  LIB.forEach(add)
  return found
}

/**
 * What `npm run build` would write, of those files that the entries lead to.
 *
 * @param {import("typescript")} ts
 * @param {Record<string, unknown>} base
 * @param {string[]} entries
 * @returns {[string, string][]}
 */
function declarations(ts, base, entries) {
  const settings = { ...base, types: [], declaration: true, emitDeclarationOnly: true, noCheck: true, rootDir: root, outDir: root }
  const { options, errors } = ts.convertCompilerOptionsFromJson(settings, root)
  if (errors.length > 0) throw new Error(`the declarations cannot be made: ${errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("; ")}`)
  /** @type {Map<string, string>} */
  const written = new Map()
  const program = ts.createProgram(Object.values(LIBRARY).map(({ source }) => source), options)
  program.emit(undefined, (file, text) => void written.set(relative(root, file).split(sep).join("/"), text))
  /** @type {Map<string, string>} */
  const reached = new Map()
  const follow = (/** @type {string} */ file) => {
    const text = written.get(file)
    if (text === undefined) throw new Error(`there is no declaration ${file}`)
    if (reached.has(file)) return
    reached.set(file, text)
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (fileName.startsWith(".")) follow(declared(join(root, dirname(file), fileName)))
    }
  }
  entries.forEach(follow)
  return [...reached]
}

/** @param {string} source the full path of a module; gives the declaration's from the root */
function declared(source) {
  return relative(root, source).split(sep).join("/").replace(/\.[jt]s$/, ".d.ts")
}
