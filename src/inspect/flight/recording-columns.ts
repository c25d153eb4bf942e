/**
 * A recording without an object for each event: the form in which it is stored, and in which a
 * million events are drawn and reckoned with.
 *
 * Tasks are numbered from 0 in the order of `ids`; the first `tasks.count` of them are described,
 * the others only named, as by who woke whom. Texts are numbered too, and 0 stands for none.
 * Rows beside each other in the columns of one table belong together.
 */
import type { RecordedPools } from "../recording.ts"

/** What stands for no task. */
export const NO_TASK = 0xffff_ffff

/** The numbers of the kinds of events. */
export const EVENT_KINDS = ["created", "resumed", "parked", "done", "ready", "cancel requested"] as const
export const CREATED = 0
export const RESUMED = 1
export const PARKED = 2
export const DONE = 3
export const READY = 4
export const CANCEL_REQUESTED = 5

/** The numbers of the kinds of pauses. */
export const PAUSE_KINDS = ["blocked", "collection"] as const

/** The tasks of a recording, numbered from 0; texts are numbers into `texts`. */
export interface TaskColumns {
  readonly count: number
  /** Texts. */
  readonly name: Uint32Array
  readonly code: Uint32Array
  readonly place: Uint32Array
  readonly loop: Float64Array
  /** The number of a task in `ids`, or `NO_TASK`. */
  readonly parent: Uint32Array
  readonly leftBehind: Uint8Array
}

/** In the order in which they happened. */
export interface EventColumns {
  readonly count: number
  /** An index into `EVENT_KINDS`. */
  readonly kind: Uint8Array
  /** The number of a task in `ids`. */
  readonly task: Uint32Array
  /** In seconds of the clock of the task's loop. */
  readonly time: Float64Array
  /** A text: of `parked` what it waits for; of `done` how it ended; of `cancel requested` who asked. */
  readonly what: Uint32Array
  /** A text: of `parked` what exactly; of `done` the reason; of `cancel requested` why. */
  readonly detail: Uint32Array
  /** A text: of `parked` where. */
  readonly place: Uint32Array
  /** A text: of `parked` the lines that await that place in turn, each on a line. It is not in files. */
  readonly path?: Uint32Array
  /** The number of a task in `ids`, or `NO_TASK`: of `ready` who woke it. */
  readonly by: Uint32Array
  /** The tasks that event n awaits are those of `awaits` from `awaitsFrom[n]` to before `awaitsFrom[n + 1]`. */
  readonly awaitsFrom: Uint32Array
  /** Numbers of tasks in `ids`. */
  readonly awaits: Uint32Array
}

/** What loops called beside their tasks. */
export interface CallbackColumns {
  readonly count: number
  readonly loop: Float64Array
  readonly name: Uint32Array
  readonly from: Float64Array
  readonly to: Float64Array
}

/** When the thread was blocked or collected garbage. */
export interface PauseColumns {
  readonly count: number
  /** An index into `PAUSE_KINDS`. */
  readonly kind: Uint8Array
  readonly from: Float64Array
  readonly to: Float64Array
  readonly what: Uint32Array
  readonly place: Uint32Array
  readonly advice: Uint32Array
}

/** A recording as arrays of numbers; texts stand once in `texts`, and 0 is none. */
export interface RecordingColumns {
  readonly version?: 1 | undefined
  readonly reason?: string | undefined
  readonly epoch?: number | undefined
  readonly taken?: number | undefined
  readonly dropped: number
  readonly lost?: { readonly texts: number; readonly edges: number } | undefined
  /** `texts[0]` stands for none. */
  readonly texts: readonly string[]
  /** What the tasks are called by in a `Recording`. */
  readonly ids: Float64Array
  readonly tasks: TaskColumns
  readonly events: EventColumns
  readonly callbacks?: CallbackColumns | undefined
  readonly pauses?: PauseColumns | undefined
  /** As they are: there are few. */
  readonly pools?: RecordedPools | undefined
}
