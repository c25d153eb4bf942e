import { Module } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { compileFunction as compile, constants } from "node:vm"
import { missingError } from "./captured-error.ts"
import type { FunctionJob } from "./function-job.ts"
import { bindStubs, SERVED_FILE, servedFile } from "./tool-stubs.ts"

const compiled = new Map<string, Function>()
const KEPT = 1000

/**
 * The function of a job, in the thread or process that runs it; compiled once. Its stack traces
 * name the file that sent it and the function, such as `/shop/main.ts#total:2:10`, with lines counted
 * from the function's first; relative imports in it start at that file.
 *
 * @throws TypeError if the source cannot be compiled here, as when this Node is an older one.
 */
export function compileFunction(job: FunctionJob): Function {
  const known = compiled.get(job.id)
  if (known !== undefined) return known
  const { source, stubs, strict } = job
  // On one line with the source's first, so that lines count from there.
  const code = `${strict ? '"use strict";' : ""}${bindStubs(stubs, source)}return (${source}\n)`
  const filename = fileName(job)
  let fn: unknown
  try {
    const make = /import/.test(source) ? compileWithImports(code, filename) : compile(code, [SERVED_FILE], { filename })
    fn = make((specifier: string) => servedFile(specifier, job.base))
  } catch (error) {
    throw new TypeError(`the function '${job.name}' cannot be compiled in this worker (Node ${process.version}): ${String(error)}`, { cause: error })
  }
  if (typeof fn !== "function") throw new TypeError(`the source of the job '${job.name}' is no function`)
  // `(n) => n` in `const half = …` has its name from the variable, which is not here.
  if (fn.name !== job.name) Object.defineProperty(fn, "name", { value: job.name, configurable: true })
  if (compiled.size >= KEPT) for (const oldest of compiled.keys()) if (compiled.delete(oldest)) break
  compiled.set(job.id, fn)
  return fn
}

/**
 * What a job that threw `error` fails with: for a variable that is not there the `TypeError` that names
 * it and shows the ways out, with `error` as its cause; anything else as it is.
 *
 * @param attempt - the call that sent the function, such as `toThread`
 */
export function explainMissing(error: unknown, job: FunctionJob, attempt: string): unknown {
  if (!(error instanceof ReferenceError)) return error
  const [, missing] = /^([\p{ID_Start}$_][\p{ID_Continue}$]*) is not defined$/u.exec(error.message) ?? []
  // Of a module that the job has imported it is that module's own mistake.
  if (missing === undefined || !job.source.includes(missing) || !thrownBy(job, error)) return error
  return missingError(missing, job.source, job.name, attempt, error)
}

/** Whether the innermost line of the program on the error's stack is the job's. */
function thrownBy(job: FunctionJob, { stack }: Error): boolean {
  const line = typeof stack === "string" ? stack.split("\n").find((one) => /^\s+at /.test(one)) : undefined
  return line === undefined || line.includes(fileName(job))
}

function fileName({ base, name }: FunctionJob): string {
  return `${base === undefined ? join(process.cwd(), "function") : fileURLToPath(base)}#${name || "function"}`
}

/** What every Node has for what its own `require` compiles. */
interface Compiling {
  _compile?(code: string, filename: string): void
}

/** Code whose `import()` is the program's own. */
function compileWithImports(code: string, filename: string): Function {
  const module: Module & Compiling = new Module(filename)
  // Node's documented way warns that it is experimental, in every worker.
  if (module._compile === undefined) {
    return compile(code, [SERVED_FILE], { filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })
  }
  module.filename = filename
  module._compile(`module.exports = (${SERVED_FILE}) => {${code}}`, filename)
  return module.exports as Function // the code above
}
