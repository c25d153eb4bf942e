/** Whether this runtime orders events as CPython does: random programs with CPython's trace of each. */
import { once } from "node:events"
import { Worker } from "node:worker_threads"

import * as asyncio from "asyncio-ts"

export interface Agreement {
  /** Of how many programs the trace was the same. */
  readonly same: number
  readonly programs: number
}

/** Runs `count` programs of conformance/, in a thread, since each has a loop of its own to run. */
export const compareWithPython = asyncio.coroutine("compareWithPython", async (count: number): Promise<Agreement> => {
  const worker = new Worker(new URL("./conformance-worker.ts", import.meta.url), { workerData: count })
  try {
    const [agreement] = await asyncio.wrapFuture(once(worker, "message"))
    return agreement as Agreement // what the worker sends
  } finally {
    void worker.terminate()
  }
})
