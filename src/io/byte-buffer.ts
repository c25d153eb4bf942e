/**
 * Bytes that have come and were not read: a queue that gives out any number of them at once.
 *
 * What it gives out are views, not copies. That is sound because no byte that was given
 * out is ever written again: bytes are only added behind the last one, and a full buffer is
 * replaced by a larger one.
 */
const LEAST = 4096

/** Invariant: the unread bytes are `#data` from `#start` to `#end`; only beyond `#end`, and only if it is `#own`, is it written. */
export class ByteBuffer {
  #data: Buffer = nothing
  #start = 0
  #end = 0
  #takes = 0
  /** Whether this buffer made `#data` itself, rather than being given it. */
  #own = false

  /** How often something was taken out: between two equal answers, bytes were only added. */
  get takes(): number {
    return this.#takes
  }

  get size(): number {
    return this.#end - this.#start
  }

  /** Adds `chunk`, which must not be written to afterwards. */
  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    const size = this.size
    if (size === 0) {
      this.#data = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      this.#start = 0
      this.#end = chunk.length
      this.#own = false
      return
    }
    if (!this.#own || this.#data.length - this.#end < chunk.length) this.#grow(size + chunk.length)
    this.#data.set(chunk, this.#end)
    this.#end += chunk.length
  }

  #grow(needed: number): void {
    // Not from Node's pool, of which a line that is kept would hold a part for ever.
    const larger = Buffer.allocUnsafeSlow(Math.max(LEAST, needed * 2))
    this.#data.copy(larger, 0, this.#start, this.#end)
    this.#end = this.size
    this.#start = 0
    this.#data = larger
    this.#own = true
  }

  /** Takes the first `count` bytes, or all if there are fewer. */
  take(count: number): Buffer {
    this.#takes += 1
    if (count >= this.size) {
      const data = this.#data
      // Mostly what came is what is taken.
      const all = this.#start === 0 && this.#end === data.length ? data : data.subarray(this.#start, this.#end)
      this.clear()
      return all
    }
    const start = this.#start
    this.#start = start + count
    return this.#data.subarray(start, this.#start)
  }

  /** Where `separator` begins, counted from the first unread byte; -1 if it is not there after `from`. */
  indexOf(separator: Uint8Array, from: number): number {
    const filled = this.#end === this.#data.length ? this.#data : this.#data.subarray(0, this.#end)
    // A single byte as a number: half the time.
    const at = filled.indexOf(separator.length === 1 ? (separator[0] ?? 0) : separator, this.#start + from)
    return at === -1 ? -1 : at - this.#start
  }

  clear(): void {
    this.#takes += 1
    this.#data = nothing
    this.#start = 0
    this.#end = 0
    this.#own = false
  }
}

const nothing = Buffer.alloc(0)
