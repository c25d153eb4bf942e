import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { Connection } from "./connection.ts"
import type { Session } from "./session.ts"

/** A connection that a pool lends. */
export class PooledConnection extends Connection {
  readonly #giveBack: (session: Session) => void

  constructor(session: Session, giveBack: (session: Session) => void) {
    super(session)
    this.#giveBack = giveBack
  }

  /**
   * Gives it back to the pool. A transaction that is open is rolled back, subscriptions end, a
   * query that still runs is waited for; what else was set for the session stays.
   */
  release(): void {
    const session = this.detach()
    if (session !== null) this.#giveBack(session)
  }

  /** Gives it back; what the pool does with it is not waited for. */
  override close(): Coroutine<void> {
    return new BodyCoroutine<void>("PooledConnection.close", async () => this.release())
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
