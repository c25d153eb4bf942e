/**
 * The page of `top`, as lines for a terminal of any size.
 */
import { fit, fitEnd, printable, widthOf } from "../inspect/text-width.ts"
import type { Snapshot, SnapshotBlocked, SnapshotFrame, SnapshotPlace, SnapshotTask } from "../inspect/snapshot.ts"
import { threadName } from "../inspect/snapshot/surroundings.ts"
import { rowsOf, type TopRow, type TopState } from "./top-state.ts"

/** A piece of a line that looks the same all along. */
export interface Part {
  readonly text: string
  readonly color?: "red" | "yellow" | "green" | "cyan" | undefined
  readonly bold?: boolean
  readonly dim?: boolean
  readonly inverse?: boolean
}

export type Line = readonly Part[]

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** Lines above and below the tasks: three of the head, the titles, and the keys. */
const FRAME = 5
/** From this width on there is room for the line of each await. */
const WIDE = 110
const STATES = { running: "running", ready: "ready", waiting: "waiting", "not started": "new", "left behind": "left" } as const

/** How many tasks fit. */
export function pageOf({ rows }: ScreenSize): number {
  return Math.max(1, rows - FRAME)
}

/** Exactly `size.rows` lines, none wider than `size.columns`. */
export function screenOf(state: TopState, size: ScreenSize): readonly Line[] {
  const body = Math.max(0, size.rows - FRAME + 1)
  const lines: Line[] = [...headOf(state), ...bodyOf(state, size, body)]
  while (lines.length < size.rows - 1) lines.push([])
  return [...lines.slice(0, size.rows - 1), footOf(state)].map((line) => cut(line, size.columns))
}

function headOf(state: TopState): readonly Line[] {
  const { snapshot, paused, interval, trouble, sort, reversed, filter, typing } = state
  if (snapshot === undefined) return [[{ text: trouble ?? "looking …", bold: true }], [], []]
  const { pid, program, node, uptime, tasks, loops, resources } = snapshot
  const count = (name: SnapshotTask["state"]): number => tasks.filter(({ state }) => state === name).length
  const found = (["running", "ready", "waiting", "not started", "left behind"] as const).flatMap((name) => (count(name) === 0 ? [] : [`${count(name)} ${name}`]))
  const cpu = [...state.load.values()].reduce((sum, load) => sum + load, 0)
  const summary = [
    `${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}${found.length === 0 ? "" : `: ${found.join(", ")}`}`,
    `cpu ${percent(cpu)}`,
    `${loops.length} ${loops.length === 1 ? "loop" : "loops"}`,
    ...(resources.length === 0 ? [] : [`locks and queues: ${resources.length}`]),
  ]
  const order = `by ${sort === "since" ? "time in state" : sort}${reversed ? ", reversed" : ""}`
  return [
    [{ text: `asyncio-ts top  `, bold: true }, { text: `${pid}  ${printable(baseName(program))}  node ${node}  up ${duration(uptime)}` }, ...(paused ? [{ text: "  PAUSED", color: "yellow" as const, bold: true }] : [{ text: `  every ${interval} s`, dim: true }])],
    [{ text: summary.join(" · ") }, { text: `  ${order}`, dim: true }, ...(filter === "" && !typing ? [] : [{ text: `  /${printable(filter)}${typing ? "_" : ""}`, color: "cyan" as const }])],
    warningOf(trouble, snapshot),
  ]
}

function warningOf(trouble: string | undefined, { blocked, threads = [], deadlocks, leaks }: Snapshot): Line {
  if (trouble !== undefined) return [{ text: printable(trouble), color: "red", bold: true }]
  if (blocked !== undefined) return [{ text: `loop blocked ${blockedText(blocked)}`, color: "red", bold: true }]
  for (const thread of threads) {
    if (thread.blocked !== undefined) return [{ text: `loop of ${threadName(thread)} blocked ${blockedText(thread.blocked)}`, color: "red", bold: true }]
  }
  const [deadlock] = deadlocks
  if (deadlock !== undefined) return [{ text: printable(deadlock.text), color: "red" }]
  for (const thread of threads) {
    if (thread.silent !== undefined) return [{ text: `${threadName(thread)} is not shown: ${printable(thread.silent)}`, color: "yellow" }]
  }
  const [leak] = leaks
  return leak === undefined ? [] : [{ text: printable(leak.text), color: "yellow" }]
}

