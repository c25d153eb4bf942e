/** The loop, its timers and the order of events: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { collect } from "../core/support/gc.ts"
import { forever, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("gh-117379: a task that nobody refers to is not collected", async () => {
  const log: string[] = []
  const start = (): void => {
    asyncio.createTask(
      async () => {
        try {
          await forever()
        } finally {
          log.push("cleaned up")
        }
      },
      { name: "nobody's" },
    )
  }
  start()
  await ticks(2)
  await collect()
  const names = [...asyncio.allTasks()].map((task) => task.getName())
  assert.ok(names.includes("nobody's"))
  return () => assert.deepEqual(log, ["cleaned up"])
})

test("tokio #5686: tasks that never rest starve neither each other nor the host", async () => {
  const rounds: [number, number] = [0, 0]
  let hostServed = false
  setImmediate(() => {
    hostServed = true
  })
  const spin = async (index: 0 | 1): Promise<void> => {
    while (!hostServed && rounds[0] + rounds[1] < 200_000) {
      rounds[index] += 1
      assert.ok(Math.abs(rounds[0] - rounds[1]) <= 1, `they take turns: ${rounds.join()}`)
      await asyncio.sleep(0)
    }
  }
  await asyncio.run(() => Promise.all([spin(0), spin(1)]))
  assert.equal(hostServed, true, `not served within ${rounds.join(" and ")} turns`)
})

virtual("tokio #8252: timers that others set and cancel meanwhile fire once and in order, or never", async () => {
  const loop = asyncio.getRunningLoop()
  const fired: number[] = []
  const set = (when: number): asyncio.TimerHandle => loop.callAt(when, () => fired.push(when))
  // 601 is prime, so this goes through all numbers below it in a scattered order.
  const scattered = Array.from({ length: 600 }, (_, index) => ((index + 1) * 367) % 601)
  const handles = scattered.map((when) => ({ when, handle: set(when) }))
  await asyncio.sleep(0.5)
  for (const { when, handle } of handles) if (when % 3 > 0) handle.cancel()
  for (const when of scattered) if (when % 3 === 1) set(when + 0.5)
  loop.callAt(700, () => sameInstant.cancel())
  const sameInstant = set(700)
  await asyncio.sleep(1000)
  const expected = [...scattered.filter((when) => when % 3 === 0), ...scattered.filter((when) => when % 3 === 1).map((when) => when + 0.5)]
  assert.deepEqual(fired, expected.sort((a, b) => a - b))
  for (const tiny of [Number.MIN_VALUE, 1e-12, 1e-9]) await asyncio.sleep(tiny)
})

virtual("the order of siblings: a group cancels its children in the order in which it made them", async () => {
  const log: number[] = []
  const group = new asyncio.TaskGroup().run((group) => {
    for (let index = 0; index < 5; index += 1) {
      group.createTask(async () => {
        try {
          await forever()
        } finally {
          log.push(index)
        }
      })
    }
    return asyncio.sleep(1).then(() => Promise.reject(new Error("boom")))
  })
  await group.catch((error: unknown) => assert.ok(error instanceof asyncio.ExceptionGroup))
  assert.deepEqual(log, [0, 1, 2, 3, 4])
})
