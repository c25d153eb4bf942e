/**
 * One request on one connection, and its response as it arrives.
 */
import type { IncomingHttpHeaders } from "node:http"
import type { Dispatcher } from "undici"
import { hostOperation, type HostDone } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { atRoot } from "../../host/node.ts"
import { Alarm } from "./alarm.ts"
import { ConnectionGone, type Connection } from "./connection.ts"
import { ReadTimeout, RemoteProtocolError, type FailedRequest } from "./errors.ts"
import { exchangeError } from "./exchange-error.ts"
import { PieceQueue } from "./piece-queue.ts"
import type { Pool } from "./pool.ts"

/** How much of a body is held while nobody reads it; then the server has to wait. */
const HIGH_WATER = 256 * 1024
/** Interim responses (1xx) to one request; more are an attack. */
const INTERIM = 64

export interface ExchangeRequest extends FailedRequest {
  /** What stands in the first line: a path, or a whole URL for a proxy. */
  readonly path: string
  readonly headers: string[]
  readonly body: Dispatcher.DispatchOptions["body"]
}

/**
 * Invariants: it leaves its connection once, when the response has ended or the exchange has
 * failed; at most one line waits for news of it, and learns of each change.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly connection: Connection
  readonly request: ExchangeRequest
  readonly #pool: Pool
  readonly #readTimeout: number | null
  #controller: Dispatcher.DispatchController | null = null
  #waiter: HostDone<void> | null = null
  /** Of HTTP/1.1 the connection's, which carries nothing else meanwhile. */
  readonly #alarm: Alarm
  #interim = 0
  #left = false
  readonly #reused: boolean

  /** Whether the connection has begun to send it. */
  begun = false
  /** Whether the body is still being sent, piece by piece; meanwhile nothing can be expected of the server. */
  sending = false
  status = 0
  statusText = ""
  headers: IncomingHttpHeaders = {}
  ended = false
  /** Whether the server closed a connection that had served others, without a sign of this request. */
  lostUnseen = false
  failure: { readonly error: unknown } | null = null
  /** Bytes of the body that arrived. */
  received = 0
  readonly #pieces = new PieceQueue()
  #paused = false

  constructor(connection: Connection, pool: Pool, request: ExchangeRequest, readTimeout: number | null) {
    this.connection = connection
    this.request = request
    this.#pool = pool
    this.#readTimeout = readTimeout
    this.#reused = connection.served > 0
    this.#alarm = connection.capacity === 1 ? connection.alarm : new Alarm()
  }

  begin(): void {
    const { path, method, headers, body = null } = this.request
    const { client, capacity } = this.connection
    const options = { path, method, headers, body, blocking: false }
    // A stream of HTTP/2 would keep the frame of who sends for as long as it lives.
    if (capacity === 1) client.dispatch(options, this)
    else atRoot(() => client.dispatch(options, this))
  }

  /** Waits for the head of the response. */
  async head(): Promise<void> {
    const come = (): boolean => this.status !== 0 || this.failure !== null
    while (!come()) await this.#news("wait for the response", come)
    if (this.failure !== null) throw this.failure.error
  }

  /** The pieces that have arrived, or null at the end; waits for the first. */
  async read(): Promise<Buffer[] | null> {
    const come = (): boolean => this.#pieces.length > 0 || this.ended || this.failure !== null
    for (;;) {
      if (this.#pieces.length > 0) return this.#take()
      if (this.ended) return null
      if (this.failure !== null) throw this.failure.error
      await this.#news("read the response", come)
    }
  }

  /** What is left of the body, if all of it has arrived; else null. */
  rest(): Buffer[] | null {
    return this.ended ? this.#take() : null
  }

  /** Ends it at once unless it has ended; what still arrives is dropped. */
  abort(error: unknown): void {
    this.#fail(error)
  }

  /** The body has been sent: from now on the server is to do something. */
  sent(): void {
    this.sending = false
    this.#touch()
  }

  #news(name: string, come: () => boolean): Coroutine<void> {
    return hostOperation<void>({
      name,
      detail: this.request.url.host,
      says: () => `${this.request.method} ${this.request.url.href}, ${name}`,
      on: this,
      start: (done) => {
        // An await begins a microtask later: it may have come meanwhile.
        if (come()) {
          done.returned()
          return undefined
        }
        this.#waiter = done
        this.#touch()
        return () => {
          this.#waiter = null
          this.#alarm.lift()
          this.abort(new RemoteProtocolError("the request was cancelled", { request: this.request }))
        }
      },
    })
  }

  #take(): Buffer[] {
    const pieces = this.#pieces.takeAll()
    if (this.#paused) {
      this.#paused = false
      this.#controller?.resume()
    }
    return pieces
  }

  /** Something happened: the time that the server may be silent begins anew. */
  #touch(): void {
    if (this.#waiter === null || this.#readTimeout === null || this.sending) return
    this.#alarm.set(this.#readTimeout, this.#late)
  }

  readonly #late = (): void => {
    const what = this.status === 0 ? "no response" : `nothing more of the body after ${this.received} bytes`
    this.#fail(new ReadTimeout(`${what} within ${this.#readTimeout} s (timeout.read)`, { request: this.request }))
  }

  #tell(): void {
    const waiter = this.#waiter
    if (waiter === null) return
    this.#waiter = null
    this.#alarm.lift()
    waiter.returned()
  }

  #fail(error: unknown): void {
    if (this.ended || this.failure !== null) return
    this.failure = { error }
    if (this.connection.capacity === 1) this.connection.close()
    else this.#controller?.abort(error instanceof Error ? error : new Error("the request failed"))
    this.#leave()
    this.#tell()
  }

  #leave(): void {
    if (this.#left) return
    this.#left = true
    if (this.connection.capacity > 1) this.#alarm.stop()
    this.#pool.release(this.connection)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.begun = true
    this.#controller = controller
    // Cancelled while it stood in line for a stream of HTTP/2.
    if (this.failure !== null) controller.abort(new Error("the request was cancelled"))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders, statusText = ""): void {
    if (this.failure !== null) return
    if (status < 200) {
      this.#interim += 1
      if (this.#interim > INTERIM) this.#fail(new RemoteProtocolError(`more than ${INTERIM} interim responses came`, { request: this.request }))
      else this.#touch()
      return
    }
    this.status = status
    this.statusText = statusText
    this.headers = headers
    this.#tell()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.failure !== null) return
    this.#pieces.push(chunk)
    this.received += chunk.length
    if (this.#pieces.length > HIGH_WATER) {
      this.#paused = true
      controller.pause()
    }
    this.#tell()
  }

  onResponseEnd(): void {
    if (this.failure !== null) return
    this.ended = true
    this.connection.served += 1
    this.#leave()
    this.#tell()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.failure !== null || this.ended) return
    const gone = error instanceof ConnectionGone && !this.begun
    const { code = "" } = error as { code?: string }
    this.lostUnseen = this.status === 0 && this.#reused && ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(code)
    this.#fail(gone ? error : exchangeError(error, this, this.#pool.closed))
  }
}
