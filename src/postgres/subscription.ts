import type { Notification as PgNotification } from "pg"
import { escapeIdentifier } from "pg"
import { checkInteger, describe } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { QueueFull, QueueShutDown } from "../errors/queue-errors.ts"
import { whileHostWorks } from "../io/while-host-works.ts"
import { explain } from "../sync/primitive.ts"
import { Queue } from "../sync/queue.ts"
import { control } from "./control.ts"
import type { ChannelListener, Session } from "./session.ts"

/** What `NOTIFY` sent. */
export interface Notification {
  readonly channel: string
  /** Empty if there was none. */
  readonly payload: string
  /** The server's process that sent it; see `Connection.processId`. */
  readonly processId: number
}

/** How notifications are kept until they are taken. */
export interface ListenOptions {
  /** How many are kept at most; when more come, the subscription ends with QueueFull. 10,000 by default, 0 for no limit. */
  readonly maxsize?: number | undefined
}

/**
 * The notifications of a channel, from `LISTEN` on; made by `Connection.listen`.
 *
 * `for await` over it ends when it is closed, and closes it when it is left.
 */
export class Subscription extends Shown implements AsyncIterable<Notification>, ChannelListener {
  readonly channel: string
  readonly #session: Session
  readonly #queue: Queue<Notification>
  /** Why it ended, if not by `close`. */
  #failure: (() => Promise<never>) | null = null
  #closed = false

  constructor(session: Session, channel: string, maxsize: number) {
    super()
    this.channel = channel
    this.#session = session
    this.#queue = new Queue(maxsize, { name: channel })
    session.channelListeners.add(this)
    explain(this.#queue, "Subscription.get", () => `PostgreSQL at ${session.where}, a notification on channel '${channel}'`, { on: this })
  }

  toString(): string {
    return `<Subscription '${this.channel}' [${this.#closed ? "closed" : "open"}, notifications:${this.#queue.qsize()}]>`
  }

  /**
   * The next notification, waiting for one if necessary.
   *
   * @throws ConnectionError when the connection is lost; QueueFull when more came than are
   * kept; RuntimeError when it is closed: each after the notifications that are left.
   * @throws CancelledError if the task is cancelled first; no notification is lost.
   */
  get(): Coroutine<Notification> {
    return new BodyCoroutine("Subscription.get", async () => {
      try {
        return await whileHostWorks(() => this.#queue.get())
      } catch (error) {
        if (!(error instanceof QueueShutDown)) throw error
        if (this.#failure !== null) return this.#failure()
        throw new RuntimeError(`the subscription to '${this.channel}' is closed`)
      }
    })
  }

  /** Tells the server that nobody listens any more. Nothing happens when it is closed. */
  close(): Coroutine<void> {
    return new BodyCoroutine<void>("Subscription.close", async () => {
      if (!this.#release() || this.#session.ended || this.#othersListen()) return
      await this.#session.exchange(control("Subscription.close", `UNLISTEN ${escapeIdentifier(this.channel)}`))
    })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Notification, void, undefined> {
    try {
      for (;;) {
        if (this.#closed && this.#failure === null && this.#queue.empty()) return
        yield await this.get()
      }
    } catch (error) {
      if (!(this.#closed && this.#failure === null && error instanceof RuntimeError)) throw error
    } finally {
      await this.close()
    }
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  #release(): boolean {
    if (this.#closed) return false
    this.#closed = true
    this.#session.channelListeners.delete(this)
    this.#queue.shutdown()
    return true
  }

  #othersListen(): boolean {
    return [...this.#session.channelListeners].some(({ channel }) => channel === this.channel)
  }

  told({ channel, payload = "", processId }: PgNotification): void {
    if (!this.#queue.full()) {
      this.#queue.putNowait({ channel, payload, processId })
      return
    }
    const { maxsize } = this.#queue
    this.#failure = async () => {
      throw new QueueFull(`notifications of '${channel}' were lost: more than ${maxsize} came before they were taken; take them faster, or raise maxsize`)
    }
    this.leave()
  }

  /** Closes it without waiting for the server. */
  leave(): void {
    if (!this.#release() || this.#session.ended || this.#othersListen()) return
    this.#session.inBackground(control("Subscription.close", `UNLISTEN ${escapeIdentifier(this.channel)}`), () => {})
  }

  ended(): void {
    const session = this.#session
    this.#failure = async () => {
      session.checkOpen(`LISTEN ${this.channel}`)
      throw new RuntimeError(`the subscription to '${this.channel}' ended when its connection went back to the pool; close it before, or listen on one of connect(…)`)
    }
    this.#release()
  }
}

/** Of an identifier, in bytes of UTF-8; see NAMEDATALEN of PostgreSQL. */
const LONGEST_NAME = 63

/** Begins to listen; the subscription holds what comes from now on. */
export function subscribe(session: Session, channel: string, { maxsize = 10_000 }: ListenOptions = {}): Coroutine<Subscription> {
  if (typeof channel !== "string" || channel === "") throw new TypeError(`listen takes the name of a channel, not ${describe(channel)}`)
  const length = Buffer.byteLength(channel)
  // The server would listen on a shorter one, and its notifications would reach nobody.
  if (length > LONGEST_NAME) throw new RangeError(`the name of a channel has at most ${LONGEST_NAME} bytes, and ${describe(channel)} has ${length}`)
  checkInteger(maxsize, "maxsize of a subscription", 0)
  const { lease } = session
  return new BodyCoroutine("Connection.listen", async () => {
    session.checkOpen(`LISTEN ${channel}`, lease)
    const subscription = new Subscription(session, channel, maxsize)
    try {
      await session.exchange(control("Connection.listen", `LISTEN ${escapeIdentifier(channel)}`), lease)
    } catch (error) {
      // A task that was cancelled may listen already.
      subscription.leave()
      throw error
    }
    return subscription
  })
}
