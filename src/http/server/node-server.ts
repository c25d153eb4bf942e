/**
 * Node's own server, of HTTP/1, HTTPS or HTTP/2, as the settings ask for it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import {
  createSecureServer as createSecureHttp2,
  createServer as createHttp2,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2"
import { createServer as createSecure, type Server as SecureServer } from "node:https"
import { hostOperation } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { osError } from "../../errors/os-errors.ts"
import { hostDelay } from "../host-delay.ts"
import type { Settings } from "./server-options.ts"

export type Incoming = IncomingMessage | Http2ServerRequest
export type Outgoing = ServerResponse | Http2ServerResponse
export type NodeServer = Server | SecureServer | Http2Server | Http2SecureServer

/** Seconds between two looks for slow clients: at most, and at least. */
const LOOK = { most: 2, least: 0.05 }

export function nodeServer(settings: Settings): NodeServer {
  const { tls, http2, headersTimeout, requestTimeout, keepAliveTimeout, maxHeaderSize } = settings
  const timeouts = {
    // Node wants the headers within the time for the whole; 0 is never to it.
    headersTimeout: milliseconds(Math.min(headersTimeout, requestTimeout)),
    requestTimeout: milliseconds(requestTimeout),
    keepAliveTimeout: milliseconds(keepAliveTimeout),
  }
  const look = Math.min(headersTimeout, requestTimeout) / 4
  const options = {
    ...timeouts,
    // It tells clients a second less than it keeps to, unless it is told otherwise.
    keepAliveTimeoutBuffer: 0,
    maxHeaderSize,
    noDelay: true,
    connectionsCheckingInterval: Math.min(Math.max(look, LOOK.least), LOOK.most) * 1000,
    // Anything else, such as HTTP/2's way of asking for itself, is an ordinary request.
    shouldUpgradeCallback: isWebSocket,
  }
  const server = make()
  if (settings.maxConnections !== undefined) server.maxConnections = settings.maxConnections
  return server

  function make(): NodeServer {
    const settingsOfHttp2 = { settings: { maxHeaderListSize: maxHeaderSize } }
    if (tls === undefined) return http2 ? createHttp2(settingsOfHttp2) : createServer(options)
    const secure = { ...tls, handshakeTimeout: timeouts.headersTimeout || 2 ** 31 - 1 }
    if (!http2) return createSecure({ ...secure, ...options })
    const server = createSecureHttp2({ ...secure, ...options, ...settingsOfHttp2, allowHTTP1: true })
    return Object.assign(server, timeouts) // it takes those of HTTP/1 so
  }
}

export function isWebSocket({ headers }: { readonly headers: IncomingMessage["headers"] }): boolean {
  return headers.upgrade?.toLowerCase() === "websocket"
}

function milliseconds(seconds: number): number {
  return seconds === Infinity ? 0 : Math.max(1, hostDelay(seconds))
}

/** Listens; cancelled, it does not. @throws OSError if the address cannot be had. */
export function listen(server: NodeServer, settings: Settings): Coroutine<void> {
  const { host, port, path, listenBacklog } = settings
  const where = addressOf(settings)
  return hostOperation<void>({
    name: "serve",
    detail: where,
    says: () => `HTTP server ${where}, beginning to listen`,
    start(done) {
      const failed = (error: Error): void => done.failed(osError(error, `cannot serve on ${where}`))
      server.once("error", failed)
      const listening = (): void => {
        server.off("error", failed)
        done.returned()
      }
      const options = path === undefined ? { host, port } : { path }
      // Not at the root: events of its connections come in this async context, which is that of
      // the requests, so that none of them has to enter it.
      server.listen({ ...options, backlog: listenBacklog }, listening)
      return () => void server.close()
    },
    discard: () => void server.close(),
  })
}

/** Where it is to listen, for people. */
export function addressOf({ host, port, path }: Settings): string {
  return path ?? `${host}:${port}`
}
