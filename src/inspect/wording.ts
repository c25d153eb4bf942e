/**
 * What stands beside the bar of a task, and below those of workers.
 */
import type { TimelinePools } from "./lanes.ts"
import type { Timeline } from "./timeline.ts"
import type { Span, TimelineTask } from "./timeline-row.ts"

const UNNAMED = /^Task-\d+$/
const NAMELESS = "function"

/** The task's name; where nobody gave it one, that of its code as well. */
export function labelOf({ name, code = NAMELESS }: Pick<TimelineTask, "name" | "code">): string {
  return UNNAMED.test(name) && code !== NAMELESS ? `${name} ${code}` : name
}

/** How it ended, or what it waits for; empty where there is nothing to say. */
export function remarkOn({ note, end, spans }: TimelineTask): string {
  if (end === undefined) return note ?? nowIn(spans.at(-1))
  if (end === "returned") return note ?? ""
  // A sign says already that it was cancelled.
  return (note ?? end).replace(/^cancelled (?=by )/, "")
}

/** What a task that lives does. */
function nowIn(span: Span | undefined): string {
  return span?.on ?? (span?.state === "ready" ? "ready" : "")
}

/** Who woke it last; how many others did, too. Empty if nobody did who has a name here. */
export function wokenBy({ id, spans }: TimelineTask, names: ReadonlyMap<number, string> = new Map()): string {
  const wakers = new Set(spans.flatMap(({ by }) => (by === undefined || by === id || !names.has(by) ? [] : [by])))
  const last = [...wakers].at(-1)
  if (last === undefined) return ""
  return `woken by ${names.get(last) ?? ""}${wakers.size === 1 ? "" : ` and ${wakers.size - 1} more`}`
}

/** What is to be said of workers that no row shows. */
export function poolNotes({ queued, dropped }: TimelinePools, hidden: number): string[] {
  const notes: string[] = []
  const many = (count: number, noun: string): string => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`
  if (hidden > 0) notes.push(`… and ${many(hidden, "more worker")}`)
  if (queued > 0) notes.push(`(${many(queued, "job")} still waited for a worker)`)
  if (dropped > 0) notes.push(`(${many(dropped, "earlier job")} dropped: the recorder keeps the latest)`)
  return notes
}

/** What is to be said of events and facts that made room for others. */
export function lossNotes({ dropped, lost }: Pick<Timeline, "dropped" | "lost">): string[] {
  const events = dropped === 1 ? "1 earlier event was" : `${dropped.toLocaleString("en")} earlier events were`
  const facts = lost === undefined ? 0 : lost.texts + lost.edges
  return [
    ...(dropped > 0 ? [`(${events} dropped: the recorder keeps the latest)`] : []),
    ...(facts > 0 ? [`(${facts.toLocaleString("en")} ${facts === 1 ? "detail" : "details"} of events found no room)`] : []),
  ]
}
