import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import type { SnapshotTask, SnapshotWait } from "#src/inspect/snapshot.ts"
import { findDeadlocks, type Judged } from "#src/inspect/snapshot/deadlocks.ts"
import { firstSeed, Random } from "../../support/random.ts"
import { judgeDeadlocks } from "./programs/judge-deadlocks.ts"
import { judgeHealthy } from "./programs/judge-healthy.ts"
import { lookAt } from "./programs/look-at.ts"

const ROUNDS = process.env["TEST_SYSTEM"] === "1" ? 1000 : 60
const HEALTHY = process.env["TEST_SYSTEM"] === "1" ? 2000 : 100

test("deadlocks of mixed kinds are found with their tasks, and nothing else is", async (t) => {
  const seed = firstSeed()
  t.diagnostic(`SEED=${seed}`)
  for (let round = 0; round < ROUNDS; round += 1) {
    const { wrong } = await judgeDeadlocks(new Random(seed + round))
    assert.equal(wrong, undefined, `fails with SEED=${seed + round}`)
  }
})

test("programs that are all right are never told of, whenever they are looked at", async (t) => {
  const seed = firstSeed()
  t.diagnostic(`SEED=${seed}`)
  let looks = 0
  for (let round = 0; round < HEALTHY; round += 1) {
    const judgement = await judgeHealthy(new Random(seed + round))
    looks += judgement.looks
    assert.deepEqual([judgement.sick, judgement.deadlocks], [undefined, []], `fails with SEED=${seed + round}`)
  }
  assert.ok(looks > HEALTHY)
})

/** The texts of all deadlocks that are found in a program on virtual time. */
async function textsIn(main: () => PromiseLike<unknown>): Promise<string[]> {
  const texts = new Set<string>()
  await lookAt(main, ({ deadlocks }) => deadlocks.forEach(({ how, text }) => texts.add(`${how}: ${text}`)), { until: 1 })
  return [...texts]
}

/** Something that goes on, so that only circles can be told of. */
function goOn(): void {
  asyncio.createTask(async () => {
    for (;;) await asyncio.sleep(0.1)
  })
}

test("a circle names each task, what it waits for and who has it", async () => {
  const texts = await textsIn(async () => {
    goOn()
    const [db, cache] = [new asyncio.Lock({ name: "db" }), new asyncio.Lock({ name: "cache" })]
    const one = asyncio.createTask(() => db.run(async () => { await asyncio.sleep(0.01); await cache.acquire() }), { name: "one" })
    const two = asyncio.createTask(() => cache.run(async () => { await asyncio.sleep(0.01); await db.acquire() }), { name: "two" })
    await asyncio.wait([one, two])
  })
  assert.deepEqual(texts, ["suspected: 'one' waits for lock 'cache' held by 'two', 'two' waits for lock 'db' held by 'one'"])
})

test("the shortest of several circles is told", async () => {
  const texts = await textsIn(async () => {
    goOn()
    const tasks = new Map<string, asyncio.Task<unknown>>()
    const awaits = (name: string, others: readonly string[]): void => {
      tasks.set(name, asyncio.createTask(async () => {
        await asyncio.sleep(0)
        await asyncio.wait(others.map((other) => tasks.get(other) as asyncio.Task<unknown>)) // all are made at once
      }, { name }))
    }
    awaits("a", ["b"])
    awaits("b", ["c", "a"])
    awaits("c", ["d"])
    awaits("d", ["a"])
    await asyncio.sleep(10)
  })
  assert.deepEqual(texts, ["certain: 'a' awaits 'b', 'b' awaits 'a'; 2 more are in the same knot"])
})

test("a task that wants a lock again that it holds is a circle of one", async () => {
  const texts = await textsIn(async () => {
    goOn()
    const lock = new asyncio.Lock({ name: "db" })
    asyncio.createTask(() => lock.run(() => lock.acquire()), { name: "twice" })
    await asyncio.sleep(10)
  })
  assert.deepEqual(texts, ["suspected: 'twice' waits for lock 'db' held by itself"])
})

test("a timeout, another line or a timer of the program's keeps tasks from being told of", async () => {
  const texts = await textsIn(async () => {
    const lock = new asyncio.Lock()
    const event = new asyncio.Event()
    asyncio.createTask(() => lock.run(() => asyncio.moveOnAfter(0.5).run(() => lock.acquire())))
    asyncio.createTask(() => lock.run(() => Promise.race([event.wait(), asyncio.sleep(0.6)])))
    asyncio.getRunningLoop().callLater(0.7, () => event.set())
    await event.wait()
  })
  assert.deepEqual(texts, [])
})

test("what nobody is left to bring is told of once nothing else goes on", async () => {
  const texts = await textsIn(async () => {
    const jobs = new asyncio.Queue<number>(0, { name: "jobs" })
    asyncio.createTask(() => asyncio.sleep(0.5), { name: "goes on for a while" })
    await asyncio.createTask(() => jobs.get(), { name: "worker" })
  })
  assert.equal(texts.length, 1)
  assert.match(texts[0] ?? "", /^suspected: 'main' and 'worker' wait for each other, 'worker' for queue 'jobs' empty, no put yet; no other task, timer or connection is left that could end it$/)
})

function waiting(id: number, wait: Partial<SnapshotWait>): SnapshotTask {
  const whole: SnapshotWait = { kind: "x", text: "x", since: 1, frames: [], awaits: [], holders: [], internal: true, ...wait }
  return { id, name: `t${id}`, code: "c", loop: 1, state: "waiting", age: 1, waits: [whole], frames: [], awaitedBy: [] }
}

function judged(tasks: SnapshotTask[], handles: string[] = []): Judged {
  const loop = { id: 1, running: true, clock: "system", debug: false, iterations: 1, ready: 0, timers: 0, hostOperations: 0 } as const
  return { tasks, resources: [], loops: [loop], handles }
}

test("what the process has open may bring what is waited for", () => {
  assert.equal(findDeadlocks(judged([waiting(1, {})])).length, 1)
  assert.equal(findDeadlocks(judged([waiting(1, {})], ["TTYWrap"])).length, 1)
  assert.equal(findDeadlocks(judged([waiting(1, {})], ["TCPServerWrap"])).length, 0)
})

test("a circle of ten thousand tasks is found without a stack overflow", () => {
  const many = 10_000
  const tasks = Array.from({ length: many }, (_, at) => waiting(at + 1, { awaits: [((at + 1) % many) + 1] }))
  const [found] = findDeadlocks(judged(tasks, ["Timeout"]))
  assert.equal(found?.tasks.length, many)
  assert.equal(found.how, "certain")
})
