/** What the page reckons before it draws, without a browser. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { columnsOf } from "#src/inspect/flight/columns-of.ts"
import type { Recording } from "#src/inspect/recording.ts"
import { timelineOf } from "#src/inspect/timeline.ts"
import { random, type Random } from "../../support/random.ts"
import { madeRecording } from "./support/made-recording.ts"
import { SMALL } from "./support/small-recording.ts"

/** Of the viewer, which is compiled by its own rules. */
interface Model {
  readonly rows: { readonly kind: Uint8Array; readonly ref: Uint32Array; readonly depth: Uint16Array; readonly end: Uint32Array; readonly parent: Uint32Array }
  readonly spans: { readonly first: Uint32Array; readonly look: Uint8Array; readonly from: Float64Array; readonly to: Float64Array; readonly busy: Float64Array }
  readonly clocks: { of(loop: number, time: number): number }
  readonly length: number
}
interface Surface {
  readonly pixels: Uint32Array
  readonly width: number
  readonly height: number
  readonly ratio: number
}

const viewer = (file: string): string => new URL(`../../../viewer/src/${file}`, import.meta.url).href
const { modelOf } = (await import(viewer("model.ts"))) as { modelOf: (facts: object, columns: object) => Model }
const { rasterRow } = (await import(viewer("raster.ts"))) as {
  rasterRow: (surface: Surface, spans: Model["spans"], low: number, high: number, seen: object, middle: number, palette: object, faded: boolean, least: number, label: (span: number) => void) => void
}
const { duration } = (await import(viewer("words.ts"))) as { duration: (seconds: number) => string }
const TASK_ROW = 3
const [READY, RUNNING] = [0, 1]

function modelFor(recording: Recording): Model {
  return modelOf({ title: "", advice: [], sources: {} }, columnsOf(recording))
}

describe("the page's clocks", () => {
  it("are the host's, though a loop never asked for a job, and a loop's own where it began at 0", () => {
    const life = (id: number, from: number) => (["created", "resumed"] as const).map((kind, at) => ({ kind, task: id, time: from + at }))
    const tasks = [1, 2, 3].map((id) => ({ id, name: `${id}`, code: "work", loop: id, leftBehind: false }))
    const pools = { workers: [], jobs: [], dropped: 0, loops: [2] }
    const recording = { tasks, events: [...life(1, 5), ...life(2, 7), ...life(3, 0)], dropped: 0 }
    for (const given of [recording, { ...recording, pools }]) {
      const { clocks } = modelFor(given) as unknown as { clocks: { isOwn(loop: number): boolean; of(loop: number, time: number): number } } // of the viewer
      assert.deepEqual([1, 2, 3].map((loop) => clocks.isOwn(loop)), [false, false, true])
      assert.deepEqual([clocks.of(1, 5), clocks.of(2, 7), clocks.of(3, 0)], [0, 2, 0])
    }
  })
})

describe("the page's spans", () => {
  random("are those of timelineOf", 5, (random) => {
    const recording = madeRecording(3000, random.below(1e6))
    const { rows, spans, clocks } = modelFor(recording)
    const wanted = new Map(timelineOf(recording, { until: recording.taken ?? 0 }).tasks.map((task) => [task.id, task]))
    let compared = 0
    for (let row = 0; row < rows.kind.length; row += 1) {
      if (rows.kind[row] !== TASK_ROW) continue
      const task = wanted.get(recording.tasks[rows.ref[row] ?? 0]?.id ?? 0)
      const own = [...spans.from.subarray(spans.first[row], spans.first[row + 1]).keys()].map((at) => at + (spans.first[row] ?? 0))
      const found = own.filter((span) => (spans.to[span] ?? 0) > (spans.from[span] ?? 0)).map((span) => ({
        state: spans.look[span] === READY ? "ready" : spans.look[span] === RUNNING ? "running" : "waiting",
        from: round(spans.from[span] ?? 0),
        to: round(spans.to[span] ?? 0),
      }))
      const expected: { state: string; from: number; to: number }[] = []
      for (const { state, from, to } of task?.spans ?? []) {
        const last = expected.at(-1)
        if (to <= from) continue
        // Made, and then woken before it has begun: to the page it was in line all the while.
        if (state === "ready" && last?.state === "ready") last.to = round(clocks.of(1, to))
        else expected.push({ state, from: round(clocks.of(1, from)), to: round(clocks.of(1, to)) })
      }
      assert.deepEqual(found, expected)
      compared += found.length
    }
    assert.ok(compared > 1000)
  })

  it("stand under who made their task, in the order in which they were made", () => {
    const { rows } = modelFor(SMALL)
    assert.deepEqual([...rows.depth], [0, 0, 0, 1, 1, 0, 1])
    assert.deepEqual([...rows.end], [1, 2, 5, 4, 5, 7, 7])
    assert.deepEqual([...rows.parent], [0, 0, 0, 3, 3, 0, 6])
  })

  it("have behind them all rows that stand under theirs, and no other", () => {
    const { depth, end, parent } = modelFor(madeRecording(3000, 3)).rows
    for (const [row, level] of depth.entries()) {
      const next = depth.findIndex((other, at) => at > row && other <= level)
      assert.equal(end[row], next === -1 ? depth.length : next)
      const above = parent[row] ?? 0
      assert.ok(level === 0 ? above === 0 : depth[above - 1] === level - 1 && (end[above - 1] ?? 0) > row)
    }
  })

  it("of loops with clocks of their own begin with the page, each under its loop", () => {
    const { tasks, events, pools, ...rest } = SMALL
    const second = { id: 90, name: "test", code: "test", loop: 2, leftBehind: false }
    const { rows, spans } = modelFor({
      ...rest,
      tasks: [...tasks, second],
      events: [...events, { kind: "created", task: 90, time: 5000 }, { kind: "resumed", task: 90, time: 5000.25 }, { kind: "done", task: 90, time: 5000.5, how: "returned" }],
      ...(pools === undefined ? {} : { pools }),
    })
    const row = rows.ref.findIndex((ref, at) => rows.kind[at] === TASK_ROW && ref === 3)
    assert.deepEqual([...spans.from.subarray(spans.first[row], spans.first[row + 1])], [0, 0.25])
  })

  it("are there for tasks of which only the end of their events is left, and for chains of ten thousand tasks", () => {
    const { events, ...rest } = SMALL
    assert.ok(modelFor({ ...rest, events: events.slice(9) }).spans.from.length > 8)
    const chain = Array.from({ length: 10_000 }, (_, id) => ({ id: id + 1, name: "", code: "", loop: 1, leftBehind: false, ...(id === 0 ? {} : { parent: id }) }))
    const { rows } = modelFor({ tasks: chain, events: chain.map(({ id }) => ({ kind: "created", task: id, time: id })), dropped: 0 })
    assert.equal(rows.end[0], 10_000)
  })
})

