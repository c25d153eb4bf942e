/**
 * How far a job is, on its way through Redis: numbers and texts as they are, for other tools
 * that look at the queue; other values encoded.
 */
import { decodeValue, encodeValue } from "./payload.ts"

interface Encoded {
  readonly asyncio: string
}

export type RemoteProgress = number | string | boolean | Encoded

const MOST_BYTES = 64 * 2 ** 10

/** @throws TypeError or RangeError for what cannot be sent. */
export function writeProgress(value: unknown, name: string): RemoteProgress {
  if ((typeof value === "number" && Number.isFinite(value)) || typeof value === "string" || typeof value === "boolean") return value
  return { asyncio: encodeValue(value, MOST_BYTES, `cannot report the progress of '${name}'`, [value], "progress") }
}

export function readProgress(progress: unknown): unknown {
  const { asyncio } = (progress ?? {}) as Partial<Encoded> // whatever a worker has written
  return typeof asyncio === "string" ? decodeValue(asyncio) : progress
}
