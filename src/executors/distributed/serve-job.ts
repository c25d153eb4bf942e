/**
 * What runs in a worker's thread for a job that came through Redis. Values are read and
 * written here, so that large ones never keep the thread that renews locks.
 */
import { isCancellation } from "../../errors/cancelled-error.ts"
import { StopRetrying } from "../../flow/stop-retrying.ts"
import { host } from "../../host/host.ts"
import { isThenable } from "../../structures/arguments.ts"
import { refuseLost } from "../wire/uncloneable.ts"
import { encodeError, type WireError } from "../wire/wire-error.ts"
import { enterContext } from "../worker/enter-context.ts"
import { resolveWork } from "../worker/resolve-work.ts"
import { withJobKey } from "./current-job-key.ts"
import { failureText, type JobData, type Payload } from "./job-data.ts"
import { decodeValue, encodeValue } from "./payload.ts"

/** One job, as the thread is told of it. */
export interface ServedCall {
  readonly module: string
  readonly name: string
  readonly payload: string
  readonly shape: JobData["shape"]
  readonly key: string
  /** Bytes that the result may take. */
  readonly limit: number
}

/** What became of it. */
export type Served =
  | { readonly result: string }
  | { readonly failure: string; readonly stack: string | undefined; /** Another attempt is of no use. */ readonly final: boolean }

/** The results of a chunk up to the first failure, that failure, and how long it took. */
export interface ChunkResult {
  readonly values: readonly unknown[]
  readonly error?: WireError | undefined
  readonly seconds: number
}

/** Runs a job; a cancellation goes on, and all else is told as data. */
export function serveJob(call: ServedCall): Promise<Served> {
  return withJobKey(call.key, () => serve(call))
}

async function serve(call: ServedCall): Promise<Served> {
  const { name, limit, shape } = call
  try {
    const fn = await resolveWork({ kind: "module", module: call.module, name })
    const { args, context } = decodeValue(call.payload) as Payload // as the executor encoded it
    enterContext(context)
    const value = shape === "each" ? await each(fn, args, name) : checkResult(await fn(...args), name)
    return { result: encodeValue(value, limit, `cannot give back the result of '${name}' through Redis`, [value], "result") }
  } catch (error) {
    if (isCancellation(error)) throw error
    const thrown = error instanceof StopRetrying ? error.cause : error
    return { failure: failureText(thrown), stack: thrown instanceof Error ? thrown.stack : undefined, final: error instanceof StopRetrying }
  }
}

async function each(fn: (...args: readonly unknown[]) => unknown, items: readonly unknown[], name: string): Promise<ChunkResult> {
  const values: unknown[] = []
  const begun = host.now()
  try {
    for (const item of items) {
      const value = fn(item)
      values.push(checkResult(isThenable(value) ? await value : value, name))
    }
    return { values, seconds: host.now() - begun }
  } catch (error) {
    if (isCancellation(error)) throw error
    return { values, error: encodeError(error), seconds: host.now() - begun }
  }
}

/** @throws TypeError for a generator, and for what would arrive as an empty object. */
function checkResult(value: unknown, name: string): unknown {
  if (typeof value === "object" && value !== null && typeof (value as { next?: unknown }).next === "function") {
    throw new TypeError(`'${name}' gives a generator, whose items do not travel between machines: return a list, or put them where the caller can read them`)
  }
  refuseLost(`cannot give back the result of '${name}'`, [value], "result")
  return value
}

/** The names of the functions that a module exports. @throws as `resolveWork` if it cannot be loaded. */
export async function exportedFunctions(module: string): Promise<readonly string[]> {
  const namespace = await load(module)
  const inside = namespace["default"]
  const all = typeof inside === "object" && inside !== null ? { ...(inside as Record<string, unknown>), ...namespace } : namespace
  return Object.keys(all).filter((key) => key !== "default" && key !== "module.exports" && isCallable(all[key]))
}

async function load(module: string): Promise<Record<string, unknown>> {
  try {
    return (await import(module)) as Record<string, unknown> // what a module's namespace is
  } catch (error) {
    // Which finds the place of what is wrong.
    await resolveWork({ kind: "module", module, name: "" })
    throw error
  }
}

/** Loads modules before their first job. One that fails to load is told of by the job that needs it. */
export async function preload(...modules: readonly string[]): Promise<void> {
  await Promise.allSettled(modules.map((module) => import(module)))
}

/** A class is a function that cannot be called. */
function isCallable(value: unknown): boolean {
  return typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value))
}
