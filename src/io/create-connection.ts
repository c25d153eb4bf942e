/**
 * Connections as transports.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_connection
 */
import { isIP, Socket } from "node:net"
import { checkFunction, checkInteger, checkSeconds, describe } from "../structures/arguments.ts"
import { ExceptionGroup } from "../errors/exception-group.ts"
import { AddressLookupError, OSError } from "../errors/os-errors.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { staggeredRace } from "../tasks/staggered-race.ts"
import { connectSocket, type ConnectTarget } from "./connect-socket.ts"
import { checkPort } from "./check-port.ts"
import { getaddrinfo } from "./getaddrinfo.ts"
import type { BaseProtocol } from "./base-transport.ts"
import { showName } from "./socket-name.ts"
import { SocketTransport } from "./socket-transport.ts"
import { begin } from "./stream-transport.ts"
import { tlsHandshake } from "./tls-handshake.ts"
import { checkTls, type StartTlsOptions, type Tls } from "./tls-options.ts"
import type { Transport } from "./transport.ts"
import { unheard } from "./unheard.ts"

/** TLS, or not. */
export interface TlsChoice extends Omit<StartTlsOptions, "ssl" | "serverSide"> {
  readonly ssl?: StartTlsOptions["ssl"] | false | undefined
}

/** How a connection is made. */
export interface ConnectionOptions extends TlsChoice {
  /** 4 or 6; both by default. */
  readonly family?: 0 | 4 | 6 | undefined
  /** Where to connect from. */
  readonly localAddr?: readonly [host: string, port: number] | undefined
  /** Seconds after which the next address is tried beside the one before (RFC 8305); one after the other by default. */
  readonly happyEyeballsDelay?: number | null | undefined
  /** How many addresses of the first family come before one of the other; 1 with happy eyeballs. */
  readonly interleave?: number | undefined
  /** Whether all errors are thrown, as an ExceptionGroup, if no address answers. */
  readonly allErrors?: boolean | undefined
  /** A connected socket to use, instead of host and port. */
  readonly sock?: Socket | undefined
}

/** How a connection to a Unix socket is made. */
export interface UnixConnectionOptions extends TlsChoice {
  readonly sock?: Socket | undefined
}

/** Connects and gives the transport and its protocol, once `connectionMade` was called. */
export function createConnection<P extends BaseProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  host?: string | null,
  port?: number | null,
  options: ConnectionOptions = {},
): Coroutine<[Transport, P]> {
  checkFunction(protocolFactory, "the protocol factory of createConnection")
  const tls = checkConnection(host, port, options)
  return new BodyCoroutine("createConnection", open<P>, undefined, [loop, protocolFactory, host ?? "localhost", port ?? 0, options, tls])
}

/** @throws TypeError or RangeError for what makes no sense; OSError for a socket that is not connected. */
export function checkConnection(host: unknown, port: unknown, options: ConnectionOptions): Tls | undefined {
  const { sock, localAddr, interleave, happyEyeballsDelay, family = 0 } = options
  if (sock === undefined) {
    if (host === undefined && port === undefined) throw new TypeError("createConnection needs a host and a port, or a connected socket in { sock }")
    if (host !== null && host !== undefined && typeof host !== "string") throw new TypeError(`a host is a name or address, not ${describe(host)}`)
    if (host === "") throw new TypeError("a host is a name or address, not an empty text; null stands for this machine")
    checkPort(port)
  } else if ((host ?? port) !== undefined && (host ?? port) !== null) {
    throw new TypeError("createConnection takes either a host and a port, or { sock }, not both")
  } else if (!(sock instanceof Socket)) {
    throw new TypeError(`sock is a connected Socket of node:net, not ${describe(sock)}`)
  } else {
    checkConnected(sock)
  }
  if (happyEyeballsDelay !== null && happyEyeballsDelay !== undefined) checkSeconds(happyEyeballsDelay, "happyEyeballsDelay")
  if (interleave !== undefined) checkInteger(interleave, "interleave", 0)
  if (![0, 4, 6].includes(family)) throw new RangeError(`family is 4, 6 or 0 for both, not ${String(family)}`)
  if (localAddr !== undefined) checkLocal(localAddr)
  const tls = checkTls(options, "client")
  if (tls !== undefined && (host ?? undefined) === undefined && tls.serverHostname === undefined) {
    throw new TypeError("TLS without a host needs serverHostname: whose certificate to expect, or an empty text for no check")
  }
  return tls
}

