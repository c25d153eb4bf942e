/**
 * What every transport and every protocol has: the two know each other.
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html
 */
import type { CipherNameAndProtocol, PeerCertificate, TLSSocket } from "node:tls"
import { Shown } from "../structures/shown.ts"
import type { SocketName, TransportSocket } from "./socket-name.ts"

/** What `getExtraInfo` may know of a transport, by the names that asyncio gives it. */
export interface ExtraInfo {
  peername: SocketName
  sockname: SocketName
  socket: TransportSocket
  /** Of TLS. */
  cipher: CipherNameAndProtocol
  peercert: PeerCertificate
  sslcontext: object
  sslObject: TLSSocket
  /** The protocol that was agreed on (ALPN). */
  alpn: string
  /** Of pipes: the host's own stream. */
  pipe: object
  /** Of child processes: the host's own object. */
  subprocess: object
}

/** Whether what comes in is brought by the host, so that waiting for it is no deadlock. */
export const hostDriven: unique symbol = Symbol("hostDriven")

/** Takes out what a reader has buffered, which belongs to TLS once that is put over the connection. */
export const takeBuffered: unique symbol = Symbol("takeBuffered")

/** What all transports can do. */
export abstract class BaseTransport extends Shown {
  get [hostDriven](): boolean {
    return false
  }

  /** Closes it: what is buffered is still written, and then the protocol's `connectionLost(null)` is called. */
  abstract close(): void

  /** Whether it is closing or closed. */
  abstract isClosing(): boolean

  /** Sets who is called from now on. */
  abstract setProtocol(protocol: BaseProtocol): void

  abstract getProtocol(): BaseProtocol

  /**
   * What else is known of it; `fallback` where nothing is.
   *
   * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info
   */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D
  getExtraInfo(name: string, fallback?: unknown): unknown
  getExtraInfo(name: string, fallback?: unknown): unknown {
    return this.extra(name) ?? fallback
  }

  protected extra(_name: string): unknown {
    return undefined
  }
}

/** What all protocols hear: beginning and end of a connection, and when to stop writing. */
export class BaseProtocol {
  /** The connection stands; called once, first. */
  connectionMade(_transport: BaseTransport): void {}

  /**
   * The connection has ended; called once, last.
   *
   * @param _error - why; null after the end of the input, `close` and `abort`
   */
  connectionLost(_error: unknown): void {}

  /** The transport's buffer went over its high-water mark. */
  pauseWriting(): void {}

  /** The transport's buffer is down at its low-water mark. */
  resumeWriting(): void {}
}
