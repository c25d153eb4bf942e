/** Rows and spans in words. */
import { BLOCKED, CALLBACK, COLLECTION, IDLE, JOB, LEFT_BEHIND, READY, RUNNING, STARTING } from "./looks.ts"
import { CALLBACKS, LOOP, PAUSES, POOL, TASK_ROW, WORKER_ROW, type Model } from "./model.ts"
import { NO_EVENT } from "./task-spans.ts"

export function rowTitle({ columns, rows, clocks }: Model, row: number): string {
  const ref = rows.ref[row]
  switch (rows.kind[row]) {
    case LOOP:
      return clocks.isOwn(ref) ? `Loop ${ref} (its own clock)` : `Loop ${ref}`
    case PAUSES:
      return ref === BLOCKED ? "Blocked" : "Garbage collection"
    case CALLBACKS:
      return "Callbacks"
    case POOL:
      return columns.pools?.workers[ref]?.pool ?? ""
    case WORKER_ROW:
      return columns.pools?.workers[ref]?.label ?? ""
    default:
      return taskName({ columns }, ref)
  }
}

export function taskName({ columns: { ids, tasks, texts } }: Pick<Model, "columns">, task: number): string {
  return (task < tasks.count ? texts[tasks.name[task]] : "") || `task ${ids[task]}`
}

/** What a bar says, if there is room. */
export function spanLabel({ columns, spans, rows }: Model, row: number, span: number): string {
  const { events, texts, callbacks, pauses, pools } = columns
  const source = spans.source[span]
  switch (spans.look[span]) {
    case RUNNING:
    case READY:
    case IDLE:
      return ""
    case STARTING:
      return "starting"
    case LEFT_BEHIND:
      return "left behind"
    case JOB:
      return pools?.jobs[source]?.name ?? ""
    case CALLBACK:
      return texts[callbacks?.name[source] ?? 0]
    case BLOCKED:
    case COLLECTION:
      return texts[pauses?.what[source] ?? 0]
    default:
      return rows.kind[row] === TASK_ROW ? waitText(texts[events.what[source]], texts[events.detail[source]]) : ""
  }
}

/** `Lock.acquire` and `'db'` as `Lock.acquire 'db'`; a detail that says all stands alone. */
export function waitText(kind: string, given: string): string {
  // As 0.1 + 0.2 is written.
  const detail = given.replace(/\d+\.\d{7,}/g, (figure) => String(Number(Number(figure).toPrecision(4))))
  if (kind === "promise") return detail === "" ? "a foreign promise" : detail
  if (detail === "") return kind
  const noun = /^\w+/.exec(kind)?.[0].toLowerCase() ?? kind
  return detail.toLowerCase().includes(noun) ? detail : `${kind} ${detail}`
}

/** What a span is, as one reads it out. */
export function spanTitle(model: Model, row: number, span: number): string {
  const label = spanLabel(model, row, span)
  switch (model.spans.look[span]) {
    case RUNNING:
      return "running"
    case READY:
      return "ready to run, in line for the loop"
    case IDLE:
      return "idle"
    case STARTING:
      return "the worker starts"
    case LEFT_BEHIND:
      return "left behind at a promise that cannot be cancelled"
    case JOB:
      return `job ${label}`
    case CALLBACK:
      return `callback ${label}`
    case BLOCKED:
      return label === "" ? "the loop is blocked" : `blocked in ${label}`
    case COLLECTION:
      return label === "" ? "collecting garbage" : `collecting garbage: ${label}`
    default:
      return `waiting for ${label}`
  }
}

/** How the task of a row ended; undefined while it lives, and for other rows. */
export function endOf({ rows, lives, columns: { events, texts } }: Model, row: number): string | undefined {
  if (rows.kind[row] !== TASK_ROW) return undefined
  const done = lives.done[rows.ref[row]]
  return done === NO_EVENT ? undefined : texts[events.what[done]]
}
