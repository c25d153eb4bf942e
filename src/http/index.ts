/**
 * An HTTP client and server.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)
