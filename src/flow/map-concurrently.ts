import { checkFunction, describe } from "../structures/arguments.ts"
import { checkLimit, checkOptions } from "./limits.ts"
import { Mapping, type Source } from "./mapping.ts"

/** How many items are worked on, and in which order results come. */
export interface MapOptions {
  /** How many calls may run at a time; Infinity for all there are. */
  readonly limit: number
  /** Whether results come in the order of the items, which is the default, or as they are ready. */
  readonly ordered?: boolean | undefined
  /**
   * How many items may have been taken whose results have not been collected; `limit` by
   * default, and never less.
   */
  readonly ahead?: number | undefined
}

/**
 * Calls `fn` for each item, up to `limit` at a time, and hands out the results.
 *
 * Items are taken from the source only as results are collected: a slow loop holds up the
 * calls, so an endless source is fine. Leaving the loop, also by an error or because its task
 * is cancelled, cancels the calls that run, waits for their end, and closes the source.
 *
 * @throws TypeError or RangeError at the call for what cannot be iterated or a limit below 1.
 * The loop throws what `fn` or the source throws first, in the place of the result; nothing
 * more is begun then.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { mapConcurrently } from "asyncio-ts/flow"
 *
 * await asyncio.run(async () => {
 *   const square = async (n: number) => asyncio.sleep(0.01 / n, n * n)
 *   let found = ""
 *   for await (const result of mapConcurrently([1, 2, 3, 4], square, { limit: 2 })) found += ` ${result}`
 *   console.log(found) // ->  1 4 9 16
 * })
 * ```
 */
export function mapConcurrently<S, T>(
  source: Source<S>,
  fn: (item: Awaited<S>, index: number) => T | PromiseLike<T>,
  options: MapOptions,
): AsyncGenerator<Awaited<T>, void, undefined> {
  if (typeof source !== "string" && !isIterable(source)) {
    throw new TypeError(`mapConcurrently takes something to iterate over, not ${describe(source)}`)
  }
  checkFunction(fn, "what mapConcurrently calls")
  checkOptions(options, "mapConcurrently", "{ limit: 4 }")
  const { limit, ordered = true, ahead = limit } = options
  checkLimit(limit, "the limit of mapConcurrently")
  checkLimit(ahead, "what mapConcurrently takes ahead")
  if (ahead < limit) throw new RangeError(`mapConcurrently takes at least as many items ahead as its limit, ${limit}, not ${ahead}`)
  return results(new Mapping<S, T>(source, fn, limit, ordered, ahead))
}

async function* results<S, T>(mapping: Mapping<S, T>): AsyncGenerator<Awaited<T>, void, undefined> {
  try {
    for (;;) {
      const result = await mapping.next()
      if (result === undefined) return
      yield result.value
    }
  } finally {
    await mapping.close()
  }
}

function isIterable(source: unknown): boolean {
  return typeof source === "object" && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source)
}
