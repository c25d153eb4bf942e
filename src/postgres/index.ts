/**
 * PostgreSQL through `pg`, as asyncpg has it: a pool whose queries overlap, transactions,
 * cursors, notifications; and a cancelled query is cancelled in the server.
 *
 * ```ts
 * import { gather, run, TimeoutError, waitFor } from "asyncio-ts"
 * import { createPool, sql, UniqueViolationError } from "asyncio-ts/postgres"
 *
 * await run(async () => {
 *   const pool = await createPool({ max: 5 }) // a DSN, or PGHOST, PGUSER and so on
 *   await pool.execute("CREATE TABLE teas (name text PRIMARY KEY, minutes int)")
 *
 *   await pool.transaction(async (connection) => {
 *     await connection.execute("INSERT INTO teas VALUES ($1, $2)", "Masala", 5)
 *     await connection.execute(sql`INSERT INTO teas VALUES (${"Assam"}, ${4})`)
 *   })
 *   console.log(await gather(["Masala", "Assam"].map((name) => () => pool.fetchValue("SELECT minutes FROM teas WHERE name = $1", name)))) // -> [ 5, 4 ]
 *
 *   try {
 *     await pool.execute("INSERT INTO teas VALUES ('Assam', 3)")
 *   } catch (error) {
 *     if (error instanceof UniqueViolationError) console.log(error.detail) // -> Key (name)=(Assam) already exists.
 *   }
 *   try {
 *     await waitFor(pool.fetch("SELECT pg_sleep(60)"), 0.1) // it is stopped in the server, too
 *   } catch (error) {
 *     console.log(error instanceof TimeoutError) // -> true
 *   }
 *   await pool.run(async (connection) => {
 *     for await (const { name } of connection.cursor("SELECT name FROM teas ORDER BY name")) console.log(name) // -> Assam, then Masala
 *   })
 *   await pool.close()
 * })
 * ```
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)

export type { QueryResult, Row } from "./ask.ts"
export type { ConnectOptions } from "./connect-options.ts"
export { connect, Connection } from "./connection.ts"
export type { CopySource } from "./copy.ts"
export { Cursor, type CursorOptions } from "./cursor.ts"
export { createPool, Pool, type PoolStatistics } from "./pool.ts"
export type { PoolOptions } from "./pool-options.ts"
export { PooledConnection } from "./pooled-connection.ts"
export {
  CheckViolationError,
  DataError,
  DeadlockDetectedError,
  DivisionByZeroError,
  DuplicateTableError,
  ExclusionViolationError,
  ForeignKeyViolationError,
  InFailedTransactionError,
  InsufficientPrivilegeError,
  IntegrityConstraintViolationError,
  InvalidAuthorizationError,
  InvalidCatalogNameError,
  InvalidPasswordError,
  InvalidTextRepresentationError,
  LockNotAvailableError,
  NotNullViolationError,
  PostgresError,
  PostgresSyntaxError,
  QueryCanceledError,
  ReadOnlyTransactionError,
  SerializationError,
  ServerUnavailableError,
  SyntaxOrAccessError,
  TooManyConnectionsError,
  TransactionRollbackError,
  UndefinedColumnError,
  UndefinedFunctionError,
  UndefinedTableError,
  UniqueViolationError,
  type PostgresErrorFacts,
} from "./postgres-error.ts"
export { PreparedStatement } from "./prepared-statement.ts"
export { sql, Sql, type Query } from "./sql.ts"
export { Subscription, type ListenOptions, type Notification } from "./subscription.ts"
export { Transaction, type Isolation, type TransactionOptions } from "./transaction.ts"
