/**
 * Flow for programs: retries, rates and work queues.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)
