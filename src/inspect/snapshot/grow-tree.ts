/**
 * The tree of tasks below those that await them, row by row. Not by recursion: it may be
 * thousands deep.
 */
import type { SnapshotTask, SnapshotWait } from "../snapshot.ts"

/** One row of the tree. */
export interface Row {
  /** What stands before the row, such as `│  └─ `. */
  readonly branches: string
  /** What stands before the lines below it. */
  readonly stem: string
  readonly depth: number
  readonly task: SnapshotTask
  /** Somebody else awaits it too, and it is drawn there. */
  readonly again: boolean
  /** The tasks that await each other, from this one on, which the path has come back to. */
  readonly circle: readonly number[] | undefined
  readonly waits: readonly SnapshotWait[]
}

/** A task whose rows are being made. */
interface Open {
  readonly task: SnapshotTask
  readonly children: readonly SnapshotTask[]
  readonly stem: string
  at: number
}

/** Further to the right there is no room: the same text for all that is below. */
const DEEPEST = 200

export function* growTree(tasks: readonly SnapshotTask[]): Generator<Row> {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const drawn = new Set<number>()
  const roots = tasks.filter(({ awaitedBy }) => !awaitedBy.some((id) => byId.has(id)))
  // What nobody outside awaits, and is no root, is a circle, or hangs below one.
  for (const root of [...roots, ...tasks]) if (!drawn.has(root.id)) yield* growFrom(root, byId, drawn)
}

function* growFrom(root: SnapshotTask, byId: ReadonlyMap<number, SnapshotTask>, drawn: Set<number>): Generator<Row> {
  const path: Open[] = []
  const places = new Map<number, number>()
  const open = (task: SnapshotTask, stem: string): void => {
    places.set(task.id, path.length)
    drawn.add(task.id)
    path.push({ task, stem, children: childrenOf(task, byId), at: 0 })
  }
  open(root, "")
  yield { branches: "", stem: path[0]?.children.length === 0 ? "   " : "│  ", depth: 0, task: root, again: false, circle: undefined, waits: root.waits }
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const task = top.children[top.at]
    top.at += 1
    if (task === undefined) {
      path.pop()
      places.delete(top.task.id)
      continue
    }
    const last = top.at === top.children.length
    const deep = path.length > DEEPEST
    const stem = deep ? top.stem : `${top.stem}${last ? "   " : "│  "}`
    const branches = `${top.stem}${last ? "└─ " : "├─ "}`
    const place = places.get(task.id)
    const circle = place === undefined ? undefined : path.slice(place).map((on) => on.task.id)
    const again = drawn.has(task.id)
    const depth = path.length
    if (!again) open(task, stem)
    const below = `${stem}${(path.at(-1)?.task === task ? path.at(-1)?.children.length : 0) === 0 ? "" : "│"}`
    yield { branches, stem: below, depth, task, again, circle, waits: task.waits }
  }
}

/** Those that it awaits: those that it waits for now first. */
function childrenOf({ waits, scopes = [] }: SnapshotTask, byId: ReadonlyMap<number, SnapshotTask>): SnapshotTask[] {
  const ids = new Set<number>()
  for (const { awaits } of waits) for (const id of awaits) ids.add(id)
  for (const { tasks } of scopes) for (const id of tasks) ids.add(id)
  const children: SnapshotTask[] = []
  for (const id of ids) {
    const child = byId.get(id)
    if (child !== undefined) children.push(child)
  }
  return children
}
