/** How often a recording is looked at, counted and not timed: twice as many events, at most a little more than twice as often. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import type { RecordedEvent, RecordedJob, RecordedTask, Recording } from "#src/inspect/recording.ts"
import { verdictOf } from "#src/inspect/analysis/verdict.ts"

/** Counts how often a field of what it has made is read. */
class Counted {
  reads = 0
  readonly tasks: RecordedTask[] = []
  readonly events: RecordedEvent[] = []
  readonly jobs: RecordedJob[] = []
  #time = 1

  task(parent?: number, loop = 1): number {
    const id = this.tasks.length + 1
    this.tasks.push(this.#counting({ id, name: "t", code: "t", loop, leftBehind: false, ...(parent === undefined ? {} : { parent }) }, "parent"))
    this.add({ kind: "created", task: id })
    return id
  }

  add(event: Record<string, unknown>): number {
    this.#time += 1e-4
    this.events.push(this.#counting({ ...event, time: this.#time } as RecordedEvent, "kind", "time")) // the callers below say which
    return this.#time
  }

  /** Waits, and goes on. */
  waits(task: number, on: string, more: Record<string, unknown> = {}): void {
    this.add({ kind: "parked", task, on, ...more })
    this.add({ kind: "ready", task })
    this.add({ kind: "resumed", task })
  }

  job(task: number): void {
    const id = this.jobs.length + 1
    const queued = this.add({ kind: "parked", task, on: `worker job #${id}` })
    this.jobs.push(this.#counting({ id, name: "job", task, queued, begun: queued, worker: 1, ended: queued + 5e-5, how: "returned" as const }, "ended"))
    this.add({ kind: "ready", task })
    this.add({ kind: "resumed", task })
  }

  recording(): Recording {
    const pools = { workers: [{ id: 1, pool: "pool", label: "thread 1" }], jobs: this.jobs, dropped: 0, loops: [1, 2] }
    return { tasks: this.tasks, events: this.events, dropped: 0, pools }
  }

  #counting<T extends object>(of: T, ...fields: readonly (keyof T & string)[]): T {
    for (const field of fields) {
      const value = of[field]
      if (value === undefined) continue
      const get = (): T[typeof field] => {
        this.reads += 1
        return value
      }
      Object.defineProperty(of, field, { enumerable: true, get })
    }
    return of
  }
}

const PROGRAMS: Readonly<Record<string, (made: Counted, size: number) => void>> = {
  "of tasks each of which makes the next and awaits it": (made, size) => {
    const chain: number[] = []
    for (let n = 0; n < size; n += 1) {
      const before = chain.at(-1)
      const task = made.task(before)
      made.add({ kind: "resumed", task })
      if (before !== undefined) made.add({ kind: "parked", task: before, on: "Task", awaits: [task] })
      chain.push(task)
    }
    for (const task of chain.reverse()) {
      made.waits(task, "open")
      made.waits(task, "open")
      made.add({ kind: "done", task, how: "returned" })
      const maker = made.tasks[task - 1]?.parent
      if (maker === undefined) continue
      made.add({ kind: "ready", task: maker })
      made.add({ kind: "resumed", task: maker })
    }
  },
  "of tasks that wait on one loop while another goes on": (made, size) => {
    for (let n = 0; n < size; n += 1) {
      const task = made.task()
      made.add({ kind: "resumed", task })
      made.add({ kind: "parked", task, on: "sleep" })
    }
    const other = made.task(undefined, 2)
    made.add({ kind: "resumed", task: other })
    for (let n = 0; n < size; n += 1) made.waits(other, "open")
  },
  "of one task that wants one job after the other": (made, size) => {
    const task = made.task()
    made.add({ kind: "resumed", task })
    for (let n = 0; n < size; n += 1) made.job(task)
    made.add({ kind: "done", task, how: "returned" })
  },
}

describe("a verdict on a long recording", () => {
  for (const [what, make] of Object.entries(PROGRAMS)) {
    it(`looks about as often at each event of a longer one ${what}`, () => {
      const [few, many] = [100, 800].map((size) => {
        const made = new Counted()
        make(made, size)
        const recording = made.recording()
        made.reads = 0
        verdictOf(recording)
        return made.reads / recording.events.length
      })
      assert.ok((many ?? Infinity) < 2 * (few ?? 0), `${few} and ${many} times for each event`)
    })
  }
})
