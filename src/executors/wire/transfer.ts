import type { Transferable as NodeTransferable } from "node:worker_threads"
import { named } from "./clone-verdict.ts"
import { badTransfer, isMovable } from "./transfer-list.ts"
import { util } from "../node-util.ts"

/** What can be moved to a thread: the memory of an ArrayBuffer, a MessagePort, a stream of the web's, and what else Node can hand over. */
export type Transferable = NodeTransferable

const marks = new WeakMap<object, readonly Transferable[]>()
/** More cannot be the plain data that a search is for. */
const MOST_OBJECTS = 1_000_000

/**
 * Says that what is in `value` is to be moved to the other side instead of copied.
 *
 * Moving takes the same time whatever the size; afterwards the memory is gone here: its
 * length is 0, and sending it once more is refused. The mark counts for the next job that is
 * given the value as an argument, or, inside a job, for what it returns, yields or reports.
 * Shared memory (`SharedArrayBuffer`) needs no mark: both sides keep it. Nothing can be moved
 * to another process.
 *
 * @param value - given back as it is
 * @param list - what to move: ArrayBuffers, MessagePorts, streams. By default all of these
 * that `value` is or holds; moving the buffer of a view moves all of it, for other views too
 * @throws TypeError for an entry that cannot be moved, was moved before, is listed twice, or
 * is not in `value`, where it would be lost.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { transfer } from "asyncio-ts/executors"
 *
 * await asyncio.run(async () => {
 *   const samples = new Float64Array(1_000_000).fill(0.5)
 *   const total = await asyncio.toThread(
 *     (numbers: Float64Array) => numbers.reduce((sum, n) => sum + n, 0),
 *     transfer(samples),
 *   )
 *   console.log(total, samples.length) // -> 500000 0
 * })
 * ```
 *
 * @see https://nodejs.org/api/worker_threads.html#considerations-when-transferring-typedarrays-and-buffers
 */
export function transfer<T>(value: T, list?: readonly Transferable[]): T {
  if (list !== undefined) checkList(value, list)
  if (typeof value === "object" && value !== null) marks.set(value, list === undefined ? found(value) : [...list])
  return value
}

/** What is to be moved with `values`; the marks are taken away, so that nothing is moved twice. */
export function takeTransfers(values: readonly unknown[]): Transferable[] {
  const taken = new Set<Transferable>()
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue
    for (const entry of marks.get(value) ?? []) taken.add(entry)
    marks.delete(value)
  }
  return [...taken]
}

function checkList(value: unknown, list: readonly Transferable[]): void {
  if (!Array.isArray(list)) throw new TypeError("cannot transfer: the list is not an array; write transfer(value, [what is to be moved])")
  const bad = badTransfer(list)
  if (bad !== undefined) throw new TypeError(`cannot transfer: entry ${bad.index + 1} of the list is ${bad.what}; ${bad.advice}`)
  const missing = new Set<object>(list as readonly object[]) // badTransfer has refused what is none
  search(value, missing.size, (object) => {
    missing.delete(object)
    return missing.size === 0
  })
  const index = list.findIndex((entry) => missing.has(entry as object)) // as above
  if (index === -1) return
  throw new TypeError(
    `cannot transfer: entry ${index + 1} of the list, ${named(list[index] as object)}, is not in the value: it would be lost; ` + // as above
      `send what holds it, or leave it out`,
  )
}

function found(value: object): Transferable[] {
  const movable: Transferable[] = []
  const complete = search(value, 1, (object) => {
    if (isMovable(object)) movable.push(object as Transferable) // as isMovable says
    return false
  })
  if (complete) return movable
  throw new TypeError(
    `cannot transfer: the value holds more than ${MOST_OBJECTS} objects, too many to look for what can be moved; ` +
      `name it: transfer(value, [buffer])`,
  )
}

/**
 * Shows `see` every object in `value` until it says that it has seen enough; false if there are
 * too many. Getters are not called: what they give now need not be what they give later.
 */
function search(value: unknown, wanted: number, see: (object: object) => boolean): boolean {
  const seen = new Set<object>()
  const todo: object[] = []
  const add = (inside: unknown): void => {
    if (typeof inside !== "object" || inside === null || seen.has(inside) || util.types.isProxy(inside)) return
    seen.add(inside)
    todo.push(inside)
  }
  if (wanted > 0) add(value)
  for (let object = todo.pop(); object !== undefined; object = todo.pop()) {
    if (see(object)) return true
    if (seen.size > MOST_OBJECTS) return false
    if (ArrayBuffer.isView(object)) add(object.buffer)
    else if (!util.types.isAnyArrayBuffer(object)) addInside(object, add)
  }
  return true
}

function addInside(object: object, add: (inside: unknown) => void): void {
  if (isMovable(object)) return
  if (util.types.isMap(object)) {
    for (const [key, inside] of Map.prototype.entries.call(object)) {
      add(key)
      add(inside)
    }
  } else if (util.types.isSet(object)) {
    for (const inside of Set.prototype.values.call(object)) add(inside)
  } else if (util.types.isNativeError(object)) {
    add(Object.getOwnPropertyDescriptor(object, "cause")?.value)
  } else if (!util.types.isBoxedPrimitive(object)) {
    for (const key of Object.keys(object)) add(Object.getOwnPropertyDescriptor(object, key)?.value)
  }
}
