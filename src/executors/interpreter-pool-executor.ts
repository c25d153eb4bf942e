import { PoolExecutor } from "./pool-executor.ts"
import { PROCESSORS, type WorkerPoolOptions } from "./pool/pool-settings.ts"
import { threads } from "./pool/thread-carrier.ts"

let made = 0

/**
 * Runs what computes in worker threads, each an interpreter of its own, one for each processor.
 *
 * A thread shares nothing with the program but memory that is shared or moved on purpose. A
 * cancelled job is asked to end and, if it does not, is ended with its thread. Workers are
 * started when they are needed and end when they are idle for `idleTimeout` seconds; idle ones
 * do not keep the program alive.
 *
 * @throws TypeError or RangeError naming the option.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { InterpreterPoolExecutor } from "asyncio-ts/executors"
 *
 * const sumTo = (n: number) => {
 *   let sum = 0
 *   for (let i = 1; i <= n; i += 1) sum += i
 *   return sum
 * }
 *
 * await asyncio.run(async () => {
 *   const pool = new InterpreterPoolExecutor({ maxWorkers: 2 })
 *   const sums = await asyncio.gather([pool.submit(sumTo, 1000), pool.submit(sumTo, 2000)])
 *   console.log(sums) // -> [ 500500, 2001000 ]
 *   await pool.shutdown()
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#interpreterpoolexecutor
 */
export class InterpreterPoolExecutor extends PoolExecutor {
  constructor(options: WorkerPoolOptions = {}) {
    made += 1
    super(threads, { name: `interpreters-${made}`, maxWorkers: PROCESSORS, cancel: "terminate" }, options)
  }
}
