/**
 * A transport over one of Node's streams.
 *
 * Long: what it tells, in which order, and what it buffers are one state machine.
 */
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { OSError, osError } from "../errors/os-errors.ts"
import { host } from "../host/host.ts"
import type { CallbackContext } from "../core/callback-context.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Resource } from "../core/scheduler.ts"
import { type BaseProtocol, hostDriven } from "./base-transport.ts"
import { checkProtocol, giveData, type Protocol } from "./protocol.ts"
import { Transport, type WriteBufferLimits } from "./transport.ts"
import { unheard } from "./unheard.ts"
import { WriteLimits } from "./write-limits.ts"

/** Whether a protocol's callbacks run none of the user's code, and so need no context. */
export const internal: unique symbol = Symbol("internal")
/** Takes a transport off its stream, which goes on; used to put TLS over it. */
export const detach: unique symbol = Symbol("detach")
/** Ends what `detach` began: either of the two is called, once. */
export const handedOver: unique symbol = Symbol("handedOver")
export const lost: unique symbol = Symbol("lost")
/** Tells the protocol of the connection and begins to read; `resumed` if it knows of it. */
export const begin: unique symbol = Symbol("begin")

const transportOf: unique symbol = Symbol("transport")

interface Carrier extends Duplex {
  [transportOf]?: StreamTransport
}

/** Who wants to know which transports are open, such as a server. */
export interface TransportOwner {
  opened(transport: StreamTransport): void
  closed(transport: StreamTransport): void
}

export interface StreamTransportOptions {
  readonly calls: CallbackContext
  readonly owner?: TransportOwner | undefined
  /** What it leads to, for messages. */
  readonly what: string
}

const WARN_AFTER = 5

const LONG = 4096

const nothing = Buffer.alloc(0)

/**
 * Invariants: the protocol hears `connectionMade` once, then data and the end of the input,
 * then `connectionLost` once (R163); after `close` it hears nothing but that. The loop lists
 * it among its resources exactly from the first to the last. It counts once in
 * `loop.hostOperations` from when only the host has anything left to do until `connectionLost`.
 */
export class StreamTransport extends Transport implements Resource {
  protected readonly stream: Duplex
  readonly loop: EventLoop
  readonly #calls: CallbackContext
  readonly #owner: TransportOwner | undefined
  /** What it leads to, for messages. */
  readonly what: string
  readonly #limits = new WriteLimits()
  #protocol: BaseProtocol
  #closing = false
  #lost = false
  #eofSent = false
  #eofReceived = false
  #readingPaused = false
  #error: unknown = null
  #lateWrites = 0
  /** Its stream is on its way to another transport. */
  #detached = false
  #whenWritten: (() => void) | null = null
  /** What came while reading was paused. */
  #held: Buffer | null = null
  /** Counted as the host's work: it ends without anybody's help. */
  #ending = false
  /** What came while the loop did not run. */
  #deferred: (() => void)[] | null = null

  constructor(loop: EventLoop, stream: Duplex, protocol: BaseProtocol, options: StreamTransportOptions) {
    super()
    checkProtocol(protocol)
    this.loop = loop
    this.stream = stream
    this.#protocol = protocol
    this.#calls = options.calls
    this.#owner = options.owner
    this.what = options.what
    const carrier: Carrier = stream
    carrier[transportOf] = this
    // Shared functions that find the transport on the stream: a closure for each would cost
    // every idle connection some hundred bytes.
    stream.on("error", StreamTransport.#onError)
    stream.off("error", unheard)
    stream.on("close", StreamTransport.#onClose)
    loop.resources.add(this)
    this.#owner?.opened(this)
  }

  [begin](resumed = false): void {
    if (!resumed) {
      this.#tell(() => {
        // Not fatal, as in asyncio: the connection stands all the same.
        this.#call("connectionMade", (protocol) => protocol.connectionMade(this), false, false)
        this.#startReading()
      })
    } else {
      this.#startReading()
    }
  }

