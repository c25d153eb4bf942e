/** A million events in a real browser: how soon the page is there, and how smoothly it moves. */
import assert from "node:assert/strict"
import { after, describe, it } from "node:test"
import { renderTimelinePage } from "#src/inspect/page/render-timeline-page-node.ts"
import { needs } from "../../support/needs.ts"
import { PageBrowser } from "./support/browser.ts"
import { madeRecording } from "./support/made-recording.ts"

const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : needs("chromium", "chromium")
const EVENTS = 1_000_000
const SEED = Number(process.env["SEED"] ?? 7)
const OPEN_SECONDS = 3
/** Whatever else the machine does only adds to the time: the least disturbed of them counts. */
const ROUNDS = 5
const FRAMES_A_SECOND = 30

/**
 * How many times longer a thread of this machine takes at this moment than it computes: what
 * others have of its processors is no time of the page's. The shortest of equal pieces of work
 * is one in which nobody else came in between.
 */
const STALLED = `(() => {
  const times = []
  let sum = 0
  for (let piece = 0; piece < 400; piece += 1) {
    const from = performance.now()
    for (let number = 0; number < 300_000; number += 1) sum += number % 7
    times.push(performance.now() - from)
  }
  const whole = times.reduce((all, time) => all + time, 0)
  return sum > 0 ? whole / (times.length * Math.max(0.1, Math.min(...times))) : 1
})()`

/** 120 frames of each motion, measured by requestAnimationFrame: how many a second, and the 95th percentile in ms. */
const MOVE = `(async () => {
  const plot = document.querySelector(".plot")
  const scroller = document.querySelector(".scroller")
  const box = plot.getBoundingClientRect()
  const wheel = (how) => plot.dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, clientX: box.left + box.width / 2, clientY: box.top + 100, ...how }))
  const run = (step) => new Promise((done) => {
    const times = []
    let last
    const frame = (now) => {
      if (last !== undefined) times.push(now - last)
      last = now
      if (times.length < 120) {
        step()
        requestAnimationFrame(frame)
        return
      }
      const whole = times.reduce((sum, time) => sum + time, 0)
      done({ perSecond: (1000 * times.length) / whole, p95: times.sort((a, b) => a - b)[113] })
    }
    requestAnimationFrame(frame)
  })
  const found = {
    "scroll rows": await run(() => (scroller.scrollTop += 137)),
    "scroll far": await run(() => (scroller.scrollTop += 7000)),
  }
  scroller.scrollTop = 0
  found["zoom in"] = await run(() => wheel({ deltaY: -30, ctrlKey: true }))
  found["pan"] = await run(() => wheel({ deltaX: 40 }))
  found["zoom out"] = await run(() => wheel({ deltaY: 30, ctrlKey: true }))
  return found
})()`

describe("the page of a million events", { skip }, () => {
  let browser: PageBrowser | undefined
  after(() => browser?.close())

  it(`opens within ${OPEN_SECONDS} s, and scrolls and zooms at ${FRAMES_A_SECOND} frames a second or more`, { timeout: 900_000 }, async (t) => {
    t.diagnostic(`SEED=${SEED}`)
    const recording = madeRecording(EVENTS, SEED)
    const html = await renderTimelinePage(recording, { title: "a million" })
    const own = await PageBrowser.start()
    browser = own
    const opened: number[] = []
    const empty = await own.open("<!doctype html><html data-opened=0><meta charset=utf-8><title>empty</title>")
    let before = await empty.page.evaluate<number>(STALLED)
    await empty.page.close()
    for (let round = 0; round < ROUNDS; round += 1) {
      const { page, complaints } = await own.open(html)
      const stalled = (before + (before = await page.evaluate<number>(STALLED))) / 2
      const seconds = Number(await page.evaluate("document.documentElement.dataset.opened")) / 1000
      t.diagnostic(`opened after ${seconds.toFixed(2)} s, of which the machine gave one in ${stalled.toFixed(2)}`)
      opened.push(seconds / stalled)
      assert.deepEqual(complaints, [])
      if (round < ROUNDS - 1) {
        await page.close()
        continue
      }
      // What follows counts only what the last page does.
      const motions = await page.evaluate<Record<string, { perSecond: number; p95: number }>>(MOVE)
      for (const [motion, { perSecond, p95 }] of Object.entries(motions)) t.diagnostic(`${motion}: ${perSecond.toFixed(1)} frames a second, 95 % within ${p95.toFixed(1)} ms`)
      const moving = (before + (await page.evaluate<number>(STALLED))) / 2
      assert.deepEqual(Object.entries(motions).filter(([, { perSecond }]) => perSecond * moving < FRAMES_A_SECOND), [])
    }
    opened.sort((a, b) => a - b)
    t.diagnostic(`opened after ${opened.map((seconds) => seconds.toFixed(2)).join(", ")} s of the machine; ${(html.length / 1e6).toFixed(1)} MB, ${recording.tasks.length} tasks`)
    assert.ok((opened[0] ?? Infinity) <= OPEN_SECONDS, `opened after ${opened.join(", ")} s`)
  })
})
