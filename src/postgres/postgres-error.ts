/**
 * What a PostgreSQL server refuses, in one class for each of the main SQLSTATE codes.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { brand } from "../errors/brand.ts"

/** What the server tells of an error, under the names that `pg` gives them. */
export interface PostgresErrorFacts {
  /** The SQLSTATE. */
  readonly code?: string | undefined
  readonly severity?: string | undefined
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  /** Where in the query, counted in characters from 1. */
  readonly position?: string | undefined
  readonly where?: string | undefined
  readonly schema?: string | undefined
  readonly table?: string | undefined
  readonly column?: string | undefined
  readonly dataType?: string | undefined
  readonly constraint?: string | undefined
  readonly routine?: string | undefined
}

/**
 * Thrown when the server refuses what it was asked for.
 *
 * `code` is the SQLSTATE; each of the main ones has a subclass. The message is the server's,
 * with what was attempted before it and the code behind it.
 */
export class PostgresError extends Error {
  declare readonly name: string
  /** The SQLSTATE: five characters, such as `23505`. */
  declare readonly code: string
  /** `ERROR`, `FATAL` or `PANIC`. */
  declare readonly severity: string | undefined
  declare readonly detail: string | undefined
  declare readonly hint: string | undefined
  /** Where in the query the error was found, counted in characters from 1. */
  declare readonly position: number | undefined
  /** What the server was doing, such as the lines of a function in PL/pgSQL. */
  declare readonly where: string | undefined
  declare readonly schema: string | undefined
  declare readonly table: string | undefined
  declare readonly column: string | undefined
  declare readonly dataType: string | undefined
  declare readonly constraint: string | undefined
  declare readonly routine: string | undefined
  /** The text of the query. */
  declare readonly query: string | undefined

  static {
    brand(this, "PostgresError", "XX000")
  }

  constructor(message: string, facts: PostgresErrorFacts & { readonly query?: string | undefined; readonly cause?: unknown } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    const { code, severity, detail, hint, where, schema, table, column, dataType, constraint, routine, query } = facts
    const position = facts.position === undefined ? undefined : Number(facts.position)
    const known = { code, severity, detail, hint, position, where, schema, table, column, dataType, constraint, routine, query }
    for (const [key, value] of Object.entries(known)) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true, configurable: true, writable: true })
    }
  }
}

/** Class 22: a value is none of its type's, or out of range. */
export class DataError extends PostgresError {
  static {
    brand(this, "DataError", "22000")
  }
}

/** 22P02: a text that is no value of the type, such as `'x'::int`. */
export class InvalidTextRepresentationError extends DataError {
  static {
    brand(this, "InvalidTextRepresentationError", "22P02")
  }
}

/** 22012 */
export class DivisionByZeroError extends DataError {
  static {
    brand(this, "DivisionByZeroError", "22012")
  }
}

/** Class 23: a constraint forbids it; `constraint`, `table` and `detail` tell which and why. */
export class IntegrityConstraintViolationError extends PostgresError {
  static {
    brand(this, "IntegrityConstraintViolationError", "23000")
  }
}

/** 23502: null where the column allows none; see `column`. */
export class NotNullViolationError extends IntegrityConstraintViolationError {
  static {
    brand(this, "NotNullViolationError", "23502")
  }
}

/** 23503: it refers to a row that is not there, or others refer to it. */
export class ForeignKeyViolationError extends IntegrityConstraintViolationError {
  static {
    brand(this, "ForeignKeyViolationError", "23503")
  }
}

/** 23505: there is a row with this key already. */
export class UniqueViolationError extends IntegrityConstraintViolationError {
  static {
    brand(this, "UniqueViolationError", "23505")
  }
}

/** 23514: a `CHECK` of the table does not hold. */
export class CheckViolationError extends IntegrityConstraintViolationError {
  static {
    brand(this, "CheckViolationError", "23514")
  }
}

/** 23P01: an exclusion constraint does not hold. */
export class ExclusionViolationError extends IntegrityConstraintViolationError {
  static {
    brand(this, "ExclusionViolationError", "23P01")
  }
}

/** 25P02: an earlier statement of the transaction failed, so it takes no more; roll it back. */
export class InFailedTransactionError extends PostgresError {
  static {
    brand(this, "InFailedTransactionError", "25P02")
  }
}

/** 25006: the transaction only reads. */
export class ReadOnlyTransactionError extends PostgresError {
  static {
    brand(this, "ReadOnlyTransactionError", "25006")
  }
}

/** Class 28: the server does not let this user in. */
export class InvalidAuthorizationError extends PostgresError {
  static {
    brand(this, "InvalidAuthorizationError", "28000")
  }
}

/** 28P01 */
export class InvalidPasswordError extends InvalidAuthorizationError {
  static {
    brand(this, "InvalidPasswordError", "28P01")
  }
}

/** 3D000: there is no such database. */
export class InvalidCatalogNameError extends PostgresError {
  static {
    brand(this, "InvalidCatalogNameError", "3D000")
  }
}

/** Class 40: the server rolled the transaction back; running it once more may succeed. */
export class TransactionRollbackError extends PostgresError {
  static {
    brand(this, "TransactionRollbackError", "40000")
  }
}

