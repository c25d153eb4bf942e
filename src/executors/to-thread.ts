import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { getRunningLoop } from "../core/running.ts"
import { defaultOf } from "./default-executor.ts"
import { engine } from "./engine.ts"
import type { Executor, Result } from "./executor.ts"
import { checkWork } from "./one-call.ts"

/**
 * Runs a function in a thread, so that the loop goes on while it blocks or computes.
 *
 * It runs in the loop's default executor, threads that are made when they are first needed. A
 * thread shares no variables with the program: `fn` is a function that captures nothing, or an
 * exported function of a module, as a call that an executor's `module` has made. Arguments and
 * the result are copied; `transfer` of `asyncio-ts/executors` moves them instead. The function
 * sees a copy of the caller's context variables, of those whose values can be cloned.
 *
 * A cancelled wait leaves the thread running and drops its outcome; the function is asked to
 * end, and may look at `currentSignal()`.
 *
 * @throws TypeError at the call for what is no function, captures variables or is a generator
 * function; when it is awaited, TypeError for arguments that cannot be cloned, RuntimeError once
 * the default executor was shut down, WorkerCrashError if the thread died, and what `fn` throws.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const sumTo = (n: number) => {
 *   let sum = 0
 *   for (let i = 1; i <= n; i += 1) sum += i
 *   return sum
 * }
 *
 * await asyncio.run(async () => {
 *   console.log(await asyncio.toThread(sumTo, 5_000_000)) // -> 12500002500000
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread
 */
export function toThread<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Coroutine<Result<R>> {
  checkWork(fn, "toThread")
  // Read here: later the line that has called this is no longer on the stack, and relative imports start at its file.
  engine().workOf(fn, "toThread")
  return new BodyCoroutine<Result<R>>("toThread", submit<A, R>, undefined, [fn, args])
}

async function submit<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): Promise<Result<R>> {
  const executor: Executor = defaultOf(getRunningLoop()).inContext()
  return await executor.submit(fn, ...args)
}
