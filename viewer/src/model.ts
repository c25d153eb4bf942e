/** A recording as rows of spans, in typed columns. */
import { PAUSE_KINDS, type RecordingColumns } from "../../src/inspect/flight/recording-columns.ts"
import type { PageFacts } from "../../src/inspect/page/page-facts.ts"
import { clocksOf, type Clocks } from "./clocks.ts"
import { edgesOf, type Edges } from "./edges.ts"
import { BLOCKED, CALLBACK, IDLE, isBusy, JOB, STARTING } from "./looks.ts"
import { rowTree, type RowTree } from "./row-tree.ts"
import { taskSpans, type TaskSpans } from "./task-spans.ts"

export const LOOP = 0
export const PAUSES = 1
export const CALLBACKS = 2
export const TASK_ROW = 3
export const POOL = 4
export const WORKER_ROW = 5

/** One after the other in each row; `source` is the number of the event, job, callback or pause that began it. */
export interface Spans {
  /** Where those of a row begin; one longer than the rows. */
  readonly first: Uint32Array
  readonly look: Uint8Array
  readonly from: Float64Array
  readonly to: Float64Array
  readonly source: Uint32Array
  /** How long code ran in all of them before each; one longer. */
  readonly busy: Float64Array
}

/** Of rows, in the order from top to bottom with nothing folded. */
export interface Rows extends RowTree {
  readonly from: Float64Array
  readonly to: Float64Array
  readonly ofTask: Uint32Array
}

export interface Model {
  readonly facts: PageFacts
  readonly columns: RecordingColumns
  readonly clocks: Clocks
  readonly rows: Rows
  readonly spans: Spans
  readonly edges: Edges
  readonly lives: TaskSpans
  /** From 0; in seconds. */
  readonly length: number
}

export function modelOf(facts: PageFacts, columns: RecordingColumns): Model {
  const clocks = clocksOf(columns, facts.until)
  const lives = taskSpans(columns, clocks)
  const tree = rowTree(columns, clocks.loops, lives)
  const spans = layOut(tree, columns, clocks, lives)
  const count = tree.kind.length
  const from = new Float64Array(count).fill(Infinity)
  const to = new Float64Array(count).fill(-Infinity)
  const ofTask = new Uint32Array(columns.tasks.count)
  for (let row = count - 1; row >= 0; row -= 1) {
    const [a, b] = [spans.first[row], spans.first[row + 1]]
    if (tree.kind[row] === TASK_ROW) {
      const task = tree.ref[row]
      ofTask[task] = row
      from[row] = lives.from[task]
      to[row] = lives.to[task]
    } else if (b > a) {
      from[row] = spans.from[a]
      to[row] = spans.to[b - 1]
    }
  }
  return { facts, columns, clocks, rows: { ...tree, from, to, ofTask }, spans, edges: edgesOf(columns, clocks), lives, length: clocks.length }
}

/** Brings the spans of tasks into the order of rows, between those of workers, callbacks and pauses. */
function layOut(tree: RowTree, { pools, callbacks, pauses }: RecordingColumns, clocks: Clocks, lives: TaskSpans): Spans {
  const count = tree.kind.length
  const { jobs = [], workers = [] } = pools ?? {}
  const room = lives.look.length + (callbacks?.count ?? 0) + (pauses?.count ?? 0) + 2 * jobs.length + 2 * workers.length
  const look = new Uint8Array(room)
  const from = new Float64Array(room)
  const to = new Float64Array(room)
  const source = new Uint32Array(room)
  const first = new Uint32Array(count + 1)
  let at = 0
  const add = (kind: number, begin: number, end: number, of: number): void => {
    look[at] = kind
    from[at] = begin
    to[at] = Math.max(begin, end)
    source[at] = of
    at += 1
  }
  const jobsOf = Map.groupBy(jobs.keys(), (job) => jobs[job].worker)
  for (let row = 0; row < count; row += 1) {
    first[row] = at
    const ref = tree.ref[row]
    if (tree.kind[row] === TASK_ROW) {
      const [a, b] = [lives.first[ref], lives.first[ref + 1]]
      look.set(lives.look.subarray(a, b), at)
      from.set(lives.at.subarray(a, b), at)
      to.set(lives.until.subarray(a, b), at)
      source.set(lives.event.subarray(a, b), at)
      at += b - a
    } else if (tree.kind[row] === CALLBACKS && callbacks !== undefined) {
      for (let n = 0; n < callbacks.count; n += 1) {
        if (callbacks.loop[n] === ref) add(CALLBACK, clocks.of(ref, callbacks.from[n]), clocks.of(ref, callbacks.to[n]), n)
      }
    } else if (tree.kind[row] === PAUSES && pauses !== undefined) {
      const wanted = PAUSE_KINDS.indexOf(ref === BLOCKED ? "blocked" : "collection")
      const mine = [...pauses.kind.keys()].filter((n) => pauses.kind[n] === wanted).sort((a, b) => pauses.from[a] - pauses.from[b])
      let last = -Infinity
      for (const n of mine) {
        const begin = Math.max(last, clocks.host(pauses.from[n]))
        last = Math.max(begin, clocks.host(pauses.to[n]))
        add(ref, begin, last, n)
      }
    } else if (tree.kind[row] === WORKER_ROW) {
      layWorker(ref)
    }
  }
  first[count] = at
  const busy = new Float64Array(at + 1)
  for (let n = 0; n < at; n += 1) busy[n + 1] = busy[n] + (isBusy(look[n]) ? to[n] - from[n] : 0)
  return { first, look: look.subarray(0, at), from: from.subarray(0, at), to: to.subarray(0, at), source: source.subarray(0, at), busy }

  function layWorker(ref: number): void {
    const { id, started, ready, gone } = workers[ref]
    const mine = (jobsOf.get(id) ?? []).filter((job) => jobs[job].begun !== undefined).sort((a, b) => jobs[a].begun! - jobs[b].begun!)
    const end = gone === undefined ? clocks.length : clocks.host(gone)
    const firstJob = mine[0] === undefined ? undefined : jobs[mine[0]].begun
    let reached = started === undefined && firstJob === undefined ? end : clocks.host(started ?? firstJob!)
    const fill = (kind: number, until: number): void => {
      if (until > reached) add(kind, reached, until, ref)
      reached = Math.max(reached, until)
    }
    if (started !== undefined) fill(STARTING, Math.min(ready === undefined ? end : clocks.host(ready), firstJob === undefined ? end : clocks.host(firstJob)))
    for (const job of mine) {
      const { begun, ended } = jobs[job]
      fill(IDLE, clocks.host(begun!))
      add(JOB, reached, ended === undefined ? end : clocks.host(ended), job)
      reached = to[at - 1]
    }
    fill(IDLE, end)
  }
}
