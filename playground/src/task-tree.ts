/** Tasks as a tree: each below the one that awaits it, or else below the one that made it. */
import type { TaskNow } from "./steps.ts"

export interface TreeRow {
  readonly now: TaskNow
  readonly depth: number
  /** Whether the one above awaits it, and has not only made it. */
  readonly awaited: boolean
}

export function taskTree(tasks: readonly TaskNow[]): TreeRow[] {
  const byId = new Map(tasks.map((now) => [now.task.id, now]))
  const awaiter = new Map<number, number>()
  for (const { task, awaits } of tasks) {
    for (const id of awaits) if (byId.has(id) && !awaiter.has(id)) awaiter.set(id, task.id)
  }
  const below = Map.groupBy(tasks, ({ task }) => above(task.id))
  const rows: TreeRow[] = []
  const seen = new Set<number>()
  const add = (now: TaskNow, depth: number): void => {
    // Tasks that await each other in a circle are drawn once.
    if (seen.has(now.task.id)) return
    seen.add(now.task.id)
    rows.push({ now, depth, awaited: awaiter.has(now.task.id) })
    for (const one of below.get(now.task.id) ?? []) add(one, depth + 1)
  }
  for (const now of below.get(undefined) ?? []) add(now, 0)
  for (const now of tasks) add(now, 0)
  return rows

  function above(id: number): number | undefined {
    const parent = awaiter.get(id) ?? byId.get(id)?.task.parent
    return parent !== undefined && byId.has(parent) ? parent : undefined
  }
}
