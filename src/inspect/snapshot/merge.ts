/**
 * One snapshot of those that several copies of the library have taken of one process.
 */
import type { Snapshot, SnapshotDeadlock, SnapshotLeak, SnapshotResource, SnapshotTask, SnapshotThread, SnapshotWait } from "../snapshot.ts"

/** What a worker thread said, if it did. */
export interface ThreadPart {
  readonly thread: SnapshotThread
  readonly snapshot?: Snapshot | undefined
}

/** How the numbers of one copy become numbers of the whole. */
interface Shift {
  readonly task: number
  readonly loop: number
  readonly resource: number
}

/**
 * Each copy numbers from 1: the numbers of the second and further ones are moved up, so that
 * the first copy's stay what its programs print.
 *
 * @throws RangeError for none at all
 */
export function merge(parts: readonly Snapshot[]): Snapshot {
  const [first, ...others] = parts
  if (first === undefined) throw new RangeError("there is no copy of asyncio-ts in this process to take a snapshot of")
  return others.reduce((whole, part) => {
    if (!hasAny(part)) return whole
    return join(whole, moved(part, { task: highest(whole.tasks), loop: highest(whole.loops), resource: highest(whole.resources) }))
  }, first)
}

/** Numbers of the main thread may grow by so many before those of worker threads are moved further. */
const ROOM = 1000

/**
 * The snapshot of a main thread and those of its worker threads as one. A worker thread that has
 * nothing to show, such as a pool's that rests, is left out.
 */
export function withThreads(main: Snapshot, parts: readonly ThreadPart[]): Snapshot {
  const shown = parts.filter(({ thread, snapshot }) => thread.silent !== undefined || (snapshot !== undefined && hasAny(snapshot)))
  if (shown.length === 0) return main
  let whole: Snapshot = main
  const all = [main, ...shown.flatMap(({ snapshot }) => snapshot ?? [])]
  // By the number of the thread: task 2 of worker thread 3 is 3002, whoever else comes and goes, and whoever looks again finds it.
  const task = room(all.map(({ tasks }) => highest(tasks)))
  const resource = room(all.map(({ resources }) => highest(resources)))
  for (const { thread: { id }, snapshot } of shown) {
    if (snapshot === undefined) continue
    const by = { task: id * task, loop: highest(whole.loops), resource: id * resource }
    const part = moved(snapshot, by)
    const own = <T extends object>(items: readonly T[]): (T & { readonly thread: number })[] => items.map((item) => ({ ...item, thread: id }))
    whole = join(whole, { ...part, loops: own(part.loops), resources: own(part.resources), pools: own(part.pools) })
  }
  return { ...whole, threads: shown.map(({ thread }) => thread) }
}

/** Nothing runs in it. */
export function emptied(snapshot: Snapshot): Snapshot {
  const { blocked: _, ...rest } = snapshot
  return { ...rest, loops: [], tasks: [], resources: [], pools: [], deadlocks: [], leaks: [] }
}

function hasAny({ tasks, loops, pools }: Snapshot): boolean {
  return tasks.length > 0 || loops.length > 0 || pools.length > 0
}

/** A power of ten above all of them. */
function room(numbers: readonly number[]): number {
  return Math.max(ROOM, 10 ** Math.ceil(Math.log10(Math.max(...numbers) + 1)))
}

function join(whole: Snapshot, part: Snapshot): Snapshot {
  return {
    ...whole,
    paused: Math.max(whole.paused, part.paused),
    loops: [...whole.loops, ...part.loops],
    tasks: [...whole.tasks, ...part.tasks],
    resources: [...whole.resources, ...part.resources],
    pools: [...whole.pools, ...part.pools],
    deadlocks: [...whole.deadlocks, ...part.deadlocks],
    leaks: [...whole.leaks, ...part.leaks],
  }
}

function highest(items: readonly { readonly id: number }[]): number {
  return items.reduce((most, { id }) => Math.max(most, id), 0)
}

function moved(part: Snapshot, by: Shift): Snapshot {
  const tasks = (ids: readonly number[]): number[] => ids.map((id) => id + by.task)
  const wait = (of: SnapshotWait): SnapshotWait => ({
    ...of,
    awaits: tasks(of.awaits),
    holders: tasks(of.holders),
    ...(of.resource === undefined ? {} : { resource: of.resource + by.resource }),
  })
  const task = (of: SnapshotTask): SnapshotTask => ({
    ...of,
    id: of.id + by.task,
    loop: of.loop + by.loop,
    waits: of.waits.map(wait),
    awaitedBy: tasks(of.awaitedBy),
    ...(of.parent === undefined ? {} : { parent: of.parent + by.task }),
    ...(of.scopes === undefined ? {} : { scopes: of.scopes.map(({ kind, tasks: ids }) => ({ kind, tasks: tasks(ids) })) }),
  })
  const resource = (of: SnapshotResource): SnapshotResource => ({
    ...of,
    id: of.id + by.resource,
    holders: tasks(of.holders),
    waiting: tasks(of.waiting),
  })
  const deadlock = (of: SnapshotDeadlock): SnapshotDeadlock => ({
    ...of,
    tasks: tasks(of.tasks),
    ...(of.resources === undefined ? {} : { resources: of.resources.map((id) => id + by.resource) }),
  })
  const leak = (of: SnapshotLeak): SnapshotLeak => ({
    ...of,
    ...(of.task === undefined ? {} : { task: of.task + by.task }),
    ...(of.resource === undefined ? {} : { resource: of.resource + by.resource }),
  })
  return {
    ...part,
    loops: part.loops.map((loop) => ({ ...loop, id: loop.id + by.loop })),
    tasks: part.tasks.map(task),
    resources: part.resources.map(resource),
    deadlocks: part.deadlocks.map(deadlock),
    leaks: part.leaks.map(leak),
  }
}
