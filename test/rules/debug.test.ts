/** What debug mode tells (R187). */
import assert from "node:assert/strict"
import { setImmediate } from "node:timers/promises"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"

test("R187: what ran for 0.1 seconds is told with the place where it was made, what ran for less is not", async () => {
  const warnings: string[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning.message)
  process.on("warning", onWarning)
  try {
    const clock = new VirtualClock()
    const main = async (): Promise<void> => {
      const loop = asyncio.getRunningLoop()
      assert.equal(loop.slowCallbackDuration, 0.1)
      loop.callSoon(function slow() {
        clock.advance(0.1)
      })
      loop.callSoon(function quick() {
        clock.advance(0.0999)
      })
      await asyncio.sleep(1)
    }
    await runVirtual(main, { clock, debug: true })
    // Warnings are emitted a tick later.
    await setImmediate()
  } finally {
    process.off("warning", onWarning)
  }
  assert.equal(warnings.length, 1, warnings.join("\n"))
  assert.match(warnings[0] ?? "", /^callback 'slow' ran for 0\.100 s .*\n {4}made .*debug\.test\.ts:\d+/)
})
