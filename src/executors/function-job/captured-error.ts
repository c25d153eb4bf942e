/**
 * The error for a function that is not whole: what it takes from around it, and the ways out.
 */
import type { FreeName, Reading, Signature } from "./free-names.ts"
import { exportIt, label } from "./way-out.ts"
import { isAssignedGlobal, isModuleName, isWorkerGlobal, moduleOfImport, PER_FILE } from "./worker-globals.ts"

const SHARES_NOTHING = "a worker shares no variables with this thread"
/** So many are shown with their line; the others are named. */
const SHOWN = 3
/** A line that is longer is not shown, only the name in it. */
const CODE = 60

/** Imports as Vite and Vitest write them, which leave no name of the module. */
const VITE_IMPORT = /^__(?:vi|vite_ssr)_import_\d+__$/
const IMPORT_META = /^(?:__(?:vi|vite_ssr)_import_meta__|import_meta\d*)$/
/** `import_node_fs` of esbuild, `node_fs_1` of TypeScript, `_nodeFs` of Babel and SWC. */
const COMPILED_IMPORT = /^(?:import_\w+|\w+_\d+|_\w+)$/
/** What compilers call when the target knows no such syntax, such as `__awaiter` or `__using`. */
const COMPILED_SYNTAX = /^(?:__[a-z][A-Za-z]*\d*|_(?:async_?[tT]o_?[gG]enerator|object_?[sS]pread)\w*)$/
/** By that name this package is imported everywhere, and a module is no argument. */
const OURS = 'import it inside the function, const asyncio = await import("asyncio-ts")'

/** Something that a function takes from around it, in words. */
interface Taken {
  readonly said: string
  readonly free: FreeName
  /** What to do about this one; undefined for a value that can be an argument. */
  readonly advice: string | undefined
}

/** The error for `reading`; undefined if the function is whole. */
export function capturedError(reading: Reading, name: string, stubs: readonly string[], attempt: string): TypeError | undefined {
  const { free, signature } = reading
  const outer = free.find((one) => one.name === "this" || one.name === "super" || one.name === "arguments")
  if (outer !== undefined) return outerError(outer, name, signature, attempt)
  const captured = free.filter((one) => !stubs.includes(one.name) && !isWorkerGlobal(one.name, one.asked))
  return captured.length === 0 ? undefined : new TypeError(inMessage(captured, name, signature, attempt))
}

/** The error for a variable that a worker has not found, where no parser has looked before. */
export function missingError(missing: string, source: string, name: string, attempt: string, cause: unknown): TypeError {
  const exactly = `(?<![\\w$.])${missing.replaceAll("$", "\\$")}(?![\\w$])`
  const index = source.search(new RegExp(exactly, "u"))
  const before = source.slice(0, Math.max(0, index)).split("\n")
  const code = source.split("\n")[before.length - 1]?.trim() ?? missing
  const free: FreeName = {
    name: missing,
    line: before.length,
    code: code.length > CODE ? missing : code,
    called: new RegExp(`${exactly}\\s*\\(`, "u").test(source),
    written: false,
    asked: false,
    members: [...new Set([...source.matchAll(new RegExp(`${exactly}\\s*\\.\\s*(\\w+)`, "gu"))].flatMap(([, member]) => member ?? []))],
  }
  const signature: Signature = { parameters: undefined, async: false, generator: false, named: false }
  return new TypeError(inMessage([free], name, signature, attempt), { cause })
}

function inMessage(captured: readonly FreeName[], name: string, signature: Signature, attempt: string): string {
  const taken = captured.flatMap((one) => inWords(one, name, signature))
  const values = taken.filter(({ advice }) => advice === undefined).map(({ free }) => free.name)
  const ways = [...new Set(taken.flatMap(({ advice }) => advice ?? []))]
  if (values.length > 0) {
    const argument = values.length === 1 ? "it as an argument" : "them as arguments"
    ways.unshift(`pass ${argument}, ${exampleCall(signature, values, attempt)}`)
  }
  return `${attempt}: ${label(name)} captures ${list(taken)}: ${SHARES_NOTHING}. ${capital(ways.join("; "))}, or ${exportIt(name)}`
}

