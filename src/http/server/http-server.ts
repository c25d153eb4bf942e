import type { AddressInfo } from "node:net"
import { checkFunction, checkSeconds } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { osError } from "../../errors/os-errors.ts"
import { requestBy } from "../../core/ambient.ts"
import { coroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { createTask, getRunningLoop } from "../../core/running.ts"
import type { Resource } from "../../core/scheduler.ts"
import type { Task } from "../../core/task.ts"
import { Event } from "../../sync/event.ts"
import { explain } from "../../sync/primitive.ts"
import { shield } from "../../tasks/shield.ts"
import { moveOnAfter } from "../../tasks/timeouts.ts"
import { addressOf, listen, nodeServer, type NodeServer } from "./node-server.ts"
import { settingsOf, type ServeHandler, type ServeOptions, type Settings } from "./server-options.ts"
import { Traffic } from "./traffic.ts"
import { urlHost } from "./url-host.ts"

/** What `HttpServer.statistics` gives. */
export interface HttpServerStatistics {
  /** Connections that are open. */
  readonly connections: number
  /** Requests whose tasks run, or whose answers are on their way. */
  readonly inWork: number
  /** Requests that stand in line. */
  readonly queued: number
  /** Requests that were in work and are over: answered, or given up. */
  readonly served: number
  /** Requests that were told 503, since too many stood in line. */
  readonly refused: number
  /** Requests whose clients went before they had all of their answer. */
  readonly abandoned: number
}

/** Seconds that the last answers have to reach their clients once their tasks have ended. */
const LAST_WORDS = 0.5

/** What is there while a server is open. */
interface Open {
  readonly node: NodeServer
  readonly traffic: Traffic
  readonly address: string | AddressInfo
  /** Set when the server is to close. */
  readonly closing: Event
  /** Ends when the server is closed: also with the program, so that nothing keeps the process alive. */
  readonly keeper: Task<void>
}

/**
 * An HTTP server. `serve` starts one; `new HttpServer(handler, options).run(body)` serves for
 * as long as a body runs.
 *
 * Invariant: open from the end of `start` to the end of its keeper's task; after that no
 * task, socket or timer of it is left.
 *
 * @example For as long as a block
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { HttpServer } from "asyncio-ts/http"
 *
 * await asyncio.run(async () => {
 *   await new HttpServer(() => new Response("Masala")).run(async (server) => {
 *     const answer = await fetch(server.url)
 *     console.log(await answer.text()) // -> Masala
 *   })
 * })
 * ```
 */
export class HttpServer extends Shown {
  readonly #handler: ServeHandler
  readonly #settings: Settings
  #started = false
  #open: Open | null = null
  #gracePeriod: number

  /** @throws TypeError or RangeError for a handler or options that no server can go by. */
  constructor(handler: ServeHandler, options: ServeOptions = {}) {
    super()
    checkFunction(handler, "the handler of serve")
    this.#handler = handler
    this.#settings = settingsOf(options)
    this.#gracePeriod = this.#settings.gracePeriod
  }

  /**
   * Listens; clients can connect once it has resolved.
   *
   * Requests get a copy of the context variables that the code has which starts it.
   *
   * @throws OSError if the address cannot be had, SSLError if the certificate or key is none;
   * RuntimeError if it was started before.
   */
  start(): Coroutine<this> {
    return start(async () => {
      if (this.#started) throw new RuntimeError(`${this.toString()} was started before; make a new one`)
      this.#started = true
      const node = this.#node()
      const traffic = new Traffic(this.#handler, this.#settings, node)
      await listen(node, this.#settings)
      const address = node.address() as string | AddressInfo // it listens
      const closing = new Event()
      explain(closing, "HttpServer", () => `HTTP server ${urlOf(address, this.#settings)}, serving`, { on: this })
      const keeper = createTask(() => this.#keep(node, traffic, closing), { name: `HTTP server ${urlOf(address, this.#settings)}` })
      this.#open = { node, traffic, address, closing, keeper }
      return this
    })
  }

  /** Starts, runs `body`, and closes; gives the body's value. @throws what `start` and the body throw. */
  run<T>(body: (server: this) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of HttpServer.run")
    return runServer(async (): Promise<Awaited<T>> => {
      await this.start()
      try {
        return await body(this)
      } finally {
        await this.close()
      }
    }) as Coroutine<Awaited<T>> // it returns what the body does
  }

  /**
   * Waits until the server is closed. Cancelled, by Ctrl-C for example, it closes it as
   * `close` does: what is in work may finish.
   *
   * @throws RuntimeError before `start`; CancelledError once it has closed the server.
   */
  serveForever(): Coroutine<void> {
    return serveForever(async () => {
      const { keeper } = this.#opened("serve")
      try {
        await shield(keeper)
      } catch (error) {
        await this.close()
        throw error
      }
    })
  }

  /**
   * Closes: takes no more connections, gives the requests that are in work or in line time
   * to finish, then cancels them, and resolves when no task and no connection is left.
   * WebSockets are told at once that the server goes away.
   *
   * Cancelled, it gives no more time: everything is cancelled and cut off at once.
   *
   * @param options - `gracePeriod`: seconds, instead of those that the server was made with
   */
  close(options: { readonly gracePeriod?: number | undefined } = {}): Coroutine<void> {
    const { gracePeriod } = options
    if (gracePeriod !== undefined) checkSeconds(gracePeriod, "gracePeriod of HttpServer.close")
    return close(async () => {
      this.#started = true
      const open = this.#open
      if (open === null || open.keeper.done()) return
      if (gracePeriod !== undefined && !open.closing.isSet()) this.#gracePeriod = gracePeriod
      open.closing.set()
      try {
        await shield(open.keeper)
      } catch (error) {
        if (open.keeper.done()) return
        open.keeper.cancel("closing was cancelled")
        await shield(open.keeper).catch(ignoreCancelled)
        throw error
      }
    })
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  /** The port it listens on. @throws RuntimeError before `start`, and on a Unix socket. */
  get port(): number {
    const { address } = this.#opened("tell its port")
    if (typeof address === "string") throw new RuntimeError(`${this.toString()} listens on a Unix socket, which has no port`)
    return address.port
  }

  /** Where it is found, without a slash at the end; of a Unix socket `unix:` and its path. @throws RuntimeError before `start`. */
  get url(): string {
    return urlOf(this.#opened("tell its URL").address, this.#settings)
  }

  statistics(): HttpServerStatistics {
    const open = this.#open
    const none = { inWork: 0, queued: 0, served: 0, refused: 0, abandoned: 0 }
    return { connections: open?.traffic.sockets.size ?? 0, ...(open?.traffic.statistics() ?? none) }
  }

  toString(): string {
    const open = this.#open
    if (open === null) return "<HttpServer [not started]>"
    const { connections, inWork, queued } = this.statistics()
    if (open.keeper.done()) return `<HttpServer ${this.url} [closed]>`
    return `<HttpServer ${this.url} [connections:${connections}, inWork:${inWork}, queued:${queued}]>`
  }

  #opened(what: string): Open {
    if (this.#open === null) throw new RuntimeError(`a server that was not started cannot ${what}: await its start() first`)
    return this.#open
  }

  #node(): NodeServer {
    try {
      return nodeServer(this.#settings)
    } catch (error) {
      // Of a certificate or key that is none.
      throw osError(error, `cannot serve on ${addressOf(this.#settings)}`)
    }
  }

  /** Looks after the server from its start to its end. */
  async #keep(node: NodeServer, traffic: Traffic, closing: Event): Promise<void> {
    const { signal } = this.#settings
    const { resources } = getRunningLoop()
    const resource: Resource = { toString: () => this.toString(), abandon: () => cutOff(node, traffic) }
    resources.add(resource)
    const abort = (): void => closing.set()
    if (signal?.aborted === true) abort()
    else signal?.addEventListener("abort", abort, { once: true })
    try {
      await closing.wait()
      node.close()
      traffic.closing()
      await moveOnAfter(this.#gracePeriod).run(() => traffic.empty())
      traffic.cancel(requestBy("the server closes", "HttpServer.close"))
      await traffic.settled()
      await moveOnAfter(LAST_WORDS).run(() => traffic.empty())
    } finally {
      signal?.removeEventListener("abort", abort)
      traffic.cancel(requestBy("the server closes", "HttpServer.close"))
      cutOff(node, traffic)
      resources.delete(resource)
      await traffic.closed.wait()
      // The connections may be gone before the tasks have heard of it.
      await traffic.settled()
      await traffic.empty()
    }
  }
}

// Coroutines of a private name each, whose bodies stand in the class.
type Body<T> = () => Promise<T>
const start = coroutine("HttpServer.start", <T>(body: Body<T>) => body())
const runServer = coroutine("HttpServer.run", (body: Body<unknown>) => body())
const serveForever = coroutine("HttpServer.serveForever", (body: Body<void>) => body())
const close = coroutine("HttpServer.close", (body: Body<void>) => body())

function urlOf(address: string | AddressInfo, { tls }: Settings): string {
  if (typeof address === "string") return `unix:${address}`
  return `${tls === undefined ? "http" : "https"}://${urlHost(address.address)}:${address.port}`
}

function cutOff(node: NodeServer, traffic: Traffic): void {
  node.close()
  for (const socket of traffic.sockets) socket.destroy()
}

function ignoreCancelled(error: unknown): void {
  if (!(error instanceof CancelledError)) throw error
}
