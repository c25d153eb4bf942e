/**
 * Effection 4 as its users write it: operations and `all`.
 *
 * Its `sleep(0)` is a host timer of a millisecond. Where one sleep is much of the
 * work, a microtask stands in for it, as in the subject `promises`.
 */

import { type Operation, action, all, run, sleep } from "effection"
import { type Programs, depth } from "./program.ts"

export const programs: Programs = {
  switch: async (size) =>
    await run(function* () {
      const [a, b] = yield* all([yieldOften(size), yieldOften(size)])
      return a + b
    }),

  "spawn-gather": async (size) =>
    await run(function* () {
      const results = yield* all(Array.from({ length: size }, (_, index) => yieldOnce(index)))
      return results.length
    }),

  nested: async (size) =>
    await run(function* () {
      let done = 0
      for (let i = 0; i < size; i++) done += yield* descend(depth - 1)
      return done
    }),

  coroutine: async (size) =>
    await run(function* () {
      let done = 0
      for (let i = 0; i < size; i++) done += yield* returnAtOnce()
      return done
    }),
}

function letOthersRun(): Operation<void> {
  return action<void>((resolve) => {
    queueMicrotask(resolve)
    return () => {}
  })
}

function* yieldOften(times: number): Operation<number> {
  let done = 0
  for (; done < times; done++) yield* letOthersRun()
  return done
}

function* yieldOnce(index: number): Operation<number> {
  yield* sleep(0)
  return index
}

function* returnAtOnce(): Operation<number> {
  return 1
}

function* descend(further: number): Operation<number> {
  if (further > 0) return yield* descend(further - 1)
  yield* letOthersRun()
  return 1
}