function blockedText({ function: code, place, call, seconds, advice }: SnapshotBlocked): string {
  const where = place === undefined ? "" : ` at ${placeText({ ...place, of: "await" })}`
  const calls = call === undefined || place === undefined ? "" : `, which calls ${printable(call)}`
  const how = seconds === undefined ? "" : `, for ${duration(seconds)} at least`
  return `by ${printable(code)}${where}${calls}${how}${advice === undefined ? "" : `: ${printable(advice)}`}`
}

function bodyOf(state: TopState, size: ScreenSize, height: number): readonly Line[] {
  if (state.view === "help") return HELP.slice(0, height).map((text) => [{ text }])
  const rows = rowsOf(state)
  if (state.view === "task") {
    const task = state.snapshot?.tasks.find(({ id }) => id === state.selected)
    const lines = task === undefined ? [[{ text: "this task has ended", dim: true }]] : taskLines(state, task, size)
    const from = Math.min(state.scrolled, Math.max(0, lines.length - height))
    return lines.slice(from, from + height)
  }
  const wide = size.columns >= WIDE
  const name = wide ? Math.min(32, Math.floor(size.columns / 5)) : 18
  const place = wide ? Math.min(36, Math.floor(size.columns / 5)) : 0
  const titles = `${"ID".padStart(6)} ${fit("STATE", 7)} ${"AGE".padStart(6)} ${"IN".padStart(6)} ${"CPU".padStart(5)} ${fit("NAME", name)} ${place === 0 ? "" : `${fit("LINE", place)} `}WAITS FOR`
  const shown = height - 1
  const at = Math.max(0, rows.findIndex(({ task }) => task.id === state.selected))
  // The selected one stays in view, as far above as can be.
  const from = Math.max(0, Math.min(at - shown + 1, rows.length - shown))
  const lines = rows.slice(from, from + shown).map((row) => rowLine(state, row, name, place, size.columns))
  if (rows.length === 0 && state.snapshot !== undefined) lines.push([{ text: state.filter === "" ? "no task runs" : `no task has '${printable(state.filter)}' in its name or code`, dim: true }])
  return [[{ text: fit(titles, size.columns), inverse: true }], ...lines]
}

function rowLine(state: TopState, { task, depth, children }: TopRow, name: number, place: number, columns: number): Line {
  const fold = children === 0 ? "" : state.folded.has(task.id) ? `+${children} ` : "- "
  const indent = state.tree ? `${"  ".repeat(Math.min(depth, 8))}${fold}` : ""
  const label = printable(labelOf(task))
  const load = state.load.get(task.id)
  const start = `${String(task.id).padStart(6)} `
  const numbers = ` ${duration(task.age).padStart(6)} ${(task.since === undefined ? "" : duration(task.since)).padStart(6)} ${(load === undefined ? "" : percent(load)).padStart(5)} `
  const where = place === 0 ? "" : `${fitEnd(placeText(placeOf(task)), place)} `
  const rest = `${fit(indent + label, name)} ${where}${printable(waitText(task))}`
  const selected = task.id === state.selected
  if (selected) return [{ text: fit(start + fit(STATES[task.state], 7) + numbers + rest, columns), inverse: true }]
  const color = task.state === "running" ? "green" : task.state === "ready" ? "cyan" : task.state === "left behind" ? "red" : undefined
  return [{ text: start, dim: true }, { text: fit(STATES[task.state], 7), color }, { text: numbers + rest, ...(task.cancelling === undefined ? {} : { color: "yellow" }) }]
}

