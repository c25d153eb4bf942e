import type { Snapshot, SnapshotTask } from "#src/inspect/snapshot.ts"

/** A snapshot of tasks of which only what matters is given. */
export function snapshotOf(tasks: readonly (Partial<SnapshotTask> & { readonly id: number })[], more: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 1, pid: 4711, node: "v26.0.0", program: "/shop/main.ts", takenAt: "2026-01-01T00:00:00.000Z", uptime: 75, paused: 0.001,
    loops: [{ id: 1, running: true, clock: "system", debug: false, iterations: 9, ready: 0, timers: 1, hostOperations: 0 }],
    tasks: tasks.map((task) => ({ name: `Task-${task.id}`, code: "main", loop: 1, state: "waiting", age: task.id, since: task.id / 2, waits: [], frames: [], awaitedBy: [], ...task })),
    resources: [], pools: [], deadlocks: [], leaks: [],
    ...more,
  }
}
