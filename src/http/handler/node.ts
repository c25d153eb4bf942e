/**
 * Handlers that are called with Node's own request and response: node:http, Express, Connect.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { checkFunction } from "../../structures/arguments.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { clientSignal, fail, leftWhileSending, refuse, type NodeRequest, type NodeResponse } from "./node-response.ts"
import { requestName, RequestRunner, type HandlerOptions } from "./request-runner.ts"

/** What Express and its like are given as a handler, and node:http as its listener. */
export type NodeHandler<Req, Res> = (request: Req, response: Res, next?: (error?: unknown) => void) => void

/**
 * Makes a handler for `node:http`, Express or Connect that runs `fn` as a task for each
 * request, named after method and path.
 *
 * The task has the async context of its request, so what middleware keeps in an
 * `AsyncLocalStorage` is there, and context variables of its own. It is cancelled when the
 * client goes away before `response.end()` was called. An error goes to `next`; where there
 * is none, to the loop's exception handler, and the client gets a 500.
 *
 * After a cancellation, by the client or because the program ends, the code of `fn` has seen
 * a `CancelledError`, nothing is reported, and a client that is still there has been told
 * 503, or cut off where the answer had begun.
 *
 * @param fn - answers the request; what it returns is ignored. Without types of its own it gets
 * those of `node:http`; for Express, write them: `(request: Request, response: Response)`.
 * @throws TypeError if `fn` is no function. That no loop runs is told per request, as an
 * error of that request.
 *
 * @example
 * ```ts
 * import { once } from "node:events"
 * import { createServer } from "node:http"
 * import type { AddressInfo } from "node:net"
 * import * as asyncio from "asyncio-ts"
 * import { handler } from "asyncio-ts/handler"
 *
 * await asyncio.run(async () => {
 *   const server = createServer(
 *     handler(async (_request, response) => {
 *       await asyncio.sleep(0.01)
 *       response.end(`brewed by ${asyncio.currentTask()?.getName()}`)
 *     }),
 *   )
 *   await once(server.listen(0, "127.0.0.1"), "listening")
 *   const { port } = server.address() as AddressInfo
 *   const answer = await fetch(`http://127.0.0.1:${port}/tea`)
 *   console.log(await answer.text()) // -> brewed by GET /tea
 *   server.close()
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
 */
export function handler<Req extends NodeRequest = IncomingMessage, Res extends NodeResponse = ServerResponse>(
  fn: (request: Req, response: Res) => unknown,
  options?: HandlerOptions,
): NodeHandler<Req, Res> {
  checkFunction(fn, "the function of handler")
  const runner = new RequestRunner(options)
  return (request, response, next) => {
    // Express takes the path of the router that it is in off `url`.
    const name = requestName(request.method, request.originalUrl ?? request.url)
    runner.run(() => fn(request, response), { name, signal: clientSignal(response) }).catch((error: unknown) => {
      if (error instanceof CancelledError || leftWhileSending(request, error)) {
        refuse(response)
      } else if (typeof next === "function") {
        next(error)
      } else {
        runner.report(name, error)
        fail(response)
      }
    })
  }
}
