/**
 * The engine's collections of garbage, told to a recorder.
 */
import { constants, PerformanceObserver, type PerformanceEntry } from "node:perf_hooks"
import type { RecordedPause } from "../recording.ts"

const KINDS = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "young objects"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "all objects"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "a part of all objects"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weak references"],
])

/** Tells `recorder` of each collection from now on; the returned function tells what is left, and ends it. */
export function recordCollections(recorder: { addPause(pause: RecordedPause): void }): () => void {
  const tell = (entries: readonly PerformanceEntry[]): void => {
    for (const entry of entries) {
      const { startTime, duration } = entry
      const { detail } = entry as PerformanceEntry & { readonly detail?: { readonly kind: number } } // what entries of this type have
      const what = KINDS.get(detail?.kind ?? -1)
      recorder.addPause({ kind: "collection", from: startTime / 1000, to: (startTime + duration) / 1000, ...(what === undefined ? {} : { what }) })
    }
  }
  const observer = new PerformanceObserver((list) => tell(list.getEntries()))
  observer.observe({ entryTypes: ["gc"] })
  return () => {
    tell(observer.takeRecords())
    observer.disconnect()
  }
}
