import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { isBuiltin } from "node:module"
import { outputApart } from "../leftovers.ts"
import type { Attack } from "../proof.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** What npm runs on the machine of whoever installs the package. */
const AT_INSTALL = ["preinstall", "install", "postinstall", "prepare", "prepublish", "dependencies"]
/** Seconds that the registry may take for one answer. */
const PATIENCE = 60
const IMPORT = /^(?:import|export)\s(?!type\b)[\w\s{},*$]*?\sfrom\s["']([^"'.#][^"']*)["']|^import\s["']([^"'.#][^"']*)["']|\bimport\(["']([^"'.#][^"']*)["']\)/gm

const PACKAGE = /^(?:@[\w.-]+\/)?[\w.-]+(?=$|\/)/

interface Manifest {
  readonly name?: string
  readonly private?: boolean
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly bundleDependencies?: unknown
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly optional?: boolean
}

/** What the published package brings along, and what is known of all that is installed to work on it. */
export const dependencies: Attack = async ({ size, signal, progress }) => {
  const manifest = read("package.json") as Manifest // npm requires these
  const failures = [...ofPackage(manifest), ...ofImports(manifest, sources(join(root, "src")))]
  const figures: Record<string, string> = { peers: String(Object.keys(manifest.peerDependencies ?? {}).length) }
  const untried: string[] = []
  const all = locks(root).slice(0, size)
  let done = 0
  for (const lock of all) {
    const packages = Object.entries((read(lock) as { packages: Record<string, Locked> }).packages).filter(([path, { link }]) => path !== "" && link !== true)
    const told = audited(lock, await audit(dirname(join(root, lock)), signal))
    if (signal.aborted) break
    failures.push(...ofLock(lock, packages), ...told.weaknesses)
    if (told.refused !== undefined) untried.push(`whether there are known weaknesses in what ${lock} locks: ${told.refused}`)
    const unknown = packages.filter(([, { integrity, optional }]) => integrity === undefined && optional === true).length
    figures[lock] = `${packages.length} packages${unknown === 0 ? "" : `, ${unknown} optional ones without a check sum`}${told.refused === undefined ? `; ${told.weaknesses.length} with a known weakness` : ""}`
    progress((done += 1), all.length)
  }
  return { done, failures, untried, figures }
}

/** What the manifest of the published package says wrongly. */
export function ofPackage({ scripts = {}, dependencies = {}, optionalDependencies = {}, bundleDependencies, peerDependencies = {}, peerDependenciesMeta = {} }: Manifest): string[] {
  const installed = Object.keys({ ...dependencies, ...optionalDependencies })
  return [
    ...(installed.length > 0 || bundleDependencies !== undefined ? [`the package installs others: ${installed.join(", ") || "bundled ones"}`] : []),
    ...AT_INSTALL.filter((name) => scripts[name] !== undefined).map((name) => `the package has the script '${name}', which npm may run where it is installed`),
    ...Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true).map((name) => `the peer ${name} is not optional, so npm installs it`),
  ]
}

/** What is imported and not declared. */
export function ofImports({ name: own, peerDependencies = {} }: Manifest, files: Iterable<readonly [path: string, text: string]>): string[] {
  const failures: string[] = []
  for (const [path, text] of files) {
    // Examples in comments are of whoever reads them.
    for (const [, from, bare, late] of text.replaceAll(/\/\*[^]*?\*\//g, "").matchAll(IMPORT)) {
      const module = from ?? bare ?? late ?? ""
      const name = PACKAGE.exec(module)?.[0]
      if (name === undefined || name === own || isBuiltin(module)) continue
      if (!Object.hasOwn(peerDependencies, name)) failures.push(`${path} imports ${name}, which the package does not declare`)
    }
  }
  return failures
}

/** What is locked without saying what its bytes are; of optional ones of other platforms npm does not always know. */
export function ofLock(lock: string, packages: readonly (readonly [path: string, locked: Locked])[]): string[] {
  return packages
    .filter(([, { integrity, inBundle, optional }]) => integrity === undefined && inBundle !== true && optional !== true)
    .map(([path]) => `${lock} has no check sum of ${path}`)
}

/** Asks the registry, as `npm audit` does; gives what npm prints, or why it could not be asked. */
async function audit(folder: string, signal: AbortSignal): Promise<string> {
  const limit = AbortSignal.timeout(PATIENCE * 1000)
  try {
    const asked = outputApart("npm", ["audit", "--json", "--audit=true", "--package-lock-only"], { cwd: folder, shell: process.platform === "win32" }, AbortSignal.any([signal, limit]))
    const { stdout } = await asked
    return limit.aborted ? JSON.stringify({ message: `no answer in ${PATIENCE} s` }) : stdout
  } catch (error) {
    return JSON.stringify({ message: `npm could not be asked: ${String(error)}` })
  }
}

/** What an answer of npm's says: what is weak, or why nobody knows. */
export function audited(lock: string, answer: string): { readonly weaknesses: readonly string[]; readonly refused?: string } {
  const { vulnerabilities, message, error } = parsed(answer)
  if (vulnerabilities === undefined) return { weaknesses: [], refused: `the registry does not answer audits (${message ?? error?.summary ?? "no answer"})` }
  return { weaknesses: Object.entries(vulnerabilities).map(([name, { severity }]) => `${lock}: ${name} has a known weakness (${severity}); see npm audit`) }
}

interface Audit {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>
  readonly message?: string
  readonly error?: { readonly summary?: string }
}

function parsed(text: string): Audit {
  try {
    return JSON.parse(text) as Audit // what npm prints
  } catch {
    return {}
  }
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), "utf8"))
}

function* sources(folder: string): Generator<readonly [path: string, text: string]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ts$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    yield [relative(root, path), readFileSync(path, "utf8")]
  }
}

function locks(folder: string, depth = 3): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return entry.name === "package-lock.json" ? [relative(root, join(folder, entry.name))] : []
    return entry.isDirectory() && depth > 0 && !/^(?:node_modules|dist|\..*)$/.test(entry.name) ? locks(join(folder, entry.name), depth - 1) : []
  })
}
