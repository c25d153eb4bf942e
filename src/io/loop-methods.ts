/**
 * The methods of an event loop that need Node: the loop itself stands in the core, which
 * knows no platform, so they are added to it here.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#opening-network-connections
 */
import type { Socket } from "node:net"
import { describe } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { EventLoop } from "../core/event-loop.ts"
import type { BaseProtocol, BaseTransport } from "./base-transport.ts"
import { adopt, createConnection, createUnixConnection, type ConnectionOptions, type TlsChoice, type UnixConnectionOptions } from "./create-connection.ts"
import { createServer, createUnixServer, type ServerOptions, type UnixServerOptions } from "./create-server.ts"
import type { Server } from "./server.ts"
import { checkTls, type StartTlsOptions } from "./tls-options.ts"
import type { Transport } from "./transport.ts"
import { upgradeToTls } from "./upgrade-to-tls.ts"

declare module "../core/event-loop.ts" {
  interface EventLoop {
    /**
     * Connects, and gives the transport and its protocol once `connectionMade` was called.
     *
     * @throws OSError with host and port in the message; TypeError or RangeError for bad options.
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_connection
     */
    createConnection<P extends BaseProtocol>(
      protocolFactory: () => P,
      host?: string | null,
      port?: number | null,
      options?: ConnectionOptions,
    ): Coroutine<[Transport, P]>

    /** The same with a Unix socket. */
    createUnixConnection<P extends BaseProtocol>(
      protocolFactory: () => P,
      path?: string | null,
      options?: UnixConnectionOptions,
    ): Coroutine<[Transport, P]>

    /**
     * Makes a server that gives each connection to a protocol of its own.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_server
     */
    createServer(
      protocolFactory: () => BaseProtocol,
      host: string | readonly string[] | null | undefined,
      port: number,
      options?: ServerOptions,
    ): Coroutine<Server>

    /** The same with a Unix socket. */
    createUnixServer(protocolFactory: () => BaseProtocol, path: string, options?: UnixServerOptions): Coroutine<Server>

    /**
     * Puts a transport over a socket that was accepted elsewhere.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.connect_accepted_socket
     */
    connectAcceptedSocket<P extends BaseProtocol>(protocolFactory: () => P, sock: Socket, options?: TlsChoice): Coroutine<[Transport, P]>

    /**
     * Puts TLS over a transport, which is spent; `protocol` goes on with the one that is given.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.start_tls
     */
    startTls(transport: BaseTransport, protocol: BaseProtocol, ssl: StartTlsOptions["ssl"], options?: Omit<StartTlsOptions, "ssl">): Coroutine<Transport>
  }
}

const methods: Partial<EventLoop> & ThisType<EventLoop> = {
  createConnection(protocolFactory, host, port, options) {
    return createConnection(this, protocolFactory, host, port, options)
  },
  createUnixConnection(protocolFactory, path, options) {
    return createUnixConnection(this, protocolFactory, path, options)
  },
  createServer(protocolFactory, host, port, options) {
    return createServer(this, protocolFactory, host, port, options)
  },
  createUnixServer(protocolFactory, path, options) {
    return createUnixServer(this, protocolFactory, path, options)
  },
  connectAcceptedSocket(protocolFactory, sock, options = {}) {
    if (typeof sock?.write !== "function") throw new TypeError(`connectAcceptedSocket takes a Socket of node:net, not ${describe(sock)}`)
    const tls = checkTls(options, "server")
    return new BodyCoroutine("connectAcceptedSocket", () =>
      adopt(this, sock, protocolFactory, new CallbackContext(this), { tls, what: undefined, host: undefined, serverSide: true }),
    )
  },
  startTls(transport, protocol, ssl, options = {}) {
    return new BodyCoroutine("startTls", () => upgradeToTls(this, transport, null, protocol, { ...options, ssl }))
  },
}

/** Gives every event loop of this copy of the library the methods above. */
export function installLoopMethods(): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(EventLoop.prototype, name, { value, configurable: true, writable: true })
  }
}
