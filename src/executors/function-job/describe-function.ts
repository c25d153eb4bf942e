import { hash } from "node:crypto"
import { callerFile, type CallerFile } from "./caller-file.ts"
import { capturedError } from "./captured-error.ts"
import { readFreeNames } from "./free-names.ts"
import type { FunctionJob } from "./function-job.ts"
import { isStrict, nameOf, readFunction, type FunctionSource } from "./function-source.ts"
import { scopeTools } from "./scope-tools.ts"
import { stubsOf } from "./tool-stubs.ts"

/** By the function itself: a loop over one function reads it once. */
const described = new WeakMap<Function, FunctionJob>()
/** By their text: a line that runs again makes a new function of the same text. */
const checked = new Map<string, FunctionJob>()
const KEPT = 1000

/**
 * Makes of a function what a worker can compile, and makes sure that it is whole: a worker has
 * the function's source, and none of the variables around it.
 *
 * It needs the optional packages acorn and eslint-scope for the check. Without them the function
 * is sent unread, and a variable that the worker does not find becomes the same error there (see
 * `explainMissing`).
 *
 * A captured variable that has the name of a global, such as a `fetch` of the program's own, is
 * taken for the global, and so is what a string given to `eval` uses: a source does not tell.
 *
 * @param attempt - the call that is to send it, as the program writes it, such as `toThread`
 * @throws TypeError if it is not whole, or no function that can be sent; it names what is missing
 * and shows the ways out.
 */
export function describeFunction(fn: Function, attempt: string): FunctionJob {
  const known = described.get(fn)
  if (known !== undefined) return known
  const file = callerFile()
  const key = keyOf(fn, file)
  let job = checked.get(key)
  if (job === undefined) {
    const source = readFunction(fn, attempt, file)
    const stubs = stubsOf(source.text)
    check(source, stubs, attempt)
    job = Object.freeze({
      kind: "function",
      id: hash("sha256", key, "base64url"),
      source: source.expression,
      name: source.name,
      strict: source.strict,
      stubs,
      ...(file === undefined ? undefined : { base: file.url }),
    })
    if (checked.size >= KEPT) for (const oldest of checked.keys()) if (checked.delete(oldest)) break
    checked.set(key, job)
  }
  described.set(fn, job)
  return job
}

/** Two functions with the same key are the same to a worker, or are refused. */
function keyOf(fn: unknown, file: CallerFile | undefined): string {
  if (typeof fn !== "function") return ""
  const text = Function.prototype.toString.call(fn)
  return `${isStrict(fn, text, file) ? "strict" : "sloppy"} ${nameOf(fn)}\n${file?.url ?? ""}\n${text}`
}

function check(source: FunctionSource, stubs: readonly string[], attempt: string): void {
  const tools = scopeTools()
  if (tools === null) return
  const reading = readFreeNames(source, tools)
  const error = reading === undefined ? undefined : capturedError(reading, source.name, stubs, attempt)
  if (error !== undefined) throw error
}
