/**
 * One connection to a server, and what is sent over it, one after the other.
 *
 * Long: the queue, the way of a cancellation and the loss of the connection share one state.
 */
import type { Client, Notification } from "pg"
import { atRoot } from "../host/node.ts"
import { hostOperation, type HostDone, type HostWork } from "../core/host-operation.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { ConnectionError, ConnectionResetError, osError } from "../errors/os-errors.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import { LinkedList, type Linked } from "../structures/linked-list.ts"
import { sendCancelRequest, type Backend } from "./cancel-request.ts"
import type { ConnectSettings } from "./connect-options.ts"
import { isServerError, postgresError } from "./postgres-error.ts"
import { shortly } from "./sql.ts"

const { setTimeout, clearTimeout } = globalThis

/** Seconds after which a request to cancel is repeated: the first may have come before the query. */
const REPEAT = 0.1

/** Is told what the server answered; further calls are dropped. */
export type Answered<T> = (error: unknown, value?: T) => void

/** Something that is sent to the server, and answered. */
export interface Exchange<T> {
  /** The method that asks, such as `Connection.fetch`. */
  readonly name: string
  /** The query, for messages. */
  readonly text: string
  /** Hands it to `pg`. */
  submit(client: Client, answered: Answered<T>): void
  /** False if the server is let finish it when nobody waits any more, such as a `ROLLBACK`. */
  readonly cancellable?: boolean
}

/** Whoever listens on a channel. */
export interface ChannelListener {
  readonly channel: string
  told(notification: Notification): void
  /** Nothing more comes. */
  ended(): void
}

/**
 * A line of exchanges of which the first is under way.
 *
 * Invariants: `#current` is set from the moment something is sent until the server is ready
 * for the next, and no request to cancel is under way, or the connection is lost; so a
 * request never meets the query after the one that it was meant for. Whoever waits is told once.
 */
export class Session {
  /** Where the server is, for messages. */
  readonly where: string
  readonly settings: ConnectSettings
  readonly #client: Client
  readonly #line = new LinkedList<Job>()
  #current: Job | null = null
  /** Gives up the request to cancel that is under way. */
  #stopRequest: (() => void) | null = null
  /** Breaks the connection off when the server does not stop. */
  #patience: NodeJS.Timeout | undefined
  #repeat: NodeJS.Timeout | undefined
  #ended: { readonly reason: unknown; readonly closed: boolean } | null = null
  #closing = false
  #parting = false
  #whenAtRest: (() => void)[] = []
  /** Called once, when the connection is lost or closed. */
  readonly endListeners = new Set<() => void>()
  readonly channelListeners = new Set<ChannelListener>()
  /** Who uses it now: another object each time that it comes back to its pool, so that what was made before is told apart. */
  lease: object = {}
  /** Prepared statements: their names by their texts. */
  readonly statements = new Map<string, string>()
  /** The transactions that are open, from the outermost inward. */
  readonly transactions: object[] = []
  #names = 0

