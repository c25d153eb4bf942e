/**
 * What a client is made with.
 */
import type { ConnectionOptions } from "node:tls"
import { checkBoolean, checkFunction, checkInteger, checkSeconds, checkSignal, describe } from "../../structures/arguments.ts"
import type { AbortSignalLike } from "../../host/host.ts"
import { authOf, type AuthInput } from "./auth.ts"
import type { CookiesInput } from "./cookies.ts"
import { ACCEPT_ENCODING } from "./decompress.ts"
import { HeaderFields, type HeadersInput } from "./header-fields.ts"
import { proxyChoice, type ProxyInput } from "./proxy.ts"
import { checkHeaders, type RequestDefaults } from "./request.ts"
import type { Response, SentRequest } from "./response.ts"
import { baseUrlOf, type QueryInput } from "./resolve-url.ts"
import { retriesOf, type RetriesInput, type RetriesOptions } from "./retries.ts"
import { DEFAULT_TIMEOUTS, timeoutsOf, type TimeoutInput } from "./timeout-settings.ts"
import type { TransportSettings } from "./transport.ts"

/** How many connections a client may have. */
export interface LimitsOptions {
  /** 100 by default; what is beyond waits, for `timeout.pool` at most. */
  readonly maxConnections?: number | undefined
  /** To one host; by default any number. */
  readonly maxConnectionsPerHost?: number | undefined
  /** How many of them may be idle; 20 by default. */
  readonly maxKeepaliveConnections?: number | undefined
  /** Seconds that one may be idle; 5 by default, less if the server says so. */
  readonly keepaliveExpiry?: number | undefined
}

/** Functions that are called with each request and response, redirects, challenges and retries included. */
export interface HooksOptions {
  /** May change the headers. */
  readonly request?: readonly ((request: SentRequest) => unknown)[] | ((request: SentRequest) => unknown) | undefined
  /** Called when the head has come; may read the body. */
  readonly response?: readonly ((response: Response) => unknown)[] | ((response: Response) => unknown) | undefined
}

/** How a client is made; what a request can say for itself it says in its own options. */
export interface ClientOptions {
  /** What paths are appended to. */
  readonly baseUrl?: string | URL | undefined
  readonly headers?: HeadersInput | undefined
  readonly query?: QueryInput | undefined
  readonly cookies?: CookiesInput | undefined
  readonly auth?: AuthInput | null | undefined
  /** 5 seconds each by default, but any time in all. */
  readonly timeout?: TimeoutInput | undefined
  readonly limits?: LimitsOptions | undefined
  /** Whether to speak HTTP/2 where a server of https offers it; false by default. */
  readonly http2?: boolean | undefined
  readonly proxy?: ProxyInput | null | undefined
  /** False by default, as in httpx. */
  readonly followRedirects?: boolean | undefined
  /** 20 by default. */
  readonly maxRedirects?: number | undefined
  /** 0 by default. */
  readonly retries?: RetriesInput | undefined
  readonly hooks?: HooksOptions | undefined
  /** Whether certificates are checked; true by default. */
  readonly verify?: boolean | undefined
  /** Authorities to trust in place of the system's: PEM. */
  readonly ca?: ConnectionOptions["ca"]
  /** The client's own certificate and key: PEM. */
  readonly cert?: ConnectionOptions["cert"]
  readonly key?: ConnectionOptions["key"]
  readonly passphrase?: string | undefined
  /** Anything else that `tls.connect` takes. */
  readonly tls?: ConnectionOptions | undefined
  /** A Unix socket that all requests go to, whatever their host. */
  readonly socketPath?: string | undefined
  /** The address of this machine to connect from. */
  readonly localAddress?: string | undefined
  /** Bytes of a body that are held in memory at most, decompressed; 128 MiB by default. */
  readonly maxResponseSize?: number | undefined
  /** Bytes of the headers of a response at most; 16 KiB by default. */
  readonly maxHeaderSize?: number | undefined
  /** Cancels all requests of the client when it aborts. */
  readonly signal?: AbortSignalLike | undefined
}

/** The same, checked and complete. */
export interface ClientSettings {
  readonly defaults: RequestDefaults
  readonly transport: TransportSettings
  readonly cookies: CookiesInput | undefined
  readonly maxRedirects: number
  readonly retries: RetriesOptions | null
  readonly onRequest: readonly ((request: SentRequest) => unknown)[]
  readonly onResponse: readonly ((response: Response) => unknown)[]
  readonly maxResponseSize: number
  readonly signal: AbortSignalLike | undefined
}

