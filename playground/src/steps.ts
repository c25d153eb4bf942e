/** A recording as steps: in each, one task runs from where it goes on to the await where it stops. */
import type { RecordedEvent, RecordedTask, Recording } from "../../src/inspect/recording.ts"

export type TaskState = "not started" | "ready" | "running" | "waiting" | "returned" | "failed" | "cancelled"

/** A task at one moment. */
export interface TaskNow {
  readonly task: RecordedTask
  readonly state: TaskState
  /** What it waits for, such as `sleep 0.2 s`; how it ended. */
  readonly words: string
  readonly place: string | undefined
  readonly awaits: readonly number[]
  /** Somebody has asked it to end. */
  readonly cancelling: boolean
}

/** What one task does in its turn. */
export interface Step {
  readonly task: RecordedTask
  readonly time: number
  readonly loop: number
  /** What it waited for, and where; missing at its beginning. */
  readonly after: TaskNow | undefined
  /** All tasks as they are once it has run. */
  readonly then: readonly TaskNow[]
  /** The event that ends it; missing where the recording ends within it. */
  readonly end: Extract<RecordedEvent, { kind: "parked" | "done" }> | undefined
  /** While it ran. */
  readonly made: readonly string[]
}

/** More than anybody steps through: the last ones. */
const MOST = 2000
/** Each step holds all tasks: so many in all. */
const MOST_HELD = 1_000_000

export function stepsOf(recording: Recording): Step[] {
  const most = Math.max(1, Math.min(MOST, Math.floor(MOST_HELD / Math.max(1, recording.tasks.length))))
  return walk(recording, walk(recording, Infinity).count - most).steps
}

/** How many steps there are, and those from the one with the number `from` on. */
function walk({ tasks, events }: Recording, from: number): { count: number; steps: Step[] } {
  const known = new Map(tasks.map((task) => [task.id, task]))
  const now = new Map<number, TaskNow>()
  const steps: Step[] = []
  let count = 0
  let begun: { task: RecordedTask; time: number; after: TaskNow | undefined; made: string[] } | undefined
  const close = (end: Step["end"]): void => {
    if (begun === undefined) return
    const { task, time, after, made } = begun
    if (count >= from) steps.push({ task, time, loop: task.loop, after, made, end, then: [...now.values()].filter(({ task: { loop } }) => loop === task.loop) })
    count += 1
    begun = undefined
  }
  for (const event of events) {
    const task = known.get(event.task)
    if (task === undefined) continue
    const before = now.get(task.id)
    const set = (change: Partial<TaskNow>): void => void now.set(task.id, { state: "ready", words: "", place: undefined, awaits: [], cancelling: false, ...before, ...change, task })
    switch (event.kind) {
      case "created":
        set({ state: "not started" })
        begun?.made.push(task.name)
        break
      case "ready":
        // Before its first step it is ready too, and that says less.
        if (before?.state !== "not started") set({ state: "ready" })
        break
      case "resumed":
        close(undefined)
        begun = { task, time: event.time, after: before?.state === "not started" ? undefined : before, made: [] }
        set({ state: "running", words: "", place: undefined, awaits: [] })
        break
      case "cancel requested":
        set({ cancelling: true })
        break
      case "parked":
        begun ??= { task, time: event.time, after: undefined, made: [] }
        set({ state: "waiting", words: [event.on, event.detail ?? ""].join(" ").trim(), place: event.place, awaits: event.awaits ?? [] })
        close(event)
        break
      case "done":
        begun ??= { task, time: event.time, after: before, made: [] }
        set({ state: event.how === "returned" ? "returned" : event.how === "cancelled" ? "cancelled" : "failed", words: event.reason ?? "", place: undefined, awaits: [] })
        close(event)
    }
  }
  close(undefined)
  return { count, steps }
}

/** The line of the program that a place such as `main (restaurant.ts:12:3)` names. */
export function lineOf(place: string | undefined, file: string): number | undefined {
  for (const row of place?.split("\n") ?? []) {
    const [, name, line] = /(?:\(|^|\s)([^()\s]+?):(\d+)(?::\d+)?\)?$/.exec(row) ?? []
    if (name === file) return Number(line)
  }
  return undefined
}
