import { checkBoolean, describe } from "../structures/arguments.ts"
import { DeadlockError } from "../errors/misuse.ts"
import { doomWaits, listTasks } from "../core/deadlock.ts"
import { EventLoop } from "../core/event-loop.ts"
import { allTasks } from "../core/running.ts"
import type { Startable } from "../core/task.ts"
import { Runner, type RunOptions } from "../tasks/runner.ts"
import { checkKitOptions, checkKitSignal, checkName } from "./kit-options.ts"
import { VirtualClock } from "./virtual-clock.ts"

/** How a program is run on virtual time. */
export interface RunVirtualOptions extends Omit<RunOptions, "loopFactory"> {
  /** The clock to run on; a new one that starts at 0 by default. */
  readonly clock?: VirtualClock
}

/**
 * Runs a program on virtual time: sleeps take no time, and the order of events is exact.
 *
 * @throws DeadlockError if nothing can ever happen again; it lists every task and what it
 * waits for.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { runVirtual } from "asyncio-ts/testing"
 *
 * await runVirtual(async () => {
 *   await asyncio.sleep(3600)
 *   console.log(asyncio.getRunningLoop().time()) // -> 3600
 * })
 * ```
 */
export async function runVirtual<T>(main: Startable<T>, options: RunVirtualOptions = {}): Promise<Awaited<T>> {
  checkKitOptions(options, "runVirtual", '{ name: "main" }')
  const { clock = new VirtualClock(), signal, name, debug } = options
  if (!(clock instanceof VirtualClock)) throw new TypeError(`clock of runVirtual is a VirtualClock, but ${describe(clock)} was given`)
  checkKitSignal(signal, "runVirtual")
  checkName(name, "runVirtual")
  if (debug !== undefined) checkBoolean(debug, "debug of runVirtual")
  const loop = new EventLoop({ clock })
  watchDeadlock(clock, loop)
  const runner = new Runner({ debug, loopFactory: () => loop })
  try {
    return await runner.run(main, { signal, name })
  } finally {
    clock.onDeadlock = null
    await runner.close()
  }
}

/** Has the first task of `loop` told when nothing can ever happen again. */
export function watchDeadlock(clock: VirtualClock, loop: EventLoop): void {
  clock.onDeadlock = () => {
    const [first] = allTasks(loop)
    if (first === undefined) return
    doomWaits(first, new DeadlockError(`nothing can ever happen again; these wait for ever:\n${listTasks(loop)}`))
  }
}
