/**
 * Datagrams as a transport.
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#datagram-transports
 */
import type { RemoteInfo, Socket } from "node:dgram"
import { describe } from "../structures/arguments.ts"
import { OSError, osError } from "../errors/os-errors.ts"
import { host } from "../host/host.ts"
import type { CallbackContext } from "../core/callback-context.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Resource } from "../core/scheduler.ts"
import { hostDriven, type BaseProtocol } from "./base-transport.ts"
import type { DatagramProtocol } from "./protocol.ts"
import { nameOf, showName, TransportSocket, type SocketName } from "./socket-name.ts"
import { DatagramTransport, type WriteBufferLimits } from "./transport.ts"
import { WriteLimits } from "./write-limits.ts"

/** A socket that is open, and what it received before it had a transport. */
export interface OpenSocket {
  readonly socket: Socket
  readonly early: (readonly [data: Buffer, from: RemoteInfo])[]
  readonly collect: (data: Buffer, from: RemoteInfo) => void
}

/** What a datagram counts beside its bytes, so that empty ones count too: the header of UDP. */
const HEADER = 8
const WARN_AFTER = 5

/**
 * Invariants: the protocol hears `connectionMade` once and first, `connectionLost` once and
 * last; after `close` it hears nothing but that. `#waiting` is the size of what the host has
 * been given and has not sent.
 */
export class UdpTransport extends DatagramTransport implements Resource {
  readonly #loop: EventLoop
  readonly #socket: Socket
  readonly #calls: CallbackContext
  readonly #limits = new WriteLimits()
  readonly #local: SocketName | undefined
  /** Where it is connected to. */
  readonly #remote: readonly [host: string, port: number] | undefined
  /** What the user called that place. */
  readonly #asked: SocketName | undefined
  #protocol: BaseProtocol
  #waiting = 0
  #closing = false
  #lost = false
  #socketClosed = false
  #error: unknown = null
  #lateSends = 0
  /** What came while the loop did not run. */
  #deferred: (() => void)[] | null = null

  constructor(loop: EventLoop, { socket }: OpenSocket, protocol: BaseProtocol, calls: CallbackContext, asked?: SocketName) {
    super()
    this.#loop = loop
    this.#socket = socket
    this.#protocol = protocol
    this.#calls = calls
    this.#local = nameOf(socket.address())
    this.#remote = remoteOf(socket)
    this.#asked = asked
  }

  toString(): string {
    const state = this.#lost ? "closed" : this.#closing ? "closing" : "open"
    const remote = this.#remote === undefined ? "" : ` to ${showName(this.#remote)}`
    return `<DatagramTransport ${this.#local === undefined ? "" : showName(this.#local)}${remote} [${state}]>`
  }

  /** Tells the protocol of the transport, and gives it what comes. */
  begin({ early, collect }: OpenSocket): void {
    const socket = this.#socket
    this.#loop.resources.add(this)
    socket.off("message", collect)
    socket.removeAllListeners("error")
    socket.on("close", this.#onClose)
    socket.on("error", this.#onError)
    socket.on("message", this.#onMessage)
    this.#call("connectionMade", (protocol) => protocol.connectionMade(this))
    for (const [data, from] of early.splice(0)) this.#onMessage(data, from)
  }

  readonly #onMessage = (data: Buffer, { address, port }: RemoteInfo): void => {
    this.#tell(() => {
      if (this.#closing) return
      this.#call("datagramReceived", (protocol) => (protocol as DatagramProtocol).datagramReceived(data, [address, port])) // as createDatagramEndpoint wants it
    })
  }

  readonly #onError = (error: Error): void => {
    this.#failed(osError(error, `receiving at ${this.#local === undefined ? "a socket" : showName(this.#local)} failed`))
  }

