/**
 * What follows a redirect, by httpx's rules, which are those of browsers.
 */
import { RemoteProtocolError, StreamConsumed, UnsupportedProtocol } from "./errors.ts"
import { authInUrl, type Auth } from "./auth.ts"
import { defaultPort } from "./proxy.ts"
import type { ClientRequest } from "./request.ts"

const STATUSES = [301, 302, 303, 307, 308]

/** Turns `request` into the one that a response redirects it to; false if it is no redirect. */
export function followRedirect(request: ClientRequest, status: number, location: string | null): boolean {
  if (!STATUSES.includes(status) || location === null) return false
  const next = target(request, location)
  const auth = authIn(next, request)
  request.renew()
  const method = methodAfter(status, request.method)
  if (method !== request.method) {
    request.method = method
    request.body = null
    for (const name of ["content-length", "content-type", "content-encoding"]) request.headers.delete(name)
  } else {
    checkReplayable(request, `a redirect to ${next.origin}`)
  }
  if (!sameServer(request.url, next)) {
    request.elsewhere = true
    request.auth = null
    for (const name of ["authorization", "proxy-authorization", "cookie"]) request.headers.delete(name)
  }
  request.headers.delete("host")
  request.auth = auth ?? request.auth
  next.username = ""
  next.password = ""
  request.url = next
  return true
}

/** @throws StreamConsumed if the body cannot be sent once more. */
export function checkReplayable(request: ClientRequest, why: string): void {
  if (request.body === null || request.body.replayable || !request.spent) return
  throw new StreamConsumed(`${why} needs the body once more, but it is a stream, which was read; give a function that makes a new one`, { request })
}

function target(request: ClientRequest, location: string): URL {
  // Headers come as Latin-1; servers that write other characters there mean UTF-8.
  const text = Buffer.from(location, "latin1").toString("utf8")
  if (!URL.canParse(text, request.url)) {
    throw new RemoteProtocolError("the server redirected to what is no URL", { request })
  }
  const next = new URL(text, request.url)
  if (next.protocol !== "http:" && next.protocol !== "https:") {
    throw new UnsupportedProtocol(`the server redirected to a URL of ${next.protocol}, and only http: and https: are spoken`, { request })
  }
  if (next.hash === "") next.hash = request.url.hash
  return next
}

/** What the URL itself says of who asks. */
function authIn(url: URL, request: ClientRequest): Auth | null {
  try {
    return authInUrl(url)
  } catch (cause) {
    throw new RemoteProtocolError("the server redirected to a URL whose user name or password cannot be read", { request, cause })
  }
}

function methodAfter(status: number, method: string): string {
  if (method === "HEAD") return method
  if (status === 303 || status === 302) return "GET"
  return status === 301 && method === "POST" ? "GET" : method
}

/** The same origin, or the same host with TLS in place of none. */
function sameServer(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true
  const upgraded = from.protocol === "http:" && to.protocol === "https:"
  return upgraded && from.hostname === to.hostname && (from.port || defaultPort(from)) === "80" && (to.port || defaultPort(to)) === "443"
}
