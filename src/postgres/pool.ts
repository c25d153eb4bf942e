import { checkFunction } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { getRunningLoop } from "../core/running.ts"
import type { Resource } from "../core/scheduler.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import { atRoot } from "../host/node.ts"
import { Event } from "../sync/event.ts"
import { explain } from "../sync/primitive.ts"
import { Semaphore } from "../sync/semaphore.ts"
import { gather } from "../tasks/gather.ts"
import { timeout } from "../tasks/timeouts.ts"
import { Asker, questionExchange, type Question } from "./ask.ts"
import { connectSettings, type ConnectSettings } from "./connect-options.ts"
import { control } from "./control.ts"
import { openSession } from "./open-session.ts"
import { poolLimits, type PoolLimits, type PoolOptions } from "./pool-options.ts"
import { PooledConnection } from "./pooled-connection.ts"
import type { Session } from "./session.ts"
import type { Transaction, TransactionOptions } from "./transaction.ts"

const { setTimeout, clearTimeout, performance } = globalThis

/** What `Pool.statistics` gives. */
export interface PoolStatistics {
  readonly min: number
  readonly max: number
  /** Open connections. */
  readonly size: number
  readonly idle: number
  /** Given out, being opened, or being brought to rest after a cancellation. */
  readonly inUse: number
  readonly tasksWaiting: number
  readonly closed: boolean
}

const openFirst: unique symbol = Symbol("openFirst")

interface Idle {
  readonly session: Session
  /** Milliseconds of the host's clock. */
  readonly since: number
}

/**
 * Connections for many tasks; made by `createPool`.
 *
 * Queries of several tasks run at the same time, each on a connection of its own; who finds
 * none free waits in line.
 *
 * Invariants: a permit of `#permits` is held for each connection that is in use, so that with
 * the idle ones there are never more than `max`; a connection is opened only when none is idle.
 */
export class Pool extends Asker implements Resource {
  readonly #settings: ConnectSettings
  readonly #limits: PoolLimits
  readonly #permits: Semaphore
  /** The one that was used last is the last, and is used next: the others may grow old. */
  readonly #idle: Idle[] = []
  readonly #inUse = new Set<Session>()
  #taken = 0
  readonly #allBack = new Event()
  #closed = false
  #sweep: NodeJS.Timeout | undefined
  #resources: Set<Resource> | null = null

