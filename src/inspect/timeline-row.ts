/**
 * The rows of a timeline: lives, and the spans that they consist of.
 */
import type { TaskEnd } from "../core/observer.ts"

/**
 * `ready`: it can run, and others have the loop. `left behind`: awaits a promise that cannot be cancelled,
 * while nobody waits for it any more. Of a worker: `starting`, `running` a job, and `idle`. Of
 * a thread: `blocked`, and `collecting` garbage.
 */
export type SpanState = "ready" | "running" | "waiting" | "left behind" | "starting" | "idle" | "blocked" | "collecting"

/** One state of a task or worker, in seconds of its loop's clock. */
export interface Span {
  readonly state: SpanState
  readonly from: number
  readonly to: number
  /** What a waiting task waits for, such as `sleep` or `Lock.acquire`. */
  readonly on?: string
  /** What exactly, such as `0.5 s`; known of the latest wait of a task. */
  readonly detail?: string
  /** Where it waits, such as `fetchUser (file:///shop/users.ts:7:11)`, where that is known. */
  readonly place?: string
  /** The tasks that a waiting task awaits. */
  readonly awaits?: readonly number[]
  /** Of a ready span, or of a running one if it was ready for no time: the task whose code woke it; missing for timers and the host. */
  readonly by?: number
}

/** Somebody asked a task to cancel. */
export interface CancelMark {
  readonly time: number
  readonly by?: string
  readonly why?: string
}

/** The life of a task, or of anything else that is to be drawn as a row. */
export interface TimelineTask {
  readonly id: number
  readonly name: string
  /** What its code is called: the coroutine, or the function. */
  readonly code?: string
  readonly loop: number
  readonly parent?: number
  readonly from: number
  readonly to: number
  /** One after the other, without gaps. */
  readonly spans: readonly Span[]
  /** How it ended; missing while it has not. */
  readonly end?: TaskEnd
  /** Where it was made, where that is known. */
  readonly place?: string
  /** The requests to cancel it; missing if there were none. */
  readonly requests?: readonly CancelMark[]
  /** What is to be said of it; of a recorded task, why it failed or who cancelled it. */
  readonly note?: string
}
