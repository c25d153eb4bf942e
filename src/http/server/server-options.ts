/**
 * What a server is told when it is made, and what it takes where it is told nothing.
 */
import type { TlsOptions } from "node:tls"
import { checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"
import type { AbortSignalLike } from "../../host/host.ts"
import type { RequestConnection } from "./request-connection.ts"

/** Answers a request; called in a task of its own. */
export type ServeHandler = (request: Request, connection: RequestConnection) => Response | PromiseLike<Response>

/** How `serve` serves. All times are in seconds. */
export interface ServeOptions {
  /** The address to listen on; by default `127.0.0.1`, which other machines cannot reach. */
  readonly host?: string | undefined
  /** By default 0: any that is free. */
  readonly port?: number | undefined
  /** Listens on a Unix socket instead. */
  readonly path?: string | undefined
  /** Serves HTTPS: `{ cert, key }` in PEM, and what else `node:tls` takes. */
  readonly tls?: TlsOptions | undefined
  /** Speaks HTTP/2 as well (over TLS), or alone (without). Off by default. */
  readonly http2?: boolean | undefined
  /** How many requests may be in work; further ones stand in line. No limit by default. */
  readonly maxConcurrent?: number | undefined
  /** How many requests may stand in line before one is told 503; 1,000 by default. */
  readonly backlog?: number | undefined
  /** How many connections may be open; further ones are closed at once. No limit by default. */
  readonly maxConnections?: number | undefined
  /** How many connections the system may keep until they are accepted; 4,096 by default. */
  readonly listenBacklog?: number | undefined
  /** The most bytes of a request's body; more is told 413. 10 MB (10,000,000) by default. */
  readonly maxBodySize?: number | undefined
  /** The most bytes of a request's line and headers; more is told 431. 16,384 by default. */
  readonly maxHeaderSize?: number | undefined
  /** How long a client may take to send its headers, and a TLS client to agree on keys, before it is told 408; 15 by default. */
  readonly headersTimeout?: number | undefined
  /** How long a client may take to send all of a request; 300 by default. */
  readonly requestTimeout?: number | undefined
  /** How long a connection may stay open between two requests; 5 by default. */
  readonly keepAliveTimeout?: number | undefined
  /** How long a client may read nothing of an answer that waits for it, before it is cut off; 60 by default. */
  readonly sendTimeout?: number | undefined
  /** How long requests may still take when the server closes, before they are cancelled; 10 by default. */
  readonly gracePeriod?: number | undefined
  /**
   * Answers a request whose handler threw. Without it, or where it gives nothing, the loop's
   * exception handler is told and the client gets a 500.
   */
  readonly onError?: ((error: unknown, request: Request) => Response | undefined | void | PromiseLike<Response | undefined | void>) | undefined
  /** Closes the server when it aborts. */
  readonly signal?: AbortSignalLike | undefined
}

/** What a server goes by. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly path: string | undefined
  readonly tls: TlsOptions | undefined
  readonly http2: boolean
  readonly maxConcurrent: number
  readonly backlog: number
  readonly maxConnections: number | undefined
  readonly listenBacklog: number
  readonly maxBodySize: number
  readonly maxHeaderSize: number
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  readonly sendTimeout: number
  readonly gracePeriod: number
  readonly onError: ServeOptions["onError"]
  readonly signal: AbortSignalLike | undefined
}

const COUNTS = { maxConcurrent: 1, backlog: 0, maxConnections: 1, listenBacklog: 1, maxBodySize: 0, maxHeaderSize: 1 } as const
/** Of which there may be any number. */
const ENDLESS: ReadonlySet<string> = new Set(["maxConcurrent", "backlog", "maxConnections", "maxBodySize"])
const TIMES = ["headersTimeout", "requestTimeout", "keepAliveTimeout", "sendTimeout", "gracePeriod"] as const

/** @throws TypeError or RangeError for what no server can go by. */
export function settingsOf(options: ServeOptions): Settings {
  for (const [name, least] of Object.entries(COUNTS)) {
    const value = options[name as keyof typeof COUNTS] // a key of it
    if (value !== undefined && (value !== Infinity || !ENDLESS.has(name))) checkInteger(value, `${name} of serve`, least)
  }
  for (const name of TIMES) {
    const value = options[name]
    if (value === undefined) continue
    checkSeconds(value, `${name} of serve`)
    if (value < 0) throw new RangeError(`${name} of serve is a number of seconds from 0, not ${value}`)
  }
  const { host = "127.0.0.1", port = 0, path, tls, http2 = false, onError, signal } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`the port of serve is a whole number from 0 to 65535, not ${describe(port)}`)
  }
  if (typeof host !== "string" || host === "") throw new TypeError(`the host of serve is a name or address, not ${describe(host)}; "0.0.0.0" stands for all`)
  if (path !== undefined && (typeof path !== "string" || path === "")) throw new TypeError(`the path of serve is that of a Unix socket, not ${describe(path)}`)
  if (path !== undefined && (options.port !== undefined || options.host !== undefined)) {
    throw new TypeError(`serve listens on a path or on a host and port, not on both: ${describe(path)} and ${host}:${port}`)
  }
  if (tls !== undefined && (typeof tls !== "object" || tls === null)) throw new TypeError(`tls of serve is an object with { cert, key }, not ${describe(tls)}`)
  if (tls !== undefined && !(("cert" in tls && "key" in tls) || "pfx" in tls || "SNICallback" in tls || "secureContext" in tls)) {
    throw new TypeError(`tls of serve needs a certificate and its key: { cert, key }, each in PEM`)
  }
  if (onError !== undefined && typeof onError !== "function") {
    throw new TypeError(`onError of serve is a function, not ${describe(onError)}`)
  }
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError(`signal of serve is an AbortSignal, not ${describe(signal)}`)
  }
  return {
    host,
    port,
    path,
    tls,
    http2,
    onError,
    signal,
    maxConcurrent: options.maxConcurrent ?? Infinity,
    backlog: options.backlog ?? 1_000,
    maxConnections: options.maxConnections === Infinity ? undefined : options.maxConnections,
    listenBacklog: options.listenBacklog ?? 4_096,
    maxBodySize: options.maxBodySize ?? 10_000_000,
    maxHeaderSize: options.maxHeaderSize ?? 16_384,
    headersTimeout: options.headersTimeout ?? 15,
    requestTimeout: options.requestTimeout ?? 300,
    keepAliveTimeout: options.keepAliveTimeout ?? 5,
    sendTimeout: options.sendTimeout ?? 60,
    gracePeriod: options.gracePeriod ?? 10,
  }
}
