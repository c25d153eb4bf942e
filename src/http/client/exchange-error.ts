import { osError } from "../../errors/os-errors.ts"
import { CloseError, LocalProtocolError, ReadError, RemoteProtocolError, WriteError, type FailedRequest } from "./errors.ts"

/** How far a request had come. */
export interface Progress {
  readonly request: FailedRequest
  readonly status: number
  readonly sending: boolean
  readonly received: number
  readonly headers: { readonly "content-length"?: string | undefined }
}

/** What an error of undici's, or of a socket's, means for a request that was being sent or answered. */
export function exchangeError(error: Error, progress: Progress, clientClosed: boolean): Error {
  const { request, status, received } = progress
  if (clientClosed) return new CloseError("the client was closed", { request, cause: error })
  const { code = "" } = error as { code?: string }
  const expected = progress.headers["content-length"]
  switch (code) {
    case "UND_ERR_SOCKET":
    case "UND_ERR_INFO":
      if (status === 0) return new RemoteProtocolError("the server closed the connection without a response", { request, cause: error })
      return new RemoteProtocolError(shortened(received, expected), { request, cause: error })
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return new RemoteProtocolError(shortened(received, expected), { request, cause: error })
    case "UND_ERR_HEADERS_OVERFLOW":
      return new RemoteProtocolError("the headers of the response are longer than maxHeaderSize", { request, cause: error })
    case "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH":
      return new LocalProtocolError("the body is not as long as its content-length says", { request, cause: error })
    case "UND_ERR_INVALID_ARG":
    case "UND_ERR_NOT_SUPPORTED":
      return new LocalProtocolError(error.message, { request, cause: error })
  }
  if (error.name === "HTTPParserError" || code.startsWith("HPE_")) {
    return new RemoteProtocolError(`what the server sent is no HTTP: ${error.message}`, { request, cause: error })
  }
  if (code.startsWith("ERR_HTTP2")) return new RemoteProtocolError(error.message, { request, cause: error })
  const cause = osError(error, `connection to ${request.url.host}`)
  const message = cause instanceof Error ? cause.message : String(cause)
  if (code === "EPIPE" || (progress.sending && status === 0)) return new WriteError(message, { request, cause })
  return new ReadError(message, { request, cause })
}

function shortened(received: number, expected: string | undefined): string {
  return expected === undefined
    ? `the server closed the connection in the midst of the body, after ${received} bytes`
    : `the body does not have the length that the server said: ${received} bytes came, not ${expected}`
}
