import assert from "node:assert/strict"
import { afterEach, describe, it, mock, type MockTimersOptions } from "node:test"
import * as asyncio from "asyncio-ts"
import { host } from "#src/host/host.ts"
import { fakeTimers, type FakeTimers } from "#src/host/fake-timers.ts"
import { FakeTimersClock } from "#src/core/fake-timers-clock.ts"
import { runningLoops } from "#src/core/scheduler.ts"

const { setTimeout: ownSetTimeout, clearTimeout: ownClearTimeout, setImmediate: ownSetImmediate } = globalThis

afterEach(() => {
  mock.timers.reset()
  Object.assign(globalThis, { setTimeout: ownSetTimeout, clearTimeout: ownClearTimeout })
})

/** Lets the host round until `holds`; it always comes to hold, or the test is ended by its runner. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => void ownSetImmediate(resolve))
}

/** A program that sleeps, and what it has seen of the time. */
function sleeper(...naps: number[]): { readonly woke: number[]; readonly slept: () => boolean; readonly done: Promise<void>; readonly loop: Promise<asyncio.EventLoop> } {
  const woke: number[] = []
  const loop = Promise.withResolvers<asyncio.EventLoop>()
  const done = asyncio.run(async () => {
    const running = asyncio.getRunningLoop()
    const from = running.time()
    loop.resolve(running)
    for (const nap of naps) {
      await asyncio.sleep(nap)
      woke.push(running.time() - from)
    }
  })
  return { woke, slept: () => woke.length === naps.length, done, loop: loop.promise }
}

/** The loop has armed its timer: nothing is left to do before time moves. */
async function asleep(loop: Promise<asyncio.EventLoop>): Promise<void> {
  const { iterations } = await loop
  const running = await loop
  let seen = iterations
  do {
    seen = running.iterations
    for (let turn = 0; turn < 10; turn += 1) await new Promise<void>((resolve) => void ownSetImmediate(resolve))
  } while (seen !== running.iterations)
}

describe("a loop made under the fake timers of node:test", () => {
  const kinds: [string, MockTimersOptions][] = [
    ["with the date", { apis: ["setTimeout", "Date"] }],
    ["with the date at a time of the test's", { apis: ["setTimeout", "Date"], now: 1_700_000_000_000 }],
    ["alone", { apis: ["setTimeout"] }],
    ["and all else there is", { apis: ["setTimeout", "setInterval", "setImmediate", "Date"] }],
  ]
  for (const [what, options] of kinds) {
    it(`is moved on by them, ${what}`, async () => {
      mock.timers.enable(options)
      const { woke, done, loop } = sleeper(10, 0.25)
      await asleep(loop)
      mock.timers.tick(9_999)
      await asleep(loop)
      assert.deepEqual(woke, [])
      mock.timers.tick(1)
      await until(() => woke.length === 1)
      await asleep(loop)
      mock.timers.tick(250)
      await done
      assert.deepEqual(woke.map((time) => Math.round(time * 1e6) / 1e6), [10, 10.25])
    })
  }

  it("wakes what is due though they were moved while it was busy", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const loop = asyncio.run(async () => {
      await asyncio.sleep(0)
      mock.timers.tick(5000)
      await asyncio.sleep(0)
      const nap = asyncio.createTask(asyncio.sleep(1))
      await asyncio.sleep(0)
      mock.timers.tick(1000)
      await nap
      return asyncio.getRunningLoop().time()
    })
    assert.equal(await loop, 6)
  })

  it("goes on with the host's timers when they are taken away, from the time it has", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const { woke, done, loop } = sleeper(10, 0.02)
    await asleep(loop)
    mock.timers.tick(10_000)
    await until(() => woke.length === 1)
    await asleep(loop)
    mock.timers.reset()
    await done
    assert.equal(woke[0], 10)
    assert.ok((woke[1] ?? 0) >= 10.02)
  })

  it("goes on with others that take their place, though time begins anew in them", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const { woke, done, loop } = sleeper(10, 10)
    await asleep(loop)
    mock.timers.tick(10_000)
    await until(() => woke.length === 1)
    await asleep(loop)
    mock.timers.reset()
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    // It looks after them every 50 ms of the host's, whose timers come in the order in which they are due.
    for (let round = 0; round < 3; round += 1) await new Promise((resolve) => void ownSetTimeout(resolve, 51))
    mock.timers.tick(10_000)
    await done
    assert.equal(woke.length, 2)
  })

  it("goes on where the time was set, which fires no fake timer", async () => {
    for (const apis of [["setTimeout", "Date"], ["setTimeout"]] as const) {
      mock.timers.enable({ apis: [...apis] })
      const { woke, done, loop } = sleeper(10, 10)
      await asleep(loop)
      mock.timers.setTime(2e12)
      await until(() => woke.length === 1)
      mock.timers.setTime(3e12)
      await done
      assert.equal(woke.length, 2)
      mock.timers.reset()
    }
  })

  it("ends with an error that says what to do, where nobody moves them on", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const fakes = fakeTimers()
    assert.ok(fakes !== undefined)
    const loop = new asyncio.EventLoop({ clock: new FakeTimersClock(fakes, 0.1) })
    const error = await loop.runUntilComplete(async () => asyncio.sleep(3600)).catch((caught: unknown) => caught)
    assert.ok(error instanceof asyncio.DeadlockError)
    assert.match(error.message, /^nobody has moved the fake timers on for 100 ms, under which this loop was made; its next timer is due in 60 min 0 s\. Move them on .*\n {2}Task-\d+ waits for sleep 3600 s$/s)
    loop.close()
  })

  it("waits as long as it takes for what the host has yet to bring", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const fakes = fakeTimers()
    assert.ok(fakes !== undefined)
    const loop = new asyncio.EventLoop({ clock: new FakeTimersClock(fakes, 0.05) })
    const read = new Promise<string>((resolve) => void ownSetTimeout(resolve, 250, "read"))
    assert.equal(await loop.runUntilComplete(async () => asyncio.timeout(3600).run(() => read)), "read")
    loop.close()
  })

  it("keeps its own turns: what takes no time needs nobody to move it", async () => {
    mock.timers.enable()
    const value = await asyncio.run(async () => {
      const queue = new asyncio.Queue<number>()
      const sum = asyncio.createTask(async () => {
        let total = 0
        for await (const item of queue) total += item
        return total
      })
      for (let item = 0; item < 1000; item += 1) {
        await queue.put(item)
        await asyncio.sleep(0)
      }
      queue.shutdown()
      return sum
    })
    assert.equal(value, 499_500)
  })
})

