import type { Frame } from "../../core/frame.ts"
import { textOf } from "../reason-text.ts"
import type { SnapshotTask } from "../snapshot.ts"

type Cancelling = NonNullable<SnapshotTask["cancelling"]>

/** The requests to cancel a task that nobody has withdrawn; undefined for none. */
export function cancellingOf(frame: Frame): Cancelling | undefined {
  const { requested } = frame
  if (requested === 0) return undefined
  const { latest } = frame
  const why: unknown = latest?.message ?? latest?.cause
  return {
    requests: requested,
    ...(latest?.requestedBy === undefined ? {} : { by: latest.requestedBy }),
    ...(why === undefined || why === null || why === "" ? {} : { why: textOf(why) }),
  }
}
