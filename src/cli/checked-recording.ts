/**
 * A recording that came as JSON, of which anybody may have written anything.
 */
import { RecordingError } from "../inspect/flight/recording-error.ts"
import type { Recording } from "../inspect/recording.ts"

/** What a property holds; with a question mark it may be missing. */
type Kind = "number" | "string" | "boolean" | "numbers" | "strings" | `${"number" | "string" | "numbers" | "strings"}?` | readonly string[]
type Shape = Readonly<Record<string, Kind>>

const ENDS = ["returned", "failed", "cancelled", "left behind"]
const TASK: Shape = { id: "number", name: "string", code: "string", loop: "number", parent: "number?", place: "string?" }
const EVENTS: Readonly<Record<string, Shape>> = {
  created: {},
  resumed: {},
  ready: { by: "number?" },
  "cancel requested": { by: "string?", why: "string?" },
  parked: { on: "string", detail: "string?", place: "string?", path: "strings?", awaits: "numbers?" },
  done: { how: ENDS, reason: "string?" },
}
const CALLBACK: Shape = { loop: "number", name: "string", from: "number", to: "number" }
const PAUSE: Shape = { kind: ["blocked", "collection"], from: "number", to: "number", what: "string?", place: "string?", advice: "string?" }
const WORKER: Shape = { id: "number", pool: "string", label: "string", started: "number?", ready: "number?", gone: "number?", how: "string?" }
const JOB: Shape = { id: "number", name: "string", task: "number?", queued: "number", begun: "number?", worker: "number?", ended: "number?", how: "string?", reason: "string?" }

/** @throws RecordingError that names what is not as it should be. */
export function checkedRecording(given: Partial<Recording>): Recording {
  const { tasks, events, dropped = 0, callbacks, pauses, pools } = given
  if (!Array.isArray(tasks) || !Array.isArray(events)) throw new RecordingError("this is JSON, but no recording: it has no list of tasks and none of events")
  list(tasks, TASK, "task")
  for (const [at, event] of events.entries()) {
    const kind: unknown = isObject(event) ? event["kind"] : undefined
    const shape = typeof kind === "string" && Object.hasOwn(EVENTS, kind) ? EVENTS[kind] : undefined
    if (shape === undefined) throw none(`its event ${at + 1} is of no known kind`)
    fits(event, { task: "number", time: "number", ...shape }, `event ${at + 1}`)
  }
  if (callbacks !== undefined) list(callbacks, CALLBACK, "callback")
  if (pauses !== undefined) list(pauses, PAUSE, "pause")
  if (pools !== undefined) {
    fits(pools, { loops: "numbers", dropped: "number" }, "part on pools")
    list(pools.workers, WORKER, "worker")
    list(pools.jobs, JOB, "job")
  }
  fits({ ...given, dropped }, { dropped: "number", reason: "string?", epoch: "number?", taken: "number?", ownClocks: "numbers?" }, "head")
  if (given.lost !== undefined) fits(given.lost, { texts: "number", edges: "number" }, "part on what was lost")
  return { ...given, tasks, events, dropped }
}

function list(given: unknown, shape: Shape, what: string): void {
  if (!Array.isArray(given)) throw none(`it has no list of ${what}s`)
  for (const [at, one] of given.entries()) fits(one, shape, `${what} ${at + 1}`)
}

function fits(given: unknown, shape: Shape, what: string): void {
  if (!isObject(given)) throw none(`its ${what} is no object`)
  for (const [name, kind] of Object.entries(shape)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (!isOf(kind, value)) throw none(`the ${name} of its ${what} is not as it should be`)
  }
}

function isOf(kind: Kind, value: unknown): boolean {
  if (typeof kind !== "string") return typeof value === "string" && kind.includes(value)
  const optional = kind.endsWith("?")
  if (optional && value === undefined) return true
  const plain = optional ? kind.slice(0, -1) : kind
  switch (plain) {
    case "number":
      return typeof value === "number" && Number.isFinite(value)
    case "numbers":
      return Array.isArray(value) && value.every(Number.isFinite)
    case "strings":
      return Array.isArray(value) && value.every((one) => typeof one === "string")
    default:
      return typeof value === plain
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}

function none(why: string): RecordingError {
  return new RecordingError(`this is JSON, but no recording that can be shown: ${why}; record again`)
}
