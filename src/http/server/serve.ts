import type { Coroutine } from "../../core/coroutine.ts"
import { HttpServer } from "./http-server.ts"
import type { ServeHandler, ServeOptions } from "./server-options.ts"

/**
 * Starts an HTTP server: `handler` gets a web-standard `Request` and gives a `Response`.
 *
 * Each request runs in a task of its own, named after method and path, with a copy of the
 * context that the server was started in. The task, with `request.signal`, is cancelled when
 * the client goes away, also while the body of the response is streamed: the producer then
 * sees the cancellation and has cleaned up before the task ends. An error goes to `onError`,
 * else to the loop's exception handler, and the client gets a 500.
 *
 * Slow clients, large requests and too many of them are refused within the limits of
 * `options`; all times are in seconds.
 *
 * The server lives until it is closed: by `close()`, at the end of `await using server =
 * await serve(handler)`, when `serveForever()` is cancelled (Ctrl-C), or when the program ends.
 *
 * @throws TypeError or RangeError at the call for options that no server can go by; OSError
 * if the address cannot be had. Cancelled, it does not listen.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { serve } from "asyncio-ts/http"
 *
 * await asyncio.run(async () => {
 *   const server = await serve(async (request) => {
 *     await asyncio.sleep(0.01)
 *     return new Response(`${request.method} by ${asyncio.currentTask()?.getName()}`)
 *   })
 *   const answer = await fetch(`${server.url}/tea`)
 *   console.log(await answer.text()) // -> GET by GET /tea
 *   await server.close()
 * })
 * ```
 */
export function serve(handler: ServeHandler, options: ServeOptions = {}): Coroutine<HttpServer> {
  return new HttpServer(handler, options).start()
}
