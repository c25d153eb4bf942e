// asyncio-ts/testing without the host of Node that its entry installs.
export { runVirtual } from "../../src/testing/run-virtual.ts"
export { VirtualClock } from "../../src/testing/virtual-clock.ts"
