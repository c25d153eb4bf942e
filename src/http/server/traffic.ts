/**
 * The requests of a server: which are in work, which stand in line, and the connections that
 * they come by.
 */
import { ServerResponse, type IncomingMessage } from "node:http"
import type { ServerHttp2Session } from "node:http2"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { getRequestListener, type RequestError } from "@hono/node-server"
import { LinkedList } from "../../structures/linked-list.ts"
import { host, type ContextSnapshot } from "../../host/host.ts"
import { currentContext } from "../../core/ambient.ts"
import type { CancelRequest } from "../../core/cancel-request.ts"
import { Event } from "../../sync/event.ts"
import { explain } from "../../sync/primitive.ts"
import { wait } from "../../tasks/wait.ts"
import { refuse, tooBusy, tooLarge } from "../handler/node-response.ts"
import { RequestRunner } from "../handler/request-runner.ts"
import { hostDelay } from "../host-delay.ts"
import { declaresTooMuch, limitBody } from "./body-limit.ts"
import { Exchange, tellPipelined, type ExchangeServer } from "./exchange.ts"
import { FastResponse } from "./fast-response.ts"
import { linger } from "./linger.ts"
import type { Incoming, NodeServer, Outgoing } from "./node-server.ts"
import type { ServeHandler, Settings } from "./server-options.ts"
import { urlHost } from "./url-host.ts"
import { UpgradeOffer } from "./upgrade-offer.ts"

/** Seconds after which a client that was told 503 may ask again. */
const RETRY_AFTER = 1

type Listener = (incoming: Incoming, outgoing: Outgoing) => Promise<void>

/** Invariant: somebody stands in line only while `maxConcurrent` others are in work. */
export class Traffic implements ExchangeServer {
  readonly settings: Settings
  readonly handler: ServeHandler
  readonly runner = new RequestRunner()
  readonly context = currentContext().copy()
  readonly sockets = new Set<Socket>()
  /** Set once the port and every connection are closed. */
  readonly closed = new Event()
  readonly #snapshot: ContextSnapshot = host.capture()
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #inWork = new LinkedList<Exchange>()
  readonly #line = new LinkedList<Exchange>()
  readonly #empty = new Event()
  readonly #listener: Listener
  /** Whose request the adapter is at. */
  #current: Exchange | null = null
  #closing = false
  /** What is left is cancelled, and nothing more is begun. */
  #cancelled = false
  #portClosed = false
  #served = 0
  #refused = 0
  #abandoned = 0

