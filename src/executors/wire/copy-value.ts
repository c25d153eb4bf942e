/** Copies as whoever is on the other side would get them. */
import { deserialize, serialize } from "node:v8"
import type { FromWorker } from "./messages.ts"
import type { Transferable } from "./transfer.ts"

/** As through the port of a thread; what is in `transfer` is moved. @throws DataCloneError */
export function copyByPort<T>(value: T, transfer: readonly Transferable[]): T {
  return structuredClone(value, { transfer: transfer as ArrayBuffer[] }) // what a list may hold is checked there
}

/** Whether a copy of `value` is the value itself. */
export function isPrimitive(value: unknown): boolean {
  return (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol") || value === null
}

/**
 * A message as bytes, which whoever gets it reads by itself: what Node cannot read, such as what is
 * nested too deeply, it throws where nobody can catch it. @throws Error for what cannot be cloned
 */
export function packed(message: FromWorker): FromWorker | Uint8Array {
  const holds = "value" in message ? !isPrimitive(message.value) : message.kind === "ask" || message.kind === "failed"
  return holds ? serialize(message) : message
}

/** @throws Error for what cannot be read. */
export function unpacked(sent: FromWorker | Uint8Array): FromWorker {
  return sent instanceof Uint8Array ? (deserialize(sent) as FromWorker) : sent // what was packed
}

/** As through the pipe of a process. @throws Error for what cannot be cloned */
export function copyByPipe<T>(value: T): T {
  return deserialize(serialize(value)) as T // a copy is of the same type
}
