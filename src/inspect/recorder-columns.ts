/**
 * From the cells of a recorder to the columns of a recording.
 */
import { pausesOf } from "./flight/columns-of.ts"
import { Numbering } from "./flight/numbering.ts"
import { CANCEL_REQUESTED, CREATED, DONE, NO_TASK, PARKED, READY, RESUMED, type CallbackColumns, type EventColumns, type RecordingColumns, type TaskColumns } from "./flight/recording-columns.ts"
import type { LiveState, LiveTask } from "./live-tasks.ts"
import type { RecordedPause } from "./recording.ts"
import { ASKED, AWAITS, BY, CALLED, DETAIL, ENDED, ENDS, isEvent, LOOP, MADE, NAME, PLACE, RAN, READY_AT_ONCE, RETURNED, RUNS, SINCE, TEXT, TIME, TWO_32, WAIT_BITS, WAITS, WOKEN, type Cells } from "./recorder-cells.ts"

/** What a recorder knows. */
export interface Recorded {
  readonly cells: Cells
  /** How many events there were in all, and how many are wanted at most. */
  readonly count: number
  readonly most: number
  /** The number of the loop whose time was told last, and that time. */
  readonly loop: number
  readonly time: number
  readonly lost: { readonly texts: number; readonly edges: number }
  /** The highest number of a task so far. */
  readonly latestTask: number
  text(number: number): string | undefined
  place(number: number): string | undefined
  /** When a loop said that it was at a tick. */
  timeOf(loop: number, tick: number): number | undefined
  /** The tasks that live, by the number of their loop. */
  readonly live: ReadonlyMap<number, readonly LiveTask[]>
  /** Whether those without an event are wanted too. */
  readonly all: boolean
  readonly pauses: readonly RecordedPause[]
}

/** A task that has an event, or lives. */
interface Entry {
  readonly id: number
  readonly loop: number
  name: string | undefined
  code: string | undefined
  parent: number | undefined
  leftBehind: boolean
  /** The row of its latest wait; -1 for none. */
  wait: number
}

/** Events; tasks are called by their ids, texts by their numbers. */
interface Rows {
  readonly kind: number[]
  readonly task: number[]
  readonly time: number[]
  readonly what: number[]
  readonly detail: number[]
  readonly place: number[]
  readonly path: number[]
  readonly by: number[]
  readonly awaitsFrom: number[]
  readonly awaits: number[]
}

const IN_A_SECOND = 1e9
/** The sign among the bits beside a `TIME`. */
const SIGN = 2 ** 27
/** What is told for a text that had to make room. */
const UNKNOWN = "unknown"
const KINDS = new Map([[MADE, CREATED], [RUNS, RESUMED], [WAITS, PARKED], [ENDED, DONE], [WOKEN, READY], [ASKED, CANCEL_REQUESTED]])

/** All that a recorder's cells and the tasks that live tell. */
export function columnsFrom(recorded: Recorded): Pick<RecordingColumns, "texts" | "ids" | "tasks" | "events" | "dropped" | "lost" | "callbacks" | "pauses"> {
  const walk = new Walk(recorded)
  walk.cells()
  walk.live()
  return walk.columns()
}

/** Invariant: rows beside each other in `#rows` belong together; `#early` come before them. */
class Walk {
  readonly #from: Recorded
  readonly #texts = new Numbering<string>([""])
  readonly #ids = new Numbering<number>([])
  readonly #entries = new Map<number, Entry>()
  readonly #rows = noRows()
  readonly #early: { readonly id: number; readonly state: LiveState }[] = []
  /** The number of each text of the recorder's. */
  readonly #numbers = new Map<number, number>()
  readonly #callbacks: { readonly loop: number; readonly name: number; readonly from: number; to: number }[] = []
  /** The earliest time that is told, of each loop. */
  readonly #first = new Map<number, number>()
  /** What is ready since it parked, which is told after all that is known of that. */
  #ready: Entry | undefined
  #lostTexts = 0

