/**
 * Tools for testing programs that use asyncio-ts.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)

export { FaultProxy, startFaultProxy, type Fault, type FaultProxyOptions, type Upstream } from "./fault-proxy-node.ts"
export { memoryStreams, type StreamEnd } from "./memory-streams-node.ts"
export { runVirtual, type RunVirtualOptions } from "./run-virtual.ts"
export { streamContract, type StreamContractOptions, type StreamKind, type StreamPair, type StreamPromise } from "./stream-contract-node.ts"
export { VirtualClock } from "./virtual-clock.ts"
