/** What the sweep asks of each operation: a scene in which it has to wait. */
import type { VirtualClock } from "asyncio-ts/testing"

/** An operation in a state in which one has to wait for it. */
export interface Stage {
  /** The operation itself; `name` says who waits. */
  wait(name: string): PromiseLike<unknown>
  /** Lets the first in line have what it waits for (or all of them), within this iteration of the loop. */
  complete(): unknown
  /** How many are in line. */
  waiting?(): number
  /** Whether what is waited for could be had now. */
  free?(): boolean
  /** Called once everybody waits. */
  linedUp?(): unknown
  /** Ends what the operation rightly leaves running. */
  end?(): unknown
  /** What has to hold when all is over and those of `through` have got what they waited for. */
  rest?(through: readonly string[]): unknown
}

/** A row of the table: how to make the stage, and what is special about the operation. */
export interface Operation {
  /** Several may wait; `complete` serves one of them, or all. Without it one waits alone. */
  readonly line?: "one" | "all"
  /** Whoever is cancelled gets it only when the wait is over. */
  readonly holdsBack?: boolean
  /** Of several cancellations the latest is thrown, not the first (R137, and CPython's staggered_race). */
  readonly latest?: boolean
  /**
   * Who is cancelled wakes the next in any case, since it cannot tell whether it was woken:
   * a wait without condition is over then, and one with a condition goes to the end of the line.
   */
  readonly rewakes?: "over" | "to the end"
  /** What it waits for goes on when it is cancelled, and ends when it is completed. */
  readonly leaves?: boolean
  /** Who comes in the tick of the cancellation or completion has to queue behind those who wait. */
  readonly fair?: boolean
  /** `complete` moves the clock, so that the wait is over with the next iteration. */
  readonly timed?: boolean
  /** What the operation gives; not looked at when it is absent. */
  readonly gives?: unknown
  make(clock: VirtualClock): Stage | Promise<Stage>
}
