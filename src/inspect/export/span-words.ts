/**
 * What spans of OpenTelemetry say about tasks: the same of a recording as of a program that runs.
 */
import type { SpanStatus, SpanStatusCode } from "@opentelemetry/api"
import type { TaskEnd } from "../../core/observer.ts"

/** Values as OpenTelemetry takes them. */
export type SpanAttributes = Record<string, string | number | boolean>

// OpenTelemetry's own numbers, since its package is loaded only when somebody wants spans.
const UNSET = 0 as SpanStatusCode.UNSET // oxlint-disable-line typescript/no-unsafe-enum-assignment -- its value in the package
export const ERROR = 2 as SpanStatusCode.ERROR // oxlint-disable-line typescript/no-unsafe-enum-assignment -- its value in the package

/** The attributes of the span of a task. */
export function taskAttributes(id: number, name: string, code: string | undefined, place?: string): SpanAttributes {
  return {
    "asyncio.task.id": id,
    "asyncio.task.name": name,
    ...(code === undefined ? {} : { "code.function.name": code }),
    ...(place === undefined ? {} : { "asyncio.task.made_at": place }),
  }
}

/** The attributes of an event that says what a task has waited for. */
export function waitAttributes(on: string, detail: string | undefined, seconds: number, place?: string): SpanAttributes {
  return {
    "asyncio.wait.for": on,
    "asyncio.wait.seconds": seconds,
    ...(detail === undefined ? {} : { "asyncio.wait.detail": detail }),
    ...(place === undefined ? {} : { "asyncio.wait.at": place }),
  }
}

/** The attributes of an event that says that a task was asked to cancel. */
export function requestAttributes(by: string | undefined, why: string | undefined): SpanAttributes {
  return { ...(by === undefined ? {} : { "asyncio.cancel.by": by }), ...(why === undefined ? {} : { "asyncio.cancel.reason": why }) }
}

/** The status of a span whose task has ended. */
export function statusOf(end: TaskEnd, reason: string | undefined): SpanStatus {
  if (end === "returned") return { code: UNSET }
  return { code: ERROR, message: reason ?? end }
}

/** What leads from a span to that of the task whose code woke it. */
export const WOKEN_BY: SpanAttributes = { "asyncio.link": "woken by" }
/** The names of events. */
export const WAITED = "waited"
export const STILL_WAITS = "waits"
export const ASKED_TO_CANCEL = "asked to cancel"
export const END = "asyncio.task.end"
