/**
 * Times of two clocks cannot be compared, and a virtual hour is no hour of the program's.
 */
import { ownClocks } from "../page/own-clocks.ts"
import type { RecordedTask, Recording } from "../recording.ts"

/** What is looked at: times of one clock, which `from` and `until` are of too. */
export interface OneClock<T> {
  readonly recording: Recording
  readonly options: T
}

/**
 * The part of a recording that has one clock: that of the host, where any loop has it, else of the loop with
 * the most events, beside which what workers did and when the thread stood still mean nothing.
 *
 * @param options - a task that is asked for decides
 */
export function oneClock<T extends { readonly task?: number; readonly from?: number; readonly until?: number }>(recording: Recording, options: T): OneClock<T> {
  const own = ownClocks(recording)
  if (own.size === 0) return { recording, options }
  const asked = recording.tasks.find(({ id }) => id === options.task)?.loop
  const byHost = asked === undefined ? recording.tasks.some(({ loop }) => !own.has(loop)) : !own.has(asked)
  if (byHost) return { recording: narrowed(recording, ({ loop }) => !own.has(loop)), options }
  const wanted = asked ?? busiest(recording)
  const { pools: _pools, pauses: _pauses, callbacks: _callbacks, ...rest } = narrowed(recording, ({ loop }) => loop === wanted)
  const { from: _from, until: _until, ...kept } = options
  return { recording: rest, options: kept as T } // without what may be missing
}

function narrowed(recording: Recording, wanted: (task: RecordedTask) => boolean): Recording {
  const tasks = recording.tasks.filter(wanted)
  if (tasks.length === recording.tasks.length) return recording
  const ids = new Set(tasks.map(({ id }) => id))
  return { ...recording, tasks, events: recording.events.filter(({ task }) => ids.has(task)) }
}

function busiest({ tasks, events }: Recording): number | undefined {
  const loops = new Map(tasks.map(({ id, loop }) => [id, loop]))
  const counts = new Map<number, number>()
  for (const { task } of events) {
    const loop = loops.get(task)
    if (loop !== undefined) counts.set(loop, (counts.get(loop) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}
