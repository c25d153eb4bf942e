import { SystemClock } from "../../core/clock.ts"
import { EventLoop } from "../../core/event-loop.ts"
import type { Scheduler } from "../../core/scheduler.ts"
import type { SnapshotLoop } from "../snapshot.ts"
import { loopNumbers } from "./numbers.ts"

/** How a loop stands. */
export function loopOf(loop: Scheduler): SnapshotLoop {
  const { running, iterations, hostOperations, clock, readyCount, timerCount } = loop
  return {
    id: loopNumbers.of(loop),
    running,
    clock: clock instanceof SystemClock ? "system" : "virtual",
    debug: loop instanceof EventLoop && loop.getDebug(),
    iterations,
    ready: readyCount,
    timers: timerCount,
    hostOperations,
    callbacks: loop.userTimers().length,
  }
}
