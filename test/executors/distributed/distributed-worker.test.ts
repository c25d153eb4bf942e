import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { DistributedExecutor, DistributedWorker, WorkerCrashError } from "asyncio-ts/executors"
import { Queue } from "bullmq"
import { Redis } from "ioredis"
import type * as source from "./programs/tasks.ts"
import { olderNode } from "../../support/older-node.ts"
import { redisServer, skip, type RedisServer } from "./support/redis-server.ts"
import { serving, TASKS } from "./support/serving.ts"

type Tasks = typeof source

let server: RedisServer
let queues = 0

/** Runs `body` with an executor on a queue of its own. */
function withQueue(body: (executor: DistributedExecutor, queue: { redis: string; queue: string; concurrency: number }) => Promise<void>): Promise<void> {
  queues += 1
  const queue = { redis: server.url, queue: `worker-${queues}`, concurrency: 1 }
  return asyncio.run(async () => {
    const executor = new DistributedExecutor(queue)
    try {
      await body(executor, queue)
    } finally {
      await executor.shutdown()
    }
  })
}

// Most of it waits for Redis; the other versions run what it rests on.
describe("a distributed worker", { skip: skip || olderNode }, () => {
  before(async () => {
    server = await redisServer({ durable: true })
  })
  after(() => server.remove())

  test("serves the functions that its modules export, and no classes", () =>
    withQueue(async (_, queue) => {
      const { worker } = await serving(queue)
      const names = worker.functions.get("tasks") ?? []
      assert.ok(names.includes("square") && names.includes("items"))
      assert.ok(!names.includes("TeaError") && !names.includes("notAFunction"))
      assert.match(String(worker), /^<DistributedWorker '.+:\d+' of queue 'worker-\d+' \[serving\]>$/)
      await worker.shutdown()
      assert.match(String(worker), /\[ended\]/)
      await assert.rejects(async () => await worker.start(), /was started before; make a new one/)
    }))

  test("modules are served by names of the caller's choice", () =>
    withQueue(async (executor, queue) => {
      const { worker } = await serving({ ...queue, modules: { kitchen: TASKS } })
      assert.equal(await executor.module<Tasks>("kitchen").square(3), 9)
      await worker.shutdown()
    }))

  test("a job that runs at shutdown may end in its grace", () =>
    withQueue(async (executor, queue) => {
      const { worker, told } = await serving(queue)
      const job = executor.submit(executor.module<Tasks>("tasks").nap, 0.2, "done")
      await told("began")
      await worker.shutdown({ grace: 10 })
      assert.equal(await job, "done")
      assert.equal(worker.statistics().handedBack, 0)
    }))

  test("what has not ended then goes back, and another worker begins it at once, as the same attempt", () =>
    withQueue(async (executor, queue) => {
      const first = await serving({ ...queue, name: "first" })
      const job = executor.submit(executor.module<Tasks>("tasks").endless)
      await first.told("began")
      const second = await serving({ ...queue, name: "second" })
      const begun = performance.now()
      await first.worker.shutdown({ grace: 0.05 })
      const began = await second.told("began")
      assert.ok(began.kind === "began" && began.attempt === 1)
      assert.ok(performance.now() - begun < 12_000, "not after the lock has expired")
      assert.equal(first.worker.statistics().handedBack, 1)
      job.cancel()
      await second.told("cancelled")
      await asyncio.gather([job], { returnExceptions: true })
      await second.worker.shutdown()
    }))

  test("a second shutdown makes haste", () =>
    withQueue(async (executor, queue) => {
      const { worker, told } = await serving(queue)
      const job = executor.submit(executor.module<Tasks>("tasks").endless)
      await told("began")
      const begun = performance.now()
      const ending = asyncio.createTask(worker.shutdown({ grace: 60 }))
      await asyncio.sleep(0)
      await worker.shutdown()
      await ending
      assert.ok(performance.now() - begun < 30_000)
      assert.equal((await executor.queueStatistics()).queued, 1)
      job.cancel()
      await asyncio.gather([job], { returnExceptions: true })
    }))

  test("a computing job does not keep its worker from telling that it is alive", () =>
    withQueue(async (executor, queue) => {
      const one = await serving({ ...queue, lockDuration: 1.5005 })
      const other = await serving({ ...queue, lockDuration: 1.5005 })
      const job = executor.submit(executor.module<Tasks>("tasks").busy, 2.6)
      assert.equal(await job, 2.6)
      const all = [...one.events, ...other.events]
      assert.equal(all.filter(({ kind }) => kind === "began").length, 1)
      assert.ok(!all.some(({ kind }) => kind === "recovered" || kind === "lost" || kind === "trouble"))
      await asyncio.gather([one.worker.shutdown(), other.worker.shutdown()])
    }))

  test("code that was left behind by a cancelled job keeps the key of that job", () =>
    withQueue(async (executor, queue) => {
      const { worker, told } = await serving(queue)
      const tasks = executor.module<Tasks>("tasks")
      const left = asyncio.createTask(tasks.with({ key: "one", cancel: "terminate", grace: 10 }).lateKey(0.9))
      await told("began")
      left.cancel()
      await told("cancelled")
      assert.deepEqual(await tasks.with({ key: "two" }).bothKeys(1), ["two", "one"])
      await asyncio.gather([left], { returnExceptions: true })
      await worker.shutdown()
    }))

  test("a job that is lost again and again is given up, and its caller is told why", () =>
    withQueue(async (executor, queue) => {
      // What a worker leaves that is killed: a job that is active, with a lock that ends.
      const job = executor.submit(executor.module<Tasks>("tasks").nap, 0, "never")
      const lost = new asyncio.Event()
      const redis = new Redis(server.port, "127.0.0.1", { maxRetriesPerRequest: null })
      const dying = (async () => {
        const { Worker } = await import("bullmq")
        const worker = new Worker(queue.queue, undefined, { connection: redis, lockDuration: 100, stalledInterval: 100, maxStalledCount: 1 })
        worker.on("error", () => undefined)
        for (let round = 0; round < 2; round += 1) {
          while ((await worker.getNextJob(`dying-${round}`)) === undefined);
          // Two looks: the first marks it, the second finds that its lock has ended.
          await worker.startStalledCheckTimer()
          await new Promise<void>((resolve) => worker.once("stalled", () => resolve()))
        }
        await worker.close(true)
        lost.set()
      })()
      await lost.wait()
      await asyncio.settled(dying)
      const { worker } = await serving({ ...queue, maxLost: 1 })
      const error = await job.then(assert.fail, (thrown: unknown) => thrown)
      assert.ok(error instanceof WorkerCrashError, String(error))
      assert.match(error.message, /'nap' was given up: each worker that had begun it was lost/)
      await worker.shutdown()
      redis.disconnect()
    }))

  test("Redis that goes away and comes back is told once, and nothing is lost", () =>
    withQueue(async (executor, queue) => {
      const { worker, events, told } = await serving(queue)
      const tasks = executor.module<Tasks>("tasks")
      const running = executor.submit(tasks.nap, 0.5, "over it")
      await told("began")
      await asyncio.settled(server.kill())
      const away = executor.submit(tasks.square, 7)
      await told("redis lost")
      await asyncio.settled(server.start())
      await told("redis back")
      assert.equal(await away, 49)
      assert.equal(await running, "over it")
      assert.equal(events.filter(({ kind }) => kind === "redis lost").length, 1)
      assert.deepEqual(events.filter(({ kind }) => kind === "trouble"), [])
      await worker.shutdown()
    }))

  test("a worker can be ended while Redis is away", () =>
    withQueue(async (executor, queue) => {
      const { worker, told } = await serving(queue)
      const job = executor.submit(executor.module<Tasks>("tasks").endless)
      await told("began")
      await asyncio.settled(server.kill())
      await told("redis lost")
      const begun = performance.now()
      await worker.shutdown({ grace: 0 })
      assert.ok(performance.now() - begun < 30_000)
      await asyncio.settled(server.start())
      job.cancel()
      await asyncio.gather([job], { returnExceptions: true })
    }))

  test("jobs of other programs are refused, and leave the worker alone", () =>
    withQueue(async (executor, queue) => {
      const { worker, told } = await serving(queue)
      const foreign = new Queue(queue.queue, { connection: { host: "127.0.0.1", port: server.port } })
      await asyncio.settled(foreign.add("tasks.square", { n: 1 }))
      const failed = await told("failed")
      assert.match(failed.kind === "failed" ? failed.reason : "", /was put into queue '.*' by another program/)
      assert.equal(await executor.module<Tasks>("tasks").square(2), 4)
      await asyncio.settled(foreign.close())
      await worker.shutdown()
    }))

  test("a module that cannot be served is told at the start, with its place", async () => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-modules-"))
    const file = (name: string, text: string): URL => {
      writeFileSync(join(folder, name), text)
      return pathToFileURL(join(folder, name))
    }
    const start = (modules: URL[] | Record<string, URL>): Promise<void> => asyncio.run(() => new DistributedWorker({ redis: server.url, modules }).start())
    try {
      await assert.rejects(() => start([file("syntax.mjs", "export const a = (")]), /cannot serve .*syntax\.mjs: loading it failed: SyntaxError: .*syntax\.mjs:1/)
      await assert.rejects(() => start([file("throws.mjs", 'throw new Error("no model here")')]), /cannot serve .*throws\.mjs: loading it failed: Error: no model here/)
      await assert.rejects(() => start([file("missing.mjs", 'import "./nowhere.mjs"')]), /cannot serve .*missing\.mjs: loading it failed: Error: Cannot find module/)
      await assert.rejects(() => start([file("leaves.mjs", "process.exit(4)")]), /cannot serve .*leaves\.mjs: .*exit code 4/)
      await assert.rejects(() => start([file("data.mjs", "export const a = 1; export class B {}")]), /data\.mjs: it exports no function; export those that are to be called/)
      await assert.rejects(() => start([pathToFileURL(join(folder, "none.mjs"))]), { name: "FileNotFoundError", code: "ENOENT" })
      await assert.rejects(() => start([pathToFileURL(folder)]), { name: "IsADirectoryError" })
      assert.throws(() => new DistributedWorker({ modules: [] }), /modules of DistributedWorker is empty/)
      assert.throws(() => new DistributedWorker({ modules: "tasks" as never }), TypeError)
      const twice = file("a.mjs", "export function f() {}")
      const other = new URL("b/a.mjs", `${pathToFileURL(folder).href}/`)
      assert.throws(() => new DistributedWorker({ modules: [twice, other] }), /cannot serve|two modules are called 'a'/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test("options that cannot be meant are refused by their names", () => {
    const wrong: [object, RegExp][] = [
      [{ concurrency: 0 }, /concurrency of DistributedWorker must be at least 1/],
      [{ grace: NaN }, /grace of DistributedWorker is NaN/],
      [{ lockDuration: 0 }, /lockDuration of DistributedWorker is from 0\.1 seconds/],
      [{ maxLost: -1 }, /maxLost/],
      [{ queue: "a:b" }, /queue of DistributedWorker cannot contain a colon/],
      [{ prefix: "" }, /prefix/],
      [{ name: "" }, /name of DistributedWorker/],
      [{ onEvent: 1 }, /onEvent/],
      [{ connectTimeout: 0 }, /connectTimeout of DistributedWorker must be more than 0/],
      [{ maxPayload: 0 }, /maxPayload/],
    ]
    for (const [options, message] of wrong) assert.throws(() => new DistributedWorker({ modules: [TASKS], ...options }), message)
  })
})
