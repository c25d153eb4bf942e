/**
 * What the page of `top` shows, and what keys do to it.
 */
import { selectTasks, type TaskSort } from "../inspect/attach/select-tasks.ts"
import type { Snapshot, SnapshotTask } from "../inspect/snapshot.ts"

export interface TopState {
  readonly snapshot: Snapshot | undefined
  /** Of each task, the part of the time between the last two looks that its code ran, 0 to 1. */
  readonly load: ReadonlyMap<number, number>
  readonly sort: TaskSort
  readonly reversed: boolean
  readonly filter: string
  /** Keys go into the filter. */
  readonly typing: boolean
  readonly paused: boolean
  readonly tree: boolean
  /** Tasks of the tree whose children are hidden. */
  readonly folded: ReadonlySet<number>
  readonly selected: number | undefined
  readonly view: "tasks" | "task" | "help"
  /** Lines of the view of one task that are above the screen. */
  readonly scrolled: number
  /** Seconds between two looks. */
  readonly interval: number
  /** What went wrong at the last look. */
  readonly trouble: string | undefined
  readonly quit: boolean
}

/** A key, as the terminal tells it: a character, or a name such as `up`. */
export type Key = string

/** A task and how deep it stands in the tree. */
export interface TopRow {
  readonly task: SnapshotTask
  readonly depth: number
  readonly children: number
}

const KEYS: Readonly<Record<Key, (state: TopState, page: number) => TopState>> = {
  q: (state) => ({ ...state, quit: true }),
  "ctrl-c": (state) => ({ ...state, quit: true }),
  p: (state) => ({ ...state, paused: !state.paused }),
  " ": (state) => ({ ...state, paused: !state.paused }),
  t: (state) => ({ ...state, tree: !state.tree }),
  r: (state) => ({ ...state, reversed: !state.reversed }),
  s: (state) => ({ ...state, sort: following(state.sort), reversed: false }),
  c: (state) => ({ ...state, sort: "cpu", reversed: false }),
  a: (state) => ({ ...state, sort: "age", reversed: false }),
  w: (state) => ({ ...state, sort: "since", reversed: false }),
  n: (state) => ({ ...state, sort: "name", reversed: false }),
  "/": (state) => ({ ...state, typing: true, view: "tasks" }),
  h: (state) => ({ ...state, view: "help", scrolled: 0 }),
  "?": (state) => ({ ...state, view: "help", scrolled: 0 }),
  "+": (state) => ({ ...state, interval: Math.min(60, state.interval * 2) }),
  "-": (state) => ({ ...state, interval: Math.max(0.25, state.interval / 2) }),
  enter: (state) => (state.selected === undefined ? state : { ...state, view: state.view === "task" ? "tasks" : "task", scrolled: 0 }),
  escape: (state) => (state.view === "tasks" ? { ...state, filter: "" } : { ...state, view: "tasks" }),
  up: (state) => move(state, -1),
  k: (state) => move(state, -1),
  down: (state) => move(state, 1),
  j: (state) => move(state, 1),
  pageup: (state, page) => move(state, -page),
  pagedown: (state, page) => move(state, page),
  home: (state) => move(state, -Infinity),
  g: (state) => move(state, -Infinity),
  end: (state) => move(state, Infinity),
  G: (state) => move(state, Infinity),
  left: (state) => fold(state, true),
  right: (state) => fold(state, false),
}
const SORTS: readonly TaskSort[] = ["since", "cpu", "age", "state", "name", "id"]

export function topState(options: { readonly sort?: TaskSort | undefined; readonly filter?: string | undefined; readonly interval: number }): TopState {
  const { sort = "cpu", filter = "", interval } = options
  return { snapshot: undefined, load: new Map(), sort, reversed: false, filter, typing: false, paused: false, tree: false, folded: new Set(), selected: undefined, view: "tasks", scrolled: 0, interval, trouble: undefined, quit: false }
}

/** What follows from a new look at the program. */
export function looked(state: TopState, snapshot: Snapshot): TopState {
  const before = new Map(state.snapshot?.tasks.map((task) => [task.id, task.cpu]))
  const load = new Map<number, number>()
  for (const { id, cpu } of snapshot.tasks) {
    if (cpu === undefined) continue
    const last = before.get(id)
    const [used, over] = last === undefined || cpu.over <= last.over ? [cpu.used, cpu.over] : [cpu.used - last.used, cpu.over - last.over]
    load.set(id, over > 0 ? Math.min(1, Math.max(0, used / over)) : 0)
  }
  const next = { ...state, snapshot, load, trouble: undefined }
  return next.selected === undefined || !rowsOf(next).some(({ task }) => task.id === next.selected) ? { ...next, selected: rowsOf(next)[0]?.task.id } : next
}

