import { frameOf, Task } from "../../core/task.ts"
import type { Future } from "../../core/future.ts"
import type { SnapshotTask } from "../snapshot.ts"

/** The groups that a task stands in: it awaits their tasks at the end, whatever it does before. */
export type Scopes = NonNullable<SnapshotTask["scopes"]>

/** The numbers of the tasks among `futures` that are not done. */
export function openTasks(futures: Iterable<Future<unknown>>): number[] {
  const open: number[] = []
  for (const future of futures) if (future instanceof Task && !future.done()) open.push(future[frameOf].owner?.id ?? 0)
  return open
}
