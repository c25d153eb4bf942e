/**
 * From a recording to its columns.
 */
import type { RecordedCallback, RecordedEvent, RecordedPause, RecordedTask, Recording } from "../recording.ts"
import { Numbering } from "./numbering.ts"
import { EVENT_KINDS, NO_TASK, PAUSE_KINDS, type EventColumns, type PauseColumns, type RecordingColumns, type TaskColumns } from "./recording-columns.ts"
import { RecordingError } from "./recording-error.ts"

/** @throws RecordingError for a recording of another version. */
export function columnsOf(recording: Recording): RecordingColumns {
  const { version, reason, epoch, taken, dropped, lost, pools, callbacks, pauses } = recording
  if (version !== undefined && version !== 1) {
    throw new RecordingError(`cannot write a recording of version ${String(version)}: this asyncio-ts writes version 1`)
  }
  const texts = new Numbering<string>([""]) // stands for none; a text that is there and empty has another number
  const ids = new Numbering<number>([])
  for (const { id } of recording.tasks) ids.add(id)
  const tasks = tasksOf(recording.tasks, texts, ids)
  const events = eventsOf(recording.events, texts, ids)
  return {
    version,
    reason,
    epoch,
    taken,
    dropped,
    lost,
    tasks,
    events,
    callbacks: callbacks && callbacksOf(callbacks, texts),
    pauses: pauses && pausesOf(pauses, texts),
    pools,
    ids: Float64Array.from(ids.all),
    texts: texts.all,
  }
}

function numberOf(text: string | undefined, texts: Numbering<string>): number {
  return text === undefined ? 0 : texts.of(text)
}

function tasksOf(tasks: readonly RecordedTask[], texts: Numbering<string>, ids: Numbering<number>): TaskColumns {
  return {
    count: tasks.length,
    name: Uint32Array.from(tasks, ({ name }) => numberOf(name, texts)),
    code: Uint32Array.from(tasks, ({ code }) => numberOf(code, texts)),
    place: Uint32Array.from(tasks, ({ place }) => numberOf(place, texts)),
    loop: Float64Array.from(tasks, ({ loop }) => loop),
    parent: Uint32Array.from(tasks, ({ parent }) => (parent === undefined ? NO_TASK : ids.of(parent))),
    leftBehind: Uint8Array.from(tasks, ({ leftBehind }) => Number(leftBehind)),
  }
}

function eventsOf(events: readonly RecordedEvent[], texts: Numbering<string>, ids: Numbering<number>): EventColumns {
  const count = events.length
  const awaits: number[] = []
  const columns = {
    count,
    kind: new Uint8Array(count),
    task: new Uint32Array(count),
    time: new Float64Array(count),
    what: new Uint32Array(count),
    detail: new Uint32Array(count),
    place: new Uint32Array(count),
    by: new Uint32Array(count).fill(NO_TASK),
    awaitsFrom: new Uint32Array(count + 1),
  }
  const { kind, task, time, what, detail, place, by, awaitsFrom } = columns
  for (const [at, event] of events.entries()) {
    kind[at] = EVENT_KINDS.indexOf(event.kind)
    task[at] = ids.of(event.task)
    time[at] = event.time
    switch (event.kind) {
      case "parked":
        what[at] = numberOf(event.on, texts)
        detail[at] = numberOf(event.detail, texts)
        place[at] = numberOf(event.place, texts)
        for (const awaited of event.awaits ?? []) awaits.push(ids.of(awaited))
        break
      case "done":
        what[at] = numberOf(event.how, texts)
        detail[at] = numberOf(event.reason, texts)
        break
      case "cancel requested":
        what[at] = numberOf(event.by, texts)
        detail[at] = numberOf(event.why, texts)
        break
      case "ready":
        if (event.by !== undefined) by[at] = ids.of(event.by)
        break
      case "created":
      case "resumed":
    }
    awaitsFrom[at + 1] = awaits.length
  }
  return { ...columns, awaits: Uint32Array.from(awaits) }
}

function callbacksOf(callbacks: readonly RecordedCallback[], texts: Numbering<string>): RecordingColumns["callbacks"] {
  return {
    count: callbacks.length,
    loop: Float64Array.from(callbacks, ({ loop }) => loop),
    name: Uint32Array.from(callbacks, ({ name }) => numberOf(name, texts)),
    from: Float64Array.from(callbacks, ({ from }) => from),
    to: Float64Array.from(callbacks, ({ to }) => to),
  }
}

/** The columns of pauses, whose texts are numbered on. */
export function pausesOf(pauses: readonly RecordedPause[], texts: Numbering<string>): PauseColumns {
  return {
    count: pauses.length,
    kind: Uint8Array.from(pauses, ({ kind }) => PAUSE_KINDS.indexOf(kind)),
    from: Float64Array.from(pauses, ({ from }) => from),
    to: Float64Array.from(pauses, ({ to }) => to),
    what: Uint32Array.from(pauses, ({ what }) => numberOf(what, texts)),
    place: Uint32Array.from(pauses, ({ place }) => numberOf(place, texts)),
    advice: Uint32Array.from(pauses, ({ advice }) => numberOf(advice, texts)),
  }
}
