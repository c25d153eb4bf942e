import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { DistributedExecutor } from "asyncio-ts/executors"
import type * as source from "../executors/distributed/programs/tasks.ts"
import { redisServer, skip, type RedisServer } from "../executors/distributed/support/redis-server.ts"
import { workerProcess } from "../executors/distributed/support/worker-process.ts"

type Tasks = typeof source

const TASKS = join(import.meta.dirname, "../executors/distributed/programs/tasks.ts")

/** What the command writes, and the code it exits with. */
async function outcome(args: readonly string[], env: Record<string, string> = {}): Promise<{ text: string; code: number | string }> {
  const command = workerProcess(args, env)
  const code = await command.ended
  return { text: command.text, code }
}

describe("asyncio-ts worker, where it cannot serve", { concurrency: 3 }, () => {
  const cases: [why: string, args: () => string[], message: RegExp][] = [
    ["nobody listens", () => [TASKS, "--redis", "redis://127.0.0.1:1"], /Redis at 127\.0\.0\.1:1: .*redis-server --port 1/],
    ["the URL is none", () => [TASKS, "--redis", "http://:secret@host"], /redis .* is a URL such as "redis:\/\/127\.0\.0\.1:6379"/],
    ["there is no such file", () => [`${TASKS}x`], /there is no such file/],
    ["an option is unknown", () => [TASKS, "--reddis", "x"], /unknown option --reddis: worker takes --redis/],
  ]
  for (const [why, args, message] of cases) {
    test(`one line says that ${why}, and the code is 2`, async () => {
      const { text, code } = await outcome(["worker", ...args()])
      assert.equal(code, 2, text)
      assert.match(text, message)
      assert.equal(text.trimEnd().split("\n").length, 1, text)
      assert.ok(text.startsWith("asyncio-ts: ") && !text.includes("secret"))
    })
  }
})