  constructor(from: Recorded) {
    this.#from = from
  }

  cells(): void {
    const { cells } = this.#from
    const begin = this.#begin()
    let { time, loop } = this.#start()
    let entry: Entry | undefined
    for (let at = 0; at < cells.count; at += 1) {
      const kind = cells.kind(at)
      const value = cells.value(at)
      const beside = cells.beside(at)
      if (kind === LOOP) loop = value
      else if (kind === TIME) time = timeIn(beside, value)
      else if (isEvent(kind)) entry = at < begin || time === undefined ? undefined : this.#event(kind, value, beside, time, loop)
      else if (entry !== undefined) this.#more(entry, kind, value, beside, loop)
    }
    this.#makeReady()
    this.#cut()
  }

  /** A cell may tell up to three events, so there may be two more than are wanted. */
  #cut(): void {
    const more = this.#rows.kind.length - this.#from.most
    if (more <= 0) return
    const from = this.#rows.awaitsFrom[more] ?? 0
    for (const column of Object.values(this.#rows)) if (column !== this.#rows.awaits) column.splice(0, more)
    this.#rows.awaits.splice(0, from)
    this.#rows.awaitsFrom.forEach((at, row, all) => (all[row] = at - from))
    for (const entry of this.#entries.values()) entry.wait = Math.max(-1, entry.wait - more)
  }

  /** The cell from which events are wanted. */
  #begin(): number {
    const { cells, most } = this.#from
    let events = 0
    for (let at = cells.count - 1; at >= 0; at -= 1) {
      const kind = cells.kind(at)
      if (!isEvent(kind) || kind >= CALLED) continue
      const beside = kind === WAITS ? cells.beside(at) : 0
      events += 1 + Number((beside & RAN) !== 0) + Number((beside & READY_AT_ONCE) !== 0)
      if (events >= most) return at
    }
    return 0
  }

  /** The time and the loop where the cells begin: those before the first that tell of another. */
  #start(): { time: number | undefined; loop: number } {
    const { cells, time, loop } = this.#from
    let dated = false
    let before: number | undefined
    for (let at = 0; at < cells.count && !(dated && before !== undefined); at += 1) {
      const kind = cells.kind(at)
      if (kind === TIME) dated = true
      else if (kind === LOOP) before ??= cells.beside(at)
    }
    return { time: dated ? undefined : time, loop: before ?? loop }
  }

