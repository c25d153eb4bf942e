/**
 * The source of a function, as an expression that gives the function.
 */
import { Script } from "node:vm"
import { makesCoroutines } from "../../core/coroutine.ts"
import { describe } from "../../structures/arguments.ts"
import type { CallerFile } from "./caller-file.ts"
import { exportIt, label } from "./way-out.ts"

export interface FunctionSource {
  /** As it was written or as its compiler left it, but for the key of a method. */
  readonly text: string
  /** `text` as an expression: a method has to stand in an object. */
  readonly expression: string
  readonly name: string
  readonly isMethod: boolean
  readonly strict: boolean
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/
const CLASS = /^class\b/
const PLAIN = /^function\b(?!\s*\*)/
/** What V8 says of code that is valid only where it was written, and what it is that the code uses. */
const ELSEWHERE: readonly (readonly [RegExp, (match: RegExpExecArray) => string, string])[] = [
  [/Private field '(#[^']+)'/, ([, field]) => `the private name '${field}'`, "which belongs to its class: the object stays in this thread"],
  [/'super' keyword/, () => "'super'", "which belongs to its class: the object stays in this thread"],
  [/new\.target/, () => "'new.target'", "which belongs to the function around it"],
  [/import\.meta/, () => "'import.meta'", "which belongs to its module"],
]

const sourceOf = Function.prototype.toString

/**
 * Reads a function that is to be sent.
 *
 * @param file - the file that sends it
 * @throws TypeError if it is none, or one whose source does not say all of it.
 */
export function readFunction(fn: unknown, attempt: string, file: CallerFile | undefined): FunctionSource {
  if (typeof fn !== "function") {
    throw new TypeError(`${attempt} takes a function, such as ${attempt}((n) => n * 2, 21), but ${describe(fn)} was given`)
  }
  const name = nameOf(fn)
  const what = `${attempt}: ${label(name)}`
  if (makesCoroutines in fn) {
    throw new TypeError(
      `${what} was made by coroutine(…), which hides the function that a worker needs.` +
        ` Send the async function itself, ${attempt}(async (…) => …, …), or ${exportIt(name)}`,
    )
  }
  const text = sourceOf.call(fn)
  if (NATIVE.test(text)) {
    throw new TypeError(
      `${what} has no source to send: it is built in, or bind() or a Proxy has made it.` +
        ` Write a function that does the same, ${attempt}((…) => …, …), or ${exportIt(name.replace(/^bound /, ""))}`,
    )
  }
  if (CLASS.test(text)) {
    throw new TypeError(
      `${attempt}: '${name}' is a class, and a worker calls functions.` +
        ` Make the object inside a function, ${attempt}((…) => …, …), or ${exportIt(name === "" ? "" : `make${name}`)}`,
    )
  }
  const strict = isStrict(fn, text, file)
  const asExpression = problemOf(`(${text}\n)`)
  if (asExpression === undefined) return { text, expression: text, name, isMethod: false, strict }
  if (isAccessor(text)) {
    throw new TypeError(
      `${what} is the getter or setter of a property, and a worker calls functions: write ${attempt}((…) => …, …), or ${exportIt("")}`,
    )
  }
  const method = withPlainKey(text, name)
  const asMethod = problemOf(`({ ${method}\n})`)
  if (asMethod !== undefined) throw elsewhere(`${asExpression}\n${asMethod}`, name, attempt)
  return { text: method, expression: `Object.values({ ${method}\n})[0]`, name, isMethod: true, strict }
}

function elsewhere(problems: string, name: string, attempt: string): TypeError {
  const what = `${attempt}: ${label(name)}`
  for (const [pattern, uses, why] of ELSEWHERE) {
    const match = pattern.exec(problems)
    if (match !== null) {
      return new TypeError(
        `${what} uses ${uses(match)}, ${why}. Pass what it needs as an argument, ${attempt}((…) => …, …), or ${exportIt(name)}`,
      )
    }
  }
  return new TypeError(`${what} cannot be read on its own: ${problems.split("\n", 1)[0]}. Write it as ${attempt}((…) => …, …), or ${exportIt(name)}`)
}

/** Its name; a program may make anything of it. */
export function nameOf(fn: Function): string {
  const name: unknown = fn.name
  return typeof name === "string" ? name : ""
}

/**
 * A plain function says whether it is strict. Others do not: they are as their file is, and in
 * CommonJS sloppy, which refuses nothing that worked where they stand.
 */
export function isStrict(fn: Function, text: string, file: CallerFile | undefined): boolean {
  if (PLAIN.test(text)) return refusesCaller(fn)
  if (file !== undefined) return !file.sloppy
  return problemOf(`"use strict"; (${text}\n)`) === undefined || problemOf(`"use strict"; ({ ${text}\n})`) === undefined
}

/** Sloppy functions alone let their `caller` be read; which of them have it as a property differs between versions. */
function refusesCaller(fn: Function): boolean {
  try {
    void fn.caller
    return false
  } catch {
    return true
  }
}

/** `get tea() {}`; a method that is called `get` has its parameters next. */
function isAccessor(text: string): boolean {
  return /^[gs]et\b(?!(?:\s|\/\*.*?\*\/)*\()/s.test(text)
}

/** A method with its name for a key: `[tea]() {}` would have `tea` looked up, and `#tea() {}` is no object's. */
function withPlainKey(text: string, name: string): string {
  const plain = (head: string, rest: string): string => `${head}${JSON.stringify(name)}${rest}`
  const [, privateHead, privateRest] = /^((?:async\b)?\s*\*?\s*)#[\p{ID_Continue}$]+(.*)$/su.exec(text) ?? []
  if (privateHead !== undefined && privateRest !== undefined) return plain(privateHead, privateRest)
  const [opening, head = ""] = /^((?:async\b)?\s*\*?\s*)\[/.exec(text) ?? []
  if (opening === undefined) return text
  for (let end = text.indexOf("]"); end !== -1; end = text.indexOf("]", end + 1)) {
    const method = plain(head, text.slice(end + 1))
    if (problemOf(`(${text.slice(opening.length, end)}\n)`) === undefined && problemOf(`({ ${method}\n})`) === undefined) return method
  }
  return text
}

/** What V8 says of `code`; undefined if it is valid. */
function problemOf(code: string): string | undefined {
  try {
    void new Script(code)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
