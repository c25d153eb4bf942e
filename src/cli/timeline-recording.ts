/**
 * Recordings in both forms that files have them in: what a recorder writes, and JSON.
 */
import { checkedRecording } from "./checked-recording.ts"
import { RecordingError } from "../inspect/flight/recording-error.ts"
import { readRecording } from "../inspect/flight/recording-file-node.ts"
import type { Recording } from "../inspect/recording.ts"

const VERSION = 1

/** @throws RecordingError */
export function readRecordingFile(bytes: Uint8Array): Recording {
  const [first] = bytes
  return first === 0x7b ? fromJson(new TextDecoder().decode(bytes)) : readRecording(bytes) // {
}

function fromJson(text: string): Recording {
  let given: Partial<Recording>
  try {
    given = JSON.parse(text) as Partial<Recording> // which checkedRecording makes sure of
  } catch (error) {
    throw new RecordingError("the recording was cut short, or is no JSON: record again, or copy the whole file", { cause: error })
  }
  const version: unknown = given.version ?? VERSION
  if (version !== VERSION) throw new RecordingError(`the recording has version ${String(version)}, and this asyncio-ts reads version ${VERSION}: use the one that wrote it`)
  return checkedRecording(given)
}
