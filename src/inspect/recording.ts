/**
 * What a recorder has seen, as plain data that can be stored, sent and read again as JSON.
 */
import type { TaskEnd } from "../core/observer.ts"

/** A task that was seen. */
export interface RecordedTask {
  /** Unique in the process. */
  readonly id: number
  readonly name: string
  /** What its code is called: the coroutine, or the function. */
  readonly code: string
  /** The number of its loop, from 1; each loop has a clock of its own. */
  readonly loop: number
  /** The task whose code made it. */
  readonly parent?: number
  /** Whether it stands for code that was left behind at a promise which cannot be cancelled. */
  readonly leftBehind: boolean
}

/** Something that happened to a task; `time` is in seconds of its loop's clock. */
export type RecordedEvent =
  | { readonly kind: "created" | "resumed"; readonly task: number; readonly time: number }
  | {
      readonly kind: "parked"
      readonly task: number
      readonly time: number
      /** What it waits for, such as `sleep`; `promise` is anything that is not of this library. */
      readonly on: string
      /** What exactly, such as `0.5 s`; known of the latest wait of each task. */
      readonly detail?: string
    }
  | {
      readonly kind: "done"
      readonly task: number
      readonly time: number
      readonly how: TaskEnd
      /** Why it failed, or who cancelled it. */
      readonly reason?: string
    }

/** What a `Recorder` has recorded. */
export interface Recording {
  readonly tasks: readonly RecordedTask[]
  /** In the order in which they happened. */
  readonly events: readonly RecordedEvent[]
  /** How many earlier events had to make room. */
  readonly dropped: number
}