describe("timers that somebody has put in place of the host's", () => {
  it("are fakes if they give timers of another kind, or carry the clock of Sinon's", () => {
    assert.equal(fakeTimers(), undefined)
    Object.assign(globalThis, { setTimeout: () => 7, clearTimeout: () => undefined })
    assert.equal(fakeTimers()?.now(), undefined)
    Object.assign(globalThis, { setTimeout: Object.assign(ownSetTimeout.bind(globalThis), { clock: { now: 1500 } }), clearTimeout: ownClearTimeout })
    assert.equal(fakeTimers()?.now(), 1.5)
  })

  it("are the host's if they are wrapped round its own, as tools do that measure; mock functions count no call", () => {
    Object.assign(globalThis, { setTimeout: (callback: () => void, delay?: number) => ownSetTimeout(callback, delay) })
    assert.equal(fakeTimers(), undefined)
    const spy = mock.fn(ownSetTimeout)
    Object.assign(globalThis, { setTimeout: Object.assign(spy, { getMockImplementation: () => ownSetTimeout }) })
    assert.equal(fakeTimers(), undefined)
    assert.equal(spy.mock.callCount(), 0)
    Object.assign(globalThis, {
      setTimeout: () => {
        throw new Error("no timers here")
      },
    })
    assert.equal(fakeTimers(), undefined)
  })
})

/** Timers as Jest's older fakes: they tell no time, not even by the timers they give. */
class OlderTimers {
  #due: { at: number; callback: () => void }[] = []
  #now = 0

  install(): void {
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, milliseconds: number) => this.#due.push({ at: this.#now + milliseconds, callback }),
      clearTimeout: () => undefined,
    })
  }

  tick(milliseconds: number): void {
    this.#now += milliseconds
    const due = this.#due.filter(({ at }) => at <= this.#now)
    this.#due = this.#due.filter(({ at }) => at > this.#now)
    for (const { callback } of due) callback()
  }
}

describe("fake timers that tell no time", () => {
  it("move a loop on all the same, by what they were set for", async () => {
    const timers = new OlderTimers()
    timers.install()
    const { woke, done, loop } = sleeper(10, 0.25)
    await asleep(loop)
    timers.tick(9_999)
    await asleep(loop)
    assert.deepEqual(woke, [])
    timers.tick(1)
    await until(() => woke.length === 1)
    await asleep(loop)
    timers.tick(250)
    await done
    assert.deepEqual(woke, [10, 10.25])
  })

  it("may take the place of others while a loop runs", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const { woke, done, loop } = sleeper(1)
    await asleep(loop)
    mock.timers.reset()
    const timers = new OlderTimers()
    timers.install()
    await until(() => (timers.tick(500), woke.length === 1))
    await done
    assert.deepEqual(woke, [1])
  })
})

