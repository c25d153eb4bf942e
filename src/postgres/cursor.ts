import { Query, type FieldDef } from "pg"
import { checkInteger, describe } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { Row } from "./ask.ts"
import type { Exchange, Session } from "./session.ts"
import { Transaction } from "./transaction.ts"

/** How a cursor reads. */
export interface CursorOptions {
  /** How many rows are asked for at a time, and are in memory at most; 100 by default. */
  readonly batchSize?: number | undefined
}

/** The protocol has four bytes for it. */
const MOST_ROWS = 2 ** 31 - 1

function checkRows(count: number, what: string): void {
  checkInteger(count, what, 1)
  if (count > MOST_ROWS) throw new RangeError(`${what} must be at most ${MOST_ROWS}, but is ${count}`)
}

/** What a query of `pg`'s has, and its types leave out. */
interface QueryInternals {
  readonly _result: { rows: Row[]; fields: FieldDef[] }
  handleRowDescription(message: { fields: FieldDef[] }): void
}

/** The connection of `pg`, as far as a portal needs it. */
interface Wire {
  execute(config: { portal: string; rows: number }): void
  sync(): void
}

/**
 * The first rows of a query, whose portal stays open in the server as long as its transaction.
 * `pg` would ask for all of them, and would not tell the server when it is done.
 */
class OpenPortal extends Query {
  more = false
  readonly #portal: string
  readonly #rows: number

  constructor(config: { text: string; values: unknown[] }, portal: string, rows: number, callback: (error: unknown) => void) {
    super({ ...config, portal, queryMode: "extended" } as never, callback as never) // its types know neither of the two
    this.#portal = portal
    this.#rows = rows
  }

  _getRows(connection: Wire): void {
    connection.execute({ portal: this.#portal, rows: this.#rows })
    connection.sync()
  }

  handlePortalSuspended(): void {
    this.more = true
  }
}

/** Further rows of an open portal. */
class ReadPortal extends OpenPortal {
  readonly #fields: FieldDef[]

  constructor(fields: FieldDef[], ...given: ConstructorParameters<typeof OpenPortal>) {
    super(...given)
    this.#fields = fields
    this.submit = (connection) => {
      // The server describes the rows only once.
      const internals = this as unknown as QueryInternals // see there
      internals.handleRowDescription({ fields: this.#fields })
      this._getRows(connection as unknown as Wire) // see there
    }
  }
}

/**
 * The rows of a query, some at a time, for `for await`.
 *
 * In a transaction it reads as a part of that; else it runs one of its own, from the first
 * rows to the end of the loop, and other queries of the connection run in it meanwhile.
 */
export class Cursor<R = Row> extends Shown implements AsyncIterable<R> {
  readonly #session: Session
  readonly #lease: object
  readonly #text: string
  readonly #values: readonly unknown[]
  readonly #batchSize: number
  #portal: string | null = null
  #fields: FieldDef[] = []
  /** What came and was not taken. */
  #rows: Row[] = []
  #transaction: Transaction | null = null
  #state: "new" | "open" | "exhausted" | "closed" = "new"

  constructor(session: Session, text: string, values: readonly unknown[], { batchSize = 100 }: CursorOptions = {}) {
    super()
    checkRows(batchSize, "batchSize of a cursor")
    if (!Array.isArray(values)) throw new TypeError(`a cursor takes the parameters as a list, not ${describe(values)}`)
    this.#session = session
    this.#lease = session.lease
    this.#text = text
    this.#values = values
    this.#batchSize = batchSize
  }

  toString(): string {
    return `<Cursor [${this.#state}]>`
  }

  /**
   * The next rows, at most `count` of them; none at the end.
   *
   * @throws as `Connection.query`; RuntimeError if the cursor is closed.
   * @throws CancelledError if the task is cancelled: the query is stopped in the server, and
   * a transaction of the cursor's own is rolled back.
   */
  fetch(count: number = this.#batchSize): Coroutine<R[]> {
    checkRows(count, "how many rows Cursor.fetch takes")
    return new BodyCoroutine<R[]>("Cursor.fetch", async () => {
      await this.#advance(count)
      return this.#takeRows()
    })
  }

  /** Lets go of what the server holds for it. Nothing happens when it is closed. */
  close(): Coroutine<void> {
    return new BodyCoroutine<void>("Cursor.close", async () => {
      const session = this.#session
      const open = this.#state === "open"
      if (this.#state !== "exhausted") this.#state = "closed"
      const transaction = this.#transaction
      this.#transaction = null
      // With its connection, the pool was given back what the server held for it.
      if (session.lease !== this.#lease) return
      if (transaction !== null) await transaction.commit()
      else if (open && !session.ended && session.status === "T") await session.exchange(this.#closePortal(), this.#lease)
    })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, undefined> {
    try {
      // Not with fetch(): a coroutine that has returned may keep its value for a while, for who looks again.
      for (;;) {
        await this.#advance(this.#batchSize)
        const rows = this.#takeRows()
        if (rows.length === 0) return
        yield* rows
      }
    } finally {
      await this.close()
    }
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  get #exhausted(): boolean {
    return this.#state === "exhausted"
  }

  /** Has the next rows come to `#rows`. */
  async #advance(count: number): Promise<void> {
    if (this.#state === "closed") throw new RuntimeError("this cursor is closed; make another")
    if (this.#state === "exhausted") return
    this.#session.checkOpen(this.#text, this.#lease)
    try {
      if (this.#state === "new") await this.#open()
      await this.#session.exchange(this.#nextRows(count), this.#lease)
      if (this.#exhausted) await this.close()
    } catch (error) {
      this.#state = "closed"
      const transaction = this.#transaction
      this.#transaction = null
      if (transaction !== null) await transaction.abandon()
      throw error
    }
  }

  #takeRows(): R[] {
    const rows = this.#rows
    this.#rows = []
    return rows as R[] // as the caller of cursor() claims
  }

  async #open(): Promise<void> {
    if (this.#session.status !== "I" || this.#session.transactions.length > 0) return
    const transaction = new Transaction(this.#session)
    await transaction.start()
    this.#transaction = transaction
  }

  #nextRows(count: number): Exchange<void> {
    const text = this.#text
    return {
      name: "Cursor.fetch",
      text,
      submit: (client, answered) => {
        const answer = (error: unknown): void => {
          // One that was closed meanwhile, by a cancellation, stays so.
          if ((error === null || error === undefined) && this.#state !== "closed") {
            const { rows, fields } = (query as unknown as QueryInternals)._result // see there
            this.#rows = rows
            this.#fields = fields
            this.#state = query.more ? "open" : "exhausted"
          }
          answered(error)
        }
        const config = { text, values: [...this.#values] }
        const query: OpenPortal =
          this.#portal === null
            ? new OpenPortal(config, (this.#portal = this.#session.newName()), count, answer)
            : new ReadPortal(this.#fields, config, this.#portal, count, answer)
        client.query(query)
      },
    }
  }

  #closePortal(): Exchange<void> {
    const portal = this.#portal ?? ""
    return {
      name: "Cursor.close",
      text: `CLOSE ${portal}`,
      cancellable: false,
      submit(client, answered) {
        client.query(new Query({ text: `CLOSE ${portal}` }, ((error: unknown) => answered(error)) as never)) // as in control.ts
      },
    }
  }
}
