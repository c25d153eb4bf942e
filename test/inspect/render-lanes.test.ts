import assert from "node:assert/strict"
import { stripVTControlCharacters } from "node:util"
import { describe, it } from "node:test"

import { renderTimeline, renderTimelineSvg, timelineOf, type RecordedJob, type RecordedWorker, type RenderOptions, type Timeline } from "asyncio-ts/inspect"
import { widthOf } from "#src/inspect/text-width.ts"

const worker = (id: number, more: Partial<RecordedWorker> = {}): RecordedWorker => ({ id, pool: "sums", label: `thread ${id}`, started: 0, ready: 1, ...more })
const job = (id: number, at: number, begun: number, ended: number, more: Partial<RecordedJob> = {}): RecordedJob => {
  return { id, name: "square", task: 1, queued: 0, worker: at, begun, ended, how: "returned", ...more }
}

const workers = [worker(1), worker(2, { gone: 8, how: "ended" }), worker(3, { pool: "files", label: "process 4711", gone: 6, how: "crashed" })]
const jobs = [
  job(7, 1, 1, 6),
  job(8, 1, 6, 9, { how: "failed", reason: "RangeError: <too much>" }),
  job(9, 2, 3, 8, { how: "cancelled" }),
  job(10, 3, 2, 6, { how: "crashed", reason: "it left with exit code 3" }),
]

function timeline(more: { workers?: RecordedWorker[]; jobs?: RecordedJob[]; loops?: number[]; dropped?: number; tasks?: number } = {}): Timeline {
  const ids = Array.from({ length: more.tasks ?? 1 }, (_, n) => n + 1)
  return timelineOf({
    tasks: ids.map((id) => ({ id, name: id === 1 ? "main" : `t${id}`, code: "main", loop: 1, leftBehind: false })),
    events: ids.flatMap((task) => [
      { kind: "created" as const, task, time: 0 },
      { kind: "resumed" as const, task, time: 0 },
      { kind: "parked" as const, task, time: 0, on: "worker job #8", detail: "square in pool 'sums'" },
    ]),
    dropped: 0,
    pools: { workers: more.workers ?? workers, jobs: more.jobs ?? jobs, dropped: more.dropped ?? 0, loops: more.loops ?? [1] },
  }, { until: 10 })
}

function draw(drawn: Timeline, options: RenderOptions = {}): string[] {
  return renderTimeline(drawn, options)
}

