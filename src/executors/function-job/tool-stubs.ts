/**
 * What tools put into a function's source, and what it means in a worker.
 *
 * - `__name(fn, "total")` of esbuild (tsx, Vitest), which gives a function its name back;
 * - `cov_1a2b3c().s[4]++` of Istanbul, which counts statements, functions and branches;
 * - `__vite_ssr_dynamic_import__("./tea.ts")` of Vite and Vitest, which is `import()`.
 */
import { existsSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"

const NAMER = /^__name\d*$/
const IMPORTER = /^__(?:vi|vite_ssr)_dynamic_import__$/
const COUNTER = /^cov_\w+$/

/** Istanbul's counters by their use: a variable of the program may well begin with `cov_`. */
const COUNTED = /\b(cov_\w+)\s*(?:\(\s*\))?\s*\.\s*(?:s|f|bT?)\s*\[\s*\d+\s*\]/g
const NAMED = /\b(?:__name\d*|__(?:vi|vite_ssr)_dynamic_import__)\b(?=\s*\()/g

/** The names in `source` that a worker has to bind. Too many do no harm. */
export function stubsOf(source: string): string[] {
  const found = new Set<string>()
  for (const [name] of source.matchAll(NAMED)) found.add(name)
  for (const [, name] of source.matchAll(COUNTED)) if (name !== undefined) found.add(name)
  return [...found]
}

/** The parameter of the code that `bindStubs` is part of, for `servedFile`. */
export const SERVED_FILE = "asyncioServedFile"

/**
 * The file that Vite's server calls `/tea.ts`, counted from the folder of the project, which
 * holds the file `base`; or `/@fs/home/tea.ts`, outside of it.
 */
export function servedFile(specifier: string, base: string | undefined): string {
  const outside = /^\/@fs(\/.*)$/s.exec(specifier)?.[1]
  if (outside !== undefined) return pathToFileURL(outside).href
  if (base === undefined || !/^\/(?!\/)/.test(specifier) || existsSync(specifier)) return specifier
  for (let folder = new URL(".", base); ; folder = new URL("..", folder)) {
    const file = new URL(`.${specifier}`, folder)
    if (existsSync(fileURLToPath(file))) return file.href
    if (folder.pathname === new URL("..", folder).pathname) return specifier
  }
}

/** The statements that bind `names`, on one line. */
export function bindStubs(names: readonly string[], source: string): string {
  return names.map((name) => `const ${name} = ${stub(name, source)};`).join("")
}

function stub(name: string, source: string): string {
  if (NAMER.test(name)) return `(value, name) => Object.defineProperty(value, "name", { value: name, configurable: true })`
  // `import` resolves from the script it stands in, so no function of another file will do.
  if (IMPORTER.test(name)) return `(specifier, options) => import(${SERVED_FILE}(specifier), options)`
  if (COUNTER.test(name)) return counter(source)
  throw new TypeError(`There is no stub ${name}; it comes from another version of asyncio-ts`)
}

/** Counters that nobody reads. Typed arrays, since a counter stands in every loop. */
function counter(source: string): string {
  let most = 0
  for (const [, index] of source.matchAll(/\[\s*(\d+)\s*\]/g)) most = Math.max(most, Math.min(Number(index), MOST_COUNTERS))
  const counts = `new Uint32Array(${most + 1})`
  return (
    `(() => { const all = () => all; const one = ${counts}; const many = Array.from(one, () => one);` +
    ` return Object.assign(all, { s: one, f: one, b: many, bT: many }) })()`
  )
}

/** More than any function has; other numbers in brackets are the program's own. */
const MOST_COUNTERS = 100_000
