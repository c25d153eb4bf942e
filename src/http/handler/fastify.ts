import { checkFunction } from "../../structures/arguments.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { clientSignal, leftWhileSending, refuse, type NodeResponse } from "./node-response.ts"
import { requestName, RequestRunner, type HandlerOptions } from "./request-runner.ts"

/** The part of Fastify's request that is used. */
export interface FastifyRequestLike {
  readonly method: string
  readonly url: string
}

/** The part of Fastify's reply that is used. */
export interface FastifyReplyLike {
  readonly raw: NodeResponse
  hijack(): unknown
}

/**
 * Makes a route handler for Fastify that runs `fn` as a task for each request, named after
 * method and path. What `fn` returns is sent, as Fastify does it; an error is Fastify's.
 *
 * The task has the async context of its request, and context variables of its own. It is
 * cancelled when the client goes away before the reply has ended.
 *
 * After a cancellation, by the client or because the program ends, the code of `fn` has seen
 * a `CancelledError`, Fastify is told of no error, and a client that is still there has been
 * told 503, or cut off where the answer had begun.
 *
 * @param fn - gets what Fastify gives to a route handler, `this` included; write the types of
 * what it uses, as in `(request: FastifyRequest)`
 * @throws TypeError if `fn` is no function. That no loop runs is told per request, as an
 * error of that request.
 *
 * @example
 * ```ts
 * import { IncomingMessage, ServerResponse } from "node:http"
 * import { Socket } from "node:net"
 * import * as asyncio from "asyncio-ts"
 * import { fastifyHandler } from "asyncio-ts/handler"
 *
 * const brew = fastifyHandler(() => asyncio.sleep(0.01, "Masala"))
 * // In a program, app.get("/tea", brew): Fastify makes the request and the reply.
 * const request = { method: "GET", url: "/tea" }
 * const reply = { raw: new ServerResponse(new IncomingMessage(new Socket())), hijack: () => undefined }
 *
 * await asyncio.run(async () => {
 *   console.log(await brew(request, reply)) // -> Masala
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
 */
export function fastifyHandler<This, Req extends FastifyRequestLike, Reply extends FastifyReplyLike, R>(
  fn: (this: This, request: Req, reply: Reply) => R,
  options?: HandlerOptions,
): (this: This, request: Req, reply: Reply) => Promise<Awaited<R>> {
  checkFunction(fn, "the function of fastifyHandler")
  const runner = new RequestRunner(options)
  return async function handle(this: This, request: Req, reply: Reply): Promise<Awaited<R>> {
    const info = { name: requestName(request.method, request.url), signal: clientSignal(reply.raw) }
    try {
      return await runner.run(() => fn.call(this, request, reply), info)
    } catch (error) {
      if (!(error instanceof CancelledError) && !leftWhileSending(request, error)) throw error
      reply.hijack()
      refuse(reply.raw)
      return undefined as Awaited<R> // a hijacked reply's value is not looked at
    }
  }
}
