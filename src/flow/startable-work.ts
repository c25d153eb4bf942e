/**
 * What jobs are made of: coroutines, and functions that make one.
 */
import { describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { close, Coroutine } from "../core/coroutine.ts"
import type { Startable } from "../core/task.ts"

/** @throws TypeError or RuntimeError unless a task can be made of `work`. */
export function checkStartable(work: unknown): void {
  if (typeof work === "function") return
  if (!(work instanceof Coroutine)) throw new TypeError(`a job is a coroutine or a function, not ${describe(work)}`)
  if (!work.unstarted) throw new RuntimeError(`${work.toString()} has started already; a job begins it itself`)
}

/** Work that will not run is not work that somebody forgot to await. */
export function discard(work: Startable<unknown>): void {
  if (work instanceof Coroutine && work.unstarted) work[close]()
}
