/**
 * The five ways to ask, on a connection and on a pool.
 */
import { Query, type FieldDef } from "pg"
import type { Coroutine } from "../core/coroutine.ts"
import { Shown } from "../structures/shown.ts"
import type { Exchange } from "./session.ts"
import { queryOf, type Query as AnyQuery } from "./sql.ts"

/** A row: its values by the names of their columns. */
export type Row = Record<string, unknown>

/** What a query gave. */
export interface QueryResult<R = Row> {
  readonly rows: R[]
  /** How many rows were given, or changed; null where the command counts none. */
  readonly rowCount: number | null
  /** Such as `SELECT` or `INSERT`. */
  readonly command: string
  /** The columns, with the types of their values. */
  readonly fields: readonly FieldDef[]
}

/** Takes from a result what was asked for. */
export type Pick<T> = (result: QueryResult) => T

const whole = (result: QueryResult): QueryResult => result
const rows = ({ rows }: QueryResult): Row[] => rows
const firstRow = ({ rows }: QueryResult): Row | undefined => rows[0]
const count = ({ rowCount }: QueryResult): number => rowCount ?? 0

/** Of rows that are lists, since two columns may have one name. */
export const firstValue: Pick<unknown> = ({ rows }) => (rows as unknown as unknown[][])[0]?.[0] // see questionExchange

/** What takes queries. A parameter stands for `$1`, the next for `$2`, …; null and undefined are both `NULL`. */
export abstract class Asker extends Shown {
  /**
   * Runs a query; gives all that the server tells of it.
   *
   * @throws PostgresError, or the subclass for its SQLSTATE, if the server refuses it;
   * ConnectionError if the connection is lost; TypeError at the call for what is no query.
   * @throws CancelledError if the task is cancelled: at once, and the query is stopped in the server.
   */
  query<R = Row>(query: AnyQuery, ...params: unknown[]): Coroutine<QueryResult<R>> {
    return this.#ask("query", query, params, whole) as Coroutine<QueryResult<R>> // what the rows hold is the caller's claim
  }

  /** Runs a command, or several that are parted by `;` if there are no parameters; gives how many rows the last one changed. As `query`. */
  execute(query: AnyQuery, ...params: unknown[]): Coroutine<number> {
    return this.#ask("execute", query, params, count)
  }

  /** Gives the rows. As `query`. */
  fetch<R = Row>(query: AnyQuery, ...params: unknown[]): Coroutine<R[]> {
    return this.#ask("fetch", query, params, rows) as Coroutine<R[]> // as for query
  }

  /** Gives the first row, or undefined. As `query`. */
  fetchRow<R = Row>(query: AnyQuery, ...params: unknown[]): Coroutine<R | undefined> {
    return this.#ask("fetchRow", query, params, firstRow) as Coroutine<R | undefined> // as for query
  }

  /** Gives the first value of the first row, or undefined if there is no row. As `query`. */
  fetchValue<T = unknown>(query: AnyQuery, ...params: unknown[]): Coroutine<T | undefined> {
    return this.#ask("fetchValue", query, params, firstValue) as Coroutine<T | undefined> // as for query
  }

  #ask<T>(method: string, query: AnyQuery, params: readonly unknown[], pick: Pick<T>): Coroutine<T> {
    const { text, values } = queryOf(query, params, method)
    return this.ask({ method, text, values, pick })
  }

  protected abstract ask<T>(question: Question<T>): Coroutine<T>
}

/** A query, and what is wanted of its result. */
export interface Question<T> {
  readonly method: string
  readonly text: string
  readonly values: readonly unknown[]
  readonly pick: Pick<T>
  /** The prepared statement that it is. */
  readonly statement?: string | undefined
}

/** `pg` gives several results for several commands. */
type Given = QueryResult | QueryResult[]

export function questionExchange<T>(where: string, { method, text, values, pick, statement }: Question<T>): Exchange<T> {
  return {
    name: `${where}.${method}`,
    text,
    submit(client, answered) {
      const answer = (error: unknown, given: Given | undefined): void => {
        if (error !== null && error !== undefined) answered(error)
        else if (given !== undefined) answered(null, pick(Array.isArray(given) ? given.at(-1) ?? nothing : given))
      }
      // Not as an object, where that can be avoided: `pg` copies it, at 2 µs.
      const query =
        statement === undefined && pick !== firstValue
          ? new Query(text, values as unknown[], answer as never)
          : new Query({ text, values: [...values], ...(statement === undefined ? {} : { name: statement }), ...(pick === firstValue ? { rowMode: "array" } : {}) }, answer as never)
      client.query(query) // its types know one result only, and are not told that values are let alone
    },
  }
}

const nothing: QueryResult = { rows: [], rowCount: null, command: "", fields: [] }