  #startReading(): void {
    const { stream } = this
    // What ended before anybody listened tells it no more.
    if (stream.errored !== null) this.#error ??= this.explain(stream.errored)
    if (stream.closed) this.#closed()
    if (this.#lost || this.#closing) return
    if (stream.readableEnded) {
      this.#tell(() => this.#ended())
      return
    }
    if (!stream.readable) return
    stream.on("end", StreamTransport.#onEnd)
    if (this.#readingPaused) stream.pause()
    if (!this.readDirectly(StreamTransport.#onData)) stream.on("data", StreamTransport.#onData)
    else if (!this.#readingPaused) stream.resume()
  }

  /** Has `received` called with what comes, past the stream; false where only events tell it. */
  protected readDirectly(_received: (this: Socket, chunk: Buffer) => void): boolean {
    return false
  }

  static readonly #onData = function (this: Carrier, chunk: Buffer): void {
    const transport = this[transportOf]
    if (transport !== undefined) transport.#received(chunk)
  }

  static readonly #onEnd = function (this: Carrier): void {
    const transport = this[transportOf]
    if (transport !== undefined) transport.#tell(() => transport.#ended())
  }

  static readonly #onError = function (this: Carrier, error: Error): void {
    const transport = this[transportOf]
    if (transport === undefined) return
    // Both sides have said all they had to: that the peer was gone before the last word loses nothing.
    if (transport.#closing && transport.#eofReceived && this.writableLength === 0) return
    // Node goes on to tell the end of a TLS connection that has failed, as if all had come.
    transport.destroy(transport.explain(error))
  }

  static readonly #onClose = function (this: Carrier): void {
    const transport = this[transportOf]
    if (transport !== undefined) transport.#closed()
  }

  /** The host's error, as users see it. */
  protected explain(error: Error): unknown {
    return osError(error, `the connection to ${this.what} failed`)
  }

  #received(chunk: Buffer): void {
    if (this.#closing) return
    if (this.#readingPaused || this.#held !== null) {
      this.#hold(chunk)
      return
    }
    if (this.#protocol[internal as never] === true && this.loop.running && this.#deferred === null) {
      this.loop.calledByHost = true
      try {
        ;(this.#protocol as Protocol).dataReceived(chunk) // internal ones are streams' own
      } catch (exception) {
        this.#failed("dataReceived", exception, true)
      } finally {
        this.loop.calledByHost = false
      }
      return
    }
    // A loop that stands still reads no more than this.
    if (!this.loop.running) this.stream.pause()
    this.#tell(() => {
      if (this.#closing) return
      this.#call("dataReceived", (protocol) => giveData(protocol, chunk), true)
      if (!this.#readingPaused && !this.#closing && this.stream.isPaused()) this.stream.resume()
    })
  }

  /** The host had begun to read before it was told to pause: that comes all the same, and waits. */
  #hold(chunk: Buffer): void {
    if (this.#readingPaused) this.stream.pause()
    this.#held = this.#held === null ? chunk : Buffer.concat([this.#held, chunk])
  }

  #release(): void {
    const held = this.#held
    if (held === null || this.#readingPaused) return
    this.#held = null
    this.#received(held)
    if (this.#eofReceived && this.#held === null) this.#tellEnd()
  }

  #ended(): void {
    this.#eofReceived = true
    // The end comes after what is held back.
    if (this.#held === null) this.#tellEnd()
    else this.#release()
  }

  #tellEnd(): void {
    if (this.#closing) return
    let keep = false
    this.#call("eofReceived", (protocol) => {
      keep = (protocol as Protocol).eofReceived?.() === true // datagrams have no end
    }, true)
    if (!keep || !this.canWriteEof()) this.close()
  }

  #closed(): void {
    if (this.#lost) return
    this.#lost = true
    this.#closing = true
    this.loop.resources.delete(this)
    this.#tell(() => {
      this.#uncount()
      this.#call("connectionLost", (protocol) => protocol.connectionLost(this.#error), false)
      this.#owner?.closed(this)
      this.ended()
    })
  }