  #event(kind: number, value: number, beside: number, time: number, loop: number): Entry | undefined {
    this.#makeReady()
    if (kind === CALLED) {
      this.#callbacks.push({ loop, name: this.#toldOf(beside), from: time, to: time })
      return undefined
    }
    if (kind === RETURNED) {
      const begun = this.#callbacks.findLast((callback) => callback.loop === loop)
      if (begun !== undefined) begun.to = time
      return undefined
    }
    const entry = this.#entry(this.#id(value), loop)
    if (!this.#first.has(loop)) this.#first.set(loop, time)
    if (kind === WAITS && (beside & RAN) !== 0) add(this.#rows, RESUMED, entry.id, time)
    const row = add(this.#rows, KINDS.get(kind) ?? CREATED, entry.id, time)
    if (kind === WAITS) {
      this.#rows.what[row] = this.#toldOf(beside >>> WAIT_BITS)
      entry.wait = row
      // It is ready as it parks; what else is known of its wait comes before that.
      if ((beside & READY_AT_ONCE) !== 0) this.#ready = entry
    } else if (kind === ENDED) {
      this.#rows.what[row] = this.#told(ENDS[beside & 3])
      entry.code = this.#from.text(beside >>> 2)
    } else if (kind === MADE) {
      entry.code = this.#from.text(beside)
    }
    return entry
  }

  #makeReady(): void {
    const entry = this.#ready
    if (entry === undefined) return
    this.#ready = undefined
    add(this.#rows, READY, entry.id, this.#rows.time.at(-1) ?? 0)
  }

  /** What tells more of the latest event, which was of `entry`. */
  #more(entry: Entry, kind: number, value: number, beside: number, loop: number): void {
    const { text, place, timeOf } = this.#from
    const rows = this.#rows
    const row = rows.kind.length - 1
    if (kind === AWAITS) {
      rows.awaits.push(this.#id(value))
      rows.awaitsFrom[row + 1] = rows.awaits.length
    } else if (kind === BY && rows.kind[row] === READY) {
      rows.by[row] = this.#id(value)
    } else if (kind === BY) {
      entry.parent = value === 0 ? undefined : this.#id(value)
      entry.leftBehind = beside === 1
    } else if (kind === PLACE) {
      // Of many a place nothing is known, which is no loss.
      const [line, ...path] = place(value)?.split("\n") ?? []
      rows.place[row] = this.#local(line)
      rows.path[row] = path.length === 0 ? 0 : this.#texts.of(path.join("\n"))
    } else if (kind === SINCE) {
      const time = timeOf(loop, value)
      if (entry.wait === -1 && time !== undefined) this.#early.push({ id: entry.id, state: { kind: "parked", time, on: text(beside) ?? UNKNOWN } })
    } else if (kind === TEXT && beside === NAME) {
      entry.name = text(value)
    } else if (kind === TEXT) {
      ;(beside === DETAIL ? rows.detail : rows.what)[row] = this.#told(text(value))
    }
  }

  /** Adds what tasks that live say of themselves, where no cell does. */
  live(): void {
    for (const [loop, tasks] of this.#from.live) {
      for (const { id, name, code, parent, leftBehind, state } of tasks) {
        const known = this.#entries.get(id)
        const first = this.#first.get(loop) ?? Infinity
        if (known === undefined && !(this.#from.all && state !== undefined && state.time <= first)) continue
        const entry = known ?? this.#entry(id, loop)
        Object.assign(entry, { name, code, parent, leftBehind })
        if (state === undefined) continue
        if (known === undefined) this.#early.push({ id, state })
        else if (entry.wait >= 0 && state.kind === "parked") this.#fill(entry.wait, state)
      }
    }
  }

  /** The latest wait of a task that lives is perhaps the one that it is in. */
  #fill(row: number, { on, detail, place }: LiveState): void {
    const { what, detail: details, place: places } = this.#rows
    if (this.#texts.all[what[row] ?? 0] !== on) return
    if (details[row] === 0) details[row] = this.#local(detail)
    if (places[row] === 0) places[row] = this.#local(place)
  }

  columns(): ReturnType<typeof columnsFrom> {
    const { count, lost } = this.#from
    // Those that are described come first among the numbers of tasks.
    for (const id of this.#entries.keys()) this.#ids.of(id)
    const tasks = this.#taskColumns()
    const events = this.#eventColumns()
    const texts = lost.texts + this.#lostTexts
    return {
      dropped: Math.max(0, count - this.#rows.kind.length - this.#callbacks.length),
      lost: texts + lost.edges > 0 ? { texts, edges: lost.edges } : undefined,
      callbacks: this.#callbackColumns(),
      pauses: this.#from.pauses.length === 0 ? undefined : pausesOf(this.#from.pauses, this.#texts),
      tasks,
      events,
      texts: this.#texts.all,
      ids: Float64Array.from(this.#ids.all),
    }
  }

  #taskColumns(): TaskColumns {
    const entries = [...this.#entries.values()]
    const column = (of: (entry: Entry) => number): Uint32Array => Uint32Array.from(entries, of)
    return {
      count: entries.length,
      name: column(({ id, name }) => this.#texts.of(name ?? `Task-${id}`)),
      code: column(({ code }) => this.#texts.of(code ?? UNKNOWN)),
      place: new Uint32Array(entries.length),
      loop: Float64Array.from(entries, ({ loop }) => loop),
      parent: column(({ parent }) => (parent === undefined ? NO_TASK : this.#ids.of(parent))),
      leftBehind: Uint8Array.from(entries, ({ leftBehind }) => Number(leftBehind)),
    }
  }

  #eventColumns(): EventColumns {
    const rows = noRows()
    for (const { id, state } of this.#early.sort((a, b) => a.state.time - b.state.time)) {
      const at = add(rows, state.kind === "created" ? CREATED : PARKED, id, state.time)
      rows.what[at] = this.#local(state.on)
      rows.detail[at] = this.#local(state.detail)
      rows.place[at] = this.#local(state.place)
      for (const awaited of state.awaits ?? []) rows.awaits.push(awaited)
      rows.awaitsFrom[at + 1] = rows.awaits.length
    }
    const early = rows.awaits.length
    const all = (name: keyof Rows): number[] => rows[name].concat(this.#rows[name])
    const numberOf = (id: number): number => (id === -1 ? NO_TASK : this.#ids.of(id))
    return {
      count: rows.kind.length + this.#rows.kind.length,
      kind: Uint8Array.from(all("kind")),
      task: Uint32Array.from(all("task"), numberOf),
      time: Float64Array.from(all("time")),
      what: Uint32Array.from(all("what")),
      detail: Uint32Array.from(all("detail")),
      place: Uint32Array.from(all("place")),
      path: Uint32Array.from(all("path")),
      by: Uint32Array.from(all("by"), numberOf),
      awaitsFrom: Uint32Array.from(rows.awaitsFrom.concat(this.#rows.awaitsFrom.slice(1).map((from) => from + early))),
      awaits: Uint32Array.from(all("awaits"), numberOf),
    }
  }

  #callbackColumns(): CallbackColumns | undefined {
    const callbacks = this.#callbacks
    if (callbacks.length === 0) return undefined
    return {
      count: callbacks.length,
      loop: Float64Array.from(callbacks, ({ loop }) => loop),
      name: Uint32Array.from(callbacks, ({ name }) => name),
      from: Float64Array.from(callbacks, ({ from }) => from),
      to: Float64Array.from(callbacks, ({ to }) => to),
    }
  }

  #entry(id: number, loop: number): Entry {
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      entry = { id, loop, name: undefined, code: undefined, parent: undefined, leftBehind: false, wait: -1 }
      this.#entries.set(id, entry)
    }
    return entry
  }

  /** The id of which a cell has the lower 32 bits: the latest that there is, which a recorder need not have been told of. */
  #id(value: number): number {
    const { latestTask } = this.#from
    return value + Math.max(0, Math.floor((latestTask - value) / TWO_32)) * TWO_32
  }

  /** The number here of a text of the recorder's, by its number there. */
  #toldOf(number: number): number {
    let found = this.#numbers.get(number)
    if (found === undefined) {
      const text = this.#from.text(number)
      if (text === undefined) this.#lostTexts += 1
      this.#numbers.set(number, (found = this.#texts.of(text ?? UNKNOWN)))
    }
    return found
  }

  /** The number of a text that may have had to make room. */
  #told(text: string | undefined): number {
    if (text === undefined) this.#lostTexts += 1
    return this.#local(text)
  }

  #local(text: string | undefined): number {
    return text === undefined ? 0 : this.#texts.of(text)
  }
}

function noRows(): Rows {
  return { kind: [], task: [], time: [], what: [], detail: [], place: [], path: [], by: [], awaitsFrom: [0], awaits: [] }
}

/** Adds an event; gives its row. */
function add(rows: Rows, kind: number, task: number, time: number): number {
  rows.task.push(task)
  rows.time.push(time)
  rows.what.push(0)
  rows.detail.push(0)
  rows.place.push(0)
  rows.path.push(0)
  rows.by.push(-1)
  rows.awaitsFrom.push(rows.awaits.length)
  return rows.kind.push(kind) - 1
}

function timeIn(beside: number, value: number): number {
  const upper = beside >= SIGN ? beside - SIGN * 2 : beside
  return (upper * TWO_32 + value) / IN_A_SECOND
}
