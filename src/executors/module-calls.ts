/**
 * The exported functions of a module as calls that run elsewhere.
 */
import { existsSync } from "node:fs"
import { isAbsolute } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { describe } from "../structures/arguments.ts"
import { FileNotFoundError } from "../errors/os-errors.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { checkExecutionOptions, type ExecutionOptions } from "./execution-options.ts"
import type { Item, Result } from "./job-result.ts"
import type { JobStream } from "./job-stream.ts"
import type { ModuleWork } from "./wire/messages.ts"

/** What a call of a module's function gives: a coroutine, or for a generator its items. */
export type CallOf<R> = [Item<R>] extends [never] ? Coroutine<Result<R>> : R extends Iterator<unknown, unknown, never> | AsyncIterator<unknown, unknown, never> ? JobStream<Item<R>> : Coroutine<Result<R>>

/** The exported functions of a module `M`, each as a call on an executor. */
export type ModuleCalls<M extends object> = {
  readonly [Name in keyof M as M[Name] extends (...args: never[]) => unknown ? Name : never]: M[Name] extends (...args: infer A) => infer R
    ? (...args: A) => CallOf<R>
    : never
} & {
  /** The same with options for the jobs. */
  with(options: ExecutionOptions): ModuleCalls<M>
}

/** What a call of `ModuleCalls` stands for. */
const meant = new WeakMap<object, MeantCall>()

/** An exported function, and the options that its module was given. */
export interface MeantCall {
  readonly work: ModuleWork
  readonly options: ExecutionOptions
}

/** The exported function that a call of `ModuleCalls` stands for; undefined for any other function. */
export function meantCall(fn: object): MeantCall | undefined {
  return meant.get(fn)
}

/** How a call is made. */
export type MakeCall = (work: ModuleWork, args: readonly unknown[], options: ExecutionOptions) => unknown

/** The module that a program names, as what can be imported anywhere. @throws TypeError, FileNotFoundError */
export function moduleAddress(url: URL | string): string {
  const address = url instanceof URL ? url.href : url
  if (typeof address !== "string" || address === "") {
    throw new TypeError(`a module is named by a URL, such as new URL("./cpu.ts", import.meta.url), not by ${describe(url)}`)
  }
  if (/^\.{1,2}\//.test(address)) {
    throw new TypeError(`cannot tell where ${JSON.stringify(address)} is: a worker has another place than your file; write new URL(${JSON.stringify(address)}, import.meta.url)`)
  }
  const whole = isAbsolute(address) ? pathToFileURL(address).href : address
  return whole.startsWith("file:") ? existing(whole) : whole
}

/** TypeScript's `cpu.ts` is `cpu.js` once it is compiled: a program may name either, as with imports. */
function existing(url: string): string {
  const path = url.replace(/[?#].*$/s, "")
  if (existsSync(fileURLToPath(path))) return url
  const other = `${path.slice(0, -2)}${path.endsWith("ts") ? "js" : "ts"}`
  if (/\.[cm]?[jt]s$/.test(path) && existsSync(fileURLToPath(other))) return `${other}${url.slice(path.length)}`
  throw new FileNotFoundError(`cannot run functions of ${fileURLToPath(path)}: there is no such file (ENOENT)`, { code: "ENOENT" })
}

const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never // the symbol by which Node asks

/** A proxy whose every property is a call; which exports there are is known where the module is loaded. */
export function moduleCalls<M extends object>(address: string, options: ExecutionOptions, make: MakeCall): ModuleCalls<M> {
  const calls = new Map<string, unknown>()
  const shown = (): string => `<calls of ${address}>`
  const target: object = Object.freeze({ toString: shown, [inspect]: shown })
  return new Proxy(target as ModuleCalls<M>, { // nothing else is read from the target
    get(_target, key) {
      // Whoever awaits the module, by mistake or in a list, is not to wait for a call.
      if (key === "then" || key === "toJSON") return undefined
      if (typeof key === "symbol" || key === "toString" || key === "constructor") return Reflect.get(target, key) as unknown
      if (key === "with") {
        return (more: ExecutionOptions) => {
          checkExecutionOptions(more)
          return moduleCalls<M>(address, { ...options, ...more }, make)
        }
      }
      const known = calls.get(key)
      if (known !== undefined) return known
      const work: ModuleWork = { kind: "module", module: address, name: key }
      const call = (...args: readonly unknown[]): unknown => make(work, args, options)
      Object.defineProperty(call, "name", { value: key, configurable: true })
      meant.set(call, { work, options })
      calls.set(key, call)
      return call
    },
  })
}
