/**
 * Where Redis is: what was given, checked, and as `ioredis` takes it.
 */
import type { ConnectionOptions as TlsOptions } from "node:tls"
import { checkInteger, describe } from "../../structures/arguments.ts"

/** How Redis (or Valkey) is reached, where a URL does not say it. */
export interface RedisAddress {
  /** A name or an address; `127.0.0.1` by default. */
  readonly host?: string | undefined
  /** 6379 by default. */
  readonly port?: number | undefined
  /** A Unix socket instead of host and port. */
  readonly path?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** The number of the database; 0 by default. */
  readonly db?: number | undefined
  /** TLS: true checks the server's certificate; else options of `tls.connect`. */
  readonly tls?: boolean | TlsOptions | undefined
}

/** An address that was checked. */
export interface RedisTarget {
  /** For messages; never with the password. */
  readonly where: string
  /** As the constructor of `ioredis` takes it. */
  readonly options: Readonly<Record<string, unknown>>
  readonly port: number | undefined
}

const PORT = 6379
const SCHEMES = ["redis:", "rediss:", "valkey:", "valkeys:"]

/** @throws TypeError or RangeError for what cannot be meant. */
export function redisTarget(given: string | URL | RedisAddress | undefined, what: string): RedisTarget {
  if (given === undefined) return target({}, what)
  if (typeof given === "string" || given instanceof URL) return target(addressOf(String(given), what), what)
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`redis of ${what} is a URL such as "redis://127.0.0.1:6379", or { host, port, password }, not ${describe(given)}`)
  }
  return target(given, what)
}

function addressOf(text: string, what: string): RedisAddress {
  const url = URL.parse(text)
  if (url === null || !SCHEMES.includes(url.protocol)) {
    // All before the last @: a password may have any of :, / and @ in it where this is no URL.
    const shown = text.replace(/^([a-z]+:\/\/)?.*@/s, "$1…@")
    throw new TypeError(`redis of ${what} is a URL such as "redis://127.0.0.1:6379" (rediss:// for TLS), not ${describe(shown)}`)
  }
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part)
    } catch (cause) {
      // Not shown: it may be the password.
      throw new TypeError(`the user or password in redis of ${what} has a % that begins no character in UTF-8; write it as %25`, { cause })
    }
  }
  const db = url.pathname.replace(/^\//, "")
  if (!/^\d*$/.test(db)) {
    throw new TypeError(`redis of ${what} ends in the number of a database, as in "redis://127.0.0.1:6379/2", not in ${describe(`/${db.replace(/^.*@/s, "…@")}`)}`)
  }
  return {
    ...(url.hostname === "" ? {} : { host: url.hostname.replace(/^\[|\]$/g, "") }),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    ...(url.username === "" ? {} : { username: decoded(url.username) }),
    ...(url.password === "" ? {} : { password: decoded(url.password) }),
    ...(db === "" ? {} : { db: Number(db) }),
    ...(url.protocol === "rediss:" || url.protocol === "valkeys:" ? { tls: true } : {}),
  }
}

function target(address: RedisAddress, what: string): RedisTarget {
  const { host = "127.0.0.1", port = PORT, path, username, password, db = 0, tls = false } = address
  for (const [name, value] of Object.entries({ host, path, username, password })) {
    // Not shown: it may be the password.
    if (value !== undefined && typeof value !== "string") throw new TypeError(`${name} in redis of ${what} is a text, not a ${typeof value}`)
  }
  checkInteger(port, `the port in redis of ${what}`, 1)
  if (port > 65_535) throw new RangeError(`the port in redis of ${what} must be at most 65535, but is ${port}`)
  checkInteger(db, `db in redis of ${what}`, 0)
  if (typeof tls !== "boolean" && (typeof tls !== "object" || tls === null)) {
    throw new TypeError(`tls in redis of ${what} is true, false or options of tls.connect, not ${describe(tls)}`)
  }
  const at = path === undefined ? { host, port } : { path }
  const options = {
    ...at,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === false ? {} : { tls: tls === true ? {} : tls }),
  }
  const where = path ?? `${host.includes(":") ? `[${host}]` : host}:${port}`
  return { where, options, port: path === undefined ? port : undefined }
}
