import { brand } from "../../errors/brand.ts"

/** Thrown for a recording that cannot be read or written; the message is one sentence that says why, and what to do. */
export class RecordingError extends Error {
  declare readonly name: "RecordingError"
  declare readonly code: "ERR_RECORDING"

  static {
    brand(this, "RecordingError", "ERR_RECORDING")
  }
}

/** What a file that ends too early is told to be. */
export function cutShort(): RecordingError {
  return new RecordingError("the recording was cut short: its end is missing, so record again, or copy the whole file")
}

/** What a file is told to be whose contents contradict themselves. */
export function damaged(what: string, cause?: unknown): RecordingError {
  return new RecordingError(`the recording is damaged (${what}): record again, or copy the file once more`, cause === undefined ? {} : { cause })
}

/** What something else is told to be. */
export function noRecording(): RecordingError {
  return new RecordingError("this is no recording: give a file that asyncio-ts run --record or a flight recorder has written")
}
