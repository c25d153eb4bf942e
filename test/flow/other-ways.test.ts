/** What docs/flow.md calls "other way" does what it says. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { debounce, mapConcurrently, RateLimiter, retry, WorkQueue } from "asyncio-ts/flow"
import { thrown } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

virtual("p-queue: addAll, sizeBy, isSaturated", async () => {
  await new WorkQueue({ limit: 1 }).run(async (queue) => {
    const all = asyncio.gather([1, 2, 3].map((n) => queue.add(() => asyncio.sleep(1, n), { priority: n % 2 })))
    assert.equal(queue.jobs().filter((job) => job.state === "waiting" && job.priority === 1).length, 1)
    assert.equal(queue.size > 0 && queue.running >= queue.limit, true)
    assert.deepEqual(await all, [1, 2, 3])
  })
})

virtual("p-queue: the signal of a job, for host functions", async () => {
  let reason: unknown
  await new WorkQueue({ timeout: 1 }).run(async (queue) => {
    const job = queue.add(async () => {
      const signal = asyncio.currentTask()?.signal
      signal?.addEventListener("abort", () => (reason = signal.reason))
      await asyncio.sleep(5)
    })
    assert.ok((await thrown(job)) instanceof asyncio.TimeoutError)
  })
  assert.ok(reason instanceof asyncio.CancelledError)
})

virtual("p-limit and p-map: limits over lists, settled and keyed results", async () => {
  const slots = new asyncio.Semaphore(2)
  const double = async (n: number): Promise<number> => asyncio.sleep(1, n * 2)
  const limited = (n: number): asyncio.Coroutine<number> => slots.run(() => double(n))
  assert.deepEqual(await asyncio.gather([1, 2, 3].map((n) => limited(n))), [2, 4, 6])
  assert.equal(now(), 2)
  const settled = await asyncio.gather([() => 1, async () => Promise.reject(new Error("bad"))], { returnExceptions: true, limit: 1 })
  assert.deepEqual(settled.map((result) => result instanceof Error), [false, true])
  const keyed = await asyncio.gather(Object.entries({ a: 1, b: 2 }).map(([key, value]) => async () => [key, await double(value)] as const), { limit: 1 })
  assert.deepEqual(Object.fromEntries(keyed), { a: 2, b: 4 })
})

virtual("p-map: all results of a source, and those before a stop", async () => {
  const double = async (n: number): Promise<number> => asyncio.sleep(1, n * 2)
  const doubled: number[] = []
  for await (const result of mapConcurrently(Array(3).keys(), double, { limit: 2 })) doubled.push(result)
  assert.deepEqual(doubled, [0, 2, 4])
  const pages: number[] = []
  for await (const page of mapConcurrently(Array(100).keys(), double, { limit: 4 })) {
    if (page > 4) break
    pages.push(page)
  }
  assert.deepEqual(pages, [0, 2, 4])
})

virtual("p-retry: failures that do not count, randomize, a signal", async () => {
  let counted = 0
  const at: number[] = []
  const on = (error: unknown): boolean => (error as Error).message === "free" || (counted += 1) < 2
  const failing = (): Promise<never> => {
    at.push(now())
    return Promise.reject(new Error(at.length < 5 ? "free" : "counts"))
  }
  assert.match(String(await thrown(retry(failing, { attempts: Infinity, delay: 1, factor: 1, jitter: "none", on }))), /counts/)
  assert.deepEqual(at, [0, 1, 2, 3, 4, 5])

  // p-retry multiplies by 1 to 2.
  const began = now()
  await thrown(retry(failing, { attempts: 2, delay: 2, jitter: "equal", random: () => 0.25 }))
  assert.equal(now() - began, 1.25)

  const controller = new AbortController()
  const task = asyncio.createTask(retry(() => asyncio.sleep(100)), { signal: controller.signal })
  asyncio.getRunningLoop().callLater(1, () => controller.abort("stop"))
  assert.ok((await thrown(task)) instanceof asyncio.CancelledError)
})

virtual("p-throttle: onDelay and queueSize", async () => {
  const limiter = new RateLimiter(1, 1)
  let delayed = 0
  for (let i = 0; i < 2; i += 1) {
    if (!limiter.tryAcquire()) {
      delayed += 1
      const wait = asyncio.createTask(() => limiter.acquire())
      await asyncio.sleep(0.5)
      assert.equal(limiter.statistics().tasksWaiting, 1)
      await wait
    }
  }
  assert.equal(delayed, 1)
})

virtual("p-debounce: a call that comes while it runs shares it", async () => {
  let runs = 0
  const load = debounce(async () => asyncio.sleep(1, (runs += 1)), 0, { leading: true })
  assert.deepEqual(await asyncio.gather([load(), load()]), [1, 1])
  assert.equal(await load(), 2)
})

virtual("p-timeout: no error, a fallback, and none after all", async () => {
  assert.equal(await asyncio.moveOnAfter(1).run(() => asyncio.sleep(5, "late")), undefined)
  assert.equal((await asyncio.moveOnAfter(1).run(() => asyncio.sleep(5, "late"))) ?? "fallback", "fallback")
  const patient = asyncio.timeout(1)
  assert.equal(
    await patient.run(async () => {
      patient.reschedule(null)
      return asyncio.sleep(5, "late")
    }),
    "late",
  )
})
