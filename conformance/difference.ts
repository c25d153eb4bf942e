import { EVENTS_AFTER, sameEvent } from "./comparison.ts"
import type { TraceEvent } from "./scenario.ts"

const EVENTS_BEFORE = 4

type Row = readonly [expected: TraceEvent | undefined, got: TraceEvent | undefined]

/**
 * The two traces side by side round event `at`, where they part: first the events before
 * it, which agree, then what follows, with equal events in one row where that is possible.
 * The first row that differs is marked `>`, later ones `|`.
 */
export function showDifference(expected: readonly TraceEvent[], got: readonly TraceEvent[], at: number): string {
  const first = Math.max(0, at - EVENTS_BEFORE)
  const rows: Row[] = expected.slice(first, at).map((event) => [event, event])
  const agreeing = rows.length
  const until = at + EVENTS_AFTER
  rows.push(...align(expected.slice(at, until), got.slice(at, until)))

  const left = column(rows.map(([event]) => event), expected.length === at)
  const right = column(rows.map(([, event]) => event), got.length === at)
  const width = Math.max("CPython".length, ...left.map((text) => text.length))
  const lines = [`    ${"CPython".padEnd(width)}   asyncio-ts`]
  rows.forEach((row, i) => {
    const mark = i === agreeing ? ">" : differs(row) ? "|" : " "
    lines.push(`  ${mark} ${(left[i] ?? "").padEnd(width)}   ${right[i] ?? ""}`.trimEnd())
  })
  return lines.join("\n")
}

function column(events: readonly (TraceEvent | undefined)[], endsEarly: boolean): string[] {
  const end = endsEarly ? events.indexOf(undefined) : -1
  return events.map((event, i) => (event !== undefined ? showEvent(event) : i === end ? "(ends here)" : ""))
}

/** One event on one line. */
export function showEvent([ms, who, what, outcome]: TraceEvent): string {
  const text = `${String(ms).padStart(6)} ms  ${who}: ${what}`
  return outcome === undefined ? text : `${text} -> ${JSON.stringify(outcome)}`
}

function differs([expected, got]: Row): boolean {
  return expected === undefined || got === undefined || !sameEvent(expected, got)
}

/** Pairs off two short lists along their longest common subsequence. */
function align(expected: readonly TraceEvent[], got: readonly TraceEvent[]): Row[] {
  const common = commonLengths(expected, got)
  const rows: Row[] = []
  let onlyExpected: TraceEvent[] = []
  let onlyGot: TraceEvent[] = []
  let i = 0
  let j = 0
  while (i < expected.length || j < got.length) {
    const left = expected[i]
    const right = got[j]
    if (left !== undefined && right !== undefined && sameEvent(left, right)) {
      flush()
      rows.push([left, right])
      i++
      j++
    } else if (right === undefined || (left !== undefined && common(i + 1, j) >= common(i, j + 1))) {
      if (left !== undefined) onlyExpected.push(left)
      i++
    } else {
      onlyGot.push(right)
      j++
    }
  }
  flush()
  return rows

  function flush(): void {
    const length = Math.max(onlyExpected.length, onlyGot.length)
    for (let k = 0; k < length; k++) rows.push([onlyExpected[k], onlyGot[k]])
    onlyExpected = []
    onlyGot = []
  }
}

/** The length of the longest common subsequence of what is left from (i, j) on. */
function commonLengths(a: readonly TraceEvent[], b: readonly TraceEvent[]): (i: number, j: number) => number {
  const width = b.length + 1
  const table = new Array<number>((a.length + 1) * width).fill(0)
  const read = (i: number, j: number): number => table[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [left, right] = [a[i], b[j]]
      const same = left !== undefined && right !== undefined && sameEvent(left, right)
      table[i * width + j] = same ? read(i + 1, j + 1) + 1 : Math.max(read(i + 1, j), read(i, j + 1))
    }
  }
  return read
}
