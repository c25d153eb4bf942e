import { openPools } from "../../core/open-pools.ts"
import { host } from "../../host/host.ts"
import type { SnapshotPool } from "../snapshot.ts"

/** The pools of workers, with what each worker does. */
export function takePools(): SnapshotPool[] {
  const now = host.now()
  return [...openPools()].map(({ kind, settings, queue, seats }) => ({
    name: settings.name,
    kind: `${kind.noun} pool`,
    queued: queue.size,
    workers: [...seats].map(({ label, state, job }) => ({
      label,
      state,
      ...(job === null ? {} : { job: { id: job.id, name: job.plan.name, since: Math.max(0, now - job.begun) } }),
    })),
  }))
}
