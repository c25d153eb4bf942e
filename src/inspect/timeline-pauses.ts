/**
 * The stretches in which a thread could not serve its loops, as rows of a timeline.
 */
import type { RecordedPause } from "./recording.ts"
import { duration } from "./time-axis.ts"
import type { Timeline } from "./timeline.ts"
import type { Span, TimelineTask } from "./timeline-row.ts"

const ROWS = [["blocked", "blocked", "blocked"], ["collection", "collecting", "garbage"]] as const

/** A row for what blocked the thread, and one for the collections of garbage, each if there was any. */
export function pauseRows({ pauses = [] }: Timeline): TimelineTask[] {
  return ROWS.flatMap(([kind, state, name]) => {
    const own = pauses.filter((pause) => pause.kind === kind)
    return own.length === 0 ? [] : [rowOf(name, state, own)]
  })
}

/**
 * The rows of what falls within the time of `tasks`; nothing if none does, since the clock of
 * the tasks is not that of the thread then, or they ran at another time.
 */
export function pausesWithin({ pauses = [], ...timeline }: Timeline, tasks: readonly TimelineTask[]): TimelineTask[] {
  if (tasks.some(({ loop }) => timeline.ownClocks?.includes(loop))) return []
  const from = tasks.reduce((least, task) => Math.min(least, task.from), Infinity)
  const to = tasks.reduce((most, task) => Math.max(most, task.to), -Infinity)
  const inside = pauses.flatMap((pause): RecordedPause[] => {
    return pause.to <= from || pause.from >= to ? [] : [{ ...pause, from: Math.max(pause.from, from), to: Math.min(pause.to, to) }]
  })
  return pauseRows({ ...timeline, pauses: inside })
}

function rowOf(name: string, state: "blocked" | "collecting", pauses: readonly RecordedPause[]): TimelineTask {
  const inOrder = pauses.toSorted((a, b) => a.from - b.from)
  const spans = inOrder.map(({ from, to, what, place }): Span => {
    return { state, from, to, ...(what === undefined ? {} : { on: what }), ...(place === undefined ? {} : { place }) }
  })
  const from = spans[0]?.from ?? 0
  const to = spans.reduce((most, span) => Math.max(most, span.to), from)
  return { id: 0, name, loop: 0, from, to, spans, end: "returned", note: noteOf(inOrder) }
}

/** How long in all, how often, and what the longest was. */
function noteOf(pauses: readonly RecordedPause[]): string {
  const all = pauses.reduce((sum, { from, to }) => sum + to - from, 0)
  const longest = pauses.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a))
  const times = pauses.length === 1 ? "" : ` in ${pauses.length.toLocaleString("en")}`
  const { what, place } = longest
  const where = what === undefined && place === undefined ? "" : `, ${[what, place === undefined ? undefined : shortPlace(place)].filter((part) => part !== undefined).join(" ")}`
  return `${duration(all)}${times}${where}`
}

/** The file and line of a place, without its folders. */
function shortPlace(place: string): string {
  return /([^/\\(]+:\d+)(?::\d+)?\)?$/.exec(place)?.[1] ?? place
}
