/** The weather service: an HTTP server on this machine that takes its time, and counts. */
import * as asyncio from "asyncio-ts"
import { HttpServer } from "asyncio-ts/http"

import { cities } from "./cities.ts"

/** What goes wrong with a city: it answers with an error after `after` seconds, or never answers. */
export type Trouble = { readonly after: number } | "silent"

/** A request, as the server saw it; times are in seconds. */
export interface Request {
  readonly client: string
  readonly city: string
  readonly from: number
  /** When it was over; missing while it runs. */
  to?: number
  how?: "answered" | "refused" | "aborted"
}

export class WeatherServer {
  /** Everything that was asked, in that order. */
  readonly requests: Request[] = []
  /** The cities that have trouble just now. */
  troubles: Readonly<Record<string, Trouble>> = {}
  // Whoever still asks when it closes is not waited for.
  readonly #server = new HttpServer((request) => this.#answer(new URL(request.url).pathname), { gracePeriod: 0 })

  /** Serves on a free port for as long as `body` runs. */
  async run(body: () => Promise<void>): Promise<void> {
    await this.#server.run(body)
  }

  /** Where `client` finds the weather of `city`. */
  url(client: string, city: string): string {
    return `${this.address}/${client}/${city}`
  }

  get address(): string {
    return this.#server.url
  }

  /** How many requests, of one client or of all, have neither been answered nor given up. */
  running(client?: string): number {
    return this.requests.filter((request) => request.to === undefined && (client ?? request.client) === request.client).length
  }

  /** How many requests were given up by those who made them, or by closing, at `time` or later. */
  abortedSince(time: number): number {
    return this.requests.filter(({ how, to = 0 }) => how === "aborted" && to >= time).length
  }

  /** Runs in a task, which is cancelled when whoever asked goes away. */
  async #answer(path: string): Promise<Response> {
    const [, client = "", name] = path.split("/")
    const city = cities.find((city) => city.name === name)
    if (city === undefined) return new Response() // somebody asks only whether the server is there
    const request: Request = { client, city: city.name, from: now() }
    this.requests.push(request)
    try {
      const trouble = this.troubles[city.name]
      await asyncio.sleep(trouble === "silent" ? Infinity : (trouble?.after ?? city.delay))
      request.how = trouble === undefined ? "answered" : "refused"
      if (trouble !== undefined) return new Response(null, { status: 503 })
      const { celsius, sky } = city
      return Response.json({ name, celsius, sky })
    } finally {
      request.how ??= "aborted"
      request.to = now()
    }
  }
}

function now(): number {
  return performance.now() / 1000
}
