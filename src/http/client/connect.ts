/**
 * Making connections: addresses, TLS, and tunnels through proxies.
 */
import { connect as connectTcp, isIP, type Socket } from "node:net"
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls"
import { Client, type Dispatcher } from "undici"
import { hostOperation } from "../../core/host-operation.ts"
import { osError } from "../../errors/os-errors.ts"
import { host as platform } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { CloseError, ConnectError, ConnectTimeout, ProxyError, type FailedRequest } from "./errors.ts"
import { defaultPort, hostOf, type Proxy } from "./proxy.ts"

/** What of the client's settings concerns connections. */
export interface ConnectSettings {
  readonly tls: ConnectionOptions
  readonly http2: boolean
  readonly socketPath: string | undefined
  readonly localAddress: string | undefined
}

/**
 * Sessions of TLS by their host, to resume. Each client has its own: a session speaks for the
 * certificates that it began with, the client's own among them.
 */
export type TlsSessions = Map<string, Buffer>

export interface Target {
  /** Where the server is; only its origin counts. */
  readonly url: URL
  readonly proxy: Proxy | null
  readonly settings: ConnectSettings
  readonly sessions: TlsSessions
  /** Whether the client is closed. */
  readonly closed: () => boolean
  /** Called when it is closed meanwhile. */
  readonly closing: Set<() => void>
}

/** How many sessions of TLS are kept. */
const SESSIONS = 100

/**
 * Connects, within `seconds`; the socket is ready for HTTP. Cancelled, it is closed.
 *
 * @throws ConnectError, ConnectTimeout or ProxyError for `request`.
 */
export function openSocket(target: Target, seconds: number | null, request: FailedRequest): Coroutine<Socket> {
  const { url, proxy } = target
  const where = proxy === null ? `${hostOf(url)}:${url.port || defaultPort(url)}` : `${url.host} through the proxy ${proxy.url.host}`
  return hostOperation<Socket>({
    name: "connect",
    detail: where,
    says: () => `socket ${where}, connecting`,
    discard: (socket) => void socket.destroy(),
    start(done) {
      // It may have been closed between leave to connect and this.
      if (target.closed()) {
        done.failed(new CloseError("the client was closed", { request }))
        return undefined
      }
      const attempt = new Attempt(target, {
        returned: (socket) => {
          end()
          done.returned(socket)
        },
        failed: (error) => {
          end()
          if (error instanceof TunnelRefused) {
            const message = `the proxy ${proxy?.url.host} refused to connect to ${url.host}: status ${error.status}`
            done.failed(new ProxyError(message, { request }))
            return
          }
          const cause = osError(first(error), `cannot connect to ${where}`)
          const message = cause instanceof Error ? cause.message : String(cause)
          const attempted = message.startsWith("cannot connect to ") ? message : `cannot connect to ${where}: ${message}`
          done.failed(new ConnectError(attempted, { request, cause }))
        },
      })
      const late = (): void => {
        end()
        attempt.stop()
        done.failed(new ConnectTimeout(`no connection to ${where} within ${seconds} s (timeout.connect)`, { request }))
      }
      const closed = (): void => {
        end()
        attempt.stop()
        done.failed(new CloseError("the client was closed", { request }))
      }
      const end = (): void => {
        platform.clearTimer(timer)
        target.closing.delete(closed)
      }
      const timer = seconds === null ? undefined : platform.setTimer(seconds, late)
      target.closing.add(closed)
      atRoot(() => attempt.begin())
      return () => {
        end()
        attempt.stop()
      }
    },
  })
}

interface Outcome {
  returned(socket: Socket): void
  failed(error: unknown): void
}

class TunnelRefused extends Error {
  readonly status: number

  constructor(status: number) {
    super("the proxy refused")
    this.status = status
  }
}

/** Invariant: the outcome is told at most once, and never after `stop`; then no socket is left open. */
class Attempt {
  readonly #target: Target
  readonly #outcome: Outcome
  #over = false
  #socket: Socket | null = null
  #tunnel: Client | null = null

