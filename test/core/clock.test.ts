/** Clocks: what a loop needs of time, and the invariant of the system's. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { SystemClock } from "#src/core/clock.ts"
import { host } from "#src/host/host.ts"
import { collect } from "./support/gc.ts"
import { hostTurns, soon } from "./support/watched.ts"

/** The timers of the host that keep the process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
}

const none = { timer: Infinity, chore: Infinity, quiet: true }

describe("the system's clock", () => {
  it("gives seconds that never go back, whatever the time of day does", () => {
    const clock = new SystemClock()
    const first = clock.time()
    const second = clock.time()
    assert.ok(second >= first)
    assert.ok(Math.abs(first - performance.now() / 1000) < 1)
  })

  it("has a host timer armed exactly while there is something to wait for", () => {
    const clock = new SystemClock()
    const before = timers()
    assert.equal(clock.idle(none, () => undefined), false)
    assert.equal(timers(), before)
    clock.idle({ ...none, timer: clock.time() + 100 }, () => undefined)
    assert.equal(timers(), before + 1)
    clock.idle({ ...none, timer: clock.time() + 50 }, () => undefined)
    assert.equal(timers(), before + 1, "an earlier timer replaces it")
    clock.idle({ ...none, timer: clock.time() + 200 }, () => undefined)
    assert.equal(timers(), before + 1, "a later one is served by the one that is armed")
    clock.idle(none, () => undefined)
    assert.equal(timers(), before)
    clock.idle({ ...none, chore: clock.time() + 100 }, () => undefined)
    assert.equal(timers(), before + 1)
    clock.stop()
    clock.stop()
    assert.equal(timers(), before)
  })

  it("wakes no later than its earliest timer, and is disarmed when it has", async () => {
    const clock = new SystemClock()
    const before = timers()
    const due = clock.time() + 0.003
    const woken = await soon(
      new Promise<number>((resolve) => {
        clock.idle({ ...none, timer: due + 1 }, () => undefined)
        clock.idle({ ...none, timer: due }, () => resolve(clock.time()))
      }),
    )
    // The host rounds to milliseconds: the loop looks again where it was woken early.
    assert.ok(woken >= due - 0.002, `${due - woken} s early`)
    assert.ok(timers() <= before)
  })

  it("is told of a wake that comes too early: the loop looks again and waits on", async () => {
    const loop = new asyncio.EventLoop()
    const order: string[] = []
    // A machine that stalls until it is due calls it: no wake is too early then.
    const early = loop.callLater(0.4, () => undefined)
    const when = loop.time() + 0.45
    loop.callAt(when, () => {
      order.push(loop.time() >= when ? "in time" : "early")
      loop.stop()
    })
    const running = loop.runForever()
    await hostTurns(1)
    early.cancel()
    await soon(running)
    assert.deepEqual(order, ["in time"])
  })
})

describe("a clock of one's own", () => {
  /** Ten times as fast as the system's. */
  class FastClock implements asyncio.Clock {
    readonly #real = new SystemClock()
    readonly #start = host.now()

    time(): number {
      return (host.now() - this.#start) * 10
    }

    idle(idle: Parameters<asyncio.Clock["idle"]>[0], wake: () => void): boolean {
      const slow = (when: number): number => this.#start + when / 10
      return this.#real.idle({ ...idle, timer: slow(idle.timer), chore: slow(idle.chore) }, wake)
    }

    stop(): void {
      this.#real.stop()
    }
  }

  it("may be given to a loop, which keeps to it", async () => {
    const [slept, took] = await soon(
      asyncio.run(
        async () => {
          const loop = asyncio.getRunningLoop()
          const before = loop.time()
          const started = host.now()
          await asyncio.sleep(2)
          const took = host.now() - started
          return [loop.time() - before, took] as const
        },
        { loopFactory: () => new asyncio.EventLoop({ clock: new FastClock() }) },
      ),
    )
    assert.ok(slept >= 2)
    assert.ok(took <= slept / 10 + 1e-9, `${took} s for ${slept}`)
  })
})

describe("a loop that has ended", () => {
  it("is not kept alive by its clock or by the host", async () => {
    const loops: WeakRef<object>[] = []
    for (let i = 0; i < 5; i++) {
      await asyncio.run(async () => {
        loops.push(new WeakRef(asyncio.getRunningLoop()))
        asyncio.createTask(asyncio.sleep(60))
        await asyncio.sleep(0.001)
      })
    }
    await collect()
    const alive = loops.filter((reference) => reference.deref() !== undefined).length
    // The last one may still be in the context of this very test.
    assert.ok(alive <= 1, `${alive} of 5 closed loops are still held`)
  })
})
