/**
 * Reads what a `ByteWriter` has written, and believes none of it.
 */
import { NANOSECONDS, RAW, WHOLE } from "./byte-writer.ts"
import { damaged } from "./recording-error.ts"

const IN_A_SECOND = 1e9
/** As many arguments as every engine takes in one call. */
const CHUNK = 4096

export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw damaged("it ends within a number")
    this.#at += 1
    return value
  }

  bytes(count: number): Uint8Array {
    if (count > this.left) throw damaged("it ends within a column")
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  number(): number {
    const bytes = this.#bytes
    let value = 0
    let weight = 1
    for (;;) {
      const byte = bytes[this.#at++] ?? 0x80
      value += (byte & 0x7f) * weight
      if (byte < 0x80) return value
      weight *= 128
      if (weight >= 2 ** 56 || this.#at >= bytes.length) throw damaged("a number has no end")
    }
  }

  signed(): number {
    const value = this.number()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** How many of something follow, each of which takes a byte at least. */
  count(): number {
    const count = this.number()
    if (count > this.left) throw damaged("it promises more than it holds")
    return count
  }

  /** A number below `end`. */
  below(end: number): number {
    const value = this.number()
    if (value >= end) throw damaged("it names something that it does not hold")
    return value
  }

  text(): string {
    const length = this.count()
    const parts: string[] = []
    for (let from = 0; from < length; from += CHUNK) {
      const units: number[] = []
      for (let at = from; at < Math.min(length, from + CHUNK); at += 1) units.push(this.below(0x10000))
      parts.push(String.fromCharCode(...units))
    }
    return parts.join("")
  }

  numbers(count: number): Float64Array {
    const how = this.byte()
    if (count > this.left) throw damaged("it ends within a column")
    if (how === RAW) return this.#raw(count)
    if (how !== WHOLE && how !== NANOSECONDS) throw damaged("a column is in no known form")
    const values = new Float64Array(count)
    let last = 0
    for (let at = 0; at < count; at += 1) {
      last += this.signed()
      values[at] = how === NANOSECONDS ? last / IN_A_SECOND : last
    }
    return values
  }

  #raw(count: number): Float64Array {
    const planes = this.bytes(count * 8)
    const raw = new Uint8Array(count * 8)
    for (let weight = 0; weight < 8; weight += 1) for (let at = 0; at < count; at += 1) raw[at * 8 + weight] = planes[weight * count + at] ?? 0
    return new Float64Array(raw.buffer)
  }
}
