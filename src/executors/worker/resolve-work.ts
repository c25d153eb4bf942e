import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe } from "../../structures/arguments.ts"
import { compileFunction } from "../function-job/compile-function.ts"
import type { ModuleWork, WireWork } from "../wire/messages.ts"

type Found = (...args: readonly unknown[]) => unknown

const found = new Map<string, Found>()

/**
 * The function that a job is to call; a promise only the first time that a module is needed.
 *
 * @throws Error that names module and export, with the platform's error as its cause.
 */
export function resolveWork(work: WireWork): Found | Promise<Found> {
  if (work.kind === "function") return compileFunction(work) as Found // any function is called with any arguments here
  return found.get(keyOf(work)) ?? load(work)
}

async function load(work: ModuleWork): Promise<Found> {
  const { module, name } = work
  const namespace = await importFor(work)
  const value = namespace[name] ?? ofDefault(namespace["default"], name)
  if (typeof value !== "function" || isClass(value)) {
    const functions = Object.keys(namespace).filter((key) => typeof namespace[key] === "function" && !isClass(namespace[key]) && key !== "module.exports")
    const has = functions.length === 0 ? "it exports no function" : `it exports the functions ${functions.join(", ")}`
    const found = isClass(value) ? "a class, and a worker calls functions: export one that makes the object and works with it" : `${describe(value)}, no function`
    const what = name in namespace ? `its '${name}' is ${found}` : `it has no export '${name}'`
    throw new TypeError(`cannot run '${name}' of ${shown(module)}: ${what}; ${has}`)
  }
  const fn = value as Found // a function, checked above
  found.set(keyOf(work), fn)
  return fn
}

/** Of what was made by `function` nobody knows whether it wants `new`. */
function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value))
}

/** Of a CommonJS module the names that Node did not see are there; what every object has is no export. */
function ofDefault(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}

async function importFor({ module, name }: ModuleWork): Promise<Record<string, unknown>> {
  try {
    return (await import(module)) as Record<string, unknown> // what a module's namespace is
  } catch (error) {
    const place = error instanceof SyntaxError ? await placeOf(error, module) : undefined
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const where = place === undefined ? "" : ` (${place})`
    // A bare name is looked for from here on, where it may mean another package or none.
    const out = module.includes(":") ? "" : `; a package is named by import.meta.resolve(${JSON.stringify(module)}), which looks for it from your file`
    throw new Error(`cannot run '${name}': loading ${shown(module)} failed: ${why}${where}${out}`, { cause: error })
  }
}

/** The file and line of a syntax error: the platform tells them only to whoever prints what nobody caught. */
async function placeOf(error: SyntaxError, module: string): Promise<string | undefined> {
  const place = /^(\S+:\d+)\n/
  const told = place.exec(error.stack ?? "")?.[1]
  if (told !== undefined || !module.startsWith("file:")) return told
  return new Promise((resolve) => {
    // Of the module alone: where it is an import of it that cannot be read, nothing is found.
    execFile(process.execPath, ["--check", fileURLToPath(module)], (_error, _output, printed) => resolve(place.exec(printed)?.[1]))
  })
}

function keyOf({ module, name }: ModuleWork): string {
  return `${module}#${name}`
}

function shown(module: string): string {
  return module.startsWith("file:") ? fileURLToPath(module) : module
}
