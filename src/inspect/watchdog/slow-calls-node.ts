/**
 * The calls of Node and the engine that block in native code, where nobody can look: each is
 * written down while it runs.
 *
 * Only where the arguments say that it may take long, so that others cost a comparison.
 */
import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { isAnyArrayBuffer, isDataView, isMap, isProxy, isSet, isTypedArray } from "node:util/types"
import type { CallMarks } from "./call-marks-node.ts"

type Arguments = readonly unknown[]
type AnyFunction = (this: unknown, ...given: Arguments) => unknown

/** A call that may block. */
interface SlowCall {
  readonly name: string
  /** The object that it is a method of; undefined where this version of Node has none. */
  readonly of: object | undefined
  readonly key: string
  /** Whether it may take long; always, if there is none. */
  readonly long?: (given: Arguments, self: unknown, marks: CallMarks) => boolean
}

/** Of text or bytes: what takes longer than some 0.1 ms. */
const LARGE = 100_000
const MANY = 10_000
/** Values of an object that are looked at. */
const LOOKED_AT = 4

/** What all of them inherit from. */
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array) as { readonly prototype: object }
// A class of the program's may have a size of its own.
const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get
const typedSize = Object.getOwnPropertyDescriptor(TYPED_ARRAY.prototype, "byteLength")?.get
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, "size")?.get
const builtin = (name: string): object => process.getBuiltinModule(name) as object // those below are in every Node

/** Their numbers, from 1, are what the threads tell each other. */
export const SLOW_CALLS: readonly SlowCall[] = [
  { name: "JSON.parse", of: JSON, key: "parse", long: ([text]) => sizeOf(text) > LARGE },
  { name: "JSON.stringify", of: JSON, key: "stringify", long: ([value], _, marks) => isLarge(value, marks) },
  { name: "structuredClone", of: globalThis, key: "structuredClone", long: ([value], _, marks) => isLarge(value, marks) },
  { name: "Atomics.wait", of: Atomics, key: "wait" },
  { name: "Array.sort", of: Array.prototype, key: "sort", long: (_, self) => sizeOf(self) > MANY },
  { name: "Array.toSorted", of: Array.prototype, key: "toSorted", long: (_, self) => sizeOf(self) > MANY },
  { name: "Array.join", of: Array.prototype, key: "join", long: (_, self) => sizeOf(self) > MANY },
  { name: "TypedArray.from", of: TYPED_ARRAY, key: "from", long: ([items]) => sizeOf(items) > MANY },
  { name: "TypedArray.sort", of: TYPED_ARRAY.prototype, key: "sort", long: (_, self) => sizeOf(self) > MANY },
  { name: "TypedArray.toSorted", of: TYPED_ARRAY.prototype, key: "toSorted", long: (_, self) => sizeOf(self) > MANY },
  { name: "Buffer.toString", of: Buffer.prototype, key: "toString", long: (_, self) => sizeOf(self) > LARGE * 10 },
  { name: "Buffer.from", of: Buffer, key: "from", long: ([data]) => sizeOf(data) > LARGE * 10 },
  { name: "Buffer.concat", of: Buffer, key: "concat", long: ([list]) => Array.isArray(list) && list.some((data) => sizeOf(data) > LARGE) },
  ...of("v8", ["serialize"], ([value], _, marks) => isLarge(value, marks)),
  ...of("v8", ["deserialize"], ([data]) => sizeOf(data) > LARGE),
  ...of("v8", ["writeHeapSnapshot"]),
  ...of("fs", ["readFileSync", "writeFileSync", "appendFileSync", "readSync", "writeSync", "openSync", "fsyncSync", "copyFileSync", "cpSync", "rmSync", "readdirSync"]),
  ...of("child_process", ["execSync", "execFileSync", "spawnSync"]),
  ...of("crypto", ["pbkdf2Sync", "scryptSync", "argon2Sync", "generateKeyPairSync", "generateKeySync", "generatePrimeSync", "checkPrimeSync"]),
  ...of("crypto", ["randomBytes"], ([size, callback]) => callback === undefined && Number(size) > LARGE),
  ...of("crypto", ["randomFillSync", "sign", "verify", "hash"], (given) => given.some((data) => sizeOf(data) > LARGE)),
  { name: "Hash.update", of: prototypeOf("Hash"), key: "update", long: ([data]) => sizeOf(data) > LARGE },
  { name: "Hmac.update", of: prototypeOf("Hmac"), key: "update", long: ([data]) => sizeOf(data) > LARGE },
  ...of(
    "zlib",
    ["deflate", "deflateRaw", "gzip", "inflate", "inflateRaw", "gunzip", "unzip", "brotliCompress", "brotliDecompress", "zstdCompress", "zstdDecompress"].map((name) => `${name}Sync`),
    ([data]) => sizeOf(data) > MANY,
  ),
]

