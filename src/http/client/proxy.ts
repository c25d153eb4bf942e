/**
 * Which requests go through which proxy.
 */
import { describeUrl } from "./resolve-url.ts"
import { decoded } from "./auth.ts"
import { HeaderFields, type HeadersInput } from "./header-fields.ts"

/** A proxy, and what it is told. */
export interface ProxyOptions {
  /** `http:` or `https:`; may hold a user and password. */
  readonly url: string | URL
  /** Sent to the proxy, and not to the server behind it. */
  readonly headers?: HeadersInput | undefined
}

/** A proxy for all requests, or `"environment"` for `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`. */
export type ProxyInput = string | URL | ProxyOptions

export interface Proxy {
  readonly url: URL
  readonly headers: HeaderFields
}

/** Finds the proxy for a URL; null for none. */
export type ProxyChoice = (url: URL) => Proxy | null

/** @throws TypeError for what is no proxy. */
export function proxyChoice(input: ProxyInput | null | undefined): ProxyChoice {
  if (input === undefined || input === null) return () => null
  if (input === "environment") return environmentProxies(process.env)
  const proxy = proxyOf(input)
  return () => proxy
}

function proxyOf(input: ProxyInput): Proxy {
  const { url: given, headers }: ProxyOptions = typeof input === "object" && !(input instanceof URL) ? input : { url: input }
  if (!(given instanceof URL) && (typeof given !== "string" || !URL.canParse(given))) {
    throw new TypeError(`a proxy is a URL such as "http://127.0.0.1:3128", { url, headers } or "environment", not ${describeUrl(given)}`)
  }
  const url = new URL(given)
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`a proxy is reached by http: or https:, not by ${url.protocol}`)
  }
  const fields = HeaderFields.of(headers)
  if (url.username !== "" || url.password !== "") {
    const credentials = `${decoded(url.username)}:${decoded(url.password)}`
    fields.set("proxy-authorization", `Basic ${Buffer.from(credentials).toString("base64")}`)
    url.username = ""
    url.password = ""
  }
  return { url, headers: fields }
}

/** The proxies that environment variables name, in lower or upper case, as curl reads them. */
export function environmentProxies(environment: Readonly<Record<string, string | undefined>>): ProxyChoice {
  const read = (name: string): string | undefined => {
    // As elsewhere: in CGI programs HTTP_PROXY is a header of whoever asks.
    const upper = name === "http_proxy" && environment["REQUEST_METHOD"] !== undefined ? undefined : environment[name.toUpperCase()]
    const value = environment[name] ?? upper
    return value === undefined || value === "" ? undefined : value
  }
  const parse = (value: string | undefined): Proxy | null =>
    value === undefined ? null : proxyOf(value.includes("://") ? value : `http://${value}`)
  const all = read("all_proxy")
  const http = parse(read("http_proxy") ?? all)
  const https = parse(read("https_proxy") ?? all)
  const exempt = (read("no_proxy") ?? "").split(/[\s,]+/).filter((entry) => entry !== "").map(exemption)
  return (url) => {
    const proxy = url.protocol === "https:" ? https : http
    return proxy === null || exempt.some((matches) => matches(url)) ? null : proxy
  }
}

function exemption(entry: string): (url: URL) => boolean {
  if (entry === "*") return () => true
  const [, bracketed, plain = "", port] = /^(?:\[([^\]]+)\]|([^:]*(?::[^:]*:[^]*)?))(?::(\d+))?$/.exec(entry) ?? [undefined, undefined, entry, undefined]
  const wildcard = plain.startsWith("*.")
  const host = (bracketed ?? plain).replace(/^\*?\./, "").toLowerCase()
  return (url) => {
    const own = hostOf(url).toLowerCase().replace(/\.$/, "")
    if (port !== undefined && port !== (url.port === "" ? defaultPort(url) : url.port)) return false
    return (own === host && !wildcard) || own.endsWith(`.${host}`)
  }
}

/** The host without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1")
}

export function defaultPort({ protocol }: URL): string {
  return protocol === "https:" ? "443" : "80"
}
