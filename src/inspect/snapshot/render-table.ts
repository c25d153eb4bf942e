/**
 * A snapshot as a table: a line for each task.
 */
import { checkInteger, describe } from "../../structures/arguments.ts"
import { span } from "../../core/words.ts"
import type { Snapshot, SnapshotTask } from "../snapshot.ts"
import { inColor, plainly } from "../terminal-row.ts"
import { fit, fitEnd, printable, widthOf } from "../text-width.ts"
import { LEAST_WIDTH, share, WIDTH, type SnapshotRenderOptions } from "./render-tree.ts"
import { footer, header } from "./surroundings.ts"
import { callOf, Paths, shorten } from "./words.ts"

/** By what the lines of a table are sorted: the longest times first, names and numbers upwards. */
export type TableOrder = "id" | "name" | "state" | "age" | "since" | "cpu"

/** How a table is drawn. */
export interface TableOptions extends SnapshotRenderOptions {
  /** By what it is sorted; `id` by default. */
  readonly sort?: TableOrder | undefined
  /** At most so many tasks; all by default. The others are counted. */
  readonly maxRows?: number | undefined
}

/** Shares of the width that names and places may take. */
const NAMES = 0.22
const PLACES = 0.26
const GAP = 1
/** Columns for what a task waits for. */
const LEAST_WORDS = 8

const ORDERS: Readonly<Record<TableOrder, (a: SnapshotTask, b: SnapshotTask) => number>> = {
  id: (a, b) => a.id - b.id,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  state: (a, b) => (a.state < b.state ? -1 : a.state > b.state ? 1 : 0),
  age: (a, b) => b.age - a.age,
  since: (a, b) => (b.since ?? -1) - (a.since ?? -1),
  cpu: (a, b) => (b.cpu?.used ?? -1) - (a.cpu?.used ?? -1),
}

/**
 * Draws a snapshot as a table, in lines of at most `width` columns: number, state, age, time in
 * that state, CPU where it is measured, name, what the task waits for and where. Circles are no
 * obstacle; they are named below the table, as are locks and queues, pools and leaks.
 *
 * @throws RangeError for a width below 40, and for an order that is none.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { renderTable, snapshotNow } from "asyncio-ts/inspect"
 *
 * await asyncio.run(async () => {
 *   asyncio.createTask(asyncio.sleep(1), { name: "nap" })
 *   await asyncio.sleep(0)
 *   console.log(/nap .*timer/.test(renderTable(snapshotNow(), { width: 100 }))) // -> true
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-tools.html
 */
export function renderTable(snapshot: Snapshot, options: TableOptions = {}): string {
  const { width = WIDTH, color = false, sort = "id", maxRows = Infinity } = options
  checkInteger(width, "the width of a table", LEAST_WIDTH)
  if (!(sort in ORDERS)) throw new RangeError(`a table is sorted by ${Object.keys(ORDERS).join(", ")}, not by ${describe(sort)}`)
  const paint = color ? inColor : plainly
  const sorted = snapshot.tasks.toSorted((a, b) => ORDERS[sort](a, b) || a.id - b.id)
  const rows = sorted.slice(0, maxRows).map(rowOf(new Paths(snapshot.program), threadsOf(snapshot)))
  const table = drawn(rows, width, snapshot).map((line, at) => (at === 0 ? paint("1", line) : line))
  const hidden = sorted.length - rows.length
  const more = hidden > 0 ? [`and ${hidden.toLocaleString("en")} more`] : []
  return [...header(snapshot, width, paint), ...table, ...more, ...footer(snapshot, width, paint)].join("\n")
}

interface Cells {
  readonly id: string
  readonly thread: string
  readonly state: string
  readonly age: string
  readonly since: string
  readonly cpu: string
  readonly name: string
  readonly on: string
  readonly at: string
}

const HEAD: Cells = { id: "ID", thread: "THREAD", state: "STATE", age: "AGE", since: "SINCE", cpu: "CPU", name: "NAME", on: "WAITS FOR", at: "AT" }

/** In which thread each loop runs. */
function threadsOf({ loops }: Snapshot): ReadonlyMap<number, string> {
  return new Map(loops.map(({ id, thread }) => [id, thread === undefined ? "main" : String(thread)]))
}

function rowOf(paths: Paths, threads: ReadonlyMap<number, string>): (task: SnapshotTask) => Cells {
  return (task) => {
    const { id, loop, state, age, since, cpu, waits, frames } = task
    const [first, ...others] = waits
    const on = first === undefined ? "" : `${first.text}${others.length === 0 ? "" : ` (and ${others.length} more)`}`
    const place = (first?.frames ?? frames).find(({ place }) => place !== undefined)?.place
    return {
      id: String(id),
      thread: threads.get(loop) ?? "",
      state: task.cancelling === undefined ? state : `${state}, cancelling`,
      age: span(age),
      since: since === undefined ? "" : span(since),
      cpu: cpu === undefined ? "" : share(cpu),
      name: callOf(task),
      on: printable(on),
      at: place === undefined ? "" : paths.of(place),
    }
  }
}

function drawn(rows: readonly Cells[], width: number, { tasks, loops }: Snapshot): string[] {
  const all = [HEAD, ...rows]
  const most = widest(all)
  const name = Math.min(most.name, Math.max(8, Math.floor(width * NAMES)))
  const at = Math.min(most.at, Math.floor(width * PLACES))
  const threads = loops.some(({ thread }) => thread !== undefined) ? (["thread"] as const) : []
  const cpu = tasks.some((task) => task.cpu !== undefined) ? (["cpu"] as const) : []
  const numbers: (keyof Cells)[] = ["id", ...threads, "state", "age", "since", ...cpu]
  const taken = (): number => numbers.reduce((sum, key) => sum + most[key] + GAP, 0) + name + GAP
  // On a narrow terminal what can be asked for otherwise makes room.
  while (numbers.length > 2 + threads.length && taken() + at + GAP + LEAST_WORDS > width) numbers.splice(-1)
  const on = Math.max(0, Math.min(most.on, width - taken() - at - GAP))
  return all.map((row) => {
    const cells = numbers.map((key) => (key === "state" ? fit(row[key], most[key]) : " ".repeat(most[key] - widthOf(row[key])) + row[key]))
    cells.push(fit(shorten(row.name, name), name), fit(row.on, on), fitEnd(row.at, at))
    return fit(cells.join(" ".repeat(GAP)), width).trimEnd()
  })
}

function widest(rows: readonly Cells[]): Record<keyof Cells, number> {
  const most = { id: 0, thread: 0, state: 0, age: 0, since: 0, cpu: 0, name: 0, on: 0, at: 0 }
  const keys = Object.keys(most) as (keyof Cells)[] // those that are written above
  for (const row of rows) for (const key of keys) most[key] = Math.max(most[key], widthOf(row[key]))
  return most
}
