/**
 * What seems to be forgotten, as far as one look tells.
 *
 * A single task that waits in the background is what programs do on purpose: a worker waits for
 * work, a watcher for an event, each perhaps made by a task that has ended since. Nobody makes
 * several that run the same code, each waiting for something of its own, that nobody awaits and
 * whose makers have ended. So tasks are told of as a crowd.
 *
 * Rejected: to tell of each task that nobody awaits, since of 300 healthy programs 16 had one; and
 * of five, since 3 of 1,000 had those.
 */
import type { Snapshot, SnapshotLeak, SnapshotTask } from "../snapshot.ts"
import { quoted } from "./words.ts"

/** When something counts as forgotten. */
export interface LeakOptions {
  /** Seconds that a task must have waited; 60 by default. */
  readonly after?: number | undefined
}

/** Seconds that are taken for ever. */
export const FORGOTTEN = 60
/** So many make a crowd. */
export const CROWD = 10

/**
 * The leaks that one snapshot shows: crowds of tasks that nobody awaits and whose makers have ended,
 * and code that was left behind. For queues that only grow, timers and listeners see `LeakWatch`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { findLeaks, snapshotNow } from "asyncio-ts/inspect"
 *
 * await asyncio.run(async () => {
 *   const forget = async () => {
 *     for (let count = 0; count < 12; count += 1) asyncio.createTask(async () => new asyncio.Future<void>())
 *   }
 *   await asyncio.createTask(forget)
 *   await asyncio.sleep(0.02)
 *   console.log(findLeaks(snapshotNow(), { after: 0.01 }).map(({ kind }) => kind)) // -> [ 'unawaited task' ]
 * })
 * ```
 */
export function findLeaks({ tasks, resources }: Pick<Snapshot, "tasks" | "resources">, options: LeakOptions = {}): SnapshotLeak[] {
  const { after = FORGOTTEN } = options
  const alive = new Set(tasks.map(({ id }) => id))
  const leaks: SnapshotLeak[] = []
  const crowds = new Map<string, SnapshotTask[]>()
  for (const task of tasks) {
    if ((task.since ?? 0) < after) continue
    if (task.state === "left behind") leaks.push({ kind: "left behind", task: task.id, text: leftBehind(task) })
    else if (isUnawaited(task, alive)) gather(crowds, task)
  }
  const names = new Map(resources.map(({ id, kind }) => [id, kind]))
  for (const crowd of crowds.values()) {
    const apart = new Set(crowd.map(({ id, waits }) => waits[0]?.resource ?? -id))
    const [first] = crowd
    if (first === undefined || apart.size < CROWD) continue
    const what = names.get(first.waits[0]?.resource ?? -1) ?? first.waits[0]?.kind ?? "something"
    const least = Math.floor(crowd.reduce((shortest, { since = 0 }) => Math.min(shortest, since), Infinity))
    leaks.push({
      kind: "unawaited task",
      task: first.id,
      text: `nobody awaits ${crowd.length.toLocaleString("en")} tasks that run ${quoted(first.code)}, such as ${quoted(first.name)}, and the tasks that made them have ended; each has waited for ${/^[AEIOU]/u.test(what) ? "an" : "a"} ${what} of its own for ${least} s or more`,
    })
  }
  return leaks
}

function leftBehind({ name, since = 0 }: SnapshotTask): string {
  return `${quoted(name)} stands at a foreign promise that has not settled for ${Math.floor(since)} s`
}

/** By what they run and wait for. */
function gather(crowds: Map<string, SnapshotTask[]>, task: SnapshotTask): void {
  const key = `${task.code} ${task.waits[0]?.kind ?? ""}`
  const crowd = crowds.get(key)
  if (crowd === undefined) crowds.set(key, [task])
  else crowd.push(task)
}

function isUnawaited({ state, parent, awaitedBy, listenedTo, waits }: SnapshotTask, alive: ReadonlySet<number>): boolean {
  if (state !== "waiting" || parent === undefined || alive.has(parent)) return false
  if (awaitedBy.length > 0 || listenedTo === true) return false
  return waits.length > 0 && waits.every(({ internal, kind, left }) => internal || (kind === "Future" && left === undefined))
}
