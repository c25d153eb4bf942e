/**
 * From when on something counts. Frozen before it was measured: a change needs new measurements on new programs.
 */

/** Savings and losses below this, in seconds, are not worth a sentence. */
export const LEAST_SECONDS = 0.001
/** The least part of the whole that a saving has to be. */
export const LEAST_SAVING = 0.05
/** So many rows of awaits are tried, the longest. */
export const MOST_ROWS = 20
/** From so many sleeps on that are alike they keep a pace. */
export const PACE = 3
/** The part of the time from which on a finding about a lock, a queue, workers, turns or garbage is told. */
export const WORTH_TELLING = 0.2

/** Code ran for at least this part of the time: the thread is what limits. */
export const BUSY = 0.5
/** Of the time that code ran, the part that one task has to take to starve others, and that garbage has to take to be what limits. */
export const OF_ONE_TASK = 0.6
export const OF_GARBAGE = 0.2
/** The part of the time that others stood in line meanwhile, added up. */
export const HELD_UP = 0.1
/** What a step has to last to hold up others, in seconds. */
export const LONG_STEP = 0.005

/** Less than this part of the time anybody waited for work of the host or a worker, and no line was what limits: idle. */
export const ACTIVE = 0.1
/** The part of the time in which at least one waits for a lock, a full queue or a free worker, to be what limits. */
export const CONTENDED = 0.35
/** The part of all such waiting, added up, that it has to be as well. */
export const OF_WAITING = 0.15
/** Less than this long, in seconds, a recording says nothing. */
export const LEAST_RECORDED = 0.005
