/**
 * Tools for testing programs that use asyncio-ts.
 *
 * @module
 */
import { installFakeTimersClock } from "../core/fake-timers-clock.ts"
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"
import { installNodeAgent } from "../inspect/agent-node.ts"

installHost(nodeHost)
installFakeTimersClock()
installNodeAgent()

export { choice, fault, maybe } from "./explore/choice.ts"
export { ExplorationFailure, type FailureKind, type Found } from "./explore/exploration-failure.ts"
export { explore, type Explored, type ExploreOptions, type RunReport } from "./explore/explore.ts"
export type { RecordedRun } from "./explore/recorded-order.ts"
export { replay } from "./explore/replay.ts"
export { Schedule } from "./explore/schedule.ts"
export { assertCheckpoints, assertNoCheckpoints, CheckpointError } from "./checkpoints.ts"
export { FaultProxy, startFaultProxy, type Fault, type FaultProxyOptions, type Upstream } from "./fault-proxy-node.ts"
export { LeakError, type AllowedLeak, type Leak, type LeakKind } from "./leak.ts"
export { leakGuard, type LeakGuard, type LeakGuardOptions } from "./leak-guard-node.ts"
export { memoryStreams, type MemoryStreamsOptions, type StreamEnd } from "./memory-streams-node.ts"
export { runTest, type RunTestOptions, type TestKit } from "./run-test-node.ts"
export { runVirtual, type RunVirtualOptions } from "./run-virtual.ts"
export { Sequencer } from "./sequencer.ts"
export { streamContract, type StreamContractOptions, type StreamKind, type StreamPair, type StreamPromise } from "./stream-contract-node.ts"
export { TestTimeoutError, UnhandledError } from "./test-errors.ts"
export { untilIdle, type UntilIdleOptions } from "./until-idle.ts"
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts"
