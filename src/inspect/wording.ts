/**
 * What stands beside the bar of a task.
 */
import type { TimelineTask } from "./timeline.ts"

const UNNAMED = /^Task-\d+$/
const NAMELESS = "function"

/** The task's name; where nobody gave it one, that of its code as well. */
export function labelOf({ name, code = NAMELESS }: TimelineTask): string {
  return UNNAMED.test(name) && code !== NAMELESS ? `${name} ${code}` : name
}

/** How it ended, or what it waits for; empty where there is nothing to say. */
export function remarkOn({ note, end, spans }: TimelineTask): string {
  if (end === undefined) return note ?? spans.at(-1)?.on ?? ""
  if (end === "returned") return note ?? ""
  // A sign says already that it was cancelled.
  return (note ?? end).replace(/^cancelled (?=by )/, "")
}
