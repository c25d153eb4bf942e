/** Runs a program on virtual time, and looks at it while it runs. */
import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { snapshotNow } from "#src/inspect/agent.ts"
import type { Snapshot } from "#src/inspect/snapshot.ts"

export interface Ended {
  /** What `main` threw; undefined if it came to its end. */
  readonly error: unknown
  /** Nothing could happen any more. */
  readonly hung: boolean
  /** The loop's time at the end. */
  readonly time: number
}

/**
 * Calls `look` with a snapshot whenever nothing is ready, before the loop itself looks for
 * circles, and ends the program once nothing can happen any more, or at `until`.
 */
export async function lookAt(
  main: () => PromiseLike<unknown>,
  look: (snapshot: Snapshot, time: number) => void,
  options: { readonly until?: number; readonly when?: () => boolean } = {},
): Promise<Ended> {
  const { until = Infinity, when = () => true } = options
  const clock = new VirtualClock()
  const loop = new asyncio.EventLoop({ clock })
  loop.setExceptionHandler(() => undefined)
  let hung = false
  clock.onDeadlock = () => {
    hung = true
    // The loop is about to rest, and looks no more.
    setImmediate(() => loop.stop())
  }
  // The loop's own search for circles is one of these chores.
  loop.chores.unshift((now) => {
    if (when()) look(snapshotNow({ lines: false }), now)
    if (now >= until) loop.stop()
    return Infinity
  })
  const task = loop.createTask(main, { name: "main" })
  task.addDoneCallback(() => loop.stop())
  await loop.runForever()
  const time = loop.time()
  const error = task.done() ? (task.cancelled() ? "cancelled" : task.exception()) : undefined
  loop.close()
  return { error: error ?? undefined, hung, time }
}
