/**
 * What a recorder has seen, as plain data that can be stored, sent and read again as JSON.
 */
import type { JobEnd, TaskEnd, WorkerEnd } from "../core/observer.ts"

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
  /** Where it was made, such as `main (file:///shop/main.ts:12:3)`, where that is known. */
  readonly place?: string
}

/** Something that happened to a task; `time` is in seconds of its loop's clock. */
export type RecordedEvent =
  | { readonly kind: "created" | "resumed"; readonly task: number; readonly time: number }
  | {
      /** What it waited for has come, and it can run. */
      readonly kind: "ready"
      readonly task: number
      readonly time: number
      /** The task whose code brought it; missing for timers and the host. */
      readonly by?: number
    }
  | {
      readonly kind: "cancel requested"
      readonly task: number
      readonly time: number
      readonly by?: string
      readonly why?: string
    }
  | {
      readonly kind: "parked"
      readonly task: number
      readonly time: number
      /** What it waits for, such as `sleep`; `promise` is anything that is not of this library. */
      readonly on: string
      /** What exactly, such as `0.5 s`; known of the latest wait of each task. */
      readonly detail?: string
      /** Where, such as `fetchUser (file:///shop/users.ts:7:11)`, where that is known. */
      readonly place?: string
      /** The lines that await that one in turn, innermost first, where they are known. */
      readonly path?: readonly string[]
      /** The tasks that it awaits, directly or through a gather, a wait or a group. */
      readonly awaits?: readonly number[]
    }
  | {
      readonly kind: "done"
      readonly task: number
      readonly time: number
      readonly how: TaskEnd
      /** Why it failed, or who cancelled it. */
      readonly reason?: string
    }

/** A thread or process of a pool. */
export interface RecordedWorker {
  /** Unique in the recording. */
  readonly id: number
  readonly pool: string
  /** Such as `thread 3` or `process 4711`. */
  readonly label: string
  /** Missing if it ran already. */
  readonly started?: number
  /** When it could take its first job. */
  readonly ready?: number
  readonly gone?: number
  readonly how?: WorkerEnd
}

/** A job that was given to a pool; one that ran again after a crash is there once for each time. */
export interface RecordedJob {
  /** Unique in the process. */
  readonly id: number
  readonly name: string
  /** The task whose code wanted it. */
  readonly task?: number
  readonly queued: number
  readonly begun?: number
  /** Where it was begun. */
  readonly worker?: number
  readonly ended?: number
  readonly how?: JobEnd
  /** Why it failed, or how its worker died. */
  readonly reason?: string
}

/** What workers did, in seconds of the host's clock. */
export interface RecordedPools {
  readonly workers: readonly RecordedWorker[]
  /** In the order in which they ended; those that have not come last. */
  readonly jobs: readonly RecordedJob[]
  /** How many earlier jobs had to make room. */
  readonly dropped: number
  /** The numbers of the loops that asked for jobs and whose clock is the host's. */
  readonly loops: readonly number[]
}

/** A callback of the user's that a loop called. */
export interface RecordedCallback {
  readonly loop: number
  readonly name: string
  readonly from: number
  readonly to: number
}

/** A stretch in which the thread could not serve its loops. */
export interface RecordedPause {
  /** `blocked`: code ran for longer than the watchdog allows. `collection`: the engine collected garbage. */
  readonly kind: "blocked" | "collection"
  /** In seconds of the host's clock. */
  readonly from: number
  readonly to: number
  /** The function that ran, or the kind of collection. */
  readonly what?: string
  readonly place?: string
  /** What would help. */
  readonly advice?: string
}

/** What a `Recorder` has recorded. */
export interface Recording {
  /** Of this form. */
  readonly version?: 1
  /** Why it was written down: `asked`, `signal`, `failure`, `deadlock`, `latency`. */
  readonly reason?: string
  /** When the host's clock stood at 0, in seconds since 1970. */
  readonly epoch?: number
  readonly callbacks?: readonly RecordedCallback[]
  readonly pauses?: readonly RecordedPause[]
  readonly tasks: readonly RecordedTask[]
  /** In the order in which they happened. */
  readonly events: readonly RecordedEvent[]
  /** How many earlier events had to make room. */
  readonly dropped: number
  /** Facts of events that are there which found no room: texts such as details, and who awaits whom. */
  readonly lost?: { readonly texts: number; readonly edges: number }
  /** When it was taken, in seconds of the host's clock. */
  readonly taken?: number
  /** The loops whose clock is not the host's; where it is missing, times tell as far as they can. */
  readonly ownClocks?: readonly number[]
  /** Missing if no worker was seen. */
  readonly pools?: RecordedPools
}
