/** The waits of this folder, cancelled in every way at every moment, as those of the main entry are. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { debounce, mapConcurrently, RateLimiter, retry, WorkQueue } from "asyncio-ts/flow"
import { giveBack } from "#src/flow/rate-limiter.ts"
import { LINE, runCell, type Timing } from "../sweep/cell.ts"
import type { Operation, Stage } from "../sweep/stage.ts"
import { WAYS } from "../sweep/ways.ts"
import { ticks } from "../support/record.ts"

const TIMINGS: readonly Timing[] = [
  { name: "while it waits", complete: "never", ticks: 0 },
  ...[0, 1, 2, 3].map((ticks) => ({ name: `completed ${ticks} ticks before`, complete: "before" as const, ticks })),
  ...[0, 1, 2].map((ticks) => ({ name: `completed ${ticks} ticks after`, complete: "after" as const, ticks })),
]

type Pending = asyncio.Future<string>

/** What waits for a future, which `complete` sets. */
function on(wait: (future: Pending) => PromiseLike<unknown>, gives: unknown): Operation {
  const make: Operation["make"] = () => {
    const future: Pending = new asyncio.Future()
    return {
      wait: () => wait(future),
      complete: () => {
        if (!future.done()) future.setResult("done")
      },
    }
  }
  return { gives, make }
}

/** A limiter that has no start left; `complete` gives one back. */
function limiter(wait: (limiter: RateLimiter) => PromiseLike<unknown>): Operation {
  return {
    line: "one",
    fair: true,
    make: async () => {
      const limiter = new RateLimiter(1, 1e6)
      await limiter.acquire()
      const { statistics } = limiter
      const now = statistics.bind(limiter)
      return {
        wait: () => wait(limiter),
        complete: () => limiter[giveBack](),
        waiting: () => now().tasksWaiting,
        free: () => now().free > 0,
        rest: () => assert.equal(now().free, 0, "starts that are free"),
      }
    },
  }
}

/** A queue in which one job waits; `complete` takes it out. */
function queue(wait: (queue: WorkQueue) => PromiseLike<unknown>, more: Partial<Operation> = {}): Operation {
  return {
    line: "all",
    ...more,
    make: async (): Promise<Stage> => {
      const queue = new WorkQueue({ paused: true })
      const over = new asyncio.Future<void>()
      const running = asyncio.createTask(queue.run(async () => over))
      await ticks(4)
      void queue.add(() => 1)
      return {
        wait: () => wait(queue),
        complete: () => queue.clear(),
        end: async () => {
          queue.clear()
          over.setResult()
          await running
        },
      }
    },
  }
}

async function collect(future: Pending): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const result of mapConcurrently([1], () => future, { limit: 1 })) all.push(result)
  return all
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "RateLimiter.acquire": limiter((limiter) => limiter.acquire()),
  "RateLimiter.run": limiter((limiter) => limiter.run(() => undefined)),
  "WorkQueue.onEmpty": queue((queue) => queue.onEmpty()),
  "WorkQueue.onIdle": queue((queue) => queue.onIdle()),
  "WorkQueue.onSizeLessThan": queue((queue) => queue.onSizeLessThan(1), { fair: true }),
  "WorkQueue.run": on((future) => new WorkQueue().run(() => future), "done"),
  "WorkQueue.run, its job": on((future) => new WorkQueue().run((queue) => queue.add(() => future)), "done"),
  "WorkQueue.run, a job that nobody awaits": on((future) => new WorkQueue().run((queue) => void queue.add(() => future)), undefined),
  "WorkQueue.run, its rate": on((future) => new WorkQueue({ rate: new RateLimiter(1, 1e6) }).run((queue) => queue.add(() => future)), "done"),
  retry: on((future) => retry(() => future), "done"),
  "retry, with a time limit": on((future) => retry(() => future, { timeout: 1e6 }), "done"),
  // Both wait for what they have cancelled, and may be cancelled anew meanwhile.
  debounce: { ...on((future) => debounce(() => future, 0)(), "done"), latest: true },
  "mapConcurrently.next": { ...on(collect, ["done"]), latest: true },
}

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`${name}: nothing is lost or left when it is cancelled`, async () => {
    const failures: string[] = []
    for (const position of operation.line === undefined ? [0] : LINE.keys()) {
      for (const way of WAYS) {
        for (const timing of way.early !== undefined ? TIMINGS.slice(0, 1) : TIMINGS) {
          for (const eager of [false, true]) {
            try {
              await runCell({ operation, position, way, timing, eager })
            } catch (error) {
              const who = operation.line === undefined ? "" : `, the ${LINE[position]} in line`
              failures.push(`${way.name}, ${timing.name}${who}${eager ? ", eager" : ""}: ${String(error).replaceAll(/\s+/g, " ")}`)
            }
          }
        }
      }
    }
    assert.deepEqual(failures, [])
  })
}
