/**
 * Writes numbers and texts as bytes that compress well.
 */

/** How the numbers of a column are written. */
export const WHOLE = 0
export const NANOSECONDS = 1
export const RAW = 2

/** Differences of two numbers below this are exact, and so is twice the difference. */
const EXACT = 2 ** 52
const IN_A_SECOND = 1e9

/** A number as a whole multiple of a unit; `undefined` unless that gives the very same number back. */
type Scale = (value: number) => number | undefined

const whole: Scale = (value) => (Number.isSafeInteger(value) && !Object.is(value, -0) && Math.abs(value) < EXACT ? value : undefined)
const nanoseconds: Scale = (value) => {
  const count = Math.round(value * IN_A_SECOND)
  return Math.abs(count) < EXACT && Object.is(count / IN_A_SECOND, value) && !Object.is(count, -0) ? count : undefined
}

/** Invariant: what is written is in `#bytes` below `#length`. */
export class ByteWriter {
  #bytes = new Uint8Array(65_536)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was written. */
  taken(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#length] = value
    this.#length += 1
  }

  bytes(values: Uint8Array): void {
    this.#room(values.length)
    this.#bytes.set(values, this.#length)
    this.#length += values.length
  }

  /** 32 bits, the lowest first. */
  fixed(value: number): void {
    for (const shift of [0, 8, 16, 24]) this.byte((value >>> shift) & 0xff)
  }

  /** A whole number from 0 to 2^53: seven bits in each byte, the lowest first. */
  number(value: number): void {
    this.#room(8)
    const bytes = this.#bytes
    let at = this.#length
    let left = value
    while (left > 0x0fff_ffff) {
      bytes[at++] = (left % 128) | 0x80
      left = Math.floor(left / 128)
    }
    while (left > 0x7f) {
      bytes[at++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    bytes[at++] = left
    this.#length = at
  }

  /** A whole number that may be negative, and most often is small. */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** Every UTF-16 unit on its own: half of a pair comes back as it was. */
  text(value: string): void {
    this.number(value.length)
    for (let at = 0; at < value.length; at += 1) this.number(value.charCodeAt(at))
  }

  /** One number after the other by their differences, exactly; their count is the reader's to know. */
  numbers(values: ArrayLike<number>): void {
    if (this.#scaled(values, whole, WHOLE) || this.#scaled(values, nanoseconds, NANOSECONDS)) return
    this.byte(RAW)
    const raw = new Uint8Array(Float64Array.from(values).buffer)
    // The bytes of one weight stand together, since those of the highest are nearly the same.
    for (let weight = 0; weight < 8; weight += 1) for (let at = weight; at < raw.length; at += 8) this.byte(raw[at] ?? 0)
  }

  #scaled(values: ArrayLike<number>, scale: Scale, how: number): boolean {
    const begin = this.#length
    this.byte(how)
    let last = 0
    for (let at = 0; at < values.length; at += 1) {
      const value = scale(values[at] ?? 0)
      if (value === undefined || Math.abs(value - last) >= EXACT) {
        this.#length = begin
        return false
      }
      this.signed(value - last)
      last = value
    }
    return true
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}
