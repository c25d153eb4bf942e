import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { throttle } from "asyncio-ts/flow"
import { virtual } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

virtual("every call of a throttled function runs, with its own arguments, none too early", async () => {
  const log: string[] = []
  const say = throttle(async (text: string) => log.push(`${text} ${now()}`), { limit: 2, interval: 3 })
  await asyncio.gather(["a", "b", "c", "d", "e"].map((text) => say(text)))
  assert.deepEqual(log, ["a 0", "b 0", "c 3", "d 3", "e 6"])
})

virtual("a call may weigh more than another, and be spread evenly", async () => {
  const log: number[] = []
  const pay = throttle(async (points: number) => log.push(points, now()), { limit: 10, interval: 10, burst: 5, weight: (points) => points })
  for (const points of [5, 1, 4]) await pay(points)
  assert.deepEqual(log, [5, 0, 1, 1, 4, 5])
})

virtual("a call that is cancelled while it waits does not run, and takes nobody's turn", async () => {
  const log: string[] = []
  const say = throttle(async (text: string) => log.push(`${text} ${now()}`), { interval: 1 })
  const tasks = ["a", "b", "c"].map((text) => asyncio.createTask(say(text)))
  await asyncio.sleep(0.5)
  tasks[1]?.cancel()
  await asyncio.gather(tasks, { returnExceptions: true })
  assert.deepEqual(log, ["a 0", "c 1"])
})

test("what is no function or no interval is refused at the call", () => {
  assert.throws(() => throttle(1 as never, { interval: 1 }), TypeError)
  assert.throws(() => throttle(() => 1, { interval: 0 }), RangeError)
  assert.throws(() => throttle(() => 1, undefined as never), /^TypeError: throttle needs options, such as \{ interval: 2 \}, but undefined was given/)
  assert.throws(() => throttle(() => 1, { interval: 1, weight: 2 as never }), TypeError)
})
