/**
 * Tasks that the families of functions are given: each does a little and ends in one of a few ways.
 */
import * as asyncio from "asyncio-ts"
import type { Random } from "../../../test/support/random.ts"
import { cancelFor } from "#src/core/future.ts"
import type { CancelRequest } from "#src/core/cancel-request.ts"
import { must } from "../family.ts"

/** Seconds between moments at which things happen at once. */
export const TICK = 1

/** What a task does: turns that it gives up, ticks that it sleeps, and how it ends. */
export interface Work {
  readonly turns: number
  readonly ticks: number
  readonly ends: "returns" | "throws" | "cancelled"
  /** Turns that it takes to end when it is cancelled. */
  readonly cleanup: number
}

/** What its task throws. */
export class Planned extends Error {
  override readonly name = "Planned"
  readonly number: number

  constructor(number: number) {
    super(`planned ${number}`)
    this.number = number
  }
}

/** What became of works, for what is said about them to be compared with. */
export class Diary {
  readonly begun = new Set<number>()
  readonly ended = new Map<number, "returned" | "threw" | "cancelled">()
  running = 0
  mostRunning = 0

  /** Does a work; gives its number. */
  async live(number: number, { turns, ticks, ends, cleanup }: Work): Promise<number> {
    must(!this.begun.has(number), "a work was begun twice")
    this.begun.add(number)
    this.running += 1
    this.mostRunning = Math.max(this.mostRunning, this.running)
    let how: "returned" | "threw" | "cancelled" = "cancelled"
    try {
      try {
        for (let left = turns; left > 0; left -= 1) await asyncio.sleep(0)
        if (ticks > 0) await asyncio.sleep(ticks * TICK)
      } catch (error) {
        for (let left = cleanup; left > 0; left -= 1) await asyncio.sleep(0)
        throw error
      }
      if (ends === "cancelled") throw new asyncio.CancelledError("planned")
      how = ends === "throws" ? "threw" : "returned"
      if (ends === "throws") throw new Planned(number)
      return number
    } finally {
      this.running -= 1
      must(!this.ended.has(number), "a work ended twice")
      this.ended.set(number, how)
    }
  }

  /** Whether nothing of it runs. */
  rests(): void {
    must(this.running === 0, "somebody goes on after all was over")
  }
}

export function randomWork(random: Random): Work {
  return {
    turns: random.below(3),
    ticks: random.chance(40) ? 1 + random.below(3) : 0,
    ends: random.chance(60) ? "returns" : random.chance(70) ? "throws" : "cancelled",
    cleanup: random.below(3),
  }
}

export function randomWorks(random: Random, most: number): Work[] {
  return Array.from({ length: 1 + random.below(most) }, () => randomWork(random))
}

export function inWords(works: readonly Work[]): string {
  return works.map(({ turns, ticks, ends, cleanup }) => `${turns} turns, ${ticks} ticks, ${ends}${cleanup > 0 ? `, ${cleanup} turns to clean up` : ""}`).join("; ")
}

/** What a call gave: a value or an error. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown }

export async function outcomeOf<T>(work: PromiseLike<T>): Promise<Outcome<T>> {
  try {
    return { value: await work }
  } catch (error) {
    return { error }
  }
}

/** Who was cancelled from outside, and how often. */
export class Asked {
  times = 0

  constructor(task: asyncio.Task<unknown>) {
    const count = (request: CancelRequest): boolean => {
      if (request.requestedBy === "explore" && !task.done()) this.times += 1
      return asyncio.Task.prototype[cancelFor].call(task, request)
    }
    Object.defineProperty(task, cancelFor, { value: count })
  }
}

/** Seconds by when whatever may outlive a call has ended. */
const GRACE = 20

/**
 * Runs `body` in a task of its own, which may be cancelled at any await, and looks whether anything is left of it in the end.
 *
 * @param body - does the call and judges what it gave; whoever asked its task to end is counted
 * @param afterwards - reads what tasks that outlive the call ended with
 */
export function inTask(body: (asked: () => number) => Promise<void>, diary: Diary, afterwards?: () => void): () => Promise<void> {
  return async () => {
    const task: asyncio.Task<void> = asyncio.createTask(() => body(() => asked.times))
    const asked = new Asked(task)
    await asyncio.wait([task])
    if (!task.cancelled()) task.result()
    await asyncio.sleep(GRACE)
    must(asyncio.allTasks().size === 1, "a task was left")
    must(asyncio.getRunningLoop().timerCount === 0, "a timer was left")
    diary.rests()
    afterwards?.()
  }
}

/** Whether the current task counts as many requests as came from outside, so that nothing of the call's own is left. */
export function mustBalance(asked: number): void {
  must((asyncio.currentTask()?.cancelling() ?? 0) === asked, "a request to cancel was left, or swallowed")
}
