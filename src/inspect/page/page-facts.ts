/**
 * What a page says beside the events of its recording, as JSON. Tasks are named by their ids.
 */

/** A stretch of the path that decided how long everything took, in seconds of the loop's clock. */
export interface PagePathSegment {
  readonly task: number
  readonly from: number
  readonly to: number
  readonly state: "running" | "ready" | "waiting" | "job"
}

/** The chain of waits and steps that led to the end. */
export interface PagePath {
  readonly loop: number
  readonly from: number
  readonly to: number
  /** False if it begins where the recording does, since earlier events were dropped. */
  readonly complete: boolean
  /** One after the other. */
  readonly segments: readonly PagePathSegment[]
}

/** Sentences about the recording, and where to look. */
export interface PageAdvice {
  readonly text: string
  /** What cannot be known from events and is taken for granted. */
  readonly assumed?: string
  readonly task?: number
  readonly place?: string
  /** In seconds of the clock of the task's loop. */
  readonly from?: number
  readonly to?: number
}

export interface PageFacts {
  readonly title: string
  readonly path?: PagePath
  readonly advice: readonly PageAdvice[]
  /** A paragraph on what limits the program. */
  readonly verdict?: string
  /** Lines of code by the place of the recording, such as `load (file:///shop/users.ts:7:11)`. */
  readonly sources: Readonly<Record<string, string>>
  /** Until when what has not ended is drawn, in seconds of the host's clock. */
  readonly until?: number
}
