/**
 * Checks a document against the Trace Event Format: what its specification asks of pairs, ids,
 * flows, times and the nesting of slices, and what Perfetto asks beyond it so that no slice
 * goes to an overflow track and no arrow is dropped.
 */

export interface TraceEvent {
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly cat?: string
  readonly id?: string | number
  readonly name: string
  readonly bp?: string
  readonly args?: Readonly<Record<string, unknown>>
}

const PHASES = "BEXbensfCM"

export function eventsOf(document: string): TraceEvent[] {
  return (JSON.parse(document) as { traceEvents: TraceEvent[] }).traceEvents // of toPerfetto
}

/** Everything that is wrong, in the order of the document. */
export function problemsOf(events: readonly TraceEvent[]): string[] {
  const problems: string[] = []
  const say = (event: TraceEvent, what: string): void => void problems.push(`${JSON.stringify(event)}: ${what}`)
  for (const event of events) checkFields(event, say)
  const timed = events.filter(({ ph }) => ph !== "M")
  checkNames(events, timed, say)
  checkAsync(timed, say)
  checkRows(timed, say)
  checkFlows(timed, say)
  checkCounters(timed, say)
  return problems
}

type Say = (event: TraceEvent, what: string) => void

function checkFields(event: TraceEvent, say: Say): void {
  const { ph, pid, tid, ts, dur, name, cat, id } = event
  if (!PHASES.includes(ph) || ph.length !== 1) say(event, "an unknown phase")
  if (!Number.isInteger(pid) || !Number.isInteger(tid) || pid < 1) say(event, "a pid and a tid are numbers")
  if (typeof name !== "string") say(event, "it has no name")
  if (ph !== "M" && !Number.isFinite(ts)) say(event, "it has no time")
  if (ph === "X" && !((dur ?? -1) > 0)) say(event, "a complete slice lasts for some time")
  if ("bensf".includes(ph) && (cat === undefined || id === undefined)) say(event, "it has a category and an id")
}

/** Each process and each row of slices is named once. */
function checkNames(events: readonly TraceEvent[], timed: readonly TraceEvent[], say: Say): void {
  const named = new Set<string>()
  for (const event of events) {
    if (event.ph !== "M" || !event.name.endsWith("_name")) continue
    const key = event.name === "process_name" ? `${event.pid}` : `${event.pid}/${event.tid}`
    if (named.has(key)) say(event, "named twice")
    named.add(key)
  }
  for (const event of timed) {
    if (!named.has(`${event.pid}`)) say(event, "its process has no name")
    if (event.ph !== "C" && !named.has(`${event.pid}/${event.tid}`)) say(event, "its row has no name")
  }
}

/** The asynchronous slices of each id: every beginning has its end, they nest, and time goes on. */
function checkAsync(timed: readonly TraceEvent[], say: Say): void {
  const tracks = Map.groupBy(timed.filter(({ ph }) => "ben".includes(ph)), ({ pid, cat, id }) => `${pid} ${cat} ${id}`)
  for (const track of tracks.values()) {
    const open: TraceEvent[] = []
    let last = -Infinity
    let roots = 0
    for (const event of track) {
      if (event.ts < last) say(event, "time goes back on its track")
      last = event.ts
      if (open.length === 0) roots += 1
      if (event.ph === "b") open.push(event)
      else if (event.ph === "n" && open.length === 0) say(event, "an instant outside of every slice")
      else if (event.ph === "e") {
        const begun = open.pop()
        if (begun === undefined) say(event, "an end without its beginning")
        else if (begun.name !== event.name) say(event, `the end of another slice: ${begun.name} is open`)
      }
    }
    for (const event of open) say(event, "it never ends")
    const [first] = track
    if (roots > 1 && first !== undefined) say(first, "two things have its id")
  }
}