  constructor(handler: ServeHandler, settings: Settings, server: NodeServer) {
    explain(this.closed, "HttpServer.close", () => `HTTP server, ${this.sockets.size} connections open`, { on: this })
    explain(this.#empty, "HttpServer.close", () => `HTTP server, ${this.#inWork.size} requests in work`, { on: this })
    this.handler = handler
    this.settings = settings
    this.#listener = getRequestListener((request) => (this.#current as Exchange).answer(request), {
      hostname: settings.path === undefined ? urlHost(settings.host) : "localhost", // of a client of HTTP/1.0, which need not name one
      overrideGlobalObjects: false,
      errorHandler: (error) => malformed(error as RequestError), // the handler's own errors do not come here
    })
    this.#listen(server)
  }

  /** How many are in work, wait, and came to what end. */
  statistics(): { inWork: number; queued: number; served: number; refused: number; abandoned: number } {
    return {
      inWork: this.#inWork.size,
      queued: this.#line.size,
      served: this.#served,
      refused: this.#refused,
      abandoned: this.#abandoned,
    }
  }

  adapt(exchange: Exchange): Promise<void> {
    this.#current = exchange
    return this.#listener(exchange.incoming, exchange.outgoing)
  }

  ended(exchange: Exchange, begun: boolean): void {
    if (exchange.left) this.#abandoned += 1
    if (begun) {
      this.#served += 1
      this.#inWork.remove(exchange)
      this.#next()
    } else {
      this.#line.remove(exchange)
    }
    if (this.#inWork.size === 0 && this.#line.size === 0) this.#empty.set()
  }

  /** Resolves when nothing is in work and nobody stands in line. */
  async empty(): Promise<void> {
    if (this.#inWork.size > 0 || this.#line.size > 0) {
      this.#empty.clear()
      await this.#empty.wait()
    }
  }

  /** Resolves when no task of a request is left. */
  async settled(): Promise<void> {
    const tasks = [...this.#inWork].flatMap(({ task }) => task ?? [])
    if (tasks.length > 0) await wait(tasks)
  }

  /** No connection is kept beyond the request that it is at. */
  closing(): void {
    this.#closing = true
    for (const exchange of this.#inWork) exchange.closing()
    for (const exchange of this.#line) exchange.closing()
    for (const session of this.#sessions) session.close()
  }

  /** Cancels what is in work, and refuses those in line. */
  cancel(request: CancelRequest): void {
    this.#cancelled = true
    for (const exchange of this.#line) refuse(exchange.outgoing)
    for (const exchange of this.#inWork) exchange.cancel(request)
  }

  #listen(server: NodeServer): void {
    const emitter = server as NodeJS.EventEmitter // the four classes type their events differently
    emitter.on("connection", (socket: Socket) => {
      this.sockets.add(socket)
      socket.once("close", () => {
        this.sockets.delete(socket)
        tellPipelined(socket)
        // The server says so itself a moment before its last socket does.
        if (this.sockets.size === 0 && this.#portClosed) this.closed.set()
      })
    })
    emitter.once("close", () => {
      this.#portClosed = true
      if (this.sockets.size === 0) this.closed.set()
    })
    emitter.on("session", (session: ServerHttp2Session) => {
      this.#sessions.add(session)
      session.once("close", () => this.#sessions.delete(session))
      const { keepAliveTimeout } = this.settings
      // Node closes idle connections of HTTP/1 itself, and leaves those of HTTP/2 alone.
      if (keepAliveTimeout !== Infinity) session.setTimeout(hostDelay(keepAliveTimeout))
      session.on("timeout", () => this.#idle(session))
    })
    // Without a listener Node tells the client to go on before anybody has looked at the length.
    emitter.on("checkContinue", (incoming: Incoming, outgoing: Outgoing) => {
      if (!declaresTooMuch(incoming, this.settings.maxBodySize)) outgoing.writeContinue()
      this.#arrived(incoming, outgoing)
    })
    emitter.on("request", (incoming: Incoming, outgoing: Outgoing) => this.#arrived(incoming, outgoing))
    emitter.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(incoming, socket as Socket, head))
    // Of a client that speaks no TLS: nobody's fault here, and the socket is closed.
    emitter.on("tlsClientError", () => undefined)
  }

  /** Nothing has come or gone on `session` for a while. */
  #idle(session: ServerHttp2Session): void {
    for (const { incoming } of this.#inWork) if ("stream" in incoming && incoming.stream.session === session) return
    session.close()
  }

  #arrived(incoming: Incoming, outgoing: Outgoing): void {
    // A Request of these has no body, whatever the client sends.
    if (incoming.method !== "GET" && incoming.method !== "HEAD") {
      const { maxBodySize } = this.settings
      if (declaresTooMuch(incoming, maxBodySize)) {
        tooLarge(outgoing)
        linger(incoming)
        return
      }
      // What has a length is held to it by Node.
      if (incoming.headers["content-length"] === undefined) limitBody(incoming, maxBodySize)
    }
    this.#admit(new Exchange(this, incoming, outgoing))
  }

  #admit(exchange: Exchange): void {
    if (this.#closing) exchange.closing()
    if (this.#cancelled) {
      refuse(exchange.outgoing)
    } else if (this.#inWork.size < this.settings.maxConcurrent) {
      this.#inWork.append(exchange)
      exchange.begin(true)
    } else if (this.#line.size < this.settings.backlog) {
      this.#line.append(exchange)
    } else {
      this.#refused += 1
      tooBusy(exchange.outgoing, RETRY_AFTER)
    }
  }

  #next(): void {
    const { first } = this.#line
    if (first === null || this.#cancelled || this.#inWork.size >= this.settings.maxConcurrent) return
    this.#line.remove(first)
    this.#inWork.append(first)
    // It was another request that ended, and this is its context.
    this.#snapshot.run(beginExchange, first)
  }

  /** A request to speak another protocol: a request like others, until its handler agrees. */
  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const outgoing = new ServerResponse(incoming)
    outgoing.shouldKeepAlive = false
    outgoing.assignSocket(socket)
    outgoing.once("finish", () => {
      outgoing.detachSocket(socket)
      socket.destroySoon()
      outgoing.emit("close")
    })
    // Node listens no more; an error closes the socket, and that is heard.
    socket.on("error", () => undefined)
    const offer = new UpgradeOffer(incoming, outgoing, socket, head)
    // Nor to the end, with which a client of HTTP has gone.
    socket.once("end", () => {
      if (!offer.taken && !outgoing.writableEnded) socket.destroy()
    })
    this.#admit(new Exchange(this, incoming, outgoing, offer))
  }
}

function beginExchange(exchange: Exchange): void {
  exchange.begin(false)
}

function malformed(error: RequestError): Response {
  return new FastResponse(`Bad Request: ${error.message}`, { status: 400 })
}