/** 40001: another transaction came between; run this one once more. */
export class SerializationError extends TransactionRollbackError {
  static {
    brand(this, "SerializationError", "40001")
  }
}

/** 40P01: transactions waited for each other's locks, and this one gave way. */
export class DeadlockDetectedError extends TransactionRollbackError {
  static {
    brand(this, "DeadlockDetectedError", "40P01")
  }
}

/** Class 42: the query is wrong, or this user may not run it. */
export class SyntaxOrAccessError extends PostgresError {
  static {
    brand(this, "SyntaxOrAccessError", "42000")
  }
}

/** 42601; `position` tells where. */
export class PostgresSyntaxError extends SyntaxOrAccessError {
  static {
    brand(this, "PostgresSyntaxError", "42601")
  }
}

/** 42501: this user may not do that. */
export class InsufficientPrivilegeError extends SyntaxOrAccessError {
  static {
    brand(this, "InsufficientPrivilegeError", "42501")
  }
}

/** 42P01 */
export class UndefinedTableError extends SyntaxOrAccessError {
  static {
    brand(this, "UndefinedTableError", "42P01")
  }
}

/** 42703 */
export class UndefinedColumnError extends SyntaxOrAccessError {
  static {
    brand(this, "UndefinedColumnError", "42703")
  }
}

/** 42883 */
export class UndefinedFunctionError extends SyntaxOrAccessError {
  static {
    brand(this, "UndefinedFunctionError", "42883")
  }
}

/** 42P07: it exists already. */
export class DuplicateTableError extends SyntaxOrAccessError {
  static {
    brand(this, "DuplicateTableError", "42P07")
  }
}

/** 53300: the server has all the connections that it allows; ask for fewer with `max`. */
export class TooManyConnectionsError extends PostgresError {
  static {
    brand(this, "TooManyConnectionsError", "53300")
  }
}

/** 55P03: `NOWAIT`, or `lock_timeout` passed. */
export class LockNotAvailableError extends PostgresError {
  static {
    brand(this, "LockNotAvailableError", "55P03")
  }
}

/** 57014: somebody else cancelled the query, or the server's own `statement_timeout`. */
export class QueryCanceledError extends PostgresError {
  static {
    brand(this, "QueryCanceledError", "57014")
  }
}

/** 57P01 to 57P03: the server shuts down, has crashed, or is starting; the connection is lost. */
export class ServerUnavailableError extends PostgresError {
  static {
    brand(this, "ServerUnavailableError", "57P03")
  }
}

type PostgresErrorClass = new (...given: ConstructorParameters<typeof PostgresError>) => PostgresError

const ofCode: Readonly<Record<string, PostgresErrorClass>> = {
  "22012": DivisionByZeroError,
  "22P02": InvalidTextRepresentationError,
  "23502": NotNullViolationError,
  "23503": ForeignKeyViolationError,
  "23505": UniqueViolationError,
  "23514": CheckViolationError,
  "23P01": ExclusionViolationError,
  "25006": ReadOnlyTransactionError,
  "25P02": InFailedTransactionError,
  "28P01": InvalidPasswordError,
  "3D000": InvalidCatalogNameError,
  "40001": SerializationError,
  "40P01": DeadlockDetectedError,
  "42501": InsufficientPrivilegeError,
  "42601": PostgresSyntaxError,
  "42703": UndefinedColumnError,
  "42883": UndefinedFunctionError,
  "42P01": UndefinedTableError,
  "42P07": DuplicateTableError,
  "53300": TooManyConnectionsError,
  "55P03": LockNotAvailableError,
  "57014": QueryCanceledError,
  "57P01": ServerUnavailableError,
  "57P02": ServerUnavailableError,
  "57P03": ServerUnavailableError,
}

const ofClass: Readonly<Record<string, PostgresErrorClass>> = {
  "22": DataError,
  "23": IntegrityConstraintViolationError,
  "28": InvalidAuthorizationError,
  "40": TransactionRollbackError,
  "42": SyntaxOrAccessError,
}

/** Whether `error` is the server's, as `pg` gives it. */
export function isServerError(error: unknown): error is Error & PostgresErrorFacts {
  return error instanceof Error && typeof (error as PostgresErrorFacts).severity === "string" && !(error instanceof PostgresError)
}

/** Puts an error of the server's into its class. `attempt` says what was attempted, `query` its text. */
export function postgresError(error: Error & PostgresErrorFacts, attempt: string, query?: string): PostgresError {
  const code = error.code ?? "XX000"
  const OfCode = ofCode[code] ?? ofClass[code.slice(0, 2)] ?? PostgresError
  const detail = error.detail === undefined ? "" : `; ${error.detail}`
  const hint = error.hint === undefined ? "" : `; ${error.hint}`
  return new OfCode(`${attempt}: ${error.message}${detail}${hint} (${code})`, { ...factsOf(error), query, cause: error })
}

// Not with a spread of the error: it would take `name` and `length` along.
function factsOf({ code, severity, detail, hint, position, where, schema, table, column, dataType, constraint, routine }: PostgresErrorFacts): PostgresErrorFacts {
  return { code, severity, detail, hint, position, where, schema, table, column, dataType, constraint, routine }
}