/** All that is known of one task. */
function taskLines(state: TopState, task: SnapshotTask, size: ScreenSize): readonly Line[] {
  const names = new Map(state.snapshot?.tasks.map((other) => [other.id, labelOf(other)]))
  const named = (ids: readonly number[]): string => ids.map((id) => `${id} ${printable(names.get(id) ?? "(ended)")}`).join(", ")
  const lines: Line[] = [
    [{ text: `task ${task.id}  ${printable(task.name)}`, bold: true }],
    [{ text: `${printable(task.code)}  ${task.state}${task.since === undefined ? "" : ` for ${duration(task.since)}`}, made ${duration(task.age)} ago${task.parent === undefined ? "" : ` by ${named([task.parent])}`}` }],
  ]
  const thread = state.snapshot?.loops.find(({ id }) => id === task.loop)?.thread
  if (thread !== undefined) lines.push([{ text: `in ${threadName(state.snapshot?.threads?.find(({ id }) => id === thread) ?? { id: thread, name: "" })}` }])
  if (task.cpu !== undefined) lines.push([{ text: `computed ${duration(task.cpu.used)} of ${duration(task.cpu.over)} watched` }])
  if (task.cancelling !== undefined) {
    const { requests, by, why } = task.cancelling
    lines.push([{ text: printable(`asked to cancel ${requests === 1 ? "once" : `${requests} times`}${by === undefined ? "" : ` by ${by}`}${why === undefined ? "" : `: ${why}`}`), color: "yellow" }])
  }
  if (task.awaitedBy.length > 0) lines.push([{ text: `awaited by ${named(task.awaitedBy)}` }])
  for (const wait of task.waits) {
    lines.push([], [{ text: `waits ${duration(wait.since)} for `, dim: true }, { text: printable(wait.text), bold: true }])
    for (const frame of wait.frames) lines.push(frameLine(frame, size))
    if (wait.holders.length > 0) lines.push([{ text: `  held by ${named(wait.holders)}` }])
    if (wait.awaits.length > 0) lines.push([{ text: `  awaits ${named(wait.awaits)}` }])
  }
  if (!task.waits.some(({ frames }) => frames.length > 0)) {
    lines.push([])
    for (const frame of task.frames) lines.push(frameLine(frame, size))
  }
  return lines
}

function frameLine({ name, place }: SnapshotFrame, { columns }: ScreenSize): Line {
  const begin = `  at ${printable(name)}  `
  return [{ text: begin }, { text: place === undefined ? "" : fitEnd(printable(`${place.file}:${place.line}:${place.column}`), Math.max(20, columns - widthOf(begin))).trimEnd(), color: "cyan" }]
}

function footOf({ typing, view, tree }: TopState): Line {
  if (typing) return [{ text: "type a part of a name   enter: keep   esc: all tasks", dim: true }]
  if (view !== "tasks") return [{ text: "esc: back   up/down: scroll   q: quit", dim: true }]
  return [{ text: `q quit  s sort  / filter  p pause  t ${tree ? "table  ←→ fold" : "tree"}  enter frames  h help`, dim: true }]
}

const HELP = [
  "",
  "  up, down, k, j     select a task; also page up and down, home and end",
  "  enter              all about the selected task: what it waits for, and its frames",
  "  esc                back; shows all tasks again",
  "  s                  sorts by the next column; r the other way round",
  "  c  w  a  n         sorts by CPU, by time in its state, by age, by name",
  "  /                  shows only tasks with that in their name or code",
  "  t                  the tree of who awaits whom; left and right fold a branch",
  "  p or space         stops looking, and goes on",
  "  +  -               looks half as often, or twice as often",
  "  q or Ctrl-C        ends, and leaves the program as it was",
  "",
  "  IN is the time in its state; CPU the part of the time since the last look",
  "  that the task's code ran. Yellow tasks were asked to cancel.",
]

function labelOf({ name, code }: SnapshotTask): string {
  return /^Task-\d+$/.test(name) && code !== "function" && code !== "" ? `${name} ${code}` : name
}

function waitText(task: SnapshotTask): string {
  const [first, ...more] = task.waits
  return first === undefined ? "" : `${first.text}${more.length === 0 ? "" : ` (and ${more.length} more)`}`
}

function placeOf(task: SnapshotTask): SnapshotPlace | undefined {
  return [...(task.waits[0]?.frames ?? []), ...task.frames].find(({ place }) => place !== undefined)?.place
}

function placeText(place: SnapshotPlace | undefined): string {
  // As in ps: only where the function begins.
  return place === undefined ? "" : printable(`${place.of === "code" ? "~" : ""}${baseName(place.file)}:${place.line}`)
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1)
}

/** At most six characters. */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`
  if (seconds < 5970) return `${Math.round(seconds / 60)} min`
  return seconds < 356_400 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

function percent(part: number): string {
  const value = part * 100
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)}%`
}

function cut(line: Line, columns: number): Line {
  const parts: Part[] = []
  let left = columns
  for (const part of line) {
    if (left <= 0) break
    const width = widthOf(part.text)
    parts.push(width <= left ? part : { ...part, text: fit(part.text, left) })
    left -= width
  }
  return parts
}
