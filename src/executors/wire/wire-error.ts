/**
 * Errors between threads and processes: `encodeError` there, `decodeError` here.
 *
 * Structured clone alone gives back an `Error` of one of seven names, without its code and its
 * properties. Here an error travels as plain data: a flat list of it and all errors that it
 * refers to, so that a long chain of causes needs no deep stack, and one that leads back to
 * itself stays one.
 */
import { serialize } from "node:v8"
import { ExceptionGroup } from "../../errors/exception-group.ts"
import { describe } from "../../structures/arguments.ts"
import { classKeys, findPrototype, marksOf, type ErrorClass } from "./error-class.ts"
import { util } from "../node-util.ts"

export type { ErrorClass }

/** What a property holds: a value, one of the errors by its place in the list, or a list of both. */
export type WireValue = { readonly value: unknown } | { readonly error: number } | { readonly list: readonly WireValue[] }

/** One error: what it is, what it says, and what it carries. */
export interface WireErrorFacts {
  readonly classes: readonly string[]
  readonly name: string | undefined
  readonly message: string | undefined
  readonly stack: string | undefined
  /** Also where it is the class that tells it. */
  readonly code: string | number | undefined
  readonly properties: readonly (readonly [key: string, value: WireValue, enumerable: boolean])[]
  /** The names of properties that cannot be cloned. */
  readonly dropped: readonly string[]
}

/** What was thrown, as plain data that can be cloned. */
export interface WireError {
  readonly thrown: WireValue
  readonly errors: readonly WireErrorFacts[]
}

/**
 * Of a decoded error: the names of properties that could not come along. Not enumerable, so
 * that no message and no log shows it.
 */
export const DROPPED = "droppedProperties"

const MOST_ERRORS = 1_000
const MOST_PROPERTIES = 1_000
const MOST_IN_LIST = 10_000
/** In characters; what all errors together say has the other limit. */
const LONGEST_TEXT = 1 << 20
const LONGEST_TEXTS = 8 << 20
/** What an error may say of itself when the others have said too much. */
const SHORT_TEXT = 1_000

/** What was thrown, as plain data that threads and processes can be sent; never throws. */
export function encodeError(error: unknown): WireError {
  try {
    return new Encoder().encode(error)
  } catch {
    const facts = { classes: ["global.Error"], name: "Error", message: "something was thrown that cannot even be looked at", stack: undefined, code: undefined, properties: [], dropped: [] }
    return { thrown: { error: 0 }, errors: [facts] }
  }
}

class Encoder {
  /** In the order of `#places`; those that were not yet looked at are missing at the end. */
  readonly #facts: WireErrorFacts[] = []
  readonly #places = new Map<object, number>()
  #text = 0

