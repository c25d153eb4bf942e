/** The weather service: an HTTP server on this machine that takes its time, and counts. */
import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setImmediate } from "node:timers/promises"

import { cities, type City } from "./cities.ts"

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
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  /** Listens on a free port. */
  async open(): Promise<void> {
    this.#server.listen(0, "127.0.0.1")
    await once(this.#server, "listening")
  }

  /** Where `client` finds the weather of `city`. */
  url(client: string, city: string): string {
    return `${this.address}/${client}/${city}`
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo // a TCP server has such an address
    return `http://127.0.0.1:${port}`
  }

  /** How many requests, of one client or of all, have neither been answered nor given up. */
  running(client?: string): number {
    return this.requests.filter((request) => request.to === undefined && (client ?? request.client) === request.client).length
  }

  /** How many requests were given up by those who made them, or by closing, at `time` or later. */
  abortedSince(time: number): number {
    return this.requests.filter(({ how, to = 0 }) => how === "aborted" && to >= time).length
  }

  /** Closes the port and every connection. */
  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, "close")
    // The responses are told a little later that their connections are gone.
    while (this.running() > 0) await setImmediate()
  }

  #answer({ url = "" }: IncomingMessage, response: ServerResponse): void {
    const [, client = "", name] = url.split("/")
    const city = cities.find((city) => city.name === name)
    if (city === undefined) {
      response.end() // somebody asks only whether the server is there
      return
    }
    const request: Request = { client, city: city.name, from: now() }
    this.requests.push(request)
    const trouble = this.troubles[city.name]
    const answer = trouble === "silent" ? undefined : setTimeout(() => respond(city, trouble, response), seconds(city, trouble))
    response.on("close", () => {
      clearTimeout(answer)
      request.to = now()
      request.how = !response.writableEnded ? "aborted" : response.statusCode === 200 ? "answered" : "refused"
    })
  }
}

function seconds(city: City, trouble: { readonly after: number } | undefined): number {
  return (trouble?.after ?? city.delay) * 1000
}

function respond(city: City, trouble: Trouble | undefined, response: ServerResponse): void {
  if (trouble !== undefined) {
    response.writeHead(503).end()
    return
  }
  const { name, celsius, sky } = city
  response.setHeader("content-type", "application/json").end(JSON.stringify({ name, celsius, sky }))
}

function now(): number {
  return performance.now() / 1000
}
