/**
 * A recording for Perfetto.
 */
import { ownClocks } from "../page/own-clocks.ts"
import type { RecordedPools, Recording } from "../recording.ts"
import { CALLBACKS, TaskTracks } from "./task-tracks.ts"
import { nanoseconds, TraceEvents, type TraceArgs, type TraceRow } from "./trace-events.ts"

/** How a recording is written for Perfetto. */
export interface PerfettoOptions {
  /** Until when tasks that live are drawn, in seconds; by default the last event of their loop. */
  readonly until?: number
}

const BLOCKED = 1
const COLLECTIONS = 2

/** What stands on a row, in seconds. */
interface Slice {
  readonly from: number
  readonly to: number
  readonly name: string
  readonly args: TraceArgs
}

/**
 * A recording as a JSON document of the Trace Event Format, which ui.perfetto.dev, Chrome's
 * `about:tracing` and others open.
 *
 * Each loop is a process. A task is a track of asynchronous slices: its life, and within it
 * `ready`, `running` and `waiting: …`, with the place and the tasks that it awaits. A row of
 * the loop shows who had it, and arrows lead from the code that made or woke a task to what
 * it then ran. A counter shows how many tasks are ready. Workers, blocked stretches and
 * collections of garbage are rows of their own. Times are those of the loop's clock; two
 * events of a loop that share one are a nanosecond apart, in their order.
 *
 * @param recording - of a `Recorder`
 * @throws RuntimeError for a recording of more than about a million and a half events.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder, toPerfetto } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * const trace = JSON.parse(toPerfetto(recorder.recording()))
 * console.log(trace.traceEvents.some(({ name }: { name: string }) => name === "waiting: sleep")) // -> true
 * ```
 */
export function toPerfetto(recording: Recording, options: PerfettoOptions = {}): string {
  const trace = new TraceEvents()
  const tracks = new TaskTracks(trace, recording.tasks)
  for (const event of recording.events) tracks.take(event)
  tracks.close(options.until, ownClocks(recording))
  addCallbacks(trace, recording)
  const free = [...recording.tasks, ...(recording.callbacks ?? [])].reduce((most, { loop }) => Math.max(most, loop), 0) + 1
  if (recording.pools !== undefined) addWorkers(trace, free, recording.pools, options.until)
  addPauses(trace, free + 1, recording)
  const { dropped, reason, epoch } = recording
  return trace.document({ "dropped events": dropped, reason, epoch })
}

function addCallbacks(trace: TraceEvents, { callbacks = [], tasks }: Recording): void {
  const named = new Set(tasks.map(({ loop }) => loop))
  for (const [loop, own] of Map.groupBy(callbacks, ({ loop }) => loop)) {
    const row = { pid: loop, tid: CALLBACKS }
    if (!named.has(loop)) trace.process(loop, `loop ${loop}`)
    trace.thread(row, "callbacks")
    addInTurn(trace, row, "callback", own.map(({ from, to, name }) => ({ from, to, name, args: {} })))
  }
}

function addWorkers(trace: TraceEvents, pid: number, { workers, jobs }: RecordedPools, until = -Infinity): void {
  trace.process(pid, "workers")
  const last = jobs.reduce((last, { begun = last, ended = last }) => Math.max(last, begun, ended), until)
  const ofWorker = Map.groupBy(jobs, ({ worker }) => worker)
  for (const { id, pool, label, started, ready } of workers) {
    const row = { pid, tid: id }
    trace.thread(row, `${pool} ${label}`)
    const slices = (ofWorker.get(id) ?? []).flatMap(({ id: job, name, task, queued, begun, ended, how, reason }): Slice[] => {
      return begun === undefined ? [] : [{ from: begun, to: ended ?? last, name, args: { job, task, "waited seconds": begun - queued, end: how ?? "still running", reason } }]
    })
    const start = started === undefined || ready === undefined ? [] : [{ from: started, to: ready, name: "starting", args: {} }]
    addInTurn(trace, row, "job", [...start, ...slices])
  }
}

function addPauses(trace: TraceEvents, pid: number, { pauses = [] }: Recording): void {
  if (pauses.length === 0) return
  trace.process(pid, "the thread")
  for (const [kind, tid, title] of [["blocked", BLOCKED, "blocked"], ["collection", COLLECTIONS, "garbage collection"]] as const) {
    const row = { pid, tid }
    const slices = pauses.flatMap(({ kind: own, from, to, what = title, place, advice }): Slice[] => {
      return own === kind ? [{ from, to, name: what, args: { at: place, advice } }] : []
    })
    if (slices.length === 0) continue
    trace.thread(row, title)
    addInTurn(trace, row, kind, slices)
  }
}

/** Slices that come one after the other; one that begins before its forerunner has ended begins then. */
function addInTurn(trace: TraceEvents, row: TraceRow, cat: string, slices: readonly Slice[]): void {
  let free = -Infinity
  for (const { from, to, name, args } of slices.toSorted((a, b) => a.from - b.from)) {
    if (!Number.isFinite(from) || !Number.isFinite(to)) continue
    const begin = Math.max(nanoseconds(from), free)
    free = Math.max(nanoseconds(to), begin + 1)
    trace.slice(row, begin, free, cat, name, args)
  }
}
