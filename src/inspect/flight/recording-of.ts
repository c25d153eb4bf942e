/**
 * From columns to a recording.
 */
import type { TaskEnd } from "../../core/observer.ts"
import type { RecordedCallback, RecordedEvent, RecordedPause, RecordedTask, Recording } from "../recording.ts"
import { CANCEL_REQUESTED, CREATED, DONE, NO_TASK, PARKED, PAUSE_KINDS, READY, type RecordingColumns } from "./recording-columns.ts"

/** The recording whose columns these are. */
export function recordingOf(columns: RecordingColumns): Recording {
  const { version, reason, epoch, taken, dropped, lost, pools, callbacks, pauses } = columns
  return {
    ...(version === undefined ? {} : { version }),
    ...(reason === undefined ? {} : { reason }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(callbacks === undefined ? {} : { callbacks: callbacksOf(columns, callbacks) }),
    ...(pauses === undefined ? {} : { pauses: pausesOf(columns, pauses) }),
    tasks: tasksOf(columns),
    events: Array.from({ length: columns.events.count }, (_, at) => eventAt(columns, at)),
    dropped,
    ...(lost === undefined ? {} : { lost }),
    ...(taken === undefined ? {} : { taken }),
    ...(pools === undefined ? {} : { pools }),
  }
}

/** The event at a row. */
export function eventAt({ events, texts, ids }: RecordingColumns, at: number): RecordedEvent {
  const task = ids[events.task[at] ?? NO_TASK] ?? NaN
  const time = events.time[at] ?? NaN
  const what = textOf(texts, events.what[at])
  const detail = textOf(texts, events.detail[at])
  switch (events.kind[at]) {
    case PARKED: {
      const place = textOf(texts, events.place[at])
      const path = textOf(texts, events.path?.[at])
      const awaits = Array.from(events.awaits.subarray(events.awaitsFrom[at], events.awaitsFrom[at + 1]), (awaited) => ids[awaited] ?? NaN)
      return {
        kind: "parked",
        task,
        time,
        on: what ?? "",
        ...(detail === undefined ? {} : { detail }),
        ...(place === undefined ? {} : { place }),
        ...(path === undefined ? {} : { path: path.split("\n") }),
        ...(awaits.length === 0 ? {} : { awaits }),
      }
    }
    case DONE:
      return { kind: "done", task, time, how: what as TaskEnd, ...(detail === undefined ? {} : { reason: detail }) } // checked where it is read
    case READY: {
      const by = ids[events.by[at] ?? NO_TASK]
      return { kind: "ready", task, time, ...(by === undefined ? {} : { by }) }
    }
    case CANCEL_REQUESTED:
      return { kind: "cancel requested", task, time, ...(what === undefined ? {} : { by: what }), ...(detail === undefined ? {} : { why: detail }) }
    default:
      return { kind: events.kind[at] === CREATED ? "created" : "resumed", task, time }
  }
}

function textOf(texts: readonly string[], number: number | undefined): string | undefined {
  return number === undefined || number === 0 ? undefined : texts[number]
}

function tasksOf({ tasks, texts, ids }: RecordingColumns): RecordedTask[] {
  return Array.from({ length: tasks.count }, (_, at) => {
    const parent = ids[tasks.parent[at] ?? NO_TASK]
    const place = textOf(texts, tasks.place[at])
    return {
      id: ids[at] ?? NaN,
      name: textOf(texts, tasks.name[at]) ?? "",
      code: textOf(texts, tasks.code[at]) ?? "",
      loop: tasks.loop[at] ?? NaN,
      ...(parent === undefined ? {} : { parent }),
      leftBehind: tasks.leftBehind[at] === 1,
      ...(place === undefined ? {} : { place }),
    }
  })
}

function callbacksOf({ texts }: RecordingColumns, { count, loop, name, from, to }: NonNullable<RecordingColumns["callbacks"]>): RecordedCallback[] {
  return Array.from({ length: count }, (_, at) => ({
    loop: loop[at] ?? NaN,
    name: textOf(texts, name[at]) ?? "",
    from: from[at] ?? NaN,
    to: to[at] ?? NaN,
  }))
}

function pausesOf({ texts }: RecordingColumns, columns: NonNullable<RecordingColumns["pauses"]>): RecordedPause[] {
  return Array.from({ length: columns.count }, (_, at) => {
    const what = textOf(texts, columns.what[at])
    const place = textOf(texts, columns.place[at])
    const advice = textOf(texts, columns.advice[at])
    return {
      kind: PAUSE_KINDS[columns.kind[at] ?? 0] ?? "blocked",
      from: columns.from[at] ?? NaN,
      to: columns.to[at] ?? NaN,
      ...(what === undefined ? {} : { what }),
      ...(place === undefined ? {} : { place }),
      ...(advice === undefined ? {} : { advice }),
    }
  })
}
