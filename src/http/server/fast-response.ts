import { validateHeaderName, validateHeaderValue } from "node:http"
import { getRequestListener } from "@hono/node-server"

/**
 * The adapter's own Response, which stays a few fields until somebody looks for more. It puts
 * it in the place of the global one when it makes a listener. That would change every
 * program that imports this file (what `fetch` gives would no longer be `instanceof Response`),
 * so the global one is put back at once.
 */
function lightResponse(): typeof Response {
  const kept = (["Request", "Response"] as const).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
  try {
    getRequestListener(() => undefined)
    return globalThis.Response
  } finally {
    for (const [name, descriptor] of kept) if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor)
  }
}

const LightResponse = lightResponse()

/** As the platform's own has them: what follows would be taken for the next answer. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

type Body = ConstructorParameters<typeof Response>[0]
type Init = ConstructorParameters<typeof Response>[1]

/**
 * A `Response` that `serve` sends at half the cost of the platform's own.
 *
 * It is one in every way (`instanceof Response`, a body that can be read, headers that can be
 * changed). Only where its body is a string or bytes, and its headers a plain object, nothing
 * of what a `Response` is made of comes into being before it is sent.
 *
 * @throws RangeError if the status is none from 200 to 599; TypeError for a header that HTTP
 * cannot carry, and for a body with a status that has none.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { FastResponse, serve } from "asyncio-ts/http"
 *
 * await asyncio.run(async () => {
 *   const server = await serve(() => new FastResponse("Masala"))
 *   const answer = await fetch(server.url)
 *   console.log(answer.status, await answer.text()) // -> 200 Masala
 *   await server.close()
 * })
 * ```
 */
export class FastResponse extends LightResponse {
  /** Whether the body is there as a whole. */
  readonly #whole: boolean

  constructor(body?: Body, init?: Init) {
    super(body, Array.isArray(init?.headers) ? { ...init, headers: new Headers(init.headers) } : init)
    this.#whole = body === undefined || body === null || typeof body === "string" || body instanceof Uint8Array
    if (init === undefined) return
    const { status = 200, headers } = init
    if (!(status >= 200 && status <= 599)) throw new RangeError(`the status of a response is a number from 200 to 599, not ${status}`)
    if (BODILESS.has(status) && body !== undefined && body !== null) throw new TypeError(`a response with status ${status} has no body; give null`)
    // The platform's own does it here, where whoever made the header stands on the stack.
    if (headers !== undefined && !(headers instanceof Headers) && !Array.isArray(headers)) checkHeaders(headers as Record<string, string>) // the third kind of HeadersInit
  }

  /** Whether `response` is one of these, and its body need not be waited for. */
  static isWhole(response: Response): boolean {
    return #whole in response && response.#whole
  }

  static override json(data: unknown, init: Init = {}): Response {
    const body = JSON.stringify(data) as string | undefined // undefined for what JSON cannot say
    if (body === undefined) throw new TypeError("FastResponse.json takes what JSON can say, not undefined, a function or a symbol")
    if (init.headers === undefined) return new FastResponse(body, { ...init, headers: { "content-type": "application/json" } })
    const headers = new Headers(init.headers)
    if (!headers.has("content-type")) headers.set("content-type", "application/json")
    return new FastResponse(body, { ...init, headers })
  }
}

function checkHeaders(headers: Record<string, string>): void {
  for (const name in headers) {
    validateHeaderName(name)
    validateHeaderValue(name, headers[name] as string) // undefined is refused there
  }
}
