/** What the page and the worker of a check tell each other, on a channel that the learner's program has no end of. */
import type { CheckResult } from "../../src/cli/exercises/check-result.ts"
import type { Seen } from "./messages.ts"

/** A file that the check may load. */
export interface CheckFile {
  /** JavaScript, its lines where those of the source are. */
  readonly code: string
  readonly source: string
  /** The first line that the editor's parser does not understand: not every engine tells one. */
  readonly mistake?: number
}

export interface CheckOrder {
  /** Of the exercise. */
  readonly name: string
  readonly files: Readonly<Record<string, CheckFile>>
  /** What the learner has written into the file of answers. */
  readonly answers: string
  /** Why programs cannot be measured in a browser. */
  readonly needs: Readonly<Record<string, string>>
}

/** A line that the learner's program has printed. */
export interface Printed {
  readonly text: string
  /** In seconds of the virtual clock. */
  readonly at: number
}

export interface Checked {
  readonly kind: "checked"
  readonly result: CheckResult
  readonly printed: readonly Printed[]
  /** Missing where the timeline would give the answer away. */
  readonly seen?: Seen
}

/** Sent again and again: a worker that computes without end sends none. */
export interface Alive {
  readonly kind: "alive"
}

export type FromCheck = Checked | Alive
