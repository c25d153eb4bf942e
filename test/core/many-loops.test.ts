/** Many loops in one thread: they share it fairly with each other and with the host. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { ticking } from "./support/ticking.ts"
import { warningsOf } from "./support/host-events.ts"
import { failureOf, soon } from "./support/watched.ts"

describe("a hundred busy loops", () => {
  it("let the host round about each millisecond, all together", async (t) => {
    ticking(t, 0.0001)
    const state = { going: true }
    let turns = 0
    const programs = Array.from({ length: 100 }, () =>
      asyncio.run(async () => {
        while (state.going) {
          turns += 1
          await asyncio.sleep(0)
        }
      }),
    )
    const rounds: number[] = []
    await new Promise<void>((resolve) => {
      const count = (): void => {
        rounds.push(turns)
        if (rounds.length < 40) setImmediate(count)
        else resolve()
      }
      setImmediate(count)
    })
    state.going = false
    await soon(Promise.all(programs))
    const most = Math.max(...rounds.map((counted, at) => counted - (rounds[at - 1] ?? 0)))
    // A loop that is alone has as many turns between two rounds.
    assert.ok(turns > 1000 && most < 1000, `${turns} turns, ${most} of them between two rounds of the host`)
  })

  it("all get on", async () => {
    const counts = Array.from({ length: 100 }, () => 0)
    await soon(
      Promise.all(
        counts.map((_, i) =>
          asyncio.run(async () => {
            // A loop that starves ends the others' patience: a hundred have no more than that many turns.
            while (counts.some((count) => count < 10) && (counts[i] ?? 0) < 100_000) {
              counts[i] = (counts[i] ?? 0) + 1
              await asyncio.sleep(0)
            }
          }),
        ),
      ),
    )
    assert.ok(Math.max(...counts) < 100_000, "a loop hardly had a turn while another had so many")
  })

  it("do not starve others by spinning in callbacks, which need no microtask", async () => {
    let going = true
    const spin = (): Promise<void> =>
      asyncio.run(
        () =>
          new Promise<void>((resolve) => {
            const loop = asyncio.getRunningLoop()
            const again = (): void => {
              if (going) loop.callSoon(again)
              else resolve()
            }
            again()
          }),
      )
    const spinning = [spin(), spin(), spin()]
    const steps = await soon(
      asyncio.run(async () => {
        for (let i = 0; i < 20; i++) await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return "got on"
      }),
    )
    going = false
    await soon(Promise.all(spinning))
    assert.equal(steps, "got on")
  })

  it("cause no warning of the host", async () => {
    const warnings = await warningsOf(() =>
      soon(Promise.all(Array.from({ length: 100 }, () => asyncio.run(() => asyncio.sleep(0.001))))),
    )
    assert.deepEqual(warnings, [])
  })

  it("leave no listener on the process", async () => {
    const before = process.eventNames().map((name) => [String(name), process.listenerCount(name)])
    await Promise.all(Array.from({ length: 20 }, () => asyncio.run(async () => undefined)))
    assert.deepEqual(process.eventNames().map((name) => [String(name), process.listenerCount(name)]), before)
  })
})

describe("two runs at a time", () => {
  it("interleave, and each ends by itself", async () => {
    const log: string[] = []
    const program = (name: string, rounds: number): Promise<string> =>
      asyncio.run(async () => {
        for (let i = 0; i < rounds; i++) {
          log.push(name)
          await asyncio.sleep(0.002)
        }
        return name
      })
    assert.deepEqual(await soon(Promise.all([program("a", 3), program("b", 5)])), ["a", "b"])
    assert.ok(log.indexOf("b") < log.lastIndexOf("a"), log.join())
  })

  it("do not disturb each other: one fails, the other goes on", async () => {
    const [failed, other] = await soon(
      Promise.allSettled([
        asyncio.run(async () => {
          await asyncio.sleep(0.001)
          throw new RangeError("no")
        }),
        asyncio.run(() => asyncio.sleep(0.005, "other")),
      ]),
    )
    assert.equal(failed.status, "rejected")
    assert.deepEqual(other, { status: "fulfilled", value: "other" })
  })

  it("keep to their own clocks, virtual and real", async () => {
    const started = performance.now()
    const [virtual, real] = await soon(
      Promise.all([
        runVirtual(async () => {
          await asyncio.sleep(3600)
          return asyncio.getRunningLoop().time()
        }),
        asyncio.run(() => asyncio.sleep(0.005, "real")),
      ]),
    )
    assert.deepEqual([virtual, real], [3600, "real"])
    assert.ok(performance.now() - started < 30_000)
  })

  it("are each refused the tasks of the other", async () => {
    const made = Promise.withResolvers<{ task: asyncio.Task<string> }>()
    const first = asyncio.run(async () => {
      const task = asyncio.createTask(asyncio.sleep(0.01, "first"))
      made.resolve({ task })
      return task
    })
    const second = asyncio.run(async () => {
      const { task } = await made.promise
      const bare = await failureOf(task)
      const gathered = await failureOf((async () => asyncio.gather([task]))())
      return [bare.message, gathered.message]
    })
    const messages = await soon(second)
    for (const message of messages) assert.match(message, /belongs to another event loop/)
    assert.equal(await soon(first), "first")
  })

  it("can be told apart by what stops one of them: a run in a callback of the other", async () => {
    const result = await soon(
      asyncio.run(async () => {
        const inner = new Promise<string>((resolve, reject) => {
          setTimeout(() => void asyncio.run(() => asyncio.sleep(0.001, "inner")).then(resolve, reject), 1)
        })
        return [await asyncio.sleep(0.002, "outer"), await inner]
      }),
    )
    assert.deepEqual(result, ["outer", "inner"])
  })
})
