/**
 * The order in which the tasks of a recorded run went on.
 */
import { describe } from "../../structures/arguments.ts"
import { RuntimeError } from "../../errors/misuse.ts"

/** What is needed of a recording: the `Recording` of `asyncio-ts/inspect`, also read from a file. */
export interface RecordedRun {
  readonly tasks: readonly { readonly id: number; readonly name: string; readonly code: string; readonly loop: number; readonly parent?: number }[]
  readonly events: readonly {
    readonly kind: "created" | "resumed" | "ready" | "cancel requested" | "parked" | "done"
    readonly task: number
    readonly time: number
    readonly on?: string
  }[]
  readonly dropped: number
}

/** A task goes on. */
export interface RecordedTurn {
  /** Which task, by who made it: `0` is the main task, `0.2` the third that it made. */
  readonly path: string
  /** Which of the turns of this task, from 0. */
  readonly which: number
  readonly name: string
  /** In seconds after the main task was made. */
  readonly time: number
  /** How many turns there had been when it was woken. */
  readonly woken: number
  /** How often it was woken in vain since it went on last, as from the line of a queue that was empty again. */
  readonly inVain: number
}

/** What went on, in order, and how often each task was woken in vain after its last turn. */
export interface RecordedOrder {
  readonly turns: readonly RecordedTurn[]
  readonly inVainAtLast: ReadonlyMap<string, number>
}

/** What the events so far tell of a task. */
interface Told {
  turns: number
  /** It waits for something foreign. */
  foreign: boolean
  /** Its lines that wait. */
  parked: number
  /** When those of them that were woken were so, in turns of all. */
  woken: number[]
  inVain: number
}

/** @throws TypeError for what is no recording; RuntimeError for one that lacks its beginning, or has no task. */
export function orderOf(recording: RecordedRun): RecordedOrder {
  checkRecording(recording)
  const { tasks, events, dropped } = recording
  const [main] = tasks
  if (main === undefined) throw new RuntimeError("the recording has no task; start the recorder before the program")
  if (dropped > 0 || events[0]?.kind !== "created") {
    throw new RuntimeError(`the recording lacks its first ${dropped || "few"} events; give the Recorder a larger capacity, and start it before the program`)
  }
  const own = tasks.filter(({ loop }) => loop === main.loop)
  const paths = pathsOf(own)
  const names = new Map(own.map(({ id, name, code }) => [id, /^Task-\d+$/.test(name) && code !== "function" ? code : name]))
  const start = events[0].time
  const turns: RecordedTurn[] = []
  const told = new Map<string, Told>()
  for (const { kind, task, time, on } of events) {
    const path = paths.get(task)
    if (path === undefined) continue
    let state = told.get(path)
    if (state === undefined) told.set(path, (state = { turns: 0, foreign: false, parked: 0, woken: [], inVain: 0 }))
    // Nothing tells when a foreign promise settles: it has by when its task waits again, or is done.
    // What it waited for has not told when it was there, or the task was not begun.
    const woken = kind === "resumed" ? (state.woken.splice(0, 1)[0] ?? 0) : turns.length
    if (kind === "resumed" || (state.foreign && (kind === "parked" || kind === "done"))) {
      turns.push({ path, which: state.turns, name: names.get(task) ?? "", time: time - start, woken, inVain: state.inVain })
      state.turns += 1
      state.foreign = false
      state.inVain = 0
    }
    if (kind === "resumed") {
      state.parked = Math.max(0, state.parked - 1)
    } else if (kind === "parked" && on === "promise") {
      state.foreign = true
    } else if (kind === "parked") {
      state.parked += 1
    } else if (kind === "ready") {
      // More than wait: an earlier one went back to waiting.
      if (state.woken.length >= state.parked) {
        state.woken.shift()
        state.inVain += 1
      }
      state.woken.push(turns.length)
    } else if (kind === "done" && task === main.id) {
      break
    }
  }
  return { turns, inVainAtLast: new Map([...told].map(([path, { inVain }]) => [path, inVain])) }
}

function checkRecording(recording: RecordedRun): void {
  const { tasks, events, dropped } = (isObject(recording) ? recording : {}) as Partial<RecordedRun>
  if (Array.isArray(tasks) && Array.isArray(events) && typeof dropped === "number" && [...tasks, ...events].every(isObject)) return
  throw new TypeError(`replay takes a recording, as recorder.recording() of asyncio-ts/inspect gives it, not ${describe(recording)}`)
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null
}

function pathsOf(tasks: RecordedRun["tasks"]): Map<number, string> {
  const paths = new Map<number, string>()
  const numbers = new ChildNumbers()
  for (const { id, parent } of [...tasks].sort((a, b) => a.id - b.id)) {
    paths.set(id, numbers.next(parent === undefined ? undefined : paths.get(parent)))
  }
  return paths
}

/** Numbers the tasks that each task makes, in the order in which it does. */
export class ChildNumbers {
  readonly #made = new Map<string, number>()

  next(parent: string | undefined): string {
    const key = parent ?? ""
    const number = this.#made.get(key) ?? 0
    this.#made.set(key, number + 1)
    return parent === undefined ? String(number) : `${parent}.${number}`
  }
}
