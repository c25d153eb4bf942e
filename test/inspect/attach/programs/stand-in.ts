/**
 * What a copy of the library puts where it can be found from outside, without the library: a
 * program of a test starts in a third of the time, and its tasks are known.
 */
import type { Snapshot, SnapshotTask } from "#src/inspect/snapshot.ts"

let measuring = 0
let last = 0
const texts = new Map<number, string>()

export function install(count: number): void {
  const began = performance.now()
  const agent = {
    protocol: 1,
    version: "0.0.0",
    snapshotJson: () => JSON.stringify(snapshot(count, began)),
    prepareJson: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      last += 1
      const id = last
      texts.set(id, JSON.stringify(snapshot(count, began)))
      return { id, length: texts.get(id)?.length ?? 0 }
    },
    readJson: (id: number, from: number, to: number) => {
      const text = texts.get(id) ?? ""
      if (to >= text.length) texts.delete(id)
      return text.slice(from, to)
    },
    dropJson: (id: number) => texts.delete(id),
    measureCpu: (on: boolean) => (measuring += on ? 1 : -1) > 0,
    measuring: () => measuring,
  }
  Object.assign(globalThis, { [Symbol.for("asyncio-ts.runtimes")]: [agent] })
}

function snapshot(count: number, began: number): Snapshot {
  const age = (performance.now() - began) / 1000
  const tasks = Array.from({ length: count }, (_, at): SnapshotTask => ({
    id: at + 1,
    name: `Task-${at + 1}`,
    code: at === 0 ? "main" : "sleeper",
    loop: 1,
    ...(at === 0 ? {} : { parent: 1 }),
    state: "waiting",
    age,
    since: age,
    ...(measuring > 0 ? { cpu: { used: at / 1000, over: 1 } } : {}),
    waits: [{ kind: "sleep", text: "timer, 9.0 s left", since: age, left: 9, frames: [], awaits: at === 0 ? Array.from({ length: count - 1 }, (_, child) => child + 2) : [], holders: [], internal: false }],
    frames: [{ name: at === 0 ? "main" : "sleeper", place: { file: "file:///shop/main.ts", line: 12, column: 3, of: "await" } }],
    awaitedBy: at === 0 ? [] : [1],
  }))
  return {
    version: 1, pid: process.pid, node: process.version, program: process.argv[1] ?? "", takenAt: new Date().toISOString(), uptime: process.uptime(), paused: 0,
    loops: [{ id: 1, running: true, clock: "system", debug: false, iterations: 1, ready: 0, timers: count, hostOperations: 0 }],
    tasks, resources: [], pools: [], deadlocks: [], leaks: [],
  }
}