  constructor(client: Client, where: string, settings: ConnectSettings) {
    this.#client = client
    this.where = where
    this.settings = settings
    client.connection.on("readyForQuery", this.#ready)
    client.on("error", (error) => this.#end(error))
    client.on("end", () => this.#end(undefined))
    client.on("notification", (notification) => {
      for (const listener of this.channelListeners) {
        if (listener.channel === notification.channel) listener.told(notification)
      }
    })
  }

  /** Whether nothing can be sent any more. */
  get ended(): boolean {
    return this.#ended !== null
  }

  get atRest(): boolean {
    return this.#current === null && this.#line.size === 0
  }

  /** `I`dle, in a `T`ransaction, or in one that has failed with an `E`rror. */
  get status(): "I" | "T" | "E" {
    return this.#client.getTransactionStatus() ?? "I"
  }

  get backend(): Backend {
    return this.#client as unknown as Backend // a client that is connected has all of it; its types leave out the last two
  }

  /** A name for a statement or portal that nobody else has on this connection. */
  newName(): string {
    this.#names += 1
    return `asyncio_${this.#names}`
  }

  /** Sends it when its turn has come; cancelled, it leaves the line, or is cancelled in the server. */
  exchange<T>(exchange: Exchange<T>, lease: object = this.lease): Coroutine<T> {
    return hostOperation(new Job(this, exchange, lease)) as Coroutine<T> // the exchange answers with a T
  }

  /** The same for nobody who waits: `told` is called with the error, or null. */
  inBackground(exchange: Exchange<unknown>, told: (error: unknown) => void): void {
    const job = new Job(this, exchange, this.lease)
    job.done = { returned: () => told(null), failed: told }
    if (this.#ended === null) this.enqueue(job)
    else told(this.#endedError(exchange.text))
  }

  /** Calls back once nothing is under way, or nothing can be any more: now, if that is so already. */
  whenAtRest(callback: () => void): void {
    if (this.atRest) callback()
    else this.#whenAtRest.push(callback)
  }

  /** Takes no more exchanges, waits for those in line, and says goodbye. */
  close(): Coroutine<void> {
    return hostOperation({
      name: "Connection.close",
      detail: this.where,
      start: (done: HostDone<void>) => {
        if (this.#ended !== null) {
          done.returned()
          return
        }
        this.#closing = true
        this.endListeners.add(() => done.returned())
        this.whenAtRest(() => this.sayGoodbye())
        return () => this.terminate()
      },
    })
  }

  /** Closes a connection that is at rest. */
  sayGoodbye(): void {
    if (this.#ended !== null || this.#parting) return
    this.#parting = true
    this.#closing = true
    this.#waitAtMost(this.settings.cancelTimeout)
    this.#client.end(() => this.#end(undefined))
  }

  /** Breaks the connection off at once. */
  terminate(reason?: Error): void {
    if (reason === undefined) this.#closing = true
    this.#client.connection.stream.destroy()
    this.#end(reason)
  }

  /** @throws if nothing can be sent, or not any more by who has this lease. */
  checkOpen(text: string, lease: object = this.lease): void {
    this.checkLease(lease)
    if (this.#ended !== null) throw this.#endedError(text)
    if (this.#closing) throw this.#closedError()
  }

  /** @throws RuntimeError if the connection was given back to its pool since. */
  checkLease(lease: object): void {
    if (lease !== this.lease) throw new RuntimeError("this connection was given back to its pool; acquire another")
  }

  /** Whether the server is working on it. */
  runs(job: Job): boolean {
    return job === this.#current
  }

  enqueue(job: Job): void {
    this.#line.append(job)
    if (this.#current === null) this.#next()
  }

  /** Nobody waits for `job` any more. */
  abandon(job: Job): void {
    if (job !== this.#current) {
      // A `ROLLBACK` that never came would leave its transaction to whoever is next.
      if (job.exchange.cancellable !== false) this.#line.remove(job)
      return
    }
    this.#waitAtMost(this.settings.cancelTimeout)
    if (job.exchange.cancellable !== false) this.#requestCancel(job)
  }

  #next(): void {
    for (let job = this.#line.first; job !== null; job = this.#line.first) {
      this.#line.remove(job)
      this.#current = job
      try {
        job.submit(this.#client)
        if (job.done === null) this.#waitAtMost(this.settings.cancelTimeout)
        return
      } catch (error) {
        // Nothing was sent, so the server will not say that it is ready.
        job.answered(error)
        this.#current = null
        job.tell()
      }
    }
    for (const callback of this.#whenAtRest.splice(0)) callback()
  }

  readonly #ready = (): void => {
    const job = this.#current
    if (job === null) return
    job.ready = true
    if (this.#stopRequest === null) this.#leaveCurrent(job)
  }

  #leaveCurrent(job: Job): void {
    this.#current = null
    this.#clearTimers()
    job.tell()
    this.#next()
  }

  #requestCancel(job: Job): void {
    this.#stopRequest = sendCancelRequest(this.backend, () => {
      this.#stopRequest = null
      if (this.#current !== job) return
      if (job.ready) this.#leaveCurrent(job)
      else this.#repeat = atRoot(() => setTimeout(() => this.#requestCancel(job), REPEAT * 1000))
    })
  }

  #waitAtMost(seconds: number): void {
    clearTimeout(this.#patience)
    this.#patience = atRoot(() =>
      setTimeout(() => this.terminate(new Error(`the server did not stop within ${seconds} s`)), seconds * 1000),
    )
  }

  #clearTimers(): void {
    clearTimeout(this.#patience)
    clearTimeout(this.#repeat)
    this.#patience = undefined
    this.#repeat = undefined
  }

  #end(reason: unknown): void {
    if (this.#ended !== null) return
    this.#ended = { reason, closed: this.#closing }
    this.#clearTimers()
    this.#stopRequest?.()
    this.#client.connection.stream.destroy()
    const jobs = [...(this.#current === null ? [] : [this.#current]), ...this.#line]
    this.#current = null
    for (const job of jobs) {
      this.#line.remove(job)
      // The server's own last word, such as that it shuts down, says more.
      if (!job.hasAnswer || job.succeeded) job.answered(this.#endedError(job.exchange.text), undefined, true)
      job.tell()
    }
    for (const callback of this.#whenAtRest.splice(0)) callback()
    for (const listener of this.endListeners) listener()
    this.endListeners.clear()
    this.forgetListeners()
  }

  /** Tells whoever listens that nothing more comes; true if there was anybody. */
  forgetListeners(): boolean {
    const had = this.channelListeners.size > 0
    for (const listener of this.channelListeners) listener.ended()
    this.channelListeners.clear()
    return had
  }

  /** Why nothing more can be sent, for whoever asks with `text`. */
  #endedError(text: string): Error {
    const { reason, closed } = this.#ended ?? { reason: undefined, closed: true }
    if (closed) return this.#closedError()
    const attempt = `the connection to PostgreSQL at ${this.where} was lost${text === "" ? "" : `, and '${shortly(text)}' with it`}`
    if (isServerError(reason)) return postgresError(reason, attempt)
    const known = osError(reason, attempt)
    if (known instanceof ConnectionError) return known
    const why = reason instanceof Error ? reason.message : "the server closed it"
    return new ConnectionResetError(`${attempt}: ${why}`, { cause: reason })
  }

  #closedError(): RuntimeError {
    return new RuntimeError(`this connection to PostgreSQL at ${this.where} is closed; connect again, or take another from the pool`)
  }
}

/** One exchange in the line of a session, with whoever waits for it. */
class Job implements HostWork<unknown>, Linked<Job> {
  previous: Job | null = null
  next: Job | null = null
  readonly exchange: Exchange<unknown>
  readonly #session: Session
  readonly #lease: object
  done: HostDone<unknown> | null = null
  /** The server is ready for the next. */
  ready = false
  #answer: { readonly value: unknown } | { readonly error: unknown } | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(session: Session, exchange: Exchange<unknown>, lease: object) {
    this.#session = session
    this.#lease = lease
    this.exchange = exchange
  }

  get name(): string {
    return this.exchange.name
  }

  get detail(): string {
    return shortly(this.exchange.text)
  }

  says(): string {
    const session = this.#session
    return `PostgreSQL at ${session.where}, ${session.runs(this) ? "" : "in line for "}'${this.detail}'`
  }

  get on(): object {
    return this.#session
  }

  get hasAnswer(): boolean {
    return this.#answer !== null
  }

  get succeeded(): boolean {
    return this.#answer !== null && "value" in this.#answer
  }

  start(done: HostDone<unknown>): () => void {
    this.#session.checkOpen(this.exchange.text, this.#lease)
    this.done = done
    this.#session.enqueue(this)
    return () => this.#giveUp()
  }

  submit(client: Client): void {
    const { statementTimeout } = this.#session.settings
    if (statementTimeout !== null && this.exchange.cancellable !== false) {
      this.#timer = atRoot(() => setTimeout(this.#late, statementTimeout * 1000))
    }
    this.exchange.submit(client, this.answered)
  }

  readonly answered = (error: unknown, value?: unknown, lost = false): void => {
    if (this.#answer !== null && !lost) return
    if (error === null || error === undefined) {
      this.#answer = { value }
    } else {
      const { text } = this.exchange
      this.#answer = { error: isServerError(error) ? postgresError(error, `'${shortly(text)}' failed`, text) : error }
    }
  }

  /** Tells whoever waits. */
  tell(): void {
    clearTimeout(this.#timer)
    const { done } = this
    const answer = this.#answer
    this.done = null
    if (done === null || answer === null) return
    if ("value" in answer) done.returned(answer.value)
    else done.failed(answer.error)
  }

  readonly #late = (): void => {
    const { done } = this
    if (done === null) return
    const { where, settings } = this.#session
    this.#giveUp()
    done.failed(new TimeoutError(`'${shortly(this.exchange.text)}' was cancelled: PostgreSQL at ${where} gave no answer within ${settings.statementTimeout} s`))
  }

  #giveUp(): void {
    clearTimeout(this.#timer)
    this.done = null
    this.#session.abandon(this)
  }
}
