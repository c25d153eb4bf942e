/**
 * Web frameworks whose requests run as tasks.
 *
 * @module
 */
import { installHost } from "../../host/host.ts"
import { nodeHost } from "../../host/node.ts"

installHost(nodeHost)

export { fastifyHandler, type FastifyReplyLike, type FastifyRequestLike } from "./fastify.ts"
export { routeHandler, type FetchRequest, type RequestCarrier } from "./fetch.ts"
export { AsyncioInterceptor, type NestContext, type ObservableLike } from "./nest.ts"
export { handler, type NodeHandler } from "./node.ts"
export type { NodeRequest, NodeResponse } from "./node-response.ts"
export type { HandlerOptions } from "./request-runner.ts"
