/**
 * Bytes that come from somewhere, read as lines, in numbers or up to a separator.
 */
import { checkInteger, describe } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { ByteBuffer } from "./byte-buffer.ts"
import {
  buffer,
  check,
  consumed,
  ended,
  NextLine,
  Read,
  ReadExactly,
  ReadLine,
  ReadUntil,
  stopWaiting,
  transportOf,
  waitFor,
  type ReadOperation,
} from "./read-operations.ts"
import { hostDriven, takeBuffered } from "./base-transport.ts"
import { type ReadTransport } from "./transport.ts"

/** What may mark the end of what `readUntil` gives: text or bytes, or several of them. */
export type Separator = string | Uint8Array | readonly (string | Uint8Array)[]

/** How a reader is made. */
export interface StreamReaderOptions {
  /** Bytes that are buffered before the peer is slowed down, and that a line may be long; 64 KiB by default. */
  readonly limit?: number | undefined
  readonly loop?: Scheduler | undefined
}

export const DEFAULT_LIMIT = 64 * 1024


const NEWLINE = [Buffer.from("\n")]

/**
 * The reading end of a stream: made by `openConnection`, `startServer` and subprocesses.
 *
 * One task reads at a time. A cancelled read leaves every byte for the next one.
 *
 * Invariants: the transport is paused only while more than twice the limit, or more than the
 * limit since then, is buffered and nobody waits; nobody waits at the end of the input or
 * after an error.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const reader = new asyncio.StreamReader()
 *   reader.feedData(Buffer.from("tea\nmilk\n"))
 *   reader.feedEof()
 *   for await (const line of reader) console.log(line.toString().trim()) // -> tea, then milk
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#streamreader
 */
export class StreamReader extends Shown {
  readonly limit: number
  readonly [buffer] = new ByteBuffer()
  #transport: ReadTransport | null = null
  #waiter: ReadOperation<unknown> | null = null
  #eof = false
  #error: unknown = null
  #paused = false

  /** @throws RangeError unless the limit is a whole number above 0. */
  constructor(options: StreamReaderOptions = {}) {
    super()
    const { limit = DEFAULT_LIMIT } = options
    checkInteger(limit, "the limit of a StreamReader", 1)
    this.limit = limit
  }

  /**
   * At most `n` bytes, as soon as there are any: empty at the end of the input. Without `n`,
   * everything up to the end.
   *
   * @throws RuntimeError if another task reads; what the connection failed with.
   * @throws CancelledError if the task is cancelled first; what has come stays.
   *
   * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.read
   */
  read(n = -1): Coroutine<Buffer> {
    checkInteger(n, "how many bytes to read", -1)
    return new Read(this, n)
  }

  /**
   * Exactly `n` bytes, which may be more than the limit.
   *
   * @throws IncompleteReadError if the input ends before, with what there was in `partial`.
   * @throws CancelledError if the task is cancelled first; what has come stays.
   *
   * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readexactly
   */
  readExactly(n: number): Coroutine<Buffer> {
    checkInteger(n, "how many bytes to read", 0)
    return new ReadExactly(this, n)
  }

  /**
   * One line with its end; what there is at the end of the input, empty if nothing.
   *
   * @throws LimitOverrunError if the line is longer than the limit; it is dropped.
   * @throws CancelledError if the task is cancelled first; what has come stays.
   *
   * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readline
   */
  readLine(): Coroutine<Buffer> {
    return new ReadLine(this, NEWLINE)
  }

  /**
   * Everything up to and with the separator; of several, the one that ends first.
   *
   * @throws LimitOverrunError if it is not within the limit; the data stays.
   * @throws IncompleteReadError if the input ends before, with what there was in `partial`.
   * @throws RangeError for no separator or an empty one.
   *
   * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readuntil
   */
  readUntil(separator: Separator = "\n"): Coroutine<Buffer> {
    return new ReadUntil(this, separators(separator))
  }

  /** Whether the input has ended and all of it was read. */
  atEof(): boolean {
    return this.#eof && this[buffer].size === 0
  }

  /** The lines, each with its end, up to the end of the input. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return { next: () => new NextLine(this, NEWLINE) }
  }

  /** Adds bytes, as a transport's protocol does; the reader keeps them, so leave them as they are. */
  feedData(data: Uint8Array): void {
    if (!(data instanceof Uint8Array)) throw new TypeError(`feedData takes bytes, not ${describe(data)}`)
    if (this.#eof) throw new RuntimeError("cannot feed data after feedEof()")
    this[buffer].add(data)
    const waiter = this.#waiter
    if (waiter !== null) {
      if (waiter.satisfied()) this.#wake()
      else return
    }
    this.#pauseIfFull()
  }

  #pauseIfFull(): void {
    if (this.#paused || this.#transport === null || this[buffer].size <= 2 * this.limit) return
    this.#paused = true
    this.#transport.pauseReading()
  }

  /** Ends the input. */
  feedEof(): void {
    this.#eof = true
    this.#wake()
  }

  /** Fails the read that waits, and all later ones. */
  setException(error: unknown): void {
    this.#error = error
    this.#wake()
  }

  /** What the connection failed with; undefined unless it did. */
  exception(): unknown {
    return this.#error ?? undefined
  }

  /** Sets what is paused while the buffer is full. */
  setTransport(transport: ReadTransport): void {
    this.#transport = transport
    this.#paused = false
  }

  #wake(): void {
    const waiter = this.#waiter
    this.#waiter = null
    waiter?.wake()
  }

  [check](): void {
    if (this.#error !== null) throw this.#error
  }

  get [transportOf](): ReadTransport | null {
    return this.#transport
  }

  get [hostDriven](): boolean {
    return this.#transport?.[hostDriven] === true
  }

  [waitFor](operation: ReadOperation<unknown>): void {
    if (this.#waiter !== null) {
      throw new RuntimeError(
        `${operation.name}() was called while another task waits for data in ${this.#waiter.name}(); one task reads a stream at a time`,
      )
    }
    this.#waiter = operation
    this.#resume()
  }

  [stopWaiting](operation: ReadOperation<unknown>): void {
    if (this.#waiter === operation) this.#waiter = null
    this.#pauseIfFull()
  }

  [consumed](): void {
    this.#waiter?.lookAgain()
    if (this.#paused && this[buffer].size <= this.limit) this.#resume()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#transport?.resumeReading()
  }

  get [ended](): boolean {
    return this.#eof
  }

  [takeBuffered](): Buffer {
    return this[buffer].take(Infinity)
  }

  toString(): string {
    const facts = [
      `${this[buffer].size} bytes`,
      ...(this.#eof ? ["eof"] : []),
      ...(this.#error === null ? [] : ["failed"]),
      ...(this.#paused ? ["paused"] : []),
      ...(this.#waiter === null ? [] : ["awaited"]),
      ...(this.limit === DEFAULT_LIMIT ? [] : [`limit=${this.limit}`]),
    ]
    return `<StreamReader ${facts.join(" ")}>`
  }
}

function separators(given: Separator): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0) throw new RangeError("readUntil needs a separator, but the list of them is empty")
  return list.map((one) => {
    if (typeof one !== "string" && !(one instanceof Uint8Array)) throw new TypeError(`a separator is text or bytes, not ${describe(one)}`)
    if (one.length === 0) throw new RangeError("a separator has at least one byte, but an empty one was given")
    return typeof one === "string" ? Buffer.from(one) : one
  })
}
