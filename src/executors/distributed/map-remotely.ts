/**
 * One function for many items on other machines, in chunks, a bounded number on their way.
 */
import { runningLoop } from "../../core/ambient.ts"
import { isCancellation } from "../../errors/cancelled-error.ts"
import { checkItems, mapChunks, type ChunkOutcome } from "../map-chunks.ts"
import { mapPlan, type ExecutorMapOptions } from "../map-jobs.ts"
import { decodeError, type ErrorClass } from "../wire/wire-error.ts"
import { isTooLarge } from "./payload.ts"
import { OutcomeFuture } from "../outcome-future.ts"
import type { RemoteJob } from "./remote-job.ts"
import type { RemotePlanner } from "./remote-planner.ts"
import type { ChunkResult } from "./serve-job.ts"

/** How many threads there may be on all machines together, where the caller does not say how many chunks are to be on their way. */
const LANES = 8

/** @throws TypeError, RangeError or RuntimeError at the call; see `Executor.map`. */
export function mapRemotely<R>(planner: RemotePlanner, items: Iterable<unknown> | AsyncIterable<unknown>, options: ExecutorMapOptions, errors: readonly ErrorClass[] | undefined): AsyncGenerator<R, void, undefined> {
  const plan = mapPlan(options, LANES)
  checkItems(items, `map of '${planner.label}'`)
  if (planner.keyed) throw new TypeError(`cannot map '${planner.label}' with a key: it would name all of its jobs alike; call the function for each item, with a key of its own`)
  planner.client.checkOpen(`map '${planner.label}'`)
  return mapChunks<R>(items, (chunk) => runChunk(planner, chunk, errors), plan)
}

async function runChunk(planner: RemotePlanner, items: readonly unknown[], errors: readonly ErrorClass[] | undefined): Promise<ChunkOutcome> {
  let refused = true
  try {
    const loop = runningLoop(`map '${planner.label}'`)
    const future = new OutcomeFuture<ChunkResult, RemoteJob>(loop, planner.client, planner.progressIn(loop))
    void future.begin(planner.job(loop, items, "each", future))
    refused = false
    const { values, error, seconds } = await future
    return error === undefined ? { values, seconds } : { values, seconds, failure: { error: decodeError(error, errors) } }
  } catch (error) {
    // One of them cannot be sent, or all together are too large: the others can.
    if (items.length === 1 || !(isTooLarge(error) || (refused && error instanceof TypeError))) throw error
  }
  const half = items.length >> 1
  const first = await runChunk(planner, items.slice(0, half), errors)
  if (first.failure !== undefined) return first
  try {
    const second = await runChunk(planner, items.slice(half), errors)
    return { ...second, values: [...first.values, ...second.values], seconds: first.seconds + second.seconds }
  } catch (error) {
    if (isCancellation(error)) throw error
    return { ...first, failure: { error } }
  }
}
