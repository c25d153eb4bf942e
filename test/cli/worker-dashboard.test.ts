import assert from "node:assert/strict"
import { test } from "node:test"
import { lineOf, pictureOf, ratesOf } from "#src/cli/worker-dashboard.ts"
import { QueueScreen } from "#src/cli/worker-screen.ts"
import type { JobQueueStatistics } from "asyncio-ts/executors"

const NOTHING: JobQueueStatistics = { queue: "cpu", queued: 0, delayed: 0, active: 0, failed: 0, kept: 0, doneInAll: 100, failedInAll: 5, workers: [], running: [] }
const BUSY: JobQueueStatistics = {
  ...NOTHING,
  queued: 7,
  delayed: 2,
  active: 2,
  failed: 3,
  doneInAll: 160,
  failedInAll: 6,
  workers: ["a:1", "b:22"],
  running: [
    { id: "1", name: "tasks.analyse", worker: "b:22", age: 75, progress: 0.42, attempt: 1 },
    { id: "2", name: "tasks.brew", worker: "a:1", age: 0.35, progress: { done: 3n, of: "\u001b[31mten" }, attempt: 3 },
  ],
}

test("rates are reckoned between two looks, and are never below 0", () => {
  assert.deepEqual(ratesOf({ statistics: BUSY, since: 2, before: NOTHING }), { done: 30, failed: 0.5 })
  assert.deepEqual(ratesOf({ statistics: BUSY, since: undefined, before: undefined }), { done: 0, failed: 0 })
  assert.deepEqual(ratesOf({ statistics: NOTHING, since: 1, before: BUSY }), { done: 0, failed: 0 })
})

test("in a log a look is one line", () => {
  assert.equal(lineOf({ statistics: BUSY, since: 2, before: NOTHING }), "cpu: 7 queued, 2 delayed, 2 running, 30 done/s, 0.5 failed/s, 3 dead letters, 2 workers")
})

test("in a terminal it is a picture with the jobs that run, their age and progress", () => {
  assert.deepEqual(pictureOf({ statistics: BUSY, since: 2, before: NOTHING }, 100), [
    "queue cpu",
    "  queued 7   delayed 2   running 2   dead letters 3",
    "  done 160 (30/s)   failed 6 (0.5/s)",
    "  workers 2: a:1, b:22",
    "    tasks.analyse  b:22    1 min  42 %",
    '    tasks.brew     a:1     0.3 s  attempt 3  {"done":"3","of":"\\u001b[31mt…',
  ])
  assert.match(pictureOf({ statistics: NOTHING, since: 1, before: NOTHING }, 80)[3] ?? "", /workers 0: none; start one with npx asyncio-ts worker FILE/)
})

test("no line is wider than the terminal, and what a job tells moves no cursor", () => {
  const wild = { ...BUSY, running: [{ ...BUSY.running[0], id: "1", name: "x".repeat(200), worker: "w", age: 1, progress: "a\u001b[2J\nb", attempt: 1 }] }
  for (const line of pictureOf({ statistics: wild, since: 1, before: BUSY }, 60)) {
    assert.ok(line.length < 60)
    assert.ok(!/[\u001b\n]/.test(line))
  }
})

test("in a terminal each picture is drawn over the one before, below what was told meanwhile", () => {
  let text = ""
  const output = { isTTY: true, columns: 80, write: (part: string) => void (text += part) }
  let now = 0
  const screen = new QueueScreen(output, false, () => (now += 1))
  screen.show(NOTHING)
  text = ""
  screen.show(BUSY)
  assert.ok(text.startsWith("\u001b[4A\u001b[0Jqueue cpu\n"))
  assert.match(text, /done 160 \(60\/s\)/)
  text = ""
  screen.tell("failed tasks.brew")
  assert.equal(text, "\u001b[6A\u001b[0Jfailed tasks.brew\n")
  text = ""
  screen.show(NOTHING)
  assert.ok(text.startsWith("queue cpu\n"))
})

test("without a terminal a look is a line, or an object of JSON", () => {
  let text = ""
  const output = { write: (part: string) => void (text += part) }
  new QueueScreen(output, false, () => 1).show(NOTHING)
  assert.equal(text, "cpu: 0 queued, 0 delayed, 0 running, 0 done/s, 0 failed/s, 0 dead letters, 0 workers\n")
  text = ""
  new QueueScreen(output, true, () => 1).show(BUSY)
  const told = JSON.parse(text) as Record<string, unknown>
  assert.deepEqual([told["kind"], told["queued"], told["donePerSecond"]], ["queue", 7, 0])
})
