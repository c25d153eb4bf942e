import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { tryLeaks } from "../../proof/leaks/leaks.ts"
import { slopeOf } from "../../proof/leaks/slope.ts"
import { WORKS } from "../../proof/leaks/works.ts"

const TASKS = 40

test("tasks leave no task and no timer, whatever they came to", () =>
  asyncio.run(async () => {
    const loop = asyncio.getRunningLoop()
    for (const work of WORKS) {
      assert.ok((await work(TASKS)) > 0)
      await asyncio.sleep(0)
      assert.deepEqual([work.name, asyncio.allTasks(loop).size, loop.timerCount], [work.name, 1, 0])
    }
  }))

test("a heap that grows with the tasks is told from one that only wavers", () => {
  const looks = (growth: number): { tasks: number; bytes: number }[] =>
    Array.from({ length: 60 }, (_, at) => ({ tasks: at * 1000, bytes: 5e6 + at * 1000 * growth + 20_000 * Math.sin(at * 7) }))
  const { from, to } = slopeOf(looks(0))
  assert.ok(from < 0 && to > 0)
  const grows = slopeOf(looks(2))
  assert.ok(grows.from > 0 && Math.abs(grows.slope - 2) < 0.5)
})

test("tasks that leave memory, and one that is never over, are found", async () => {
  const kept: unknown[] = []
  const work = { size: 8000, seed: 1, signal: new AbortController().signal, progress: () => {} }
  const { done, failures } = await tryLeaks(work, [async function leaves(count) {
    for (let left = count; left > 0; left -= 1) await asyncio.createTask(async () => void kept.push(Array(100).fill(left)))
    if (kept.length === 8000) asyncio.createTask(() => asyncio.sleep(3600)).addDoneCallback(() => undefined)
    return count
  }])
  assert.equal(done, 8000)
  assert.equal(failures.length, 2, failures.join("\n"))
  assert.match(failures[0] ?? "", /^the heap grows by \d/)
  assert.match(failures[1] ?? "", /^1 tasks and 1 timers are left$/)
})
