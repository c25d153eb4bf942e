/**
 * A transport over a socket: TCP, Unix or TLS.
 */
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { SSLError } from "../errors/os-errors.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { Step, type TimerHandle } from "../core/handle.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { BaseProtocol } from "./base-transport.ts"
import { endsOf, showName, TransportSocket, type SocketName } from "./socket-name.ts"
import { readShared } from "./shared-reads.ts"
import { StreamTransport, type StreamTransportOptions } from "./stream-transport.ts"
import type { Tls } from "./tls-options.ts"

export interface SocketTransportOptions extends Omit<StreamTransportOptions, "what"> {
  /** What it leads to, where the socket does not know. */
  readonly what?: string | undefined
  readonly tls?: Tls | undefined
  /** The path of a Unix socket, which Node does not tell. */
  readonly path?: string | undefined
  readonly serverSide?: boolean | undefined
}

export class SocketTransport extends StreamTransport {
  readonly #socket: Socket
  readonly #tls: Tls | undefined
  readonly #path: string | undefined
  readonly #serverSide: boolean
  // Asked at once: a socket that was closed knows neither any more.
  readonly #peer: SocketName | undefined
  #shutdown: TimerHandle | null = null

  constructor(loop: EventLoop, socket: Socket, protocol: BaseProtocol, options: SocketTransportOptions) {
    const { path, tls } = options
    const peer = path === undefined ? endsOf(socket).remote : (options.serverSide === true ? "" : path)
    super(loop, socket, protocol, { ...options, what: options.what ?? (path ?? (peer === undefined ? "a socket" : showName(peer))) })
    this.#socket = socket
    this.#tls = tls
    this.#path = path
    this.#serverSide = options.serverSide === true
    this.#peer = peer
  }

  protected override readDirectly(received: (this: Socket, chunk: Buffer) => void): boolean {
    return this.#tls === undefined && readShared(this.#socket, received)
  }

  get path(): string | undefined {
    return this.#path
  }

  protected override extra(name: string): unknown {
    const socket = this.#socket
    switch (name) {
      case "peername":
        return this.#peer
      case "sockname":
        return this.#name()
      case "socket":
        return new TransportSocket(() => this.#name(), () => this.#peer)
      case "pipe":
        return undefined
      default:
        return this.#tls === undefined ? undefined : this.#tlsExtra(name, socket as TLSSocket) // with TLS it is one
    }
  }

  #name(): SocketName | undefined {
    if (this.#path !== undefined) return this.#serverSide ? this.#path : ""
    return endsOf(this.#socket).local
  }

  #tlsExtra(name: string, socket: TLSSocket): unknown {
    switch (name) {
      case "sslObject":
        return socket
      case "sslcontext":
        return this.#tls?.options.secureContext
      case "cipher":
        return socket.getCipher()
      case "peercert": {
        const certificate = socket.getPeerCertificate()
        return Object.keys(certificate ?? {}).length === 0 ? undefined : certificate
      }
      case "alpn":
        return socket.alpnProtocol === false ? undefined : (socket.alpnProtocol ?? undefined)
      default:
        return undefined
    }
  }

  override canWriteEof(): boolean {
    return this.#tls === undefined
  }

  override writeEof(): void {
    if (this.#tls !== undefined) {
      throw new RuntimeError("a TLS connection cannot be closed on one side; ask canWriteEof() first, and end the message another way")
    }
    super.writeEof()
  }

  /**
   * TLS ends when both sides have said so, and the socket stays open for the other's word: closed
   * over unread data, such as session tickets, it would reset the connection, and the peer would
   * lose what is on the way to it.
   */
  protected override finish(): void {
    const socket = this.#socket
    if (this.#tls === undefined || !socket.writable) {
      super.finish()
      return
    }
    socket.end()
    socket.resume()
    const { shutdownTimeout } = this.#tls
    this.#shutdown = this.loop.scheduleAt(
      this.loop.time() + shutdownTimeout,
      new Step("TLS shutdown", () => this.destroy(new SSLError(`closing the TLS connection to ${this.what} took longer than ${shutdownTimeout} s`))),
    )
  }

  protected override ended(): void {
    this.#shutdown?.cancel()
    this.#shutdown = null
  }
}
