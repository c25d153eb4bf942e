import { hostOperation } from "../../core/host-operation.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { TimeoutError } from "../../errors/timeout-error.ts"
import type { AbortSignalLike } from "../../host/host.ts"
import { Shown } from "../../structures/shown.ts"
import { timeout, type Timeout } from "../../tasks/timeouts.ts"
import { waitFor } from "../../tasks/wait-for.ts"
import { settingsOf, type ClientOptions, type ClientSettings } from "./client-options.ts"
import { ClientCookies } from "./cookies.ts"
import { TotalTimeout } from "./errors.ts"
import { checkReplayable } from "./redirect.ts"
import { ClientRequest, type RequestOptions } from "./request.ts"
import { RequestCycle, type Again } from "./request-cycle.ts"
import { close, type Response } from "./response.ts"
import { ResponseStream } from "./response-stream.ts"
import { Transport } from "./transport.ts"
import type { CookieJar } from "tough-cookie"

/** What `Client.statistics` gives. */
export interface ClientStatistics {
  /** Open ones, the idle ones included. */
  readonly connections: number
  readonly idle: number
  readonly connecting: number
  /** Requests that wait for a connection. */
  readonly waiting: number
}

/**
 * An HTTP client with connections of its own, as httpx has it.
 *
 * Each request is a coroutine. Cancelled, it stops at once: its connection is closed (of
 * HTTP/2: its stream), and nothing of it is left. Close the client when it is no longer needed.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import * as http from "asyncio-ts/http"
 * import { createServer } from "node:http"
 *
 * const server = createServer((request, response) => response.end(JSON.stringify({ path: request.url })))
 * await new Promise<void>((resolve) => server.listen(0, resolve))
 * const { port } = server.address() as { port: number }
 *
 * await asyncio.run(async () => {
 *   const client = new http.Client({ baseUrl: `http://127.0.0.1:${port}/api`, timeout: 10 })
 *   const response = await client.get("/tea", { query: { kind: "masala" } })
 *   console.log(response.status, await response.json()) // -> 200 { path: '/api/tea?kind=masala' }
 *   await client.close()
 * })
 * server.close()
 * ```
 *
 * @see https://www.python-httpx.org/api/#client
 */
export class Client extends Shown {
  readonly #settings: ClientSettings
  readonly #transport: Transport
  readonly #cookies: ClientCookies
  readonly #cycle: RequestCycle
  #closed: boolean = false

  /** @throws TypeError or RangeError for options that make no sense. */
  constructor(options: ClientOptions = {}) {
    super()
    this.#settings = settingsOf(options)
    this.#transport = new Transport(this.#settings.transport)
    this.#cookies = new ClientCookies(this.#settings.cookies)
    this.#cycle = new RequestCycle(this.#settings, this.#transport, this.#cookies)
  }

  /** The cookies that servers have set, in a jar of the package tough-cookie. */
  get cookies(): CookieJar {
    return this.#cookies.jar
  }

  /**
   * Sends a request, and reads the whole response.
   *
   * @throws TypeError or RangeError at the call for what makes no sense, RuntimeError if the client is closed.
   * @throws RequestError, in its many kinds, if no response came.
   * @throws CancelledError if the task is cancelled; the connection is closed.
   */
  request(method: string, url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    const request = this.#prepare(method, url, options)
    return new BodyCoroutine(`Client.${method.toLowerCase()}`, () => this.#complete(request))
  }

  /** A GET; see `request`. */
  get(url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    return this.request("GET", url, options)
  }

  /** A HEAD; see `request`. */
  head(url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    return this.request("HEAD", url, options)
  }

  /** A POST; see `request`. */
  post(url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    return this.request("POST", url, options)
  }

  /** A PUT; see `request`. */
  put(url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    return this.request("PUT", url, options)
  }

  /** A PATCH; see `request`. */
  patch(url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    return this.request("PATCH", url, options)
  }

  /** A DELETE; see `request`. */
  delete(url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    return this.request("DELETE", url, options)
  }

  /** An OPTIONS; see `request`. */
  options(url: string | URL, options: RequestOptions = {}): Coroutine<Response> {
    return this.request("OPTIONS", url, options)
  }

  /** A request whose response is read while it comes: in the function given to `run`. */
  stream(method: string, url: string | URL, options: RequestOptions = {}): ResponseStream {
    const request = this.#prepare(method, url, options)
    return new ResponseStream((body) => this.#limited(request, () => this.#scope(request, body)))
  }

  /** Closes all connections; requests that are under way fail with CloseError. Closing twice does nothing. */
  close(): Coroutine<void> {
    return hostOperation<void>({
      name: "Client.close",
      says: () => "the connections of an HTTP client, closing",
      start: (done) => {
        if (this.#closed) {
          done.returned()
          return
        }
        this.#closed = true
        this.#transport.close(() => done.returned())
      },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** A snapshot for people and tests. */
  statistics(): ClientStatistics {
    return this.#transport.pool.statistics
  }

  toString(): string {
    const { connections, idle } = this.statistics()
    return `<Client${this.#closed ? " [closed]" : ` [connections:${connections}, idle:${idle}]`}>`
  }

  #prepare(method: string, url: string | URL, options: RequestOptions): ClientRequest {
    if (this.#closed) throw new RuntimeError("the client is closed; make another one")
    return new ClientRequest(method, url, options, this.#settings.defaults)
  }

  #complete(request: ClientRequest): Promise<Response> {
    if (request.timeouts.total === null && request.signal === undefined && this.#settings.signal === undefined) {
      return this.#cycle.perform(request, null)
    }
    return this.#limited(request, () => this.#cycle.perform(request, null))
  }

  /** Runs `work` within the total time of the request, until one of its signals aborts. */
  async #limited<T>(request: ClientRequest, work: () => Promise<T>): Promise<T> {
    let limited = work
    for (const signal of [request.signal, this.#settings.signal]) {
      if (signal !== undefined) limited = abortable(limited, signal)
    }
    const { total } = request.timeouts
    if (total === null) return limited()
    const limit: Timeout = timeout(total)
    try {
      return await limit.run(limited)
    } catch (error) {
      if (!limit.expired() || !(error instanceof TimeoutError)) throw error
      throw new TotalTimeout(`not done within ${total} s (timeout.total)`, { request, cause: error })
    }
  }

  async #scope<T>(request: ClientRequest, body: (response: Response) => T | PromiseLike<T>): Promise<T> {
    const scope = { response: await this.#cycle.perform(request, (lastEventId) => reopen(lastEventId)) }
    const reopen: Again = async (lastEventId) => {
      await scope.response[close]()
      request.renew()
      if (lastEventId === "") request.headers.delete("last-event-id")
      else request.headers.set("last-event-id", Buffer.from(lastEventId).toString("latin1"))
      checkReplayable(request, "asking for further events")
      return (scope.response = await this.#cycle.perform(request, reopen))
    }
    try {
      return await body(scope.response)
    } finally {
      await scope.response[close]()
    }
  }
}

function abortable<T>(work: () => Promise<T>, signal: AbortSignalLike): () => Promise<T> {
  return async () => waitFor(work, null, { signal })
}