  encode(error: unknown): WireError {
    const thrown = attempt(() => this.#value(error)) ?? this.#stranger(error)
    for (const found of this.#places.keys()) this.#facts.push(this.#factsOf(found)) // which finds more
    return { thrown, errors: this.#facts }
  }

  /** Undefined for what cannot be cloned. */
  #value(value: unknown): WireValue | undefined {
    if (isError(value)) return this.#refer(value)
    if (!isArray(value) || value.length > MOST_IN_LIST || attempt(() => value.some(isError)) !== true) return this.#copy(value)
    // Lists in lists may be one in itself, and are copied as they are.
    return { list: Array.from(value, (item) => (isArray(item) ? this.#copy(item) : this.#value(item)) ?? { value: describe(item) }) }
  }

  #refer(error: object): WireValue {
    let place = this.#places.get(error)
    if (place === undefined && this.#places.size === MOST_ERRORS) {
      return { value: `${describe(error)} and what it refers to were left out: there are more than ${MOST_ERRORS} errors` }
    }
    if (place === undefined) this.#places.set(error, (place = this.#places.size))
    return { error: place }
  }

  // Copied at once: what a getter gave for the check it need not give again when it is sent.
  #copy(value: unknown): WireValue | undefined {
    if (typeof value === "function" || typeof value === "symbol") return undefined
    if (typeof value !== "object" || value === null) return { value }
    try {
      const copy: unknown = structuredClone(value)
      serialize(copy) // which refuses what threads share and processes cannot
      return { value: copy }
    } catch {
      return undefined
    }
  }

  #stranger(value: unknown): WireValue {
    return this.#refer(new Error(`what was thrown is ${describe(value)}, which is no error and cannot be cloned`))
  }

  #factsOf(error: object): WireErrorFacts {
    const properties: [string, WireValue, boolean][] = []
    const dropped: string[] = []
    for (const key of attempt(() => Object.getOwnPropertyNames(error)) ?? []) {
      if (key === "stack" || key === "message") continue
      const enumerable = attempt(() => Object.getOwnPropertyDescriptor(error, key)?.enumerable) ?? false
      const read = attempt(() => ({ value: Reflect.get(error, key) as unknown }))
      const value = read === undefined || properties.length === MOST_PROPERTIES ? undefined : attempt(() => this.#value(read.value))
      if (value !== undefined) properties.push([key, value, enumerable])
      else if (dropped.length < MOST_PROPERTIES) dropped.push(key)
    }
    const code = attempt(() => Reflect.get(error, "code") as unknown)
    return {
      classes: attempt(() => classKeys(error)) ?? [],
      name: this.#textOf(error, "name"),
      message: this.#textOf(error, "message"),
      stack: this.#textOf(error, "stack"),
      code: typeof code === "string" || typeof code === "number" ? code : undefined,
      properties,
      dropped,
    }
  }

  #textOf(error: object, key: "name" | "message" | "stack"): string | undefined {
    const text = attempt(() => Reflect.get(error, key) as unknown)
    if (typeof text !== "string") return undefined
    const most = this.#text < LONGEST_TEXTS ? LONGEST_TEXT : SHORT_TEXT
    this.#text += Math.min(text.length, most)
    return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`
  }
}

/**
 * What was thrown, as it was, as far as that is possible; never throws.
 *
 * An error has its own class where that is known here, by `classes` or as one of this library
 * or of the platform; else the nearest class above it that is. No constructor of the program
 * is called, so private fields (`#x`) of its classes are missing. Name, message, stack, code,
 * cause and other properties are those of the original.
 */
export function decodeError(wire: WireError, classes: readonly ErrorClass[] = []): unknown {
  const made = wire.errors.map((facts) => make(facts, classes))
  const resolve = (value: WireValue): unknown => {
    if ("error" in value) return made[value.error]
    return "list" in value ? value.list.map(resolve) : value.value
  }
  for (const [place, facts] of wire.errors.entries()) {
    const error = made[place] as object // one was made of each
    for (const [key, value, enumerable] of facts.properties) set(error, key, resolve(value), enumerable)
    for (const key of ["message", "name", "code"] as const) {
      // What its class or its properties tell is not told once more.
      if (facts[key] !== undefined && attempt(() => Reflect.get(error, key) as unknown) !== facts[key]) set(error, key, facts[key], false)
    }
  }
  return resolve(wire.thrown)
}

function make(facts: WireErrorFacts, classes: readonly ErrorClass[]): object {
  const [prototype, skipped] = findPrototype(facts.classes, facts.code, classes)
  const error = create(prototype, facts)
  const unknown = marksOf(facts.classes.slice(0, skipped))
  for (const mark of unknown) set(error, mark, true, false)
  const { name = "Error", message = "", stack = message === "" ? name : `${name}: ${message}` } = facts
  set(error, "stack", stack, false)
  if (facts.dropped.length > 0) set(error, DROPPED, [...facts.dropped], false)
  return error
}

// With the prototype of the program's class, but constructed by the nearest class whose
// insides the language or this library needs: that makes it a real error to the engine.
function create(prototype: object, { name, message = "" }: WireErrorFacts): object {
  const heir = function (): void {}
  heir.prototype = prototype
  // By the chain itself: for a class of this library instanceof asks for the mark only.
  if (isPrototypeOf(ExceptionGroup.prototype, prototype)) return Reflect.construct(ExceptionGroup, ["", [undefined]], heir) as object // a group is one
  if (isPrototypeOf(DOMException.prototype, prototype)) return Reflect.construct(DOMException, [message, name], heir) as object // an exception is one
  return Reflect.construct(Error, message === "" ? [] : [message], heir) as object // an error is one
}

function isPrototypeOf(above: object, prototype: object): boolean {
  return above === prototype || Object.prototype.isPrototypeOf.call(above, prototype)
}

function set(error: object, key: string | symbol, value: unknown, enumerable: boolean): void {
  attempt(() => Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true }))
}

// A revoked proxy cannot even be asked, and what a working one says of itself may change.
function isArray(value: unknown): value is readonly unknown[] {
  return !util.types.isProxy(value) && Array.isArray(value)
}

function isError(value: unknown): value is object {
  return util.types.isNativeError(value) || attempt(() => value instanceof Error) === true
}

/** What `look` gives, or undefined where it throws: a program may make anything of its errors. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
