import type { WebSocket as Ws } from "ws"
import { describe } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import { QueueShutDown } from "../../errors/queue-errors.ts"
import { atRoot } from "../../host/node.ts"
import { coroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import type { Resource, Scheduler } from "../../core/scheduler.ts"
import { hostOperation } from "../../core/host-operation.ts"
import { explain } from "../../sync/primitive.ts"
import { Queue } from "../../sync/queue.ts"
import { hostDelay } from "../host-delay.ts"
import { isNormal, WebSocketClosedError } from "./web-socket-closed-error.ts"
import type { WebSocketSettings } from "./web-socket-options.ts"

/** Bytes that may wait to be sent before `send` waits, too. */
const HIGH_WATER = 65_536
const GOING_AWAY = 1001

/**
 * One end of a WebSocket: what `upgradeWebSocket` gives to its function, and what
 * `connectWebSocket` opens.
 *
 * Text arrives as strings, all else as Buffers. `for await (const message of socket)` ends
 * when the peer closes as it should.
 *
 * Invariant: once closed, no timer and no listener of it is left; what had arrived before can
 * still be received.
 */
export class WebSocket extends Shown implements Resource {
  readonly #ws: Ws
  readonly #settings: WebSocketSettings
  readonly #loop: Scheduler
  readonly #received = new Queue<string | Buffer>()
  #paused = false
  #pinging: NodeJS.Timeout | undefined
  /** A ping is on its way. */
  #unanswered = false
  #closed: { readonly code: number; readonly reason: string } | undefined
  /** Told once when it is closed, with whether somebody waited for a message. */
  #whenClosed: ((told: boolean) => void) | undefined

  /** For this library: `ws` is open. */
  constructor(ws: Ws, settings: WebSocketSettings, loop: Scheduler) {
    super()
    this.#ws = ws
    this.#loop = loop
    loop.resources.add(this)
    this.#settings = settings
    explain(this.#received, "WebSocket.receive", () => "WebSocket, a message", { on: this })
    ws.on("message", (data, isBinary) => this.#arrived(data as Buffer, isBinary)) // as its binaryType says
    ws.on("pong", () => (this.#unanswered = false))
    ws.on("close", (code, reason) => this.#over(code, reason.toString()))
    // It closes then, which says all there is to say.
    ws.on("error", () => undefined)
    const { pingInterval } = settings
    if (pingInterval !== Infinity) this.#pinging = atRoot(() => setInterval(() => this.#keepAlive(), hostDelay(pingInterval)))
  }

  /** The protocol that both ends speak; empty if none was agreed on. */
  get protocol(): string {
    return this.#ws.protocol
  }

  /** What was said at the close; undefined while it is open. */
  get closeCode(): number | undefined {
    return this.#closed?.code
  }

  get closeReason(): string | undefined {
    return this.#closed?.reason
  }

  /**
   * Sends a message, and waits while much is on its way to a peer that reads slowly.
   *
   * Cancelled while it waits, the message is sent all the same.
   *
   * @throws WebSocketClosedError if it is closed; TypeError at the call for what is neither
   * a string nor bytes.
   */
  send(message: string | Uint8Array): Coroutine<void> {
    if (typeof message !== "string" && !(message instanceof Uint8Array)) {
      throw new TypeError(`WebSocket.send takes a string or a Uint8Array, not ${describe(message)}`)
    }
    const ws = this.#ws
    return hostOperation<void>({
      name: "WebSocket.send",
      says: () => "WebSocket, sending",
      on: this,
      start: (done) => {
        if (ws.readyState !== ws.OPEN) {
          done.failed(this.#closedError("send"))
          return
        }
        ws.send(message, (error) => {
          if (error === undefined || error === null) done.returned()
          else done.failed(this.#closedError("send"))
        })
        if (ws.bufferedAmount <= HIGH_WATER) done.returned()
      },
    })
  }

  /**
   * Waits for the next message.
   *
   * @throws WebSocketClosedError once it is closed and all messages are received. Cancelled,
   * no message is lost.
   */
  receive(): Coroutine<string | Buffer> {
    return receive(this)
  }

  /** The next message; undefined once it is closed. */
  async #next(): Promise<string | Buffer | undefined> {
    try {
      const message = await this.#received.get()
      if (this.#paused && this.#received.qsize() <= this.#settings.maxQueued / 2) {
        this.#paused = false
        this.#unanswered = false
        this.#ws.resume()
      }
      return message
    } catch (error) {
      if (error instanceof QueueShutDown) return undefined
      throw error
    }
  }

  /** Messages until the peer closes. @throws WebSocketClosedError if the connection was lost, or closed for a fault. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string | Buffer, void, undefined> {
    for (;;) {
      const message = await this.#next()
      if (message !== undefined) {
        yield message
      } else {
        if (isNormal(this.#closed?.code ?? 1006)) return
        throw this.#closedError("receive")
      }
    }
  }

  /** @internal What `receive` runs. */
  static async receiveOne(socket: WebSocket): Promise<string | Buffer> {
    const message = await socket.#next()
    if (message === undefined) throw socket.#closedError("receive")
    return message
  }

  /**
   * Asks the peer whether it is there. @returns the seconds until it has answered
   * @throws WebSocketClosedError if it is closed before.
   */
  ping(): Coroutine<number> {
    const ws = this.#ws
    return hostOperation<number>({
      name: "WebSocket.ping",
      says: () => "WebSocket, an answer to a ping",
      on: this,
      start: (done) => {
        if (ws.readyState !== ws.OPEN) {
          done.failed(this.#closedError("ping"))
          return undefined
        }
        const sent = performance.now()
        const stop = (): void => {
          ws.off("pong", answered)
          ws.off("close", closed)
        }
        const answered = (): void => {
          stop()
          done.returned((performance.now() - sent) / 1000)
        }
        const closed = (): void => {
          stop()
          done.failed(this.#closedError("ping"))
        }
        ws.on("pong", answered)
        ws.on("close", closed)
        ws.ping()
        return stop
      },
    })
  }

  /**
   * Closes: tells the peer, and waits until it has done the same, at most for `closeTimeout`
   * seconds; then it is cut off. Does nothing when it is closed. Cancelled, it cuts it off.
   *
   * @param code - 1000 for an ordinary close; 1001 to 1014 have meanings of their own, 3000
   * to 4999 are the program's
   * @throws RangeError at the call for another code, or a reason of more than 123 bytes.
   */
  close(code = 1000, reason = ""): Coroutine<void> {
    const allowed = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
    if (!Number.isInteger(code) || !allowed) {
      throw new RangeError(`a WebSocket is closed with a code from 1000 to 1014 (but 1004 to 1006) or from 3000 to 4999, not with ${code}`)
    }
    if (Buffer.byteLength(reason) > 123) throw new RangeError(`the reason for closing a WebSocket takes at most 123 bytes, not ${Buffer.byteLength(reason)}`)
    const ws = this.#ws
    return hostOperation<void>({
      name: "WebSocket.close",
      says: () => "WebSocket, closing",
      on: this,
      start: (done) => {
        if (this.#closed !== undefined) {
          done.returned()
          return undefined
        }
        const over = (): void => {
          clearTimeout(timer)
          done.returned()
        }
        const { closeTimeout } = this.#settings
        const timer = closeTimeout === Infinity ? undefined : atRoot(() => setTimeout(() => ws.terminate(), hostDelay(closeTimeout)))
        ws.once("close", over)
        // What lies unread would keep the peer's own close from being read.
        ws.resume()
        ws.close(code, reason)
        return () => {
          clearTimeout(timer)
          ws.off("close", over)
          ws.terminate()
        }
      },
    })
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  /** For its event loop, which is closed. */
  abandon(): void {
    clearInterval(this.#pinging)
    this.#ws.terminate()
  }

  toString(): string {
    const closed = this.#closed
    return `<WebSocket ${closed === undefined ? `[open, received:${this.#received.qsize()}]` : `[closed ${closed.code}]`}>`
  }

  /** @internal Calls `callback` when it is closed, with whether a waiting `receive` was told. */
  static whenClosed(socket: WebSocket, callback: (told: boolean) => void): void {
    if (socket.#closed === undefined) socket.#whenClosed = callback
    else callback(false)
  }

  /** @internal Ends the connection without a word. */
  static cutOff(socket: WebSocket): void {
    socket.#ws.terminate()
  }

  /** @internal Tells the peer that this end goes away, and waits for nothing. */
  static goAway(socket: WebSocket): void {
    const ws = socket.#ws
    if (ws.readyState === ws.OPEN) ws.close(GOING_AWAY, "the server closes")
  }

  #arrived(data: Buffer, isBinary: boolean): void {
    if (this.#received.qsize() + 1 >= this.#settings.maxQueued && !this.#paused) {
      this.#paused = true
      this.#ws.pause()
    }
    this.#received.putNowait(isBinary ? data : data.toString())
  }

  #over(code: number, reason: string): void {
    if (this.#closed !== undefined) return
    this.#closed = { code, reason }
    clearInterval(this.#pinging)
    this.#loop.resources.delete(this)
    const told = this.#received.statistics().gettersWaiting > 0
    this.#received.shutdown()
    this.#whenClosed?.(told)
  }

  #keepAlive(): void {
    // An answer may lie behind what nobody has received yet.
    if (this.#unanswered && !this.#paused) {
      this.#ws.terminate()
    } else {
      this.#unanswered = true
      this.#ws.ping()
    }
  }

  #closedError(attempt: string): WebSocketClosedError {
    return new WebSocketClosedError(attempt, this.#closed?.code ?? 1006, this.#closed?.reason ?? "it is being closed")
  }
}

const receive = coroutine("WebSocket.receive", WebSocket.receiveOne)
