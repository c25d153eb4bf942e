import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { snapshotNow } from "#src/inspect/agent.ts"
import { CROWD } from "#src/inspect/snapshot/leaks.ts"
import { firstSeed, Random } from "../../support/random.ts"
import { judgeHealthy } from "./programs/judge-healthy.ts"

async function leaksOf(count: number, options: { awaited?: boolean; shared?: boolean; seconds?: number; listened?: boolean } = {}): Promise<string[]> {
  const { awaited = false, shared = false, seconds = 61, listened = false } = options
  return runVirtual(async () => {
    const one = new asyncio.Event()
    const made: asyncio.Task<unknown>[] = []
    async function handler(): Promise<void> {
      const task = asyncio.createTask(async function answer() {
        await (shared ? one : new asyncio.Event()).wait()
      })
      if (listened) task.addDoneCallback(() => undefined)
      made.push(task)
    }
    for (let at = 0; at < count; at += 1) await asyncio.createTask(handler)
    if (awaited) asyncio.createTask(() => asyncio.wait(made))
    await asyncio.sleep(seconds)
    const texts = snapshotNow().leaks.map(({ text }) => text)
    for (const task of made) task.cancel()
    return texts
  })
}

test("a crowd of tasks is told of that nobody awaits and whose makers have ended", async () => {
  const [text, ...more] = await leaksOf(CROWD + 1)
  assert.deepEqual(more, [])
  assert.match(text ?? "", /^nobody awaits 11 tasks that run 'answer', such as 'Task-\d+', and the tasks that made them have ended; each has waited for an Event of its own for 61 s or more$/)
})

test("a few, those that somebody awaits or listens to, workers at one queue and young ones are not", async () => {
  assert.deepEqual(await leaksOf(CROWD - 1), [])
  assert.deepEqual(await leaksOf(CROWD, { awaited: true }), [])
  assert.deepEqual(await leaksOf(CROWD, { listened: true }), [])
  assert.deepEqual(await leaksOf(CROWD, { shared: true }), [])
  assert.deepEqual(await leaksOf(CROWD, { seconds: 59 }), [])
})

test("code that was left behind at a foreign promise is told of after a minute", async () => {
  await runVirtual(async () => {
    let settle: () => void = () => undefined
    const hung = new Promise<void>((resolve) => (settle = resolve))
    const task = asyncio.createTask(async function stuck() {
      await hung
    })
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(61)
    const [leak] = snapshotNow().leaks
    assert.equal(leak?.kind, "left behind")
    assert.match(leak.text, /^'left behind: stuck of task .* stands at a foreign promise that has not settled for 61 s$/)
    settle()
    await asyncio.sleep(0)
  })
})

test("programs that are all right leak nothing", async (t) => {
  const seed = firstSeed()
  t.diagnostic(`SEED=${seed}`)
  let alarms = 0
  const rounds = process.env["TEST_SYSTEM"] === "1" ? 1000 : 100
  for (let round = 0; round < rounds; round += 1) {
    const { leaks } = await judgeHealthy(new Random(seed + round), 50)
    if (leaks.length > 0) alarms += 1
  }
  // The generator leaves workers in the background as no program does; even so less than one in a hundred is told of.
  assert.ok(alarms <= rounds / 100, `${alarms} of ${rounds} were told of`)
})