describe("the clock of a loop under fake timers", () => {
  /** Fakes that fire whatever was ever set, also what was dropped or is not due. */
  class EagerTimers implements FakeTimers {
    time = 100
    readonly set: { readonly seconds: number; readonly fire: () => void }[] = []
    dropped = 0
    now(): number {
      return this.time
    }
    setTimer(seconds: number, fire: () => void): void {
      this.set.push({ seconds, fire })
    }
    clearTimer(): void {
      this.dropped += 1
    }
    installed(): boolean {
      return true
    }
  }

  it("arms a timer for what is due first, and none for what is never due", () => {
    const timers = new EagerTimers()
    const clock = new FakeTimersClock(timers)
    const idle = (timer: number, chore = Infinity): boolean => clock.idle({ timer, chore, quiet: true }, () => undefined)
    assert.equal(idle(110), false)
    assert.equal(idle(120), false)
    assert.deepEqual(timers.set.map(({ seconds }) => seconds), [10])
    idle(120, 105)
    assert.deepEqual(timers.set.map(({ seconds }) => seconds), [10, 5])
    assert.equal(timers.dropped, 1)
    idle(Infinity)
    assert.equal(timers.dropped, 2)
    clock.stop()
    assert.equal(timers.dropped, 2)
  })

  it("lets the loop look again at once at what has come to be due meanwhile", () => {
    const timers = new EagerTimers()
    const clock = new FakeTimersClock(timers)
    timers.time = 111
    assert.equal(clock.idle({ timer: 110, chore: Infinity, quiet: true }, () => undefined), true)
    assert.deepEqual(timers.set, [])
  })

  it("is not moved by a timer that fires early, nor woken by one that was dropped", () => {
    const timers = new EagerTimers()
    const clock = new FakeTimersClock(timers)
    let woken = 0
    const idle = (timer: number): boolean => clock.idle({ timer, chore: Infinity, quiet: true }, () => (woken += 1))
    idle(110)
    timers.set[0]?.fire()
    assert.deepEqual([woken, clock.time()], [1, 100])
    idle(120)
    clock.stop()
    timers.set[1]?.fire()
    assert.deepEqual([woken, clock.time()], [1, 100])
  })

  /** Calls `body` with what it asks of the host's timers: each that was set, and not dropped again. */
  function withHostTimers(body: (set: Map<unknown, () => void>) => void): void {
    const { setTimer, clearTimer } = host
    const set = new Map<unknown, () => void>()
    Object.assign(host, {
      setTimer: (_seconds: number, callback: () => void) => {
        const token = {}
        set.set(token, callback)
        return token
      },
      clearTimer: (token: unknown) => set.delete(token),
    })
    try {
      body(set)
    } finally {
      Object.assign(host, { setTimer, clearTimer })
    }
  }

  it("looks after its timers no longer once none is left to wait for", () => {
    withHostTimers((set) => {
      const clock = new FakeTimersClock(new EagerTimers())
      const fire = (): void => {
        const [[token, callback] = []] = set
        set.delete(token)
        callback?.()
      }
      clock.idle({ timer: 110, chore: Infinity, quiet: true }, () => undefined)
      fire()
      assert.equal(set.size, 1)
      clock.idle({ timer: Infinity, chore: Infinity, quiet: true }, () => undefined)
      fire()
      assert.equal(set.size, 0)
      clock.stop()
    })
  })

  it("has nobody to tell that nobody moves it on where its loop has no task, and goes on when somebody does", () => {
    withHostTimers((set) => {
      const timers = new EagerTimers()
      const clock = new FakeTimersClock(timers, 0)
      const loop = new asyncio.EventLoop({ clock })
      let woken = 0
      clock.idle({ timer: 110, chore: Infinity, quiet: true }, () => (woken += 1))
      const [[token, look] = []] = set
      set.delete(token)
      runningLoops.add(loop)
      look?.()
      runningLoops.delete(loop)
      assert.deepEqual([set.size, woken], [0, 0])
      timers.time = 110
      timers.set[0]?.fire()
      assert.deepEqual([clock.time(), woken], [110, 1])
      clock.stop()
    })
  })

  it("drops the host's timer that it went over to", () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const timers = fakeTimers()
    assert.ok(timers !== undefined)
    const clock = new FakeTimersClock(timers)
    mock.timers.reset()
    withHostTimers((set) => {
      clock.idle({ timer: clock.time() + 3600, chore: Infinity, quiet: true }, () => undefined)
      assert.equal(set.size, 1)
      clock.stop()
      assert.equal(set.size, 0)
    })
  })

  it("tells only the loop that it belongs to that nobody moves it on", async () => {
    const other = asyncio.run(async () => asyncio.sleep(0.01, "other"))
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const timers = fakeTimers()
    assert.ok(timers !== undefined)
    const longer = new asyncio.EventLoop({ clock: new FakeTimersClock(timers, 3600) })
    const shorter = new asyncio.EventLoop({ clock: new FakeTimersClock(timers, 0) })
    const waits = longer.runUntilComplete(asyncio.sleep(1, "moved on"))
    await assert.rejects(shorter.runUntilComplete(asyncio.sleep(1)), { name: "DeadlockError" })
    mock.timers.tick(1000)
    assert.equal(await waits, "moved on")
    assert.equal(await other, "other")
    longer.close()
    shorter.close()
  })
})
