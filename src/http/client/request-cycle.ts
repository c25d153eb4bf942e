/**
 * The way of one request: challenges, redirects and retries, until there is a response to give.
 */
import { host as platform } from "../../host/host.ts"
import { sleep } from "../../tasks/sleep.ts"
import type { ClientSettings } from "./client-options.ts"
import type { ClientCookies } from "./cookies.ts"
import { TooManyRedirects } from "./errors.ts"
import { checkReplayable, followRedirect } from "./redirect.ts"
import type { ClientRequest } from "./request.ts"
import { drain, read, Response } from "./response.ts"
import { ResponseBody } from "./response-body.ts"
import { Retries } from "./retries.ts"
import type { Transport } from "./transport.ts"

/** What is read of a body that leads elsewhere, so that its connection can be used again. */
const DRAINED = 64 * 1024
/** How often one request may be challenged: an old nonce is challenged twice. */
const CHALLENGES = 3

/** Sends the request of a stream of events once more. */
export type Again = (lastEventId: string) => Promise<Response>

export class RequestCycle {
  readonly #settings: ClientSettings
  readonly #transport: Transport
  readonly #cookies: ClientCookies

  constructor(settings: ClientSettings, transport: Transport, cookies: ClientCookies) {
    this.#settings = settings
    this.#transport = transport
    this.#cookies = cookies
  }

  /**
   * Sends a request until there is a response to give, and reads it unless it can be sent
   * again from within, which a stream can.
   */
  async perform(request: ClientRequest, again: Again | null): Promise<Response> {
    const { retries: plan, maxRedirects } = this.#settings
    const retries = plan === null ? null : new Retries(plan)
    const history: Response[] = []
    let challenges = 0
    for (;;) {
      let delay: number | null
      try {
        request.auth?.apply(request)
        const response = await this.#send(request, history, again)
        if (challenges < CHALLENGES && request.auth?.challenged?.(request, response) === true) {
          challenges += 1
          request.renew()
          await response[drain](DRAINED)
          checkReplayable(request, "the challenge of the server")
          continue
        }
        if (request.followRedirects && followRedirect(request, response.status, response.headers.get("location"))) {
          await response[drain](DRAINED)
          history.push(response)
          challenges = 0
          if (history.length > maxRedirects) throw new TooManyRedirects(`more than ${maxRedirects} redirects (maxRedirects)`, { request })
          continue
        }
        delay = retries?.afterStatus(response.status, response.headers, request.method) ?? null
        if (delay === null || (request.body !== null && !request.body.replayable && request.spent)) {
          if (again === null) await response[read]()
          return response
        }
        await response[drain](DRAINED)
      } catch (error) {
        delay = retries?.afterError(error, request.method) ?? null
        if (delay === null || (request.body !== null && !request.body.replayable && request.spent)) throw error
      }
      request.renew()
      await sleep(delay)
    }
  }

  /** Sends a request once. */
  async #send(request: ClientRequest, history: readonly Response[], again: Again | null): Promise<Response> {
    const { onRequest, onResponse, maxResponseSize } = this.#settings
    if (!request.ownCookieHeader || request.elsewhere) {
      const cookie = this.#cookies.header(request.url, request.cookies, request.elsewhere)
      if (cookie === null) request.headers.delete("cookie")
      else request.headers.set("cookie", cookie)
    }
    for (const hook of onRequest) await hook(request)
    const begun = platform.now()
    const { exchange, upload } = await this.#transport.send(request)
    const { onProgress } = request
    const progress = onProgress === null ? null : (loaded: number, total: number | null): void => onProgress({ direction: "download", loaded, total })
    const body = new ResponseBody(exchange, upload, progress)
    const setCookie = exchange.headers["set-cookie"]
    if (setCookie !== undefined) this.#cookies.keep(request.url, [setCookie].flat())
    const response = new Response({
      request: request.snapshot,
      status: exchange.status,
      statusText: exchange.statusText,
      headers: exchange.headers,
      httpVersion: exchange.connection.version,
      history: [...history],
      begun,
      now: platform.now,
      arrived: () => body.arrived(maxResponseSize),
      next: () => body.next(),
      all: (limit = maxResponseSize) => body.all(Math.min(limit, maxResponseSize)),
      close: () => body.close(),
      again,
    })
    try {
      for (const hook of onResponse) await hook(response)
    } catch (error) {
      await body.close()
      throw error
    }
    return response
  }
}
