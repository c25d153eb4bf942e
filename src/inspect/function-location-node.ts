/**
 * Where a function begins: asked of the engine's inspector in this process, which no flag and no
 * port is needed for, and which leaves debugger, profiler and coverage as they are.
 */
import type { Session } from "node:inspector"
import { host } from "../host/host.ts"

/** Where a function begins. */
export interface FunctionPlace {
  /** The URL or path of its file. */
  readonly file: string
  readonly line: number
  readonly column: number
  readonly function?: string
}

/** What the inspector answers, as far as it is used. */
interface Answers {
  readonly "Runtime.evaluate": { readonly result: { readonly objectId?: string } }
  readonly "Runtime.getProperties": {
    readonly internalProperties?: readonly { readonly name: string; readonly value?: { readonly value?: unknown } }[]
  }
  readonly "Runtime.releaseObjectGroup": object
  readonly "Profiler.getBestEffortCoverage": { readonly result: readonly { readonly scriptId: string; readonly url: string }[] }
}

interface Location {
  readonly scriptId: string
  readonly lineNumber: number
  readonly columnNumber: number
}

const HANDED_OVER = Symbol.for("asyncio-ts.located")
const GROUP = "asyncio-ts"
const known = new WeakMap<Function, FunctionPlace | null>()
/** The files of the engine's scripts. */
const files = new Map<string, string>()

/** Where functions begin; undefined for those of the engine, and where the inspector is not to be had. */
export function functionPlaces(functions: readonly Function[]): (FunctionPlace | undefined)[] {
  const unknown = new Set(functions.filter((fn) => !known.has(fn)))
  if (unknown.size > 0) find(unknown)
  return functions.map((fn) => known.get(fn) ?? undefined)
}

/** So many functions that were not asked for before are looked for in a second: each takes an eighth of a millisecond. */
const RATE = 100
const asked = { since: 0, count: 0 }

/** Where one function begins, also unknown where too many were asked for. Of many ask with `functionPlaces`. */
export function functionPlace(fn: Function): FunctionPlace | undefined {
  if (!known.has(fn)) {
    const now = host.now()
    if (now - asked.since > 1) {
      asked.since = now
      asked.count = 0
    }
    asked.count += 1
    if (asked.count > RATE) return undefined
  }
  return functionPlaces([fn])[0]
}

function find(functions: Iterable<Function>): void {
  const session = connect()
  if (session === undefined) return
  const global = globalThis as { [HANDED_OVER]?: Function } // only this function sets it, and takes it away again
  try {
    const located: { fn: Function; at: Location }[] = []
    for (const fn of functions) {
      known.set(fn, null)
      global[HANDED_OVER] = fn
      const at = locationOf(session)
      if (at !== undefined) located.push({ fn, at })
    }
    if (located.some(({ at }) => !files.has(at.scriptId))) learnFiles(session)
    for (const { fn, at } of located) {
      const file = files.get(at.scriptId) ?? ""
      if (file === "" || file.startsWith("node:")) continue
      const place = { file, line: at.lineNumber + 1, column: at.columnNumber + 1 }
      known.set(fn, fn.name === "" ? place : { ...place, function: fn.name })
    }
  } finally {
    delete global[HANDED_OVER]
    session.disconnect()
  }
}

/** Undefined in a build without the inspector, on other hosts, and where it is not permitted. */
function connect(): Session | undefined {
  try {
    // Not imported: a program that nobody looks at need not load it.
    const session = new (process.getBuiltinModule("node:inspector").Session)()
    session.connect()
    return session
  } catch {
    return undefined
  }
}

function locationOf(session: Session): Location | undefined {
  const expression = 'globalThis[Symbol.for("asyncio-ts.located")]'
  const objectId = ask(session, "Runtime.evaluate", { expression, objectGroup: GROUP, silent: true })?.result.objectId
  if (objectId === undefined) return undefined
  const properties = ask(session, "Runtime.getProperties", { objectId, ownProperties: true })
  ask(session, "Runtime.releaseObjectGroup", { objectGroup: GROUP })
  const found = properties?.internalProperties?.find(({ name }) => name === "[[FunctionLocation]]")
  return found?.value?.value as Location | undefined // what the protocol says of this property
}

/** Of all ways to learn the file of a script this alone changes nothing: enabling the debugger makes every await slower. */
function learnFiles(session: Session): void {
  for (const { scriptId, url } of ask(session, "Profiler.getBestEffortCoverage", {})?.result ?? []) files.set(scriptId, url)
}

/** Sessions of this process answer within the call. */
function ask<M extends keyof Answers>(session: Session, method: M, params: object): Answers[M] | undefined {
  let answer: Answers[M] | undefined
  session.post(method, params, (error: Error | null, result?: object) => {
    if (error === null) answer = result as Answers[M] // as the protocol has it
  })
  return answer
}
