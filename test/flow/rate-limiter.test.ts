import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { RateLimiter } from "asyncio-ts/flow"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { randomVirtual, type Random } from "../support/random.ts"
import { ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

/** A start that was asked for, and when it came. */
interface Start {
  readonly asked: number
  readonly weight: number
  at: number
}

/** When starts may come, by definition: each at the first moment at which the limit and those before it let it. */
function slidingByDefinition(limit: number, interval: number, starts: readonly Start[]): number[] {
  const done: { at: number; weight: number }[] = []
  for (const { asked, weight } of starts) {
    const fits = (time: number): boolean =>
      done.reduce((sum, start) => sum + (start.at + interval > time ? start.weight : 0), weight) <= limit
    const moments = [asked, done.at(-1)?.at ?? 0, ...done.map(({ at }) => at + interval)]
    const least = Math.max(asked, done.at(-1)?.at ?? 0)
    const at = moments.filter((time) => time >= least && fits(time)).sort((a, b) => a - b)[0]
    done.push({ at: at as number, weight }) // at some moment all before are out of the window
  }
  return done.map(({ at }) => at)
}

/** Asks for starts at random, and gives them in the order of asking. */
async function ask(source: Random, limiter: RateLimiter, most: number): Promise<Start[]> {
  const starts: Start[] = []
  const askOnce = async (): Promise<void> => {
    const start: Start = { asked: now(), weight: 1 + source.below(most), at: -1 }
    starts.push(start)
    await limiter.acquire(start.weight)
    start.at = now()
  }
  const tasks: asyncio.Task<void>[] = []
  for (let i = 0; i < 40; i += 1) {
    if (source.chance(60)) await asyncio.sleep(source.below(12) / 8)
    tasks.push(asyncio.createTask(askOnce))
  }
  await asyncio.gather(tasks)
  return starts
}

describe("a rate limiter", () => {
  virtual("lets so many start in an interval, first come, first served, each as early as it may", async () => {
    const limiter = new RateLimiter(2, 10)
    const order: string[] = []
    await asyncio.gather(
      ["a", "b", "c", "d", "e"].map((name) => async () => {
        await limiter.acquire()
        order.push(`${name} ${now()}`)
      }),
    )
    assert.deepEqual(order, ["a 0", "b 0", "c 10", "d 10", "e 20"])
  })

  randomVirtual("lets everybody start when the definition says", 100, async (source) => {
    const [limit, interval] = [1 + source.below(5), (1 + source.below(16)) / 8]
    const starts = await ask(source, new RateLimiter(limit, interval), limit)
    assert.deepEqual(starts.map(({ at }) => at), slidingByDefinition(limit, interval, starts))
  })

  randomVirtual("with a burst never lets more start than it holds and fills", 100, async (source) => {
    const [limit, interval, burst] = [1 + source.below(5), (1 + source.below(16)) / 8, 1 + source.below(5)]
    const starts = await ask(source, new RateLimiter(limit, interval, { burst }), burst)
    // By definition: a bucket of `burst` tokens, each of which takes interval / limit to come back.
    let [tokens, at] = [burst, 0]
    for (const start of starts) {
      const filled = (time: number): number => Math.min(burst, tokens + ((time - at) * limit) / interval)
      const least = Math.max(start.asked, at)
      assert.ok(start.at >= least - 1e-9, "in the order of arrival")
      assert.ok(filled(start.at) >= start.weight - 1e-6, `${filled(start.at)} tokens for ${start.weight}`)
      if (start.at > least) assert.ok(filled(start.at) <= start.weight + 1e-6, "as early as it may")
      tokens = filled(start.at) - start.weight
      at = start.at
    }
  })

  virtual("with a burst of 1 keeps starts apart", async () => {
    const limiter = new RateLimiter(4, 1, { burst: 1 })
    const times: number[] = []
    for (let i = 0; i < 4; i += 1) {
      await limiter.acquire()
      times.push(now())
    }
    assert.deepEqual(times, [0, 0.25, 0.5, 0.75])
  })

  it("counts a start from when the code goes on, not from when it was let through", async () => {
    const clock = new VirtualClock()
    await runVirtual(async () => {
      const limiter = new RateLimiter(1, 10)
      await limiter.acquire()
      const times: number[] = []
      const waiter = asyncio.createTask(async () => {
        for (let i = 0; i < 2; i += 1) {
          await limiter.acquire()
          times.push(now())
        }
      })
      await ticks(2)
      // Runs after the timer of the limiter, and before the turn of the one it lets through.
      asyncio.getRunningLoop().callAt(10, () => clock.advance(3))
      await waiter
      assert.deepEqual(times, [13, 23])
    }, { clock })
  })

  virtual("loses no start when those who wait are cancelled, also in the tick in which they are let through", async () => {
    for (const delay of [5, 10]) {
      const limiter = new RateLimiter(1, 10)
      await limiter.acquire()
      const began = now()
      const first = asyncio.createTask(() => limiter.acquire())
      const second = asyncio.createTask(async () => {
        await limiter.acquire()
        return now() - began
      })
      await asyncio.sleep(delay)
      first.cancel()
      assert.equal(await second, 10)
      await asyncio.sleep(10)
      assert.deepEqual(limiter.statistics(), { limit: 1, interval: 10, free: 1, tasksWaiting: 0 })
    }
  })

  virtual("leaves no timer when the last who waits is cancelled", async () => {
    const limiter = new RateLimiter(1, 3600)
    await limiter.acquire()
    const task = asyncio.createTask(() => limiter.acquire())
    await ticks(2)
    task.cancel()
    await ticks(3)
    await assert.rejects(asyncio.waitFor(new asyncio.Future(), 1), asyncio.TimeoutError)
    assert.equal(now(), 1)
    assert.equal(limiter.statistics().tasksWaiting, 0)
  })

  virtual("tells at once whether a start is allowed, and lets nobody overtake who waits", async () => {
    const limiter = new RateLimiter(2, 1)
    assert.deepEqual([limiter.tryAcquire(), limiter.tryAcquire(), limiter.tryAcquire()], [true, true, false])
    const heavy = asyncio.createTask(() => limiter.acquire(2))
    await asyncio.sleep(0.5)
    assert.equal(limiter.tryAcquire(), false)
    await heavy
    assert.equal(limiter.tryAcquire(), false)
  })

  virtual("takes the weight of a start into account", async () => {
    const limiter = new RateLimiter(10, 1)
    const times: number[] = []
    for (const weight of [7, 3, 1, 10]) {
      await limiter.acquire(weight)
      times.push(now())
    }
    assert.deepEqual(times, [0, 0, 1, 2])
  })

  virtual("runs a body, and makes functions that share its rate", async () => {
    const limiter = new RateLimiter(1, 1)
    const double = limiter.wrap(async function (this: { by: number }, n: number) {
      return n * this.by
    })
    const at = limiter.wrap(() => now(), () => 1)
    const by2 = { by: 2, double }
    const run = limiter.run(() => "run")
    assert.deepEqual(await asyncio.gather([by2.double(21), at(), run, limiter.run(now)]), [42, 1, "run", 3])
  })

  it("does not run the body when its wait is cancelled, and refuses what can never start", async () => {
    await runVirtual(async () => {
      const limiter = new RateLimiter(1, 1, { name: "api" })
      await limiter.acquire()
      let ran = false
      const task = asyncio.createTask(limiter.run(() => (ran = true)))
      await ticks(2)
      assert.equal(String(limiter), "<RateLimiter 'api' [1 in 1 s, waiters:1]>")
      task.cancel()
      await assert.rejects(async () => task, asyncio.CancelledError)
      assert.equal(ran, false)
      assert.throws(() => limiter.acquire(2), /RateLimiter 'api'.*never lets through a weight of 2 at once: 1 is the most/)
      assert.throws(() => limiter.run(() => 1, 0), RangeError)
    })
    for (const [limit, interval] of [[0, 1], [1.5, 1], [1, 0], [1, Infinity], [1, NaN]] as const) {
      assert.throws(() => new RateLimiter(limit, interval), /RateLimiter/)
    }
    assert.throws(() => new RateLimiter(1, 1, { burst: 0 }), RangeError)
  })

  it("forgets the times of another clock", async () => {
    const limiter = new RateLimiter(1, 3600)
    await runVirtual(async () => {
      await asyncio.sleep(100)
      await limiter.acquire()
    })
    await runVirtual(async () => assert.equal(limiter.tryAcquire(), true))
  })

  it("serves 100,000 who wait, each at a cost that does not grow with their number", async () => {
    const cost = async (count: number): Promise<number> => {
      const began = performance.now()
      await runVirtual(async () => {
        const limiter = new RateLimiter(1000, 1)
        await asyncio.gather(Array.from({ length: count }, () => limiter.acquire()))
        assert.equal(now(), count / 1000 - 1)
      })
      return (performance.now() - began) / count
    }
    // The slowest of several, since the machine may be busy; with a cost that grows it were fifty times as much.
    const few = Math.max(await cost(2000), await cost(2000), await cost(2000))
    const many = await cost(100_000)
    assert.ok(many < 20 * few, `${few} and ${many} ms each`)
  })
})