describe("the page's bars", () => {
  const looks = Uint32Array.from({ length: 17 }, (_, look) => look + 1)
  const palette = { looks, faded: looks }

  random("have at each pixel the colour of something that happened there, and running where code ran", 60, (random) => {
    const { spans, row } = randomSpans(random)
    const [low, high] = [0, spans.from.length]
    const end = spans.to.at(-1) ?? 1
    const from = (end * random.below(80)) / 100
    const to = from + (end * (1 + random.below(60))) / 300
    const surface = { pixels: new Uint32Array(200 * 26), width: 200, height: 26, ratio: 1 }
    rasterRow(surface, spans, low, high, { from, to }, 13, palette, false, 1000, () => undefined)
    const perPixel = (to - from) / 200
    for (let x = 0; x < 200; x += 1) {
      const here = { from: from + x * perPixel, to: from + (x + 1) * perPixel }
      const within = row.filter((span) => span.from < here.to + perPixel * 0.01 && span.to > here.from - perPixel * 0.01)
      const colors = new Set(Array.from({ length: 26 }, (_, y) => surface.pixels[y * 200 + x] ?? 0).filter((color) => color > 0))
      for (const color of colors) assert.ok(within.some(({ look }) => look + 1 === color || look === READY), `pixel ${x}`)
      const ran = within.reduce((sum, one) => sum + (one.look === RUNNING ? Math.max(0, Math.min(one.to, here.to) - Math.max(one.from, here.from)) : 0), 0)
      const tall = Array.from({ length: 26 }, (_, y) => surface.pixels[y * 200 + x]).filter((color) => color === RUNNING + 1).length
      const inside = within.filter((one) => one.from < here.to && one.to > here.from)
      if (inside.length > 4 && ran > perPixel / 20) assert.ok(Math.abs(tall - Math.max(5, (18 * ran) / perPixel)) < 2, `pixel ${x} is ${tall} high and should be ${(18 * ran) / perPixel}`)
      // A step that takes at least half a pixel is never lost.
      if (within.some(({ look, from: a, to: b }) => look === RUNNING && Math.min(b, here.to) - Math.max(a, here.from) > perPixel * 0.5)) assert.ok(colors.has(RUNNING + 1), `pixel ${x} runs`)
    }
  })
})

it("durations have three figures, and a unit that suits them", () => {
  const told = [0, 2.5e-8, 8e-5, 0.001234, 0.0999, 1, 12.345, 75, 7384].map((seconds) => duration(seconds).replaceAll("\u202f", " "))
  assert.deepEqual(told, ["0", "25.0 ns", "80.0 µs", "1.23 ms", "99.9 ms", "1.00 s", "12.3 s", "1 min 15 s", "2 h 03 min"])
})

interface One {
  readonly look: number
  readonly from: number
  readonly to: number
}

function randomSpans(random: Random): { spans: Model["spans"]; row: One[] } {
  const row: One[] = []
  let at = 0
  const count = 1 + random.below(3000)
  for (let n = 0; n < count; n += 1) {
    const to = at + (random.chance(4) ? 40 : 0.01) * (1 + random.below(100))
    row.push({ look: n % 2 === 0 ? RUNNING : 2 + random.below(8), from: at, to })
    at = to
  }
  const busy = new Float64Array(count + 1)
  for (const [n, { look, from, to }] of row.entries()) busy[n + 1] = (busy[n] ?? 0) + (look === RUNNING ? to - from : 0)
  return {
    row,
    spans: {
      first: Uint32Array.of(0, count),
      look: Uint8Array.from(row, ({ look }) => look),
      from: Float64Array.from(row, ({ from }) => from),
      to: Float64Array.from(row, ({ to }) => to),
      busy,
    },
  }
}

/** To the nanosecond. */
function round(time: number): number {
  return Math.round(time * 1e9)
}
