/**
 * Who sends a request.
 */
import { describe } from "../../structures/arguments.ts"
import type { HeaderFields } from "./header-fields.ts"

/** What an authentication may look at, and change: the headers. */
export interface AuthRequest {
  readonly method: string
  readonly url: URL
  readonly headers: HeaderFields
}

/** What the server answered to a request. */
export interface AuthResponse {
  readonly status: number
  readonly headers: Headers
}

/** A way of saying who sends a request. */
export interface Auth {
  /** Says it, before the request is sent. */
  apply(request: AuthRequest): void
  /** Takes note of the answer; true to have the request applied and sent once more. */
  challenged?(request: AuthRequest, response: AuthResponse): boolean
}

/** A user and password for `BasicAuth`, an `Auth`, or a function that is called in place of `apply`. */
export type AuthInput = readonly [user: string, password: string] | { readonly username: string; readonly password: string } | Auth | ((request: AuthRequest) => void)

/** User and password in the clear: over TLS only. RFC 7617, in UTF-8. */
export class BasicAuth implements Auth {
  readonly #header: string

  constructor(username: string, password: string) {
    if (username.includes(":")) throw new TypeError("a user name of basic authentication has no colon, since that ends it")
    this.#header = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`
  }

  apply({ headers }: AuthRequest): void {
    headers.set("authorization", this.#header)
  }
}

/** A token, as OAuth 2.0 gives one (RFC 6750). */
export class BearerAuth implements Auth {
  readonly #token: string

  constructor(token: string) {
    this.#token = token
  }

  apply({ headers }: AuthRequest): void {
    headers.set("authorization", `Bearer ${this.#token}`)
  }
}

/** @throws TypeError for what is no authentication. */
export function authOf(input: AuthInput): Auth {
  if (typeof input === "function") return { apply: input }
  if (Array.isArray(input)) {
    const [user, password] = input as readonly [string, string]
    return basic(user, password)
  }
  if (typeof input === "object" && input !== null) {
    if ("apply" in input) return input
    if ("username" in input) return basic(input.username, input.password)
  }
  throw new TypeError(`auth is [user, password], an Auth such as new BearerAuth(token), or a function, not ${describe(input)}`)
}

function basic(username: unknown, password: unknown): BasicAuth {
  if (typeof username !== "string" || typeof password !== "string") {
    throw new TypeError("auth takes a user and a password as text: [user, password]")
  }
  return new BasicAuth(username, password)
}

/** What the URL itself says, as in `https://user:password@host/`. */
export function authInUrl(url: URL): BasicAuth | null {
  if (url.username === "" && url.password === "") return null
  return new BasicAuth(decodeURIComponent(url.username), decodeURIComponent(url.password))
}
