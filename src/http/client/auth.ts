/**
 * Who sends a request.
 */
import { checkFunction, describe } from "../../structures/arguments.ts"
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
    checkCredentials(username, password)
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
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) throw new TypeError("a bearer token is text in ASCII without spaces; what was given is not")
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
    return new BasicAuth(user, password)
  }
  if (typeof input === "object" && input !== null) {
    if ("apply" in input) {
      checkFunction(input.apply, "apply of auth")
      return input
    }
    if ("username" in input) return new BasicAuth(input.username, input.password)
  }
  // A string is a secret that was given in the wrong way.
  const given = typeof input === "string" ? "a string" : describe(input)
  throw new TypeError(`auth is [user, password], an Auth such as new BearerAuth(token), or a function, not ${given}`)
}

/** @throws TypeError for what is no text, or more than a line of it; it is not shown. */
export function checkCredentials(username: unknown, password: unknown): void {
  for (const [what, value] of [["user", username], ["password", password]] as const) {
    if (typeof value !== "string") throw new TypeError(`auth takes a user and a password as text, [user, password], but the ${what} is ${describe(value)}`)
    if (/[\0\r\n]/.test(value)) throw new TypeError(`the ${what} of an auth is text of one line`)
  }
}

/** What the URL itself says, as in `https://user:password@host/`. @throws TypeError for what says nothing. */
export function authInUrl(url: URL): BasicAuth | null {
  if (url.username === "" && url.password === "") return null
  return new BasicAuth(decoded(url.username), decoded(url.password))
}

/** What a user or password of a URL stands for. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new TypeError("the user or password of a URL has a % that begins no character in UTF-8; write it as %25", { cause })
  }
}
