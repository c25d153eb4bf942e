/** What may be spent on the lines of awaits, and on whom it is spent. */
import assert from "node:assert/strict"
import { afterEach, it, type TestContext } from "node:test"
import * as asyncio from "asyncio-ts"
import { allowLines, awaitLines, startTaking, stopTaking, takeLine, takeMaker, type LineTaker } from "#src/core/await-lines.ts"
import type { AwaitPlace } from "#src/core/place.ts"
import { host } from "#src/host/host.ts"

const { taker } = awaitLines

afterEach(() => {
  stopTaking()
  if (taker !== null) startTaking(taker)
})

const line: AwaitPlace = { line: "at async main (file:///shop/main.ts:12:3)", path: "", by: undefined, ours: false, awaited: true }

/** What can be awaited. */
const awaitable = new asyncio.Event()

it("a taker is asked for what it can tell, and for nothing else", () => {
  const asked: unknown[] = []
  const awaits: LineTaker = { parked: (on) => (asked.push(["parked", on]), line) }
  const makers: LineTaker = { made: (on) => void asked.push(["made", on]) }
  const on = awaitable
  startTaking(awaits)
  takeMaker(on)
  assert.equal(takeLine(on), line)
  startTaking(makers)
  assert.equal(takeLine(on), null)
  takeMaker(on)
  stopTaking()
  assert.equal(takeLine(on), null)
  takeMaker(on)
  assert.deepEqual(asked, [["parked", on], ["made", on]])
})

it("what lines take is taken off the budget, which time gives back, up to what it was", (t) => {
  startTaking(slow(t, () => 0.001))
  const full = awaitLines.left
  takeLine({})
  const left = awaitLines.left
  assert.ok(left <= full - 0.001)
  allowLines(awaitLines.looked + 0.01)
  assert.ok(Math.abs(awaitLines.left - (left + 0.0001)) < 1e-9)
  allowLines(awaitLines.looked + 3600)
  assert.equal(awaitLines.left, full)
  stopTaking()
  allowLines(awaitLines.looked + 3600)
  assert.equal(awaitLines.left, 0)
})

/** A taker that takes as many seconds for each line as `next` says, on a clock that nothing else moves. */
function slow(t: TestContext, next: () => number): LineTaker {
  let time = 0
  t.mock.method(host, "now", () => time)
  return {
    parked: () => {
      time += next()
      return line
    },
  }
}

it("a line that is held up once leaves most of the budget to the others", (t) => {
  let count = 0
  startTaking(slow(t, () => ((count += 1) === 20 ? 0.05 : 1e-5)))
  const full = awaitLines.left
  for (let lines = 0; lines < 19; lines += 1) takeLine({})
  const before = awaitLines.left
  takeLine({})
  const lost = before - awaitLines.left
  assert.ok(lost > 0 && lost < 0.05, `${lost} s`)
  stopTaking()
  // The very first, too.
  startTaking(slow(t, () => 0.05))
  takeLine({})
  assert.ok(awaitLines.left > 0, `${awaitLines.left} s of ${full}`)
})

it("lines that are all slow are paid for in full after a few", (t) => {
  startTaking(slow(t, () => 2 ** -10))
  for (let lines = 0; lines < 4; lines += 1) takeLine({})
  const before = awaitLines.left
  takeLine({})
  assert.ok(awaitLines.left <= before - 2 ** -10)
})
