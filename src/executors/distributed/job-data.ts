/**
 * What stands in Redis of a job, and how its failure is told there.
 */
import { createHash } from "node:crypto"
import type { BackoffOptions } from "../../flow/backoff.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { describeError } from "../../structures/arguments.ts"
import { decodeError, encodeError, type ErrorClass, type WireError } from "../wire/wire-error.ts"
import { decodeValue, encodeValue } from "./payload.ts"

/** The `data` of a job of BullMQ's. */
export interface JobData {
  /** The form of what follows. */
  readonly asyncio: 1
  /** Arguments and context variables, encoded: see `Payload`. */
  readonly payload: string
  /** One call, or one for each argument. */
  readonly shape: "once" | "each"
  /** When nobody waits for it any more, in milliseconds of Redis' clock. */
  readonly deadline?: number | undefined
  /** The seconds that its caller gave it, for messages. */
  readonly within?: number | undefined
  /** Seconds that it gets to end when it is asked to. */
  readonly grace?: number | undefined
  readonly backoff?: BackoffOptions | undefined
  /** Its caller wants it no more. */
  readonly cancelled?: string | undefined
}

export interface Payload {
  readonly args: readonly unknown[]
  readonly context: readonly (readonly [name: string, value: unknown])[] | undefined
}

/** Between the words for people and the error itself. */
const MARK = "\nasyncio-ts error: "
const LONGEST_HEAD = 300
const LONGEST_ERROR = 2 ** 20

/** What was thrown, for the one text that BullMQ keeps of a failure: words for people, then all of it. */
export function failureText(error: unknown): string {
  const head = describeHead(error)
  return `${head}${MARK}${encodeWire(encodeError(error), head)}`
}

// Plain data by its making; only its length may be beyond reason.
function encodeWire(wire: WireError, head: string): string {
  try {
    return encodeValue(wire, LONGEST_ERROR, "", [])
  } catch {
    return encodeValue(encodeError(new Error(`${head} (the error itself is too large to be sent)`)), LONGEST_ERROR, "", [])
  }
}

/**
 * The error of such a text; undefined if it is none. Of one that is damaged, or was written by
 * another version, an error that says so: whoever can write to Redis must not make a caller wait for ever.
 */
export function readFailure(text: string, classes: readonly ErrorClass[] | undefined): { readonly error: unknown } | undefined {
  const at = text.indexOf(MARK)
  if (at === -1) return undefined
  try {
    return { error: decodeError(decodeValue(text.slice(at + MARK.length)) as WireError, classes) } // as failureText made it
  } catch (cause) {
    return { error: new RuntimeError(`a failure came through Redis that cannot be read but for its words: ${failureHead(text)}`, { cause }) }
  }
}

/** The words for people. */
export function failureHead(text: string): string {
  const at = text.indexOf(MARK)
  return at === -1 ? text : text.slice(0, at)
}

function describeHead(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : describeError(error)
  const line = text.replace(/\s*\n\s*/g, " ")
  return line.length > LONGEST_HEAD ? `${line.slice(0, LONGEST_HEAD)}…` : line
}

/** The names of the queue's two pieces of BullMQ that all sides must agree on. */
export const CANCEL_TOPIC = "cancel"

/** The namespace of BullMQ's relay for a queue; it takes few characters. */
export function relayNamespace(queue: string): string {
  return `asyncio-${createHash("sha256").update(queue).digest("base64url")}`
}

/** What a job is called: the module and the export. */
export function jobName(module: string, name: string): string {
  return `${module}.${name}`
}

/** The two parts of such a name. */
export function splitJobName(name: string): { readonly module: string; readonly name: string } {
  const at = name.lastIndexOf(".")
  return { module: name.slice(0, at), name: name.slice(at + 1) }
}
