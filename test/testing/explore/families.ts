/** One program for each family of primitives, whose asserts hold in every schedule. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { choice, type ExploreOptions } from "asyncio-ts/testing"

export interface Family {
  readonly name: string
  readonly options: ExploreOptions
  /** The file of test/regressions/bugs/ whose bugs it should find. */
  readonly bugs: string
  program(): Promise<void>
}

/** Waits for all; fails with the first error that is neither a cancellation nor a time limit. */
async function settle(tasks: Iterable<asyncio.Task<unknown>>): Promise<void> {
  for (const task of tasks) {
    await asyncio.wait([task])
    if (task.cancelled()) continue
    const error = task.exception()
    if (error !== undefined && !(error instanceof asyncio.TimeoutError)) throw error
  }
}

const pause = (label: string): asyncio.Coroutine<void> => asyncio.sleep(choice(2, label) * 0.01)

/** Tasks of these names, all but `main` to be cancelled. */
function start(names: string, body: (name: string, index: number) => Promise<unknown>): asyncio.Task<unknown>[] {
  return Array.from(names, (name, index) => asyncio.createTask(() => body(name, index), { name }))
}

const lock: Family = {
  name: "Lock",
  bugs: "locks",
  options: { cancellations: 2, order: "any" },
  async program() {
    const lock = new asyncio.Lock()
    let inside = 0
    const visit = async (): Promise<void> => {
      inside += 1
      try {
        assert.equal(inside, 1, "one holder at a time")
        await pause("how long it is held")
        assert.equal(inside, 1, "one holder at a time")
      } finally {
        inside -= 1
      }
    }
    await settle(start("abcd", async (name) => {
      if (name !== "d") return lock.run(visit)
      const held = await lock.acquire()
      try {
        await visit()
      } finally {
        held.release()
      }
    }))
    assert.equal(lock.locked(), false, "given back")
    assert.equal(lock.statistics().tasksWaiting, 0, "nobody in line")
    await lock.acquire()
  },
}

const semaphore: Family = {
  name: "Semaphore",
  bugs: "semaphores",
  options: { cancellations: 2, order: "any" },
  async program() {
    const permits = new asyncio.Semaphore(2)
    let inside = 0
    await settle(start("abcde", async () => {
      await permits.acquire()
      try {
        inside += 1
        assert.ok(inside <= 2, "no more than two holders")
        try {
          await pause("how long it is held")
        } finally {
          inside -= 1
        }
      } finally {
        permits.release()
      }
    }))
    for (let i = 0; i < 2; i += 1) {
      assert.equal(permits.locked(), false, "all permits are back")
      await permits.acquire()
    }
    assert.equal(permits.locked(), true, "and no more")
  },
}

const semaphoreRun: Family = {
  name: "Semaphore.run",
  bugs: "semaphores",
  options: { cancellations: 1, order: "any" },
  async program() {
    const permits = new asyncio.BoundedSemaphore(1)
    await settle(start("abc", () => permits.run(() => pause("how long it is held"))))
    assert.equal(permits.locked(), false, "the permit is back")
    await permits.acquire()
  },
}

const queue: Family = {
  name: "Queue",
  bugs: "queues",
  options: { cancellations: 2, order: "any" },
  async program() {
    const queue = new asyncio.Queue<number>(1)
    let put = 0
    const got: number[] = []
    const producers = start("pq", async (_name, index) => {
      for (let i = 0; i < 2; i += 1) {
        await queue.put(index * 10 + i)
        put += 1
        await pause("how long a producer works")
      }
    })
    const consumers = start("xyz", async () => {
      for await (const item of queue) {
        got.push(item)
        await pause("how long a consumer works")
      }
    })
    await settle(producers)
    queue.shutdown()
    await settle(consumers)
    while (!queue.empty()) got.push(queue.getNowait())
    assert.equal(got.length, put, "each item that was put came out once")
    assert.equal(new Set(got).size, got.length, "and no other")
  },
}

const timedQueue: Family = {
  name: "Queue with waitFor",
  bugs: "queues",
  options: { cancellations: 1, jitter: 0.01 },
  async program() {
    const queue = new asyncio.Queue<number>()
    const got: number[] = []
    const consumer = asyncio.createTask(async () => {
      for (let i = 0; i < 3; i += 1) {
        try {
          got.push(await asyncio.waitFor(queue.get(), 0.1))
          queue.taskDone()
        } catch (error) {
          if (!(error instanceof asyncio.TimeoutError)) throw error
        }
      }
    }, { name: "consumer" })
    const producer = asyncio.createTask(async () => {
      for (let i = 0; i < 2; i += 1) {
        await asyncio.sleep(0.1)
        await queue.put(i)
      }
    }, { name: "producer" })
    await settle([producer, consumer])
    const put = producer.cancelled() ? undefined : 2
    if (put !== undefined) assert.equal(got.length + queue.qsize(), put, "each item was got or is there")
    while (!queue.empty()) {
      queue.getNowait()
      queue.taskDone()
    }
    await queue.join()
  },
}

