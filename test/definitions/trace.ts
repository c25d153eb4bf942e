/** What a program does, as text, so that two of them can be compared. */
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { soon } from "../core/support/watched.ts"
import { now } from "../support/record.ts"

export type Log = (what: string) => void

/** Runs a program on virtual time; gives what it logs, with the milliseconds, and what was reported. */
export async function trace(program: (log: Log, clock: VirtualClock) => Promise<unknown>): Promise<string[]> {
  const clock = new VirtualClock()
  const lines: string[] = []
  let reports = 0
  let forgotten = 0
  const log: Log = (what) => void lines.push(`${now()} ${what}`)
  const run = runVirtual(
    async () => {
      const loop = asyncio.getRunningLoop()
      loop.setExceptionHandler(() => void (reports += 1))
      await program(log, clock)
      forgotten = loop.unstarted.takeAll().length
    },
    { clock },
  )
  await soon(run)
  return [...lines, `${reports} reports, ${forgotten} coroutines that were never awaited`]
}

/** Moves the clock on, second by second: it does not do so by itself while a promise is awaited. */
export async function pass(clock: VirtualClock, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 1) {
    await rest()
    clock.advance(1)
  }
  await rest()
}

/** Lets everything come to rest that needs no time. */
async function rest(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  // A busy loop lets the host round now and then; an idle one may be woken by what the host settles.
  for (let calm = 0; calm < 3; calm = loop.idle ? calm + 1 : 0) await setImmediate()
}

/** Waits until no other task is left. */
export async function allEnded(): Promise<void> {
  while (asyncio.allTasks().size > 1) await asyncio.sleep(1)
}

/** What awaiting `work` comes to, as text. */
export async function outcome(work: () => PromiseLike<unknown>): Promise<string> {
  try {
    return `gave ${String(await work())}`
  } catch (error) {
    return `threw ${error instanceof Error ? error.name : String(error)}`
  }
}

/** The lines of one instant in the order of the alphabet: for what may differ by a tick. */
export function byInstant(lines: readonly string[]): string[] {
  return lines.toSorted((a, b) => parseInt(a) - parseInt(b) || (a < b ? -1 : 1))
}
