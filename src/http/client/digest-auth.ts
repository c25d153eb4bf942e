import { createHash, randomBytes } from "node:crypto"
import { checkCredentials, type Auth, type AuthRequest, type AuthResponse } from "./auth.ts"

interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  /** As the server wrote it, with `-sess`. */
  readonly algorithm: string
  readonly hash: string
  readonly session: boolean
  readonly qop: boolean
  readonly userhash: boolean
  /** How often the nonce was used. */
  count: number
}

/** By their names in HTTP, the strongest first. */
const HASHES: readonly (readonly [name: string, hash: string])[] = [
  ["SHA-512-256", "sha512-256"],
  ["SHA-256", "sha256"],
  ["MD5", "md5"],
]

/**
 * A password that is proven, and not sent: RFC 7616, with SHA-512/256, SHA-256 and MD5, and
 * `qop=auth`. The nonce is used again, so only the first request to a server is refused.
 *
 * @example
 * ```ts
 * import * as http from "asyncio-ts/http"
 *
 * const client = new http.Client({ auth: new http.DigestAuth("mufasa", "Circle of Life") })
 * console.log(client.statistics().connections) // -> 0
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuth implements Auth {
  readonly #username: string
  readonly #password: string
  readonly #challenges = new Map<string, Challenge>()

  constructor(username: string, password: string) {
    checkCredentials(username, password)
    this.#username = username
    this.#password = password
  }

  apply(request: AuthRequest): void {
    const challenge = this.#challenges.get(request.url.origin)
    if (challenge === undefined) request.headers.delete("authorization")
    else request.headers.set("authorization", this.#answer(challenge, request))
  }

  challenged(request: AuthRequest, { status, headers }: AuthResponse): boolean {
    const { origin } = request.url
    const answered = this.#challenges.get(origin)
    const next = /\bnextnonce="([^"]*)"/.exec(headers.get("authentication-info") ?? "")?.[1]
    if (answered !== undefined && next !== undefined) this.#challenges.set(origin, { ...answered, nonce: next, count: 0 })
    if (status !== 401) return false
    const found = strongest(headers.get("www-authenticate") ?? "")
    if (found === undefined) return false
    this.#challenges.set(origin, found.challenge)
    // A refusal of what was answered means a wrong password, unless the nonce was old.
    return !request.headers.has("authorization") || found.stale || (answered?.count ?? 0) > 1
  }

  #answer(challenge: Challenge, { method, url }: AuthRequest): string {
    const { realm, nonce, opaque, algorithm, hash, session, qop, userhash } = challenge
    const digest = (text: string): string => createHash(hash).update(text).digest("hex")
    const uri = `${url.pathname}${url.search}`
    const cnonce = randomBytes(16).toString("hex")
    challenge.count += 1
    const count = challenge.count.toString(16).padStart(8, "0")
    const secret = digest(`${this.#username}:${realm}:${this.#password}`)
    const first = session ? digest(`${secret}:${nonce}:${cnonce}`) : secret
    const second = digest(`${method}:${uri}`)
    const response = qop ? digest(`${first}:${nonce}:${count}:${cnonce}:auth:${second}`) : digest(`${first}:${nonce}:${second}`)
    const fields = [
      `username=${quoted(userhash ? digest(`${this.#username}:${realm}`) : this.#username)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(uri)}`,
      `algorithm=${algorithm}`,
      `response="${response}"`,
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
      ...(qop ? ["qop=auth", `nc=${count}`] : []),
      ...(qop || session ? [`cnonce="${cnonce}"`] : []),
      ...(userhash ? ["userhash=true"] : []),
    ]
    // Headers are Latin-1 on the wire; what goes beyond it is sent as UTF-8, byte by byte.
    return Buffer.from(`Digest ${fields.join(", ")}`).toString("latin1")
  }
}

/** The challenge whose hash is the strongest of those that are known here. */
function strongest(header: string): { challenge: Challenge; stale: boolean } | undefined {
  const offers = digestChallenges(header)
  for (const [name, hash] of HASHES) {
    for (const offer of offers) {
      const algorithm = offer.get("algorithm") ?? "MD5"
      const session = /-sess$/i.test(algorithm)
      const qops = offer.get("qop")?.split(",").map((qop) => qop.trim().toLowerCase())
      const [realm, nonce] = [offer.get("realm"), offer.get("nonce")]
      if (algorithm.replace(/-sess$/i, "").toUpperCase() !== name || realm === undefined || nonce === undefined) continue
      // What demands that the body be hashed too is not answered.
      if (qops !== undefined && !qops.includes("auth")) continue
      const userhash = offer.get("userhash")?.toLowerCase() === "true"
      const challenge = { realm, nonce, opaque: offer.get("opaque"), algorithm, hash, session, qop: qops !== undefined, userhash, count: 0 }
      return { challenge, stale: offer.get("stale")?.toLowerCase() === "true" }
    }
  }
  return undefined
}

// Each begins where the last one ended, and none looks twice at what it has passed: a server
// may send a header of any length to take our time.
const SEPARATORS = /[\s,]*/y
const PARAMETER = /(?:([A-Za-z0-9-]+)\s+(?=[A-Za-z0-9-]))?([A-Za-z0-9*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,"]+))/y

/** The parameters of each `Digest` challenge of a `www-authenticate` header, which may hold others too. */
function digestChallenges(header: string): Map<string, string>[] {
  const found: Map<string, string>[] = []
  let current: Map<string, string> | undefined
  for (let at = 0; at !== -1 && at < header.length; ) {
    SEPARATORS.lastIndex = at
    SEPARATORS.exec(header)
    PARAMETER.lastIndex = SEPARATORS.lastIndex
    const parameter = PARAMETER.exec(header)
    if (parameter === null) {
      // A scheme without parameters, or nothing that is known.
      at = header.indexOf(",", SEPARATORS.lastIndex)
      continue
    }
    at = PARAMETER.lastIndex
    const [, scheme, key = "", quotedValue, value] = parameter
    if (scheme !== undefined) {
      current = scheme.toLowerCase() === "digest" ? new Map() : undefined
      if (current !== undefined) found.push(current)
    }
    current?.set(key.toLowerCase(), quotedValue?.replaceAll(/\\(.)/g, "$1") ?? value ?? "")
  }
  return found
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`
}
