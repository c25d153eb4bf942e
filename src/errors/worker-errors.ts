import { brand } from "./brand.ts"

/**
 * Thrown to whoever waits for a job whose worker died: it left with `process.exit`, ran out of
 * memory, was killed, or threw outside the job. Whether the job has done its work is not known.
 */
export class WorkerCrashError extends Error {
  declare readonly name: "WorkerCrashError"
  declare readonly code: "ERR_WORKER_CRASHED"

  static {
    brand(this, "WorkerCrashError", "ERR_WORKER_CRASHED")
  }
}