  constructor(given: string | PoolOptions) {
    super()
    this.#settings = connectSettings(given, "createPool")
    this.#limits = poolLimits(typeof given === "string" ? {} : given)
    this.#permits = new Semaphore(this.#limits.max, { name: "connections" })
    explain(this.#allBack, "Pool.close", () => "the connections of the pool that are not given back", { on: this })
    this.#allBack.set()
  }

  toString(): string {
    const { size, max, inUse, tasksWaiting, closed } = this.statistics()
    return `<Pool [${closed ? "closed, " : ""}connections:${size}/${max}, in use:${inUse}${tasksWaiting === 0 ? "" : `, waiting:${tasksWaiting}`}]>`
  }

  statistics(): PoolStatistics {
    const { min, max } = this.#limits
    return {
      min,
      max,
      size: this.#idle.length + this.#inUse.size,
      idle: this.#idle.length,
      inUse: this.#taken,
      tasksWaiting: this.#permits.statistics().tasksWaiting,
      closed: this.#closed,
    }
  }

  /**
   * Takes a connection, waiting for one if necessary, or opening one. Give it back with
   * `release()`, or with `using` or `await using`.
   *
   * @throws TimeoutError after `acquireTimeout`; RuntimeError if the pool is closed; as
   * `connect`, if a connection had to be opened.
   * @throws CancelledError if the task is cancelled first; no place in the pool is lost.
   */
  acquire(): Coroutine<PooledConnection> {
    return new BodyCoroutine("Pool.acquire", async () => {
      const session = await this.#take()
      return new PooledConnection(session, (back) => this.#giveBack(back))
    })
  }

  /** Runs `body` with a connection, and gives the connection back; gives the body's value. As `acquire`. */
  run<T>(body: (connection: PooledConnection) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of Pool.run")
    return new BodyCoroutine<Awaited<T>>("Pool.run", async (): Promise<Awaited<T>> => {
      const connection = await this.acquire()
      try {
        return await body(connection)
      } finally {
        connection.release()
      }
    })
  }

  /** Runs `body` in a transaction on a connection of its own; see `Transaction.run`. */
  transaction<T>(body: (connection: PooledConnection, transaction: Transaction) => T | PromiseLike<T>, options: TransactionOptions = {}): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of Pool.transaction")
    return this.run((connection) => connection.transaction(options).run((transaction) => body(connection, transaction)))
  }

  /**
   * Takes no more work, waits until all connections are back, and closes them.
   *
   * @throws CancelledError if the task is cancelled; the pool is terminated then.
   */
  close(): Coroutine<void> {
    return new BodyCoroutine<void>("Pool.close", async () => {
      this.#refuse()
      try {
        await this.#allBack.wait()
        await gather(this.#idle.map(({ session }) => session.close()))
      } catch (error) {
        if (isCancellation(error)) this.terminate()
        throw error
      }
    })
  }

  /** Breaks all connections off at once; queries that are under way fail. */
  terminate(): void {
    this.#refuse()
    for (const { session } of this.#idle.splice(0)) session.terminate()
    for (const session of [...this.#inUse]) session.terminate()
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  /** Its loop is closed, and would be kept alive by its connections. */
  abandon(): void {
    this.terminate()
  }

  protected ask<T>(question: Question<T>): Coroutine<T> {
    const exchange = questionExchange("Pool", question)
    return new BodyCoroutine<T>(exchange.name, async () => {
      const session = await this.#take()
      try {
        return await session.exchange(exchange)
      } finally {
        this.#giveBack(session)
      }
    })
  }

  /** Opens the first connections. */
  async [openFirst](): Promise<this> {
    this.#resources = getRunningLoop().resources
    this.#resources.add(this)
    try {
      const sessions = await gather(Array.from({ length: this.#limits.min }, () => () => this.#connect()))
      for (const session of sessions) this.#rest(session)
      return this
    } catch (error) {
      this.terminate()
      throw error
    }
  }

  async #take(): Promise<Session> {
    const { acquireTimeout } = this.#limits
    if (acquireTimeout === null) return this.#takeNow()
    if (!this.#closed && !this.#permits.locked() && this.#fresh()) return this.#takeNow()
    const limit = timeout(acquireTimeout)
    try {
      return await limit.run(() => this.#takeNow())
    } catch (error) {
      if (!(error instanceof TimeoutError) || !limit.expired()) throw error
      const { inUse, max, tasksWaiting } = this.statistics()
      throw new TimeoutError(`no connection of the pool was free within ${acquireTimeout} s: ${inUse} of ${max} are in use, and ${tasksWaiting} tasks wait; give them back sooner, or raise max`, { cause: error })
    }
  }

  /** Whether the next connection can be given out without looking at it. */
  #fresh(): boolean {
    const next = this.#idle.at(-1)
    const { checkAfter } = this.#limits
    return next !== undefined && (checkAfter === null || performance.now() - next.since < checkAfter * 1000)
  }

  async #takeNow(): Promise<Session> {
    this.#checkOpen()
    await this.#permits.acquire()
    this.#taken += 1
    this.#allBack.clear()
    try {
      this.#checkOpen()
      for (;;) {
        const trusted = this.#fresh()
        const idle = this.#idle.pop()
        const session = idle?.session ?? (await this.#connect())
        if (session.ended) continue
        this.#inUse.add(session)
        if (idle === undefined || trusted || (await this.#check(session))) return session
        this.#inUse.delete(session)
      }
    } catch (error) {
      this.#freePermit()
      throw error
    }
  }

  /** Asks a connection that was idle for long whether it lives. */
  async #check(session: Session): Promise<boolean> {
    try {
      await timeout(this.#settings.connectTimeout).run(() => session.exchange(control("Pool.acquire", "")))
      return true
    } catch (error) {
      session.terminate()
      this.#inUse.delete(session)
      if (isCancellation(error)) throw error
      return false
    }
  }

  async #connect(): Promise<Session> {
    const session = await openSession(this.#settings, "Pool.acquire")
    session.endListeners.add(() => {
      const place = this.#idle.findIndex((idle) => idle.session === session)
      if (place !== -1) this.#idle.splice(place, 1)
    })
    if (!this.#closed) return session
    session.terminate()
    throw this.#closedError()
  }

  /** Brings a connection to rest, so that the next finds it as new; its place stays taken until then. */
  #giveBack(session: Session): void {
    session.lease = {}
    if (session.ended || (session.atRest && session.status === "I" && session.channelListeners.size === 0)) {
      this.#returned(session)
      return
    }
    session.transactions.length = 0
    session.whenAtRest(() => {
      const listened = session.forgetListeners()
      const commands = [session.status === "I" ? "" : "ROLLBACK", listened ? "UNLISTEN *" : ""].filter((command) => command !== "")
      if (session.ended || commands.length === 0) {
        this.#returned(session)
        return
      }
      session.inBackground(control("Pool.release", commands.join("; ")), (error) => {
        if (error !== null) session.terminate()
        // It is at rest once this returns.
        session.whenAtRest(() => this.#returned(session))
      })
    })
  }

  #returned(session: Session): void {
    this.#inUse.delete(session)
    if (!session.ended) this.#rest(session)
    this.#freePermit()
  }

  #freePermit(): void {
    this.#taken -= 1
    this.#permits.release()
    if (this.#taken === 0) this.#allBack.set()
  }

  #rest(session: Session): void {
    this.#idle.push({ session, since: performance.now() })
    this.#armSweep()
  }

  /** One timer for all: set exactly while there is a connection that may grow too old. */
  #armSweep(): void {
    const { idleTimeout, min } = this.#limits
    const [oldest] = this.#idle
    if (this.#sweep !== undefined || idleTimeout === null || idleTimeout === Infinity || oldest === undefined) return
    if (this.#idle.length + this.#inUse.size <= min || this.#closed) return
    const delay = oldest.since + idleTimeout * 1000 - performance.now()
    this.#sweep = atRoot(() => setTimeout(this.#closeOld, Math.max(delay, 1)))
    this.#sweep.unref()
  }

  readonly #closeOld = (): void => {
    this.#sweep = undefined
    const { idleTimeout, min } = this.#limits
    const now = performance.now()
    for (let [oldest] = this.#idle; oldest !== undefined && idleTimeout !== null; [oldest] = this.#idle) {
      if (this.#idle.length + this.#inUse.size <= min || oldest.since + idleTimeout * 1000 > now) break
      this.#idle.shift()
      oldest.session.sayGoodbye()
    }
    this.#armSweep()
  }

  #refuse(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#sweep)
    this.#resources?.delete(this)
    // Wakes the first in line, which finds the pool closed, and so wakes the next.
    this.#permits.release()
  }

  #checkOpen(): void {
    if (this.#closed) throw this.#closedError()
  }

  #closedError(): RuntimeError {
    return new RuntimeError("the pool is closed; make another with createPool(…)")
  }
}

/**
 * Makes a pool of connections to a PostgreSQL server, and opens the first `min` of them.
 *
 * @throws as `connect`; RangeError at the call if `min` is more than `max`.
 * @throws CancelledError if the task is cancelled; nothing stays open.
 *
 * @example
 * ```ts
 * import { run } from "asyncio-ts"
 * import { createPool } from "asyncio-ts/postgres"
 *
 * await run(async () => {
 *   const pool = await createPool({ dsn: "postgresql://reader@127.0.0.1:1/teas", min: 0, max: 5 })
 *   console.log(String(pool)) // -> <Pool [connections:0/5, in use:0]>
 *   await pool.close()
 * })
 * ```
 */
export function createPool(options: string | PoolOptions = {}): Coroutine<Pool> {
  const pool = new Pool(options)
  return new BodyCoroutine("createPool", () => pool[openFirst]())
}