describe("renderTimeline, of workers", () => {
  it("draws a lane for each worker under the tasks, on the same axis", () => {
    assert.deepEqual(draw(timeline(), { width: 90 }), [
      "                   0 s      2        4        6        8       10",
      "                   ├────────┼────────┼────────┼────────┼────────┤",
      "main               ┃───────────────────────────────────────────── …  10.0 s  worker job #8",
      "workers            ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌",
      "sums thread 1      ▒▒▒▒▒ #7 square ███████████▐ #8 square ██!▁▁▁▁ … 2 jobs, 80 % busy",
      "sums thread 2      ▒▒▒▒▒▁▁▁▁▁▁▁▁▁ #9 square ███████████×          × 1 job, 63 % busy",
      "files process 4711 ▒▒▒▒▒▁▁▁▁█ #10 square █████†                   ! 1 job, 67 % busy",
      "█ running  ┃ ran a moment  ─ waiting  × cancelled  ! failed  ▒ worker starting",
      "▁ worker idle  † worker died",
    ])
  })

  it("keeps the end of a name that does not fit, which tells workers apart", () => {
    const lines = draw(timeline({ workers: [worker(1, { pool: "a pool with a name that is long" })] }), { width: 60 })
    assert.match(lines[4] ?? "", /^….* thread 1 /)
  })

  it("writes the number alone where there is no room for a name, and nothing where there is none for that", () => {
    const lane = (ended: number): string => draw(timeline({ workers: [worker(1, { ready: 0 })], jobs: [job(7, 1, 0, ended)] }), { width: 80, legend: false }).at(-1)?.slice(14, 30) ?? ""
    assert.match(lane(4), /^█ #7 square █/)
    assert.match(lane(2), /^█ #7 █+▁/)
    assert.match(lane(1), /^█+▁/)
  })

  it("marks a worker that died while it was idle", () => {
    const dead = timeline({ workers: [worker(1, { gone: 5, how: "crashed" })], jobs: [job(7, 1, 1, 3)] })
    assert.match(draw(dead)[4] ?? "", /█▁+† +! 1 job/)
    assert.match(renderTimelineSvg(dead), /1 job, 40 % busy/)
    assert.equal(renderTimelineSvg(dead).match(/<circle class="failed"/g)?.length, 1)
  })

  it("marks where one job ends and the next begins at once", () => {
    const lines = draw(timeline({ workers: [worker(1, { ready: 0 })], jobs: [job(1, 1, 0, 1.5), job(2, 1, 1.5, 3), job(3, 1, 3, 4.5)] }), { width: 60 })
    assert.match(lines[4] ?? "", /█+▐█+▐█+▁/)
  })

  it("shows jobs that are too short for a cell as moments, however many", () => {
    const many = Array.from({ length: 5000 }, (_, n) => job(n, 1, 1 + n * 0.001, 1 + n * 0.001 + (n < 2500 ? 0.0009 : 0.0002)))
    const [line = ""] = draw(timeline({ workers: [worker(1)], jobs: many }), { width: 80 }).slice(4)
    assert.match(line, /▒█+┃+▁+ … 5,000 jobs/)
  })

  it("has an axis of its own under several loops, and where a loop has another clock", () => {
    const own = draw(timeline({ loops: [] }), { width: 80, legend: false })
    assert.equal(own.filter((line) => line.trimStart().startsWith("0 s")).length, 2)
    const bare = draw({ ...timeline(), tasks: [] }, { width: 80, legend: false })
    assert.match(bare.join("\n"), /^ +0 s .*\n.*\nworkers .*\nsums thread 1 .*no task was seen$/s)
  })

  it("is not crowded out by tasks, and counts what it leaves out", () => {
    const lines = draw(timeline({ tasks: 100, workers: Array.from({ length: 9 }, (_, n) => worker(n + 1)), jobs: [{ id: 1, name: "a", queued: 1 }], dropped: 1234 }), { maxRows: 10, width: 80 })
    assert.equal(lines.filter((line) => line.startsWith("sums thread")).length, 5)
    assert.equal(lines.filter((line) => /^(main|t\d)/.test(line)).length, 5)
    const rest = lines.filter((line) => /^[…(]/.test(line))
    assert.deepEqual(rest, ["… and 95 more", "… and 4 more workers", "(1 job still waited for a worker)", "(1,234 earlier jobs dropped: the recorder keeps the latest)"])
    assert.ok(lines.indexOf("… and 95 more") < lines.findIndex((line) => line.startsWith("workers")))
  })

  it("says the same in colour, and never writes a line that is too wide", () => {
    assert.deepEqual(draw(timeline(), { color: true }).map(stripVTControlCharacters), draw(timeline()))
    const wide = jobs.map((job) => ({ ...job, name: "日本語🍵\x1b[2J" }))
    for (let width = 40; width <= 160; width += 1) {
      for (const line of draw(timeline({ jobs: wide }), { width })) {
        assert.ok(widthOf(line) <= width, `${width}: ${line}`)
        assert.ok(!line.includes("\x1b"))
      }
    }
  })
})

describe("renderTimelineSvg, of workers", () => {
  const svg = renderTimelineSvg(timeline(), { width: 812 })

  it("draws each job where its time is, with its number and name", () => {
    // Between the 206 pixels of the names and the 206 of the notes are 400.
    assert.match(svg, /<rect class="starting" x="206" y="[\d.]+" width="40" height="4"\/><rect class="idle" x="246" y="[\d.]+" width="360"/)
    assert.match(svg, /<rect class="job" x="246" y="[\d.]+" width="199" height="16"\/><text class="in-job"[^>]*>#7 square<\/text>/)
    assert.match(svg, /<rect class="next job" x="446" y="[\d.]+" width="119"/)
    assert.match(svg, />files process 4711<.*>1 job, 67 % busy</s)
  })

  it("tells of each job how it ended, for whom it ran, and how long it waited", () => {
    assert.match(svg, /<title>job #7 square for task 'main': returned after 5\.00 s, waited 1\.00 s for a worker<\/title>/)
    assert.match(svg, /failed after 3\.00 s: RangeError: &#60;too much&#62;/)
    assert.match(svg, /crashed after 4\.00 s: it left with exit code 3/)
    const marks = svg.slice(0, svg.indexOf("running</text>"))
    assert.equal(marks.match(/<circle class="cancelled"/g)?.length, 1)
    assert.equal(marks.match(/<circle class="failed"/g)?.length, 1)
    assert.equal(marks.match(/<path class="crashed"/g)?.length, 1)
  })

  it("stays small, however many jobs there are", () => {
    const many = Array.from({ length: 50_000 }, (_, n) => job(n, 1, 1 + n * 0.0001, 1 + n * 0.0001 + 0.00009, { how: "failed" }))
    const drawn = renderTimelineSvg(timeline({ workers: [worker(1)], jobs: many }))
    assert.ok(drawn.length < 60_000, `${drawn.length} letters`)
    assert.match(drawn, /<title>\d+ jobs<\/title>/)
  })

  it("has an axis of its own for workers where a loop has another clock", () => {
    const axes = (svg: string): number => svg.match(/>0 s</g)?.length ?? 0
    assert.deepEqual([axes(svg), axes(renderTimelineSvg(timeline({ loops: [] })))], [1, 2])
  })

  it("draws workers also without tasks", () => {
    assert.match(renderTimelineSvg({ ...timeline(), tasks: [] }), /workers.*sums thread 1.*no task was seen/s)
  })
})
