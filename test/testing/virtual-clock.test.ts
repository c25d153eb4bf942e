import assert from "node:assert/strict"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual, untilIdle, VirtualClock } from "asyncio-ts/testing"
import { virtual } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

describe("a virtual clock that is moved by hand", () => {
  test("stands still until it is moved, and then goes from timer to timer", async () => {
    const clock = new VirtualClock({ autojump: false, start: 100 })
    const woke: number[] = []
    await runVirtual(
      async () => {
        const naps = [3, 1, 2].map((seconds) =>
          asyncio.createTask(async () => {
            await asyncio.sleep(seconds)
            woke.push(now())
            await asyncio.sleep(0.25)
            woke.push(now())
          }),
        )
        await untilIdle()
        assert.deepEqual([clock.time(), woke], [100, []])
        await clock.runFor(2)
        assert.deepEqual([clock.time(), woke], [102, [101, 101.25, 102]])
        await clock.runFor(10)
        assert.deepEqual(woke, [101, 101.25, 102, 102.25, 103, 103.25])
        assert.ok(naps.every((nap) => nap.done()))
      },
      { clock },
    )
    assert.equal(clock.time(), 112)
  })

  test("is moved from outside the loop as from inside", async () => {
    const clock = new VirtualClock({ autojump: false })
    const begun = Promise.withResolvers<void>()
    const program = runVirtual(
      async () => {
        begun.resolve()
        await asyncio.sleep(10)
        return clock.time()
      },
      { clock },
    )
    await begun.promise
    await clock.runFor(4)
    assert.equal(clock.time(), 4)
    await clock.runFor(60)
    assert.equal(await program, 10)
  })

  test("lets nobody wait for the time of a loop that has ended", async () => {
    const clock = new VirtualClock({ autojump: false })
    const begun = Promise.withResolvers<void>()
    const program = runVirtual(
      async () => {
        begun.resolve()
        await asyncio.sleep(1)
      },
      { clock },
    )
    await begun.promise
    await Promise.all([clock.runFor(3600), program])
  })

  test("a cancelled runFor stops where the time stands", async () => {
    const clock = new VirtualClock({ autojump: false })
    await runVirtual(
      async () => {
        const moving = asyncio.createTask(() => clock.runFor(10))
        asyncio.getRunningLoop().callLater(3, () => void moving.cancel())
        await asyncio.wait([moving])
        assert.ok(moving.cancelled())
        assert.equal(clock.time(), 3)
      },
      { clock },
    )
  })

  test("waits for what is foreign before it goes on", async () => {
    const clock = new VirtualClock({ autojump: false })
    const foreign = Promise.withResolvers<string>()
    await runVirtual(
      async () => {
        const reader = asyncio.createTask(async () => {
          const text = await foreign.promise
          await asyncio.sleep(1)
          return text
        })
        setImmediate(() => foreign.resolve("read"))
        await clock.runFor(1)
        assert.equal(await reader, "read")
      },
      { clock },
    )
  })
})

virtual("runFor on a clock that jumps ends when all that is due by then has run", async () => {
  const { clock } = asyncio.getRunningLoop() as unknown as { clock: VirtualClock } // as inVirtualTime makes it
  const nap = asyncio.createTask(() => asyncio.sleep(5))
  await clock.runFor(5)
  assert.ok(nap.done())
  assert.equal(now(), 5)
})

test("a virtual clock with a rate moves on with the host's, so much faster", async () => {
  const clock = new VirtualClock({ autojump: false, rate: 100_000 })
  const slept = await runVirtual(() => asyncio.sleep(3600, "an hour"), { clock })
  assert.equal(slept, "an hour")
  assert.ok(clock.time() >= 3600)
})

test("a clock refuses what makes no sense, and says why", async () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => new VirtualClock(Number.NaN), /^RangeError: the start of a VirtualClock is NaN/],
    [() => new VirtualClock({ rate: -1 }), /^RangeError: the rate of a VirtualClock is 0 or more, not -1/],
    [() => new VirtualClock({ autojump: "no" as never }), /^TypeError: autojump of a VirtualClock is true or false/],
    [() => new VirtualClock().advance(-1), /^RangeError: a clock never goes back, but advance\(-1\)/],
  ]
  for (const [make, message] of wrong) assert.throws(make, message)
  await assert.rejects(new VirtualClock().runFor(-1), /^RangeError: a clock never goes back, but runFor\(-1\)/)
  await assert.rejects(new VirtualClock().runFor(Infinity), /^RangeError: runFor takes a number of seconds that comes to an end/)
})

test("without a loop that runs, runFor sets the time", async () => {
  const clock = new VirtualClock(1)
  await clock.runFor(2)
  assert.equal(clock.time(), 3)
})
