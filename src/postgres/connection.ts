import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { getRunningLoop } from "../core/running.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { Asker, questionExchange, type Question, type Row } from "./ask.ts"
import { connectSettings, type ConnectOptions } from "./connect-options.ts"
import { copyIn, copyOut, type CopySource } from "./copy.ts"
import { Cursor, type CursorOptions } from "./cursor.ts"
import { manyExchange } from "./execute-many.ts"
import { openSession } from "./open-session.ts"
import { prepareStatement, type PreparedStatement } from "./prepared-statement.ts"
import type { Session } from "./session.ts"
import { queryOf, type Query } from "./sql.ts"
import { subscribe, type ListenOptions, type Subscription } from "./subscription.ts"
import { Transaction, type TransactionOptions } from "./transaction.ts"

/**
 * A connection to a PostgreSQL server, made by `connect` or taken from a pool.
 *
 * Queries of several tasks are sent one after the other. A query whose task is cancelled is
 * stopped in the server, over a second connection as PostgreSQL wants it; the task goes on at
 * once, and the next query waits until the server has stopped.
 */
export class Connection extends Asker {
  #session: Session | null

  constructor(session: Session) {
    super()
    this.#session = session
  }

  toString(): string {
    const session = this.#session
    if (session === null) return "<Connection [released]>"
    return `<Connection ${session.where} [${session.ended ? "closed" : session.atRest ? "idle" : "busy"}]>`
  }

  /** The server's process for this connection: `pid` in `pg_stat_activity`. */
  get processId(): number {
    return this.#open().backend.processID
  }

  /** Whether it was closed, lost or given back. */
  isClosed(): boolean {
    return this.#session === null || this.#session.ended
  }

  /** Whether a transaction is open on it. */
  inTransaction(): boolean {
    return this.#open().status !== "I"
  }

  /**
   * Runs a command once for each list of parameters, all or none; gives how many rows were changed.
   *
   * Everything is sent at once, without waiting for each answer. As `query` otherwise.
   */
  executeMany(query: string, params: Iterable<readonly unknown[]>): Coroutine<number> {
    const { text } = queryOf(query, [], "executeMany")
    return this.#open().exchange(manyExchange(text, params))
  }

  /** Has the server read and plan a query once, to run it several times. As `query` otherwise. */
  prepare(query: string): Coroutine<PreparedStatement> {
    const { text } = queryOf(query, [], "prepare")
    return prepareStatement(this.#open(), text)
  }

  /** The rows of a query, some at a time: for results that are larger than the memory. */
  cursor<R = Row>(query: Query, params: readonly unknown[] = [], options: CursorOptions = {}): Cursor<R> {
    const { text, values } = queryOf(query, params, "cursor")
    return new Cursor<R>(this.#open(), text, values, options)
  }

  /** A transaction, or a savepoint inside one; see `Transaction.run`. */
  transaction(options: TransactionOptions = {}): Transaction {
    return new Transaction(this.#open(), options)
  }

  /** Listens on a channel. As `query` otherwise. */
  listen(channel: string, options: ListenOptions = {}): Coroutine<Subscription> {
    return subscribe(this.#open(), channel, options)
  }

  /** Runs a `COPY … TO STDOUT`; gives what the server sends, piece by piece, and no faster than it is taken. */
  copyTo(query: string): AsyncGenerator<Buffer, number, undefined> {
    const { text } = queryOf(query, [], "copyTo")
    return copyOut(this.#open(), text)
  }

  /**
   * Runs a `COPY … FROM STDIN` with what `source` gives; gives how many rows were copied.
   *
   * @throws as `query`; what `source` throws. In both cases no row is kept.
   */
  copyFrom(query: string, source: CopySource): Coroutine<number> {
    const { text } = queryOf(query, [], "copyFrom")
    return copyIn(this.#open(), text, source)
  }

  /** Waits for the queries that are under way, and closes. @throws CancelledError if the task is cancelled; it is broken off then. */
  close(): Coroutine<void> {
    return new BodyCoroutine<void>("Connection.close", async () => {
      await this.#session?.close()
    })
  }

  /** Breaks it off at once; queries that are under way fail. */
  terminate(): void {
    this.#session?.terminate()
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  protected ask<T>(question: Question<T>): Coroutine<T> {
    return this.#open().exchange(questionExchange("Connection", question))
  }

  /** From now on it belongs to somebody else; null if it did before. */
  protected detach(): Session | null {
    const session = this.#session
    this.#session = null
    return session
  }

  #open(): Session {
    if (this.#session === null) throw new RuntimeError("this connection was given back to its pool; acquire another")
    return this.#session
  }
}

/**
 * Connects to a PostgreSQL server.
 *
 * @throws ConnectionRefusedError, AddressLookupError and other ConnectionErrors with host and
 * port if the server cannot be reached; TimeoutError after `connectTimeout`; PostgresError if
 * it does not let this user in; TypeError and RangeError at the call for options that cannot be.
 * @throws CancelledError if the task is cancelled; nothing stays open.
 *
 * @example
 * ```ts
 * import { run } from "asyncio-ts"
 * import { connect } from "asyncio-ts/postgres"
 *
 * await run(async () => {
 *   try {
 *     const connection = await connect("postgresql://reader@127.0.0.1:1/teas")
 *     console.log(await connection.fetchValue("SELECT count(*) FROM teas"))
 *   } catch (error) {
 *     console.log((error as Error).name) // -> ConnectionRefusedError
 *   }
 * })
 * ```
 */
export function connect(options: string | ConnectOptions = {}): Coroutine<Connection> {
  const settings = connectSettings(options, "connect")
  return new BodyCoroutine("connect", async () => {
    const { resources } = getRunningLoop()
    const session = await openSession(settings, "connect")
    const resource = { toString: () => `<Connection ${session.where}>`, abandon: () => session.terminate() }
    resources.add(resource)
    session.endListeners.add(() => resources.delete(resource))
    return new Connection(session)
  })
}

