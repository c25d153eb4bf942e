/**
 * Which names mean the same in a worker as here.
 */
import { builtinModules } from "node:module"

/** What Node itself makes enumerable. The rest that is enumerable, the program or its test runner has assigned. */
const ENUMERABLE = new Set([
  "atob",
  "btoa",
  "clearImmediate",
  "clearInterval",
  "clearTimeout",
  "crypto",
  "fetch",
  "global",
  "localStorage",
  "navigator",
  "performance",
  "queueMicrotask",
  "sessionStorage",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "structuredClone",
])

/** What CommonJS gives each file, and the REPL and `node -e` every line. */
export const PER_FILE: ReadonlySet<string> = new Set(["require", "module", "exports", "__dirname", "__filename"])

/** Of other hosts: programs ask `typeof` whether they are there. */
const HOST_MARKS = new Set(["window", "document", "self", "Deno", "Bun", "EdgeRuntime", "WorkerGlobalScope", "importScripts"])

/** Which of the built-in modules are global variables as well. */
const GLOBAL_MODULES = new Set(["console", "crypto", "process"])

const modules = new Set(builtinModules)

/**
 * Whether a free variable of that name is a global of every worker. One that a function captures
 * and that has the name of a global, such as a `fetch` of the program's own, is taken for the global:
 * a source does not tell them apart.
 *
 * @param asked - whether the source asks `typeof name` somewhere
 */
export function isWorkerGlobal(name: string, asked: boolean): boolean {
  if (PER_FILE.has(name) || isModuleName(name)) return false
  if (name === "undefined") return true
  if (asked && HOST_MARKS.has(name)) return true
  const own = Object.getOwnPropertyDescriptor(globalThis, name)
  if (own === undefined) return name in globalThis
  return own.enumerable !== true || ENUMERABLE.has(name)
}

/** Whether it is a variable of `globalThis` that this thread has and a worker has not. */
export function isAssignedGlobal(name: string): boolean {
  const enumerable = Object.getOwnPropertyDescriptor(globalThis, name)?.enumerable === true
  return enumerable && !ENUMERABLE.has(name) && !PER_FILE.has(name)
}

/** Whether it is a built-in module, which the REPL and `node -e` offer as variables. */
export function isModuleName(name: string): boolean {
  return modules.has(name) && !GLOBAL_MODULES.has(name)
}

/** The built-in module whose import a compiler has named so, such as `import_node_fs`, `node_fs_1` or `_nodeFs`. */
export function moduleOfImport(variable: string): string | undefined {
  const bare = variable
    .replace(/^(import)?_+/, "")
    .replace(/_?\d+$/, "")
    .replace(/^node_?/i, "")
    .replaceAll("_", "")
    .toLowerCase()
  return builtinModules.find((name) => name.replaceAll(/[/_]/g, "") === bare)
}
