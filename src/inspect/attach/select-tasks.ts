/**
 * A part of a snapshot: the tasks that somebody asked for.
 */
import type { Snapshot, SnapshotTask } from "../snapshot.ts"

export interface Selection {
  /** A part of the name, or of what the code is called; capitals do not matter. */
  readonly name?: string | undefined
  readonly limit?: number | undefined
  readonly sort?: TaskSort | undefined
  /** Whether those who await a selected task, and those it awaits, stay with it. */
  readonly connected?: boolean | undefined
}

/** `since` is the time in its state. */
export type TaskSort = "id" | "name" | "state" | "age" | "since" | "cpu"

/** The snapshot with fewer tasks, in another order; the rest stays as it is. */
export function selectTasks(snapshot: Snapshot, { name, limit, sort, connected = false }: Selection): Snapshot {
  let { tasks } = snapshot
  if (name !== undefined) {
    const wanted = name.toLowerCase()
    const found = tasks.filter((task) => task.name.toLowerCase().includes(wanted) || task.code.toLowerCase().includes(wanted))
    tasks = connected ? withConnected(tasks, found) : found
  }
  if (sort !== undefined) tasks = tasks.toSorted(ORDERS[sort])
  if (limit !== undefined) tasks = tasks.slice(0, limit)
  return { ...snapshot, tasks }
}

const ORDERS: Readonly<Record<TaskSort, (a: SnapshotTask, b: SnapshotTask) => number>> = {
  id: (a, b) => a.id - b.id,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
  state: (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.id - b.id,
  age: (a, b) => b.age - a.age || a.id - b.id,
  since: (a, b) => (b.since ?? 0) - (a.since ?? 0) || a.id - b.id,
  cpu: (a, b) => (b.cpu?.used ?? 0) - (a.cpu?.used ?? 0) || a.id - b.id,
}
const STATES: readonly SnapshotTask["state"][] = ["running", "ready", "waiting", "not started", "left behind"]

function withConnected(tasks: readonly SnapshotTask[], found: readonly SnapshotTask[]): readonly SnapshotTask[] {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const kept = new Set<SnapshotTask>()
  const follow = (from: readonly SnapshotTask[], next: (task: SnapshotTask) => readonly number[]): void => {
    const seen = new Set<SnapshotTask>()
    const rest = [...from]
    for (let task = rest.pop(); task !== undefined; task = rest.pop()) {
      if (seen.has(task)) continue
      seen.add(task)
      kept.add(task)
      for (const id of next(task)) {
        const other = byId.get(id)
        if (other !== undefined) rest.push(other)
      }
    }
  }
  follow(found, (task) => task.awaitedBy)
  follow(found, (task) => task.waits.flatMap(({ awaits }) => awaits))
  return tasks.filter((task) => kept.has(task))
}
