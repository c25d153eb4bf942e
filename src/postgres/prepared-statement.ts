import type { Coroutine } from "../core/coroutine.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { Shown } from "../structures/shown.ts"
import { firstValue, questionExchange, type Pick, type QueryResult, type Row } from "./ask.ts"
import { control } from "./control.ts"
import { Cursor, type CursorOptions } from "./cursor.ts"
import type { Exchange, Session } from "./session.ts"
import { shortly } from "./sql.ts"

/** A query that the server has read and planned; made by `Connection.prepare`. It belongs to its connection. */
export class PreparedStatement extends Shown {
  readonly text: string
  readonly #session: Session
  readonly #lease: object
  readonly #name: string

  constructor(session: Session, text: string, name: string) {
    super()
    this.#session = session
    this.#lease = session.lease
    this.text = text
    this.#name = name
  }

  toString(): string {
    return `<PreparedStatement '${shortly(this.text)}'>`
  }

  /** As `Connection.query`. @throws RuntimeError too, if the statement is closed. */
  query<R = Row>(...params: unknown[]): Coroutine<QueryResult<R>> {
    return this.#ask("query", params, (result) => result) as Coroutine<QueryResult<R>> // what the rows hold is the caller's claim
  }

  /** As `Connection.execute`. */
  execute(...params: unknown[]): Coroutine<number> {
    return this.#ask("execute", params, ({ rowCount }) => rowCount ?? 0)
  }

  /** As `Connection.fetch`. */
  fetch<R = Row>(...params: unknown[]): Coroutine<R[]> {
    return this.#ask("fetch", params, ({ rows }) => rows) as Coroutine<R[]> // as for query
  }

  /** As `Connection.fetchRow`. */
  fetchRow<R = Row>(...params: unknown[]): Coroutine<R | undefined> {
    return this.#ask("fetchRow", params, ({ rows }) => rows[0]) as Coroutine<R | undefined> // as for query
  }

  /** As `Connection.fetchValue`. */
  fetchValue<T = unknown>(...params: unknown[]): Coroutine<T | undefined> {
    return this.#ask("fetchValue", params, firstValue) as Coroutine<T | undefined> // as for query
  }

  /** As `Connection.cursor`. */
  cursor<R = Row>(params: readonly unknown[] = [], options: CursorOptions = {}): Cursor<R> {
    this.#session.checkOpen(this.text, this.#lease)
    return new Cursor<R>(this.#session, this.text, params, options)
  }

  /** Lets the server forget it. Nothing happens when it is closed. */
  close(): Coroutine<void> {
    return new BodyCoroutine<void>("PreparedStatement.close", async () => {
      const session = this.#session
      // Another user of the connection may have the same statement.
      if (session.lease !== this.#lease || session.statements.get(this.text) !== this.#name) return
      session.statements.delete(this.text)
      if (!session.ended) await session.exchange(control("PreparedStatement.close", `DEALLOCATE ${this.#name}`), this.#lease)
    })
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  #ask<T>(method: string, values: readonly unknown[], pick: Pick<T>): Coroutine<T> {
    const exchange = questionExchange("PreparedStatement", { method, text: this.text, values, pick, statement: this.#name })
    return this.#session.exchange<T>({
      ...exchange,
      submit: (client, answered) => {
        if (this.#session.statements.get(this.text) !== this.#name) throw new RuntimeError(`${this.toString()} is closed; prepare it again`)
        exchange.submit(client, answered)
      },
    }, this.#lease)
  }
}

/** Has the server read `text`; gives the statement that it has made of it before, if there is one. */
export function prepareStatement(session: Session, text: string): Coroutine<PreparedStatement> {
  const { lease } = session
  return new BodyCoroutine("Connection.prepare", async () => {
    session.checkOpen(text, lease)
    let name = session.statements.get(text)
    if (name === undefined) {
      name = session.newName()
      await session.exchange(parse(name, text), lease)
      session.statements.set(text, name)
    }
    return new PreparedStatement(session, text, name)
  })
}

/** The connection of `pg`, as far as reading a query needs it. */
interface Wire {
  readonly parsedStatements: Record<string, string>
  parse(query: { name: string; text: string }): void
  sync(): void
}

function parse(name: string, text: string): Exchange<void> {
  return {
    name: "Connection.prepare",
    text,
    submit(client, answered) {
      const wire = client.connection as unknown as Wire // its types say more than it needs, and leave out the table
      const request = {
        // `pg` notes by these two that it need not be read again.
        name,
        text,
        submit: () => {
          wire.parse({ name, text })
          wire.sync()
        },
        handleError: (error: unknown) => answered(error),
        handleReadyForQuery: () => answered(null),
      }
      client.query(request)
    },
  }
}
