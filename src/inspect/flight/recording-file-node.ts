/**
 * Recordings as files have them: the bytes of `encodeColumns`, compressed by gzip.
 */
import { constants, gunzipSync, gzipSync } from "node:zlib"

import type { Recording } from "../recording.ts"
import { columnsOf } from "./columns-of.ts"
import { decodeColumns } from "./decode-columns.ts"
import { encodeColumns } from "./encode-columns.ts"
import type { RecordingColumns } from "./recording-columns.ts"
import { cutShort, damaged, noRecording, RecordingError } from "./recording-error.ts"
import { recordingOf } from "./recording-of.ts"

/** What a file may unpack to; a few kilobytes can unpack to gigabytes. */
const MOST = 2 ** 28

/**
 * A recording as a file of its own: `readRecording` gives the same back, and a page shows it.
 *
 * @throws RecordingError for a recording of another version.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { readRecording, Recorder, writeRecording } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * const bytes = writeRecording(recorder.recording())
 * console.log(readRecording(bytes).tasks[0]?.name) // -> nap
 * ```
 */
export function writeRecording(recording: Recording): Uint8Array<ArrayBuffer> {
  return writeColumns(columnsOf(recording))
}

/** The same for a recording in columns. */
export function writeColumns(columns: RecordingColumns): Uint8Array<ArrayBuffer> {
  return gzipSync(encodeColumns(columns), { level: constants.Z_BEST_SPEED + 2 })
}

/**
 * The recording that a file holds.
 *
 * @throws RecordingError for what is no recording, or is cut short, damaged or of another version.
 *
 * @example
 * ```ts
 * import { readRecording } from "asyncio-ts/inspect"
 *
 * try {
 *   readRecording(new TextEncoder().encode("no recording"))
 * } catch (error) {
 *   console.log((error as Error).name) // -> RecordingError
 * }
 * ```
 */
export function readRecording(bytes: Uint8Array): Recording {
  return recordingOf(readColumns(bytes))
}

/**
 * The same as columns of numbers, without an object for each event, which takes less time and memory.
 *
 * @throws RecordingError as `readRecording`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { readColumns, Recorder, writeRecording } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * const { tasks, texts } = readColumns(writeRecording(recorder.recording()))
 * console.log(texts[tasks.name[0] ?? 0]) // -> nap
 * ```
 */
export function readColumns(bytes: Uint8Array): RecordingColumns {
  return decodeColumns(isCompressed(bytes) ? unpacked(bytes) : bytes)
}

function isCompressed(bytes: Uint8Array): boolean {
  if (bytes.length === 0) throw new RecordingError("the recording is empty: the file has no bytes, so record again")
  return bytes[0] === 0x1f && (bytes.length === 1 || bytes[1] === 0x8b)
}

function unpacked(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException // gunzip throws nothing else
    if (message === "unexpected end of file") throw cutShort()
    if (code === "ERR_BUFFER_TOO_LARGE") throw new RecordingError("the recording unpacks to more than 256 MiB, so it is none of asyncio-ts")
    if (message === "unknown compression method" || message === "incorrect header check") throw noRecording()
    throw damaged(message, error)
  }
}
