import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, fates, forever, now, thrown, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const boom = new Error("boom")
const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))

/** What `for await` hands out, as far as `each` lets it go on. */
async function collect(
  completed: AsyncIterable<asyncio.Future<unknown> & { readonly then: never }>,
  each: (future: asyncio.Future<unknown>) => boolean = () => true,
): Promise<asyncio.Future<unknown>[]> {
  const futures: asyncio.Future<unknown>[] = []
  for await (const future of completed) {
    futures.push(future)
    if (!each(future)) break
  }
  return futures
}

virtualLazyAndEager("plain iteration gives as many coroutines, and their results in order of completion (R73)", async () => {
  const results: unknown[] = []
  for (const next of asyncio.asCompleted([nap(3), nap(1), nap(2)])) results.push(await next, now())
  assert.deepEqual(results, [1, 1000, 2, 2000, 3, 3000])
})

virtual("the coroutines may be awaited in any order, and together (R73)", async () => {
  const nexts = [...asyncio.asCompleted([nap(3), nap(1), nap(2)])]
  assert.equal(nexts.length, 3)
  assert.ok(nexts.every((next) => asyncio.isCoroutine(next)))
  assert.deepEqual(await asyncio.gather(nexts.toReversed()), [1, 2, 3])
})

virtualLazyAndEager("for await gives the tasks and futures themselves, each done, in order of completion (R74)", async () => {
  const future = new asyncio.Future<number>()
  asyncio.getRunningLoop().callLater(1.5, () => future.setResult(1.5))
  const tasks = [asyncio.createTask(nap(2)), asyncio.createTask(nap(1))]
  const seen = await collect(asyncio.asCompleted([...tasks, future]), (one) => one.done())
  assert.deepEqual(seen, [tasks[1], future, tasks[0]])
})

virtual("for await gives the tasks made for coroutines, functions and promises (R74)", async () => {
  const seen = await collect(asyncio.asCompleted([nap(1), () => nap(2), asyncio.wrapFuture(Promise.resolve(3))]))
  assert.deepEqual(fates(seen), ["returned 3", "returned 1", "returned 2"])
  assert.ok(seen[1] instanceof asyncio.Task)
})

virtual("duplicates merge, but a function given twice is called twice (R72)", async () => {
  const once = nap(1)
  const task = asyncio.createTask(nap(2))
  assert.equal((await collect(asyncio.asCompleted([once, task, once, task]))).length, 2)
  let calls = 0
  const call = async (): Promise<number> => (calls += 1)
  assert.deepEqual(fates(await collect(asyncio.asCompleted([call, call]))), ["returned 1", "returned 2"])
})

virtual("nothing given, nothing handed out (R72)", async () => {
  assert.deepEqual([...asyncio.asCompleted([])], [])
  assert.deepEqual(await collect(asyncio.asCompleted([], { timeout: 0 })), [])
})

virtual("one awaitable instead of a list, and other bad input, is refused at the call (R72)", async () => {
  const task = asyncio.createTask(nap(0))
  for (const wrong of [task, Promise.resolve(), () => 1, 5, null]) {
    assert.match(thrownBy(() => asyncio.asCompleted(wrong as never)).message, /asCompleted takes a list of awaitables/)
  }
  assert.match(thrownBy(() => asyncio.asCompleted([5 as never])).message, /is needed, not 5/)
  assert.ok(thrownBy(() => asyncio.asCompleted([task], { timeout: NaN })) instanceof RangeError)
  assert.ok(thrownBy(() => asyncio.asCompleted([task], { timeout: "1" as never })) instanceof TypeError)
  assert.ok(thrownBy(() => asyncio.asCompleted([task], { limit: 0 })) instanceof RangeError)
})

virtual("on timeout each coroutine that is left throws TimeoutError, and the children go on (R75)", async () => {
  const tasks = [1, 3, 4].map((seconds) => asyncio.createTask(nap(seconds)))
  const outcomes: string[] = []
  for (const next of asyncio.asCompleted(tasks, { timeout: 2 })) {
    try {
      outcomes.push(String(await next))
    } catch (error) {
      assert.ok(error instanceof asyncio.TimeoutError)
      assert.match(error.message, /what is left goes on running/)
      outcomes.push(`timeout at ${now()}`)
    }
  }
  assert.deepEqual(outcomes, ["1", "timeout at 2000", "timeout at 2000"])
  assert.deepEqual(await asyncio.gather(tasks), [1, 3, 4])
})

