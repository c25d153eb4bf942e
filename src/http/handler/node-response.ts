/**
 * Node's response, of `node:http` and `node:http2`: when its client has gone, and the answer
 * of a request that has none.
 */

/** The part of Node's `IncomingMessage` that is used. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
}

/** The part of Node's `ServerResponse` that is used. */
export interface NodeResponse {
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly destroyed: boolean
  statusCode: number
  shouldKeepAlive?: boolean
  getHeaderNames(): string[]
  removeHeader(name: string): unknown
  setHeader(name: string, value: string): unknown
  once(event: "close", listener: () => void): unknown
  end(body: string): unknown
  destroy(): unknown
}

/** A signal that aborts when the connection goes before the response was ended. */
export function clientSignal(response: NodeResponse): AbortSignal {
  const gone = new AbortController()
  const look = (): void => {
    if (!response.writableEnded) gone.abort()
  }
  // Closed already where middleware has waited: no further event would come.
  if (response.destroyed) look()
  else response.once("close", look)
  return gone.signal
}

/**
 * Whether the client went away in the midst of its request: whoever reads the body hears of
 * that before the response does, as an error of the connection.
 *
 * @param request - Node's own, or a framework's that holds it
 */
export function leftWhileSending(request: object, error: unknown): boolean {
  const { raw } = request as { raw?: object } // as Fastify has it
  const { destroyed, complete } = (raw ?? request) as { destroyed?: boolean; complete?: boolean } // as Node's have them
  return destroyed === true && complete === false && (error as { code?: unknown } | undefined)?.code === "ECONNRESET"
}

/** Answers a request whose task was cancelled: the client may ask again, elsewhere. */
export function refuse(response: NodeResponse): void {
  // The server is likely to close, and waits for its connections.
  if (!response.headersSent) response.shouldKeepAlive = false
  answer(response, 503, "Service Unavailable")
}

/** Answers a request for which there is no room; `after` that many seconds there may be. */
export function tooBusy(response: NodeResponse, after: number): void {
  answer(response, 503, "Service Unavailable", { "Retry-After": String(after) })
}

/** Answers a request whose body is larger than the server takes. */
export function tooLarge(response: NodeResponse): void {
  answer(response, 413, "Content Too Large")
}

/** Answers a request whose handler failed, where no framework does. */
export function fail(response: NodeResponse): void {
  answer(response, 500, "Internal Server Error")
}

function answer(response: NodeResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  if (response.writableEnded || response.destroyed) return
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    response.destroy()
    return
  }
  // They were meant for another body.
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = status
  response.setHeader("Content-Type", "text/plain; charset=utf-8")
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(text)
}