/** Has the calls written down, until the returned function is called. */
export function markSlowCalls(marks: CallMarks): () => void {
  const undo: (() => void)[] = []
  for (const [index, call] of SLOW_CALLS.entries()) {
    const undone = mark(call, index + 1, marks)
    if (undone !== undefined) undo.push(undone)
  }
  syncBuiltinESMExports()
  return () => {
    for (const undone of undo) undone()
    syncBuiltinESMExports()
  }
}

function mark({ of, key, long }: SlowCall, number: number, marks: CallMarks): (() => void) | undefined {
  const property = of === undefined ? undefined : Object.getOwnPropertyDescriptor(of, key)
  const original = property?.value as AnyFunction | undefined // the table names functions
  if (of === undefined || property === undefined || typeof original !== "function" || property.configurable !== true) return undefined
  const { [key]: marked } = {
    [key](this: unknown, ...given: Arguments): unknown {
      if (long?.(given, this, marks) === false) return Reflect.apply(original, this, given)
      marks.begin(number)
      try {
        return Reflect.apply(original, this, given)
      } finally {
        marks.end()
      }
    },
  }
  if (marked === undefined) return undefined
  // As programs see it: its name, its length, and what hangs on it, such as util.promisify.custom.
  Object.defineProperties(marked, Object.getOwnPropertyDescriptors(original))
  Object.defineProperty(of, key, { ...property, value: marked })
  return () => {
    // Whoever has put something in the place of it since is left alone.
    if (Object.getOwnPropertyDescriptor(of, key)?.value === marked) Object.defineProperty(of, key, property)
  }
}

function of(module: string, keys: readonly string[], long?: SlowCall["long"]): SlowCall[] {
  return keys.map((key) => ({ name: `${module}.${key}`, of: builtin(`node:${module}`), key, ...(long === undefined ? {} : { long }) }))
}

function prototypeOf(name: "Hash" | "Hmac"): object {
  return crypto[name].prototype
}

/** How much of it there is: text, bytes or items. Calls nothing of the program's, such as a getter. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length
  if (typeof value !== "object" || value === null || isProxy(value)) return 0
  if (Array.isArray(value)) return value.length
  if (isTypedArray(value)) return Number(typedSize?.call(value))
  if (isAnyArrayBuffer(value) || isDataView(value)) return value.byteLength
  const length: unknown = Object.getOwnPropertyDescriptor(value, "length")?.value
  return typeof length === "number" ? length : 0
}

/** Whether there is much in it, as far as a glance tells. */
function isLarge(value: unknown, marks: CallMarks): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "string" && value.length > LARGE
  if (!marks.mayGlance() || isProxy(value)) return false
  if (isLong(value)) return true
  let left = LOOKED_AT
  for (const key in value) {
    if ((left -= 1) < 0) return Array.isArray(value) ? false : hasMany(value)
    if (isLong(Object.getOwnPropertyDescriptor(value, key)?.value)) return true
  }
  return false
}

function isLong(value: unknown): boolean {
  if (typeof value === "string") return value.length > LARGE
  if (typeof value !== "object" || value === null) return false
  return sizeOf(value) > MANY / 10 || membersOf(value) > MANY / 10
}

function membersOf(value: object): number {
  return isMap(value) ? Number(mapSize?.call(value)) : isSet(value) ? Number(setSize?.call(value)) : 0
}

function hasMany(value: object): boolean {
  let left = MANY / 10
  for (const _ in value) if ((left -= 1) < 0) return true
  return false
}
