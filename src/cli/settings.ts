/**
 * What the command and the process that it starts tell each other.
 */
import type { Recording } from "../inspect/recording.ts"

// The command tells by the environment.


/** The file to write the recording to, if there is to be one. */
export const RECORDING = "ASYNCIO_TS_RECORDING"
/** Set if each switch of tasks is to be told. */
export const EXPLAIN = "ASYNCIO_TS_EXPLAIN"
/** Set if every loop is to run in debug mode. */
export const DEBUG = "ASYNCIO_TS_DEBUG"

/** What the process leaves in that file. */
export interface Recorded {
  readonly recording: Recording
  /** When it ended, in seconds of the clock that loops run on unless they have another. */
  readonly ended: number
}
