/**
 * Random numbers from a seed, the same on every host: sfc32 by Chris Doty-Humphrey, of 32-bit
 * integers only.
 *
 * @see https://pracrand.sourceforge.net/RNG_engines.txt
 */
export class RandomNumbers {
  #a: number
  #b: number
  #c: number
  #count = 1

  constructor(seed: number) {
    this.#a = seed | 0
    // A seed may be larger than 32 bits.
    this.#b = Math.floor(seed / 2 ** 32) | 0
    this.#c = 0x9e3779b9 | 0
    for (let i = 0; i < 15; i += 1) this.#next()
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#count) | 0
    this.#count = (this.#count + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** From 0 up to, and not including, 1. */
  fraction(): number {
    return this.#next() / 2 ** 32
  }

  /** A whole number from 0 up to, and not including, `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end)
  }
}
