import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { fate, now, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("it suspends for as many seconds, and gives the result", async () => {
  assert.equal(await asyncio.sleep(1.5, "rested"), "rested")
  assert.equal(now(), 1500)
  assert.equal(await asyncio.sleep(0.5), undefined)
  assert.equal(now(), 2000)
})

virtual("a delay of 0 or less suspends for exactly one iteration and gives the result (R78)", async () => {
  for (const delay of [0, -0, -1, -Infinity]) {
    assert.equal(await ticksOf(async () => assert.equal(await asyncio.sleep(delay, "x"), "x")), 1)
  }
  assert.equal(now(), 0)
})

virtual("sleep(0) lets every task that is ready run once", async () => {
  const log: string[] = []
  const step = (name: string) => async (): Promise<void> => {
    for (let i = 0; i < 2; i += 1) {
      log.push(`${name}${i}`)
      await asyncio.sleep(0)
    }
  }
  await asyncio.gather([step("a"), step("b")])
  assert.deepEqual(log, ["a0", "b0", "a1", "b1"])
})

test("a delay that is NaN or no number, and a promise as the result, are refused at the call (R78)", () => {
  assert.ok(thrownBy(() => asyncio.sleep(NaN)) instanceof RangeError)
  assert.match(thrownBy(() => asyncio.sleep(NaN)).message, /delay of sleep is NaN.*give seconds, such as 0\.5/)
  for (const wrong of ["1", null, undefined, 1n]) {
    assert.match(thrownBy(() => asyncio.sleep(wrong as never)).message, /delay of sleep is a number of seconds, but/)
  }
  assert.match(thrownBy(() => asyncio.sleep(1, Promise.resolve())).message, /result of sleep cannot be a Promise/)
})

virtual("an infinite sleep lasts until it is cancelled", async () => {
  const task = asyncio.createTask(() => asyncio.sleep(Infinity))
  await asyncio.sleep(1e9)
  assert.equal(task.done(), false)
  task.cancel()
  await ticks(2)
  assert.equal(fate(task), "cancelled")
})

test("cancelling a sleep takes its timer back (R79)", async () => {
  const timers: number[] = []
  class Watched extends VirtualClock {
    override idle(...given: Parameters<VirtualClock["idle"]>): boolean {
      timers.push(given[0].timer)
      return super.idle(...given)
    }
  }
  await runVirtual(
    async () => {
      const task = asyncio.createTask(() => asyncio.sleep(100))
      // Time stands still while something outside is awaited, but the loop goes idle: at once, or after
      // a round of the host's that a busy machine has made due.
      const idle = async (timer: number): Promise<void> => {
        for (let round = 0; round < 20 && timers.at(-1) !== timer; round += 1) await asyncio.wrapFuture(setImmediate())
        assert.equal(timers.at(-1), timer)
      }
      await idle(100)
      task.cancel()
      await idle(Infinity)
    },
    { clock: new Watched() },
  )
})

virtual("sleeps that end at one instant end in the order in which they began", async () => {
  const order: number[] = []
  const naps = [0, 1, 2, 3].map((i) => async () => {
    await asyncio.sleep(1)
    order.push(i)
  })
  await asyncio.gather(naps)
  assert.deepEqual(order, [0, 1, 2, 3])
})

virtual("cancelled in the iteration in which it is due, before or after, a sleep throws", async () => {
  for (const before of [true, false]) {
    const loop = asyncio.getRunningLoop()
    const cancel = (): void => void task.cancel()
    if (before) loop.callLater(1, cancel)
    const task = asyncio.createTask(asyncio.sleep(1, "slept"))
    await asyncio.sleep(0)
    if (!before) loop.callLater(1, cancel)
    await asyncio.sleep(2)
    assert.equal(fate(task), "cancelled")
  }
})

virtual("a sleep that is left open when its code has ended ends with it", async (told) => {
  const ignore = (): void => undefined
  await asyncio.createTask(async () => void asyncio.sleep(5).then(ignore, ignore))
  told.report(/'sleep' was still waiting when/)
})
