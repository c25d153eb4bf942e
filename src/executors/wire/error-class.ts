/**
 * What an error's class is called between threads, where no class can go.
 *
 * A bare name would not do: a program's own `TimeoutError` must not come back as this
 * library's. So each class in the chain of an error is called by whose it is: `asyncio-ts.X`
 * is marked by this library, `global.X` is the platform's, and `X` is the program's.
 */
import * as cancelledError from "../../errors/cancelled-error.ts"
import * as eofError from "../../errors/eof-error.ts"
import * as exceptionGroup from "../../errors/exception-group.ts"
import * as keyboardInterrupt from "../../errors/keyboard-interrupt.ts"
import * as misuse from "../../errors/misuse.ts"
import * as osErrors from "../../errors/os-errors.ts"
import * as queueErrors from "../../errors/queue-errors.ts"
import * as streamErrors from "../../errors/stream-errors.ts"
import * as timeoutError from "../../errors/timeout-error.ts"
import * as stopRetrying from "../../flow/stop-retrying.ts"

/** A class of errors, however it is constructed: its constructor is never called. */
export type ErrorClass = abstract new (...args: never[]) => object

const OURS = "asyncio-ts."
const PLATFORM = "global."
const NATIVE = ["AggregateError", "Error", "EvalError", "RangeError", "ReferenceError", "SuppressedError", "SyntaxError", "TypeError", "URIError"]
const OF_THE_HOST = ["DOMException", "QuotaExceededError"]
const OF_WEBASSEMBLY = ["CompileError", "LinkError", "RuntimeError"]
/** A chain this long was made to be endless, by a proxy. */
const LONGEST_CHAIN = 100

const byKey = new Map<string, object>()
const byPrototype = new Map<object, string>()

function know(holder: unknown, names: readonly string[], prefix: string): void {
  if (typeof holder !== "object" || holder === null) return // such as WebAssembly, which can be switched off
  for (const name of names) {
    const prototype = prototypeOf(Reflect.get(holder, name))
    if (prototype === undefined) continue // such as SuppressedError on Node 22
    byKey.set(prefix + name, prototype)
    byPrototype.set(prototype, prefix + name)
  }
}

know(globalThis, [...NATIVE, ...OF_THE_HOST], PLATFORM)
know(Reflect.get(globalThis, "WebAssembly"), OF_WEBASSEMBLY, `${PLATFORM}WebAssembly.`)

for (const module of [cancelledError, eofError, exceptionGroup, keyboardInterrupt, misuse, osErrors, queueErrors, streamErrors, timeoutError, stopRetrying]) {
  for (const exported of Object.values(module)) {
    const prototype = prototypeOf(exported)
    const key = prototype === undefined ? undefined : keyOf(prototype)
    if (prototype !== undefined && key?.startsWith(OURS) === true) byKey.set(key, prototype)
  }
}

/** The keys of the classes that `error` is an instance of, its own first. */
export function classKeys(error: object): string[] {
  const keys: string[] = []
  let prototype: object | null = Object.getPrototypeOf(error) as object | null // what the language gives
  for (let i = 0; i < LONGEST_CHAIN && prototype !== null && prototype !== Object.prototype; i += 1) {
    const key = keyOf(prototype)
    if (key !== undefined) keys.push(key)
    prototype = Object.getPrototypeOf(prototype) as object | null // what the language gives
  }
  return keys
}

/**
 * The class with the first key that is known here: the prototype, and how many keys were not.
 *
 * @param classes - what the caller knows besides this library's and the platform's
 */
export function findPrototype(keys: readonly string[], code: unknown, classes: readonly ErrorClass[]): [prototype: object, skipped: number] {
  const own = new Map<string, object>()
  for (const given of classes) {
    const prototype = prototypeOf(given)
    const key = prototype === undefined ? undefined : keyOf(prototype)
    if (prototype !== undefined && key !== undefined && !own.has(key)) own.set(key, prototype)
  }
  for (const [skipped, key] of keys.entries()) {
    const prototype = own.get(key) ?? byKey.get(key) ?? assertionError(key, code)
    if (prototype !== undefined) return [prototype, skipped]
  }
  return [Error.prototype, keys.length]
}

/**
 * What makes `instanceof` hold for classes of this library that are not loaded here, such as
 * those of its HTTP client: their mark is all that it looks for.
 */
export function marksOf(keys: readonly string[]): symbol[] {
  return keys.filter((key) => key.startsWith(OURS)).map((key) => Symbol.for(key))
}

// Loaded only where one came: few programs use it outside their tests.
function assertionError(key: string, code: unknown): object | undefined {
  if (key !== "AssertionError" || code !== "ERR_ASSERTION") return undefined
  return process.getBuiltinModule("node:assert").AssertionError.prototype
}

function keyOf(prototype: object): string | undefined {
  const known = byPrototype.get(prototype)
  if (known !== undefined) return known
  // By the mark, not by the name: that holds in another copy of the library, and when minified.
  for (const symbol of Object.getOwnPropertySymbols(prototype)) {
    const name = Symbol.keyFor(symbol)
    if (name?.startsWith(OURS) === true) return name
  }
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value
  if (typeof constructor !== "function") return undefined
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, "name")?.value
  if (typeof name !== "string" || name === "") return undefined
  // The TypeError of another realm (node:vm, Jest) is the platform's as well.
  const isNative = NATIVE.includes(name) && Function.prototype.toString.call(constructor).includes("[native code]")
  return isNative ? PLATFORM + name : name
}

function prototypeOf(constructor: unknown): object | undefined {
  if (typeof constructor !== "function") return undefined
  const prototype: unknown = constructor.prototype
  return typeof prototype === "object" && prototype !== null ? prototype : undefined
}
