/** Finds names, reasons and places. */
import { DONE } from "../../src/inspect/flight/recording-columns.ts"
import { BLOCKED, COLLECTION } from "./looks.ts"
import { CALLBACKS, PAUSES, TASK_ROW, WORKER_ROW, type Model } from "./model.ts"
import { NO_EVENT } from "./task-spans.ts"
import { JOB } from "./looks.ts"

/** In the order of rows, and of time in each. */
export interface Matches {
  readonly rows: Uint32Array
  /** -1 where the row itself is what was found. */
  readonly spans: Int32Array
  readonly inRow: Set<number>
}

/** What has all words of `query` in one of its texts, without regard to case; undefined for an empty query. */
export function search(model: Model, query: string): Matches | undefined {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "")
  if (words.length === 0) return undefined
  const { columns, rows, spans, lives } = model
  const { tasks, events, callbacks, pauses, pools, texts } = columns
  const lower = texts.map((text) => text.toLowerCase())
  const has = (text: string): boolean => words.every((word) => text.includes(word))
  const hit = Uint8Array.from(lower, (text) => (has(text) ? 1 : 0))
  const hits = (...numbers: readonly (number | undefined)[]): boolean =>
    numbers.some((n) => n !== undefined && hit[n] === 1) || (words.length > 1 && has(numbers.map((n) => lower[n ?? 0]).join(" ")))
  const found: [row: number, span: number][] = []
  for (let row = 0; row < rows.kind.length; row += 1) {
    const ref = rows.ref[row]
    const kind = rows.kind[row]
    if (kind === TASK_ROW) {
      const done = lives.done[ref]
      if (hits(tasks.name[ref], tasks.code[ref], tasks.place[ref]) || (done !== NO_EVENT && hits(events.detail[done]))) found.push([row, -1])
    } else if (kind === WORKER_ROW) {
      const worker = pools?.workers[ref]
      if (worker !== undefined && has(`${worker.pool} ${worker.label}`.toLowerCase())) found.push([row, -1])
    }
    for (let span = spans.first[row]; span < spans.first[row + 1]; span += 1) {
      const source = spans.source[span]
      const is =
        kind === TASK_ROW ? events.kind[source] !== DONE && hits(events.what[source], events.detail[source], events.place[source])
        : kind === CALLBACKS ? hits(callbacks?.name[source])
        : kind === PAUSES ? hits(pauses?.what[source], pauses?.place[source], pauses?.advice[source]) || has(ref === BLOCKED ? "blocked" : ref === COLLECTION ? "collection" : "")
        : spans.look[span] === JOB && has((pools?.jobs[source]?.name ?? "").toLowerCase())
      if (is) found.push([row, span])
    }
  }
  return { rows: Uint32Array.from(found, ([row]) => row), spans: Int32Array.from(found, ([, span]) => span), inRow: new Set(found.map(([row]) => row)) }
}
