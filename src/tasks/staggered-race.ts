import { checkFunction, checkSeconds } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import { requestBy } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { cancelFor, Relay } from "../core/future.ts"
import { createTask, getRunningLoop } from "../core/running.ts"
import type { Task } from "../core/task.ts"
import { watchedBy, type Watched } from "../core/watching-future.ts"
import { Event } from "../sync/event.ts"
import { iterate } from "./gather.ts"
import { wait } from "./wait.ts"
import { waitFor } from "./wait-for.ts"

/** `[result, index of the winner, what each candidate failed with]`. */
export type RaceOutcome<T> = [result: T | undefined, index: number | null, exceptions: unknown[]]

/**
 * Starts functions one after another until one succeeds, each a `delay` after the one
 * before or as soon as that has failed; cancels the rest and waits for their end.
 *
 * @param delay - seconds; null starts the next only when the one before has failed
 * @throws CancelledError if the task is cancelled; no candidate is left running.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const [result, index] = await asyncio.staggeredRace(
 *     [() => asyncio.sleep(5, "slow"), () => asyncio.sleep(0.01, "fast")],
 *     0.01,
 *   )
 *   console.log(result, index) // -> fast 1
 * })
 * ```
 */
export function staggeredRace<T>(
  candidates: Iterable<() => T | PromiseLike<T>>,
  delay: number | null | undefined,
): Coroutine<RaceOutcome<T>> {
  if (delay !== null && delay !== undefined) checkSeconds(delay, "the delay of staggeredRace")
  const list = iterate(candidates, "staggeredRace")
  for (const candidate of list) checkFunction(candidate, "a candidate of staggeredRace")
  return new BodyCoroutine("staggeredRace", race<T>, undefined, [list, delay ?? null])
}

async function race<T>(candidates: (() => T | PromiseLike<T>)[], delay: number | null): Promise<RaceOutcome<T>> {
  const exceptions: unknown[] = []
  const started: Task<void>[] = []
  let winner: { value: T; index: number } | undefined
  // Set when there is no need to wait any longer with the next start.
  let goOn = new Event()
  try {
    for (const [index, candidate] of candidates.entries()) {
      const ended = new Event()
      goOn = ended
      exceptions.push(undefined)
      const attempt = async (): Promise<void> => {
        try {
          // A coroutine of ours, so that it can be left behind at a foreign promise.
          const value = await new BodyCoroutine("candidate", candidate)
          if (winner === undefined) {
            winner = { value, index }
            // At once: one that is woken in this tick must not succeed unseen.
            ask(running(started.filter((_task, other) => other !== index)))
          }
          goOn.set()
        } catch (error) {
          exceptions[index] = error
          if (index === exceptions.length - 1) goOn.set()
          if (error instanceof CancelledError) throw error
        }
      }
      const task = createTask(attempt, { name: `staggeredRace ${index}` })
      started.push(task)
      // One that is cancelled before it has started tells of nothing itself.
      new Relay(task, () => ended.set())
      if (index < candidates.length - 1) {
        const told = goOn.wait()
        const watched: Watched = () => started
        watched.more = { kind: "staggeredRace", any: true }
        watchedBy.set(told, watched)
        await within(told, delay)
      }
      if (winner !== undefined) break
    }
    while (winner === undefined && running(started).length > 0) {
      await wait(running(started), { returnWhen: "FIRST_COMPLETED" })
    }
  } finally {
    await end(started, winner !== undefined)
  }
  return winner === undefined ? [undefined, null, exceptions] : [winner.value, winner.index, exceptions]
}

/** Waits for the event, but no longer than `delay`. */
async function within(told: Coroutine<true>, delay: number | null): Promise<void> {
  try {
    await waitFor(told, delay)
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error
  }
}

function running(tasks: readonly Task<void>[]): Task<void>[] {
  return tasks.filter((task) => !task.done())
}

function ask(tasks: readonly Task<void>[]): void {
  for (const task of tasks) task[cancelFor](requestBy(undefined, "a staggeredRace that is over"))
}

/** Cancels what still runs, unless it was `asked`, and waits for its end, also when this is itself cancelled meanwhile. */
async function end(tasks: readonly Task<void>[], asked: boolean): Promise<void> {
  const loop = getRunningLoop()
  let cancelled: { error: unknown } | undefined
  for (let left = running(tasks); left.length > 0; left = running(tasks)) {
    if (!asked) ask(left)
    try {
      await wait(left)
    } catch (error) {
      // On a closed loop nobody ends any more, and each wait would throw this again.
      if (loop.dead) throw error
      asked = false
      cancelled = { error }
    }
  }
  if (cancelled !== undefined) throw cancelled.error
}