function outerError({ name: what, line, code }: FreeName, name: string, signature: Signature, attempt: string): TypeError {
  const why =
    what === "arguments"
      ? `the 'arguments' of the function around it (line ${line}: \`${code}\`), which stays in this thread`
      : `'${what}' (line ${line}: \`${code}\`), and the object stays in this thread`
  return new TypeError(
    `${attempt}: ${label(name)} uses ${why}. Pass what it needs as an argument, ${exampleCall(signature, ["value"], attempt)}, or ${exportIt(name)}`,
  )
}

function inWords(free: FreeName, own: string, signature: Signature): Taken[] {
  const { name, line, code, members, called, written } = free
  const at = `(line ${line}: \`${code}\`)`
  const one = (said: string, advice?: string): Taken[] => [{ said: `${said} ${at}`, free, advice }]
  if (IMPORT_META.test(name)) return one("'import.meta'", "pass what it needs of import.meta as an argument")
  if (VITE_IMPORT.test(name)) {
    return (members !== undefined && members.length > 0 ? members : ["default"]).map((member) => {
      const what = member === "default" ? "the default import of a module" : `the import '${member}'`
      return { said: `${what} ${at}`, free, advice: `import inside the function, ${importing(member)} = await import(…)` }
    })
  }
  const module = COMPILED_IMPORT.test(name) ? moduleOfImport(name) : undefined
  if (members !== undefined && members.length > 0 && (module !== undefined || /^import_\w+$/.test(name))) {
    return members.map((member) => ({
      said: `the import '${member === "default" ? (module ?? name.slice("import_".length)) : member}' ${at}`,
      free,
      advice: module === undefined ? `import inside the function, ${importing(member)} = await import(…)` : builtIn(module),
    }))
  }
  if (PER_FILE.has(name) || isModuleName(name)) return one(`'${name}'`, modules(name))
  if (isAssignedGlobal(name)) return one(`'${name}', which is in the globalThis of this thread only`, called ? defineInside(name) : undefined)
  if (name === own && !signature.named) {
    return one(`'${name}', by which it calls itself`, `give it that name itself, function ${name}(…) { … }`)
  }
  if (COMPILED_SYNTAX.test(name)) return one(`'${name}', which a compiler has put in`, "raise the compiler's target to that of Node")
  if (written) return one(`'${name}'`, `return what '${name}' is to become, instead of writing to it`)
  if (name === "asyncio" && members !== undefined) return one("'asyncio'", OURS)
  return one(`'${name}'`, called ? defineInside(name) : undefined)
}

function defineInside(name: string): string {
  return `define or import '${name}' inside the function, since functions cannot be passed`
}

function importing(member: string): string {
  return member === "default" ? "const { default: name }" : `const { ${member} }`
}

function modules(name: string): string {
  if (name === "__dirname" || name === "__filename") return `pass ${name} as an argument`
  return builtIn(isModuleName(name) ? name : "fs")
}

function builtIn(module: string): string {
  return `take built-in modules inside the function, process.getBuiltinModule("node:${module}") or await import("node:${module}")`
}

/** The function with `added` as further parameters, such as `toThread((n, rate) => …, n, rate)`. */
function exampleCall({ parameters, async, generator }: Signature, added: readonly string[], attempt: string): string {
  const own = parameters?.filter(({ rest }) => !rest).map(({ name }) => name ?? "{ … }") ?? ["…"]
  const rest = parameters?.filter(({ rest }) => rest).map(({ name }) => `...${name ?? "rest"}`) ?? []
  const list = [...own, ...added, ...rest].join(", ")
  const head = async ? "async " : ""
  const fn = generator ? `${head}function* (${list}) { … }` : `${head}(${list}) => …`
  return `${attempt}(${[fn, ...own.map((name) => (name === "{ … }" ? "…" : name)), ...added, ...rest].join(", ")})`
}

function list(taken: readonly Taken[]): string {
  const shown = taken.slice(0, SHOWN).map(({ said }) => said)
  const others = taken.slice(SHOWN).map(({ free }) => `'${free.name}'`)
  const all = [...shown, ...(others.length > 0 ? [others.join(", ")] : [])]
  return all.length === 1 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
