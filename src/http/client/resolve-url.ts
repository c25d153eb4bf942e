import { describe } from "../../structures/arguments.ts"

type QueryValue = string | number | boolean | bigint | null | undefined

/** A query: a record whose lists repeat the name, pairs, `URLSearchParams`, or text. Undefined leaves one out. */
export type QueryInput = string | Readonly<Record<string, QueryValue | readonly QueryValue[]>> | Iterable<readonly [name: string, value: string]>

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i

/**
 * The URL of a request. As in httpx, a path is appended to the base, also where it begins
 * with a slash: `/users` of `https://api.example/v1` is `https://api.example/v1/users`.
 *
 * @throws TypeError for what is no URL, or a relative one without a base.
 */
export function resolveUrl(input: string | URL, base: BaseUrl | null): URL {
  if (input instanceof URL) return new URL(input)
  if (typeof input !== "string") throw new TypeError(`a URL is text or a URL, not ${describe(input)}`)
  if (base === null || ABSOLUTE.test(input)) {
    const url = URL.parse(input)
    if (url !== null) return url
    if (ABSOLUTE.test(input)) throw new TypeError(`${describeUrl(input)} is no URL`)
    throw new TypeError(`${describeUrl(input)} is a relative URL; give one such as "https://host/path", or make the client with a baseUrl`)
  }
  if (input === "" || input.startsWith("?") || input.startsWith("#")) return new URL(input, base.url)
  const url = new URL(`${base.prefix}${input.startsWith("/") ? "" : "/"}${input}`)
  if (base.url.search !== "" && url.search === "") url.search = base.url.search
  return url
}

/** Shows what should have been a URL, without what may be secret in it. */
export function describeUrl(value: unknown): string {
  if (typeof value !== "string") return describe(value)
  const [scheme = ""] = /^(?:[a-z][a-z\d+.-]*:)?\/\//i.exec(value) ?? []
  const at = value.lastIndexOf("@")
  const before = value.slice(scheme.length, Math.max(at, 0))
  // Where it is no URL, a user and password may stand anywhere before an @; in a path there may be one too.
  const hides = at >= 0 && (before.includes(":") || !/[/?#]/.test(before))
  return describe((hides ? `${scheme}…${value.slice(at)}` : value).replace(/[?#].*$/s, (query) => (query.length > 1 ? "?…" : query)))
}

/** Appends a query to that of the URL. */
export function appendQuery(url: URL, query: QueryInput): void {
  if (typeof query === "string") {
    const added = query.replace(/^\?/, "")
    url.search = url.search === "" ? added : `${url.search}&${added}`
    return
  }
  if (typeof query !== "object" || query === null) {
    throw new TypeError(`a query is an object, a list of pairs, URLSearchParams or text, not ${describe(query)}`)
  }
  const pairs = Symbol.iterator in query ? (query as Iterable<readonly [string, QueryValue]>) : Object.entries(query)
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`a query is pairs of a name and a value, not ${describe(pair)}`)
    const [name, value] = pair as readonly [string, QueryValue]
    for (const one of Array.isArray(value) ? (value as readonly QueryValue[]) : [value]) {
      if (one === undefined) continue
      if ((typeof one === "object" && one !== null) || typeof one === "function" || typeof one === "symbol") throw new TypeError(`the query's ${describe(name)} is text, a number or a boolean, not ${describe(one)}`)
      url.searchParams.append(name, one === null ? "" : String(one))
    }
  }
}

/** What the paths of a client are appended to. */
export interface BaseUrl {
  readonly url: URL
  /** Without a slash at its end, and without a query. */
  readonly prefix: string
}

/** @throws TypeError for what is no URL. */
export function baseUrlOf(input: string | URL | undefined): BaseUrl | null {
  if (input === undefined) return null
  if (!(input instanceof URL) && (typeof input !== "string" || !URL.canParse(input))) {
    throw new TypeError(`baseUrl is a URL such as "https://api.example/v1", not ${describeUrl(input)}`)
  }
  const url = new URL(input)
  url.hash = ""
  return { url, prefix: url.href.replace(/\?.*$/s, "").replace(/\/$/, "") }
}
