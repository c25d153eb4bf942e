import { AsyncLocalStorage } from "node:async_hooks"
import { RuntimeError } from "../../errors/misuse.ts"

// In the platform's registry, so that a job that loads another copy of this package finds it.
const slot: unique symbol = Symbol.for("asyncio-ts.jobKey") as never // the declaration needs a symbol of its own
const thread = globalThis as { [slot]?: AsyncLocalStorage<string> | undefined }

/**
 * The idempotency key of the job that runs: the `key` it was given to the executor with, else
 * a name of its own. It is the same each time that the job is begun, on whatever machine.
 *
 * @throws RuntimeError outside a job of a `DistributedExecutor`
 *
 * @example
 * ```ts
 * import { currentJobKey } from "asyncio-ts/executors"
 *
 * // In the module that workers serve.
 * export const receipt = (amount: number) => `${currentJobKey()}: ${amount}`
 *
 * try {
 *   receipt(7)
 * } catch (error) {
 *   console.log((error as Error).name) // -> RuntimeError
 * }
 * ```
 */
export function currentJobKey(): string {
  const key = thread[slot]?.getStore()
  if (key === undefined) throw new RuntimeError("this code runs in no job of a DistributedExecutor, so it has no key; give it one as an argument")
  return key
}

/**
 * Calls `body` with `key` as that of its job. It goes with the code, and is no state of the
 * thread: what is left behind of a job that was cancelled runs on beside the next one.
 */
export function withJobKey<R>(key: string, body: () => R): R {
  return (thread[slot] ??= new AsyncLocalStorage()).run(key, body)
}
