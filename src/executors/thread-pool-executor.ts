import { PoolExecutor } from "./pool-executor.ts"
import { PROCESSORS, type WorkerPoolOptions } from "./pool/pool-settings.ts"
import { threads } from "./pool/thread-carrier.ts"

let made = 0

/** As many as Python's have: such threads wait more than they compute. */
export const THREADS = Math.min(32, PROCESSORS + 4)

/**
 * Runs what blocks in worker threads: `Atomics.wait`, synchronous files, native add-ons.
 *
 * As an `InterpreterPoolExecutor`, with more threads than processors, and a cancelled job is
 * abandoned by default: ending a thread inside a system call may leave half a file. It is asked to
 * end all the same (`currentSignal`).
 *
 * @throws TypeError or RangeError naming the option.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { ThreadPoolExecutor } from "asyncio-ts/executors"
 *
 * await asyncio.run(async () => {
 *   const pool = new ThreadPoolExecutor()
 *   const doze = (seconds: number) => {
 *     const cell = new Int32Array(new SharedArrayBuffer(4))
 *     return Atomics.wait(cell, 0, 0, seconds * 1000)
 *   }
 *   console.log(await pool.submit(doze, 0.01)) // -> timed-out
 *   await pool.shutdown()
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor
 */
export class ThreadPoolExecutor extends PoolExecutor {
  constructor(options: WorkerPoolOptions = {}) {
    made += 1
    super(threads, { name: `threads-${made}`, maxWorkers: THREADS, cancel: "abandon" }, options)
  }
}
