/**
 * The methods of an event loop that need Node: the loop itself stands in the core, which
 * knows no platform, so they are added to it here.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#opening-network-connections
 */
import { Socket } from "node:net"
import type { Readable, Writable } from "node:stream"
import { describe } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { EventLoop } from "../core/event-loop.ts"
import type { BaseProtocol, BaseTransport } from "./base-transport.ts"
import { adopt, checkConnected, createConnection, createUnixConnection, type ConnectionOptions, type TlsChoice, type UnixConnectionOptions } from "./create-connection.ts"
import { createServer, createUnixServer, type ServerOptions, type UnixServerOptions } from "./create-server.ts"
import { connectReadPipe, connectWritePipe } from "./connect-pipe.ts"
import { createDatagramEndpoint, type DatagramOptions } from "./create-datagram-endpoint.ts"
import { subprocessExec, subprocessShell } from "./create-subprocess.ts"
import { getaddrinfo, getnameinfo, type AddressEntry, type AddressOptions, type NameFlag } from "./getaddrinfo.ts"
import type { SubprocessProtocol } from "./protocol.ts"
import { sendfile, type SendableFile, type SendfileOptions } from "./sendfile.ts"
import type { Server } from "./server.ts"
import { addSignalHandler, removeSignalHandler } from "./signal-handlers.ts"
import type { Signal } from "./signal-name.ts"
import type { ShellOptions, SubprocessOptions } from "./subprocess-options.ts"
import { checkTls, type StartTlsOptions } from "./tls-options.ts"
import type { DatagramTransport, ReadTransport, SubprocessTransport, Transport, WriteTransport } from "./transport.ts"
import { checkUpgrade, upgradeToTls } from "./upgrade-to-tls.ts"

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
     * Makes an endpoint for datagrams.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_datagram_endpoint
     */
    createDatagramEndpoint<P extends BaseProtocol>(protocolFactory: () => P, options?: DatagramOptions): Coroutine<[DatagramTransport, P]>

    /**
     * Gives what comes through a pipe, a FIFO or a terminal to a protocol.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.connect_read_pipe
     */
    connectReadPipe<P extends BaseProtocol>(
      protocolFactory: () => P,
      pipe: Readable | NodeJS.ReadableStream | number,
    ): Coroutine<[transport: ReadTransport, protocol: P]>

    /** Writes what a protocol gives into a pipe, a FIFO or a terminal. */
    connectWritePipe<P extends BaseProtocol>(
      protocolFactory: () => P,
      pipe: Writable | NodeJS.WritableStream | number,
    ): Coroutine<[transport: WriteTransport, protocol: P]>

    /**
     * Starts a program whose pipes and whose end are told to a protocol; arguments and options as
     * for `createSubprocessExec`.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.subprocess_exec
     */
    subprocessExec<P extends SubprocessProtocol>(
      protocolFactory: () => P,
      program: string,
      ...given: (string | SubprocessOptions)[]
    ): Coroutine<[transport: SubprocessTransport, protocol: P]>

    /** The same through the shell. */
    subprocessShell<P extends SubprocessProtocol>(
      protocolFactory: () => P,
      line: string,
      options?: ShellOptions,
    ): Coroutine<[transport: SubprocessTransport, protocol: P]>

    /**
     * Calls `callback` in the loop when the process gets `signal`, instead of what the signal does
     * by itself; one for each signal.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.add_signal_handler
     */
    addSignalHandler<A extends unknown[]>(signal: Signal, callback: (...args: A) => unknown, ...args: A): void

    /** Takes the handler of `signal` off; false if there is none. */
    removeSignalHandler(signal: Signal): boolean

    /**
     * The addresses of a host and the port of a service.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.getaddrinfo
     */
    getaddrinfo(host: string | null | undefined, port: number | string | null | undefined, options?: AddressOptions): Coroutine<AddressEntry[]>

    /** The host and the service at an address. */
    getnameinfo(address: readonly [host: string, port: number], flags?: readonly NameFlag[]): Coroutine<[host: string, service: string]>

    /**
     * Sends `count` bytes of a file from `offset` on, or all that follow; gives how many there were.
     *
     * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sendfile
     */
    sendfile(transport: Transport, file: SendableFile, offset?: number, count?: number | null, options?: SendfileOptions): Coroutine<number>

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
    if (!(sock instanceof Socket)) throw new TypeError(`connectAcceptedSocket takes a Socket of node:net, not ${describe(sock)}`)
    checkConnected(sock)
    const tls = checkTls(options, "server")
    return new BodyCoroutine("connectAcceptedSocket", () =>
      adopt(this, sock, protocolFactory, new CallbackContext(this), { tls, what: undefined, host: undefined, serverSide: true }),
    )
  },
  createDatagramEndpoint(protocolFactory, options) {
    return createDatagramEndpoint(this, protocolFactory, options)
  },
  connectReadPipe(protocolFactory, pipe) {
    return connectReadPipe(this, protocolFactory, pipe)
  },
  connectWritePipe(protocolFactory, pipe) {
    return connectWritePipe(this, protocolFactory, pipe)
  },
  subprocessExec(protocolFactory, ...given) {
    return subprocessExec(this, protocolFactory, ...given)
  },
  subprocessShell(protocolFactory, line, options) {
    return subprocessShell(this, protocolFactory, line, options)
  },
  addSignalHandler(signal, callback, ...args) {
    addSignalHandler(this, signal, callback, ...args)
  },
  removeSignalHandler(signal) {
    return removeSignalHandler(this, signal)
  },
  getaddrinfo(host, port, options) {
    return getaddrinfo(host, port, options)
  },
  getnameinfo(address, flags) {
    return getnameinfo(address, flags)
  },
  sendfile(transport, file, offset, count, options) {
    return sendfile(transport, file, offset, count, options)
  },
  startTls(transport, protocol, ssl, options = {}) {
    const upgrade = checkUpgrade(protocol, { ...options, ssl })
    return new BodyCoroutine("startTls", () => upgradeToTls(this, transport, null, upgrade))
  },
}

/** Gives every event loop of this copy of the library the methods above. */
export function installLoopMethods(): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(EventLoop.prototype, name, { value, configurable: true, writable: true })
  }
}
