import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { Latch } from "../../examples/custom/latch.ts"
import { RateLimiter } from "../../examples/custom/rate-limiter.ts"
import { ReadWriteLock } from "../../examples/custom/read-write-lock.ts"

test("a rate limiter lets at most its rate start in any window, in the order of arrival", async () => {
  const starts = await runVirtual(async () => {
    const limiter = new RateLimiter(2, 10)
    const log: [number, number][] = []
    await asyncio.gather(
      [0, 1, 2, 3, 4].map((id) => async () => {
        await limiter.acquire()
        log.push([id, asyncio.getRunningLoop().time()])
      }),
    )
    return log
  })
  assert.deepEqual(starts, [[0, 0], [1, 0], [2, 10], [3, 10], [4, 20]])
})

test("a rate limiter's cancelled wait takes no start", async () => {
  await runVirtual(async () => {
    const limiter = new RateLimiter(1, 10)
    await limiter.acquire()
    await assert.rejects(asyncio.waitFor(limiter.acquire(), 3), asyncio.TimeoutError)
    await limiter.acquire()
    assert.equal(asyncio.getRunningLoop().time(), 10)
  })
})

test("a latch opens at the last count, and stays open", async () => {
  await runVirtual(async () => {
    const latch = new Latch(2)
    const waiting = asyncio.createTask(latch.wait())
    latch.countDown()
    await asyncio.sleep(1)
    assert.equal(waiting.done(), false)
    latch.countDown()
    assert.equal(await waiting, true)
    assert.equal(await latch.wait(), true)
    assert.throws(() => latch.countDown(), asyncio.RuntimeError)
  })
})

test("a read-write lock lets readers in together, a writer alone, and no reader past a waiting writer", async () => {
  const log = await runVirtual(async () => {
    const lock = new ReadWriteLock()
    const seen: string[] = []
    const work = (name: string, seconds: number) => async () => {
      seen.push(`${name} in ${asyncio.getRunningLoop().time()}`)
      await asyncio.sleep(seconds)
    }
    await asyncio.gather([
      lock.read(work("reader a", 4)),
      lock.read(work("reader b", 2)),
      lock.write(work("writer", 3)),
      lock.read(work("reader c", 1)),
    ])
    assert.deepEqual(lock.statistics(), { readers: 0, writing: false, writersWaiting: 0 })
    return seen
  })
  assert.deepEqual(log, ["reader a in 0", "reader b in 0", "writer in 4", "reader c in 7"])
})

test("a writer that is cancelled while it waits lets the readers behind it in", async () => {
  await runVirtual(async () => {
    const lock = new ReadWriteLock()
    const reading = asyncio.createTask(lock.read(() => asyncio.sleep(10)))
    await asyncio.sleep(0)
    const writing = asyncio.createTask(lock.write(() => asyncio.sleep(1)))
    await asyncio.sleep(1)
    const late = asyncio.createTask(lock.read(() => asyncio.sleep(1)))
    await asyncio.sleep(1)
    writing.cancel()
    await late
    assert.equal(asyncio.getRunningLoop().time(), 3)
    await reading
    assert.deepEqual(lock.statistics(), { readers: 0, writing: false, writersWaiting: 0 })
  })
})
