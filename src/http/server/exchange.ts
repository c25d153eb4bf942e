/**
 * One request and its answer.
 */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { describe, isThenable } from "../../structures/arguments.ts"
import type { Linked } from "../../structures/linked-list.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { ConnectionError } from "../../errors/os-errors.ts"
import { cancelFor, listen, Relay, type Listener } from "../../core/future.ts"
import type { CancelRequest } from "../../core/cancel-request.ts"
import type { ContextValues } from "../../core/context.ts"
import type { Task } from "../../core/task.ts"
import { fail, refuse } from "../handler/node-response.ts"
import { clientGone, requestName, type RequestRunner } from "../handler/request-runner.ts"
import { hostDelay } from "../host-delay.ts"
import { BodyTooLargeError } from "./body-limit.ts"
import { FastResponse } from "./fast-response.ts"
import { linger } from "./linger.ts"
import type { Incoming, Outgoing } from "./node-server.ts"
import { RequestConnection } from "./request-connection.ts"
import { sendStream } from "./send-stream.ts"
import { offerUpgrade, type UpgradeOffer } from "./upgrade-offer.ts"
import type { ServeHandler, Settings } from "./server-options.ts"

/** What an exchange needs of its server. */
export interface ExchangeServer {
  readonly runner: RequestRunner
  readonly settings: Settings
  readonly handler: ServeHandler
  readonly context: ContextValues
  /** Calls the handler through the adapter, which gives it to `exchange.answer`. */
  adapt(exchange: Exchange): Promise<void>
  /** The task has ended, and the answer has gone out or the client has. */
  ended(exchange: Exchange, begun: boolean): void
}

const exchangeOf: unique symbol = Symbol("exchange")

/**
 * Invariants: it has a task from `begin` on; `ended` is told once, when the task is done and
 * the connection no longer needed for it.
 */
export class Exchange implements Linked<Exchange>, Listener {
  readonly incoming: Incoming
  readonly outgoing: Outgoing
  previous: Exchange | null = null
  next: Exchange | null = null
  /** Whether the client went before it had its answer. */
  left = false
  readonly #server: ExchangeServer
  readonly #offer: UpgradeOffer | undefined
  #state: "waiting" | "begun" | "over" = "waiting"
  #task: Task<unknown> | null = null
  #closed = false
  #failure: unknown

  constructor(server: ExchangeServer, incoming: Incoming, outgoing: Outgoing, offer?: UpgradeOffer) {
    this.#server = server
    this.#offer = offer
    this.incoming = incoming
    this.outgoing = outgoing
    const carrier = outgoing as Outgoing & { [exchangeOf]?: Exchange } // a listener for all of them finds it there
    carrier[exchangeOf] = this
    outgoing.on("close", tellClosed)
    // Node 22 tells an answer that has yet to get its connection nothing of that one's end.
    if (incoming.httpVersionMajor === 1 && outgoing.socket === null) pipelinedOn(incoming.socket).add(this)
  }

  get name(): string {
    return requestName(this.incoming.method, this.incoming.url)
  }

  /** Whether its task has yet to be made. */
  get waiting(): boolean {
    return this.#state === "waiting"
  }

  get task(): Task<unknown> | null {
    return this.#task
  }

