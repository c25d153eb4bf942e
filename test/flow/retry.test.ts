import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { retry, retrying, StopRetrying, type Attempt, type FailedAttempt, type RetryOptions } from "asyncio-ts/flow"
import { random } from "../support/random.ts"
import { me } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const steady: RetryOptions = { jitter: "none" }
const now = (): number => asyncio.getRunningLoop().time()

/** Fails a number of times, and notes when it was called. */
function failing(times: number, error: () => unknown = () => new Error("busy")): { fn: (attempt: Attempt) => Promise<string>; at: number[] } {
  const at: number[] = []
  const fn = async (attempt: Attempt): Promise<string> => {
    at.push(now())
    assert.equal(attempt.number, at.length)
    if (at.length <= times) throw error()
    return `attempt ${attempt.number}`
  }
  return { fn, at }
}

describe("retry", () => {
  virtual("gives the value of the first attempt that succeeds, after delays that double", async () => {
    const { fn, at } = failing(3)
    assert.equal(await retry(fn, steady), "attempt 4")
    assert.deepEqual(at, [0, 1, 3, 7])
  })

  virtual("throws the error of the last attempt", async () => {
    let count = 0
    const { fn, at } = failing(9, () => new Error(`failure ${(count += 1)}`))
    await assert.rejects(async () => retry(fn, { ...steady, attempts: 3 }), /^Error: failure 3$/)
    assert.deepEqual(at, [0, 1, 3])
  })

  virtual("keeps every delay within the maximum", async () => {
    const { fn, at } = failing(5)
    await retry(fn, { ...steady, attempts: 9, delay: 2, factor: 3, maximum: 10 })
    assert.deepEqual(at, [0, 2, 8, 18, 28, 38])
  })

  virtual("does not begin before it is awaited", async () => {
    const { fn, at } = failing(0)
    const coroutine = retry(fn)
    await asyncio.sleep(1)
    assert.deepEqual(at, [])
    await coroutine
    assert.deepEqual(at, [1])
  })

  virtual("never tries again after a cancellation, whoever made it", async () => {
    for (const error of [new asyncio.CancelledError("mine"), new AggregateError([new asyncio.CancelledError()])]) {
      const { fn, at } = failing(9, () => error)
      await assert.rejects(async () => retry(fn, { on: () => true }), (thrown) => thrown === error)
      assert.equal(at.length, 1)
    }
  })

  virtual("never tries again once its task was asked to cancel, even if the function makes another error of it", async () => {
    let calls = 0
    const task = asyncio.createTask(() =>
      retry(async () => {
        calls += 1
        await asyncio.sleep(10).catch(() => Promise.reject(new Error("turned")))
      }),
    )
    await asyncio.sleep(1)
    task.cancel()
    await assert.rejects(async () => task, /turned/)
    assert.equal(calls, 1)
  })

  virtual("is cancelled during a delay, and leaves no timer", async () => {
    const { fn, at } = failing(9)
    const task = asyncio.createTask(() => retry(fn, { ...steady, delay: 100, maximum: 100 }))
    await asyncio.sleep(50)
    task.cancel()
    await assert.rejects(async () => task, asyncio.CancelledError)
    assert.deepEqual([at.length, now()], [1, 50])
  })

  virtual("ends at once with what is inside a StopRetrying, without asking anybody", async () => {
    const inside = new Error("404")
    const asked: unknown[] = []
    const { fn, at } = failing(9, () => new StopRetrying(inside))
    await assert.rejects(async () => retry(fn, { on: (error) => void asked.push(error) }), (thrown) => thrown === inside)
    await assert.rejects(async () => retry(failing(9, () => new StopRetrying("gone")).fn), /^Error: gone$/)
    assert.deepEqual([at.length, asked], [1, []])
  })

  virtual("does not repeat mistakes of the program unless it is told to", async () => {
    const mistake = (): unknown => new TypeError("x is not a function")
    const once = failing(9, mistake)
    await assert.rejects(async () => retry(once.fn), TypeError)
    assert.equal(once.at.length, 1)
    const again = failing(2, mistake)
    assert.equal(await retry(again.fn, { on: () => true }), "attempt 3")
  })

  virtual("repeats a fetch that found no network, whose error is a TypeError too", async () => {
    for (const error of [new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }), new TypeError("Failed to fetch"), new TypeError("Load failed")]) {
      assert.equal(await retry(failing(1, () => error).fn, steady), "attempt 2")
    }
  })

  virtual("limits each attempt in time, and tries again", async () => {
    let calls = 0
    const slowOnce = async (): Promise<number> => {
      calls += 1
      await asyncio.sleep(calls === 1 ? 60 : 1)
      return now()
    }
    assert.equal(await retry(slowOnce, { ...steady, timeout: 5 }), 7)
    await assert.rejects(async () => retry(() => asyncio.sleep(60), { ...steady, timeout: 5, attempts: 2 }), asyncio.TimeoutError)
  })

  virtual("ends within the total time: begins no delay that would pass it, and cuts an attempt off", async () => {
    const { fn, at } = failing(9)
    await assert.rejects(async () => retry(fn, { ...steady, total: 4 }), /busy/)
    assert.deepEqual([at, now()], [[0, 1, 3], 3])
    await assert.rejects(async () => retry(() => asyncio.sleep(60), { total: 4 }), asyncio.TimeoutError)
    assert.equal(now(), 7)
  })

  virtual("waits at least as long as the error asks, but gives up if that is longer than the longest delay", async () => {
    const polite = failing(2, () => Object.assign(new Error("429"), { retryAfter: 10 }))
    await retry(polite.fn, steady)
    assert.deepEqual(polite.at, [0, 10, 20])
    const endless = failing(2, () => Object.assign(new Error("429"), { retryAfter: 3600 }))
    await assert.rejects(async () => retry(endless.fn, steady), /429/)
    assert.equal(endless.at.length, 1)
  })

  virtual("asks `on` with each failure and what would happen: false ends, a number is the delay", async () => {
    const seen: (FailedAttempt & { readonly text: string })[] = []
    const { fn, at } = failing(9, () => new Error(`failure ${at.length}`))
    const on = async (error: unknown, attempt: FailedAttempt): Promise<boolean | number | undefined> => {
      seen.push({ ...attempt, text: (error as Error).message })
      await asyncio.sleep(0)
      return attempt.number === 1 ? 20 : attempt.number === 2 ? undefined : false
    }
    await assert.rejects(async () => retry(fn, { ...steady, on }), /failure 3/)
    assert.deepEqual(at, [0, 20, 22])
    assert.deepEqual(seen, [
      { number: 1, left: 4, elapsed: 0, delay: 1, text: "failure 1" },
      { number: 2, left: 3, elapsed: 20, delay: 2, text: "failure 2" },
      { number: 3, left: 2, elapsed: 22, delay: 4, text: "failure 3" },
    ])
  })

  virtual("tells `on` of the last failure too, without a delay, and throws what `on` throws", async () => {
    const delays: unknown[] = []
    const on = (_error: unknown, { delay }: FailedAttempt): void => {
      delays.push(delay)
      if (delay === undefined) throw new Error("given up")
    }
    await assert.rejects(async () => retry(failing(9).fn, { ...steady, attempts: 2, on }), /given up/)
    assert.deepEqual(delays, [1, undefined])
  })

  virtual("lets others run between attempts without a delay", async () => {
    let others = 0
    const other = asyncio.createTask(async () => {
      for (;;) {
        others += 1
        await asyncio.sleep(0)
      }
    })
    await retry(failing(10).fn, { delay: 0, attempts: 99 })
    other.cancel()
    assert.ok(others >= 10, `${others}`)
  })

  it("refuses options that make no sense, at the call", () => {
    const fn = (): number => 1
    for (const options of [{ attempts: 0 }, { attempts: NaN }, { delay: -1 }, { delay: NaN }, { factor: 0 }, { maximum: -1 }, { timeout: -1 }, { total: NaN }]) {
      assert.throws(() => retry(fn, options), /retry/, JSON.stringify(options))
    }
    assert.throws(() => retry(fn, { jitter: "some" as "none" }), /"full", "equal", "decorrelated" or "none", not "some"/)
    assert.throws(() => retry(3 as never), /what retry tries is a function, but 3 was given/)
    assert.throws(() => retrying(fn, { attempts: 1.5 }), TypeError)
  })
})

