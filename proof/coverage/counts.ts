// How often each character of a source was passed, from what V8 writes with NODE_V8_COVERAGE.
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"

interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

export interface ScriptReport {
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly Range[] }[]
}

/** Counts by offset; Node leaves out types in place, so an offset of V8's is one of the file. */
export type Counts = Float64Array

/** Adds what one process tells of a script. A function's first range is all of it, and each further one lies in an earlier one. */
export function addScript(counts: Counts, { functions }: ScriptReport): void {
  const ranges = functions.flatMap((one) => one.ranges)
  const wide = (range: Range): number => range.endOffset - range.startOffset
  // A function within another is told by itself, so what is inside comes after what is round it.
  ranges.sort((a, b) => a.startOffset - b.startOffset || wide(b) - wide(a))
  const own = new Float64Array(counts.length)
  for (const { startOffset, endOffset, count } of ranges) own.fill(count, startOffset, endOffset)
  for (let at = 0; at < counts.length; at += 1) counts[at] = (counts[at] ?? 0) + (own[at] ?? 0)
}

/** The sum over all processes that wrote into `folder`, for each script of `lengths`; one that none has loaded has only zeros. */
export function readCounts(folder: string, lengths: ReadonlyMap<string, number>): { counts: Map<string, Counts>; processes: number } {
  const counts = new Map<string, Counts>()
  for (const [url, length] of lengths) counts.set(url, new Float64Array(length))
  let processes = 0
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { result: readonly ScriptReport[] } // what V8 writes
    processes += 1
    for (const script of result) {
      const sum = counts.get(script.url)
      if (sum !== undefined) addScript(sum, script)
    }
  }
  return { counts, processes }
}
