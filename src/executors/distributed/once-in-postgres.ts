import { checkFunction, describe } from "../../structures/arguments.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import type { Once } from "./once-in-redis.ts"

/** What is needed of a connection to PostgreSQL; those of `asyncio-ts/postgres` have it. */
export interface OnceConnection {
  fetchRow(query: string, ...params: unknown[]): PromiseLike<Record<string, unknown> | undefined>
  transaction(): { run<T>(body: () => PromiseLike<T>): PromiseLike<T> }
}

interface PostgresError {
  readonly code: unknown
  readonly message: string
}

const TABLE = "asyncio_once"

/**
 * What makes the table of `onceInPostgres`, for a migration.
 *
 * @example
 * ```ts
 * import { onceTable } from "asyncio-ts/executors"
 *
 * console.log(onceTable().split("(")[0]) // -> CREATE TABLE IF NOT EXISTS asyncio_once
 * ```
 */
export function onceTable(table = TABLE): string {
  checkTable(table)
  return `CREATE TABLE IF NOT EXISTS ${table} (key text PRIMARY KEY, value jsonb, done_at timestamptz NOT NULL DEFAULT now())`
}

/**
 * Runs statements of PostgreSQL once for a key, whatever is repeated: the key and what they
 * change are committed in one transaction.
 *
 * Two that come at the same time with one key wait for each other in the database, and one
 * of them finds it done.
 *
 * @param connection - of `asyncio-ts/postgres`; what `body` does with another is not in the transaction
 * @param key - names the effect; `currentJobKey()` names it by the job
 * @param body - runs in the transaction. What it gives is stored as JSON, and given to those who come later
 * @throws RuntimeError without the table (`onceTable`); what `body` throws: then nothing is
 * changed, and the key is free.
 * @throws CancelledError if the task is cancelled; as of `Transaction.run`.
 *
 * @example
 * ```ts
 * import { currentJobKey, onceInPostgres } from "asyncio-ts/executors"
 * import type { Connection } from "asyncio-ts/postgres"
 *
 * // In the module that workers serve.
 * export async function charge(connection: Connection, account: number, amount: number) {
 *   const { value } = await onceInPostgres(connection, currentJobKey(), async () => {
 *     return await connection.fetchValue("UPDATE accounts SET balance = balance - $2 WHERE id = $1 RETURNING balance", account, amount)
 *   })
 *   return value
 * }
 * console.log(typeof charge) // -> function
 * ```
 */
export function onceInPostgres<T>(connection: OnceConnection, key: string, body: () => T | PromiseLike<T>, options: { readonly table?: string | undefined } = {}): Coroutine<Once<Awaited<T>>> {
  const { table = TABLE } = options
  if (typeof (connection as Partial<OnceConnection> | null | undefined)?.transaction !== "function") {
    throw new TypeError(`onceInPostgres takes a connection of asyncio-ts/postgres first, not ${describe(connection)}`)
  }
  if (typeof key !== "string" || key === "") throw new TypeError(`the key of onceInPostgres is a text, but ${describe(key)} was given`)
  checkFunction(body, "what onceInPostgres runs")
  checkTable(table)
  return new BodyCoroutine<Once<Awaited<T>>>("onceInPostgres", async (): Promise<Once<Awaited<T>>> => {
    try {
      return await connection.transaction().run(async () => {
        const mine = await connection.fetchRow(`INSERT INTO ${table} (key) VALUES ($1) ON CONFLICT DO NOTHING RETURNING key`, key)
        if (mine === undefined) {
          const row = await connection.fetchRow(`SELECT value FROM ${table} WHERE key = $1`, key)
          return { first: false, value: (row?.["value"] ?? undefined) as Awaited<T> } // what the body gave then, as JSON
        }
        const value = await body()
        await connection.fetchRow(`UPDATE ${table} SET value = $2 WHERE key = $1`, key, JSON.stringify(value) ?? null)
        return { first: true, value }
      })
    } catch (error) {
      const { code, message } = (error ?? {}) as Partial<PostgresError> // whatever was thrown
      if (code !== "42P01" || message?.includes(table) !== true) throw error
      throw new RuntimeError(`cannot run '${key}' once: there is no table ${table}; make it with: ${onceTable(table)}`, { cause: error })
    }
  })
}

// It stands in the text of queries, where no parameter can.
function checkTable(table: unknown): void {
  if (typeof table === "string" && /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)?$/.test(table)) return
  throw new TypeError(`the table of onceInPostgres is a name such as "asyncio_once" or "schema.name", not ${describe(table)}`)
}
