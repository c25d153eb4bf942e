import assert from "node:assert/strict"
import { test } from "node:test"
import type { Snapshot } from "#src/inspect/snapshot.ts"
import { renderTree } from "#src/inspect/snapshot/render-tree.ts"
import { widthOf } from "#src/inspect/text-width.ts"
import { sketch } from "./sketch.ts"

function rows(snapshot: Snapshot, width = 100): string[] {
  const [, ...lines] = renderTree(snapshot, { width }).split("\n")
  return lines
}

test("no tasks: the process and that there are none", () => {
  assert.equal(renderTree(sketch([])), "main.ts  process 4711, v26.0.0, up 12 s, 0 tasks\nno task")
})

test("tasks that await nobody stand side by side", () => {
  assert.deepEqual(rows(sketch([{ id: 1 }, { id: 2 }])), ["t1  waiting 2.0 s: timer, 1.00 s left", "t2  waiting 2.0 s: timer, 1.00 s left"])
})

test("each task stands below the one that awaits it, with its coroutines and their lines", () => {
  const frames = [
    { name: "fetch", place: { file: "file:///shop/lib/net.ts", line: 7, column: 1, of: "await" } },
    { name: "order", place: { file: "/shop/main.ts", line: 12, column: 3, of: "code" } },
  ] as const
  const wait = { kind: "sleep", text: "timer, 1.00 s left", since: 1, frames, awaits: [], holders: [], internal: false }
  const snapshot = sketch([{ id: 1, on: [2, 3] }, { id: 2, on: [4] }, { id: 3 }, { id: 4, waits: [wait, { ...wait, text: "lock 'db'" }], frames }])
  assert.deepEqual(rows(snapshot), [
    "t1  waiting 2.0 s: tasks",
    "├─ t2  waiting 2.0 s: tasks",
    "│  └─ t4  waiting 2.0 s: timer, 1.00 s left",
    "│       order ~main.ts:12 > fetch lib/net.ts:7",
    "│       and for lock 'db'",
    "│         order ~main.ts:12 > fetch lib/net.ts:7",
    "└─ t3  waiting 2.0 s: timer, 1.00 s left",
  ])
})

test("a task that several await is drawn once", () => {
  const lines = rows(sketch([{ id: 1, on: [3] }, { id: 2, on: [3] }, { id: 3, on: [4] }, { id: 4 }]))
  assert.deepEqual(lines, ["t1  waiting 2.0 s: tasks", "└─ t3  waiting 2.0 s: tasks", "   └─ t4  waiting 2.0 s: timer, 1.00 s left", "t2  waiting 2.0 s: tasks", "└─ t3, as above"])
})

test("R201: a circle is drawn once round, and named", () => {
  assert.deepEqual(rows(sketch([{ id: 1, on: [2] }, { id: 2, on: [3] }, { id: 3, on: [1] }])), [
    "t1  waiting 2.0 s: tasks",
    "└─ t2  waiting 2.0 s: tasks",
    "   └─ t3  waiting 2.0 s: tasks",
    "      └─ ↻ circle: t1 → t2 → t3 → t1",
  ])
})

test("R201: a task that awaits itself, two circles through one task, and a circle below a task", () => {
  assert.deepEqual(rows(sketch([{ id: 1, on: [1] }])), ["t1  waiting 2.0 s: tasks", "└─ ↻ circle: t1 → t1"])
  const two = rows(sketch([{ id: 1, on: [2, 3] }, { id: 2, on: [1] }, { id: 3, on: [1] }]))
  assert.deepEqual(two.filter((line) => line.includes("↻")), ["│  └─ ↻ circle: t1 → t2 → t1", "   └─ ↻ circle: t1 → t3 → t1"])
  const below = rows(sketch([{ id: 9, on: [1] }, { id: 1, on: [2] }, { id: 2, on: [1] }]))
  assert.deepEqual([below[0], below.at(-1)], ["t9  waiting 2.0 s: tasks", "      └─ ↻ circle: t1 → t2 → t1"])
})

test("the tasks of a group that is still open hang below who stands in it", () => {
  const lines = rows(sketch([{ id: 1, scopes: [{ kind: "TaskGroup", tasks: [2] }] }, { id: 2, awaitedBy: [1] }]))
  assert.deepEqual(lines, ["t1  waiting 2.0 s: timer, 1.00 s left", "└─ t2  waiting 2.0 s: timer, 1.00 s left"])
})

test("who awaits a task that is not shown, or is awaited by one, is no obstacle", () => {
  assert.deepEqual(rows(sketch([{ id: 1, on: [99], awaitedBy: [98] }])), ["t1  waiting 2.0 s: tasks"])
})

