/**
 * One function for many items, in chunks, many at a time.
 */
import { checkBoolean, checkInteger, describe } from "../structures/arguments.ts"
import { runningLoop } from "../core/ambient.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import { JobFuture } from "./job-future.ts"
import type { JobPlanner } from "./job-planner.ts"
import { checkItems, mapChunks, type ChunkOutcome, type MapPlan, type RunChunk } from "./map-chunks.ts"
import type { Job } from "./pool/job.ts"
import type { EachResult } from "./wire/messages.ts"
import { decodeError } from "./wire/wire-error.ts"

/** How a map is spread over the workers. */
export interface ExecutorMapOptions {
  /** Whether results come in the order of the items, which is the default, or as chunks are done. */
  readonly ordered?: boolean | undefined
  /**
   * How many items go to a worker at once. By default as many as it does in 10 to 20 ms, at
   * most 2048: few for long work, many for short. Where an async source is slow, what is there
   * goes as soon as a worker has nothing to do. With a number chunks are full, but for the last.
   */
  readonly chunkSize?: number | undefined
  /**
   * How many chunks may be on their way or have their results waiting; twice as many as there
   * may be workers by default. Nothing more is taken from the source meanwhile.
   */
  readonly inFlight?: number | undefined
}

/** @throws TypeError or RangeError naming the option. */
export function mapPlan(options: ExecutorMapOptions, lanes: number): MapPlan {
  if (typeof options !== "object" || options === null) throw new TypeError(`options of map are an object, such as { ordered: false }, not ${describe(options)}`)
  if (Symbol.iterator in options || Symbol.asyncIterator in options) {
    throw new TypeError("map takes items from one source, but a second one was given: put what belongs together into one item, and have the function take it as ([a, b]) => …")
  }
  const { ordered = true, chunkSize, inFlight = 2 * lanes } = options
  checkBoolean(ordered, "ordered")
  if (chunkSize !== undefined) checkInteger(chunkSize, "chunkSize", 1)
  checkInteger(inFlight, "inFlight", 1)
  return { lanes, ordered, chunkSize, inFlight }
}

/** @throws TypeError, RangeError or RuntimeError at the call; see `Executor.map`. */
export function mapJobs<R>(planner: JobPlanner, items: Iterable<unknown> | AsyncIterable<unknown>, options: ExecutorMapOptions): AsyncGenerator<R, void, undefined> {
  const { pool, work, name } = planner
  const plan = mapPlan(options, pool.settings.maxWorkers)
  checkItems(items, `map of '${name}'`)
  if (work.kind === "function") refuseGenerator(work.source, name)
  if (pool.closed) throw new RuntimeError(`cannot map '${name}': pool '${pool.settings.name}' was shut down; make a new one`)
  return mapChunks<R>(items, chunkRunner(planner), plan)
}

function chunkRunner(planner: JobPlanner): RunChunk {
  const begin = (items: readonly unknown[]): Begun => {
    const loop = runningLoop(`map '${planner.name}'`)
    const future = new JobFuture<EachResult>(loop, planner.pool, planner.progressIn(loop))
    const job = planner.job(items, "each", future)
    return { job, future: future.begin(job) }
  }
  return async (items) => {
    let begun: Begun
    try {
      begun = begin(items)
    } catch (error) {
      if (items.length === 1 || !(error instanceof TypeError)) throw error
      return upToRefusal(items, begin)
    }
    return outcomeOf(begun)
  }
}

interface Begun {
  readonly job: Job
  readonly future: JobFuture<EachResult>
}

async function outcomeOf({ job, future }: Begun): Promise<ChunkOutcome> {
  const { values, error } = await future
  const seconds = host.now() - job.begun
  return error === undefined ? { values, seconds } : { values, seconds, failure: { error: decodeError(error, job.plan.errors) } }
}

/** One of the items cannot be sent: those before it are worked on all the same, wherever chunks are cut. */
async function upToRefusal(items: readonly unknown[], begin: (items: readonly unknown[]) => Begun): Promise<ChunkOutcome> {
  const values: unknown[] = []
  let seconds = 0
  for (const item of items) {
    let begun: Begun
    try {
      begun = begin([item])
    } catch (error) {
      return { values, seconds, failure: { error } }
    }
    const outcome = await outcomeOf(begun)
    values.push(...outcome.values)
    seconds += outcome.seconds
    if (outcome.failure !== undefined) return { values, seconds, failure: outcome.failure }
  }
  return { values, seconds }
}

/** A generator of a module is refused by the worker. */
function refuseGenerator(source: string, name: string): void {
  if (!/^\(*\s*(async\s+)?function\s*\*/.test(source)) return
  throw new TypeError(`map takes a function that gives one result for each item, but '${name}' is a generator: take its items with stream, or return a list`)
}
