/**
 * An HTTP client and server.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)

export { BodyTooLargeError } from "./server/body-limit.ts"
export { FastResponse } from "./server/fast-response.ts"
export { HttpServer, type HttpServerStatistics } from "./server/http-server.ts"
export type { RequestConnection } from "./server/request-connection.ts"
export { serve } from "./server/serve.ts"
export type { ServeHandler, ServeOptions } from "./server/server-options.ts"
export { eventStream, type EventStreamOptions, type ServerSentEvent } from "./server/event-stream.ts"
export { connectWebSocket, type ConnectWebSocketOptions } from "./websocket/connect-web-socket.ts"
export { upgradeWebSocket } from "./websocket/upgrade-web-socket.ts"
export { WebSocket } from "./websocket/web-socket.ts"
export { WebSocketClosedError } from "./websocket/web-socket-closed-error.ts"
export type { WebSocketOptions } from "./websocket/web-socket-options.ts"

export { BasicAuth, BearerAuth, type Auth, type AuthInput, type AuthRequest, type AuthResponse } from "./client/auth.ts"
export { Client, type ClientStatistics } from "./client/client.ts"
export type { ClientOptions, HooksOptions, LimitsOptions } from "./client/client-options.ts"
export type { CookiesInput } from "./client/cookies.ts"
export { DigestAuth } from "./client/digest-auth.ts"
export {
  CloseError,
  ConnectError,
  ConnectTimeout,
  DecodingError,
  HTTPError,
  HTTPStatusError,
  LocalProtocolError,
  NetworkError,
  PoolTimeout,
  ProtocolError,
  ProxyError,
  ReadError,
  ReadTimeout,
  RemoteProtocolError,
  RequestError,
  ResponseTooLarge,
  StreamConsumed,
  TimeoutException,
  TooManyRedirects,
  TotalTimeout,
  TransportError,
  UnsupportedProtocol,
  WriteError,
  WriteTimeout,
  type FailedRequest,
  type HTTPErrorDetails,
  type RefusingResponse,
} from "./client/errors.ts"
export type { EventsOptions, ReceivedEvent } from "./client/event-stream.ts"
export { fetch } from "./client/fetch.ts"
export { HeaderFields, type HeadersInput } from "./client/header-fields.ts"
export type { LinesOptions } from "./client/lines.ts"
export type { FileContent, FilePart, FilesInput } from "./client/multipart.ts"
export type { ProxyInput, ProxyOptions } from "./client/proxy.ts"
export type { RequestOptions, TransferProgress } from "./client/request.ts"
export type { BodyChunk, BodyInput, BodyStream, FormInput } from "./client/request-body.ts"
export { deleteRequest as delete, get, head, options, patch, post, put, request, stream, type SingleRequestOptions } from "./client/requests.ts"
export type { QueryInput } from "./client/resolve-url.ts"
export { Response, type SentRequest } from "./client/response.ts"
export { ResponseStream } from "./client/response-stream.ts"
export type { RetriesInput, RetriesOptions } from "./client/retries.ts"
export type { TimeoutInput, TimeoutOptions } from "./client/timeout-settings.ts"
