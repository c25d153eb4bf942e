/**
 * What is known of tasks that live, from the tasks themselves.
 */
import { Frame } from "../core/frame.ts"
import { Glance } from "../core/glance.ts"
import type { TaskInfo } from "../core/observer.ts"
import { known, origins } from "../core/place.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { reasonOf } from "../core/wait-reason.ts"
import type { Wait } from "../core/wait.ts"

/** What a task does since when. */
export interface LiveState {
  readonly kind: "created" | "parked"
  /** In seconds of its loop's clock, to the millisecond. */
  readonly time: number
  readonly on?: string
  readonly detail?: string | undefined
  readonly place?: string | undefined
  readonly awaits?: readonly number[] | undefined
}

export interface LiveTask {
  readonly id: number
  readonly name: string
  readonly code: string
  readonly parent: number | undefined
  readonly leftBehind: boolean
  /** Missing while it runs or is ready. */
  readonly state: LiveState | undefined
}

/** What a loop registers of a task. */
export interface Run extends TaskInfo {
  readonly loop: Scheduler
  readonly frame: Frame
  readonly made: number
  readonly maker: number
}

/** The tasks of a loop that are not done. */
export function liveTasks(loop: Scheduler): LiveTask[] {
  const glance = new Glance()
  return Array.from(loop.tasks as Iterable<object>, (run) => liveTask(run as Run, glance)) // what a loop registers is the run of a task
}

function liveTask(run: Run, glance: Glance): LiveTask {
  const { id, taskName, name, maker, frame } = run
  return {
    id,
    name: taskName,
    code: name,
    parent: maker === 0 ? undefined : maker,
    leftBehind: (frame as object) !== run, // the frame of every other task is its run
    state: stateOf(run, glance),
  }
}

function stateOf({ loop, frame, begun, made }: Run, glance: Glance): LiveState | undefined {
  if (!begun) return { kind: "created", time: loop.timeOf(made) }
  let inner = frame
  for (let below = inner.first; below instanceof Frame; below = below.first) inner = below
  const wait = inner.first as Wait | null // what is no frame is a wait
  if (wait === null) {
    // It may run again by now; then it has come to rest at nothing since.
    return inner.foreignSince < 0 || loop.turn === inner ? undefined : { kind: "parked", time: loop.timeOf(inner.foreignSince), on: "promise" }
  }
  if (wait.state !== "pending") return undefined
  const { kind, detail } = wait.info()
  return {
    kind: "parked",
    time: loop.timeOf(wait.since),
    on: kind,
    detail,
    place: wordsOf(wait.awaitedAt?.line ?? origins.get(wait)),
    awaits: reasonOf(wait, glance).awaits,
  }
}

/** A line of a stack without what every line begins with. */
export function wordsOf(line: string | undefined): string | undefined {
  return known(line)?.replace(/^at (async )?/, "")
}
