/**
 * How a connection is made: what was given, checked, and as `pg` takes it.
 */
import type { ClientConfig, CustomTypesConfig } from "pg"
import type { ConnectionOptions as TlsOptions } from "node:tls"
import { checkInteger, checkSeconds, describe } from "../structures/arguments.ts"

/** How `connect` and `createPool` reach the server. Without them, `PGHOST`, `PGUSER` and so on of the environment. */
export interface ConnectOptions {
  /** `postgresql://user:password@host:port/database`; what else is given here stands above it. */
  readonly dsn?: string | undefined
  /** A name, an address, or the folder of a Unix socket; `localhost` by default. */
  readonly host?: string | undefined
  /** 5432 by default. */
  readonly port?: number | undefined
  readonly user?: string | undefined
  /** A function is asked for each connection, as for tokens that expire. */
  readonly password?: string | (() => string | Promise<string>) | undefined
  /** By default called as the user. */
  readonly database?: string | undefined
  /** TLS: true checks the server's certificate; else options of `tls.connect`. */
  readonly ssl?: boolean | TlsOptions | undefined
  /** What the server's `pg_stat_activity` calls it. */
  readonly applicationName?: string | undefined
  /** Seconds for making a connection, until the server is ready for queries; 10 by default, null for no limit. */
  readonly connectTimeout?: number | null | undefined
  /** Seconds for each query, until its answer is there; then it is cancelled in the server. No limit by default. */
  readonly statementTimeout?: number | null | undefined
  /** Seconds that the server has to stop a cancelled query, before the connection is broken off; 5 by default. */
  readonly cancelTimeout?: number | undefined
  /** How values of each type are read, as `pg` takes it. */
  readonly types?: CustomTypesConfig | undefined
}

/** Seconds: what the host's timers can wait, of 24 days. */
const LONGEST = 2_147_483

/** Options that were checked. */
export interface ConnectSettings {
  readonly config: ClientConfig
  readonly connectTimeout: number | null
  readonly statementTimeout: number | null
  readonly cancelTimeout: number
}

/** @throws TypeError or RangeError for what cannot be meant. */
export function connectSettings(given: string | ConnectOptions, what: string): ConnectSettings {
  if (typeof given !== "string" && (typeof given !== "object" || given === null)) {
    throw new TypeError(`${what} takes a DSN such as "postgresql://user@host/database", or options, not ${describe(given)}`)
  }
  const options = typeof given === "string" ? { dsn: given } : given
  const { dsn, applicationName, types, ssl, connectTimeout = 10, statementTimeout = null, cancelTimeout = 5 } = options
  for (const [name, value] of Object.entries({ host: options.host, user: options.user, database: options.database, applicationName })) {
    if (value !== undefined && typeof value !== "string") throw new TypeError(`${name} of ${what} is a text, but ${describe(value)} was given`)
  }
  const { password } = options
  if (password !== undefined && typeof password !== "string" && typeof password !== "function") {
    throw new TypeError(`password of ${what} is a text, or a function that gives one, and not a ${typeof password}`)
  }
  if (ssl !== undefined && typeof ssl !== "boolean" && (typeof ssl !== "object" || ssl === null)) {
    throw new TypeError(`ssl of ${what} is true, false or options of tls.connect, not ${describe(ssl)}`)
  }
  if (types !== undefined && typeof (types as Partial<CustomTypesConfig> | null)?.getTypeParser !== "function") {
    throw new TypeError(`types of ${what} has a function getTypeParser, as pg takes it, and ${describe(types)} has none`)
  }
  for (const [name, seconds] of Object.entries({ connectTimeout, statementTimeout, cancelTimeout })) {
    if (seconds === null) continue
    checkSeconds(seconds, `${name} of ${what}`)
    if (seconds <= 0) throw new RangeError(`${name} of ${what} must be more than 0 seconds, but is ${seconds}; null is no limit`)
  }
  const config: ClientConfig = {
    ...(dsn === undefined ? addressOf(options, what) : { connectionString: completed(dsn, options, what) }),
    ...(ssl === undefined ? {} : { ssl }),
    ...(types === undefined ? {} : { types }),
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
    ...(typeof options.password === "function" ? { password: options.password } : {}),
    keepAlive: true,
  }
  return { config, connectTimeout: kept(connectTimeout), statementTimeout: kept(statementTimeout), cancelTimeout: Math.min(cancelTimeout, LONGEST) }
}

/** A time that a timer of the host's can keep, or none: a longer one would end at once. */
export function kept(seconds: number | null): number | null {
  return seconds !== null && seconds > LONGEST ? null : seconds
}

function addressOf({ host, port, user, password, database }: ConnectOptions, what: string): ClientConfig {
  checkPort(port, what)
  const given = Object.entries({ host, port, user, password, database }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as ClientConfig // of the same types
}

function checkPort(port: number | undefined, what: string): void {
  if (port === undefined) return
  checkInteger(port, `the port of ${what}`, 1)
  if (port > 65_535) throw new RangeError(`the port of ${what} must be at most 65535, but is ${port}`)
}

/** `pg` takes what the DSN says, and also what it leaves empty, before its own options; so those are put into the DSN. */
function completed(dsn: string, { host, port, user, password, database }: ConnectOptions, what: string): string {
  if (typeof dsn !== "string" || !/^(postgres(ql)?|socket):\/\/|^\//.test(dsn)) {
    throw new TypeError(`the DSN of ${what} begins with postgresql://, not as ${describe(typeof dsn === "string" ? dsn.replace(/^([a-z]+:\/\/)?.*@/s, "$1…@") : dsn)}`)
  }
  if (database !== undefined) {
    throw new TypeError(`${what} was given a DSN and the database ${JSON.stringify(database)}: write the database into the DSN`)
  }
  checkPort(port, what)
  const added = Object.entries({ host, port, user, password })
    .filter(([, value]) => value !== undefined && typeof value !== "function")
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
  return added.length === 0 ? dsn : `${dsn}${dsn.includes("?") ? "&" : "?"}${added.join("&")}`
}
