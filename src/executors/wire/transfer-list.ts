/** What can be moved to another thread instead of being copied, and what cannot. */
import { isMarkedAsUntransferable, MessagePort } from "node:worker_threads"
import { describe } from "../../structures/arguments.ts"
import { named, type Obstacle } from "./clone-verdict.ts"
import { util } from "../node-util.ts"

/** An entry of a transfer list that cannot be moved. */
export interface BadTransfer extends Obstacle {
  readonly index: number
}

/** The first entry of `list` that cannot be moved, as far as looking at it tells. */
export function badTransfer(list: readonly unknown[]): BadTransfer | undefined {
  const places = new Map<unknown, number>()
  for (const [index, entry] of list.entries()) {
    const before = places.get(entry)
    const bad = before === undefined ? obstacleTo(entry) : { what: `entry ${before + 1} once more`, advice: "list it once" }
    if (bad !== undefined) return { index, ...bad }
    places.set(entry, index)
  }
  return undefined
}

function obstacleTo(entry: unknown): Obstacle | undefined {
  if (typeof entry !== "object" || entry === null) return { what: describe(entry), advice: "only objects are moved; leave it out: it is copied" }
  if (ArrayBuffer.isView(entry)) {
    const rest = isPooled(entry.buffer) ? "its memory is shared with other buffers: leave it out, or make it with Buffer.alloc" : "list its memory: its .buffer"
    return { what: `${named(entry)}, which cannot be moved itself`, advice: rest }
  }
  if (util.types.isSharedArrayBuffer(entry)) return { what: "a SharedArrayBuffer", advice: "both sides keep shared memory; leave it out" }
  if (util.types.isArrayBuffer(entry)) {
    if (entry.detached) return { what: "an ArrayBuffer that was moved before", advice: "list the one that came back, or make a new one" }
    if (isPooled(entry)) return { what: "an ArrayBuffer that may not be moved", advice: "Node shares it among small buffers; leave it out, or make the buffer with Buffer.alloc" }
    return undefined
  }
  if (isLocked(entry)) return { what: `${named(entry)} that is locked`, advice: "somebody reads or writes it here; release its lock first" }
  return mayMove(entry) ? undefined : { what: `${named(entry)}, which cannot be moved`, advice: "leave it out: it is copied" }
}

/** Whether `value` is of a kind that `transfer` moves unasked. */
export function isMovable(value: object): boolean {
  if (util.types.isArrayBuffer(value)) return !value.detached && !isPooled(value)
  return isPortOrStream(value)
}

function isPortOrStream(value: object): boolean {
  if (value instanceof MessagePort) return true
  return value instanceof ReadableStream || value instanceof WritableStream || value instanceof TransformStream || named(value) === "a FileHandle"
}

// Node adds kinds that can be moved, so what is of some class of the host's may be one.
function mayMove(entry: object): boolean {
  if (isPortOrStream(entry)) return true
  if (Array.isArray(entry) || util.types.isMap(entry) || util.types.isSet(entry) || util.types.isDate(entry) || util.types.isRegExp(entry)) return false
  if (util.types.isPromise(entry) || util.types.isNativeError(entry) || util.types.isProxy(entry) || util.types.isBoxedPrimitive(entry)) return false
  const prototype: unknown = Object.getPrototypeOf(entry)
  return prototype !== null && prototype !== Object.prototype
}

function isPooled(memory: object): boolean {
  return isMarkedAsUntransferable(memory)
}

function isLocked(value: object): boolean {
  if (value instanceof TransformStream) return value.readable.locked || value.writable.locked
  return (value instanceof ReadableStream || value instanceof WritableStream) && value.locked
}
