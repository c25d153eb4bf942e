/** The same for piscina. */

import { move } from "piscina"

export const copied = (bytes: Uint8Array): Uint8Array => mark(bytes)

export const moved = (bytes: Uint8Array): unknown => move(mark(bytes))

function mark(bytes: Uint8Array): Uint8Array {
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) + 1
  return bytes
}