const condition: Family = {
  name: "Condition",
  bugs: "conditions",
  options: { cancellations: 2, order: "any" },
  async program() {
    const condition = new asyncio.Condition()
    let tokens = 0
    let inside = 0
    const enter = (): void => {
      inside += 1
      assert.equal(inside, 1, "one at a time has the lock")
    }
    const takers = start("abc", () => condition.run(async () => {
      enter()
      try {
        while (tokens === 0) {
          inside -= 1
          try {
            await condition.wait()
          } finally {
            enter()
          }
        }
        tokens -= 1
        await pause("how long a token takes")
      } finally {
        inside -= 1
      }
    }))
    for (let given = 0; given < takers.length; given += 1) {
      await condition.run(async () => {
        tokens += 1
        condition.notify()
      })
      for (let i = 0; tokens > 0 && takers.some((task) => !task.done()); i += 1) {
        assert.ok(i < 20, "a token is there, and nobody of those who wait takes it")
        await asyncio.sleep(0.01)
      }
    }
    await settle(takers)
    assert.equal(condition.locked(), false)
  },
}

const event: Family = {
  name: "Event",
  bugs: "events",
  options: { cancellations: 1, order: "any" },
  async program() {
    const event = new asyncio.Event()
    const waiting = start("abc", () => event.wait())
    await asyncio.sleep(1)
    event.set()
    event.clear()
    const late = asyncio.createTask(() => event.wait(), { name: "late" })
    await settle(waiting)
    await asyncio.sleep(1)
    if (!late.cancelled()) assert.equal(late.done(), false, "who comes after clear() waits")
    event.set()
    await settle([late])
  },
}

const barrier: Family = {
  name: "Barrier",
  bugs: "conditions",
  options: { cancellations: 1, order: "any" },
  async program() {
    const barrier = new asyncio.Barrier(3)
    const indexes: number[] = []
    const parties = start("abcdefg", async () => void indexes.push(await barrier.wait()))
    await asyncio.sleep(1)
    // Who is left has no round any more.
    for (const task of parties) task.cancel()
    await settle(parties)
    const counts = [0, 1, 2].map((wanted) => indexes.filter((index) => index === wanted).length)
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `each round gives 0, 1 and 2: ${indexes.join(" ")}`)
    assert.equal(barrier.nWaiting, 0)
  },
}

const group: Family = {
  name: "TaskGroup",
  bugs: "groups",
  options: { cancellations: 1, order: "any" },
  async program() {
    const log: string[] = []
    const work = (name: string, fails: boolean) => async (): Promise<void> => {
      log.push(`+${name}`)
      try {
        await pause(`how long ${name} works`)
        if (fails) throw new RangeError(name)
        await asyncio.sleep(0.01)
      } finally {
        log.push(`-${name}`)
      }
    }
    const outer = asyncio.createTask(() => new asyncio.TaskGroup().run(async (tg) => {
      tg.createTask(work("a", choice(2, "a fails") === 1), { name: "a" })
      tg.createTask(() => new asyncio.TaskGroup().run(async (inner) => {
        inner.createTask(work("b", choice(2, "b fails") === 1), { name: "b" })
        inner.createTask(work("c", false), { name: "c" })
      }), { name: "inner" })
      await asyncio.sleep(0.005)
    }), { name: "outer" })
    await asyncio.wait([outer])
    assert.equal(log.filter((line) => line.startsWith("+")).length, log.filter((line) => line.startsWith("-")).length, "no child outlives its group")
    const failed = outer.cancelled() ? undefined : outer.exception()
    if (failed !== undefined) assert.ok(failed instanceof asyncio.ExceptionGroup, String(failed))
    assert.equal(outer.cancelling() > 0 && !outer.cancelled() && failed === undefined, false, "a request to cancel is not lost")
  },
}

const limits: Family = {
  name: "timeout, waitFor and shield",
  bugs: "cancellation",
  options: { cancellations: 1, jitter: 0.01 },
  async program() {
    const inner = asyncio.createTask(() => asyncio.sleep(0.05, "inner"), { name: "inner" })
    const outcomes: string[] = []
    const limited = (seconds: number, body: () => PromiseLike<unknown>) => async (): Promise<void> => {
      const own = asyncio.currentTask()
      try {
        outcomes.push(String(await asyncio.waitFor(body, seconds)))
      } catch (error) {
        if (!(error instanceof asyncio.TimeoutError)) throw error
        assert.equal(own?.cancelling(), 0, "the limit takes its request back")
        outcomes.push("late")
      }
    }
    const tasks = [
      asyncio.createTask(limited(0.05, () => asyncio.shield(inner)), { name: "shielded" }),
      asyncio.createTask(limited(0.02, () => asyncio.timeout(0.02).run(() => asyncio.sleep(0.02, "slept"))), { name: "nested" }),
    ]
    await settle([...tasks, inner])
    if (!tasks[0]?.cancelled() && !tasks[1]?.cancelled() && !inner.cancelled()) assert.equal(outcomes.length, 2)
  },
}

export const families: readonly Family[] = [lock, semaphore, semaphoreRun, queue, timedQueue, condition, event, barrier, group, limits]
