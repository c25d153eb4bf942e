import { brand } from "../../errors/brand.ts"

/** How a run failed. */
export type FailureKind = "error" | "deadlock" | "left behind" | "unhandled" | "endless" | "foreign"

/** What an exploration found. */
export interface Found {
  readonly kind: FailureKind
  /** A schedule that replays it, as short as could be found. */
  readonly schedule: string
  /** The run as sentences, a line for each step. */
  readonly story: string
  /** The seed of the run that failed first; undefined if that was the usual run, a replay, or an exhaustive search. */
  readonly seed: number | undefined
  /** How many runs it took to find it. */
  readonly runs: number
  /** How many further runs it took to make the schedule shorter. */
  readonly shrinks: number
  /** How many choices of the schedule differ from the usual order. */
  readonly size: number
}

/** Thrown by `explore` when a run fails. Its `cause` is the error of the run that `schedule` replays. */
export class ExplorationFailure extends Error implements Found {
  declare readonly name: "ExplorationFailure"
  declare readonly code: "ERR_EXPLORATION"
  readonly kind: FailureKind
  readonly schedule: string
  readonly story: string
  readonly seed: number | undefined
  readonly runs: number
  readonly shrinks: number
  readonly size: number

  static {
    brand(this, "ExplorationFailure", "ERR_EXPLORATION")
  }

  constructor(message: string, found: Found, cause: unknown) {
    super(message, { cause })
    this.kind = found.kind
    this.schedule = found.schedule
    this.story = found.story
    this.seed = found.seed
    this.runs = found.runs
    this.shrinks = found.shrinks
    this.size = found.size
  }
}
