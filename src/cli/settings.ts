/**
 * What the command tells the process that it starts, through the environment.
 */

/** The file to write the recording to, if there is to be one. */
export const RECORDING = "ASYNCIO_TS_RECORDING"
/** Set if every loop is to run in debug mode. */
export const DEBUG = "ASYNCIO_TS_DEBUG"