  constructor(target: Target, outcome: Outcome) {
    this.#target = target
    this.#outcome = outcome
  }

  begin(): void {
    const { url, proxy, settings } = this.#target
    const { socketPath, localAddress } = settings
    const first = proxy?.url ?? url
    const port = Number(first.port || defaultPort(first))
    const settled = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, highWaterMark: 65_536 }
    const socket =
      socketPath !== undefined && proxy === null
        ? connectTcp({ ...settled, path: socketPath })
        : connectTcp({ ...settled, host: hostOf(first), port, ...(localAddress === undefined ? {} : { localAddress }) })
    this.#watch(socket, "connect", () => this.#reached(socket, first))
  }

  stop(): void {
    this.#over = true
    this.#tunnel?.destroy(ignore)
    this.#socket?.destroy()
  }

  /** Connected to the server or the proxy. */
  #reached(socket: Socket, first: URL): void {
    const { url, proxy, settings } = this.#target
    const last = proxy === null || url.protocol === "http:"
    if (first.protocol === "https:") {
      // To a proxy HTTP/1.1 is spoken: a tunnel takes the whole connection.
      this.#secure(socket, first, settings.http2 && proxy === null, (secured) => (last ? this.#succeed(secured) : this.#dig(secured)))
    } else if (last) {
      this.#succeed(socket)
    } else {
      this.#dig(socket)
    }
  }

  #secure(below: Socket, url: URL, http2: boolean, next: (socket: TLSSocket) => void): void {
    const host = hostOf(url)
    const { sessions, settings } = this.#target
    const session = sessions.get(url.host)
    const { tls } = settings
    const socket = connectTls({
      ...tls,
      host,
      ...(tls.servername === undefined && isIP(host) === 0 ? { servername: host } : {}),
      ALPNProtocols: http2 ? ["h2", "http/1.1"] : ["http/1.1"],
      ...(session === undefined ? {} : { session }),
      socket: below,
    })
    socket.on("session", (made) => {
      sessions.delete(url.host)
      sessions.set(url.host, made)
      const [oldest] = sessions.keys()
      if (sessions.size > SESSIONS && oldest !== undefined) sessions.delete(oldest)
    })
    this.#watch(socket, "secureConnect", () => next(socket))
  }

  /** Asks the proxy for a tunnel. */
  #dig(socket: Socket): void {
    const { url, proxy, settings } = this.#target
    if (proxy === null) return
    const authority = `${url.hostname}:${url.port || defaultPort(url)}`
    const tunnel = new Client(proxy.url.origin, { connect: (_options, callback) => queueMicrotask(() => callback(null, socket)), headersTimeout: 0, allowH2: false })
    this.#tunnel = tunnel
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: ignore,
      onRequestUpgrade: (_controller, status, _headers, through) => {
        const own = through as Socket // the one that was handed in
        this.#tunnel = null
        tunnel.destroy(ignore)
        if (this.#over) return
        if (status < 200 || status > 299) this.#fail(new TunnelRefused(status))
        else this.#secure(own, url, settings.http2, (secured) => this.#succeed(secured))
      },
      onResponseError: (_controller, error) => this.#fail(error),
    }
    const options = { path: authority, method: "CONNECT", headers: ["host", authority, ...proxy.headers.flat()] }
    tunnel.dispatch(options, handler)
  }

  #watch(socket: Socket, ready: "connect" | "secureConnect", next: () => void): void {
    this.#socket = socket
    socket.on("error", (error) => this.#fail(error))
    socket.once(ready, () => {
      if (!this.#over) next()
    })
    socket.once("close", () => this.#fail(new Error("the connection was closed")))
  }

  #succeed(socket: Socket): void {
    if (this.#over) return
    this.#over = true
    this.#outcome.returned(socket)
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.stop()
    this.#outcome.failed(error)
  }
}

/** Node tries all addresses of a name, and tells of every failure; people need one. */
function first(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error
}

function ignore(): void {}
