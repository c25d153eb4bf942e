/**
 * Streams in memory: two ends that behave like a connection, without a socket.
 */
import { checkBoolean, describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { ConnectionResetError } from "../errors/os-errors.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { getRunningLoop } from "../core/running.ts"
import type { BaseProtocol } from "../io/base-transport.ts"
import type { Protocol } from "../io/protocol.ts"
import { StreamReader, type StreamReaderOptions } from "../io/stream-reader.ts"
import { StreamReaderProtocol } from "../io/stream-reader-protocol.ts"
import { StreamWriter } from "../io/stream-writer.ts"
import { Transport, type WriteBufferLimits } from "../io/transport.ts"
import { WriteLimits } from "../io/write-limits.ts"
import { choice } from "./explore/choice.ts"
import { checkKitOptions } from "./kit-options.ts"

/** Seconds that bytes may take in a run of `explore`. */
const LATE = 0.01

/** What is common to both ends. */
export interface MemoryStreamsOptions extends Pick<StreamReaderOptions, "limit"> {
  /** Whether the connection may break in a run of `explore`, at any delivery; false by default. */
  readonly mayBreak?: boolean | undefined
}

/** One end of a connection. */
export interface StreamEnd {
  readonly reader: StreamReader
  readonly writer: StreamWriter
}

/**
 * Two ends of a connection in memory: what one writes the other reads, with the flow control,
 * the half-closing and the endings of a socket. Nothing in it is the host's, so a virtual
 * clock moves on while somebody waits to read. In a run of `explore` bytes may also come late
 * and in pieces, as they do on a network.
 *
 * @example
 * ```ts
 * import { memoryStreams, runVirtual } from "asyncio-ts/testing"
 *
 * await runVirtual(async () => {
 *   const [client, server] = memoryStreams()
 *   client.writer.write("tea, please\n")
 *   console.log(String(await server.reader.readLine()).trim()) // -> tea, please
 * })
 * ```
 */
export function memoryStreams(options: MemoryStreamsOptions = {}): [StreamEnd, StreamEnd] {
  checkKitOptions(options, "memoryStreams", "{ mayBreak: true }")
  if (options.mayBreak !== undefined) checkBoolean(options.mayBreak, "mayBreak of memoryStreams")
  const loop = getRunningLoop()
  const [left, right] = [end(loop, options), end(loop, options)]
  left.transport.join(right.transport)
  for (const { protocol, transport } of [left, right]) protocol.connectionMade(transport)
  return [left, right]
}

function end(loop: EventLoop, options: MemoryStreamsOptions): StreamEnd & { transport: MemoryTransport; protocol: StreamReaderProtocol } {
  const reader = new StreamReader(options)
  const protocol = new StreamReaderProtocol(reader, null, loop)
  const transport = new MemoryTransport(loop, protocol, options.mayBreak === true)
  return { reader, writer: new StreamWriter(transport, protocol, reader, loop), transport, protocol }
}

/** What stands on the way to an end: bytes, or the end of them. */
type Parcel = Buffer | "eof"

/**
 * Invariant: `#size` is the number of bytes on the way to this end; while it is above the
 * other end's high mark, that end's protocol was told to pause.
 */
class MemoryTransport extends Transport {
  readonly #loop: EventLoop
  readonly #mayBreak: boolean
  #protocol: BaseProtocol
  #peer: MemoryTransport | null = null
  readonly #coming: Parcel[] = []
  #size = 0
  readonly #limits = new WriteLimits()
  #readingPaused = false
  #eofSent = false
  #closing = false
  #lost = false
  #delivering = false

  constructor(loop: EventLoop, protocol: BaseProtocol, mayBreak: boolean) {
    super()
    this.#loop = loop
    this.#protocol = protocol
    this.#mayBreak = mayBreak
  }

  join(peer: MemoryTransport): void {
    this.#peer = peer
    peer.#peer = this
  }

  #send(parcel: Parcel): void {
    const peer = this.#peer
    if (peer === null || peer.#lost) {
      this.#lose(new ConnectionResetError("the other end of the memory stream is closed"))
      return
    }
    peer.#coming.push(parcel)
    if (parcel !== "eof") peer.#size += parcel.length
    peer.#deliverSoon()
  }

  #deliverSoon(): void {
    if (this.#delivering || this.#readingPaused || this.#coming.length === 0) return
    this.#delivering = true
    const deliver = (): void => {
      this.#delivering = false
      if (this.#mayBreak && !this.#lost && choice(2, "the connection breaks") === 1) {
        this.#break()
        return
      }
      while (!this.#readingPaused && this.#coming.length > 0) {
        if (this.#deliverPart(this.#coming.shift() as Parcel)) continue // there is one
        this.#deliverSoon()
        return
      }
    }
    if (choice(2, "what was written comes late") === 1) this.#loop.callLater(LATE, deliver)
    else this.#soon(deliver)
  }

  /** Delivers all of a parcel and gives true, or its first half. */
  #deliverPart(parcel: Parcel): boolean {
    const whole = parcel === "eof" || parcel.length < 2 || choice(2, "bytes come in pieces") === 0
    if (whole) {
      this.#deliver(parcel)
      return true
    }
    const half = parcel.length >> 1
    this.#coming.unshift(parcel.subarray(half))
    this.#deliver(parcel.subarray(0, half))
    return false
  }

  #break(): void {
    for (const end of [this, this.#peer]) {
      if (end === null) continue
      end.#coming.length = 0
      end.#size = 0
      end.#lose(new ConnectionResetError("the connection of the memory stream broke"))
    }
  }

  #deliver(parcel: Parcel): void {
    const protocol = this.#protocol as Protocol // streams have this one
    if (parcel === "eof") {
      if (!this.#closing && protocol.eofReceived() !== true) this.close()
      return
    }
    this.#size -= parcel.length
    // A closed end lets what still comes go by, as a socket's kernel does.
    if (!this.#closing) protocol.dataReceived(parcel)
    if (this.#peer !== null) this.#peer.#drained()
  }

  #drained(): void {
    const limits = this.#limits
    if (limits.paused && this.getWriteBufferSize() <= limits.low) {
      limits.paused = false
      this.#protocol.resumeWriting()
    }
    if (this.#closing && this.getWriteBufferSize() === 0) this.#lose(null)
  }

  #lose(error: Error | null): void {
    if (this.#lost) return
    this.#lost = true
    this.#closing = true
    this.#soon(() => this.#protocol.connectionLost(error))
  }

  #soon(step: () => void): void {
    this.#loop.callSoon(step)
  }

  write(data: string | Uint8Array): void {
    if (typeof data !== "string" && !(data instanceof Uint8Array)) throw new TypeError(`write takes bytes or text, not ${describe(data)}`)
    if (this.#eofSent) throw new RuntimeError("cannot write after writeEof(), which ended the output")
    if (this.#closing || data.length === 0) return
    this.#send(Buffer.from(data as string)) // a copy of either
    const limits = this.#limits
    if (limits.paused || this.getWriteBufferSize() <= limits.high) return
    limits.paused = true
    this.#protocol.pauseWriting()
  }

  writeLines(pieces: Iterable<string | Uint8Array>): void {
    for (const piece of pieces) this.write(piece)
  }

  writeEof(): void {
    if (this.#closing || this.#eofSent) return
    this.#eofSent = true
    this.#send("eof")
  }

  canWriteEof(): boolean {
    return true
  }

  close(): void {
    if (this.#closing) return
    if (!this.#eofSent) this.#send("eof")
    this.#closing = true
    if (this.getWriteBufferSize() === 0) this.#lose(null)
  }

  abort(): void {
    if (this.#lost) return
    this.#lose(null)
    const peer = this.#peer
    if (peer === null) return
    peer.#coming.length = 0
    peer.#size = 0
    peer.#lose(new ConnectionResetError("the other end of the memory stream was aborted"))
  }

  isClosing(): boolean {
    return this.#closing
  }

  isReading(): boolean {
    return !this.#readingPaused && !this.#closing
  }

  pauseReading(): void {
    this.#readingPaused = true
  }

  resumeReading(): void {
    this.#readingPaused = false
    this.#deliverSoon()
  }

  getWriteBufferSize(): number {
    return this.#peer === null ? 0 : this.#peer.#size
  }

  getWriteBufferLimits(): readonly [low: number, high: number] {
    return [this.#limits.low, this.#limits.high]
  }

  setWriteBufferLimits(limits: WriteBufferLimits = {}): void {
    this.#limits.set(limits)
  }

  setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol
  }

  getProtocol(): BaseProtocol {
    return this.#protocol
  }

  toString(): string {
    return `<MemoryTransport ${this.#lost ? "closed" : this.#closing ? "closing" : "open"}, ${this.getWriteBufferSize()} bytes to write>`
  }
}
