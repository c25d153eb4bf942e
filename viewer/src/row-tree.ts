/** Which rows there are and which stands under which: loops with their tasks by who made them, pools with their workers. */
import { NO_TASK, PAUSE_KINDS, type RecordingColumns } from "../../src/inspect/flight/recording-columns.ts"
import { BLOCKED, COLLECTION } from "./looks.ts"
import { CALLBACKS, LOOP, PAUSES, POOL, TASK_ROW, WORKER_ROW } from "./model.ts"
import type { TaskSpans } from "./task-spans.ts"

export interface RowTree {
  readonly kind: Uint8Array
  /** The loop, task or worker; of pauses what is drawn. */
  readonly ref: Uint32Array
  readonly depth: Uint16Array
  /** The row after the last below it. */
  readonly end: Uint32Array
  /** The row above in the tree, plus 1; 0 for none. */
  readonly parent: Uint32Array
}

export function rowTree({ tasks, callbacks, pauses, pools: recorded }: RecordingColumns, loops: readonly number[], lives: TaskSpans): RowTree {
  const taskCount = tasks.count
  const withCallbacks = new Set(callbacks?.loop)
  const begun = new Set(recorded?.jobs.map(({ worker }) => worker))
  const workers = [...(recorded?.workers ?? []).entries()].filter(([, { id, started }]) => started !== undefined || begun.has(id))
  const pools = Map.groupBy(workers, ([, { pool }]) => pool)
  const lanes = [...new Set(pauses?.kind)].map((kind) => PAUSE_KINDS[kind])
  const room = lanes.length + loops.length + withCallbacks.size + taskCount + pools.size + workers.length
  const tree = {
    kind: new Uint8Array(room),
    ref: new Uint32Array(room),
    depth: new Uint16Array(room),
    end: new Uint32Array(room),
    parent: new Uint32Array(room),
  }
  let rows = 0
  const add = (kind: number, ref: number, depth: number, parent: number): number => {
    tree.kind[rows] = kind
    tree.ref[rows] = ref
    tree.depth[rows] = depth
    tree.end[rows] = rows + 1
    tree.parent[rows] = parent
    return rows++
  }
  for (const lane of lanes.sort()) add(PAUSES, lane === "blocked" ? BLOCKED : COLLECTION, 0, 0)

  // A chain of children for each task: the latest first, so the walk below takes them from the last.
  const child = new Int32Array(taskCount).fill(-1)
  const sibling = new Int32Array(taskCount).fill(-1)
  const orphans = new Map<number, number>()
  for (const task of byAge(lives, taskCount)) {
    const parent = tasks.parent[task]
    if (parent !== NO_TASK && parent < taskCount && tasks.loop[parent] === tasks.loop[task]) {
      sibling[task] = child[parent]
      child[parent] = task
    } else {
      const loop = tasks.loop[task]
      sibling[task] = orphans.get(loop) ?? -1
      orphans.set(loop, task)
    }
  }
  const several = loops.length > 1
  for (const loop of loops) {
    const top = several ? add(LOOP, loop, 0, 0) : -1
    if (withCallbacks.has(loop)) add(CALLBACKS, loop, several ? 1 : 0, top + 1)
    walk(orphans.get(loop) ?? -1, several ? 1 : 0, top + 1)
    if (top >= 0) tree.end[top] = rows
  }
  for (const [, list] of pools) {
    const top = add(POOL, list[0][0], 0, 0)
    for (const [worker] of list) add(WORKER_ROW, worker, 1, top + 1)
    tree.end[top] = rows
  }
  return { kind: tree.kind.subarray(0, rows), ref: tree.ref.subarray(0, rows), depth: tree.depth.subarray(0, rows), end: tree.end.subarray(0, rows), parent: tree.parent.subarray(0, rows) }

  /** Without recursion: tasks can be nested as deep as there are tasks. */
  function walk(start: number, depth: number, parent: number): void {
    const stack: [task: number, depth: number, parent: number][] = []
    const open: number[] = []
    push(start, depth, parent)
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [task, level, above] = next
      while (open.length > 0 && tree.depth[open.at(-1)!] >= level) tree.end[open.pop()!] = rows
      const row = add(TASK_ROW, task, Math.min(level, 0xffff), above)
      if (child[task] < 0) continue
      open.push(row)
      push(child[task], level + 1, row + 1)
    }
    for (const row of open) tree.end[row] = rows

    function push(first: number, level: number, above: number): void {
      for (let task = first; task >= 0; task = sibling[task]) stack.push([task, level, above])
    }
  }
}

/** Tasks in the order in which they were first seen. */
function byAge({ from }: TaskSpans, count: number): Uint32Array {
  const tasks = Uint32Array.from({ length: count }, (_, task) => task)
  for (let n = 1; n < count; n += 1) if (from[n] < from[n - 1]) return tasks.sort((a, b) => from[a] - from[b] || a - b)
  return tasks
}