test("a chain of twenty thousand tasks is drawn within lines of the width, quickly", () => {
  const many = 20_000
  const from = performance.now()
  const lines = rows(sketch(Array.from({ length: many }, (_, at) => ({ id: at + 1, on: at + 1 < many ? [at + 2] : [], awaitedBy: at === 0 ? [] : [at] }))), 80)
  assert.equal(lines.length, many)
  assert.ok(performance.now() - from < 5000)
  for (const line of lines) assert.ok(widthOf(line) <= 80)
  assert.match(lines.at(-1) ?? "", /^\(19999 deep\) t20000  waiting 2\.0 s: timer/)
})

test("names and texts are cut to the width in their middle, also wide ones, and control nothing", () => {
  const name = `日本語日本語日本語 ${"very ".repeat(20)}long 語1`
  const snapshot = sketch([{ id: 1, name, on: [2] }, { id: 2, name: "red \x1b[31m\nline" }])
  for (const width of [40, 60, 80, 200]) {
    for (const line of renderTree(snapshot, { width }).split("\n")) {
      assert.ok(widthOf(line) <= width, `${width}: ${line}`)
      assert.ok(!line.includes("\x1b"))
    }
  }
  const [first] = rows(snapshot, 60)
  assert.match(first ?? "", /^日本語.*….*語1  waiting 2\.0 s: tasks$/)
})

test("the name of its code stands with a task that nobody named; CPU and requests to cancel are told", () => {
  const snapshot = sketch([{ id: 1, name: "Task-1", cpu: { used: 0.25, over: 10 }, cancelling: { requests: 2, by: "task 'main'", why: "too slow" } }, { id: 2, name: "Task-2", code: "function", state: "running", waits: [] }])
  assert.deepEqual(rows(snapshot), ["Task-1 work  waiting 2.0 s, 2.5 % CPU: timer, 1.00 s left", "     asked to cancel 2 times by task 'main' (too slow)", "Task-2  running 2.0 s"])
})

test("several loops stand one below the other; a blocked one says by what", () => {
  const loop = { id: 1, running: true, clock: "system", debug: false, iterations: 1, ready: 0, timers: 0, hostOperations: 0 } as const
  const text = renderTree(sketch([{ id: 1 }, { id: 2, loop: 2 }], { loops: [loop, { ...loop, id: 2, clock: "virtual", ready: 3 }], blocked: { function: "sort", place: { file: "/shop/main.ts", line: 4, column: 1, of: "await" }, seconds: 3, advice: "call it in toThread" } }), { width: 100 })
  assert.deepEqual(text.split("\n"), [
    "main.ts  process 4711, v26.0.0, up 12 s, 2 tasks on 2 loops",
    "the loop is blocked for 3.0 s by sort (/shop/main.ts:4)",
    "call it in toThread",
    "loop 1, system clock, 1 task",
    "t1  waiting 2.0 s: timer, 1.00 s left",
    "loop 2, virtual clock, 1 task, 3 ready",
    "t2  waiting 2.0 s: timer, 1.00 s left",
  ])
})

test("locks and queues, pools, deadlocks and leaks stand below the tree", () => {
  const text = renderTree(
    sketch([{ id: 1 }, { id: 2 }], {
      resources: [
        { id: 1, kind: "Lock", name: "db", state: "locked, waiters:1", holders: [1], waiting: [2] },
        { id: 2, kind: "Queue", name: "", state: "items:3", holders: [], waiting: [], depth: 3 },
        { id: 3, kind: "Event", name: "idle", state: "unset", holders: [], waiting: [] },
      ],
      pools: [{ name: "cpu", kind: "threads", queued: 4, workers: [{ label: "thread 1", state: "busy", job: { id: 7, name: "resize", since: 2 } }, { label: "thread 2", state: "idle" }] }],
      deadlocks: [{ how: "certain", tasks: [1, 2], text: "'t1' awaits 't2', 't2' awaits 't1'" }],
      leaks: [{ kind: "timer", text: "12 timers wait" }],
    }),
    { width: 100 },
  )
  assert.deepEqual(text.split("\n").slice(3), [
    "",
    "locks, queues and the like",
    "  Lock 'db': locked, waiters:1, held by 't1', waiting: 't2'",
    "  Queue: items:3",
    "",
    "pools",
    "  threads 'cpu': 2 workers, 4 queued",
    "    thread 1: resize (job #7) for 2.0 s",
    "    thread 2: idle",
    "",
    "a deadlock",
    "  certain: 't1' awaits 't2', 't2' awaits 't1'",
    "",
    "perhaps forgotten",
    "  12 timers wait",
  ])
})

test("with colours it says the same", () => {
  const snapshot = sketch([{ id: 1, on: [2], cancelling: { requests: 1 } }, { id: 2, on: [1] }])
  const colored = renderTree(snapshot, { color: true })
  assert.ok(colored.includes("\x1b["))
  assert.equal(colored.replaceAll(/\x1b\[[\d;]*m/gu, ""), renderTree(snapshot))
})

test("a width below 40 is refused", () => {
  assert.throws(() => renderTree(sketch([]), { width: 39 }), /RangeError|the width of a tree/)
  assert.throws(() => renderTree(sketch([]), { width: Number.NaN }), /the width of a tree/)
})
