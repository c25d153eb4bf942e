/**
 * TLS, as asyncio's functions are asked for it.
 */
import { createSecureContext, type CommonConnectionOptions, type SecureContext, type SecureContextOptions } from "node:tls"
import { checkSeconds, describe } from "../structures/arguments.ts"
import { osError } from "../errors/os-errors.ts"

/**
 * What an `ssl.SSLContext` holds in Python, in Node's words: `ca`, `cert` and `key`,
 * `rejectUnauthorized`, `requestCert`, `ALPNProtocols`, `minVersion` and the like.
 */
export interface SslOptions extends SecureContextOptions, Omit<CommonConnectionOptions, "secureContext"> {
  readonly secureContext?: SecureContext | undefined
}

/** How TLS is put over a connection. */
export interface StartTlsOptions {
  /** True on the side that connects: the system's certificates decide. */
  readonly ssl: true | SslOptions
  /** The side that accepted the connection; known for streams. */
  readonly serverSide?: boolean | undefined
  /** Whose certificate the peer must show; the host by default. An empty one is not checked. */
  readonly serverHostname?: string | undefined
  /** Seconds that the handshake may take; 60 by default. */
  readonly sslHandshakeTimeout?: number | undefined
  /** Seconds that closing may take before the connection is aborted; 30 by default. */
  readonly sslShutdownTimeout?: number | undefined
}

/** What has been checked. */
export interface Tls {
  readonly options: SslOptions
  readonly serverHostname: string | undefined
  readonly handshakeTimeout: number
  readonly shutdownTimeout: number
}

const HANDSHAKE_SECONDS = 60
const SHUTDOWN_SECONDS = 30

/** Reading certificates costs a millisecond, and the same options serve every connection. */
const contexts = new WeakMap<SslOptions, SecureContext>()

/**
 * Checks the TLS part of the options of a connection or server; undefined without TLS.
 *
 * @throws TypeError or RangeError for options that make no sense together; SSLError for a
 * certificate or key that is none.
 */
export function checkTls(
  given: { readonly ssl?: StartTlsOptions["ssl"] | false | undefined } & Omit<StartTlsOptions, "ssl">,
  side: "client" | "server",
): Tls | undefined {
  const { ssl, serverHostname, sslHandshakeTimeout, sslShutdownTimeout } = given
  if (ssl === undefined || ssl === false) {
    for (const [name, value] of Object.entries({ serverHostname, sslHandshakeTimeout, sslShutdownTimeout })) {
      if (value !== undefined) throw new TypeError(`${name} was given without ssl; it is about TLS only`)
    }
    return undefined
  }
  if (ssl !== true && (typeof ssl !== "object" || ssl === null)) {
    throw new TypeError(`ssl is true or an object with ca, cert, key and the like, not ${describe(ssl)}`)
  }
  if (side === "server" && (ssl === true || (ssl.secureContext === undefined && (ssl.cert === undefined || ssl.key === undefined) && ssl.pfx === undefined && !("SNICallback" in ssl)))) {
    throw new TypeError("a TLS server needs a certificate and its key: { ssl: { cert, key } }")
  }
  for (const [name, value] of Object.entries({ sslHandshakeTimeout, sslShutdownTimeout })) {
    if (value === undefined) continue
    checkSeconds(value, name)
    if (value <= 0) throw new RangeError(`${name} must be above 0 seconds, but is ${value}`)
  }
  if (serverHostname !== undefined && typeof serverHostname !== "string") {
    throw new TypeError(`serverHostname is the name on the peer's certificate, not ${describe(serverHostname)}`)
  }
  const options = ssl === true ? {} : ssl
  let secureContext = options.secureContext ?? contexts.get(options)
  if (secureContext === undefined) {
    secureContext = contextOf(options)
    if (ssl !== true) contexts.set(options, secureContext)
  }
  return {
    options: { ...options, secureContext },
    serverHostname,
    handshakeTimeout: sslHandshakeTimeout ?? HANDSHAKE_SECONDS,
    shutdownTimeout: sslShutdownTimeout ?? SHUTDOWN_SECONDS,
  }
}

function contextOf(options: SslOptions): SecureContext {
  try {
    return createSecureContext(options)
  } catch (error) {
    // Of a certificate or key that is none; what is of the wrong type Node says itself.
    throw error instanceof TypeError || error instanceof RangeError ? error : osError(error, "cannot use the certificate, key or authority in { ssl }")
  }
}
