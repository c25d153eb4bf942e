/** Cells of memory that a test and its jobs share. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"

export function cells(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(16))
}

/** Until another thread has set a cell. */
export async function isSet(shared: Int32Array, index: number): Promise<void> {
  // Node does not stay alive for such a wait.
  const alive = setInterval(() => undefined, 1000)
  try {
    assert.notEqual(await asyncio.wrapFuture(Promise.resolve(Atomics.waitAsync(shared, index, 0, 60_000).value)), "timed-out")
  } finally {
    clearInterval(alive)
  }
}

export function set(shared: Int32Array, index: number): void {
  Atomics.store(shared, index, 1)
  Atomics.notify(shared, index)
}
