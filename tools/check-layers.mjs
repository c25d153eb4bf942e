// Fails when src/ breaks its layering, type-only imports included.
// As a command: node tools/check-layers.mjs [FOLDER], by default src/.
import { readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join, posix } from "node:path"

/** A folder may import from those before it, unless the list says which. */
const LAYERS = [
  { name: "structures", only: [] },
  { name: "errors", only: ["structures"] },
  { name: "host", only: ["structures", "errors"] },
  { name: "core" },
  { name: "sync" },
  { name: "tasks" },
  { name: "flow" },
  { name: "io" },
  { name: "postgres" },
  { name: "executors" },
  { name: "http" },
  { name: "inspect" },
  { name: "notebook" },
  { name: "testing" },
  { name: "cli" },
  // Linters load it by itself.
  { name: "lint", only: [] },
]
const ENTRY = /^(browser|index|[^/]+\/index)\.ts$/
const MAY_USE_NODE = /^(host\/([^/]+-)?node\.ts|(io|postgres|executors|http|cli)\/.+|(testing|inspect|notebook)\/(.+\/)?([^/]+-)?node\.ts)$/
const KEBAB_CASE = /^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/
/** What a folder may import from other packages: the optional peers that package.json names. */
const PACKAGES = /** @type {Record<string, string[]>} */ ({
  cli: ["acorn", "ink", "react"],
  executors: ["acorn", "bullmq", "eslint-scope", "ioredis"],
  http: ["@hono/node-server", "eventsource-parser", "tough-cookie", "undici", "ws"],
  inspect: ["@opentelemetry/api", "@opentelemetry/exporter-trace-otlp-http", "@opentelemetry/sdk-trace"],
  postgres: ["pg"],
})
/** Such a file has no subject of its own, so it grows. */
const NO_SUBJECT = /^(utils?|helpers?|common|types)\.ts$/
const LINES = 400

const folder = process.argv[2] ?? join(import.meta.dirname, "../src")
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort()
/** @type {string[]} */
const problems = []
/** @type {Map<string, string[]>} */
const graph = new Map()

for (const file of files) {
  const source = readFileSync(join(folder, file), "utf8")
  checkFile(file, source)
  graph.set(file, importsOf(source).flatMap((specifier) => checkImport(file, specifier) ?? []))
}
for (const cycle of cycles()) problems.push(`${cycle.join(" -> ")}: an import cycle`)

for (const problem of problems) console.error(problem)
const imports = [...graph.values()].reduce((sum, { length }) => sum + length, 0)
console.log(`${files.length} files, ${imports} imports, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0

/**
 * @param {string} file
 * @param {string} source
 */
function checkFile(file, source) {
  if (!KEBAB_CASE.test(file)) problems.push(`${file}: file and folder names are kebab-case`)
  if (NO_SUBJECT.test(basename(file))) problems.push(`${file}: name it after what it owns`)
  if (layer(file) === -1 && file.includes("/")) problems.push(`${file}: its folder is not a layer of tools/check-layers.mjs`)
  const lines = source.trimEnd().split("\n").length
  const header = /^\s*(\/\*[^]*?\*\/|(\/\/.*\n)+)/.exec(source)?.[0] ?? ""
  if (lines > LINES && !header.includes("Long:")) {
    problems.push(`${file}: ${lines} lines; split it, or say "Long:" and why in its first comment (${LINES} need no reason)`)
  }
}

/**
 * @param {string} file
 * @param {string} specifier
 * @returns {string | undefined} the file in src/ that is imported
 */
function checkImport(file, specifier) {
  if (specifier.startsWith("node:") && MAY_USE_NODE.test(file)) return undefined
  if (PACKAGES[file.split("/")[0] ?? ""]?.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined
  if (!specifier.startsWith(".")) {
    problems.push(`${file}: may not import "${specifier}"`)
    return undefined
  }
  const target = posix.join(dirname(file), specifier)
  const [from, to] = [layer(file), layer(target)]
  if (!files.includes(target)) problems.push(`${file}: cannot find "${specifier}"`)
  else if (ENTRY.test(target)) problems.push(`${file}: may not import the entry ${target}`)
  // Files at the top of src/ are entries, and stand above all layers.
  else if (from !== -1 && from !== to && !(LAYERS[from]?.only?.includes(LAYERS[to]?.name ?? "") ?? to < from)) {
    problems.push(`${file}: ${LAYERS[from]?.name}/ may not import ${target}`)
  }
  return target
}

/** @param {string} file */
function layer(file) {
  return LAYERS.findIndex(({ name }) => file.startsWith(`${name}/`))
}

/**
 * The specifiers of `import`, `export … from` and `import()`. Comments are blanked, since they
 * quote imports, and strings are taken out first, since messages do.
 *
 * @param {string} source
 */
function importsOf(source) {
  /** @type {string[]} */
  const strings = []
  const bare = source.replace(
    /\/\*[^]*?\*\/|\/\/.*|"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`(?:\\.|[^`\\])*`/g,
    (_, double, single) => (double === undefined && single === undefined ? " " : `"${strings.push(double ?? single) - 1}"`),
  )
  return [...bare.matchAll(/\b(?:from|import\s*\(?)\s*"(\d+)"/g)].map(([, index]) => strings[Number(index)] ?? "")
}

/** Each cycle once, from the file in it that is reached first. */
function cycles() {
  /** @type {string[][]} */
  const found = []
  /** @type {Set<string>} */
  const done = new Set()
  /**
   * @param {string} file
   * @param {string[]} path
   */
  const visit = (file, path) => {
    const at = path.indexOf(file)
    if (at !== -1) found.push([...path.slice(at), file])
    if (at !== -1 || done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  return found
}
