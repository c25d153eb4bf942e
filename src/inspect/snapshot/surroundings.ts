/**
 * What stands above and below the tasks of a snapshot: the process, and what is between its tasks.
 */
import { span } from "../../core/words.ts"
import type { Snapshot, SnapshotBlocked, SnapshotPool, SnapshotResource, SnapshotThread } from "../snapshot.ts"
import type { Paint } from "../terminal-row.ts"
import { printable, widthOf } from "../text-width.ts"
import { list, quoted, shorten } from "./words.ts"

/** So many resources are shown: those with the longest lines. */
const RESOURCES = 20
const LEAKS = 10

export function header({ program, pid, node, uptime, tasks, loops, blocked, threads = [] }: Snapshot, width: number, paint: Paint): string[] {
  const places = new Set(loops.map(({ thread }) => thread)).size
  const where = loops.length > 1 ? ` on ${loops.length} loops${places > 1 ? ` in ${places} threads` : ""}` : ""
  const many = `${tasks.length.toLocaleString("en")} ${tasks.length === 1 ? "task" : "tasks"}${where}`
  const name = program.split(/[/\\]/u).at(-1) ?? ""
  const lines = [shorten(`${printable(name)}  process ${pid}, ${node}, up ${span(uptime)}, ${many}`, width)]
  const blocks = (whose: string, blocked: SnapshotBlocked): void => {
    // Worth more lines than one.
    lines.push(...wrapped(`${whose} is blocked ${blockedWords(blocked)}`, width).map((line) => paint("31;1", line)))
    if (blocked.advice !== undefined) lines.push(...wrapped(printable(blocked.advice), width))
  }
  if (blocked !== undefined) blocks("the loop", blocked)
  for (const thread of threads) {
    if (thread.blocked !== undefined) blocks(`the loop of ${threadName(thread)}`, thread.blocked)
    if (thread.silent !== undefined) lines.push(...wrapped(`${threadName(thread)} is not shown: ${printable(thread.silent)}`, width).map((line) => paint("33", line)))
  }
  return lines
}

/** Such as `for 1.2 s by hash (users.ts:7), which calls fs.readFileSync`. */
export function blockedWords({ function: code, place, call, seconds }: SnapshotBlocked): string {
  const at = place === undefined ? "" : ` (${place.file}:${place.line})`
  return `${seconds === undefined ? "" : `for ${span(seconds)} `}by ${printable(code)}${at}${call === undefined || place === undefined ? "" : `, which calls ${printable(call)}`}`
}

/** Such as `worker thread 3 'resize'`. */
export function threadName({ id, name }: Pick<SnapshotThread, "id" | "name">): string {
  return `worker thread ${id}${name === "" ? "" : ` ${quoted(name)}`}`
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    if (last === undefined || widthOf(last) + 1 + widthOf(word) > width) lines.push(shorten(lines.length === 0 ? word : `  ${word}`, width))
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

export function footer(snapshot: Snapshot, width: number, paint: Paint): string[] {
  const { deadlocks, leaks, resources, pools, tasks } = snapshot
  const names = new Map(tasks.map(({ id, name }) => [id, name]))
  const lines: string[] = []
  const section = (title: string, rows: readonly string[], color = ""): void => {
    if (rows.length === 0) return
    lines.push("", paint("1", title), ...rows.map((row) => paintIf(paint, color, shorten(`  ${printable(row)}`, width))))
  }
  section("locks, queues and the like", shownResources(resources, names))
  section("pools", pools.flatMap(poolRows))
  section(deadlocks.length === 1 ? "a deadlock" : "deadlocks", deadlocks.map(({ how, text }) => `${how}: ${text}`), "31;1")
  section("perhaps forgotten", cut(leaks.map(({ text }) => text), LEAKS), "33")
  return lines
}

function paintIf(paint: Paint, color: string, text: string): string {
  return color === "" ? text : paint(color, text)
}

function shownResources(resources: readonly SnapshotResource[], names: ReadonlyMap<number, string>): string[] {
  const shown = resources.filter(({ state, holders, waiting, depth }) => state !== "" && (holders.length > 0 || waiting.length > 0 || (depth ?? 0) > 0))
  const sorted = shown.toSorted((a, b) => b.waiting.length - a.waiting.length)
  const who = (ids: readonly number[]): string => list(ids.map((id) => quoted(names.get(id) ?? `task ${id}`)))
  return cut(
    sorted.map(({ kind, name, state, holders, waiting, depth, capacity, thread }) => {
      const what = `${name === "" ? kind : `${kind} ${quoted(name)}`}${thread === undefined ? "" : ` of worker thread ${thread}`}`
      const filled = depth === undefined ? "" : `, ${depth}${capacity === undefined ? "" : ` of ${capacity}`} in it`
      const held = holders.length === 0 ? "" : `, held by ${who(holders)}`
      return `${what}: ${state}${state.includes("items:") ? "" : filled}${held}${waiting.length === 0 ? "" : `, waiting: ${who(waiting)}`}`
    }),
    RESOURCES,
  )
}

function poolRows({ kind, name, queued, workers, thread }: SnapshotPool): string[] {
  const head = `${kind} ${quoted(name)}${thread === undefined ? "" : ` of worker thread ${thread}`}: ${workers.length} ${workers.length === 1 ? "worker" : "workers"}, ${queued} queued`
  return [head, ...workers.map(({ label, state, job }) => `  ${label}: ${job === undefined ? state : `${job.name} (job #${job.id}) for ${span(job.since)}`}`)]
}

function cut(rows: readonly string[], most: number): string[] {
  return rows.length <= most ? [...rows] : [...rows.slice(0, most - 1), `and ${(rows.length - most + 1).toLocaleString("en")} more`]
}
