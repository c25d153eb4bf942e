/**
 * Snapshots as text on their way out of a process: JSON in which nothing stands twice.
 */
import { RuntimeError } from "../../errors/misuse.ts"
import type { Snapshot, SnapshotTask } from "../snapshot.ts"

type Sent = Omit<SnapshotTask, "frames"> & Partial<Pick<SnapshotTask, "frames">>

/** The whole at once. */
export function snapshotText(snapshot: Snapshot): string {
  return JSON.stringify({ ...snapshot, tasks: snapshot.tasks.map(sent) })
}

/** One task. */
export function taskText(task: SnapshotTask): string {
  return JSON.stringify(sent(task))
}

/** A task is most often in the coroutines that its first line is in. */
function sent(task: SnapshotTask): Sent {
  if (task.waits[0]?.frames !== task.frames) return task
  const { frames: _, ...rest } = task
  return rest
}

/**
 * The snapshot that such a text tells of.
 *
 * @throws RuntimeError if the process has told of an error instead; SyntaxError for what is no such text.
 */
export function parseSnapshot(text: string): Snapshot {
  const { error, ...snapshot } = JSON.parse(text) as Snapshot & { tasks: Sent[]; error?: string } // as it was sent
  if (error !== undefined) throw new RuntimeError(error)
  return { ...snapshot, tasks: snapshot.tasks.map((task: Sent) => ({ ...task, frames: task.frames ?? task.waits[0]?.frames ?? [] })) }
}