virtual("on timeout for await throws once, and the children go on (R75)", async () => {
  const tasks = [1, 3, 4].map((seconds) => asyncio.createTask(nap(seconds)))
  const seen: unknown[] = []
  const error = await thrown(
    (async () => {
      for await (const task of asyncio.asCompleted(tasks, { timeout: 2 })) seen.push(task)
    })(),
  )
  assert.ok(error instanceof asyncio.TimeoutError)
  assert.deepEqual(seen, [tasks[0]])
  assert.equal(now(), 2000)
  assert.deepEqual(await asyncio.gather(tasks), [1, 3, 4])
})

virtual("a timeout that is not needed does not fire, and null or Infinity is none", async () => {
  for (const timeout of [5, null, undefined, Infinity]) {
    assert.equal((await collect(asyncio.asCompleted([nap(1)], { timeout }))).length, 1)
  }
  assert.equal(now(), 4000)
})

virtual("leaving the loop leaves the rest running, and the iteration can be resumed (R76)", async () => {
  const tasks = [1, 2, 3].map((seconds) => asyncio.createTask(nap(seconds)))
  const completed = asyncio.asCompleted(tasks)
  assert.deepEqual(await collect(completed, () => false), [tasks[0]])
  assert.equal(fate(tasks[1] as asyncio.Task<number>), "pending")
  assert.deepEqual(await collect(completed), tasks.slice(1))
  assert.deepEqual([...completed], [])
})

virtual("plain and async iteration share what is left (R76)", async () => {
  const completed = asyncio.asCompleted([nap(1), nap(2)])
  for (const next of completed) {
    assert.equal(await next, 1)
    break
  }
  assert.deepEqual(fates(await collect(completed)), ["returned 2"])
})

virtual("for await that is cancelled has taken nothing: who goes on gets it all", async () => {
  const tasks = [1, 2].map((seconds) => asyncio.createTask(nap(seconds)))
  const completed = asyncio.asCompleted(tasks)
  const consumer = asyncio.createTask(() => collect(completed))
  await ticks(2)
  consumer.cancel()
  await asyncio.sleep(5)
  assert.equal(fate(consumer), "cancelled")
  assert.deepEqual(await collect(completed), tasks)
})

virtual("failures and cancellations are handed out like results", async () => {
  const failing = asyncio.createTask(async (): Promise<never> => {
    await asyncio.sleep(0.1)
    throw boom
  })
  const cancelled = asyncio.createTask(forever())
  asyncio.getRunningLoop().callLater(0.2, () => void cancelled.cancel())
  assert.deepEqual(fates(await collect(asyncio.asCompleted([cancelled, failing]))), ["failed Error: boom", "cancelled"])
  const [first, second] = [...asyncio.asCompleted([failing, cancelled])]
  assert.equal(await thrown(first as asyncio.Coroutine<unknown>), boom)
  await thrownAs(asyncio.CancelledError, second as asyncio.Coroutine<unknown>)
})

virtual("two consumers share what completes", async () => {
  const completed = asyncio.asCompleted([nap(1), nap(2), nap(3), nap(4)])
  const [a, b] = await asyncio.gather([() => collect(completed), () => collect(completed)])
  assert.deepEqual([...fates(a), ...fates(b)].sort(), ["returned 1", "returned 2", "returned 3", "returned 4"])
})

virtual("over one task that returns at once it takes three iterations", async () => {
  const instant = asyncio.coroutine("instant", async () => 1)
  const run = async (): Promise<void> => {
    for (const next of asyncio.asCompleted([instant()])) await next
  }
  assert.equal(await ticksOf(run), 3)
})

virtual("at most `limit` run at a time", async () => {
  let running = 0
  let most = 0
  const visit = asyncio.coroutine("visit", async (i: number) => {
    most = Math.max(most, (running += 1))
    await asyncio.sleep(1)
    running -= 1
    return i
  })
  const seen = await collect(asyncio.asCompleted([0, 1, 2, 3, 4].map((i) => visit(i)), { limit: 2 }))
  assert.deepEqual(fates(seen), [0, 1, 2, 3, 4].map((i) => `returned ${i}`))
  assert.equal(most, 2)
})
