import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { renderTimeline, renderTimelineSvg, timelineOf, type Recording } from "asyncio-ts/inspect"
import { widthOf } from "#src/inspect/text-width.ts"

const task = { code: "function", loop: 1, leftBehind: false }
const recording: Recording = {
  tasks: [{ ...task, id: 1, name: "main" }, { ...task, id: 2, name: "cook", parent: 1, place: "main (shop.ts:3:9)" }, { ...task, id: 3, name: "guest", parent: 1 }],
  events: [
    { kind: "created", task: 1, time: 10 },
    { kind: "resumed", task: 1, time: 10 },
    { kind: "created", task: 2, time: 10 },
    { kind: "created", task: 3, time: 10 },
    { kind: "parked", task: 1, time: 12, on: "sleep", detail: "4 s" },
    { kind: "resumed", task: 2, time: 12 },
    { kind: "parked", task: 2, time: 12, on: "Event.wait", place: "cook (shop.ts:8:5)", awaits: [3] },
    { kind: "resumed", task: 3, time: 12 },
    { kind: "parked", task: 3, time: 12, on: "Queue.get" },
    { kind: "ready", task: 1, time: 16 },
    { kind: "resumed", task: 1, time: 16 },
    { kind: "ready", task: 2, time: 16, by: 1 },
    { kind: "cancel requested", task: 3, time: 16, by: "main", why: "closing time" },
    { kind: "done", task: 1, time: 18, how: "returned" },
    { kind: "resumed", task: 2, time: 18 },
    { kind: "done", task: 2, time: 20, how: "returned" },
  ],
  dropped: 7,
  pauses: [
    { kind: "blocked", from: 10, to: 12, what: "crunch", place: "main (file:///shop/shop.ts:20:3)" },
    { kind: "collection", from: 9, to: 10.5 },
    { kind: "collection", from: 13, to: 13.1 },
    { kind: "collection", from: 99, to: 100 },
  ],
}
const path = {
  loop: 1,
  segments: [{ task: 1, from: 10, to: 12 }, { task: 1, from: 12, to: 16 }, { task: 1, from: 16, to: 18 }, { task: 2, from: 18, to: 20 }],
}

describe("a timeline in the terminal", () => {
  it("shows who is ready and who woke it, requests to cancel, and what kept the thread", () => {
    assert.deepEqual(renderTimeline(timelineOf(recording), { width: 80, wakes: true }), [
      "        0 s     2        4        6        8      10",
      "        ├───────┼────────┼────────┼────────┼───────┤",
      "main    █████████─────────────────█████████          ✓  8.00 s",
      "cook    ▄▄▄▄▄▄▄▄┃─────────────────▄▄▄▄▄▄▄▄▄█████████ ✓  10.0 s  woken by main",
      "guest   ▄▄▄▄▄▄▄▄┃─────────────────x───────────────── …  10.0 s  Queue.get",
      "thread  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌",
      "blocked ▓▓▓▓▓▓▓▓▓                                      2.00 s, crunch shop.ts:2…",
      "garbage ≈≈≈          ≈                                 0.60 s in 2",
      "(7 earlier events were dropped: the recorder keeps the latest)",
      "█ running  ┃ ran a moment  ─ waiting  ▄ ready  x asked to cancel  ▓ blocked",
      "≈ collecting",
    ])
  })

  it("marks the critical path when asked", () => {
    const [, , main, cook, guest] = renderTimeline(timelineOf({ ...recording, pauses: [] }), { width: 60, path })
    assert.deepEqual([main, cook, guest], [
      "main  ◆◆◆◆◆◆◆━━━━━━━━━━━━━◆◆◆◆◆◆        ✓  8.00 s",
      "cook  ▄▄▄▄▄▄┃─────────────▄▄▄▄▄▄◆◆◆◆◆◆◆ ✓  10.0 s",
      "guest ▄▄▄▄▄▄┃────────────x───────────── …  10.0 s  Queue.get",
    ])
  })

  it("gives what kept the thread an axis of its own where the tasks have another clock", () => {
    const elsewhere = timelineOf({ ...recording, pauses: [{ kind: "collection", from: 99, to: 100 }] })
    const lines = renderTimeline(elsewhere, { width: 60 })
    assert.ok(lines.some((line) => /^garbage ≈+ +1\.00 s$/.test(line)), lines.join("\n"))
    assert.equal(lines.filter((line) => /^ +0 s/.test(line)).length, 2)
    assert.ok(!renderTimeline(timelineOf({ ...recording, pauses: [] })).some((line) => line.startsWith("thread")))
  })

  it("says how many details of events found no room", () => {
    const lines = renderTimeline(timelineOf({ ...recording, lost: { texts: 1200, edges: 3 } }))
    assert.ok(lines.includes("(1,203 details of events found no room)"))
    assert.match(renderTimelineSvg(timelineOf({ ...recording, lost: { texts: 1, edges: 0 } })), /\(1 detail of events found no room\)/)
    assert.ok(!renderTimeline(timelineOf({ ...recording, lost: { texts: 0, edges: 0 } })).some((line) => line.includes("found no room")))
  })

  it("fits in its width, with and without everything", () => {
    for (const width of [40, 60, 80, 120]) {
      for (const options of [{}, { wakes: true }, { path }, { wakes: true, path, rows: "name" as const }]) {
        const lines = renderTimeline(timelineOf(recording), { width, ...options })
        assert.deepEqual(lines.filter((line) => widthOf(line) > width), [], `${width}`)
      }
    }
  })
})

describe("a timeline as a picture", () => {
  it("shows them as well, and the critical path as a line from row to row", () => {
    const svg = renderTimelineSvg(timelineOf(recording), { path })
    assert.equal(svg.match(/<rect class="ready" x="(?:1|2|3|4|5|6|7|8|9)\d\d/g)?.length, 4)
    assert.match(svg, /<path class="asked"[^>]*><title>asked to cancel by main: closing time<\/title>/)
    assert.match(svg, /<title>blocked for 2\.00 s: crunch main \(file:\/\/\/shop\/shop\.ts:20:3\)<\/title>/)
    assert.match(svg, /<path class="path" d="M186 [\d.]+L[\d. L]+"><title>critical path<\/title>/)
    assert.ok(!renderTimelineSvg(timelineOf(recording)).includes('class="path"'))
  })

  it("breaks its legend where it would leave the picture", () => {
    for (const width of [400, 900]) {
      const svg = renderTimelineSvg(timelineOf(recording), { width })
      const height = Number(/ height="(\d+)" viewBox/.exec(svg)?.[1])
      const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" class="quiet">([^<]*)</g)]
      const legend = texts.filter(([, , , text = ""]) => /^(running|waiting|ready|collecting|blocked)$/.test(text))
      assert.ok(legend.length >= 5)
      for (const [, x, y, text = ""] of legend) assert.ok(Number(x) + text.length * 7.3 <= width && Number(y) <= height, text)
    }
  })
})
