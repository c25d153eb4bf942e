/** How many tasks did what over the whole time, and how busy the loops were. */
import { BLOCKED, isBusy } from "./looks.ts"
import { CALLBACKS, PAUSES, TASK_ROW, type Model } from "./model.ts"

/** Over `buckets` equal parts of the whole time. */
export interface Load {
  readonly buckets: number
  /** How many tasks, on average, by look. */
  readonly tasks: readonly Float32Array[]
  /** Which part of it code ran, from 0 to 1. */
  readonly busy: Float32Array
  readonly blocked: Float32Array
  readonly most: number
}

/** In one pass over the spans, however long they are: each adds where it begins and where it ends. */
export function loadOf({ spans, rows, length }: Model, buckets: number): Load {
  const lines = Array.from({ length: 12 }, () => new Float64Array(buckets + 2))
  const busy = new Float64Array(buckets + 2)
  const blocked = new Float64Array(buckets + 2)
  const scale = buckets / length
  const add = (line: Float64Array, from: number, to: number): void => {
    step(line, from * scale, 1)
    step(line, to * scale, -1)
  }
  for (let row = 0; row < rows.kind.length; row += 1) {
    const kind = rows.kind[row]
    if (kind !== TASK_ROW && kind !== CALLBACKS && kind !== PAUSES) continue
    for (let span = spans.first[row]; span < spans.first[row + 1]; span += 1) {
      const look = spans.look[span]
      const from = spans.from[span]
      const to = spans.to[span]
      if (kind === TASK_ROW) add(lines[look], from, to)
      if (kind === PAUSES ? look === BLOCKED : isBusy(look)) add(kind === PAUSES ? blocked : busy, from, to)
    }
  }
  const tasks = lines.map((line) => sums(line, buckets))
  let most = 0
  for (let at = 0; at < buckets; at += 1) most = Math.max(most, tasks.reduce((sum, line) => sum + line[at], 0))
  return { buckets, tasks, busy: sums(busy, buckets).map((part) => Math.min(1, part)), blocked: sums(blocked, buckets).map((part) => Math.min(1, part)), most }
}

/** From `at` on, one more: the bucket that it falls into gets its part. */
function step(line: Float64Array, at: number, by: number): void {
  const bucket = Math.max(0, Math.min(line.length - 2, Math.floor(at)))
  const part = bucket + 1 - at
  line[bucket] += by * part
  line[bucket + 1] += by * (1 - part)
}

function sums(line: Float64Array, buckets: number): Float32Array {
  const all = new Float32Array(buckets)
  let sum = 0
  for (let at = 0; at < buckets; at += 1) {
    sum += line[at]
    // What rounding leaves is nothing.
    all[at] = Math.max(0, sum < 1e-9 ? 0 : sum)
  }
  return all
}
