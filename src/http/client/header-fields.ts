import { describe } from "../../structures/arguments.ts"

/** Headers as a record, as pairs, or as the platform's `Headers`. Undefined leaves one out. */
export type HeadersInput =
  | Readonly<Record<string, string | number | readonly string[] | undefined>>
  | Iterable<readonly [name: string, value: string]>

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * The headers of a request: names in lower case, in the order in which they were first set.
 * Has the methods of the platform's `Headers`.
 */
export class HeaderFields implements Iterable<[string, string]> {
  #fields: Map<string, string | string[]>
  /** Whether others have the same map, which is copied before it is changed. */
  #shared: boolean = false
  #flat: string[] | null = null

  constructor(fields?: HeaderFields) {
    if (fields === undefined) {
      this.#fields = new Map()
      return
    }
    this.#fields = fields.#fields
    this.#flat = fields.#flat
    this.#shared = true
    fields.#shared = true
  }

  /** @throws TypeError for what is no name or value of a header. */
  static of(input: HeadersInput | undefined): HeaderFields {
    const fields = new HeaderFields()
    fields.merge(input)
    return fields
  }

  /** Sets what `input` has; the others stay. */
  merge(input: HeadersInput | undefined): void {
    if (input === undefined) return
    if (typeof input !== "object" || input === null) {
      throw new TypeError(`headers are an object, a list of pairs or Headers, not ${typeof input === "string" ? "text" : describe(input)}`)
    }
    if (!(Symbol.iterator in input)) {
      for (const [name, value] of Object.entries(input)) {
        if (value === undefined) continue
        this.delete(name)
        for (const one of Array.isArray(value) ? (value as readonly string[]) : [value as string | number]) this.append(name, one)
      }
      return
    }
    const seen = new Set<string>()
    for (const pair of input as Iterable<readonly [string, string]>) {
      if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`headers are pairs of a name and a value, not ${typeof pair === "string" ? "text" : describe(pair)}`)
      const [name, value] = pair as [string, string]
      const key = checkedName(name)
      if (!seen.has(key)) this.delete(key)
      seen.add(key)
      this.append(name, value)
    }
  }

  get(name: string): string | null {
    const value = this.#fields.get(name.toLowerCase())
    return value === undefined ? null : typeof value === "string" ? value : value.join(", ")
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase())
  }

  set(name: string, value: string | number): void {
    this.#own().set(checkedName(name), checkedValue(name, value))
  }

  append(name: string, value: string | number): void {
    const key = checkedName(name)
    const added = checkedValue(name, value)
    const before = this.#fields.get(key)
    this.#own().set(key, before === undefined ? added : [...(typeof before === "string" ? [before] : before), added])
  }

  delete(name: string): void {
    const key = name.toLowerCase()
    if (this.#fields.has(key)) this.#own().delete(key)
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (const [name, value] of this.#fields) {
      if (typeof value === "string") yield [name, value]
      else for (const one of value) yield [name, one]
    }
  }

  /** Name, value, name, value, as undici takes them; not to be changed. */
  flat(): string[] {
    if (this.#flat !== null) return this.#flat
    const list: string[] = []
    for (const [name, value] of this.#fields) {
      if (typeof value === "string") list.push(name, value)
      else for (const one of value) list.push(name, one)
    }
    return (this.#flat = list)
  }

  /** The map, to be changed. */
  #own(): Map<string, string | string[]> {
    if (this.#shared) this.#fields = new Map(this.#fields)
    this.#shared = false
    this.#flat = null
    return this.#fields
  }
}

function checkedName(name: string): string {
  if (typeof name !== "string" || !TOKEN.test(name)) throw new TypeError(`${describe(name)} is no name of a header`)
  return name.toLowerCase()
}

function checkedValue(name: string, value: string | number): string {
  const text = String(value)
  if ((typeof value !== "string" && typeof value !== "number") || !VALUE.test(text)) {
    throw new TypeError(
      `the value of the header ${describe(name)} is text of one line in Latin-1, but ${typeof value === "string" ? "something else" : describe(value)} was given; encode it`,
    )
  }
  return text
}
