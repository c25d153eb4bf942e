/** What a program in a browser gets as `asyncio-ts/testing`: the clock, and what it takes to run on it. */
export { runVirtual } from "../../../src/testing/run-virtual.ts"
export { Sequencer } from "../../../src/testing/sequencer.ts"
export { untilIdle } from "../../../src/testing/until-idle.ts"
export { VirtualClock } from "../../../src/testing/virtual-clock.ts"
