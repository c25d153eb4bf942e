/** Rules of the loop's iterations that are about the host (R3, R4). */
import assert from "node:assert/strict"
import { it } from "node:test"
import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"

it("R3: what was left runs first, then what the host queued, then timers that are due", async () => {
  const order: string[] = []
  const clock = new VirtualClock()
  const loop = new asyncio.EventLoop({ clock })
  let hostHasSpoken = false
  loop.callAt(1, () => order.push("timer"))
  loop.callAt(2, () => loop.stop())
  // It stays queued until the host has had its turn.
  const left = (): void => {
    if (hostHasSpoken) order.push("left")
    else loop.callSoon(left)
  }
  loop.callSoon(left)
  setImmediate(() => {
    hostHasSpoken = true
    loop.callSoon(() => order.push("host"))
    clock.advance(1)
  })
  await loop.runForever()
  loop.close()
  assert.deepEqual(order, ["left", "host", "timer"])
})

it("R4: what is ready is never kept waiting, and an idle loop waits for its next timer", async () => {
  const asked: number[] = []
  class Watched extends VirtualClock {
    override idle(...given: Parameters<VirtualClock["idle"]>): boolean {
      asked.push(given[0].timer)
      return super.idle(...given)
    }
  }
  const loop = new asyncio.EventLoop({ clock: new Watched() })
  let left = 100
  const spin = (): void => {
    left -= 1
    if (left > 0) loop.callSoon(spin)
    else assert.deepEqual(asked, [], "it never went idle while something was ready")
  }
  loop.callSoon(spin)
  loop.callAt(3, () => loop.stop())
  loop.callAt(2, () => undefined)
  await loop.runForever()
  loop.close()
  assert.deepEqual(asked, [2, 3])
})
