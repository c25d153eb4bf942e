/**
 * What the command and the process that it starts tell each other.
 */
import type { Recording } from "../inspect/recording.ts"

// The command tells by the environment.


/** The file to write the recording to, if there is to be one. */
export const RECORDING = "ASYNCIO_TS_RECORDING"
/** Set if a verdict is to be given: what only costs something then is recorded too. */
export const EXAMINE = "ASYNCIO_TS_EXAMINE"
/** After how many seconds the recording is written and the program ended. */
export const RECORD_FOR = "ASYNCIO_TS_RECORD_FOR"
/** The file to which a flight recorder writes when the program ends, if there is to be one. */
export const FLIGHT = "ASYNCIO_TS_RECORD"
/** Set if each switch of tasks is to be told. */
export const EXPLAIN = "ASYNCIO_TS_EXPLAIN"
/** Seconds after which code that blocks the loop is reported, if there is to be a watchdog. */
export const WATCHDOG = "ASYNCIO_TS_WATCHDOG"
/** Set if the program is to open a socket by which it can be looked into. */
export const INSPECT = "ASYNCIO_TS_INSPECT"
/** Set if every loop is to run in debug mode. */
export const DEBUG = "ASYNCIO_TS_DEBUG"

/** What the process leaves in that file. */
export interface Recorded {
  readonly recording: Recording
  /** When it ended, in seconds of the clock that loops run on unless they have another. */
  readonly ended: number
  /** Whether its time was over, and not the program. */
  readonly stopped?: boolean
}
