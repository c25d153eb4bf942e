/** Workers of the bench `executor-transfer`: each gives back what it was given, and says that it has seen all of it. */

import { transfer } from "asyncio-ts/executors"

export const copied = (bytes: Uint8Array): Uint8Array => mark(bytes)

export const moved = (bytes: Uint8Array): Uint8Array => transfer(mark(bytes))

function mark(bytes: Uint8Array): Uint8Array {
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) + 1
  return bytes
}
