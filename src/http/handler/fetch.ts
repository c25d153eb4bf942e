import { checkFunction } from "../../structures/arguments.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import type { AbortSignalLike } from "../../host/host.ts"
import { requestName, RequestRunner, type HandlerOptions } from "./request-runner.ts"

/** The part of the web's `Request` that is used. */
export interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly signal: AbortSignalLike
}

/** What a route handler is called with first: the request, or a context that holds it, as Hono's does. */
export type RequestCarrier = FetchRequest | { readonly req: { readonly raw: FetchRequest } }

/** As nginx calls a request whose client has closed it; nobody is there to read it. */
const CLIENT_CLOSED_REQUEST = 499

/**
 * Makes a handler for whatever deals in the web's `Request` and `Response`, which runs `fn`
 * as a task for each request, named after method and path: Next's route handlers, Hono's
 * handlers, `fetch` of `Bun.serve` and `Deno.serve`. An error is the framework's.
 *
 * The task has the async context of its request, and context variables of its own. It is
 * cancelled when `request.signal` aborts, which is how these tell that the client has gone;
 * once `fn` has returned a response, its body is the framework's.
 *
 * After a cancellation, by the client or because the program ends, the code of `fn` has seen
 * a `CancelledError` and the framework is told of no error, but given an empty response: 499
 * if the client has gone, else 503.
 *
 * Next bundles what its routes import, and a copy of this library inside a bundle knows
 * nothing of the loop that the server runs on: name it in `serverExternalPackages`.
 *
 * @param fn - gets all that the framework gives: `(request, context)` of Next, `(context)` of Hono
 * @throws TypeError if `fn` is no function. That no loop runs is told per request, as an
 * error of that request.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { routeHandler } from "asyncio-ts/handler"
 *
 * const GET = routeHandler(async (request: Request) => {
 *   await asyncio.sleep(0.01)
 *   return new Response(`brewed for ${new URL(request.url).searchParams.get("name")}`)
 * })
 *
 * await asyncio.run(async () => {
 *   const response = await GET(new Request("http://localhost/tea?name=Ann"))
 *   console.log(await response.text()) // -> brewed for Ann
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
 */
export function routeHandler<A extends [RequestCarrier, ...unknown[]], R>(
  fn: (...args: A) => R,
  options?: HandlerOptions,
): (...args: A) => Promise<Awaited<R>> {
  checkFunction(fn, "the function of routeHandler")
  const runner = new RequestRunner(options)
  return async function handle(...args: A): Promise<Awaited<R>> {
    const [carrier] = args
    const { method, url, signal } = "req" in carrier ? carrier.req.raw : carrier
    try {
      return await runner.run(() => fn(...args), { name: requestName(method, url), signal })
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error
      const status = signal.aborted ? CLIENT_CLOSED_REQUEST : 503
      return new Response(null, { status }) as Awaited<R> // the framework takes any Response
    }
  }
}
