/**
 * What each fault may make of each operation, written down before any of it was run.
 *
 * `intact`: every byte, as it was sent. `altered`: as many, but not the same, where nothing can
 * tell. `short`: the end came too early, and the operation has no other word for it. `timeout`:
 * the deadline round it passed. Else the name of an error class, or of one above it.
 *
 * Where two are named, the network decides which comes first: a closed connection over unread
 * data is reset, and TLS may meet the broken record or the closed connection.
 */
export const FAULTS = ["delay", "stall", "drop", "reset", "slice", "limit", "corrupt", "slowClose"] as const
export const OPERATIONS = [
  "connect",
  "handshake",
  "read",
  "readExactly",
  "readUntil",
  "write",
  "drain",
  "startTls",
  "HTTP request",
  "HTTP body",
  "SSE",
  "WebSocket",
] as const

export type FaultName = (typeof FAULTS)[number]
export type OperationName = (typeof OPERATIONS)[number]

type Row = Readonly<Record<FaultName, string>>

const intact = { delay: "intact", slice: "intact", slowClose: "intact", stall: "timeout" }
/** TLS cannot be agreed on. */
const noTls = { drop: "ConnectionError SSLError", reset: "ConnectionError SSLError", limit: "ConnectionError SSLError", corrupt: "ConnectionError SSLError" }
const noHttps = { drop: "HTTPError", reset: "HTTPError", limit: "HTTPError", corrupt: "HTTPError" }

export const EXPECTED: Readonly<Record<OperationName, { readonly tcp: Row; readonly tls: Row }>> = {
  // Nothing has to arrive, so nothing can go wrong once the proxy has accepted.
  connect: {
    tcp: { ...intact, stall: "intact", drop: "intact", reset: "intact", limit: "intact", corrupt: "intact" },
    tls: { ...intact, ...noTls },
  },
  // Over TCP: a line there and one back, both below the limit and the first altered byte.
  handshake: {
    tcp: { ...intact, drop: "IncompleteReadError ConnectionError", reset: "ConnectionError", limit: "intact", corrupt: "intact" },
    tls: { ...intact, ...noTls },
  },
  read: {
    tcp: { ...intact, drop: "short ConnectionError", reset: "ConnectionError", limit: "short", corrupt: "altered" },
    tls: { ...intact, drop: "short ConnectionError SSLError", reset: "ConnectionError", limit: "short ConnectionError SSLError", corrupt: "ConnectionError SSLError" },
  },
  readExactly: {
    tcp: { ...intact, drop: "IncompleteReadError ConnectionError", reset: "ConnectionError", limit: "IncompleteReadError", corrupt: "altered" },
    tls: {
      ...intact,
      drop: "IncompleteReadError ConnectionError SSLError",
      reset: "ConnectionError",
      limit: "IncompleteReadError ConnectionError SSLError",
      corrupt: "ConnectionError SSLError",
    },
  },
  readUntil: {
    tcp: { ...intact, drop: "IncompleteReadError ConnectionError", reset: "ConnectionError", limit: "IncompleteReadError", corrupt: "altered" },
    tls: {
      ...intact,
      drop: "IncompleteReadError ConnectionError SSLError",
      reset: "ConnectionError",
      limit: "IncompleteReadError ConnectionError SSLError",
      corrupt: "ConnectionError SSLError",
    },
  },
  // What was written is acknowledged with its digest; the acknowledgement is what may be missing.
  write: {
    tcp: { ...intact, drop: "short ConnectionError", reset: "ConnectionError", limit: "short ConnectionError", corrupt: "altered" },
    tls: {
      ...intact,
      drop: "short ConnectionError SSLError",
      reset: "ConnectionError",
      limit: "short ConnectionError SSLError",
      corrupt: "short ConnectionError SSLError",
    },
  },
  drain: {
    tcp: { ...intact, drop: "short ConnectionError", reset: "ConnectionError", limit: "short ConnectionError", corrupt: "altered" },
    tls: {
      ...intact,
      drop: "short ConnectionError SSLError",
      reset: "ConnectionError",
      limit: "short ConnectionError SSLError",
      corrupt: "short ConnectionError SSLError",
    },
  },
  // Over TCP the fault meets the upgrade, over TLS what is read after it.
  startTls: {
    tcp: {
      ...intact,
      drop: "IncompleteReadError ConnectionError",
      reset: "ConnectionError",
      limit: "IncompleteReadError ConnectionError SSLError",
      corrupt: "IncompleteReadError ConnectionError SSLError",
    },
    tls: {
      ...intact,
      drop: "IncompleteReadError ConnectionError SSLError",
      reset: "ConnectionError",
      limit: "IncompleteReadError ConnectionError SSLError",
      corrupt: "ConnectionError SSLError",
    },
  },
  // Below the limit and the first altered byte.
  "HTTP request": {
    tcp: { ...intact, drop: "HTTPError", reset: "HTTPError", limit: "intact", corrupt: "intact" },
    tls: { ...intact, ...noHttps },
  },
  "HTTP body": {
    tcp: { ...intact, drop: "HTTPError", reset: "HTTPError", limit: "HTTPError", corrupt: "altered" },
    tls: { ...intact, ...noHttps },
  },
  // An altered byte may hit an event, its framing or the chunk that it is in.
  SSE: {
    tcp: { ...intact, drop: "HTTPError", reset: "HTTPError", limit: "HTTPError", corrupt: "altered short HTTPError" },
    tls: { ...intact, ...noHttps },
  },
  WebSocket: {
    tcp: {
      ...intact,
      drop: "ConnectionError WebSocketClosedError",
      reset: "ConnectionError WebSocketClosedError",
      limit: "ConnectionError WebSocketClosedError",
      corrupt: "altered ConnectionError WebSocketClosedError",
    },
    tls: {
      ...intact,
      drop: "ConnectionError SSLError WebSocketClosedError",
      reset: "ConnectionError SSLError WebSocketClosedError",
      limit: "ConnectionError SSLError WebSocketClosedError",
      corrupt: "ConnectionError SSLError WebSocketClosedError",
    },
  },
}
