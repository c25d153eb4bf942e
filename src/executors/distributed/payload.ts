/**
 * Values on their way through Redis: as V8 serializes them, so that a Map stays a Map and a
 * Date a Date, in the JSON that BullMQ stores.
 */
import { deserialize, serialize } from "node:v8"
import { RuntimeError } from "../../errors/misuse.ts"
import { refusal } from "../wire/uncloneable.ts"

/** What a job's arguments, its result and its reports may take, in bytes. */
export const MOST_BYTES = 4 * 2 ** 20

const TOO_LARGE = "ERR_PAYLOAD_TOO_LARGE"

/**
 * @param attempt - `cannot send the arguments of 'analyse' to another machine`
 * @param roots - the values as a message names them
 * @throws TypeError for what cannot be cloned, RangeError for what is too large.
 */
export function encodeValue(value: unknown, limit: number, attempt: string, roots: readonly unknown[], root?: string): string {
  let bytes: Buffer
  try {
    bytes = serialize(value)
  } catch (error) {
    throw refusal(attempt, roots, error, root === undefined ? { boundary: "process" } : { name: root, boundary: "process" })
  }
  if (bytes.length > limit) {
    const error = new RangeError(
      `${attempt}: it takes ${size(bytes.length)}, and Redis is to hold ${size(limit)} of a job at most; ` +
        "put it where the workers can read it (a file, an object store, a database) and send its name, or raise maxPayload",
    )
    throw Object.assign(error, { code: TOO_LARGE })
  }
  return bytes.toString("base64")
}

/** Whether `encodeValue` has refused something for its size, here or on another machine. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && (error as { code?: unknown }).code === TOO_LARGE
}

export function decodeValue(text: string): unknown {
  try {
    return deserialize(Buffer.from(text, "base64"))
  } catch (cause) {
    throw new RuntimeError("what came through Redis cannot be read: it was sent by another version of Node, or is damaged; use one version on all machines", { cause })
  }
}

function size(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
