import assert from "node:assert/strict"
import { stripVTControlCharacters } from "node:util"
import { describe, it } from "node:test"

import { renderTimeline, type RenderOptions, type Span, type TimelineTask } from "asyncio-ts/inspect"
import { rowsOf } from "#src/inspect/terminal-row.ts"
import { widthOf } from "#src/inspect/text-width.ts"

let ids = 0

/** A task whose spans follow each other: each given as what it does and until when. */
function row(name: string, from: number, spans: readonly [state: string, to: number][], more: Partial<TimelineTask> = {}): TimelineTask {
  let at = from
  const made = spans.map(([state, to]): Span => {
    const span = { from: at, to }
    at = to
    if (state === "ready" || state === "running" || state === "left behind") return { state, ...span }
    return { state: "waiting", on: state, ...span }
  })
  return { id: (ids += 1), name, loop: 1, from, to: at, spans: made, ...more }
}

function draw(tasks: readonly TimelineTask[], options: RenderOptions = {}, dropped = 0): string[] {
  return renderTimeline({ tasks, dropped }, options)
}

const kitchen = [
  row("main", 0, [["running", 0], ["gather", 10], ["running", 10]], { end: "returned" }),
  row("Masala", 0, [["ready", 1], ["running", 3], ["sleep", 8], ["running", 8]], { end: "returned" }),
  row("Green", 0, [["running", 0], ["Lock.acquire", 4], ["promise", 7]], { end: "failed", note: "Error: no leaves" }),
  row("Ginger", 2, [["Semaphore.acquire", 5]], { end: "cancelled", note: "cancelled by task 'main'" }),
  row("left behind: kettle", 5, [["left behind", 10]]),
]

