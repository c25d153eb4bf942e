import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { timelineOf, type RecordedEvent, type Recording, type TimelineTask } from "asyncio-ts/inspect"

/** A recording of one task, number 1. */
function lifeOf(events: readonly Omit<RecordedEvent, "task">[], leftBehind = false): Recording {
  return {
    tasks: [{ id: 1, name: "task", code: "work", loop: 1, leftBehind }],
    events: events.map((event) => ({ ...event, task: 1 }) as RecordedEvent),
    dropped: 0,
    ownClocks: [],
  }
}

function spansOf(recording: Recording, until?: number): string[] {
  const [task] = timelineOf(recording, until === undefined ? {} : { until }).tasks
  return (task?.spans ?? []).map(({ state, from, to, on }) => `${from}-${to} ${state}${on === undefined ? "" : ` ${on}`}`)
}

const life = [
  { kind: "created", time: 0 },
  { kind: "resumed", time: 1 },
  { kind: "parked", time: 2, on: "sleep" },
  { kind: "resumed", time: 5 },
  { kind: "done", time: 6, how: "returned" },
] as const

describe("timelineOf", () => {
  it("says what a task was doing from when to when", () => {
    assert.deepEqual(spansOf(lifeOf(life)), ["0-1 ready", "1-2 running", "2-5 waiting sleep", "5-6 running"])
    const [task] = timelineOf(lifeOf(life)).tasks
    assert.deepEqual([task?.from, task?.to, task?.end, task?.note], [0, 6, "returned", undefined])
  })

  it("draws a task that lives until the last event of its loop, or until it is told to", () => {
    const open = lifeOf(life.slice(0, 3))
    assert.deepEqual(spansOf(open).at(-1), "1-2 running")
    assert.deepEqual(spansOf(open, 9), ["0-1 ready", "1-2 running", "2-9 waiting sleep"])
    assert.equal(timelineOf(open, { until: 9 }).tasks[0]?.end, undefined)
  })

  it("does not draw a loop with a clock of its own until a time of the host's", () => {
    const { ownClocks: _, ...virtual } = lifeOf(life.slice(0, 3))
    const timeline = timelineOf(virtual, { until: 9 })
    assert.deepEqual([timeline.tasks[0]?.to, timeline.ownClocks], [2, [1]])
    const shifted = { ...virtual, events: virtual.events.map((event) => ({ ...event, time: event.time + 1 })) }
    assert.deepEqual([timelineOf(shifted, { until: 9 }).tasks[0]?.to, timelineOf(shifted).ownClocks], [9, undefined])
  })

  it("leaves out what has no time", () => {
    const broken = [...life.slice(0, 3), { kind: "resumed", time: Number.NaN }, ...life.slice(3)] as never
    assert.deepEqual(spansOf(lifeOf(broken)), spansOf(lifeOf(life)))
  })

  it("keeps a moment of running, and no moment of anything else", () => {
    const instant = lifeOf([
      { kind: "created", time: 1 },
      { kind: "resumed", time: 1 },
      { kind: "parked", time: 1, on: "Future" },
      { kind: "resumed", time: 1 },
      { kind: "done", time: 1, how: "failed", reason: "Error: at once" },
    ] as never)
    assert.deepEqual(spansOf(instant), ["1-1 running", "1-1 running"])
    assert.equal(timelineOf(instant).tasks[0]?.note, "Error: at once")
  })

  it("gives the code that ended a task after a native promise its moment", () => {
    const recording = lifeOf([
      { kind: "created", time: 0 },
      { kind: "resumed", time: 0 },
      { kind: "parked", time: 0, on: "promise" },
      { kind: "done", time: 3, how: "returned" },
    ] as never)
    assert.deepEqual(spansOf(recording), ["0-0 running", "0-3 waiting promise", "3-3 running"])
  })

  it("lets a task that was left behind, or never began, end without running", () => {
    const left = [{ kind: "created", time: 0 }, { kind: "resumed", time: 0 }, { kind: "parked", time: 0, on: "promise" }, { kind: "done", time: 2, how: "left behind" }]
    assert.deepEqual(spansOf(lifeOf(left as never)), ["0-0 running", "0-2 waiting promise"])
    const never = [{ kind: "created", time: 0 }, { kind: "done", time: 2, how: "cancelled" }]
    assert.deepEqual(spansOf(lifeOf(never as never)), ["0-2 ready"])
  })

  it("shows code left behind as one span, whatever it does", () => {
    const recording = lifeOf([{ kind: "created", time: 1 }, { kind: "parked", time: 2, on: "sleep" }, { kind: "done", time: 4, how: "returned" }] as never, true)
    assert.deepEqual(spansOf(recording), ["1-4 left behind"])
  })

  it("begins with what is known of a task whose first events were dropped", () => {
    assert.deepEqual(spansOf(lifeOf(life.slice(2))), ["2-5 waiting sleep", "5-6 running"])
    assert.deepEqual(spansOf(lifeOf(life.slice(4))), [])
    assert.equal(timelineOf(lifeOf(life.slice(4))).tasks[0]?.from, 6)
  })

  it("orders the tasks by loop and creation, and passes on how many events are missing", () => {
    const task = (id: number, loop: number): Recording["tasks"][number] => ({ id, loop, name: `t${id}`, code: "work", leftBehind: false })
    const { tasks, dropped } = timelineOf({
      tasks: [task(3, 1), task(1, 2), task(2, 1)],
      events: [1, 2, 3].map((id) => ({ kind: "created", task: id, time: id })),
      dropped: 7,
    }, { until: 9 })
    assert.deepEqual(tasks.map(({ name }) => name), ["t2", "t3", "t1"])
    assert.equal(dropped, 7)
  })

  it("makes spans that follow each other without a gap, whatever the events", () => {
    const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31))
    let state = seed
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return (state >> 8) % below
    }
    for (let round = 0; round < 500; round += 1) {
      let time = 0
      const events = Array.from({ length: random(12) }, () => {
        time += random(3)
        const kind = (["created", "resumed", "parked", "parked", "resumed", "done"] as const)[random(6)]
        return { kind, time, ...(kind === "parked" ? { on: "sleep" } : {}), ...(kind === "done" ? { how: "failed" } : {}) }
      })
      const { tasks } = timelineOf(lifeOf(events as never, random(4) === 0))
      for (const task of tasks) checkSpans(task, `seed ${seed}, round ${round}: ${JSON.stringify(events)}`)
    }
  })
})

function checkSpans({ from, to, spans }: TimelineTask, message: string): void {
  let at = from
  for (const span of spans) {
    assert.ok(span.to >= span.from, message)
    assert.equal(span.from, at, message)
    at = span.to
  }
  assert.equal(at, to, message)
}