describe("asyncio-ts worker and asyncio-ts jobs", { skip, concurrency: 3 }, () => {
  let server: RedisServer
  before(async () => {
    server = await redisServer({ password: "s3cret" })
  })
  after(() => server.remove())

  test("a module that cannot be loaded is one line with its place, and the code is 2", async () => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-worker-"))
    const broken = join(folder, "broken.mjs")
    writeFileSync(broken, "export const tea = (")
    try {
      const { text, code } = await outcome(["worker", broken, "--redis", server.url])
      assert.equal(code, 2)
      assert.match(text, /^asyncio-ts: cannot serve .*broken\.mjs: loading it failed: SyntaxError: .*broken\.mjs:\d+\)\n$/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test("a password that is missing or wrong is one line, and the code is 2", async () => {
    const [missing, wrong] = await Promise.all([
      outcome(["worker", TASKS, "--redis", `redis://127.0.0.1:${server.port}`]),
      outcome(["jobs", "--redis", `redis://:wr0ng@127.0.0.1:${server.port}`]),
    ])
    assert.equal(missing.code, 2)
    assert.match(missing.text, /^asyncio-ts: .*it wants a password, and none was given.*\n$/)
    assert.equal(wrong.code, 2)
    assert.match(wrong.text, /^asyncio-ts: .*takes neither this user nor this password\n$/)
  })

  test("serves jobs, tells what it serves, and Ctrl-C hands back what runs and exits with 0", async () => {
    const queue = "cli"
    const worker = workerProcess(["worker", TASKS, "--queue", queue, "--concurrency", "2", "--grace", "0.1", "--verbose"], { REDIS_URL: server.url })
    await worker.wrote("Ctrl-C ends it, after 0.1 s")
    assert.match(worker.text, new RegExp(`^serving queue 'cli' in Redis at 127\\.0\\.0\\.1:${server.port} as .+:\\d+, with 2 threads\n  tasks: .*square`))
    await asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: server.url, queue })
      const tasks = executor.module<Tasks>("tasks")
      assert.equal(await tasks.square(6), 36)
      await tasks.fail("Masala").catch(() => undefined)
      const job = executor.submit(tasks.endless)
      await asyncio.settled(worker.wrote("began tasks.endless"))
      // Also what an operator sees.
      const look = await asyncio.settled(outcome(["jobs", "--once", "--queue", queue, "--redis", server.url]))
      assert.equal(look.code, 0, look.text)
      assert.equal(look.text, "cli: 0 queued, 0 delayed, 1 running, 0 done/s, 0 failed/s, 1 dead letters, 1 worker\n")
      worker.kill("SIGINT")
      assert.equal(await asyncio.settled(worker.ended), 0)
      assert.match(worker.text, /ending: 1 job has 0\.1 s/)
      assert.match(worker.text, /handed back tasks\.endless/)
      assert.match(worker.text, /ended: 1 done, 1 failed, 0 cancelled, 1 handed back\n$/)
      const { queued, workers } = await executor.queueStatistics()
      assert.deepEqual({ queued, workers }, { queued: 1, workers: [] })
      job.cancel()
      await asyncio.gather([job], { returnExceptions: true })
      await executor.shutdown()
    })
  })

  test("a second Ctrl-C hands back at once", async () => {
    const queue = "haste"
    const worker = workerProcess(["worker", `kitchen=${TASKS}`, "--queue", queue, "--grace", "600", "--redis", server.url, "--json"])
    const serving = await worker.told("serving")
    assert.deepEqual(Object.keys(serving["functions"] as object), ["kitchen"])
    await asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: server.url, queue })
      const job = executor.submit(executor.module<Tasks>("kitchen").burn, false)
      await asyncio.settled(worker.told("began"))
      // Two of a kind that come while the machine is busy are one.
      worker.kill("SIGINT")
      worker.kill("SIGTERM")
      assert.equal(await asyncio.settled(worker.ended), 0)
      const ended = worker.events.at(-1)
      assert.deepEqual([ended?.["kind"], ended?.["handedBack"]], ["ended", 1])
      job.cancel()
      await asyncio.gather([job], { returnExceptions: true })
      await executor.shutdown()
    })
  })

  test("jobs looks again and again until Ctrl-C, and exits with 0", async () => {
    const jobs = workerProcess(["jobs", "--queue", "look", "--every", "0.05", "--json", "--redis", server.url])
    await jobs.told("queue")
    jobs.kill("SIGINT")
    assert.equal(await jobs.ended, 0, jobs.text)
    assert.deepEqual(jobs.events[0], { kind: "queue", queue: "look", queued: 0, delayed: 0, active: 0, failed: 0, kept: 0, doneInAll: 0, failedInAll: 0, workers: [], running: [], donePerSecond: 0, failedPerSecond: 0 })
  })

  test("what has failed is listed, repeated and forgotten by the command", async () => {
    const queue = "letters"
    const worker = workerProcess(["worker", TASKS, "--queue", queue, "--redis", server.url, "--json"])
    await worker.told("serving")
    await asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: server.url, queue })
      const tasks = executor.module<Tasks>("tasks")
      for (const kind of ["Assam", "Ceylon"]) await tasks.fail(kind).catch(() => undefined)
      await executor.shutdown()
    })
    const jobs = (...args: string[]): Promise<{ text: string; code: number | string }> => outcome(["jobs", ...args, "--queue", queue, "--redis", server.url])
    const listed = await jobs("failed")
    assert.match(listed.text, /^\S+Z {2}tasks\.fail~\S+ {2}1 attempt {2}TeaError: no Ceylon left\n.*no Assam left\n2 jobs have failed; asyncio-ts jobs retry ID/)
    const id = /tasks\.fail~\S+/.exec(listed.text)?.[0] ?? ""
    const [retried, unknown] = await Promise.all([jobs("retry", id), jobs("drop", "none")])
    assert.equal(retried.text, `${id}: back in the queue\n`)
    assert.equal(unknown.code, 1)
    assert.match(unknown.text, /no failed job has the ID none/)
    const dropped = await jobs("drop", "--all")
    assert.match(dropped.text, /^[12] forgotten\n$/)
    worker.kill("SIGTERM")
    assert.equal(await worker.ended, 0)
  })
})
