/**
 * The tasks of a recording as spans of OpenTelemetry, opened and ended with its times.
 */
import type * as otel from "@opentelemetry/api"
import type { Recording } from "../recording.ts"
import { timelineOf } from "../timeline.ts"
import type { TimelineTask } from "../timeline-row.ts"
import { labelOf } from "../wording.ts"
import { ASKED_TO_CANCEL, ERROR, END, requestAttributes, STILL_WAITS, statusOf, taskAttributes, WAITED, waitAttributes, WOKEN_BY } from "./span-words.ts"

const NANOSECONDS = 1e9

/** What spans are opened with. */
export interface SpanSource {
  readonly api: Pick<typeof otel, "ROOT_CONTEXT" | "trace">
  readonly tracer: otel.Tracer
  /** When the clocks of the recording stood at 0, in seconds since 1970. */
  readonly epoch: number
  /** Until when tasks that live are drawn, in seconds of their clocks. */
  readonly until: number | undefined
}

/** Opens and ends a span for each task, each job of a worker, and each stretch in which the thread was blocked. */
export function makeSpans(recording: Recording, source: SpanSource): void {
  const { api, tracer, epoch } = source
  const timeline = timelineOf(recording, source.until === undefined ? {} : { until: source.until })
  const time = (seconds: number): otel.HrTime => hrTime(epoch, seconds)
  const under = (span: otel.Span | undefined): otel.Context => (span === undefined ? api.ROOT_CONTEXT : api.trace.setSpan(api.ROOT_CONTEXT, span))

  const spans = new Map<number, otel.Span>()
  // Tasks are numbered as they are made, so that a parent comes before its children.
  for (const task of timeline.tasks.toSorted((a, b) => a.id - b.id)) {
    const attributes = taskAttributes(task.id, task.name, task.code, task.place)
    const parent = task.parent === undefined ? undefined : spans.get(task.parent)
    spans.set(task.id, tracer.startSpan(labelOf(task), { startTime: time(task.from), attributes }, under(parent)))
  }
  for (const task of timeline.tasks) {
    const span = spans.get(task.id)
    if (span !== undefined) tell(task, span, spans, time)
  }
  for (const { pool, name: worker, jobs } of timeline.pools?.lanes ?? []) {
    for (const { id, name, task, queued, from, to, end, note } of jobs) {
      const attributes = { "asyncio.job.id": id, "asyncio.pool": pool, "asyncio.worker": worker, "asyncio.job.waited_seconds": from - queued, [END]: end ?? "still running" }
      const wanted = task === undefined ? undefined : spans.get(task)
      const span = tracer.startSpan(name, { startTime: time(from), attributes }, under(wanted))
      if (end !== undefined && end !== "returned") span.setStatus({ code: ERROR, message: note ?? end })
      span.end(time(to))
    }
  }
  for (const { kind, from, to, what, place, advice } of timeline.pauses ?? []) {
    if (kind !== "blocked") continue
    const attributes = { ...(what === undefined ? {} : { "code.function.name": what }), ...(place === undefined ? {} : { "asyncio.blocked.at": place }), ...(advice === undefined ? {} : { "asyncio.advice": advice }) }
    tracer.startSpan("blocked", { startTime: time(from), attributes }, api.ROOT_CONTEXT).end(time(to))
  }
}

function tell(task: TimelineTask, span: otel.Span, spans: ReadonlyMap<number, otel.Span>, time: (seconds: number) => otel.HrTime): void {
  const { to: end, note, requests = [] } = task
  for (const { state, from, to, on = "", detail, place, by } of task.spans) {
    const waker = by === undefined || by === task.id ? undefined : spans.get(by)
    if (waker !== undefined) span.addLink({ context: waker.spanContext(), attributes: WOKEN_BY })
    if (state !== "waiting") continue
    const over = task.end !== undefined || to < end
    span.addEvent(over ? WAITED : STILL_WAITS, waitAttributes(on, detail, to - from, place), time(over ? to : from))
  }
  for (const { time: at, by, why } of requests) span.addEvent(ASKED_TO_CANCEL, requestAttributes(by, why), time(Math.min(end, Math.max(task.from, at))))
  span.setAttribute(END, task.end ?? "still there")
  if (task.end !== undefined && task.end !== "returned") span.setStatus(statusOf(task.end, note))
  if (task.end === "failed") span.addEvent("exception", { "exception.message": note ?? "" }, time(end))
  span.end(time(end))
}

/** Whole seconds and nanoseconds, since a number cannot hold both of today. */
export function hrTime(epoch: number, seconds: number): otel.HrTime {
  const whole = Math.floor(epoch) + Math.floor(seconds)
  const nanoseconds = Math.round((epoch - Math.floor(epoch) + (seconds - Math.floor(seconds))) * NANOSECONDS)
  return nanoseconds >= NANOSECONDS ? [whole + 1, nanoseconds - NANOSECONDS] : [whole, nanoseconds]
}
