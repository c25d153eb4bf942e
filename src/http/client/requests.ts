/**
 * Requests with a client of their own, which is closed afterwards.
 */
import { describe } from "../../structures/arguments.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { Client } from "./client.ts"
import { CLIENT_OPTIONS, type ClientOptions } from "./client-options.ts"
import type { RequestOptions } from "./request.ts"
import type { Response } from "./response.ts"
import { ResponseStream } from "./response-stream.ts"

/** What a request without a client takes: what the request does, and what a client would. */
export type SingleRequestOptions = RequestOptions & Omit<ClientOptions, keyof RequestOptions | "baseUrl">

/**
 * Sends one request. For more than one to a server make a `Client`, which keeps connections.
 *
 * @throws as `Client.request`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import * as http from "asyncio-ts/http"
 * import { createServer } from "node:http"
 *
 * const server = createServer((_request, response) => response.end("Chai is ready."))
 * await new Promise<void>((resolve) => server.listen(0, resolve))
 * const { port } = server.address() as { port: number }
 *
 * await asyncio.run(async () => {
 *   const response = await http.request("GET", `http://127.0.0.1:${port}/`)
 *   console.log(await response.text()) // -> Chai is ready.
 * })
 * server.close()
 * ```
 */
export function request(method: string, url: string | URL, options: SingleRequestOptions = {}): Coroutine<Response> {
  const { client, rest } = split(options)
  const sending = client.stream(method, url, rest)
  return new BodyCoroutine(`http.${method.toLowerCase()}`, async () => {
    try {
      return await sending.run(async (response) => {
        await response.bytes()
        return response
      })
    } finally {
      await client.close()
    }
  })
}

/** A GET; see `request`. */
export function get(url: string | URL, options?: SingleRequestOptions): Coroutine<Response> {
  return request("GET", url, options)
}

/** A HEAD; see `request`. */
export function head(url: string | URL, options?: SingleRequestOptions): Coroutine<Response> {
  return request("HEAD", url, options)
}

/** A POST; see `request`. */
export function post(url: string | URL, options?: SingleRequestOptions): Coroutine<Response> {
  return request("POST", url, options)
}

/** A PUT; see `request`. */
export function put(url: string | URL, options?: SingleRequestOptions): Coroutine<Response> {
  return request("PUT", url, options)
}

/** A PATCH; see `request`. */
export function patch(url: string | URL, options?: SingleRequestOptions): Coroutine<Response> {
  return request("PATCH", url, options)
}

/** A DELETE, exported as `delete`; see `request`. */
export function deleteRequest(url: string | URL, options?: SingleRequestOptions): Coroutine<Response> {
  return request("DELETE", url, options)
}

/** An OPTIONS; see `request`. */
export function options(url: string | URL, options?: SingleRequestOptions): Coroutine<Response> {
  return request("OPTIONS", url, options)
}

/** A request whose response is read while it comes, in the function given to `run`; see `Client.stream`. */
export function stream(method: string, url: string | URL, options: SingleRequestOptions = {}): ResponseStream {
  const { client, rest } = split(options)
  const sending = client.stream(method, url, rest)
  return new ResponseStream(async (body) => {
    try {
      return await sending.run(body) as Awaited<ReturnType<typeof body>>
    } finally {
      await client.close()
    }
  })
}

function split(options: SingleRequestOptions): { client: Client; rest: RequestOptions } {
  if (typeof options !== "object" || options === null) throw new TypeError(`the options of a request are an object, not ${describe(options)}`)
  const own: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    // What both have is the request's.
    if (CLIENT_OPTIONS.has(name) && name !== "baseUrl" && !SHARED.has(name)) own[name] = value
    else rest[name] = value
  }
  return { client: new Client(own), rest }
}

const SHARED = new Set(["headers", "query", "cookies", "auth", "timeout", "followRedirects", "signal"])
