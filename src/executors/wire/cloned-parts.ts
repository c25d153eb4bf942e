/** What cloning takes of an object, in its order. */
import type { Step } from "./value-path.ts"
import { util } from "../node-util.ts"

/** What a child is: a value, or the error that its getter threw. */
export type Child = readonly [step: Step, value: unknown, thrown?: { readonly error: unknown }]

/** Listing the indexes of a longer array as strings would take more memory than the array. */
const LONG_ARRAY = 100_000
/** One as long as this has holes. */
const SPARSE_ARRAY = 20_000_000

/** What cloning visits next after `object`; what getters throw is told, not thrown. */
export function* childrenOf(object: object): Generator<Child, undefined> {
  if (util.types.isMap(object)) {
    let index = 0
    for (const [key, value] of Map.prototype.entries.call(object)) {
      yield [{ kind: "key", index }, key]
      yield [{ kind: "value", key, index }, value]
      index += 1
    }
  } else if (util.types.isSet(object)) {
    let index = 0
    for (const value of Set.prototype.values.call(object)) yield [{ kind: "member", index: index++ }, value]
  } else if (util.types.isNativeError(object)) {
    // Their other properties are left behind.
    for (const key of ["name", "message", "stack"]) {
      const [step, value, thrown] = read(object, key)
      if (thrown !== undefined) yield [step, undefined, thrown]
      if (typeof value === "symbol") yield [step, value] // it cannot be made the string that is wanted
    }
    if (object instanceof DOMException) return undefined // Node sends it in its own way
    if (Object.getOwnPropertyDescriptor(object, "cause")?.value !== undefined) yield read(object, "cause")
  } else if (Array.isArray(object)) {
    if (object.length < SPARSE_ARRAY) for (let i = 0; i < object.length; i += 1) yield read(object, i)
    if (object.length >= LONG_ARRAY && object.length < SPARSE_ARRAY) return undefined
    for (const key of Object.keys(object)) if (object.length >= SPARSE_ARRAY || !/^\d+$/.test(key)) yield read(object, key)
  } else {
    for (const key of Object.keys(object)) yield read(object, key)
  }
  return undefined
}

function read(object: object, key: string | number): Child {
  const step: Step = { kind: "property", key }
  try {
    return [step, Reflect.get(object, key)]
  } catch (error) {
    return [step, undefined, { error }]
  }
}

/** Whether cloning looks at nothing inside `object`. */
export function isEmpty(object: object): boolean {
  return util.types.isExternal(object) || Object.keys(object).length === 0
}

/** What cloning takes apart itself, unless it was marked. */
export function isOrdinary(object: object): boolean {
  if (Array.isArray(object) || util.types.isMap(object) || util.types.isSet(object) || util.types.isNativeError(object)) return true
  const prototype: unknown = Object.getPrototypeOf(object)
  return prototype === null || prototype === Object.prototype
}
