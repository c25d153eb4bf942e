/** `settled` is a shield, awaited again until it is done. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { random, type Random } from "../support/random.ts"
import { byInstant, outcome, pass, trace, type Log } from "./trace.ts"

async function defined<T>(promise: PromiseLike<T>): Promise<T> {
  const future = asyncio.wrapFuture(promise)
  let cancelled: { error: unknown } | undefined
  while (!future.done()) {
    try {
      await asyncio.shield(future)
    } catch (error) {
      // What it failed with is looked at below.
      if (error instanceof asyncio.CancelledError) cancelled ??= { error }
    }
  }
  if (cancelled === undefined) return future.result()
  // Nobody sees a failure now. A shield that was cancelled has reported it, but not one that was
  // told of it in the instant of the request.
  const exception = future.exception()
  if (exception !== undefined) future.getLoop().callExceptionHandler({ message: "a failure that nobody sees", exception })
  throw cancelled.error
}

const SECONDS = 8

interface Line {
  /** When the promise settles, and how. */
  readonly at: number
  readonly fails: boolean
  /** When the task is cancelled, in order. */
  readonly cancels: readonly number[]
  readonly inside: "nothing" | "timeout" | "moveOnAfter" | "group" | "coroutine"
  readonly delay: number
  /** Whether a cancellation in the second in which the promise settles comes first. */
  readonly cancelFirst: boolean
}

function line(random: Random): Line {
  return {
    at: random.below(SECONDS),
    fails: random.chance(30),
    cancels: Array.from({ length: random.below(4) }, () => random.below(SECONDS)).toSorted((a, b) => a - b),
    inside: random.pick(["nothing", "timeout", "moveOnAfter", "group", "coroutine"] as const),
    delay: random.below(SECONDS),
    cancelFirst: random.chance(50),
  }
}

function within({ inside, delay }: Line, work: () => PromiseLike<unknown>): PromiseLike<unknown> {
  switch (inside) {
    case "nothing":
      return work()
    case "timeout":
      return asyncio.timeout(delay).run(work)
    case "moveOnAfter":
      return asyncio.moveOnAfter(delay).run(work)
    case "group":
      return new asyncio.TaskGroup().run(async (group) => group.createTask(async () => work()))
    case "coroutine":
      return asyncio.coroutine("inner", work)()
  }
}

function start(given: Line, index: number, settle: typeof defined, log: Log): void {
  const loop = asyncio.getRunningLoop()
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // A task that is cancelled before its first step never looks at it.
  promise.catch(() => undefined)
  const task = asyncio.createTask(async () => {
    try {
      log(`${index} ${await outcome(() => within(given, () => settle(promise)))}`)
    } finally {
      await asyncio.sleep(0)
      log(`${index} goes on, requests: ${asyncio.currentTask()?.cancelling()}`)
    }
  })
  const settles = (): void => {
    loop.callLater(given.at, () => (given.fails ? reject(new RangeError("on purpose")) : resolve("done")))
  }
  if (!given.cancelFirst) settles()
  for (const at of given.cancels) loop.callLater(at, () => void task.cancel(`at ${at}`))
  if (given.cancelFirst) settles()
  task.addDoneCallback((done) => log(`${index} ${done.cancelled() ? "is cancelled" : String(done.exception())}`))
}

/** Without ticks, since a shield takes one more; and whether there was a report, not how many: each shield that was cancelled makes one. */
function shown(lines: readonly string[]): string[] {
  return byInstant(lines).map((each) => each.replace(/^[1-9]\d* reports/, "some reports"))
}

random("settled does what awaiting a shield again does", 500, async (random) => {
  const lines = Array.from({ length: 1 + random.below(3) }, () => line(random))
  const play = (settle: typeof defined): Promise<string[]> =>
    trace(async (log, clock) => {
      for (const [index, given] of lines.entries()) start(given, index, settle, log)
      await pass(clock, SECONDS + 1)
    })
  assert.deepEqual(shown(await play((promise) => asyncio.settled(promise))), shown(await play(defined)), JSON.stringify(lines))
})
