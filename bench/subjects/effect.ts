/**
 * Effect 4 as its users write it: generator functions, `yield*`, fibers.
 *
 * `fnUntraced` rather than `fn`: without the spans that nobody reads here.
 */

import { Effect, Exit, Fiber, Queue, Semaphore } from "effect"
import { type Programs, contenders, depth, sleeperDelay } from "./program.ts"

const together = { concurrency: "unbounded" } as const

export const programs: Programs = {
  switch: (size) =>
    Effect.runPromise(
      Effect.map(Effect.all([yieldOften(size), yieldOften(size)], together), ([a, b]) => a + b),
    ),

  "spawn-gather": (size) =>
    Effect.runPromise(
      Effect.map(Effect.forEach(range(size), yieldOnce, together), (results) => results.length),
    ),

  taskgroup: (size) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const fibers = []
        for (let i = 0; i < size; i++) fibers.push(yield* Effect.forkChild(returnAtOnce()))
        const results = yield* Fiber.joinAll(fibers)
        return results.length
      }),
    ),

  queue: (size) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const pings = yield* Queue.bounded<number>(1)
        const pongs = yield* Queue.bounded<number>(1)
        const [done] = yield* Effect.all(
          [serve(size, pings, pongs), answer(size, pings, pongs)],
          together,
        )
        return done
      }),
    ),

  semaphore: (size) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const semaphore = yield* Semaphore.make(10)
        const counts = yield* Effect.forEach(
          range(contenders),
          () => enterOften(size, semaphore),
          together,
        )
        return counts.reduce((sum, count) => sum + count, 0)
      }),
    ),

  timeout: (size) =>
    Effect.runPromise(
      Effect.gen(function* () {
        let done = 0
        for (; done < size; done++) yield* Effect.timeout(Effect.yieldNow, "10 seconds")
        return done
      }),
    ),

  cancel: (size) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const fibers = []
        for (let i = 0; i < size; i++) fibers.push(yield* Effect.forkChild(Effect.sleep("1 hour")))
        yield* Effect.yieldNow
        yield* Fiber.interruptAll(fibers)
        const exits = yield* Fiber.awaitAll(fibers)
        return exits.filter(Exit.hasInterrupts).length
      }),
    ),

  nested: (size) =>
    Effect.runPromise(
      Effect.gen(function* () {
        let done = 0
        for (let i = 0; i < size; i++) done += yield* descend(depth - 1)
        return done
      }),
    ),

  coroutine: (size) =>
    Effect.runPromise(
      Effect.gen(function* () {
        let done = 0
        for (let i = 0; i < size; i++) done += yield* returnAtOnce()
        return done
      }),
    ),

  sleepers: (size) =>
    Effect.runPromise(
      Effect.map(
        Effect.forEach(
          range(size),
          (index) => Effect.sleep(sleeperDelay(index, size) * 1000),
          together,
        ),
        (results) => results.length,
      ),
    ),
}

const yieldOften = Effect.fnUntraced(function* (times: number) {
  let done = 0
  for (; done < times; done++) yield* Effect.yieldNow
  return done
})

const yieldOnce = Effect.fnUntraced(function* (index: number) {
  yield* Effect.yieldNow
  return index
})

const returnAtOnce = Effect.fnUntraced(function* () {
  return 1
})

const descend: (further: number) => Effect.Effect<number> = Effect.fnUntraced(function* (
  further: number,
) {
  if (further > 0) return yield* descend(further - 1)
  yield* Effect.yieldNow
  return 1
})

const serve = Effect.fnUntraced(function* (
  times: number,
  pings: Queue.Queue<number>,
  pongs: Queue.Queue<number>,
) {
  let done = 0
  for (let i = 0; i < times; i++) {
    yield* Queue.offer(pings, i)
    if ((yield* Queue.take(pongs)) === i) done++
  }
  return done
})

const answer = Effect.fnUntraced(function* (
  times: number,
  pings: Queue.Queue<number>,
  pongs: Queue.Queue<number>,
) {
  for (let i = 0; i < times; i++) yield* Queue.offer(pongs, yield* Queue.take(pings))
})

const enterOften = Effect.fnUntraced(function* (times: number, semaphore: Semaphore.Semaphore) {
  let done = 0
  for (; done < times; done++) yield* semaphore.withPermit(Effect.yieldNow)
  return done
})

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}