describe("a retrying function", () => {
  virtual("passes on `this` and its arguments, and begins anew with each call", async () => {
    let calls = 0
    const shop = {
      name: "shop",
      order: retrying(async function (this: { name: string }, what: string, count: number) {
        calls += 1
        if (calls % 2 === 1) throw new Error("busy")
        return `${this.name}: ${count} ${what}`
      }, steady),
    }
    assert.equal(await shop.order("teas", 2), "shop: 2 teas")
    assert.equal(await shop.order("cups", 3), "shop: 3 cups")
    assert.equal(calls, 4)
    assert.equal(now(), 2)
    assert.equal(me().cancelling(), 0)
  })
})

/** Each jitter, by what it is to give for the n-th delay `whole` and the delay before. */
const RANGES = {
  none: (whole: number) => [whole, whole],
  full: (whole: number) => [0, whole],
  equal: (whole: number) => [whole / 2, whole],
  decorrelated: (_whole: number, before: number, first: number, maximum: number) => [Math.min(first, maximum), Math.min(maximum, Math.max(first, 3 * before))],
} as const

describe("delays", () => {
  random("lie where their jitter puts them", 50, async (source) => {
    const [delay, factor, maximum] = [source.below(20) / 4, 1 + source.below(8) / 4, 1 + source.below(40)]
    for (const jitter of ["none", "full", "equal", "decorrelated"] as const) {
      const told: number[] = []
      const on = (_error: unknown, attempt: FailedAttempt): number => {
        if (attempt.delay !== undefined) told.push(attempt.delay)
        return 0
      }
      const options = { attempts: 8, delay, factor, maximum, jitter, random: () => source.below(1000) / 1000, on }
      await asyncio.run(async () => assert.rejects(async () => retry(() => Promise.reject(new Error("busy")), options), /busy/))
      assert.equal(told.length, 7)
      for (const [index, found] of told.entries()) {
        const [least, most] = RANGES[jitter](Math.min(maximum, delay * factor ** index), told[index - 1] ?? delay, delay, maximum) as [number, number]
        assert.ok(found >= least - 1e-9 && found <= most + 1e-9, `${jitter}: ${found} is not in ${least} to ${most}`)
      }
    }
  })
})

virtual("a delay of 0 stays 0 for however many attempts", async () => {
  let attempts = 0
  const failing = retry(
    async () => {
      attempts += 1
      throw new Error("busy")
    },
    { delay: 0, attempts: 1200 },
  )
  await assert.rejects(failing, /^Error: busy$/)
  assert.equal(attempts, 1200)
})

it("StopRetrying takes an error or its message, and nothing else", () => {
  assert.throws(() => new StopRetrying(undefined as never), /^TypeError: StopRetrying takes the error that retry is to throw, or its message, not undefined/)
})
