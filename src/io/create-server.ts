/**
 * Servers of transports.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_server
 */
import { existsSync, renameSync, statSync, unlinkSync } from "node:fs"
import { dirname } from "node:path"
import { createServer as createNetServer, type ListenOptions, type Server as NetServer, type Socket } from "node:net"
import { createServer as createTlsServer, type TLSSocket } from "node:tls"
import { checkFunction, checkInteger, describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { osError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { hostOperation } from "../core/host-operation.ts"
import { checkPort } from "./check-port.ts"
import { checkPath, type TlsChoice } from "./create-connection.ts"
import type { BaseProtocol } from "./base-transport.ts"
import { Server, type Listener } from "./server.ts"
import { showName } from "./socket-name.ts"
import { SocketTransport } from "./socket-transport.ts"
import { begin } from "./stream-transport.ts"
import { checkTls, type Tls } from "./tls-options.ts"
import { unheard } from "./unheard.ts"

/** What all servers are made with. */
export interface ServingOptions extends TlsChoice {
  /** Connections that the system keeps waiting for their acceptance; 100 by default. */
  readonly backlog?: number | undefined
  /** False makes a server that listens only from `startServing` on. */
  readonly startServing?: boolean | undefined
}

/** How a server is made. */
export interface ServerOptions extends ServingOptions {
  /** Lets several processes listen on one port, where the system can do that. */
  readonly reusePort?: boolean | undefined
  /** Does not take the IPv4 side of `::`. */
  readonly ipv6Only?: boolean | undefined
  /** Has the system look whether idle peers are there; false by default. */
  readonly keepAlive?: boolean | undefined
}

/** How a server of a Unix socket is made. */
export interface UnixServerOptions extends ServingOptions {
  /** Removes the socket's file when the server closes, unless it is another's by then; true by default. */
  readonly cleanupSocket?: boolean | undefined
}

const BACKLOG = 100

/** Milliseconds that a timer of the host's can be set to. */
const NODES_LONGEST = 2 ** 31 - 1

/**
 * Makes a server that gives each connection to a protocol of its own.
 *
 * @param host - a host, several, or null for all interfaces
 * @param port - 0 for one that is free; `sockets[0].getsockname()` tells it
 */
export function createServer(
  loop: EventLoop,
  protocolFactory: () => BaseProtocol,
  host: string | readonly string[] | null | undefined,
  port: number,
  options: ServerOptions = {},
): Coroutine<Server> {
  checkFunction(protocolFactory, "the protocol factory of createServer")
  const { addresses, tls } = checkServer(host, port, options)
  return new BodyCoroutine("createServer", serve, undefined, [loop, protocolFactory, addresses, options, tls])
}

function listOf(hosts: readonly string[]): readonly string[] {
  if (!Array.isArray(hosts)) throw new TypeError(`hosts are a name or address, or a list of these, not ${describe(hosts)}`)
  if (hosts.length === 0) throw new RangeError("a server needs a host to listen on, but the list of them is empty; null stands for all interfaces")
  return hosts
}

interface Checked {
  readonly addresses: readonly Address[]
  readonly tls: Tls | undefined
}

/** @throws TypeError or RangeError for what makes no sense. */
export function checkServer(host: string | readonly string[] | null | undefined, port: number, options: ServerOptions): Checked {
  checkPort(port)
  const hosts = host === null || host === undefined || host === "" ? [undefined] : typeof host === "string" ? [host] : listOf(host)
  for (const each of hosts) {
    if (each !== undefined && typeof each !== "string") throw new TypeError(`a host is a name or address, not ${describe(each)}`)
  }
  const { backlog = BACKLOG, reusePort = false, ipv6Only = false } = options
  checkInteger(backlog, "backlog", 1)
  const addresses = hosts.map((each) => ({
    what: showName([each ?? "*", port]),
    listen: { port, backlog, reusePort, ipv6Only, ...(each === undefined ? {} : { host: each }) },
  }))
  return { addresses, tls: checkServerTls(options) }
}

/** Makes a server of a Unix socket; what an earlier one has left at `path` is removed. */
export function createUnixServer(
  loop: EventLoop,
  protocolFactory: () => BaseProtocol,
  path: string,
  options: UnixServerOptions = {},
): Coroutine<Server> {
  checkFunction(protocolFactory, "the protocol factory of createUnixServer")
  const { addresses, tls } = checkUnixServer(path, options)
  return new BodyCoroutine("createUnixServer", serve, undefined, [loop, protocolFactory, addresses, options, tls])
}

/** @throws TypeError or RangeError for what makes no sense. */
export function checkUnixServer(path: string, options: UnixServerOptions): Checked {
  checkPath(path)
  const { backlog = BACKLOG, cleanupSocket = true } = options
  checkInteger(backlog, "backlog", 1)
  const addresses = [{ what: showName(path), listen: { path, backlog }, path, cleanupSocket }]
  return { addresses, tls: checkServerTls(options) }
}

function checkServerTls(options: ServingOptions): Tls | undefined {
  const tls = checkTls(options, "server")
  if (tls !== undefined && [tls.options.cert, tls.options.pfx, tls.options.SNICallback].every((one) => one === undefined)) {
    throw new TypeError("a server takes its certificate as { ssl: { cert, key } }: Node's TLS servers make their own secureContext")
  }
  return tls
}

interface Address {
  /** For messages. */
  readonly what: string
  readonly listen: ListenOptions
  readonly path?: string
  readonly cleanupSocket?: boolean
}

async function serve(
  loop: EventLoop,
  protocolFactory: () => BaseProtocol,
  addresses: readonly Address[],
  options: ServerOptions & UnixServerOptions,
  tls: Tls | undefined,
): Promise<Server> {
  const calls = new CallbackContext(loop)
  const server = new Server(loop, (owner) =>
    addresses.map((address) => new SocketListener({ loop, owner, calls, protocolFactory, tls, address, keepAlive: options.keepAlive ?? false })),
  )
  if (options.startServing !== false) await server.startServing()
  return server
}

interface ListenerParts {
  readonly loop: EventLoop
  readonly owner: Server
  readonly calls: CallbackContext
  readonly protocolFactory: () => BaseProtocol
  readonly tls: Tls | undefined
  readonly address: Address
  readonly keepAlive: boolean
}

/** Invariant: every socket that was accepted is in `#raw` until its transport has it, or it is closed. */
class SocketListener implements Listener {
  readonly server: NetServer
  readonly #parts: ListenerParts
  /** Accepted, and in the midst of the TLS handshake. */
  readonly #raw = new Set<Socket>()
  #inode: number | undefined

  constructor(parts: ListenerParts) {
    this.#parts = parts
    const { tls, keepAlive } = parts
    const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive }
    this.server = atRoot(() =>
      tls === undefined
        ? createNetServer({ ...socketOptions, pauseOnConnect: true }, this.#accepted)
        : createTlsServer({ ...socketOptions, ...tls.options, handshakeTimeout: Math.min(tls.handshakeTimeout * 1000, NODES_LONGEST) }, this.#accepted),
    )
    if (tls !== undefined) {
      this.server.on("connection", this.#handshakes)
      this.server.on("tlsClientError", this.#handshakeFailed)
    }
    this.server.on("error", this.#failed)
  }

  listen(): Coroutine<void> {
    const { address } = this.#parts
    const { server } = this
    return hostOperation<void>({
      name: "listen",
      detail: address.what,
      says: () => `server ${address.what}, beginning to listen`,
      start: (done) => {
        if (address.path !== undefined) removeStale(address.path)
        const over = (): void => {
          server.off("listening", onListening)
          server.off("error", onError)
          server.off("close", onClose)
        }
        const onListening = (): void => {
          over()
          this.#inode = address.path === undefined ? undefined : inodeOf(address.path)
          done.returned()
        }
        const onError = (error: Error): void => {
          over()
          done.failed(osError(inMissingFolder(error, address.path), `cannot listen on ${address.what}`))
        }
        const onClose = (): void => {
          over()
          done.failed(new RuntimeError(`the server on ${address.what} was closed before it listened; make a new one`))
        }
        server.on("listening", onListening)
        server.on("error", onError)
        server.on("close", onClose)
        atRoot(() => server.listen(address.listen))
        return () => {
          over()
          server.close()
        }
      },
    })
  }

  close(): void {
    const { path, cleanupSocket } = this.#parts.address
    for (const socket of this.#raw) socket.destroy()
    // The host removes whatever file has the name of the socket: what is not to go steps aside.
    const keep = path !== undefined && this.#inode !== undefined && (cleanupSocket === false || inodeOf(path) !== this.#inode)
    const aside = `${path}.${process.pid}.keep`
    const moved = keep && path !== undefined && move(path, aside)
    // Also one that is just beginning to listen.
    this.server.close()
    if (moved && path !== undefined) move(aside, path)
  }

  readonly #accepted = (socket: Socket): void => {
    const { loop, owner, calls, protocolFactory, tls, address } = this.#parts
    if (tls !== undefined) this.#raw.delete((socket as TLSSocket & { _parent?: Socket })._parent ?? socket)
    if (loop.dead || !owner.isServing()) {
      socket.destroy()
      return
    }
    const own = calls.copy()
    try {
      own.run("protocol factory", () => {
        const transport = new SocketTransport(loop, socket, protocolFactory(), {
          calls: own,
          owner,
          tls,
          path: address.path,
          serverSide: true,
        })
        transport[begin]()
      }, undefined)
    } catch (exception) {
      socket.on("error", unheard)
      socket.destroy()
      loop.callExceptionHandler({ message: `Error on the protocol factory of a server on ${address.what}`, exception })
    }
  }

  readonly #handshakes = (socket: Socket): void => {
    this.#raw.add(socket)
    socket.once("close", () => this.#raw.delete(socket))
  }

  readonly #handshakeFailed = (error: Error, socket: TLSSocket): void => {
    socket.destroy()
    const { loop, address } = this.#parts
    // As in asyncio: strangers must not be able to fill the log.
    if (loop.getDebug() && !loop.dead) {
      loop.callExceptionHandler({ message: `a client could not agree on TLS with the server on ${address.what}`, exception: error })
    }
  }

  readonly #failed = (error: Error): void => {
    const { loop, address } = this.#parts
    if (!this.server.listening || loop.dead) return
    loop.callExceptionHandler({
      message: `the server on ${address.what} could not accept a connection`,
      exception: osError(error, "cannot accept"),
    })
  }
}

/** What a server that has ended left: else the address would be in use for ever. */
function removeStale(path: string): void {
  try {
    if (!isAbstract(path) && statSync(path).isSocket()) unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw osError(error, `cannot remove the old socket ${path}`)
  }
}

/** The host calls a missing folder a lack of permission. */
function inMissingFolder(error: Error, path: string | undefined): Error {
  const { code } = error as NodeJS.ErrnoException
  if (path === undefined || code !== "EACCES" || isAbstract(path) || existsSync(dirname(path))) return error
  return Object.assign(error, { code: "ENOENT" })
}

/** A name of Linux that is no file. */
function isAbstract(path: string): boolean {
  return path.startsWith("\0")
}

function inodeOf(path: string): number | undefined {
  return isAbstract(path) ? undefined : statSync(path, { throwIfNoEntry: false })?.ino
}

function move(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch {
    return false
  }
}