/** The slices of a row nest, whichever way they are written. */
function checkRows(timed: readonly TraceEvent[], say: Say): void {
  const rows = Map.groupBy(timed.filter(({ ph }) => "BEX".includes(ph)), ({ pid, tid }) => `${pid}/${tid}`)
  for (const row of rows.values()) {
    const open: { readonly event: TraceEvent; readonly to: number }[] = []
    let last = -Infinity
    for (const event of row) {
      const from = nanoseconds(event.ts)
      if (event.ts < last) say(event, "time goes back on its row")
      last = event.ts
      while ((open.at(-1)?.to ?? Infinity) <= from) open.pop()
      const around = open.at(-1)
      if (event.ph === "E") {
        if (around === undefined || around.event.name !== event.name || around.to !== Infinity) say(event, "an end without its beginning")
        else if (around.event.ts >= event.ts) say(event, "no time between its beginning and its end")
        open.pop()
      } else {
        const to = event.ph === "B" ? Infinity : from + nanoseconds(event.dur ?? 0)
        if (around !== undefined && to > around.to) say(event, "it overlaps the slice before it")
        open.push({ event, to })
      }
    }
    for (const { event, to } of open) if (to === Infinity) say(event, "it never ends")
  }
}

/** The format counts in microseconds with fractions, which do not add up exactly. */
function nanoseconds(microseconds: number): number {
  return Math.round(microseconds * 1000)
}

/** Each arrow has one beginning and one end, and both stand on a slice. */
function checkFlows(timed: readonly TraceEvent[], say: Say): void {
  const stands = standsOn(timed)
  const flows = Map.groupBy(timed.filter(({ ph }) => "sf".includes(ph)), ({ cat, id, name }) => `${cat} ${name} ${id}`)
  const ids = new Set<unknown>()
  for (const flow of flows.values()) {
    const [from] = flow.filter(({ ph }) => ph === "s")
    const [to] = flow.filter(({ ph }) => ph === "f")
    const [any] = flow
    if (any === undefined) continue
    if (from === undefined || to === undefined || flow.length !== 2) {
      say(any, "an arrow has one beginning and one end")
      continue
    }
    if (ids.has(any.id)) say(any, "two arrows have its id")
    ids.add(any.id)
    if (from.pid === to.pid && from.ts >= to.ts) say(to, "an arrow leads on in time")
    if (!stands(from)) say(from, "no slice stands where the arrow begins")
    if (!stands(to)) say(to, "no slice stands where the arrow ends")
    if (to.bp !== "e") say(to, "without bp it would end at the next slice")
  }
}

function standsOn(timed: readonly TraceEvent[]): (at: TraceEvent) => boolean {
  const rows = new Map<string, { readonly from: number; readonly to: number }[]>()
  for (const [row, events] of Map.groupBy(timed.filter(({ ph }) => "BE".includes(ph)), ({ pid, tid }) => `${pid}/${tid}`)) {
    const stretches: { from: number; to: number }[] = []
    let depth = 0
    for (const { ph, ts } of events) {
      if (ph === "B" && depth === 0) stretches.push({ from: ts, to: Infinity })
      depth += ph === "B" ? 1 : -1
      const last = stretches.at(-1)
      if (depth === 0 && last !== undefined) last.to = ts
    }
    rows.set(row, stretches)
  }
  return ({ pid, tid, ts }) => {
    const stretches = rows.get(`${pid}/${tid}`) ?? []
    let low = 0
    let high = stretches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((stretches[middle]?.from ?? Infinity) <= ts) low = middle + 1
      else high = middle
    }
    return ts < (stretches[low - 1]?.to ?? -Infinity)
  }
}

function checkCounters(timed: readonly TraceEvent[], say: Say): void {
  const last = new Map<string, number>()
  for (const event of timed) {
    if (event.ph !== "C") continue
    const key = `${event.pid} ${event.name}`
    if (event.ts < (last.get(key) ?? -Infinity)) say(event, "time goes back on its counter")
    last.set(key, event.ts)
    const values = Object.values(event.args ?? {})
    if (values.length === 0 || values.some((value) => typeof value !== "number" || value < 0)) say(event, "a counter counts")
  }
}