function checkLocal(given: readonly [host: string, port: number]): void {
  if (!Array.isArray(given) || given.length !== 2) throw new TypeError(`localAddr is [host, port], not ${describe(given)}`)
  const [address, port] = given as [unknown, unknown]
  if (typeof address !== "string" || isIP(address) === 0) throw new TypeError(`the host of localAddr is an address in numbers, not ${describe(address)}`)
  checkPort(port)
}

/** Connects to a Unix socket. */
export function createUnixConnection<P extends BaseProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  path?: string | null,
  options: UnixConnectionOptions = {},
): Coroutine<[Transport, P]> {
  checkFunction(protocolFactory, "the protocol factory of createUnixConnection")
  const tls = checkUnixConnection(path, options)
  return new BodyCoroutine("createUnixConnection", openUnix<P>, undefined, [loop, protocolFactory, path ?? "", options.sock, tls])
}

/** As `checkConnection`. */
export function checkUnixConnection(path: unknown, options: UnixConnectionOptions): Tls | undefined {
  const tls = checkTls(options, "client")
  if (tls !== undefined && tls.serverHostname === undefined) throw new TypeError("TLS over a Unix socket needs serverHostname: whose certificate to expect")
  const { sock } = options
  if (sock === undefined) checkPath(path)
  else if (!(sock instanceof Socket)) throw new TypeError(`sock is a connected Socket of node:net, not ${describe(sock)}`)
  else if (path !== undefined && path !== null) throw new TypeError("createUnixConnection takes either a path or { sock }, not both")
  else checkConnected(sock)
  return tls
}

async function open<P extends BaseProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  host: string,
  port: number,
  options: ConnectionOptions,
  tls: Tls | undefined,
): Promise<[Transport, P]> {
  const calls = new CallbackContext(loop)
  const socket = options.sock ?? (await connectToAny(host, port, options))
  const what = options.sock === undefined ? showName([host, port]) : undefined
  return await adopt(loop, socket, protocolFactory, calls, { tls, what, host })
}

async function openUnix<P extends BaseProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  path: string,
  sock: Socket | undefined,
  tls: Tls | undefined,
): Promise<[Transport, P]> {
  const calls = new CallbackContext(loop)
  const socket = sock ?? (await connectSocket({ path }, showName(path)))
  return await adopt(loop, socket, protocolFactory, calls, { tls, what: path, path, host: undefined })
}

interface Adoption {
  readonly tls: Tls | undefined
  readonly what: string | undefined
  readonly host: string | undefined
  readonly path?: string | undefined
  readonly serverSide?: boolean | undefined
}

/** Puts a transport, and TLS if asked for, over a connected socket. */
export async function adopt<P extends BaseProtocol>(
  loop: EventLoop,
  socket: Socket,
  protocolFactory: () => P,
  calls: CallbackContext,
  { tls, what, host, path, serverSide = false }: Adoption,
): Promise<[Transport, P]> {
  const secured =
    tls === undefined ? socket : await tlsHandshake(socket, { loop, tls, serverSide, host, what: what ?? "the peer of a socket" })
  try {
    const protocol = protocolFactory()
    const transport = new SocketTransport(loop, secured, protocol, { calls, tls, what, path, serverSide })
    transport[begin]()
    return [transport, protocol]
  } catch (error) {
    secured.on("error", unheard)
    secured.destroy()
    throw error
  }
}

