import { checkFunction, checkInteger, describe } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { sleep } from "../tasks/sleep.ts"
import { control } from "./control.ts"
import { InFailedTransactionError, TransactionRollbackError } from "./postgres-error.ts"
import type { Session } from "./session.ts"

/** How much a transaction sees of others. */
export type Isolation = "read committed" | "repeatable read" | "serializable"

/** How a transaction runs. */
export interface TransactionOptions {
  /** The server's default if it is left out; a nested one has that of the outermost. */
  readonly isolation?: Isolation | undefined
  readonly readOnly?: boolean | undefined
  /** With `serializable` and `readOnly`: waits until it can run undisturbed. */
  readonly deferrable?: boolean | undefined
  /** How often the body is run once more when the server rolled it back because of others (SQLSTATE 40…); 0 by default. */
  readonly retries?: number | undefined
}

const ISOLATIONS: readonly unknown[] = ["read committed", "repeatable read", "serializable"]
/** Seconds before the first retry; twice as long before each further one, and a random part of it. */
const BACK_OFF = 0.01

/**
 * A transaction of a connection, or a savepoint if the connection is in one.
 *
 * Invariant: it stands in `session.transactions` from the moment its `BEGIN` or `SAVEPOINT` is
 * sent until its end is.
 */
export class Transaction extends Shown {
  readonly #session: Session
  readonly #lease: object
  readonly #options: TransactionOptions
  #savepoint: string | null = null
  #state: "new" | "open" | "committed" | "rolled back" = "new"

  constructor(session: Session, options: TransactionOptions = {}) {
    super()
    const { isolation, retries = 0 } = options
    if (isolation !== undefined && !ISOLATIONS.includes(isolation)) {
      throw new TypeError(`isolation is one of ${ISOLATIONS.map((one) => JSON.stringify(one)).join(", ")}, not ${describe(isolation)}`)
    }
    checkInteger(retries, "retries of a transaction", 0)
    this.#session = session
    this.#lease = session.lease
    this.#options = options
  }

  toString(): string {
    return `<Transaction [${this.#state}${this.#savepoint === null ? "" : `, savepoint ${this.#savepoint}`}]>`
  }

  /**
   * Runs `body` between `BEGIN` and `COMMIT`, or `ROLLBACK` if it throws; gives its value.
   *
   * With `retries` the body may run several times, and what it did outside the database is
   * not taken back.
   *
   * @throws InFailedTransactionError if a statement failed and the body went on: the
   * server takes no `COMMIT` then. RuntimeError if it was used before.
   * @throws CancelledError if the task is cancelled; the transaction is rolled back, unless
   * its `COMMIT` was sent already.
   */
  run<T>(body: (transaction: this) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of a transaction")
    return new BodyCoroutine<Awaited<T>>("Transaction.run", async (): Promise<Awaited<T>> => {
      // A savepoint cannot be tried again: the conflict is the whole transaction's.
      const retries = this.#session.transactions.length > 0 ? 0 : this.#options.retries ?? 0
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await this.#attempt(body)
        } catch (error) {
          if (attempt >= retries || !(error instanceof TransactionRollbackError)) throw error
          this.#state = "new"
          await sleep(Math.random() * BACK_OFF * 2 ** attempt)
        }
      }
    })
  }

  async #attempt<T>(body: (transaction: this) => T | PromiseLike<T>): Promise<Awaited<T>> {
    await this.start()
    let value: Awaited<T>
    try {
      value = await body(this)
    } catch (error) {
      await this.abandon()
      throw error
    }
    // The body may have ended it itself.
    if (this.#state === "open") await this.commit()
    return value
  }

  /** Begins; `run` does it by itself. @throws as `Connection.query`; RuntimeError if it was begun before. */
  start(): Coroutine<void> {
    return new BodyCoroutine<void>("Transaction.start", async () => {
      if (this.#state !== "new") throw new RuntimeError(`this transaction is ${this.#state}; make a new one for each use`)
      const session = this.#session
      session.checkOpen("BEGIN", this.#lease)
      this.#savepoint = session.transactions.length > 0 || session.status !== "I" ? session.newName() : null
      this.#state = "open"
      session.transactions.push(this)
      try {
        await session.exchange(control("Transaction.start", this.#savepoint === null ? this.#begin() : `SAVEPOINT ${this.#savepoint}`), this.#lease)
      } catch (error) {
        await this.abandon()
        throw error
      }
    })
  }

  /**
   * Ends it, and keeps what was done.
   *
   * @throws InFailedTransactionError if a statement of it failed: it is rolled back;
   * RuntimeError if it is not open, or one that was begun in it is.
   */
  commit(): Coroutine<void> {
    return new BodyCoroutine<void>("Transaction.commit", async () => {
      this.#checkOpen("commit")
      const session = this.#session
      const unfinished = session.transactions.at(-1) !== this
      if (session.status === "E" || unfinished) {
        await this.abandon()
        if (unfinished) throw new RuntimeError("this transaction was rolled back: one that was begun in it was still open when it was to be committed; await it first")
        throw new InFailedTransactionError("the transaction was rolled back: a statement of it had failed, so there was nothing to commit; run what may fail in a transaction of its own inside it", { code: "25P02" })
      }
      session.transactions.pop()
      this.#state = "committed"
      await session.exchange(control("Transaction.commit", this.#savepoint === null ? "COMMIT" : `RELEASE SAVEPOINT ${this.#savepoint}`), this.#lease)
    })
  }

  /** Ends it, and undoes what was done. @throws RuntimeError if it is not open. */
  rollback(): Coroutine<void> {
    return new BodyCoroutine<void>("Transaction.rollback", async () => {
      this.#checkOpen("rollback")
      await this.#rollBack()
    })
  }

  #begin(): string {
    const { isolation, readOnly, deferrable } = this.#options
    const modes = [
      isolation === undefined ? "" : ` ISOLATION LEVEL ${isolation.toUpperCase()}`,
      readOnly === undefined ? "" : readOnly ? " READ ONLY" : " READ WRITE",
      deferrable === undefined ? "" : deferrable ? " DEFERRABLE" : " NOT DEFERRABLE",
    ]
    return `BEGIN${modes.join("")}`
  }

  #checkOpen(method: string): void {
    this.#session.checkLease(this.#lease)
    if (this.#state === "open") return
    const what = this.#state === "new" ? "has not begun; call start() first" : `is ${this.#state} already`
    throw new RuntimeError(`cannot ${method}: this transaction ${what}`)
  }

  async #rollBack(): Promise<void> {
    const session = this.#session
    const depth = session.transactions.indexOf(this)
    // Those inside it end with it.
    if (depth !== -1) session.transactions.splice(depth)
    this.#state = "rolled back"
    // The pool has rolled back what was open when it got the connection.
    if (session.ended || session.lease !== this.#lease) return
    const text = this.#savepoint === null ? "ROLLBACK" : `ROLLBACK TO SAVEPOINT ${this.#savepoint}; RELEASE SAVEPOINT ${this.#savepoint}`
    await session.exchange(control("Transaction.rollback", text), this.#lease)
  }

  /** Rolls back because of an error, which says more than one of the rollback would. */
  async abandon(): Promise<void> {
    if (this.#state !== "open") return
    const session = this.#session
    try {
      await this.#rollBack()
    } catch (error) {
      // The server finishes the rollback all the same.
      if (isCancellation(error)) throw error
      if (error instanceof Error && "severity" in error && this.#savepoint === null) session.terminate(error)
    }
  }
}
