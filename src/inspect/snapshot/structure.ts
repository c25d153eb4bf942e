/**
 * What this copy of the library knows of its program at one moment.
 *
 * It is read in one go, so that it fits together, and only what may be another moment's a while
 * later is read in it: a program of ten thousand tasks stands still meanwhile. The rest, such as
 * which coroutines a task is in and at which lines, is put together from that in small steps.
 */
import { currentFrame, Frame, type FrameOwner } from "../../core/frame.ts"
import { isListenedTo } from "../../core/future.ts"
import { Glance } from "../../core/glance.ts"
import type { TaskInfo, WaitReason } from "../../core/observer.ts"
import type { AwaitPlace } from "../../core/place.ts"
import { runningLoops, type Registered, type Scheduler } from "../../core/scheduler.ts"
import type { Task } from "../../core/task.ts"
import { watchedBy } from "../../core/watching-future.ts"
import type { Wait } from "../../core/wait.ts"
import { foreignReason, reasonOf } from "../../core/wait-reason.ts"
import type { SnapshotLoop, SnapshotState, SnapshotTask } from "../snapshot.ts"
import { cancellingOf } from "./cancelling.ts"
import { cpuOf } from "./cpu-meter.ts"
import { loopOf } from "./loops.ts"
import { openTasks, type Scopes } from "./scopes.ts"

/** What stands in the list of a loop for a task. */
export type Run = Registered &
  TaskInfo &
  FrameOwner & { readonly task: Task<unknown>; readonly frame: Frame; readonly made: number; readonly maker: number; readonly loop: Scheduler }

/** One line of a task that waits. */
export interface OpenLine {
  /** The innermost frame; what it waits for is below it. */
  readonly frame: Frame
  /** Null at something foreign. */
  readonly wait: Wait | null
  readonly reason: WaitReason
  /** In ticks of its loop. */
  readonly since: number
  /** Where it awaits, which a wait forgets when it is over. */
  readonly place: AwaitPlace | null
}

/** A task, as it stood. */
export interface TakenTask {
  readonly run: Run
  readonly loop: SnapshotLoop
  readonly state: SnapshotState
  readonly lines: readonly OpenLine[]
  readonly scopes: Scopes | undefined
  readonly cancelling: SnapshotTask["cancelling"]
  readonly cpu: SnapshotTask["cpu"]
  readonly listenedTo: boolean
}

export interface Structure {
  /** The look that its words come from; it knows the time of each loop. */
  readonly glance: Glance
  readonly loops: readonly SnapshotLoop[]
  readonly tasks: readonly TakenTask[]
}

const NONE: readonly never[] = []

export function takeStructure(): Structure {
  const glance = new Glance()
  const loops: SnapshotLoop[] = []
  const tasks: TakenTask[] = []
  const current = currentFrame()
  const runs = current === undefined || current.ended || current.first !== null ? null : current.owner
  for (const scheduler of runningLoops) {
    const loop = loopOf(scheduler)
    loops.push(loop)
    const turn = scheduler.turn?.owner
    // Only tasks stand in the list of a loop, each by what runs it.
    for (const run of scheduler.tasks as Iterable<unknown> as Iterable<Run>) {
      tasks.push(take(run, loop, glance, run === runs || (run === turn && scheduler.inTurn(run.frame))))
    }
  }
  return { glance, loops, tasks }
}

function take(run: Run, loop: SnapshotLoop, glance: Glance, running: boolean): TakenTask {
  open.lines = NONE
  open.scopes = undefined
  open.ready = false
  open.runs = running
  if (run.begun) openBelow(run.frame, glance)
  return {
    run,
    loop,
    state: stateOf(run, open.runs, open.ready),
    lines: open.runs ? NONE : open.lines,
    scopes: open.scopes,
    cancelling: cancellingOf(run.frame),
    cpu: cpuOf(run),
    listenedTo: run.task[isListenedTo],
  }
}

function stateOf({ begun, loop, task }: Run, runs: boolean, ready: boolean): SnapshotState {
  if (!begun) return "not started"
  if (loop.leftBehind.size > 0 && loop.leftBehind.has(task)) return "left behind"
  if (runs) return "running"
  return ready ? "ready" : "waiting"
}

/** What was found below the frame of a task: one object for all, since nothing else runs meanwhile. */
const open: {
  lines: readonly OpenLine[]
  scopes: Scopes | undefined
  /** Something that one of its lines waited for has come, and is told when its turn comes. */
  ready: boolean
  runs: boolean
} = { lines: NONE, scopes: undefined, ready: false, runs: false }

function addLine(line: OpenLine): void {
  if (open.lines.length === 0) open.lines = [line]
  else (open.lines as OpenLine[]).push(line) // what is not empty was made here
}

/** The lines below a frame, the first first. Not by recursion: a chain of coroutines may be thousands deep. */
function openBelow(root: Frame, glance: Glance): void {
  let others: Frame[] | undefined
  for (let frame: Frame | undefined = root; frame !== undefined; ) {
    const group = watchedBy.get(frame)
    if (group !== undefined) {
      const tasks = openTasks(group())
      // The end of a group is a wait of its own.
      if (tasks.length > 0 && frame.first instanceof Frame) open.scopes = [...(open.scopes ?? NONE), { kind: frame.name, tasks }]
    }
    if (frame.first === null) {
      const reason = foreignReason(frame, glance)
      // Without one its code goes on with the microtasks that are left.
      if (reason === undefined) open.runs = true
      else addLine({ frame, wait: null, reason, since: frame.foreignSince, place: null })
    }
    let inner: Frame | undefined
    for (let below = frame.first; below !== null; below = below.after) {
      if (below instanceof Frame) {
        if (inner === undefined) inner = below
        else (others ??= []).push(below)
        continue
      }
      const wait = below as Wait // what is no frame is a wait
      if (wait.state === "pending") addLine({ frame, wait, reason: reasonOf(wait, glance), since: wait.since, place: wait.awaitedAt })
      else open.ready = true
    }
    frame = inner ?? others?.pop()
  }
}
