/**
 * From jobs to lanes: what each worker was doing, from when to when.
 */
import type { JobEnd, TaskEnd, WorkerEnd } from "../core/observer.ts"
import type { RecordedJob, RecordedPools, RecordedWorker } from "./recording.ts"
import type { Span, TimelineTask } from "./timeline-row.ts"

/** A job in a worker; times are in seconds of the host's clock. */
export interface TimelineJob {
  readonly id: number
  readonly name: string
  /** The task whose code wanted it. */
  readonly task?: number
  readonly queued: number
  readonly from: number
  readonly to: number
  /** How it ended; missing while it has not. */
  readonly end?: JobEnd
  /** Why it failed, or how its worker died. */
  readonly note?: string
}

/** The life of a worker, whose spans are `starting`, `running` and `idle`. */
export interface TimelineLane extends TimelineTask {
  readonly pool: string
  /** One after the other. */
  readonly jobs: readonly TimelineJob[]
}

/** What workers did, in seconds of the host's clock. */
export interface TimelinePools {
  /** Pool by pool, in the order in which workers were started. */
  readonly lanes: readonly TimelineLane[]
  /** How many jobs still wait for a worker. */
  readonly queued: number
  /** How many earlier jobs are missing. */
  readonly dropped: number
  /** The loops whose tasks have the same clock. */
  readonly loops: readonly number[]
}

const ENDS: Readonly<Record<WorkerEnd, TaskEnd>> = { left: "returned", ended: "cancelled", crashed: "failed" }

/** @param until - until when workers that live are drawn; by default the last that was told of any */
export function lanesOf({ workers, jobs, dropped, loops }: RecordedPools, until = -Infinity): TimelinePools {
  const last = Math.max(until, latest(workers, jobs))
  const ofWorker = Map.groupBy(jobs, ({ worker }) => worker)
  const lanes = workers.flatMap((worker) => laneOf(worker, ofWorker.get(worker.id) ?? [], last))
  const inOrder = [...Map.groupBy(lanes, ({ pool }) => pool).values()].flat()
  const queued = jobs.filter(({ begun, ended }) => begun === undefined && ended === undefined).length
  return { lanes: inOrder, queued, dropped, loops }
}

function latest(workers: readonly RecordedWorker[], jobs: readonly RecordedJob[]): number {
  let last = -Infinity
  for (const { started, ready, gone } of workers) last = Math.max(last, started ?? last, ready ?? last, gone ?? last)
  for (const { begun, ended } of jobs) last = Math.max(last, begun ?? last, ended ?? last)
  return last
}

function laneOf({ id, pool, label, started, ready, gone, how }: RecordedWorker, recorded: readonly RecordedJob[], last: number): TimelineLane[] {
  const end = gone ?? last
  const jobs = recorded.flatMap((job) => jobIn(job, end)).sort((a, b) => a.from - b.from)
  const first = jobs[0]?.from
  const from = started ?? first
  if (from === undefined) return []
  const spans: Span[] = []
  let at = from
  const add = (state: Span["state"], to: number): void => {
    if (to > at || state === "running") spans.push({ state, from: at, to })
    at = to
  }
  if (started !== undefined) add("starting", Math.min(ready ?? end, first ?? Infinity))
  for (const job of jobs) {
    add("idle", Math.max(at, job.from))
    add("running", Math.max(at, job.to))
  }
  add("idle", Math.max(at, end))
  const died = jobs.at(-1)
  return [
    {
      id,
      name: `${pool} ${label}`,
      pool,
      loop: 0,
      from,
      to: at,
      spans,
      jobs,
      note: remark(jobs, at - from),
      ...(how === undefined ? {} : { end: how === "ended" && died?.end !== "cancelled" ? "returned" : ENDS[how] }),
    },
  ]
}

function jobIn({ id, name, task, queued, begun, ended, how, reason }: RecordedJob, last: number): TimelineJob[] {
  if (begun === undefined) return []
  const end = { ...(how === undefined ? {} : { end: how }), ...(reason === undefined ? {} : { note: reason }) }
  return [{ id, name, queued, from: begun, to: ended ?? Math.max(begun, last), ...(task === undefined ? {} : { task }), ...end }]
}

/** How many jobs it ran, and how much of its time. */
function remark(jobs: readonly TimelineJob[], length: number): string {
  let busy = 0
  for (const { from, to } of jobs) busy += to - from
  const share = length > 0 ? Math.min(100, Math.round((busy / length) * 100)) : 100
  return `${jobs.length === 1 ? "1 job" : `${jobs.length.toLocaleString("en")} jobs`}, ${share} % busy`
}
