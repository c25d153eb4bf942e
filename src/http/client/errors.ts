/**
 * What can go wrong with a request: the classes of httpx.
 *
 * @see https://www.python-httpx.org/exceptions/
 */
import { brand } from "../../errors/brand.ts"
import type { Coroutine } from "../../core/coroutine.ts"

/** Which request failed. */
export interface FailedRequest {
  readonly method: string
  /** With its credentials and its query: do not write it where others read it. */
  readonly url: URL
}

/** What an error of this client is made with. */
export interface HTTPErrorDetails {
  readonly request: FailedRequest
  readonly cause?: unknown
}

/** Any failure of a request; its message names the method and the URL without credentials and query. */
export class HTTPError extends Error {
  declare readonly name: string
  declare readonly code: string
  /** Which request failed; not shown by `console.log`, since a URL may hold secrets. */
  declare readonly request: FailedRequest

  static {
    brand(this, "HTTPError", "ERR_HTTP")
  }

  constructor(message: string, { request, cause }: HTTPErrorDetails) {
    super(`${request.method} ${withoutSecrets(request.url)}: ${message}`, cause === undefined ? undefined : { cause })
    Object.defineProperty(this, "request", { value: request, configurable: true })
  }
}

/** No usable response came. */
export class RequestError extends HTTPError {
  static {
    brand(this, "RequestError", "ERR_HTTP_REQUEST")
  }
}

/** The network, a server or a proxy failed: what another attempt may well mend. */
export class TransportError extends RequestError {
  static {
    brand(this, "TransportError", "ERR_HTTP_TRANSPORT")
  }
}

/** A time limit passed; also an `asyncio.TimeoutError`. */
export class TimeoutException extends TransportError {
  static {
    brand(this, "TimeoutException", "ERR_HTTP_TIMEOUT")
    Object.defineProperty(this.prototype, Symbol.for("asyncio-ts.TimeoutError"), { value: true })
  }
}

/** No connection was made within `timeout.connect`. */
export class ConnectTimeout extends TimeoutException {
  static {
    brand(this, "ConnectTimeout", "ERR_HTTP_CONNECT_TIMEOUT")
  }
}

/** The server sent nothing for `timeout.read`. */
export class ReadTimeout extends TimeoutException {
  static {
    brand(this, "ReadTimeout", "ERR_HTTP_READ_TIMEOUT")
  }
}

/** The server took nothing of the body for `timeout.write`. */
export class WriteTimeout extends TimeoutException {
  static {
    brand(this, "WriteTimeout", "ERR_HTTP_WRITE_TIMEOUT")
  }
}

/** No connection of the client became free within `timeout.pool`. */
export class PoolTimeout extends TimeoutException {
  static {
    brand(this, "PoolTimeout", "ERR_HTTP_POOL_TIMEOUT")
  }
}

/** The whole request, its redirects and retries included, was not done within `timeout.total`. */
export class TotalTimeout extends TimeoutException {
  static {
    brand(this, "TotalTimeout", "ERR_HTTP_TOTAL_TIMEOUT")
  }
}

/** The connection failed. */
export class NetworkError extends TransportError {
  static {
    brand(this, "NetworkError", "ERR_HTTP_NETWORK")
  }
}

/** No connection could be made; the cause is an `asyncio.OSError` that says why. */
export class ConnectError extends NetworkError {
  static {
    brand(this, "ConnectError", "ERR_HTTP_CONNECT")
  }
}

/** The connection was lost while the response was read. */
export class ReadError extends NetworkError {
  static {
    brand(this, "ReadError", "ERR_HTTP_READ")
  }
}

/** The connection was lost while the request was sent. */
export class WriteError extends NetworkError {
  static {
    brand(this, "WriteError", "ERR_HTTP_WRITE")
  }
}

/** The client was closed under the request. */
export class CloseError extends NetworkError {
  static {
    brand(this, "CloseError", "ERR_HTTP_CLOSE")
  }
}

/** Somebody does not keep to HTTP. */
export class ProtocolError extends TransportError {
  static {
    brand(this, "ProtocolError", "ERR_HTTP_PROTOCOL")
  }
}

/** The request is none: its body is longer than its content-length says. */
export class LocalProtocolError extends ProtocolError {
  static {
    brand(this, "LocalProtocolError", "ERR_HTTP_LOCAL_PROTOCOL")
  }
}

/** What the server sent is no HTTP, is too long a head, or ended too early. */
export class RemoteProtocolError extends ProtocolError {
  static {
    brand(this, "RemoteProtocolError", "ERR_HTTP_REMOTE_PROTOCOL")
  }
}

/** The proxy refused to make a connection. */
export class ProxyError extends TransportError {
  static {
    brand(this, "ProxyError", "ERR_HTTP_PROXY")
  }
}

/** A URL that is neither http nor https. */
export class UnsupportedProtocol extends TransportError {
  static {
    brand(this, "UnsupportedProtocol", "ERR_HTTP_UNSUPPORTED_PROTOCOL")
  }
}

/** The body cannot be decoded: damaged gzip, text that is no JSON, a line without end. */
export class DecodingError extends RequestError {
  static {
    brand(this, "DecodingError", "ERR_HTTP_DECODING")
  }
}

/** The body is larger than `maxResponseSize`. */
export class ResponseTooLarge extends RequestError {
  static {
    brand(this, "ResponseTooLarge", "ERR_HTTP_RESPONSE_TOO_LARGE")
  }
}

/** More redirects than `maxRedirects`. */
export class TooManyRedirects extends RequestError {
  static {
    brand(this, "TooManyRedirects", "ERR_HTTP_TOO_MANY_REDIRECTS")
  }
}

/** A body that was sent has to be sent once more, and is a stream that cannot be read twice. */
export class StreamConsumed extends RequestError {
  static {
    brand(this, "StreamConsumed", "ERR_HTTP_STREAM_CONSUMED")
  }
}

/** What an `HTTPStatusError` tells of the response; it is the `Response` itself. */
export interface RefusingResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: URL
  text(): Coroutine<string>
  json<T = unknown>(): Coroutine<T>
  bytes(): Coroutine<Uint8Array>
}

/** `raiseForStatus` found a status of 400 or above. */
export class HTTPStatusError extends HTTPError {
  declare readonly response: RefusingResponse

  static {
    brand(this, "HTTPStatusError", "ERR_HTTP_STATUS")
  }

  constructor(message: string, details: HTTPErrorDetails & { readonly response: RefusingResponse }) {
    super(message, details)
    Object.defineProperty(this, "response", { value: details.response, configurable: true })
  }
}

/** A URL for messages: credentials and fragment are left out, and of the query only that there is one. */
export function withoutSecrets(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search === "" ? "" : "?…"}`
}
