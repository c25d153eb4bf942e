/**
 * The threads of a worker, and the calls that are made in them.
 */
import { answerWorker } from "../answer-worker.ts"
import { Job, type JobListener } from "../pool/job.ts"
import { poolSettings } from "../pool/pool-settings.ts"
import { threads } from "../pool/thread-carrier.ts"
import { WorkerPool } from "../pool/worker-pool.ts"
import { workOf } from "../work-of.ts"
import { serveFile } from "./serve-file.ts"
import type { WorkerSettings } from "./worker-options.ts"

/** A thread for each job that may run at a time, kept, and with the modules loaded. */
export function servingThreads({ concurrency, memoryLimit, maxTasksPerChild, queue, modules }: WorkerSettings): WorkerPool {
  const options = { maxWorkers: concurrency, minWorkers: concurrency, idleTimeout: Infinity, memoryLimit, maxTasksPerChild, name: `queue ${queue}` }
  const defaults = { name: queue, maxWorkers: concurrency, cancel: "terminate" } as const
  const settings = poolSettings(options, defaults, threads, (fn) => workOf(fn, "the initializer"))
  const work = { kind: "module", module: serveFile(), name: "preload" } as const
  return new WorkerPool(threads, { ...settings, initializer: { work, args: [...modules.values()], name: work.name } }, answerWorker)
}

/**
 * Calls a function of `serve-job.ts` in a thread; a job that is cancelled is ended with its
 * thread after `grace` seconds, and its listener told then.
 *
 * @throws as `WorkerPool.submit`.
 */
export function callInThread(pool: WorkerPool, call: "serveJob" | "exportedFunctions", argument: unknown, name: string, grace: number, listener: JobListener): Job {
  const work = { kind: "module", module: serveFile(), name: call } as const
  const plan = { work, name, shape: "once", context: undefined, errors: undefined, cancel: "terminate", grace, retries: 0 } as const
  const job = new Job(plan, [argument], [], listener)
  pool.submit(job)
  return job
}