/** The names of all options, for those who have both a client's and a request's. */
export const CLIENT_OPTIONS: ReadonlySet<string> = new Set(
  `baseUrl headers query cookies auth timeout limits http2 proxy followRedirects maxRedirects retries hooks verify ca cert key
   passphrase tls socketPath localAddress maxResponseSize maxHeaderSize signal`.split(/\s+/),
)
const HOOKS = new Set(["request", "response"])
const LIMITS = new Set(["maxConnections", "maxConnectionsPerHost", "maxKeepaliveConnections", "keepaliveExpiry"])

/** @throws TypeError or RangeError for what makes no sense. */
export function settingsOf(options: ClientOptions): ClientSettings {
  if (typeof options !== "object" || options === null) throw new TypeError(`a Client takes an object of options, not ${describe(options)}`)
  for (const name in options) {
    if (!CLIENT_OPTIONS.has(name)) throw new TypeError(`a Client has no option ${describe(name)}; there are ${[...CLIENT_OPTIONS].join(", ")}`)
  }
  for (const name of ["verify", "http2", "followRedirects"] as const) {
    if (options[name] !== undefined) checkBoolean(options[name], name)
  }
  for (const name of ["socketPath", "localAddress", "passphrase"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "string") throw new TypeError(`${name} is text, not ${describe(options[name])}`)
  }
  if (options.signal !== undefined) checkSignal(options.signal, "the signal of a Client")
  checkNames("tls", options.tls ?? {}, null)
  checkNames("hooks", options.hooks ?? {}, HOOKS)
  const { hooks = {}, auth, query, maxRedirects = 20, maxResponseSize = 128 * 1024 * 1024 } = options
  checkInteger(maxRedirects, "maxRedirects", 0)
  if (maxResponseSize !== Infinity) checkInteger(maxResponseSize, "maxResponseSize", 0)
  const headers = new HeaderFields()
  headers.set("accept", "*/*")
  headers.set("accept-encoding", ACCEPT_ENCODING)
  headers.set("user-agent", "asyncio-ts")
  headers.merge(options.headers)
  checkHeaders(headers)
  // Made once for the requests that change nothing.
  headers.flat()
  return {
    defaults: {
      baseUrl: baseUrlOf(options.baseUrl),
      query: query ?? null,
      headers,
      auth: auth === undefined || auth === null ? null : authOf(auth),
      timeouts: timeoutsOf(options.timeout, DEFAULT_TIMEOUTS),
      followRedirects: options.followRedirects ?? false,
    },
    transport: transportSettings(options),
    cookies: options.cookies,
    maxRedirects,
    retries: retriesOf(options.retries),
    onRequest: functions(hooks.request, "hooks.request"),
    onResponse: functions(hooks.response, "hooks.response"),
    maxResponseSize,
    signal: options.signal,
  }
}

function transportSettings(options: ClientOptions): TransportSettings {
  const { limits = {}, maxHeaderSize = 16 * 1024, verify, ca, cert, key, passphrase } = options
  checkNames("limits", limits, LIMITS)
  const { maxConnections = 100, maxConnectionsPerHost = Infinity, maxKeepaliveConnections = 20, keepaliveExpiry = 5 } = limits
  for (const [name, value, least] of [["maxConnections", maxConnections, 1], ["maxConnectionsPerHost", maxConnectionsPerHost, 1], ["maxKeepaliveConnections", maxKeepaliveConnections, 0]] as const) {
    if (value !== Infinity) checkInteger(value, `limits.${name}`, least)
  }
  checkSeconds(keepaliveExpiry, "limits.keepaliveExpiry")
  if (keepaliveExpiry < 0) throw new RangeError(`limits.keepaliveExpiry is at least 0 seconds, but is ${keepaliveExpiry}`)
  checkInteger(maxHeaderSize, "maxHeaderSize", 1)
  return {
    maxConnections,
    maxConnectionsPerHost,
    maxKeepaliveConnections,
    keepaliveExpiry,
    maxHeaderSize,
    http2: options.http2 ?? false,
    proxyFor: proxyChoice(options.proxy),
    socketPath: options.socketPath,
    localAddress: options.localAddress,
    tls: {
      ...options.tls,
      ...(verify === undefined ? {} : { rejectUnauthorized: verify }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
    },
  }
}

/** @throws TypeError unless `value` is an object that has no other names than these. */
function checkNames(what: string, value: object, known: ReadonlySet<string> | null): void {
  if (typeof value !== "object" || value === null) throw new TypeError(`${what} is an object of options, not ${describe(value)}`)
  for (const name in value) {
    if (known !== null && !known.has(name)) throw new TypeError(`${what} has no ${describe(name)}; there are ${[...known].join(", ")}`)
  }
}

function functions<F extends Function>(given: F | readonly F[] | undefined, what: string): readonly F[] {
  const list = given === undefined ? [] : typeof given === "function" ? [given] : given
  if (!Array.isArray(list)) throw new TypeError(`${what} is a function or a list of them, not ${describe(list)}`)
  for (const one of list) checkFunction(one, what)
  return list
}
