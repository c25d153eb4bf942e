import type { ClientOptions } from "ws"
import { WebSocket as Ws } from "ws"
import { checkSeconds, describe } from "../../structures/arguments.ts"
import { ConnectionError, osError } from "../../errors/os-errors.ts"
import { TimeoutError } from "../../errors/timeout-error.ts"
import { atRoot } from "../../host/node.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { hostOperation } from "../../core/host-operation.ts"
import { getRunningLoop } from "../../core/running.ts"
import { hostDelay } from "../host-delay.ts"
import { WebSocket } from "./web-socket.ts"
import { webSocketSettings, type WebSocketOptions } from "./web-socket-options.ts"

/** How a WebSocket is opened. All times are in seconds. */
export interface ConnectWebSocketOptions extends WebSocketOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How long it may take to open; 10 by default. */
  readonly openTimeout?: number | undefined
  /** What `node:tls` takes: `ca`, `cert`, `key`, `rejectUnauthorized`. */
  readonly tls?: Pick<ClientOptions, "ca" | "cert" | "key" | "passphrase" | "pfx" | "rejectUnauthorized"> | undefined
}

const SCHEMES = ["ws:", "wss:", "http:", "https:"]

/**
 * Opens a WebSocket.
 *
 * @param url - `ws:` or `wss:`; `http:` and `https:` stand for the same
 * @throws ConnectionRefusedError and the like if there is no connection, ConnectionError if
 * the server answers with something else than a WebSocket, TimeoutError after `openTimeout`;
 * TypeError at the call for what is no such URL. Cancelled, nothing is left open.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { connectWebSocket } from "asyncio-ts/http"
 *
 * const error = await asyncio.run(() => connectWebSocket("ws://127.0.0.1:1/")).catch((error: Error) => error)
 * console.log((error as Error).name) // -> ConnectionRefusedError
 * ```
 */
export function connectWebSocket(url: string | URL, options: ConnectWebSocketOptions = {}): Coroutine<WebSocket> {
  const address = URL.canParse(String(url)) ? new URL(url) : undefined
  if (address === undefined || !SCHEMES.includes(address.protocol)) {
    throw new TypeError(`connectWebSocket takes a URL that begins with ws:// or wss://, not ${describe(String(url))}`)
  }
  if (address.hash !== "") throw new TypeError(`the URL of a WebSocket has no fragment, but connectWebSocket was given ${describe(String(url))}`)
  const settings = webSocketSettings(options)
  const { openTimeout = 10, headers, tls } = options
  checkSeconds(openTimeout, "openTimeout of connectWebSocket")
  if (openTimeout <= 0) throw new RangeError(`openTimeout of connectWebSocket is a number of seconds above 0, not ${openTimeout}`)
  const attempt = `cannot open a WebSocket to ${address.host}${address.pathname}`
  return hostOperation<WebSocket>({
    name: "connectWebSocket",
    detail: address.host,
    says: () => `WebSocket ${address.host}, connecting`,
    start(done) {
      const loop = getRunningLoop()
      const ws = atRoot(
        () =>
          new Ws(address, [...settings.protocols], {
            ...tls,
            ...(headers === undefined ? {} : { headers: { ...headers } }),
            maxPayload: settings.maxMessageSize,
            perMessageDeflate: settings.compression,
          }),
      )
      const stop = (): void => {
        clearTimeout(timer)
        ws.on("error", () => undefined) // that of being cut off
        ws.terminate()
      }
      const late = (): void => {
        stop()
        done.failed(new TimeoutError(`${attempt}: no answer within ${openTimeout} s`))
      }
      const timer = openTimeout === Infinity ? undefined : atRoot(() => setTimeout(late, hostDelay(openTimeout)))
      ws.on("open", () => {
        clearTimeout(timer)
        ws.removeAllListeners("error")
        done.returned(new WebSocket(ws, settings, loop))
      })
      ws.on("unexpected-response", (_request, { statusCode, statusMessage }) => {
        stop()
        done.failed(new ConnectionError(`${attempt}: the server answered ${statusCode} ${statusMessage}, and no WebSocket`))
      })
      ws.on("error", (error) => {
        clearTimeout(timer)
        done.failed(clientError(error, attempt))
      })
      return stop
    },
    discard: (socket) => WebSocket.cutOff(socket),
  })
}

function clientError(error: Error, attempt: string): unknown {
  const known = osError(error, attempt)
  return known === error ? new ConnectionError(`${attempt}: ${error.message}`, { cause: error }) : known
}
