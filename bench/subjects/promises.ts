/**
 * Bare promises: what the work costs with nothing of anyone's.
 *
 * `queueMicrotask` is the cheapest way to let another async function go first.
 * Nothing here can be cancelled, and there are no tasks.
 */

import { type Programs, depth, sleeperDelay } from "./program.ts"

export const programs: Programs = {
  async switch(size) {
    const done = await Promise.all([yieldOften(size), yieldOften(size)])
    return done[0] + done[1]
  },

  async "spawn-gather"(size) {
    const results = await Promise.all(Array.from({ length: size }, (_, index) => yieldOnce(index)))
    return results.length
  },

  async nested(size) {
    let done = 0
    for (let i = 0; i < size; i++) done += await descend(depth - 1)
    return done
  },

  async coroutine(size) {
    let done = 0
    for (let i = 0; i < size; i++) done += await returnAtOnce()
    return done
  },

  async sleepers(size) {
    const results = await Promise.all(
      Array.from({ length: size }, (_, index) => sleepFor(sleeperDelay(index, size))),
    )
    return results.length
  },
}

function letOthersRun(): Promise<void> {
  return new Promise(queueMicrotask)
}

async function yieldOften(times: number): Promise<number> {
  let done = 0
  for (; done < times; done++) await letOthersRun()
  return done
}

async function yieldOnce(index: number): Promise<number> {
  await letOthersRun()
  return index
}

async function descend(further: number): Promise<number> {
  if (further > 0) return await descend(further - 1)
  await letOthersRun()
  return 1
}

async function returnAtOnce(): Promise<number> {
  return 1
}

function sleepFor(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
