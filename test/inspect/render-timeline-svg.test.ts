import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { renderTimelineSvg, type TimelineTask } from "asyncio-ts/inspect"

function task(id: number, more: Partial<TimelineTask> = {}): TimelineTask {
  return { id, name: `task ${id}`, loop: 1, from: 0, to: 4, spans: [{ state: "waiting", on: "sleep", from: 0, to: 4 }], ...more }
}

function draw(tasks: readonly TimelineTask[], options?: Parameters<typeof renderTimelineSvg>[1], dropped = 0): string {
  return renderTimelineSvg({ tasks, dropped }, options)
}

/** The bars of a class, as `x width`, without those of the legend. */
function bars(svg: string, look: string): string[] {
  return [...svg.matchAll(/<rect class="([^"]+)" x="([^"]+)" y="[^"]+" width="([^"]+)" height="(?:6|12)"/g)]
    .filter(([, name]) => name === look)
    .map(([, , x, width]) => `${x} ${width}`)
}

describe("renderTimelineSvg", () => {
  it("draws each span where its time is", () => {
    const spans = [
      { state: "ready", from: 0, to: 1 },
      { state: "running", from: 1, to: 2 },
      { state: "waiting", on: "sleep", from: 2, to: 4 },
      { state: "running", from: 4, to: 4 },
    ] as const
    const svg = draw([task(1, { spans, end: "returned" })], { width: 792 })
    // Between the 186 pixels of the names and the 206 of the notes are 400.
    assert.deepEqual(bars(svg, "ready"), ["186 100"])
    assert.deepEqual(bars(svg, "running"), ["286 100", "586 2"])
    assert.deepEqual(bars(svg, "waiting"), ["386 200"])
  })

  it("writes no letter that XML does not know, nor half of one", () => {
    const svg = draw([task(1, { name: "\ufffe\uffff\ud800\u0000]]><&\"" }), task(2, { name: `${"x".repeat(20)}😀😀` })], { title: "\uffff" })
    assert.ok(svg.isWellFormed())
    assert.doesNotMatch(svg, /[\ufffe\uffff\u0000-\u0008]/)
    assert.match(svg, />x{20}…</)
  })

  it("marks how a task ended, and says why", () => {
    const svg = draw([task(1, { end: "failed", note: "Error: cold" }), task(2, { end: "cancelled" }), task(3)])
    assert.equal(svg.match(/<circle class="failed"/g)?.length, 1)
    assert.equal(svg.match(/<circle class="cancelled"/g)?.length, 1)
    assert.match(svg, /<title>task 1: failed after 4\.00 s: Error: cold<\/title>/)
    assert.match(svg, />4\.00 s {2}Error: cold</)
    assert.match(svg, /<title>task 3: still there after 4\.00 s<\/title>/)
  })

  it("takes names as text, not as markup", () => {
    const svg = draw([task(1, { name: `<b> & "x"\u0007`, note: "</svg><script>" })], { title: `<&">` })
    assert.ok(!/<b>|<script>|\u0007/.test(svg))
    assert.match(svg, />&#60;b&#62; &#38; &#34;x&#34; </)
    assert.match(svg, /aria-label="&#60;&#38;&#34;&#62;"/)
    assert.equal(svg.match(/<\/svg>/g)?.length, 1)
  })

  it("is as high as its rows, and counts those that it leaves out", () => {
    const height = (svg: string): number => Number(/height="(\d+)"/.exec(svg)?.[1])
    const tasks = [1, 2, 3, 4].map((id) => task(id, { loop: id > 2 ? 2 : 1 }))
    const three = draw(tasks, { maxRows: 3 })
    assert.equal(height(draw(tasks.slice(0, 2))) - height(draw(tasks.slice(0, 1))), 22)
    assert.match(three, /loop 1.*loop 2/s)
    assert.match(three, /… and 1 more/)
    assert.ok(!three.includes("task 4"))
    assert.match(draw([], {}, 3), /no task was seen/)
    assert.match(draw([], {}, 3), /\(3 earlier events were dropped: the recorder keeps the latest\)/)
  })
})
