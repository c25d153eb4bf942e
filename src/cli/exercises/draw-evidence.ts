/**
 * The picture of a run: its tasks, and below them what they did.
 */
import { renderTimeline } from "../../inspect/render-timeline.ts"
import { timelineOf } from "../../inspect/timeline.ts"
import type { TimelineTask } from "../../inspect/timeline-row.ts"
import type { Evidence, Operation } from "./evidence.ts"

const WIDTH = 78
const ENDS = { returned: "returned", failed: "failed", cancelled: "cancelled" } as const

export function drawEvidence({ recording, operations, seconds, error }: Pick<Evidence, "recording" | "operations" | "seconds" | "error">): string[] {
  const { tasks } = timelineOf(recording)
  const [first] = tasks
  if (first === undefined) return []
  // What the loop does as it closes is no part of the program, and workers live on another clock.
  const own = tasks.filter(({ from, loop }) => loop === first.loop && from <= seconds).map((task) => (task === first ? ended(task, error) : task))
  const rows = operations.map((operation, at) => rowOf(operation, first.loop, -1 - at, seconds))
  return renderTimeline({ tasks: [...own, ...rows], dropped: 0 }, { width: WIDTH, wakes: false })
}

/** The recording ends with the program, just before the end of its task. */
function ended(task: TimelineTask, error: Evidence["error"]): TimelineTask {
  return { ...task, end: error === undefined ? "returned" : "failed" }
}

function rowOf({ name, from, to, how }: Operation, loop: number, id: number, until: number): TimelineTask {
  const end = Math.min(to, Math.max(until, from))
  return { id, name, loop, from, to: end, spans: [{ state: "waiting", from, to: end }], ...(how === "open" ? {} : { end: ENDS[how] }) }
}
