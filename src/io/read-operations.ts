/**
 * The reads of a `StreamReader`: each looks at the buffer, and waits while that is not enough.
 */
import type { CancelledError } from "../errors/cancelled-error.ts"
import { IncompleteReadError, LimitOverrunError } from "../errors/stream-errors.ts"
import type { Frame } from "../core/frame.ts"
import type { Glance } from "../core/glance.ts"
import type { WaitReason } from "../core/observer.ts"
import { Operation, waiting, type Waiting } from "../core/operation.ts"
import type { Scheduler } from "../core/scheduler.ts"
import type { ByteBuffer } from "./byte-buffer.ts"
import { hostDriven, type BaseTransport } from "./base-transport.ts"
import { channelOf } from "./channel-words.ts"

const nothing = Buffer.alloc(0)

// What a read needs of its reader, keyed by symbols that no entry point exports.

export const buffer: unique symbol = Symbol("buffer")
/** Whether the input has ended. */
export const ended: unique symbol = Symbol("ended")
/** Throws what the reader has failed with. */
export const check: unique symbol = Symbol("check")
/** Makes a read the one that waits. */
export const waitFor: unique symbol = Symbol("waitFor")
export const stopWaiting: unique symbol = Symbol("stopWaiting")
/** Where the bytes come from. */
export const transportOf: unique symbol = Symbol("transport")
/** Something was taken from the buffer. */
export const consumed: unique symbol = Symbol("consumed")

interface Source {
  readonly limit: number
  readonly [buffer]: ByteBuffer
  readonly [ended]: boolean
  readonly [hostDriven]: boolean
  readonly [transportOf]: BaseTransport | null
  [check](): void
  [waitFor](read: ReadOperation<unknown>): void
  [stopWaiting](read: ReadOperation<unknown>): void
  [consumed](): void
}

/** Invariant: it is the reader's waiter, and counts as an operation of the host's, exactly while it waits. */
export abstract class ReadOperation<T> extends Operation<T> {
  protected readonly reader: Source
  #counted: Scheduler | null = null
  #waits = false

  constructor(reader: Source) {
    super()
    this.reader = reader
  }

  /** Whether what is buffered is enough, or already too much. */
  abstract satisfied(): boolean

  /** Takes what was asked for; throws at an end that comes too early. */
  protected abstract take(): T

  override reason(glance: Glance): WaitReason {
    const transport = this.reader[transportOf]
    const text = `${channelOf(transport)}, reading${this.progress()}, ${glance.ago(this.since, this.frame?.loop)}`
    return { kind: this.name, text, on: transport ?? this.reader }
  }

  /** How much of what is waited for is there, in words. */
  protected progress(): string {
    return ""
  }

  begin({ loop }: Frame): T | Waiting {
    return this.#attempt(loop)
  }

  #attempt(loop: Scheduler | undefined): T | Waiting {
    const { reader } = this
    reader[check]()
    if (this.satisfied() || reader[ended]) {
      const result = this.take()
      reader[consumed]()
      return result
    }
    reader[waitFor](this)
    this.#waits = true
    if (loop !== undefined && reader[hostDriven]) {
      loop.hostOperations += 1
      this.#counted = loop
    }
    return waiting
  }

  woken(error: CancelledError | null): T | Waiting {
    const loop = this.frame?.loop
    this.dropped()
    if (error !== null) throw error
    this.lookAgain()
    return this.#attempt(loop)
  }

  /** Another read may have taken what was looked at. */
  lookAgain(): void {}

  dropped(): void {
    if (!this.#waits) return
    this.#waits = false
    this.reader[stopWaiting](this)
    const loop = this.#counted
    if (loop === null) return
    this.#counted = null
    loop.hostOperations -= 1
    loop.wake()
  }
}

export class Read extends ReadOperation<Buffer> {
  readonly #count: number

  constructor(reader: Source, count: number) {
    super(reader)
    this.#count = count
  }

  get name(): string {
    return "StreamReader.read"
  }

  satisfied(): boolean {
    return this.#count === 0 || (this.#count > 0 && this.reader[buffer].size > 0)
  }

