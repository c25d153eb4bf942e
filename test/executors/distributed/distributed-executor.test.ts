import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { DistributedExecutor, transfer, WorkerCrashError, type DistributedOptions } from "asyncio-ts/executors"
import * as source from "./programs/tasks.ts"
import { redisServer, skip, type RedisServer } from "./support/redis-server.ts"
import { serving, type Serving } from "./support/serving.ts"

type Tasks = typeof source

const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length

const QUEUE = "teas"
let server: RedisServer
let served: Serving

/** Runs `body` with an executor, which is shut down. */
function withTasks(body: (executor: DistributedExecutor, tasks: ReturnType<typeof tasksOf>) => Promise<void>, options: DistributedOptions = {}): Promise<void> {
  served.forget()
  return asyncio.run(async () => {
    const executor = new DistributedExecutor({ redis: server.url, queue: QUEUE, ...options })
    try {
      await body(executor, tasksOf(executor))
    } finally {
      await executor.shutdown()
    }
  })
}

function tasksOf(executor: DistributedExecutor): ReturnType<typeof executor.module<Tasks>> {
  return executor.module<Tasks>("tasks")
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe("a distributed executor", { skip }, () => {
  before(async () => {
    server = await redisServer()
    served = await asyncio.run(() => serving({ redis: server.url, queue: QUEUE }))
  })
  after(async () => {
    await asyncio.run(() => served.worker.shutdown({ grace: 0 }))
    await server.remove()
  })

  test("values keep their types, there and back", () =>
    withTasks(async (_, tasks) => {
      const cyclic: { self?: unknown } = {}
      cyclic.self = cyclic
      const value = { map: new Map([[1n, new Date(7)]]), set: new Set(["a"]), bytes: new Float64Array([1.5]), nothing: undefined, not: NaN, pattern: /x/g, buffer: new ArrayBuffer(3), cyclic }
      assert.deepEqual(await tasks.echo(value), value)
      assert.equal(await tasks.echo(undefined), undefined)
      assert.equal(await tasks.echo(-0), -0)
    }))

  test("an error keeps its class, message, stack, cause and properties", () =>
    withTasks(async (executor, tasks) => {
      const error = await tasks.fail("Masala").then(assert.fail, (thrown: Error) => thrown)
      assert.ok(error instanceof TypeError && !(error instanceof source.TeaError))
      assert.equal(error.name, "TeaError")
      assert.equal(error.message, "no Masala left")
      assert.match(error.stack ?? "", /at fail .*tasks\.ts/)
      assert.ok(error.cause instanceof RangeError)
      const own = await executor.with({ errors: [source.TeaError] }).submit(tasks.fail, "Assam").then(assert.fail, (thrown: unknown) => thrown)
      assert.ok(own instanceof source.TeaError)
      assert.equal(own.kind, "Assam")
    }))

  test("a job whose thread dies fails alone, and says how", () =>
    withTasks(async (_, tasks) => {
      const left = tasks.leave().then(assert.fail, (error: unknown) => error)
      assert.equal(await tasks.square(3), 9)
      const error = await left
      assert.ok(error instanceof WorkerCrashError, String(error))
      assert.match(error.message, /while it ran 'leave': it left with exit code 3/)
    }))

  test("a call is cold: nothing is connected before it is awaited", () =>
    asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: "redis://127.0.0.1:1" })
      const call = executor.module<Tasks>("tasks").square(2)
      assert.equal(String(call), "<coroutine square>")
      await executor.shutdown()
      await assert.rejects(async () => await call, /cannot run 'square': the executor of queue 'asyncio' was shut down/)
    }))

  test("what cannot go to other machines is refused at the call, by its name", () =>
    withTasks(async (executor, tasks) => {
      const refused = async (call: () => unknown, message: RegExp): Promise<void> => {
        await assert.rejects(async () => await call(), (error: Error) => {
          assert.ok(error instanceof TypeError || error instanceof RangeError, error.stack ?? "")
          assert.match(error.message, message)
          return true
        })
      }
      const total = (n: number): number => n
      await refused(() => executor.submit(total, 1), /never source .* asyncio-ts worker .*executor\.module<typeof import\("\.\/tasks\.ts"\)>\("tasks"\)\.total\(…\)/)
      await refused(() => executor.submit(7 as never), /a function of executor\.module/)
      await refused(() => tasks.echo({ deep: [{ done: () => 1 }] }), /argument 1\.deep\[0\]\.done is a function/)
      await refused(() => tasks.echo(new SharedArrayBuffer(8)), /arguments of 'echo'.*SharedArrayBuffer/)
      await refused(() => tasks.echo(transfer(new Uint8Array(8))), /nothing can be moved there/)
      const coroutine = asyncio.sleep(0)
      await refused(() => tasks.echo(coroutine), /argument 1 is a coroutine/)
      await coroutine
      await refused(() => tasks.echo(new Uint8Array(5_000_000)), /takes 4\.8 MiB, and Redis is to hold 4\.0 MiB .* raise maxPayload/)
      await refused(() => executor.stream(tasks.echo, 1), /generators do not cross machines/)
      await refused(async () => {
        for await (const item of tasks.items() as unknown as AsyncIterable<number>) assert.fail(String(item))
      }, /generators do not cross machines/)
      await refused(() => executor.module<Tasks>(""), /is named by its file/)
      await refused(() => executor.with({ key: "a" }).map(tasks.square, [1]), /cannot map 'square' with a key/)
      assert.equal(executor.statistics().queued, 0)
    }))

  test("what cannot come back fails the job, and says where it is", () =>
    withTasks(async (executor, tasks) => {
      await assert.rejects(async () => await tasks.keeps(), /result of 'keeps' .*result\.done is a function/)
      await assert.rejects(async () => await tasks.large(5_000_000), /result of 'large' through Redis: it takes 4\.8 MiB/)
      await assert.rejects(async () => await executor.submit(tasks.items), /'items' gives a generator/)
    }))

  test("a function that no worker serves is told, with what they serve", () =>
    withTasks(async (executor, tasks) => {
      await assert.rejects(async () => await (tasks as unknown as Record<string, () => PromiseLike<unknown>>)["brew"]?.(), /no 'brew' of a module 'tasks' is served by worker .*, which serves of 'tasks' .*square/)
      await assert.rejects(async () => await executor.module<{ brew(): void }>("kitchen").brew(), /no 'brew' of a module 'kitchen'.* modules called tasks/)
    }))

  test("a map gives results in order, as they are ready, and in chunks", () =>
    withTasks(async (executor, tasks) => {
      const numbers = Array.from({ length: 25 }, (_, n) => n)
      const squares = numbers.map((n) => n * n)
      assert.deepEqual(await all(executor.map(tasks.square, numbers, { inFlight: 4 })), squares)
      assert.deepEqual(await all(executor.map(tasks.square, numbers, { chunkSize: 7 })), squares)
      const ready = await all(executor.map(tasks.square, numbers, { ordered: false }))
      assert.deepEqual(ready.sort((a, b) => a - b), squares)
    }))

  test("a map throws what an item throws, after the results before it", () =>
    withTasks(async (executor, tasks) => {
      const seen: number[] = []
      const failing = async (): Promise<void> => {
        for await (const result of executor.map(tasks.flakyItem, [0, 0, 3], { chunkSize: 3, inFlight: 1 })) seen.push(result)
      }
      await assert.rejects(failing, { name: "TeaError", message: "item 3" })
      assert.deepEqual(seen, [0, 0])
    }))

  test("a map whose chunks are too large, there or back, sends smaller ones", () =>
    withTasks(
      async (executor, tasks) => {
        const items = Array.from({ length: 12 }, () => new Uint8Array(30_000))
        assert.deepEqual(await all(executor.map(tasks.echo, items, { chunkSize: 12 })), items)
        // The worker has the limit of 4 MiB.
        const large = await all(executor.map(tasks.large, Array<number>(5).fill(1_000_000), { chunkSize: 5 }))
        assert.deepEqual(large.map(({ length }) => length), Array(5).fill(1_000_000))
        await assert.rejects(async () => await all(executor.map(tasks.large, [1, 5_000_000])), /result of 'large' through Redis: it takes 4\.8 MiB/)
      },
      { maxPayload: 100_000 },
    ))

  test("an item of a map that cannot be sent fails after the results before it", () =>
    withTasks(async (executor, tasks) => {
      const seen: unknown[] = []
      await assert.rejects(async () => {
        for await (const value of executor.map(tasks.echo, [1, 2, 3, () => 4, 5], { chunkSize: 5 })) seen.push(value)
      }, /argument 1 is a function|function/)
      assert.deepEqual(seen, [1, 2, 3])
    }))

  test("a map takes no more items than are on their way", () =>
    withTasks(async (executor, tasks) => {
      let taken = 0
      function* numbers(): Generator<number> {
        for (; taken < 1000; ) yield (taken += 1)
      }
      for await (const square of executor.map(tasks.square, numbers(), { chunkSize: 1, inFlight: 3 })) {
        if (square >= 25) break
      }
      assert.ok(taken <= 5 + 3 + 1, `${taken} were taken`)
    }))

  test("a job is tried again after a pause, as often as was asked for", () =>
    withTasks(async (_, tasks) => {
      const begun = performance.now()
      const error = await tasks.with({ retries: 2, backoff: { delay: 0.05, jitter: "none" } }).fail("Ceylon").then(assert.fail, (thrown: Error) => thrown)
      assert.equal(error.name, "TeaError")
      assert.ok(performance.now() - begun >= 140, "after 0.05 and 0.1 seconds")
      const failures = served.events.filter((event) => event.kind === "failed" && event.reason.includes("Ceylon"))
      assert.deepEqual(failures.map((event) => event.kind === "failed" && event.final), [false, false, true])
    }))

  test("StopRetrying ends the attempts, and its cause is what the caller gets", () =>
    withTasks(async (_, tasks) => {
      await assert.rejects(async () => await tasks.with({ retries: 5 }).giveUp(), { name: "TeaError", message: "no tea at all" })
      assert.equal(served.events.filter((event) => event.kind === "failed" && event.name === "tasks.giveUp").length, 1)
    }))

  test("a deadline ends a job that runs, and the caller's wait, on time", () =>
    withTasks(async (_, tasks) => {
      const begun = performance.now()
      await assert.rejects(async () => await tasks.with({ deadline: 1 }).endless(), (error: Error) => {
        assert.ok(error instanceof asyncio.TimeoutError)
        assert.equal(error.message, "'endless' was not done within its deadline of 1 s; it was running")
        return true
      })
      assert.ok(performance.now() - begun < 10_000)
      await served.told("cancelled", "tasks.endless")
    }))

  test("a job whose deadline has come while it waited is not begun", () =>
    withTasks(async (executor, tasks) => {
      const busy = [1, 2].map(() => asyncio.createTask(tasks.endless()))
      for (const _ of busy) await served.told("began", "tasks.endless")
      await assert.rejects(async () => await tasks.with({ deadline: 0.1 }).nap(0, "never"), /deadline of 0\.1 s; it had not begun/)
      assert.equal((await executor.queueStatistics()).queued, 0)
      for (const task of busy) task.cancel()
      await asyncio.gather(busy, { returnExceptions: true })
      for (const _ of busy) await served.told("cancelled", "tasks.endless")
      assert.ok(!served.events.some((event) => "name" in event && event.name === "tasks.nap"))
    }))

  test("a cancelled wait reaches a job that waits in its await", () =>
    withTasks(async (executor, tasks) => {
      const task = asyncio.createTask(tasks.endless())
      await served.told("began", "tasks.endless")
      assert.equal(executor.statistics().running.length + executor.statistics().queued, 1)
      task.cancel()
      await assert.rejects(async () => await task, asyncio.CancelledError)
      const told = await served.told("cancelled", "tasks.endless")
      assert.match(told.kind === "cancelled" ? told.reason : "", /cancel/)
      assert.equal((await executor.queueStatistics()).failed, (await executor.deadLetters().count()))
    }))

  test("a timeout round a loop that never awaits frees the caller on time, and the thread soon", () =>
    withTasks(async (_, tasks) => {
      const burning = asyncio.createTask(tasks.burn(false))
      await served.told("began", "tasks.burn")
      const begun = performance.now()
      await assert.rejects(async () => await asyncio.waitFor(burning, 0.2), asyncio.TimeoutError)
      assert.ok(performance.now() - begun < 10_000)
      await served.told("cancelled", "tasks.burn")
      assert.equal(await tasks.square(5), 25)
    }))

  test("a loop that looks at currentSignal ends by itself, in the grace it was given", () =>
    withTasks(async (_, tasks) => {
      const burning = asyncio.createTask(tasks.with({ grace: 60 }).burn(true))
      await served.told("began", "tasks.burn")
      await assert.rejects(async () => await asyncio.waitFor(burning, 0.2), asyncio.TimeoutError)
      const done = await served.told("done", "tasks.burn")
      assert.ok(done.kind === "done" && done.seconds < 30)
    }))

  test("cancel 'wait' holds the caller until the job has ended, 'abandon' lets it run", () =>
    withTasks(async (_, tasks) => {
      const waiting = asyncio.createTask(tasks.with({ cancel: "wait" }).endless())
      await served.told("began", "tasks.endless")
      // That the caller knows of it takes a moment longer than that the worker does.
      const progress = new asyncio.Event()
      const known = asyncio.createTask(tasks.with({ cancel: "wait", onProgress: () => progress.set() }).endless())
      await progress.wait()
      known.cancel()
      waiting.cancel()
      await asyncio.gather([known, waiting], { returnExceptions: true })
      assert.ok(known.cancelled() && waiting.cancelled())
      const abandoned = asyncio.createTask(tasks.with({ cancel: "abandon" }).nap(1, "done"))
      await served.told("began", "tasks.nap")
      abandoned.cancel()
      await assert.rejects(async () => await abandoned, asyncio.CancelledError)
      await served.told("done", "tasks.nap")
    }))

  test("a key names a job: it is done once, and all who ask get its result", () =>
    withTasks(async (executor, tasks) => {
      const keyed = tasks.with({ key: "order 17: ä/ö" })
      const [first, second] = await asyncio.gather([keyed.key(), keyed.key()])
      assert.equal(first, second)
      assert.match(first, /^order 17: ä\/ö 0\./)
      assert.equal(await keyed.key(), first)
      const other = new DistributedExecutor({ redis: server.url, queue: QUEUE })
      assert.equal(await tasksOf(other).with({ key: "order 17: ä/ö" }).key(), first)
      await other.shutdown()
      assert.notEqual(await executor.with({ key: "order 18" }).submit(tasks.key), first)
      const long = "x".repeat(900)
      assert.equal((await tasks.with({ key: long }).key()).length > 0, true)
    }))

  test("without a key a job has one of its own", () =>
    withTasks(async (_, tasks) => {
      const [one, other] = await asyncio.gather([tasks.key(), tasks.key()])
      assert.notEqual(one.split(" ")[0], other.split(" ")[0])
      assert.match(one, /^tasks\.key~/)
    }))

  test("a lower priority number goes first, and a delayed job later", () =>
    withTasks(async (executor, tasks) => {
      const busy = [1, 2].map(() => asyncio.createTask(tasks.endless()))
      for (const _ of busy) await served.told("began", "tasks.endless")
      const order: string[] = []
      const begun = performance.now()
      const job = async (name: string, options: { priority?: number; delay?: number }): Promise<void> => {
        order.push(await tasks.with(options).nap(0, name))
      }
      const jobs = asyncio.gather([job("last", { delay: 1.2 }), job("late", { priority: 9 }), job("soon", { priority: 1 }), job("first", {})])
      while ((await executor.queueStatistics()).queued < 3) await asyncio.sleep(0.01)
      busy[0]?.cancel()
      await jobs
      assert.deepEqual(order, ["first", "soon", "late", "last"])
      assert.ok(performance.now() - begun >= 1190)
      busy[1]?.cancel()
      await asyncio.gather(busy, { returnExceptions: true })
    }))

  test("progress arrives, of any type, and the last always does", () =>
    withTasks(async (_, tasks) => {
      const heard: unknown[] = []
      assert.equal(await tasks.with({ onProgress: (progress) => heard.push(progress) }).steps(50), 50)
      assert.equal(heard.at(-1), 50)
      assert.ok(heard.length < 50, "too many are not told")
      const first = new asyncio.Future<unknown>()
      const task = asyncio.createTask(tasks.with({ onProgress: (progress) => first.done() || first.setResult(progress) }).endless())
      assert.deepEqual(await first, { begun: new Date(0) })
      task.cancel()
      await asyncio.gather([task], { returnExceptions: true })
    }))

  test("context variables travel when they are asked for, and only then", () =>
    withTasks(async (executor, tasks) => {
      const user = new asyncio.ContextVar<string>("user")
      user.set("Asha")
      assert.equal(await tasks.whose(), "nobody")
      assert.equal(await tasks.with({ context: [user] }).whose(), "Asha")
      assert.equal(await executor.with({ context: true }).submit(tasks.whose), "Asha")
      const door = new asyncio.ContextVar<unknown>("door")
      door.set(() => 1)
      await assert.rejects(async () => await tasks.with({ context: [door] }).whose(), /the context variable 'door' is a function/)
    }))

  test("what has failed is kept: it can be listed, repeated and forgotten", () =>
    withTasks(async (executor, tasks) => {
      const letters = executor.with({ errors: [source.TeaError] }).deadLetters()
      await letters.dropAll()
      for (const kind of ["Assam", "Darjeeling", "Nilgiri"]) await tasks.with({ name: "brew" }).fail(kind).catch(() => undefined)
      assert.equal(await letters.count(), 3)
      const listed = await letters.list()
      assert.deepEqual(listed.map(({ args }) => args), [["Nilgiri"], ["Darjeeling"], ["Assam"]])
      const [letter] = listed
      assert.ok(letter?.error instanceof source.TeaError)
      assert.equal(letter.reason, "TeaError: no Nilgiri left")
      assert.equal(letter.name, "tasks.fail")
      assert.equal(letter.attempts, 1)
      assert.ok(Math.abs(letter.failedAt.getTime() - Date.now()) < 60_000)
      assert.equal((await all(letters)).length, 3)
      assert.equal(await letters.drop(letter.id), true)
      assert.equal(await letters.drop(letter.id), false)
      const [again] = await letters.list()
      served.forget()
      assert.equal(await letters.retry(again?.id ?? ""), true)
      const failed = await served.told("failed", "tasks.fail")
      assert.ok("id" in failed && failed.id === again?.id)
      assert.equal(await letters.dropAll() > 0, true)
      assert.equal(await letters.count(), 0)
      await assert.rejects(async () => await letters.drop(7 as never), TypeError)
    }))

  test("options that cannot be meant are refused at the call, by their names", () =>
    withTasks(async (executor, tasks) => {
      const wrong: [object, RegExp][] = [
        [{ deadline: 0 }, /deadline must be more than 0/],
        [{ deadline: "1" }, /deadline is a number of seconds/],
        [{ key: "" }, /key is a text/],
        [{ key: "x".repeat(1001) }, /at most 1000 characters/],
        [{ priority: 1.5 }, /priority is a whole number/],
        [{ priority: 2 ** 21 }, /priority must be at most 2097151/],
        [{ delay: -1 }, /delay is 0 seconds or more/],
        [{ delay: Infinity }, /delay is 0 seconds or more/],
        [{ retries: -1 }, /retries must be at least 0/],
        [{ backoff: 3 }, /backoff is an object/],
        [{ backoff: { random: Math.random } }, /backoff\.random is a function/],
        [{ backoff: { jitter: "some" } }, /jitter/],
      ]
      for (const [options, message] of wrong) {
        assert.throws(() => executor.with(options), message)
        assert.throws(() => tasks.with(options).square(1), message)
      }
    }))

  test("shutdown waits for what was given, takes no more, and leaves nothing open", async () => {
    const before = sockets()
    await asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: server.url, queue: QUEUE })
      const tasks = tasksOf(executor)
      const job = executor.submit(tasks.nap, 0.1, "done")
      await executor.shutdown()
      assert.equal(await job, "done")
      assert.throws(() => executor.submit(tasks.square, 1), /cannot run 'square': the executor of queue 'teas' was shut down; make a new one/)
      await assert.rejects(async () => await executor.queueStatistics(), /was shut down/)
      await executor.shutdown()
      assert.match(String(executor), /^<DistributedExecutor 'teas' \[shut down, running:0, queued:0\]>$/)
    })
    // A socket is gone a moment after its end was told, also one of the test before.
    for (const end = performance.now() + 30_000; sockets() > before && performance.now() < end; ) await delay(5)
    assert.ok(sockets() <= before, `${sockets()} sockets, and ${before} before`)
  })

  test("shutdown with cancelFutures cancels what no worker has begun", () =>
    asyncio.run(async () => {
      const executor = new DistributedExecutor({ redis: server.url, queue: QUEUE })
      const tasks = tasksOf(executor)
      const jobs = Array.from({ length: 5 }, (_, index) => executor.submit(tasks.nap, 0.5, String(index)))
      await served.told("began", "tasks.nap")
      await served.told("began", "tasks.nap")
      await executor.shutdown({ cancelFutures: true })
      const ended = await asyncio.gather(jobs, { returnExceptions: true })
      assert.ok(ended.filter((result) => result instanceof asyncio.CancelledError).length >= 3, String(ended))
      assert.ok(jobs.every((job) => job.done()))
    }))

  test("a loop that is closed leaves nothing open and no job behind, though nobody shut down", async () => {
    const before = sockets()
    const executor = new DistributedExecutor({ redis: server.url, queue: QUEUE })
    await asyncio.run(async () => {
      void executor.submit(tasksOf(executor).endless)
      await served.told("began", "tasks.endless")
    })
    await asyncio.run(() => served.told("cancelled", "tasks.endless"))
    // A further loop may use it.
    await asyncio.run(async () => assert.equal(await tasksOf(executor).square(4), 16))
    await asyncio.run(() => executor.shutdown())
    // A socket is gone a moment after its end was told, also one of the test before.
    for (const end = performance.now() + 30_000; sockets() > before && performance.now() < end; ) await delay(5)
    assert.ok(sockets() <= before, `${sockets()} sockets, and ${before} before`)
  })

  test("many tasks share an executor, and each gets its own result", () =>
    withTasks(async (executor, tasks) => {
      const results = await asyncio.gather(Array.from({ length: 500 }, (_, n) => executor.submit(tasks.square, n)))
      assert.deepEqual(results, Array.from({ length: 500 }, (_, n) => n * n))
      const { done, failed, queued, running } = executor.statistics()
      assert.deepEqual({ done, failed, queued, running }, { done: 500, failed: 0, queued: 0, running: [] })
    }))
})
