/**
 * TLS over a transport that is in use.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.start_tls
 */
import type { Socket } from "node:net"
import { describe } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { ConnectionAbortedError, ConnectionResetError } from "../errors/os-errors.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { type BaseProtocol, takeBuffered, type BaseTransport } from "./base-transport.ts"
import { SocketTransport } from "./socket-transport.ts"
import { begin, detach, handedOver, lost } from "./stream-transport.ts"
import { checkProtocol } from "./protocol.ts"
import { checkTls, type StartTlsOptions, type Tls } from "./tls-options.ts"
import { tlsHandshake } from "./tls-handshake.ts"
import { type Transport } from "./transport.ts"

/** What had come before the upgrade and belongs to TLS. */
interface Early {
  [takeBuffered](): Buffer
}

/** A protocol, of which ours know their side and have to be told of another transport. */
export type UpgradedProtocol = BaseProtocol & { replaceTransport?(transport: Transport): void; readonly serverSide?: boolean }

/** An upgrade that makes sense. */
export interface Upgrade {
  readonly tls: Tls
  readonly protocol: UpgradedProtocol
  readonly serverSide: boolean
}

/** @throws TypeError or RangeError for what makes no sense; SSLError for a certificate or key that is none. */
export function checkUpgrade(protocol: UpgradedProtocol, options: StartTlsOptions): Upgrade {
  checkProtocol(protocol)
  const serverSide = options.serverSide ?? protocol.serverSide ?? false
  const tls = checkTls(options, serverSide ? "server" : "client")
  if (tls === undefined) throw new TypeError("startTls needs ssl: true, or an object with ca, cert, key and the like")
  return { tls, protocol, serverSide }
}

/** Puts TLS over `transport`; it is spent, and the protocol goes on with the one that is returned. */
export async function upgradeToTls(
  loop: EventLoop,
  transport: BaseTransport,
  early: Early | null,
  { tls, protocol, serverSide }: Upgrade,
): Promise<Transport> {
  if (!(transport instanceof SocketTransport) || transport.getExtraInfo("sslObject") !== undefined) {
    throw new TypeError(`TLS can be put over a plain socket once, not over ${transport instanceof SocketTransport ? "TLS" : describe(transport)}`)
  }
  if (transport.isClosing()) throw new ConnectionResetError("cannot start TLS: the connection is closed")
  const { calls, owner, path, what } = transport
  const socket = transport[detach]() as Socket // under a SocketTransport stands a socket
  const peer = transport.getExtraInfo("peername")
  const buffered = early?.[takeBuffered]()
  if (buffered !== undefined && buffered.length > 0) socket.unshift(buffered)
  try {
    const secured = await tlsHandshake(socket, { loop, tls, serverSide, host: Array.isArray(peer) ? String(peer[0]) : undefined, what })
    const upgraded = new SocketTransport(loop, secured, protocol, { calls, owner, tls, path, what, serverSide })
    protocol.replaceTransport?.(upgraded)
    upgraded[begin](true)
    transport[handedOver]()
    return upgraded
  } catch (error) {
    socket.destroy()
    transport[lost](
      error instanceof CancelledError ? new ConnectionAbortedError(`the connection to ${what} was given up while TLS was put over it`) : error,
    )
    throw error
  }
}