async function connectToAny(host: string, port: number, options: ConnectionOptions): Promise<Socket> {
  const { family = 0, happyEyeballsDelay = null, localAddr, allErrors = false } = options
  const addresses = interleaved(await getaddrinfo(host, port, { family, type: "stream" }), options.interleave ?? (happyEyeballsDelay === null ? 0 : 1))
  const what = (address: string): string => (address === host ? showName([host, port]) : `${host}:${port} (${showName([address, port])})`)
  const attempts = addresses.map(({ address: [address], family: version }) => {
    const target: ConnectTarget = { host: address, port, family: version, localAddr }
    return () => connectSocket(target, what(address))
  })
  if (attempts.length === 0) throw new AddressLookupError(`the host ${JSON.stringify(host)} has no address`)
  if (attempts.length === 1) return await (attempts[0] as () => Coroutine<Socket>)() // there is one
  const errors: unknown[] = []
  if (happyEyeballsDelay === null) {
    for (const attempt of attempts) {
      try {
        return await attempt()
      } catch (error) {
        if (!(error instanceof OSError)) throw error
        errors.push(error)
      }
    }
  } else {
    // A race that is cancelled while the losers end throws, and its winner is nobody's.
    const made: Socket[] = []
    const noted = attempts.map((attempt) => async () => {
      const socket = await attempt()
      made.push(socket)
      return socket
    })
    try {
      const [socket, , exceptions] = await staggeredRace(noted, happyEyeballsDelay)
      if (socket !== undefined) return socket
      errors.push(...exceptions.filter((error) => error !== undefined))
    } catch (error) {
      for (const socket of made) socket.destroy()
      throw error
    }
  }
  throw together(errors, `${host}:${port}`, allErrors)
}

function together(errors: unknown[], what: string, all: boolean): unknown {
  if (all) return new ExceptionGroup(`cannot connect to ${what}`, errors)
  const messages = new Set(errors.map((error) => (error as Error).message)) // refusals are errors
  if (messages.size === 1) return errors[0]
  const codes = new Set(errors.map((error) => (error as OSError).code))
  const OfAll = codes.size === 1 ? ((errors[0] as OSError).constructor as typeof OSError) : OSError
  const [code] = codes
  return new OfAll(`cannot connect to ${what}: ${[...messages].join("; ")}`, {
    ...(codes.size === 1 ? { code } : {}),
    cause: new ExceptionGroup(`all ${errors.length} addresses failed`, errors),
  })
}

/** Alternates the families, after `first` addresses of the first one (RFC 8305, section 4). */
function interleaved<A extends { readonly family: number }>(addresses: readonly A[], first: number): readonly A[] {
  if (first === 0) return addresses
  const families = [...Map.groupBy(addresses, ({ family }) => family).values()]
  const lead = (families[0] ?? []).splice(0, first - 1)
  const rounds = Math.max(0, ...families.map(({ length }) => length))
  const mixed = Array.from({ length: rounds }, (_, round) => families.flatMap((list) => list.slice(round, round + 1)))
  return [...lead, ...mixed.flat()]
}

/** Any other would be a connection that never begins, or never ends. */
export function checkConnected(sock: Socket): void {
  if (sock.readableEncoding !== null) throw new TypeError("the socket that was given makes text of what it reads (setEncoding); give one that gives bytes")
  if (!sock.destroyed && !sock.pending) return
  throw new OSError(`the socket that was given is ${sock.destroyed ? "closed" : "not connected yet"}; give one that is connected`, { code: "ENOTCONN" })
}

export function checkPath(path: unknown): void {
  if (typeof path !== "string" || path === "") throw new TypeError(`the path of a Unix socket is text, not ${describe(path)}`)
  // At its beginning it stands for a name of Linux that is no file.
  if (path.includes("\0", 1)) throw new TypeError(`the path of a Unix socket has no zero byte in it, but ${describe(path)} has`)
}
