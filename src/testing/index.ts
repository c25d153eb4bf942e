/**
 * Tools for testing programs that use asyncio-ts.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)

export { runVirtual, type RunVirtualOptions } from "./run-virtual.ts"
export { VirtualClock } from "./virtual-clock.ts"
