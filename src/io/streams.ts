/**
 * Streams: connections that are read and written with `await`.
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html
 */
import { checkFunction, checkInteger } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { getRunningLoop } from "../core/running.ts"
import { checkConnection, checkUnixConnection, createConnection, createUnixConnection, type ConnectionOptions, type UnixConnectionOptions } from "./create-connection.ts"
import { checkServer, checkUnixServer, createServer, createUnixServer, type ServerOptions, type UnixServerOptions } from "./create-server.ts"
import type { Server } from "./server.ts"
import { DEFAULT_LIMIT, StreamReader } from "./stream-reader.ts"
import { StreamReaderProtocol, type ClientConnected } from "./stream-reader-protocol.ts"
import { StreamWriter } from "./stream-writer.ts"
import type { Transport } from "./transport.ts"

/** The buffer of a stream. */
export interface StreamLimit {
  /** Bytes that are buffered before the peer is slowed down, and that a line may be long; 64 KiB by default. */
  readonly limit?: number | undefined
}

/** A stream in both directions, as `const [reader, writer] = …` takes it. */
export type Stream = [reader: StreamReader, writer: StreamWriter]

/**
 * Connects to a host and port.
 *
 * @param options - `ssl`: true for TLS, or an object with `ca`, `cert`, `key` and the like;
 * `happyEyeballsDelay`: seconds after which the next address is tried beside the one before
 * @throws ConnectionRefusedError, AddressLookupError, SSLError and other OSErrors, with host and
 * port in the message; TypeError or RangeError for options that make no sense.
 * @throws CancelledError if the task is cancelled first; nothing is left open.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const server = await asyncio.startServer(
 *     async (reader, writer) => {
 *       writer.write(`hello, ${await reader.readLine()}`)
 *       await writer.drain()
 *       writer.close()
 *     },
 *     "127.0.0.1",
 *     0,
 *   )
 *   const [, port] = server.sockets[0]!.getsockname() as [string, number]
 *   const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
 *   writer.write("Ann\n")
 *   console.log(String(await reader.readLine()).trim()) // -> hello, Ann
 *   writer.close()
 *   await writer.waitClosed()
 *   server.close()
 *   await server.waitClosed()
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_connection
 */
export function openConnection(
  host?: string | null,
  port?: number | null,
  options: ConnectionOptions & StreamLimit = {},
): Coroutine<Stream> {
  const make = streamsOf(options)
  checkConnection(host, port, options)
  return new BodyCoroutine("openConnection", async () => {
    const loop = getRunningLoop()
    const reader = make()
    const [transport, protocol] = await createConnection(loop, () => new StreamReaderProtocol(reader, null, loop), host, port, options)
    return streamOf(reader, transport, protocol)
  })
}

/**
 * Connects to a Unix socket.
 *
 * @throws FileNotFoundError, ConnectionRefusedError and other OSErrors, with the path in the message.
 * @throws CancelledError if the task is cancelled first; nothing is left open.
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_unix_connection
 */
export function openUnixConnection(path?: string | null, options: UnixConnectionOptions & StreamLimit = {}): Coroutine<Stream> {
  const make = streamsOf(options)
  checkUnixConnection(path, options)
  return new BodyCoroutine("openUnixConnection", async () => {
    const loop = getRunningLoop()
    const reader = make()
    const [transport, protocol] = await createUnixConnection(loop, () => new StreamReaderProtocol(reader, null, loop), path, options)
    return streamOf(reader, transport, protocol)
  })
}

/**
 * Starts a server that calls `clientConnected(reader, writer)` for each client, as a task
 * with a copy of the context that the server was started in.
 *
 * If that fails, the error goes to the loop's exception handler and the connection is
 * closed; if it returns, closing the writer is its affair.
 *
 * @param host - a host, several, or null for all interfaces
 * @param port - 0 for one that is free; `server.sockets[0].getsockname()` tells it
 * @throws OSError with host and port in the message if it cannot listen there.
 * @throws CancelledError if the task is cancelled first; nothing listens.
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_server
 */
export function startServer(
  clientConnected: ClientConnected,
  host: string | readonly string[] | null | undefined,
  port: number,
  options: ServerOptions & StreamLimit = {},
): Coroutine<Server> {
  checkFunction(clientConnected, "what startServer calls for each client")
  const make = streamsOf(options)
  checkServer(host, port, options)
  return new BodyCoroutine("startServer", async () => {
    const loop = getRunningLoop()
    return await createServer(loop, () => new StreamReaderProtocol(make(), clientConnected, loop), host, port, options)
  })
}

/**
 * The same on a Unix socket.
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_unix_server
 */
export function startUnixServer(
  clientConnected: ClientConnected,
  path: string,
  options: UnixServerOptions & StreamLimit = {},
): Coroutine<Server> {
  checkFunction(clientConnected, "what startUnixServer calls for each client")
  const make = streamsOf(options)
  checkUnixServer(path, options)
  return new BodyCoroutine("startUnixServer", async () => {
    const loop = getRunningLoop()
    return await createUnixServer(loop, () => new StreamReaderProtocol(make(), clientConnected, loop), path, options)
  })
}

function streamsOf({ limit = DEFAULT_LIMIT }: StreamLimit): () => StreamReader {
  checkInteger(limit, "the limit of a stream", 1)
  return () => new StreamReader({ limit })
}

function streamOf(reader: StreamReader, transport: Transport, protocol: StreamReaderProtocol): Stream {
  return [reader, new StreamWriter(transport, protocol, reader, getRunningLoop())]
}
