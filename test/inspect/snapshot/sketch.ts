/** Snapshots that are made by hand. */
import type { Snapshot, SnapshotTask } from "#src/inspect/snapshot.ts"

export interface Sketch extends Partial<SnapshotTask> {
  readonly id: number
  /** Whom it awaits. */
  readonly on?: readonly number[]
}

/** A snapshot of tasks that await each other. */
export function sketch(tasks: readonly Sketch[], rest: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 1,
    pid: 4711,
    node: "v26.0.0",
    program: "/shop/main.ts",
    takenAt: "2026-01-01T00:00:00.000Z",
    uptime: 12.3,
    paused: 0,
    loops: [{ id: 1, running: true, clock: "system", debug: false, iterations: 1, ready: 0, timers: 0, hostOperations: 0 }],
    tasks: tasks.map(({ id, on = [], ...given }) => ({
      id,
      name: `t${id}`,
      code: "work",
      loop: 1,
      state: "waiting",
      age: 3,
      since: 2,
      waits: [{ kind: "x", text: on.length === 0 ? "timer, 1.00 s left" : "tasks", since: 2, frames: [], awaits: on, holders: [], internal: on.length > 0 }],
      frames: [],
      awaitedBy: given.awaitedBy ?? tasks.filter((task) => task.on?.includes(id)).map((task) => task.id),
      ...given,
    })),
    resources: [],
    pools: [],
    deadlocks: [],
    leaks: [],
    ...rest,
  }
}
