/**
 * Has the lines of awaits taken within their budget, in every program on Node that loads this library.
 */
import { awaitLines, startTaking, stopTaking, type LineTaker } from "../core/await-lines.ts"
import { makers, placeOfAwait } from "../core/place.ts"

/**
 * Begins to take lines; the returned function ends it.
 *
 * @param atAwait - whether the engine tells, on the stack of `then`, which await has called it;
 * else the line is the one that made what is awaited, most often the same
 */
export function takeLines(atAwait: boolean): () => void {
  const before = awaitLines.taker
  const taker: LineTaker = atAwait ? { parked: (on) => placeOfAwait(on) } : { made: (awaitable) => makers.takeOf(awaitable) }
  startTaking(taker)
  return () => {
    if (awaitLines.taker !== taker) return
    stopTaking()
    if (before !== null) startTaking(before)
  }
}
