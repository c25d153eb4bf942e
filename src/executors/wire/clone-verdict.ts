/** What becomes of a single value, whatever it holds, when it is sent to a worker. */
import { EventEmitter } from "node:events"
import { deserialize, serialize } from "node:v8"
import { Coroutine } from "../../core/coroutine.ts"
import { Future } from "../../core/future.ts"
import { describe, describeError } from "../../structures/arguments.ts"
import { util } from "../node-util.ts"

/** What a value is sent across; processes share no memory. */
export type Boundary = "thread" | "process"

/** Why a value cannot be sent: what it is, and what to do. */
export interface Obstacle {
  readonly what: string
  readonly advice: string
}

/** "whole": it and all that it holds can be sent; "look": what it holds has to be looked at. */
export type Verdict = "whole" | "look" | Obstacle

const KEEP = "send data and keep functions here (or export the function from a module)"
const AWAIT = "await it first and send its result"
const READ = "send the values themselves, such as an array of them"
/** These can be moved only. */
const MOVABLE = ["MessagePort", "ReadableStream", "WritableStream", "TransformStream", "FileHandle"]
/** Of these a process gets an empty object, and no error is thrown. */
const EMPTY_IN_PROCESSES = ["Blob", "File", "FormData", "Headers", "Request", "Response", "URL", "URLSearchParams", ...MOVABLE]

/** The verdict on `value`, by what it is; "look" also for what only a trial can tell. */
export function verdict(value: unknown, boundary: Boundary): Verdict {
  if (typeof value === "symbol") return { what: "a symbol", advice: "a symbol is equal to itself only where it was made; send a string" }
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) return "whole"
  if (util.types.isProxy(value)) return { what: "a Proxy", advice: "send a copy of what it stands for, such as { ...value }" }
  if (typeof value === "function") return { what: isClass(value) ? "a class" : "a function", advice: KEEP }
  const awaited = awaitable(value)
  if (awaited !== undefined) return awaited
  if (util.types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return ofMemory(value, boundary)
  if (util.types.isBoxedPrimitive(value)) return util.types.isSymbolObject(value) ? { what: "a symbol", advice: "send a string" } : "whole"
  if (util.types.isDate(value) || util.types.isRegExp(value)) return "whole"
  if (util.types.isArgumentsObject(value)) return { what: "an arguments object", advice: "send an array, such as [...arguments]" }
  if (util.types.isModuleNamespaceObject(value)) return { what: "a module", advice: "import it in the job" }
  return "look"
}

/** Undefined unless `value` stands for a result that is still to come. */
export function awaitable(value: object): Obstacle | undefined {
  if (value instanceof Coroutine) return { what: "a coroutine", advice: AWAIT }
  if (value instanceof Future) return { what: named(value), advice: AWAIT }
  return util.types.isPromise(value) ? { what: "a promise", advice: AWAIT } : undefined
}

/** The obstacle that `value` is though the platform clones it, or seems to: as an empty object. */
export function lost(value: object, boundary: Boundary): Obstacle | undefined {
  if (value instanceof AbortSignal) return { what: named(value), advice: "inside the job, currentSignal() tells of its cancellation" }
  if (boundary === "process" && isOfHost(value, EMPTY_IN_PROCESSES)) return { what: named(value), advice: "processes get plain data only; send what is in it" }
  // It can be written into the pipe, and not be read there.
  if (boundary === "process" && isCompiledModule(value)) return { what: "a WebAssembly.Module", advice: "processes cannot share compiled code; send its bytes" }
  return awaitable(value)
}

/** The obstacle that a trial has shown `value` to be. */
export function obstacle(value: object): Obstacle {
  const what = named(value)
  if (MOVABLE.some((name) => what.endsWith(` ${name}`))) return { what, advice: "it can only be moved: transfer(value, [it])" }
  if (isIterator(value)) return { what, advice: READ }
  return { what, advice: "send a plain object or a string that says what is in it" }
}

/** The obstacle that a getter is which threw `error`. */
export function throwing(error: unknown): Obstacle {
  return { what: `a getter that throws ${describeError(error)}`, advice: "send a value of its own" }
}

/** Of what lives in its thread alone, though what stands in the way is inside it, such as a socket. */
export function livesHere(value: unknown): Obstacle | undefined {
  const isTimer = typeof value === "object" && value !== null && /^an? (Timeout|Immediate)$/.test(named(value))
  if (!isTimer && !(value instanceof EventEmitter)) return undefined
  return { what: `${named(value)}, which holds functions`, advice: "it belongs to this thread; make one in the job" }
}

/** Whether `value` can be sent as it is, with all that it holds. */
export function canClone(value: unknown, boundary: Boundary): boolean {
  try {
    if (boundary === "thread") structuredClone(value)
    else deserialize(serialize(value))
    return true
  } catch {
    return false
  }
}

/** What `value` is called, with its article. */
export function named(value: object): string {
  const described = describe(value)
  // The class of an iterator says little, its tag all.
  if (described !== "an object" && described !== "an Iterator") return described.replace(/^an (?=U[A-Z]|Uint)/, "a ")
  try {
    const tag = Object.prototype.toString.call(value).slice("[object ".length, -1)
    return /^[aeiou]/i.test(tag) ? `an ${tag}` : `a ${tag}`
  } catch {
    return described
  }
}

function ofMemory(value: ArrayBufferLike | ArrayBufferView, boundary: Boundary): Verdict {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value
  if (util.types.isSharedArrayBuffer(memory)) {
    if (boundary === "thread" || memory !== value) return "whole"
    return { what: "a SharedArrayBuffer", advice: "processes share no memory; use worker threads, or send a copy of it" }
  }
  if (memory.detached) {
    const what = memory === value ? `${named(value)} that was moved before` : `${named(value)} whose memory was moved before`
    return { what, advice: "transfer(…) gives it away for good: send what the first job gives back, or a copy each time" }
  }
  if (memory === value || !memory.resizable || canClone(value, boundary)) return "whole"
  return { what: `${named(value)} that reaches beyond its memory`, advice: "its ArrayBuffer was made smaller; make a new view of it" }
}

// By its name first: merely to ask for the class of a Request loads the whole of fetch.
function isOfHost(value: object, names: readonly string[]): boolean {
  const name = named(value).replace(/^an? /, "")
  const kind: unknown = names.includes(name) ? Reflect.get(globalThis, name) : undefined
  return typeof kind === "function" && value instanceof kind
}

function isCompiledModule(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object WebAssembly.Module]"
}

function isClass(value: object): boolean {
  try {
    return /^class\b/.test(Function.prototype.toString.call(value))
  } catch {
    return false
  }
}

function isIterator(value: object): boolean {
  try {
    return typeof (value as { next?: unknown }).next === "function"
  } catch {
    return false
  }
}
