import type { BenchName } from "../benches.ts"

/**
 * Does the work of one bench. Resolves to the number of operations that it has
 * seen done, which is checked: work that was skipped is not a fast subject.
 */
export type Program = (size: number) => Promise<number | Timed>

/** Of a program that does more than what is measured: the number, and the seconds that it took itself. */
export interface Timed {
  readonly done: number
  readonly seconds: number
}

export type Programs = { readonly [Name in BenchName]?: Program }

/** Tasks in the bench `semaphore`. */
export const contenders = 1_000

/** Jobs that run at a time in the bench `work-queue`. */
export const workers = 10

/** Coroutines from top to bottom in the bench `nested`. */
export const depth = 50

/**
 * The delay in seconds of sleeper `index` of `count`: spread evenly over 0 to 1,
 * and out of order, so that a heap of timers has to work.
 */
export function sleeperDelay(index: number, count: number): number {
  return ((index * 7919) % count) / count
}
