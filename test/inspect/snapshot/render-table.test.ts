import assert from "node:assert/strict"
import { test } from "node:test"
import type { Snapshot } from "#src/inspect/snapshot.ts"
import { renderTable } from "#src/inspect/snapshot/render-table.ts"
import { widthOf } from "#src/inspect/text-width.ts"
import { sketch } from "./sketch.ts"

function rows(snapshot: Snapshot, options: Parameters<typeof renderTable>[1] = {}): string[] {
  const [, ...lines] = renderTable(snapshot, { width: 100, ...options }).split("\n")
  return lines
}

const place = { file: "/shop/main.ts", line: 12, column: 3, of: "await" } as const

test("no tasks: the head alone", () => {
  assert.deepEqual(rows(sketch([])), ["ID STATE AGE SINCE NAME WAITS FOR AT"])
})

test("a line for each task: number, state, age, time in it, name, what for and where", () => {
  const wait = { kind: "sleep", text: "timer, 1.00 s left", since: 1, frames: [{ name: "a" }, { name: "b", place }], awaits: [], holders: [], internal: false }
  const snapshot = sketch([{ id: 1, name: "fetch", waits: [wait, wait] }, { id: 20, name: "Task-20", state: "running", since: undefined, waits: [], cancelling: { requests: 1 } } as never])
  assert.deepEqual(rows(snapshot), [
    "ID STATE                 AGE SINCE NAME         WAITS FOR                       AT",
    " 1 waiting             3.0 s 2.0 s fetch        timer, 1.00 s left (and 1 more) main.ts:12",
    "20 running, cancelling 3.0 s       Task-20 work",
  ])
})

test("R201: circles are no obstacle to a table, and are named below it", () => {
  const deadlocks = [{ how: "certain", tasks: [1, 2], text: "'t1' awaits 't2', 't2' awaits 't1'" }] as const
  const lines = rows(sketch([{ id: 1, on: [2] }, { id: 2, on: [1] }], { deadlocks }))
  assert.deepEqual(lines, ["ID STATE     AGE SINCE NAME WAITS FOR AT", " 1 waiting 3.0 s 2.0 s t1   tasks", " 2 waiting 3.0 s 2.0 s t2   tasks", "", "a deadlock", "  certain: 't1' awaits 't2', 't2' awaits 't1'"])
})

test("it is sorted as asked, the longest times first, and cut at so many lines", () => {
  const snapshot = sketch([
    { id: 1, name: "b", age: 1, since: 9, cpu: { used: 0.1, over: 1 } },
    { id: 2, name: "a", age: 3, since: 1, cpu: { used: 0.3, over: 1 }, state: "ready" },
    { id: 3, name: "c", age: 2, since: 5, cpu: { used: 0.2, over: 1 } },
  ])
  const order = (sort: NonNullable<Parameters<typeof renderTable>[1]>["sort"]): string => rows(snapshot, { sort }).slice(1).map((line) => /^\s*(\d)/.exec(line)?.[1]).join("")
  assert.deepEqual((["id", "name", "state", "age", "since", "cpu"] as const).map(order), ["123", "213", "213", "231", "132", "231"])
  assert.deepEqual(rows(snapshot, { sort: "cpu", maxRows: 1 }).slice(1), [" 2 ready 3.0 s 1.0 s 30.0 % a    timer, 1.00 s left", "and 2 more"])
  assert.throws(() => renderTable(snapshot, { sort: "mood" as never }), /a table is sorted by id, name, state, age, since, cpu, not by "mood"/)
})

test("every line fits the width, whatever the names", () => {
  const snapshot = sketch([{ id: 123_456, name: `日本語 ${"long ".repeat(30)}`, waits: [{ kind: "x", text: "queue 'jobs' empty, last put 9 s ago by 'feeder'".repeat(3), since: 1, frames: [{ name: "f", place: { ...place, file: `/shop/${"deep/".repeat(30)}x.ts` } }], awaits: [], holders: [], internal: true }] }, { id: 2, name: "\x1b[2J\ttab" }])
  for (const width of [40, 50, 60, 80, 120, 300]) {
    for (const line of renderTable(snapshot, { width }).split("\n")) {
      assert.ok(widthOf(line) <= width, `${width}: ${line}`)
      assert.ok(!line.includes("\x1b"))
    }
  }
  assert.throws(() => renderTable(snapshot, { width: 20 }), /the width of a table/)
})

test("ten thousand tasks are drawn quickly", () => {
  const from = performance.now()
  assert.equal(rows(sketch(Array.from({ length: 10_000 }, (_, at) => ({ id: at + 1, awaitedBy: [] })))).length, 10_001)
  assert.ok(performance.now() - from < 5000)
})
