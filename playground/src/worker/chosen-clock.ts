/** The clock of the loops that a program makes, unless it brings one. */
import { clocks, SystemClock } from "../../../src/core/clock.ts"
import { doomWaits, listTasks } from "../../../src/core/deadlock.ts"
import { runningLoops } from "../../../src/core/scheduler.ts"
import { Task } from "../../../src/core/task.ts"
import { DeadlockError } from "../../../src/errors/misuse.ts"
import { host } from "../../../src/host/host.ts"
import { VirtualClock } from "../../../src/testing/virtual-clock.ts"
import type { ClockKind } from "../messages.ts"

export function chooseClock(kind: ClockKind): void {
  clocks.make = kind === "virtual" ? virtualClock : () => new SystemClock()
}

/** The time of the loop that runs, since it or the worker began. */
export function timeNow(): number | undefined {
  const [loop] = runningLoops
  if (loop === undefined) return undefined
  return loop.clock instanceof VirtualClock ? loop.clock.time() : host.now() - began
}

let began = 0

/** Times on the real clock are counted from here. */
export function beginTime(): void {
  began = host.now()
}

function virtualClock(): VirtualClock {
  const clock = new VirtualClock()
  clock.onDeadlock = () => {
    for (const loop of runningLoops) {
      if (loop.clock !== clock) continue
      for (const { task } of loop.tasks) {
        if (!(task instanceof Task)) continue
        doomWaits(task, new DeadlockError(`nothing can ever happen again; these wait for ever:\n${listTasks(loop)}`))
        return
      }
    }
  }
  return clock
}
