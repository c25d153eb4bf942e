/**
 * Sends requests, each on a connection of the client's pool.
 */
import { ConnectionGone, Connection, type ConnectionSettings } from "./connection.ts"
import { openSocket, type ConnectSettings, type TlsSessions } from "./connect.ts"
import { CloseError, UnsupportedProtocol } from "./errors.ts"
import { Exchange, type ExchangeRequest } from "./exchange.ts"
import { Pool, type PoolLimits } from "./pool.ts"
import { OPEN } from "./pool-line.ts"
import type { Proxy, ProxyChoice } from "./proxy.ts"
import { checkReplayable } from "./redirect.ts"
import type { ClientRequest } from "./request.ts"
import { IDEMPOTENT } from "./retries.ts"
import { PIECE, Upload } from "./upload.ts"

export interface TransportSettings extends PoolLimits, ConnectionSettings, ConnectSettings {
  readonly proxyFor: ProxyChoice
}

/** A request whose response has begun. */
export interface Sent {
  readonly exchange: Exchange
  readonly upload: Upload | null
}

export class Transport {
  readonly pool: Pool
  readonly #settings: TransportSettings
  readonly #sessions: TlsSessions = new Map()
  readonly #closing = new Set<() => void>()

  constructor(settings: TransportSettings) {
    this.#settings = settings
    this.pool = new Pool(settings)
  }

  /** Sends a request and waits for the head of its response; cancelled, it leaves nothing behind. */
  async send(request: ClientRequest): Promise<Sent> {
    const { url, timeouts } = request
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      throw new UnsupportedProtocol(`a URL of ${url.protocol} was given, and only http: and https: are spoken`, { request })
    }
    const route = this.#route(url)
    for (;;) {
      checkReplayable(request, "another attempt")
      const connection = this.pool.idle(route.key) ?? (await this.#connection(request, route))
      const upload = uploadOf(request)
      const exchange = new Exchange(connection, this.pool, exchangeRequest(request, route.proxy, upload), timeouts.read)
      exchange.begin()
      upload?.begin(exchange)
      try {
        await exchange.head()
        if (upload !== null) request.spent = true
        return { exchange, upload }
      } catch (error) {
        await upload?.end()
        if (upload?.opened === true) request.spent = true
        if (!mayGoElsewhere(error, exchange, request)) throw error
      }
    }
  }

  /** Ends everything that is under way; calls `closed` when all connections are closed. */
  close(closed: () => void): void {
    this.pool.close(closed)
    for (const end of this.#closing) end()
  }

  async #connection(request: ClientRequest, route: Route): Promise<Connection> {
    const { timeouts } = request
    const { pool } = this
    for (;;) {
      if (pool.closed) throw new CloseError("the client was closed", { request })
      const place = pool.take(route.key, route.multiplexed) ?? (await pool.wait(route.key, route.multiplexed, timeouts.pool, request))
      if (place !== OPEN) {
        if (place.usable) return place
        pool.release(place)
        continue
      }
      try {
        const target = { url: request.url, proxy: route.proxy, settings: this.#settings, sessions: this.#sessions, closed: () => pool.closed, closing: this.#closing }
        const socket = await openSocket(target, timeouts.connect, request)
        const connection = new Connection(route.key, route.origin, socket, this.#settings, (closed) => pool.gone(closed))
        pool.opened(connection)
        return connection
      } catch (error) {
        pool.failed(route.key)
        throw error
      }
    }
  }

  #route(url: URL): Route {
    const { proxyFor, http2 } = this.#settings
    const proxy = proxyFor(url)
    const secure = url.protocol === "https:"
    if (proxy === null) return { proxy, origin: url.origin, key: url.origin, multiplexed: http2 && secure }
    const origin = secure ? url.origin : proxy.url.origin
    return { proxy, origin, key: `${proxy.url.origin} ${secure ? origin : ""}`, multiplexed: http2 && secure }
  }
}

/** How a URL is reached. */
interface Route {
  readonly proxy: Proxy | null
  /** Whom the connection speaks with. */
  readonly origin: string
  /** What the connections have in common that serve it. */
  readonly key: string
  /** Whether one connection may turn out to carry many requests. */
  readonly multiplexed: boolean
}

/**
 * Whether a connection was lost that had been idle, and the request can go on another: when
 * nothing of it was sent, or when the server gave no sign of it and would do it twice alike.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
 */
function mayGoElsewhere(error: unknown, exchange: Exchange, request: ClientRequest): boolean {
  if (error instanceof ConnectionGone) return true
  return exchange.lostUnseen && IDEMPOTENT.includes(request.method) && (request.body === null || request.body.replayable || !request.spent)
}

function exchangeRequest(request: ClientRequest, proxy: Proxy | null, upload: Upload | null): ExchangeRequest {
  const { method, url } = request
  const path = `${url.pathname}${url.search}`
  const flat = request.headers.flat()
  const body = upload?.stream ?? request.body?.bytes ?? null
  if (proxy === null || url.protocol !== "http:") return { method, url, path, headers: flat, body }
  const headers = [...flat]
  if (!request.headers.has("host")) headers.push("host", url.host)
  headers.push(...proxy.headers.flat())
  return { method, url, path: `${url.origin}${path}`, headers, body }
}

/** A body that is not sent in one piece. */
function uploadOf(request: ClientRequest): Upload | null {
  const { body, onProgress, timeouts } = request
  if (body === null) return null
  if (body.bytes !== null && body.bytes.length <= PIECE && onProgress === null) return null
  const { length } = body
  if (body.bytes !== null && length !== null) request.headers.set("content-length", length)
  return new Upload(body, request, timeouts.write, onProgress === null ? null : (loaded) => onProgress({ direction: "upload", loaded, total: length }))
}
