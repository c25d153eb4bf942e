/**
 * What a client is asked to send.
 */
import { checkBoolean, checkFunction, checkSignal, describe } from "../../structures/arguments.ts"
import type { AbortSignalLike } from "../../host/host.ts"
import { authInUrl, authOf, type Auth, type AuthInput } from "./auth.ts"
import { cookiePairs } from "./cookies.ts"
import { HeaderFields, type HeadersInput } from "./header-fields.ts"
import { formDataBody, multipartBody, type FilesInput } from "./multipart.ts"
import { bodyOf, formBody, jsonBody, type BodyInput, type FormInput, type RequestBody } from "./request-body.ts"
import { appendQuery, resolveUrl, type BaseUrl, type QueryInput } from "./resolve-url.ts"
import type { SentRequest } from "./response.ts"
import { timeoutsOf, type TimeoutInput, type Timeouts } from "./timeout-settings.ts"

/** How far a body has come. */
export interface TransferProgress {
  readonly direction: "upload" | "download"
  /** Bytes so far: of a download as they come over the wire, before they are decompressed. */
  readonly loaded: number
  /** Where it is known. */
  readonly total: number | null
}

/** What one request is made with; of the bodies at most one. */
export interface RequestOptions {
  readonly query?: QueryInput | undefined
  /** Besides those of the client. */
  readonly headers?: HeadersInput | undefined
  /** The body as JSON. */
  readonly json?: unknown
  /** The body as a form; with `files`, as one of several parts. */
  readonly form?: FormInput | undefined
  readonly files?: FilesInput | undefined
  /** The body as a form of several parts. */
  readonly multipart?: FormData | undefined
  readonly body?: BodyInput | undefined
  /** The same as `body`, as httpx calls it. */
  readonly content?: BodyInput | undefined
  /** For this request alone. */
  readonly cookies?: Readonly<Record<string, string>> | undefined
  /** In place of the client's; null for none. */
  readonly auth?: AuthInput | null | undefined
  readonly timeout?: TimeoutInput | undefined
  readonly followRedirects?: boolean | undefined
  /** Cancels the request when it aborts. */
  readonly signal?: AbortSignalLike | undefined
  /** Called with each piece of either body. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/** What a client adds to each of its requests. */
export interface RequestDefaults {
  readonly baseUrl: BaseUrl | null
  readonly query: QueryInput | null
  readonly headers: HeaderFields
  readonly auth: Auth | null
  readonly timeouts: Timeouts
  readonly followRedirects: boolean
}

const OPTIONS = new Set(
  "query headers json form files multipart body content cookies auth timeout followRedirects signal onProgress".split(" "),
)
/** The connection's own affair, or nothing that undici sends. */
const REFUSED = ["transfer-encoding", "keep-alive", "upgrade", "expect"]
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** One request; a redirect makes another of it. */
export class ClientRequest implements SentRequest {
  method: string
  url: URL
  headers: HeaderFields
  body: RequestBody | null
  auth: Auth | null
  /** Cookies of this request alone. */
  cookies: readonly (readonly [string, string])[]
  /** Whether the `cookie` header is the caller's own. */
  readonly ownCookieHeader: boolean
  /** Whether a redirect led to another origin. */
  elsewhere = false
  /** Whether a body that can be read once has been read. */
  spent = false
  readonly timeouts: Timeouts
  readonly followRedirects: boolean
  readonly signal: AbortSignalLike | undefined
  readonly onProgress: ((progress: TransferProgress) => void) | null

  /** @throws TypeError or RangeError for anything that makes no sense. */
  constructor(method: string, url: string | URL, options: RequestOptions, defaults: RequestDefaults) {
    if (typeof options !== "object" || options === null) throw new TypeError(`the options of a request are an object, not ${describe(options)}`)
    if (typeof method !== "string" || !TOKEN.test(method)) throw new TypeError(`${describe(method)} is no method of HTTP`)
    this.method = method.toUpperCase()
    if (this.method === "CONNECT") throw new TypeError("CONNECT opens a tunnel, which has no response; give the client a proxy")
    for (const name in options) {
      if (!OPTIONS.has(name)) throw new TypeError(`a request has no option ${describe(name)}; there are ${[...OPTIONS].join(", ")}`)
    }
    this.url = resolveUrl(url, defaults.baseUrl)
    if (defaults.query !== null) appendQuery(this.url, defaults.query)
    if (options.query !== undefined) appendQuery(this.url, options.query)
    const inUrl = authInUrl(this.url)
    if (inUrl !== null) {
      this.url.username = ""
      this.url.password = ""
    }
    this.auth = options.auth === undefined ? (defaults.auth ?? inUrl) : options.auth === null ? null : authOf(options.auth)
    this.headers = new HeaderFields(defaults.headers)
    if (options.headers !== undefined) {
      this.headers.merge(options.headers)
      checkHeaders(this.headers)
    }
    this.ownCookieHeader = this.headers.has("cookie")
    this.body = chosenBody(options)
    describeBody(this.headers, this.body)
    this.cookies = options.cookies === undefined ? [] : cookiePairs(options.cookies)
    this.timeouts = timeoutsOf(options.timeout, defaults.timeouts)
    this.followRedirects = options.followRedirects ?? defaults.followRedirects
    if (options.followRedirects !== undefined) checkBoolean(options.followRedirects, "followRedirects")
    if (options.signal !== undefined) checkSignal(options.signal, "the signal of a request")
    this.signal = options.signal
    if (options.onProgress !== undefined) checkFunction(options.onProgress, "onProgress")
    this.onProgress = options.onProgress ?? null
  }

  /** As it is now, for its response. */
  get snapshot(): SentRequest {
    return { method: this.method, url: this.url, headers: this.headers }
  }

  /** It is sent once more: what its response holds stays as it was. */
  renew(): void {
    this.headers = new HeaderFields(this.headers)
  }
}

/** @throws TypeError for headers that are not the caller's to give. */
export function checkHeaders(headers: HeaderFields): void {
  for (const name of REFUSED) {
    if (headers.has(name)) throw new TypeError(`the header ${name} is the connection's own affair and cannot be given`)
  }
}

function chosenBody(options: RequestOptions): RequestBody | null {
  const { json, form, files, multipart, body, content } = options
  if (json === undefined && form === undefined && files === undefined && multipart === undefined && body === undefined && content === undefined) return null
  const given = Object.entries({ json, "form or files": form ?? files, multipart, body, content }).filter(([, value]) => value !== undefined)
  if (given.length > 1) throw new TypeError(`a request has one body, but ${given.map(([name]) => name).join(" and ")} were given`)
  if (json !== undefined) return jsonBody(json)
  if (files !== undefined) return multipartBody(form, files)
  if (form !== undefined) return formBody(form)
  if (multipart !== undefined) {
    if (!(multipart instanceof FormData)) throw new TypeError(`multipart is a FormData, not ${describe(multipart)}; files and form take objects`)
    return formDataBody(multipart)
  }
  const own = (body === undefined ? content : body) as BodyInput // one of them was given
  return own instanceof FormData ? formDataBody(own) : bodyOf(own)
}

function describeBody(headers: HeaderFields, body: RequestBody | null): void {
  if (body === null) return
  if (body.contentType !== null && !headers.has("content-type")) headers.set("content-type", body.contentType)
  // Of bytes undici tells the length itself.
  if (body.bytes === null && body.length !== null && !headers.has("content-length")) headers.set("content-length", body.length)
}