  /**
   * Makes the task.
   *
   * @param here - starts it at once, which spares a handler that waits for nothing two rounds
   * of the loop's; not where other code of the loop's is on the stack
   */
  begin(here: boolean): void {
    const { runner, context } = this.#server
    this.#state = "begun"
    try {
      const task = runner.start(() => this.#work(), { name: this.name, context: context.copy(), eagerStart: here })
      this.#task = task
      if (task.done()) this.futureDone()
      else task[listen](this)
    } catch (error) {
      // The program ends.
      if (!(error instanceof CancelledError)) throw error
      refuse(this.outgoing)
      if (this.#closed) this.#end()
    }
  }

  /** Cancels the task. A second request would only end the clean-up that the first one began. */
  cancel(request: CancelRequest): void {
    if (this.#task?.cancelling() === 0) this.#task[cancelFor](request)
  }

  /** The server is about to close: the connection is not kept for another request. */
  closing(): void {
    this.#offer?.whenClosing?.()
    const outgoing = this.outgoing as { shouldKeepAlive?: boolean } // HTTP/2 has none
    if (!this.outgoing.headersSent) outgoing.shouldKeepAlive = false
  }

  /** The connection has gone, or was given back. */
  closed(): void {
    if (this.#closed) return
    this.#closed = true
    const task = this.#task
    // HTTP/2 calls an answer finished that was cut off.
    if (!this.#taken && !(this.outgoing.writableEnded && this.outgoing.writableFinished)) this.left = true
    if (!this.left && !this.#taken && !this.incoming.complete) linger(this.incoming)
    if (task === null || task.done()) this.#end()
    else if (this.left && task.cancelling() === 0) clientGone(task)
  }

  /** Whether another protocol has the connection. */
  get #taken(): boolean {
    return this.#offer?.taken === true
  }

  #end(): void {
    if (this.#state === "over") return
    const begun = this.#state === "begun"
    this.#state = "over"
    pipelined.get(this.incoming.socket)?.delete(this)
    this.#server.ended(this, begun)
  }

  /** What the adapter sends for the request. */
  answer(request: Request): Response | Promise<Response> {
    const { url = "/" } = this.incoming
    // The adapter gives such a Request, which the platform refuses to make of it later.
    if (!url.startsWith("/") && CREDENTIALS.test(url)) return new FastResponse("Bad Request: Invalid absolute URL", { status: 400 })
    let answer: Response | PromiseLike<Response>
    if (this.#offer !== undefined) offerUpgrade(request, this.#offer)
    try {
      answer = this.#server.handler(request, new RequestConnection(this.incoming))
    } catch (error) {
      return this.#failed(error, request)
    }
    if (isThenable(answer)) return this.#later(answer, request)
    return answer instanceof Response && FastResponse.isWhole(answer) ? answer : this.#later(answer, request)
  }

  async #later(answer: Response | PromiseLike<Response>, request: Request): Promise<Response> {
    try {
      const response = await answer
      return response instanceof Response && FastResponse.isWhole(response) ? response : await this.#sent(response)
    } catch (error) {
      return this.#failed(error, request)
    }
  }

  /** What is left for the adapter to send. */
  #sent(response: unknown): Response | Promise<Response> {
    if (!(response instanceof Response)) {
      throw new TypeError(`the handler of ${this.name} gave ${describe(response)}; return a Response`)
    }
    if (response.status < 200) throw new TypeError(`the handler of ${this.name} gave a Response with status ${response.status}, which cannot be sent`)
    if (response === RESPONSE_ALREADY_SENT || FastResponse.isWhole(response) || response.body === null) return response
    return this.#stream(response)
  }

  async #stream(response: Response): Promise<Response> {
    await sendStream(response, this.outgoing, this.#server.settings.sendTimeout)
    return RESPONSE_ALREADY_SENT
  }

  async #failed(error: unknown, request: Request): Promise<Response> {
    this.#failure = error
    const { outgoing } = this
    if (error instanceof CancelledError || ((this.left || outgoing.destroyed) && isOfConnection(error))) return RESPONSE_ALREADY_SENT
    if (outgoing.headersSent) {
      this.#report(error)
      fail(outgoing)
      return RESPONSE_ALREADY_SENT
    }
    if (error instanceof BodyTooLargeError) return new FastResponse("Content Too Large", { status: 413 })
    const { onError } = this.#server.settings
    try {
      const answer = await onError?.(error, request)
      if (answer !== undefined) return await this.#sent(answer)
      this.#report(error)
    } catch (failure) {
      this.#report(error)
      if (!(failure instanceof CancelledError)) this.#report(failure)
    }
    fail(outgoing)
    return RESPONSE_ALREADY_SENT
  }

  #report(error: unknown): void {
    this.#server.runner.report(this.name, error)
  }

  async #work(): Promise<void> {
    await this.#server.adapt(this)
    // So that the task ends as what it is.
    if (this.#failure instanceof CancelledError) throw this.#failure
  }

  /** The task is done; its frame has yet to end, so nobody's code is called here. */
  futureDone(): void {
    const task = this.#task as Task<unknown> // whoever tells this is it
    if (task.cancelled() || task.exception() !== undefined || !this.outgoing.writableEnded || !this.incoming.complete) {
      new Relay(task, () => this.#tidy(task))
    } else if (this.#closed) {
      this.#end()
    } else {
      this.#giveTime()
    }
  }

  #tidy(task: Task<unknown>): void {
    const { incoming, outgoing } = this
    // Code that was left behind may still read the body, which will never be whole.
    if (!incoming.complete && incoming.listenerCount("error") > 0) {
      incoming.emit("error", new CancelledError("the request is over", { requestedBy: "the HTTP server" }))
    }
    if (!task.cancelled()) {
      const error = task.exception()
      if (error !== undefined) this.#report(error)
    }
    if (!this.#taken && !outgoing.writableEnded && !outgoing.destroyed) {
      if (task.cancelled()) refuse(outgoing)
      else fail(outgoing)
    }
    if (this.#closed) this.#end()
    else this.#giveTime()
  }

  /** An answer that the client does not take is not kept for ever. */
  #giveTime(): void {
    const { sendTimeout } = this.#server.settings
    const { outgoing } = this
    if (this.#taken || outgoing.writableLength === 0 || sendTimeout === Infinity) return
    outgoing.setTimeout(hostDelay(sendTimeout), () => {
      // Node 22 calls an answer finished whose connection is gone.
      this.left = true
      outgoing.destroy()
    })
    // The connection's own time, which must not run on for the next request. First, since Node
    // then sets the one for an idle connection.
    outgoing.prependOnceListener("finish", () => outgoing.setTimeout(0))
  }
}

/** Requests that came while an earlier one of their connection was in work. */
const pipelined = new WeakMap<object, Set<Exchange>>()

function pipelinedOn(socket: object): Set<Exchange> {
  const all = pipelined.get(socket) ?? new Set()
  pipelined.set(socket, all)
  return all
}

/** The connection has gone, with all requests on it. */
export function tellPipelined(socket: object): void {
  for (const exchange of pipelined.get(socket) ?? []) exchange.closed()
}

function tellClosed(this: object): void {
  ;(this as { [exchangeOf]?: Exchange })[exchangeOf]?.closed() // the constructor has put it there
}

/** What a body's reader is told when the client goes in the midst of it, and what a signal is aborted with. */
function isOfConnection(error: unknown): boolean {
  if (error instanceof ConnectionError) return true
  const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown } // any error may have them
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || name === "AbortError" || message === CLOSED
}

/** A request for an absolute URL that names a user. */
const CREDENTIALS = /^https?:\/\/[^/?#]*@/i

/** In the words of the adapter. */
const CLOSED = "Client connection prematurely closed."