  protected take(): Buffer {
    return this.reader[buffer].take(this.#count < 0 ? Infinity : this.#count)
  }
}

export class ReadExactly extends ReadOperation<Buffer> {
  readonly #count: number

  constructor(reader: Source, count: number) {
    super(reader)
    this.#count = count
  }

  get name(): string {
    return "StreamReader.readExactly"
  }

  satisfied(): boolean {
    return this.reader[buffer].size >= this.#count
  }

  protected override progress(): string {
    return `, ${this.reader[buffer].size} of ${this.#count} bytes are here`
  }

  protected take(): Buffer {
    const count = this.#count
    if (count === 0) return nothing
    const bytes = this.reader[buffer].take(count)
    if (bytes.length < count) throw new IncompleteReadError(bytes, count)
    return bytes
  }
}

/** Reads up to a separator; where it has looked already it does not look again. */
abstract class SeparatedRead<T> extends ReadOperation<T> {
  readonly #separators: readonly Uint8Array[]
  /** From here on a separator may begin. */
  #from = 0
  #start = -1
  #end = -1
  /** How often something had been taken from the buffer at the last look. */
  #lookedAt = -1

  constructor(reader: Source, separators: readonly Uint8Array[]) {
    super(reader)
    this.#separators = separators
  }

  satisfied(): boolean {
    const { takes } = this.reader[buffer]
    // What was found stays found while bytes are only added.
    if (this.#end !== -1 && this.#lookedAt === takes) return true
    this.#lookedAt = takes
    return this.#find() || this.#from > this.reader.limit
  }

  override lookAgain(): void {
    if (this.#lookedAt === this.reader[buffer].takes) return
    this.#from = 0
    this.#end = -1
  }

  #find(): boolean {
    const bytes = this.reader[buffer]
    this.#end = -1
    let longest = 1
    for (const separator of this.#separators) {
      longest = Math.max(longest, separator.length)
      const at = bytes.indexOf(separator, this.#from)
      if (at === -1 || (this.#end !== -1 && at + separator.length >= this.#end)) continue
      this.#start = at
      this.#end = at + separator.length
    }
    if (this.#end === -1) this.#from = Math.max(0, bytes.size + 1 - longest)
    return this.#end !== -1
  }

  /** What stands before the separator that was found, and that. */
  protected separated(): Buffer {
    const { limit } = this.reader
    const bytes = this.reader[buffer]
    if (this.#end === -1) {
      if (this.#from > limit) throw overrun(false, this.#from, limit)
      throw new IncompleteReadError(bytes.take(Infinity))
    }
    if (this.#start > limit) throw overrun(true, this.#start, limit)
    return bytes.take(this.#end)
  }

  /** As `separated`, but what is too long is dropped, and an end that comes early is one. */
  protected line(): Buffer {
    try {
      return this.separated()
    } catch (error) {
      if (error instanceof IncompleteReadError) return error.partial as Buffer // taken of the buffer
      if (error instanceof LimitOverrunError) {
        if (this.#end === -1) this.reader[buffer].clear()
        else this.reader[buffer].take(this.#end)
        this.reader[consumed]()
      }
      throw error
    }
  }
}

export class ReadUntil extends SeparatedRead<Buffer> {
  get name(): string {
    return "StreamReader.readUntil"
  }

  protected take(): Buffer {
    return this.separated()
  }
}

export class ReadLine extends SeparatedRead<Buffer> {
  get name(): string {
    return "StreamReader.readLine"
  }

  protected take(): Buffer {
    return this.line()
  }
}

export class NextLine extends SeparatedRead<IteratorResult<Buffer, undefined>> {
  get name(): string {
    return "StreamReader.readLine"
  }

  protected take(): IteratorResult<Buffer, undefined> {
    const value = this.line()
    return value.length === 0 ? { done: true, value: undefined } : { done: false, value }
  }
}

/** The message, and the point up to which data may be skipped. */
function overrun(found: boolean, at: number, limit: number): LimitOverrunError {
  const what = found ? "the separator was found, but what stands before it" : "no separator was found, and what has come"
  return new LimitOverrunError(`${what} is longer than the limit of ${limit} bytes; give a larger limit, or read in parts`, at)
}
