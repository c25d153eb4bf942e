/** What the package exports, read off its sources. */
import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"

export const root = join(import.meta.dirname, "../..")

/** One entry point of the package: what is imported, and the file behind it. */
export interface Entry {
  /** As it is imported, with the condition that leads elsewhere, if any. */
  readonly name: string
  readonly specifier: string
  readonly browser: boolean
  /** Relative to the root. */
  readonly file: string
}

/** A name that an entry exports, `subprocess.PIPE` for one in a namespace. */
export interface Export {
  readonly name: string
  readonly isType: boolean
  /** The file that declares it, and its name there; `*` for a file that is a namespace. */
  readonly file: string
  readonly local: string
}

type Target = string | { readonly [condition: string]: Target }

/** The entries in package.json, by what `asyncio-ts:source` leads to. */
export function entries(): Entry[] {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, Target> }
  const found: Entry[] = []
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === "string") continue
    const specifier = join("asyncio-ts", path)
    const source = target["asyncio-ts:source"]
    if (typeof source === "string") found.push({ name: specifier, specifier, browser: false, file: source })
    else if (source !== undefined) {
      for (const [condition, file] of Object.entries(source)) {
        if (typeof file !== "string") throw new TypeError(`${path} has conditions within ${condition}`)
        const browser = condition === "browser"
        found.push({ name: browser ? `${specifier} in browsers` : specifier, specifier, browser, file })
      }
    }
  }
  return found
}

const REEXPORT = /^export (type )?\{([^}]*)\} from "(\.[^"]+)"/gm
const NAMESPACE = /^export \* as (\w+) from "(\.[^"]+)"/gm

/** The names that a file exports from others; entries declare none of their own. */
export function exportsOf(file: string): Export[] {
  const source = readFileSync(join(root, file), "utf8")
  const rest = source.replace(REEXPORT, "").replace(NAMESPACE, "").replace(/\/\*[^]*?\*\//g, "")
  const own = /^export .*/m.exec(rest)
  if (own !== null && own[0].trim() !== "export {}") throw new SyntaxError(`${file} may only export from other files by name, not: ${own[0]}`)
  const named = [...source.matchAll(REEXPORT)].flatMap(([, allTypes, names = "", from = ""]) => {
    const declaredIn = relative(root, join(root, dirname(file), from))
    return names.split(",").map((name) => name.trim()).filter(Boolean).flatMap((item) => {
      const isType = allTypes !== undefined || item.startsWith("type ")
      const [local = "", name = local] = item.replace(/^type /, "").split(" as ")
      return [{ name, isType, file: declaredIn, local }, ...(isType ? [] : membersOf(name, declaredIn, local))]
    })
  })
  const namespaces = [...source.matchAll(NAMESPACE)].flatMap(([, name = "", from = ""]) => {
    const declaredIn = relative(root, join(root, dirname(file), from))
    return [{ name, isType: false, file: declaredIn, local: "*" }, ...within(name, declaredIn)]
  })
  return [...named, ...namespaces]
}

function within(namespace: string, file: string): Export[] {
  return exportsOf(file).map((one) => ({ ...one, name: `${namespace}.${one.name}` }))
}

/** Those of a constant that stands for a namespace, as `files` does so that it has a comment of its own. */
function membersOf(name: string, file: string, local: string): Export[] {
  const source = readFileSync(join(root, file), "utf8")
  const namespace = new RegExp(`^export const ${local}: typeof (\\w+) = \\1$`, "m").exec(source)?.[1]
  const from = new RegExp(`^import \\* as ${namespace} from "(\\.[^"]+)"$`, "m").exec(source)?.[1]
  return from === undefined ? [] : within(name, join(dirname(file), from))
}