/**
 * What follows from a key.
 *
 * @param page - lines of tasks that fit on the screen
 */
export function pressed(state: TopState, key: Key, page: number): TopState {
  if (!state.typing) return KEYS[key]?.(state, page) ?? state
  if (key === "ctrl-c") return { ...state, quit: true }
  if (key === "enter") return { ...state, typing: false }
  if (key === "escape") return kept({ ...state, typing: false, filter: "" })
  if (key === "backspace") return kept({ ...state, filter: state.filter.slice(0, -1) })
  // A name of a key is no text.
  return key.length > 1 && key in KEYS ? state : kept({ ...state, filter: state.filter + key })
}

/** The tasks in the order in which they stand on the page. */
export function rowsOf({ snapshot, sort, reversed, filter, tree, folded, load }: TopState): readonly TopRow[] {
  if (snapshot === undefined) return []
  let tasks = [...selectTasks(snapshot, { sort, name: filter === "" ? undefined : filter, connected: tree }).tasks]
  if (sort === "cpu") tasks.sort((a, b) => (load.get(b.id) ?? 0) - (load.get(a.id) ?? 0))
  if (reversed) tasks = tasks.toReversed()
  return tree ? treeOf(tasks, folded) : tasks.map((task) => ({ task, depth: 0, children: 0 }))
}

function treeOf(tasks: readonly SnapshotTask[], folded: ReadonlySet<number>): readonly TopRow[] {
  const known = new Set(tasks.map(({ id }) => id))
  const children = new Map<number | undefined, SnapshotTask[]>()
  for (const task of tasks) {
    const above = task.awaitedBy.find((id) => id !== task.id && known.has(id))
    const siblings = children.get(above)
    if (siblings === undefined) children.set(above, [task])
    else siblings.push(task)
  }
  const rows: TopRow[] = []
  const placed = new Set<number>()
  const place = (from: SnapshotTask): void => {
    // Not by recursion: a chain of ten thousand tasks is deeper than the stack.
    const open = [{ task: from, depth: 0 }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { task, depth } = next
      if (placed.has(task.id)) continue
      placed.add(task.id)
      const below = children.get(task.id) ?? []
      rows.push({ task, depth, children: below.length })
      if (folded.has(task.id)) hide(below)
      else for (const child of below.toReversed()) open.push({ task: child, depth: depth + 1 })
    }
  }
  const hide = (tasks: readonly SnapshotTask[]): void => {
    const open = [...tasks]
    for (let task = open.pop(); task !== undefined; task = open.pop()) {
      if (placed.has(task.id)) continue
      placed.add(task.id)
      open.push(...(children.get(task.id) ?? []))
    }
  }
  for (const task of children.get(undefined) ?? []) place(task)
  // Tasks that await each other in a circle hang on none.
  for (const task of tasks) if (!placed.has(task.id)) place(task)
  return rows
}

function move(state: TopState, by: number): TopState {
  if (state.view !== "tasks") return { ...state, scrolled: Math.max(0, Number.isFinite(by) ? state.scrolled + by : by < 0 ? 0 : 1000) }
  const rows = rowsOf(state)
  const from = Math.max(0, rows.findIndex(({ task }) => task.id === state.selected))
  const to = Math.min(rows.length - 1, Math.max(0, from + by))
  return { ...state, selected: rows[to]?.task.id }
}

function fold(state: TopState, hide: boolean): TopState {
  if (!state.tree || state.selected === undefined) return state
  const folded = new Set(state.folded)
  if (hide) folded.add(state.selected)
  else folded.delete(state.selected)
  return { ...state, folded }
}

/** A selected task that the filter hides makes room for the first that it shows. */
function kept(state: TopState): TopState {
  const rows = rowsOf(state)
  return rows.some(({ task }) => task.id === state.selected) ? state : { ...state, selected: rows[0]?.task.id }
}

function following(sort: TaskSort): TaskSort {
  return SORTS[(SORTS.indexOf(sort) + 1) % SORTS.length] ?? "since"
}
