import { PoolExecutor } from "./pool-executor.ts"
import { PROCESSORS, type WorkerPoolOptions } from "./pool/pool-settings.ts"
import { processes } from "./pool/process-carrier.ts"

let made = 0

/**
 * Runs what computes in child processes: for code that crashes, leaks, or changes the process.
 *
 * Nothing is shared: arguments and results are copied through a pipe, so moving and shared
 * memory are refused. A job that computes hears of a request to end at its next `await` only.
 *
 * @throws TypeError or RangeError naming the option.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { ProcessPoolExecutor } from "asyncio-ts/executors"
 *
 * await asyncio.run(async () => {
 *   const pool = new ProcessPoolExecutor({ maxWorkers: 1 })
 *   const other = await pool.submit(() => process.pid)
 *   console.log(other === process.pid) // -> false
 *   await pool.shutdown()
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor
 */
export class ProcessPoolExecutor extends PoolExecutor {
  constructor(options: WorkerPoolOptions = {}) {
    made += 1
    super(processes, { name: `processes-${made}`, maxWorkers: PROCESSORS, cancel: "terminate" }, options)
  }
}