  #failed(error: unknown): void {
    this.#tell(() => {
      if (this.#lost || this.#socketClosed) return
      this.#call("errorReceived", (protocol) => (protocol as DatagramProtocol).errorReceived(error)) // as above
    })
  }

  readonly #onClose = (): void => {
    if (this.#lost) return
    this.#closing = true
    this.#lost = true
    this.#loop.resources.delete(this)
    this.#tell(() => this.#call("connectionLost", (protocol) => protocol.connectionLost(this.#error)))
  }

  /** Does `step` now, or, if the loop stands still, when it runs again; in the order of the calls. */
  #tell(step: () => void): void {
    const loop = this.#loop
    if (loop.dead) return
    if (this.#deferred !== null) {
      this.#deferred.push(step)
    } else if (loop.running) {
      step()
    } else {
      const steps = (this.#deferred = [step])
      loop.schedule({
        quiet: false,
        run: () => {
          for (const each of steps) each()
          this.#deferred = null
        },
      })
    }
  }

  #call(name: string, callback: (protocol: BaseProtocol) => void): void {
    const protocol = this.#protocol
    try {
      this.#calls.run(`protocol.${name}`, callback, protocol)
    } catch (exception) {
      this.#loop.callExceptionHandler({ message: `protocol.${name}() call failed.`, exception, transport: this, protocol })
    }
  }

  override get [hostDriven](): boolean {
    return true
  }

  sendTo(data: string | Uint8Array, address?: SocketName): void {
    if (typeof data !== "string" && !(data instanceof Uint8Array)) throw new TypeError(`sendTo takes bytes or text, not ${describe(data)}`)
    const to = this.#whereTo(address)
    if (this.#closing) {
      this.#lateSends += 1
      if (this.#lateSends === WARN_AFTER) host.warn(`${this.#lateSends} datagrams to a closed transport were dropped; see isClosing()`, "ASYNCIO_LATE_WRITE")
      return
    }
    // A copy: the host may send it later, when the caller has put something else there.
    const bytes = Buffer.from(data as Uint8Array) // text as well
    const size = bytes.length + HEADER
    this.#waiting += size
    const sent = (error: Error | null): void => {
      this.#waiting -= size
      if (error !== null) this.#failed(osError(error, `cannot send ${bytes.length} bytes to ${showName(to ?? this.#remote ?? "")}`))
      this.#sent()
    }
    try {
      if (to === undefined) this.#socket.send(bytes, sent)
      else this.#socket.send(bytes, to[1], to[0], sent)
    } catch (error) {
      this.#waiting -= size
      throw error
    }
    this.#checkHigh()
  }

  /** Where a datagram goes; undefined for where the socket is connected to. */
  #whereTo(address: SocketName | undefined): readonly [host: string, port: number] | undefined {
    const remote = this.#remote
    if (address === undefined || address === null) {
      if (remote === undefined) throw new TypeError("this endpoint has no remoteAddr: say where to, as in sendTo(data, [host, port])")
      return undefined
    }
    if (!Array.isArray(address) || address.length < 2) throw new TypeError(`an address of a datagram is [host, port], not ${describe(address)}`)
    const [to, port] = address as readonly [string, number] // checked here
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new RangeError(`the port of an address is a whole number from 1 to 65535, not ${describe(port)}`)
    }
    if (remote === undefined) return [to, port]
    const same = [remote, this.#asked].some((known) => Array.isArray(known) && known[0] === to && known[1] === port)
    if (!same) throw new RangeError(`this endpoint sends to ${showName(remote)} only, not to ${showName([to, port])}; leave the address out`)
    return undefined
  }

  #checkHigh(): void {
    const limits = this.#limits
    if (limits.paused || this.#waiting <= limits.high) return
    limits.paused = true
    this.#call("pauseWriting", (protocol) => protocol.pauseWriting())
  }

  #sent(): void {
    const limits = this.#limits
    if (limits.paused && this.#waiting <= limits.low) {
      limits.paused = false
      this.#tell(() => {
        if (!this.#lost) this.#call("resumeWriting", (protocol) => protocol.resumeWriting())
      })
    }
    if (this.#closing && this.#waiting === 0) this.#closeSocket()
  }

  close(): void {
    if (this.#closing) return
    this.#closing = true
    if (this.#waiting === 0) this.#closeSocket()
  }

  abort(): void {
    this.#closing = true
    this.#closeSocket()
  }

  /** Its loop is closed. */
  abandon(): void {
    this.abort()
  }

  #closeSocket(): void {
    if (this.#socketClosed) return
    this.#socketClosed = true
    try {
      this.#socket.close()
    } catch (error) {
      // Somebody else has closed the socket that they gave.
      this.#error = error instanceof OSError ? error : null
      this.#onClose()
    }
  }

  isClosing(): boolean {
    return this.#closing
  }

  setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol
  }

  getProtocol(): BaseProtocol {
    return this.#protocol
  }

  getWriteBufferSize(): number {
    return this.#waiting
  }

  getWriteBufferLimits(): readonly [low: number, high: number] {
    return [this.#limits.low, this.#limits.high]
  }

  setWriteBufferLimits(limits: WriteBufferLimits = {}): void {
    this.#limits.set(limits)
    this.#checkHigh()
  }

  protected override extra(name: string): unknown {
    if (name === "sockname") return this.#local
    if (name === "peername") return this.#remote
    if (name === "socket") return new TransportSocket(() => (this.#lost ? undefined : this.#local), () => this.#remote)
    return undefined
  }
}

function remoteOf(socket: Socket): readonly [host: string, port: number] | undefined {
  try {
    const { address, port } = socket.remoteAddress()
    return [address, port]
  } catch {
    return undefined // it is not connected
  }
}
