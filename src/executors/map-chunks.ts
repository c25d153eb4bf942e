/**
 * Runs a function for the items of a source, in chunks, wherever chunks are run.
 */
import { describe } from "../structures/arguments.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { mapConcurrently } from "../flow/map-concurrently.ts"
import { ChunkSize } from "./chunk-size.ts"
import { cutItems } from "./cut-items.ts"
import { GatheredItems } from "./gather-items.ts"

/** What became of a chunk: the results up to the first failure, and that failure. */
export interface ChunkOutcome {
  readonly values: readonly unknown[]
  readonly failure?: { readonly error: unknown } | undefined
  /** How long it took where it was run, as far as is known: the size of the next is judged by it. */
  readonly seconds: number
}

/** Runs one chunk; a cancelled wait ends it in the way of whoever runs it. */
export type RunChunk = (items: readonly unknown[]) => PromiseLike<ChunkOutcome>

/** How a source is spread. */
export interface MapPlan {
  /** How many chunks are worked on at once, where nothing else is to be done. */
  readonly lanes: number
  readonly ordered: boolean
  /** Undefined for what takes some milliseconds. */
  readonly chunkSize: number | undefined
  readonly inFlight: number
}

/** @throws TypeError unless `items` can be iterated over. */
export function checkItems(items: unknown, who: string): void {
  if (typeof items === "string") return
  if (typeof items === "object" && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items)) return
  throw new TypeError(`${who} takes something to iterate over, not ${describe(items)}`)
}

/**
 * The results, in the order of the items or as chunks are done. Leaving the loop ends what runs,
 * and closes the source. What fails after the first failure, or after the loop was left, is
 * dropped, as the results are.
 */
export async function* mapChunks<R>(items: Iterable<unknown> | AsyncIterable<unknown>, run: RunChunk, plan: MapPlan): AsyncGenerator<R, void, undefined> {
  const { lanes, ordered, chunkSize, inFlight } = plan
  const size = new ChunkSize(chunkSize, lanes)
  let running = 0
  const gathered = isAsync(items) ? new GatheredItems(items, size, () => running < lanes) : null
  const chunks = gathered ?? cutItems(items as Iterable<unknown>, size) // it is one of the two

  async function runOne(chunk: readonly unknown[]): Promise<ChunkOutcome> {
    running += 1
    try {
      const outcome = await run(chunk)
      size.took(chunk.length, outcome.seconds)
      if (outcome.failure !== undefined) size.stop()
      return outcome
    } catch (error) {
      if (isCancellation(error)) throw error
      size.stop()
      return { values: [], failure: { error }, seconds: 0 }
    } finally {
      running -= 1
      gathered?.idled()
    }
  }

  for await (const { values, failure } of mapConcurrently(chunks, runOne, { limit: inFlight, ordered })) {
    for (const value of values) yield value as R // what the function returns
    if (failure !== undefined) throw failure.error
  }
}

function isAsync(items: object | string): items is AsyncIterable<unknown> {
  return typeof items === "object" && Symbol.asyncIterator in items
}