describe("renderTimeline", () => {
  it("puts more tasks of a name into one row than a call takes arguments", () => {
    const tasks = Array.from({ length: 300_000 }, (_, at): TimelineTask => ({ id: at, name: "job", loop: 1, from: at, to: at + 2, spans: [] }))
    const [all] = rowsOf(tasks, { by: "name", marks: new Map(), wakers: new Map() })
    assert.deepEqual([all?.from, all?.to], [0, 300_001])
  })

  it("draws a row for each task, with an axis above and a legend below", () => {
    assert.deepEqual(draw(kitchen, { width: 80 }), [
      "                  0 s              5              10",
      "                  ├────────────────┼───────────────┤",
      "main              ┃────────────────────────────────┃ ✓  10.0 s",
      "Masala            ▄▄▄███████─────────────────┃       ✓  8.00 s",
      "Green             ┃·············─────────!           !  7.00 s  Error: no leaves",
      "Ginger                  ···········×                 ×  3.00 s  by task 'main'",
      "left behind: ket…                  ░░░░░░░░░░░░░░░░░ …  5.00 s",
      "█ running  ┃ ran a moment  ─ waiting  ▄ ready  · queued  × cancelled  ! failed",
      "░ left behind",
    ])
  })

  it("adds to a name that nobody chose that of the code", () => {
    const label = (name: string, code: string): string | undefined => draw([row(name, 0, [["sleep", 1]], { code })])[2]?.split(" ─")[0]
    assert.equal(label("Task-7", "brew"), "Task-7 brew")
    assert.equal(label("Task-7", "function"), "Task-7")
    assert.equal(label("tea", "brew"), "tea")
  })

  it("fits into forty columns", () => {
    assert.deepEqual(draw(kitchen.slice(1, 3), { width: 40 }), [
      "       0 s",
      "       ├──────────────────",
      "Masala ▄▄█████───────────┃ ✓  8.00 s",
      "Green  ┃·········──────!   !  7.00 s  E…",
      "█ running  ┃ ran a moment  ─ waiting",
      "▄ ready  · queued  ! failed",
    ])
  })

  it("says the same in colour, which stands for nothing by itself", () => {
    const plain = draw(kitchen)
    const colored = draw(kitchen, { color: true })
    assert.deepEqual(colored.map(stripVTControlCharacters), plain)
    assert.notDeepEqual(colored, plain)
    assert.ok(colored.some((line) => line.includes("\x1b[31;1m!\x1b[0m")))
    assert.ok(!plain.join("").includes("\x1b"))
  })

  it("puts what a task that lives waits for beside its bar", () => {
    const [, , line] = draw([row("tea", 0, [["running", 0], ["Queue.get", 3]])], { width: 60 })
    assert.equal(line, "tea ┃────────────────────────────────── …  3.00 s  Queue.get")
  })

  it("shows however short a run as a moment, and of a long one what fills at least half a cell", () => {
    const bar = (from: number, to: number): string => {
      const tasks = [row("a", 0, [["sleep", from], ["running", to], ["sleep", 19]])]
      return draw(tasks, { width: 40, notes: 18, legend: false })[2] ?? ""
    }
    assert.equal(bar(5, 5), "a ─────┃───────────── …  19.0 s  sleep")
    assert.equal(bar(5.1, 5.6), "a ─────█───────────── …  19.0 s  sleep")
    assert.equal(bar(5.1, 5.5), "a ─────┃───────────── …  19.0 s  sleep")
    assert.equal(bar(5, 7.6), "a ─────███─────────── …  19.0 s  sleep")
    assert.equal(bar(5, 7.4), "a ─────██──────────── …  19.0 s  sleep")
  })

  it("shows in each cell what takes most of it", () => {
    const bar = (change: number): string => {
      const tasks = [row("a", 0, [["Lock.acquire", change], ["sleep", 19]])]
      return draw(tasks, { width: 40, notes: 18, legend: false })[2] ?? ""
    }
    assert.equal(bar(10.4), "a ··········───────── …  19.0 s  sleep")
    assert.equal(bar(10.6), "a ···········──────── …  19.0 s  sleep")
  })

  it("puts tasks of one name into one row, in the order of time", () => {
    const tasks = [
      row("b", 4, [["sleep", 8]], { end: "failed" }),
      row("a", 0, [["sleep", 4]], { end: "returned" }),
      row("b", 0, [["promise", 2]], { end: "cancelled" }),
    ]
    assert.deepEqual(draw(tasks, { width: 40, rows: "name", legend: false }).slice(2), [
      "a ──────────────               ✓  4.00 s",
      "b ───────×      ─────────────!  × !",
    ])
  })

  it("draws each loop by itself, since each has its own clock", () => {
    const tasks = [row("a", 0, [["sleep", 1]]), row("b", 100, [["sleep", 105]], { loop: 2 })]
    const lines = draw(tasks, { width: 40, legend: false })
    assert.deepEqual(lines.filter((line) => /loop|^$/.test(line)), ["loop 1", "", "loop 2"])
    assert.equal(lines.filter((line) => line.trimStart().startsWith("0 ")).length, 2)
  })

  it("draws a part of the time, if it is told which", () => {
    const lines = draw([row("a", 0, [["sleep", 10]])], { width: 40, notes: 18, from: 5, to: 15, legend: false })
    assert.deepEqual(lines, [
      "  0 s              10", //
      "  ├─────────────────┤",
      "a ──────────          …  10.0 s  sleep",
    ])
  })

  it("counts the rows that it leaves out", () => {
    const tasks = Array.from({ length: 1234 }, (_, i) => row(`t${i}`, 0, [["sleep", 1]]))
    const lines = draw(tasks, { maxRows: 2, legend: false })
    assert.equal(lines.length, 2 + 2 + 1)
    assert.equal(lines.at(-1), "… and 1,232 more")
    const loops = tasks.map((task, i) => ({ ...task, loop: i }))
    assert.equal(draw(loops, { maxRows: 2, legend: false }).at(-1), "… and 1,232 more")
  })

  it("says how many events are missing, and that there was nothing to see", () => {
    assert.deepEqual(draw([]), ["no task was seen"])
    assert.deepEqual(draw([], {}, 1).at(-1), "(1 earlier event was dropped: the recorder keeps the latest)")
    assert.deepEqual(draw([], {}, 4321).at(-1), "(4,321 earlier events were dropped: the recorder keeps the latest)")
  })

  it("lets no name move the cursor", () => {
    const lines = draw([row("a\x1b[2Jb\nc", 0, [["sleep", 1]], { end: "failed", note: "x\ry\u202e" })])
    assert.ok(lines.every((line) => !/[\p{Cc}\p{Cf}]/u.test(line)), JSON.stringify(lines))
    assert.equal(lines.length, 4)
  })

  it("explains just the signs that occur, or none", () => {
    const task = [row("a", 0, [["sleep", 1]])]
    assert.equal(draw(task).at(-1), "─ waiting")
    assert.equal(draw(task, { legend: false }).length, 3)
  })

  it("never writes a line that is too wide, whatever the tasks", () => {
    const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31))
    let state = seed
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return (state >> 8) % below
    }
    const states = ["ready", "running", "left behind", "sleep", "Lock.acquire"] as const
    const names = ["a", "日本語の都市", "a long name that goes on and on", "🍵 tea", "e\u0301clair"] as const
    for (let round = 0; round < 300; round += 1) {
      const tasks = Array.from({ length: 1 + random(6) }, () => {
        let at = random(1000) / 1000
        const spans = Array.from({ length: random(5) }, (): [string, number] => [states[random(5)] ?? "ready", (at += random(100) / 50)])
        const end = ([undefined, "returned", "failed", "cancelled", "left behind"] as const)[random(5)]
        const note = random(2) === 0 ? {} : { note: names[random(5)] ?? "" }
        return row(names[random(5)] ?? "", spans.length === 0 ? at : 0, spans, { ...note, ...(end === undefined ? {} : { end }) })
      })
      const width = 40 + random(120)
      for (const line of draw(tasks, { width, rows: random(2) === 0 ? "task" : "name" })) {
        assert.ok(widthOf(line) <= width, `seed ${seed}, round ${round}, width ${width}: ${line}`)
      }
    }
  })

  it("refuses a width in which nothing can be seen", () => {
    for (const width of [39, 0]) assert.throws(() => draw(kitchen, { width }), RangeError)
    for (const width of [60.5, NaN]) assert.throws(() => draw(kitchen, { width }), TypeError)
    assert.throws(() => draw(kitchen, { maxRows: 0 }), RangeError)
    assert.throws(() => draw(kitchen, { notes: 2 }), RangeError)
  })
})
