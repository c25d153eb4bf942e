/**
 * Finds lines in the bytes of a file, which come in chunks.
 *
 * Lines end with LF, CRLF or a lone CR. All three are single bytes that occur within no
 * character of UTF-8, so lines are found before they are decoded, and no character is ever
 * cut at the border of a chunk.
 */
import { LimitOverrunError } from "../../errors/stream-errors.ts"
import { quoted } from "./file-path.ts"

const LF = 10
const CR = 13
const NOTHING = Buffer.alloc(0)
const CHUNK = 64 * 1024

/** A line that was found: its bytes, and the place in the file where the next begins. */
export interface FoundLine {
  readonly bytes: Buffer
  readonly next: number
}

/**
 * Invariants: #bytes are those of the file from #start on; there is no line end in the first
 * #scanned of them from #from on; #cr is the first CR from #crFrom on, or the number of bytes.
 */
export class LineReader {
  readonly #limit: number
  readonly #path: string
  #bytes: Buffer = NOTHING
  #start = 0
  #from = 0
  #scanned = 0
  #crFrom = 0
  #cr = 0

  constructor(limit: number, path: string) {
    this.#limit = limit
    this.#path = path
  }

  /** Forgets what was read ahead. */
  clear(): void {
    this.#restart(0)
  }

  /**
   * The line that begins at `position`; undefined if more has to be read, or at the end of
   * the file.
   *
   * @param ended - there is nothing more to read
   * @throws LimitOverrunError if the line is too long.
   */
  find(position: number, ended: boolean): FoundLine | undefined {
    if (position < this.#start || position > this.#start + this.#bytes.length) this.#restart(position)
    const bytes = this.#bytes
    const begin = position - this.#start
    if (begin !== this.#from) {
      this.#from = begin
      this.#scanned = begin
    }
    const end = this.#lineEnd(begin)
    if (end - begin > this.#limit) {
      throw new LimitOverrunError(
        `a line of ${quoted(this.#path)}, at byte ${position}, is longer than ${this.#limit} bytes: open the file with a larger lineLimit, or read bytes`,
        end - begin,
      )
    }
    // A CR at the end of what is known may be half of a CRLF.
    const open = end === bytes.length || (bytes[end] === CR && end + 1 === bytes.length)
    if (open && !ended) {
      this.#scanned = end
      return undefined
    }
    if (begin === bytes.length) return undefined
    const length = end === bytes.length ? 0 : bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1
    return { bytes: bytes.subarray(begin, end), next: this.#start + end + length }
  }

  /** Where in the file the bytes begin that are to be read next, and how many to read. */
  get wanted(): { readonly at: number; readonly size: number } {
    const known = this.#bytes.length - this.#from
    // As much again for a long line, so that putting its parts together stays linear.
    return { at: this.#start + this.#bytes.length, size: Math.max(CHUNK, known) }
  }

  /** Adds what was read; what lies before the line that is looked for is let go. */
  add(chunk: Buffer): void {
    const kept = this.#bytes.subarray(this.#from)
    this.#start += this.#from
    this.#scanned -= this.#from
    this.#from = 0
    this.#bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
    this.#crFrom = 0
    this.#cr = -1
  }

  #lineEnd(begin: number): number {
    const bytes = this.#bytes
    const lf = bytes.indexOf(LF, this.#scanned)
    // Kept between lines: most files have no CR, and looking for one each time would go through all bytes again.
    if (this.#cr < begin || begin < this.#crFrom) {
      this.#crFrom = this.#scanned
      const cr = bytes.indexOf(CR, this.#scanned)
      this.#cr = cr === -1 ? bytes.length : cr
    }
    return Math.min(lf === -1 ? bytes.length : lf, this.#cr)
  }

  #restart(position: number): void {
    this.#bytes = NOTHING
    this.#start = position
    this.#from = 0
    this.#scanned = 0
    this.#crFrom = 0
    this.#cr = 0
  }
}
