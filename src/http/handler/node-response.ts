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

/** Answers a request whose task was cancelled: the client may ask again, elsewhere. */
export function refuse(response: NodeResponse): void {
  // The server is likely to close, and waits for its connections.
  if (!response.headersSent) response.shouldKeepAlive = false
  answer(response, 503, "Service Unavailable")
}

/** Answers a request whose handler failed, where no framework does. */
export function fail(response: NodeResponse): void {
  answer(response, 500, "Internal Server Error")
}

function answer(response: NodeResponse, status: number, text: string): void {
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
  response.end(text)
}
