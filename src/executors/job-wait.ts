import type { WaitInfo, WaitReason } from "../core/observer.ts"
import type { Job } from "./pool/job.ts"
import type { WorkerPool } from "./pool/worker-pool.ts"

/** What whoever awaits a job waits for, for people. */
export function jobWait({ id, name }: Job, { settings }: WorkerPool): WaitInfo {
  return { kind: `worker job #${id}`, detail: `${name} in pool '${settings.name}'` }
}

/** The same in full. */
export function jobReason(job: Job, pool: WorkerPool): WaitReason {
  const { id, name, state } = job
  const where = `pool '${pool.settings.name}'`
  const doing = state === "running" ? `running in ${where}` : `queued in ${where}, no worker is free`
  return { ...jobWait(job, pool), text: `worker job #${id} '${name}', ${doing}`, on: job }
}
