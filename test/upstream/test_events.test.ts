/** What CPython's test_events.py expects of a loop and no other test of ours holds. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { SystemClock, type Idle } from "#src/core/clock.ts"
import { runProgram } from "../core/support/child.ts"
import { failureOf, never, now, soon, watched } from "../core/support/watched.ts"

function newLoop(): asyncio.EventLoop {
  return new asyncio.EventLoop({ clock: new VirtualClock() })
}

describe("runUntilComplete of a loop that runs", () => {
  it("is refused, and what it was given does not run", async () => {
    const order: string[] = []
    await watched(async () => {
      const work = async (): Promise<void> => void order.push("ran")
      const error = await failureOf(asyncio.getRunningLoop().runUntilComplete(work))
      order.push(error.message)
      await asyncio.sleep(1)
    })
    assert.deepEqual(order, ["this event loop is already running"])
  })

  it("leaves its coroutine unstarted, which is reported", async () => {
    const { stdout, stderr } = await runProgram(`
      import * as asyncio from "asyncio-ts"
      const brew = asyncio.coroutine("brew", async () => console.log("brewing"))
      await asyncio.run(async () => {
        await asyncio.getRunningLoop().runUntilComplete(brew()).catch((error) => console.log(error.name))
        await asyncio.sleep(0)
      })
    `)
    assert.equal(stdout, "RuntimeError\n")
    assert.match(stderr, /coroutine 'brew' was never awaited/)
  })
})

describe("callSoonThreadsafe", () => {
  it("and callSoon share one queue", async () => {
    const loop = newLoop()
    const order: string[] = []
    loop.callSoonThreadsafe(() => order.push("threadsafe"))
    loop.callSoon(() => order.push("soon"))
    loop.callSoonThreadsafe(() => loop.stop())
    await soon(loop.runForever())
    assert.deepEqual(order, ["threadsafe", "soon"])
    loop.close()
  })
})

describe("a wait for the host", () => {
  it("is cancelled at once by a callback, though the host never answers", async () => {
    const { value } = await watched(async () => {
      const reading = asyncio.createTask(async () => asyncio.wrapFuture(never()))
      asyncio.getRunningLoop().callSoon(() => reading.cancel())
      const error = await failureOf(reading)
      return [error.name, reading.cancelled(), now()]
    })
    assert.deepEqual(value, ["CancelledError", true, 0])
  })
})

describe("delays that are shorter than the host can measure", () => {
  it("cost a loop on the system's clock a look or two each, and never make it spin", async () => {
    let looks = 0
    class CountingClock extends SystemClock {
      override idle(idle: Idle, wake: () => void): boolean {
        looks += 1
        return super.idle(idle, wake)
      }
    }
    const loopFactory = (): asyncio.EventLoop => new asyncio.EventLoop({ clock: new CountingClock() })
    const delays = [2e-2, 1e-4, 1e-6, 1e-8, 1e-10]
    await soon(
      asyncio.run(
        async () => {
          for (const delay of delays) await asyncio.sleep(delay)
        },
        { loopFactory },
      ),
    )
    assert.ok(looks >= 1 && looks <= 2 * delays.length, `${looks} looks`)
  })
})

describe("debug mode", () => {
  it("tells the exception handler where a callback was scheduled, in whatever way", async () => {
    const { reports } = await watched(
      async () => {
        const loop = asyncio.getRunningLoop()
        const fails = (): never => {
          throw new Error("x")
        }
        loop.callSoon(fails)
        loop.callSoonThreadsafe(fails)
        loop.callLater(1, fails)
        loop.callAt(now() + 2, fails)
        await asyncio.sleep(3)
      },
      { debug: true },
    )
    const lines = reports.map(({ handleTraceback }) => Number(/test_events\.test\.ts:(\d+)/.exec(String(handleTraceback))?.[1]))
    assert.deepEqual(lines.map((line) => line - (lines[0] ?? 0)), [0, 1, 2, 3])
  })
})

describe("a timer", () => {
  it("that was cancelled still says when it was due", () => {
    const loop = newLoop()
    const timer = loop.callAt(123, () => undefined)
    timer.cancel()
    assert.equal(String(timer), "<Handle cancelled at 123>")
    assert.equal(timer.when(), 123)
    loop.close()
  })
})

describe("getRunningLoop", () => {
  it("is the same before, while and after a task runs another loop", async () => {
    const { value } = await watched(async () => {
      const own = asyncio.getRunningLoop()
      const other = newLoop()
      const seen: boolean[] = []
      other.callSoon(() => {
        seen.push(asyncio.getRunningLoop() === other)
        other.stop()
      })
      const running = other.runForever()
      seen.push(asyncio.getRunningLoop() === own)
      await running
      seen.push(asyncio.getRunningLoop() === own)
      other.close()
      return seen
    })
    assert.deepEqual(value, [true, true, true])
  })
})
