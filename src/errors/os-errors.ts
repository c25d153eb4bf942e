/**
 * What the operating system refused, in Python's classes.
 *
 * Node tells everything with one class and a `code`; whoever wants to treat a refused
 * connection otherwise than a lost one compares strings. These classes tell it, and keep the
 * system's own `code`, `errno` and `syscall`, so that code written for Node's errors works.
 *
 * @see https://docs.python.org/3/library/exceptions.html#os-exceptions
 */
import { brand } from "./brand.ts"

/** What an error of the operating system's is about. */
export interface SystemErrorFacts {
  /** The system's own name of it, such as `ECONNREFUSED`. */
  readonly code?: string | undefined
  readonly errno?: number | undefined
  readonly syscall?: string | undefined
  readonly path?: string | undefined
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly cause?: unknown
}

/** Thrown when the operating system refuses an operation; `code` is the system's own. */
export class OSError extends Error {
  declare readonly name: string
  /** Such as `ECONNREFUSED`; `ERR_OS` where the system gave none. */
  declare readonly code: string
  /** The system's number of the error, as Node gives it: negative. */
  declare readonly errno: number | undefined
  declare readonly syscall: string | undefined
  /** The file or socket path concerned. */
  declare readonly path: string | undefined
  /** The host concerned. */
  declare readonly address: string | undefined
  declare readonly port: number | undefined

  static {
    brand(this, "OSError", "ERR_OS")
  }

  constructor(message: string, facts: SystemErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    const { code, errno, syscall, path, address, port } = facts
    for (const [key, value] of Object.entries({ code, errno, syscall, path, address, port })) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true, configurable: true, writable: true })
    }
  }
}

/** A connection could not be made, or was lost. */
export class ConnectionError extends OSError {
  static {
    brand(this, "ConnectionError", "ERR_CONNECTION")
  }
}

/** Nobody listens there. */
export class ConnectionRefusedError extends ConnectionError {
  static {
    brand(this, "ConnectionRefusedError", "ECONNREFUSED")
  }
}

/** The peer has closed the connection without a word. */
export class ConnectionResetError extends ConnectionError {
  static {
    brand(this, "ConnectionResetError", "ECONNRESET")
  }
}

/** The connection was broken off on this side. */
export class ConnectionAbortedError extends ConnectionError {
  static {
    brand(this, "ConnectionAbortedError", "ECONNABORTED")
  }
}

/** Written to what nobody reads any more. */
export class BrokenPipeError extends ConnectionError {
  static {
    brand(this, "BrokenPipeError", "EPIPE")
  }
}

/** A file, directory, program or socket is not there. */
export class FileNotFoundError extends OSError {
  static {
    brand(this, "FileNotFoundError", "ENOENT")
  }
}

/** It exists, and was to be made. */
export class FileExistsError extends OSError {
  static {
    brand(this, "FileExistsError", "EEXIST")
  }
}

/** A directory where a file was expected. */
export class IsADirectoryError extends OSError {
  static {
    brand(this, "IsADirectoryError", "EISDIR")
  }
}

/** A file where a directory was expected. */
export class NotADirectoryError extends OSError {
  static {
    brand(this, "NotADirectoryError", "ENOTDIR")
  }
}

/** The system does not allow it to this user. */
export class PermissionError extends OSError {
  static {
    brand(this, "PermissionError", "EACCES")
  }
}

/** No process has that number any more. */
export class ProcessLookupError extends OSError {
  static {
    brand(this, "ProcessLookupError", "ESRCH")
  }
}

/** A name could not be resolved to an address; Python's `socket.gaierror`. */
export class AddressLookupError extends OSError {
  static {
    brand(this, "AddressLookupError", "ENOTFOUND")
  }
}

/** TLS could not be agreed on, or its rules were broken; Python's `ssl.SSLError`. */
export class SSLError extends OSError {
  static {
    brand(this, "SSLError", "ERR_SSL")
  }
}

/** The peer's certificate is not to be trusted. */
export class SSLCertVerificationError extends SSLError {
  static {
    brand(this, "SSLCertVerificationError", "ERR_CERTIFICATE")
  }
}

type OSErrorClass = new (message: string, facts?: SystemErrorFacts) => OSError

const classes: Readonly<Record<string, OSErrorClass>> = {
  ECONNREFUSED: ConnectionRefusedError,
  ECONNRESET: ConnectionResetError,
  ECONNABORTED: ConnectionAbortedError,
  EPIPE: BrokenPipeError,
  ESHUTDOWN: BrokenPipeError,
  ENOENT: FileNotFoundError,
  EEXIST: FileExistsError,
  EISDIR: IsADirectoryError,
  ENOTDIR: NotADirectoryError,
  EACCES: PermissionError,
  EPERM: PermissionError,
  ESRCH: ProcessLookupError,
  ENOTFOUND: AddressLookupError,
  EAI_AGAIN: AddressLookupError,
  EAI_FAIL: AddressLookupError,
  EAI_NONAME: AddressLookupError,
  EAI_NODATA: AddressLookupError,
}

/** In plain words, and what to look at. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused: nobody listens there",
  ECONNRESET: "the peer closed the connection",
  EPIPE: "the peer no longer reads",
  ENOENT: "there is no such file, directory or program",
  EEXIST: "it exists already",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the name server gave no answer; try again",
  EADDRINUSE: "the address is in use: another server listens there",
  EADDRNOTAVAIL: "the address is none of this machine's",
  ETIMEDOUT: "the peer gave no answer",
  EHOSTUNREACH: "no way leads to the host",
  ENETUNREACH: "no way leads to the network",
  EMFILE: "this process has too many files and sockets open",
  ENOTEMPTY: "the directory is not empty",
  EMSGSIZE: "the datagram is too large",
}

const CERTIFICATE = /CERT|SIGNATURE|ISSUER|CRL|HOSTNAME|SELF_SIGNED|_CA$/

/**
 * Puts an error of the host's into the class that Python has for it; what is no system error
 * is given back as it is.
 *
 * @param attempt - what was attempted and on what: `cannot connect to 10.0.0.1:80`
 */
export function osError(error: unknown, attempt: string): unknown {
  if (!(error instanceof Error) || error instanceof OSError) return error
  const { code, errno, syscall, path, address, port } = error as Error & SystemErrorFacts // Node's system errors have these
  if (typeof code !== "string") return error
  const facts = { code, errno, syscall, path, address, port, cause: error }
  // What OpenSSL says while something is written comes as the system's EPROTO.
  const tls = /^ERR_(SSL|TLS|OSSL)/.test(code) || (code === "EPROTO" && error.message.includes("SSL routines"))
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || (!tls && syscall === undefined && CERTIFICATE.test(code))) {
    return new SSLCertVerificationError(`${attempt}: the certificate is not trusted: ${error.message} (${code})`, facts)
  }
  // OpenSSL's own words come with numbers and file names of its sources round the reason.
  const { reason = /SSL routines:\w*:([^:]+)/.exec(error.message)?.[1] ?? error.message } = error as { reason?: string }
  if (tls) return new SSLError(`${attempt}: ${reason} (${code})`, facts)
  if (errno === undefined && syscall === undefined && !(code in meanings)) return error
  const OfCode = classes[code] ?? OSError
  return new OfCode(`${attempt}: ${meanings[code] ?? error.message} (${code})`, facts)
}
