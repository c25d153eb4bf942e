import { host } from "../host/host.ts"
import type { ChunkSize } from "./chunk-size.ts"

/** Seconds for which a source that computes its items may hold up the loop for one chunk. */
const LONGEST = 0.01
/** How many items are taken between two looks at the clock. */
const BLIND = 16

/** The items of a source that is there, in chunks; each is cut when it is asked for. */
export function* cutItems<S>(source: Iterable<S>, size: ChunkSize): Generator<readonly S[], void, undefined> {
  const total = Array.isArray(source) ? source.length : Infinity
  let taken = 0
  let wanted = size.next(total)
  let begun = host.now()
  let chunk: S[] = []
  try {
    for (const item of source) {
      chunk.push(item)
      const isLate = !size.isFixed && chunk.length % BLIND === 0 && host.now() - begun > LONGEST
      if (chunk.length < wanted && !isLate) continue
      const full = chunk
      chunk = []
      taken += full.length
      yield full
      if (size.stopped) return
      wanted = size.next(total - taken)
      begun = host.now()
    }
  } catch (error) {
    // What the source gave before it failed comes before the failure.
    if (chunk.length > 0) yield chunk
    throw error
  }
  if (chunk.length > 0) yield chunk
}