  /** Everything is over. */
  protected ended(): void {}

  /** Does `step` now, or, if the loop stands still, when it runs again; in the order of the calls. */
  #tell(step: () => void): void {
    if (this.loop.dead) return
    if (this.#deferred !== null) {
      this.#deferred.push(step)
      return
    }
    if (this.loop.running) {
      step()
      return
    }
    const steps = (this.#deferred = [step])
    this.loop.schedule({
      quiet: false,
      run: () => {
        for (const each of steps) each()
        this.#deferred = null
      },
    })
  }

  /** Calls the protocol where its callbacks belong; if that fails and is `fatal`, the connection ends. */
  #call(name: string, callback: (protocol: BaseProtocol) => void, fatal: boolean, mayBeInternal = true): void {
    const protocol = this.#protocol
    try {
      if (mayBeInternal && protocol[internal as never] === true) callback(protocol)
      else this.#calls.run(`protocol.${name}`, callback, protocol)
    } catch (exception) {
      this.#failed(name, exception, fatal)
    }
  }

  #failed(name: string, exception: unknown, fatal: boolean): void {
    const what = fatal ? "Fatal error: " : ""
    if (!(exception instanceof OSError)) {
      this.loop.callExceptionHandler({ message: `${what}protocol.${name}() call failed.`, exception, transport: this, protocol: this.#protocol })
    }
    if (fatal) this.destroy(exception)
  }

  override get [hostDriven](): boolean {
    return true
  }

  setProtocol(protocol: BaseProtocol): void {
    checkProtocol(protocol)
    this.#protocol = protocol
  }

  getProtocol(): BaseProtocol {
    return this.#protocol
  }

  isClosing(): boolean {
    return this.#closing
  }

  isReading(): boolean {
    return !this.#closing && !this.#readingPaused
  }

  pauseReading(): void {
    if (this.#closing || this.#readingPaused) return
    this.#readingPaused = true
    this.stream.pause()
  }

  resumeReading(): void {
    if (this.#closing || !this.#readingPaused) return
    this.#readingPaused = false
    this.stream.resume()
    if (this.#held !== null) this.loop.schedule({ quiet: false, run: () => this.#release() })
  }

  close(): void {
    // Whoever puts TLS over it is told.
    if (this.#detached) this.stream.destroy()
    if (this.#closing) return
    this.#closing = true
    this.finish()
  }

  /** Writes what is buffered, then closes the stream. */
  protected finish(): void {
    const { stream } = this
    stream.pause()
    if (!stream.writable && !stream.writableEnded) {
      stream.destroy()
      return
    }
    stream.end()
    if (stream.writableLength === 0) this.#countEnding()
    if (stream.writableFinished) stream.destroy()
    else stream.once("finish", StreamTransport.#onFinish)
  }

  static readonly #onFinish = function (this: Carrier): void {
    const transport = this[transportOf]
    if (transport !== undefined) transport.#countEnding()
    this.destroy()
  }

  /** From here on only the host has to do something, which no virtual clock jumps over; before, the peer might have to read. */
  #countEnding(): void {
    if (this.#ending || this.#lost) return
    this.#ending = true
    this.loop.hostOperations += 1
  }

  #uncount(): void {
    if (!this.#ending) return
    this.#ending = false
    this.loop.hostOperations -= 1
    this.loop.wake()
  }

  abort(): void {
    this.destroy(null)
  }

  /** Ends at once; the protocol hears of `error`. */
  protected destroy(error: unknown): void {
    this.#error ??= error
    this.#closing = true
    this.#countEnding()
    this.stream.destroy()
  }

  abandon(): void {
    this.#closing = true
    this.stream.destroy()
  }

  canWriteEof(): boolean {
    return true
  }

  writeEof(): void {
    if (this.#closing || this.#eofSent) return
    this.#eofSent = true
    this.stream.end()
  }

  write(given: string | Uint8Array): void {
    if (typeof given !== "string" && !(given instanceof Uint8Array)) {
      throw new TypeError(`write takes bytes or text, not ${describe(given)}`)
    }
    const { stream } = this
    // Text that has to wait is counted, and so as bytes; the host is quicker with text.
    const data = typeof given === "string" && (given.length > LONG || stream.writableLength > 0) ? Buffer.from(given) : given
    if (this.#eofSent) throw new RuntimeError("cannot write after writeEof(), which ended the output")
    if (data.length === 0) return
    if (this.#closing) {
      this.#lateWrites += 1
      if (this.#lateWrites === WARN_AFTER) {
        host.warn(`${this.#lateWrites} writes to a closed connection to ${this.what} were dropped; await drain() to hear of the loss`, "ASYNCIO_LATE_WRITE")
      }
      return
    }
    // What goes out at once needs no callback, which would cost a tick of the host's.
    if (stream.writableLength + data.length <= this.#limits.high) stream.write(data)
    else stream.write(data, this.#written)
    this.#checkHigh()
  }

  writeLines(pieces: Iterable<string | Uint8Array>): void {
    const { stream } = this
    stream.cork()
    try {
      for (const piece of pieces) this.write(piece)
    } finally {
      stream.uncork()
    }
  }

  #checkHigh(): void {
    const limits = this.#limits
    if (limits.paused || this.stream.writableLength <= limits.high) return
    limits.paused = true
    this.#tell(() => this.#call("pauseWriting", (protocol) => protocol.pauseWriting(), false))
  }

  /** What is told when something was written; most connections never ask. */
  get #written(): () => void {
    return (this.#whenWritten ??= () => this.#checkLow())
  }

  #checkLow(): void {
    const limits = this.#limits
    if (!limits.paused || this.stream.writableLength > limits.low || this.#lost) return
    limits.paused = false
    this.#tell(() => this.#call("resumeWriting", (protocol) => protocol.resumeWriting(), false))
  }

  getWriteBufferSize(): number {
    return this.stream.writableLength
  }

  getWriteBufferLimits(): readonly [low: number, high: number] {
    return [this.#limits.low, this.#limits.high]
  }

  setWriteBufferLimits(limits: WriteBufferLimits = {}): void {
    this.#limits.set(limits)
    this.#checkHigh()
    this.#checkLow()
    // What waits already was written without word of its end, as long as that was below the mark.
    if (this.#limits.paused && this.stream.writable) this.stream.write(nothing, this.#written)
  }

  [detach](): Duplex {
    const carrier: Carrier = this.stream
    delete carrier[transportOf]
    for (const [event, listener] of [
      ["data", StreamTransport.#onData],
      ["end", StreamTransport.#onEnd],
      ["error", StreamTransport.#onError],
      ["close", StreamTransport.#onClose],
    ] as const) {
      carrier.off(event, listener)
    }
    carrier.on("error", unheard)
    carrier.pause()
    if (this.#held !== null) carrier.unshift(this.#held)
    this.loop.resources.delete(this)
    this.#uncount()
    this.#closing = true
    this.#lost = true
    this.#detached = true
    return carrier
  }

  /** Another transport has the connection now. */
  [handedOver](): void {
    this.#detached = false
    this.#owner?.closed(this)
  }

  /** The connection was lost on its way to another transport. */
  [lost](error: unknown): void {
    this.#tell(() => {
      this.#call("connectionLost", (protocol) => protocol.connectionLost(error), false)
      this.#owner?.closed(this)
    })
  }

  /** Whether the protocol was told to stop writing. */
  get writingPaused(): boolean {
    return this.#limits.paused
  }

  /** Who else is told of it. */
  get owner(): TransportOwner | undefined {
    return this.#owner
  }

  get calls(): CallbackContext {
    return this.#calls
  }

  toString(): string {
    const state = this.#lost ? "closed" : this.#closing ? "closing" : this.#readingPaused ? "open, not reading" : "open"
    return `<${this.constructor.name} ${state} to ${this.what}, ${this.getWriteBufferSize()} bytes to write>`
  }
}
