// Recordings written by hand, a line for each event.
import type { RecordedEvent, RecordedTask, Recording } from "#src/inspect/recording.ts"

const FORM = /^(?<time>[\d.]+) (?<name>\S+) (?<kind>made|runs|ends|fails|ready|waits)(?: (?:by|for) (?<other>.+?))?(?: \[(?<awaits>[^\]]*)\])?(?: at (?<place>.+))?$/

/**
 * A line is a time, a task and what happened: `made by main`, `runs`, `waits for sleep`, `waits for Task [nap] at page (file:///app.ts:1:2)`,
 * `ready`, `ready by nap`, `ends`.
 */
export function told(text: string, more: Partial<Recording> = {}): Recording {
  const tasks: RecordedTask[] = []
  const ids = new Map<string, number>()
  const idOf = (name: string): number => ids.get(name) ?? ids.set(name, ids.size + 1).size
  const events = text
    .trim()
    .split("\n")
    .map((line): RecordedEvent => {
      const { time: when = "", name = "", kind, other, awaits, place } = FORM.exec(line.trim())?.groups ?? {}
      const time = Number(when)
      if (kind === "made") {
        const parent = other === undefined ? {} : { parent: idOf(other) }
        tasks.push({ id: idOf(name), name, code: name, loop: 1, leftBehind: false, ...parent })
        return { kind: "created", task: idOf(name), time }
      }
      const task = idOf(name)
      switch (kind) {
        case "runs":
          return { kind: "resumed", task, time }
        case "ends":
          return { kind: "done", task, time, how: "returned" }
        case "fails":
          return { kind: "done", task, time, how: "failed" }
        case "ready":
          return { kind: "ready", task, time, ...(other === undefined ? {} : { by: idOf(other) }) }
        case "waits": {
          const on = other ?? "promise"
          const list = awaits === undefined ? {} : { awaits: awaits.split(" ").map(idOf) }
          return { kind: "parked", task, time, on, ...list, ...(place === undefined ? {} : { place }) }
        }
        default:
          throw new TypeError(`what is meant by '${line.trim()}'?`)
      }
    })
  return { version: 1, tasks, events, dropped: 0, ownClocks: [], ...more }
}

/** The name of each task of a recording. */
export function namesOf({ tasks }: Recording): ReadonlyMap<number, string> {
  return new Map(tasks.map(({ id, name }) => [id, name]))
}
