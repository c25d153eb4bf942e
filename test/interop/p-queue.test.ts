/** p-queue: a library that calls its jobs from wherever the previous one ended. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import PQueue from "p-queue"
import { failureOf, soon, watchedReal } from "../core/support/watched.ts"

const job = asyncio.coroutine("job", async (n: number) => {
  await asyncio.sleep(0.001)
  return n * n
})

describe("one p-queue in one run", () => {
  it("runs jobs that await ours bare while the task lives that added them", async () => {
    const { value, messages } = await watchedReal(async () => {
      const queue = new PQueue({ concurrency: 2 })
      return Promise.all([1, 2, 3, 4].map((n) => queue.add(() => job(n))))
    })
    assert.deepEqual(value, [1, 4, 9, 16])
    assert.deepEqual(messages, [])
  })

  it("runs jobs as tasks, which may be cancelled one by one", async () => {
    const { value } = await watchedReal(async () => {
      const queue = new PQueue({ concurrency: 1 })
      const tasks: asyncio.Task<number>[] = []
      const added = [1, 2, 3].map((n) =>
        queue.add(async () => {
          const task = asyncio.createTask(job(n))
          tasks.push(task)
          if (n === 2) task.cancel()
          return task
        }),
      )
      const results = await Promise.allSettled(added)
      return results.map((result) => (result.status === "fulfilled" ? result.value : (result.reason as Error).name))
    })
    assert.deepEqual(value, [1, "CancelledError", 9])
  })
})

describe("one p-queue shared by two runs at a time", () => {
  it("runs each job on the loop and with the context of who added it, though the other's job made room for it", async () => {
    const queue = new PQueue({ concurrency: 1 })
    const who = new asyncio.ContextVar<string>("who")
    const program = (name: string): Promise<string[]> =>
      asyncio.run(async () => {
        who.set(name)
        const loop = asyncio.getRunningLoop()
        return Promise.all(
          [1, 2, 3, 4].map((n) =>
            queue.add(asyncio.bind(async () => {
              const task = asyncio.createTask(async () => {
                const squared = await job(n)
                return `${who.get()} ${squared} ${asyncio.getRunningLoop() === loop}`
              })
              return task
            })),
          ),
        )
      })
    const [first, second] = await soon(Promise.all([program("first"), program("second")]))
    assert.deepEqual(first, ["first 1 true", "first 4 true", "first 9 true", "first 16 true"])
    assert.deepEqual(second, ["second 1 true", "second 4 true", "second 9 true", "second 16 true"])
  })

  it("refuses a bare await in a job that another run's end has started, and says whose code it is", async () => {
    const queue = new PQueue({ concurrency: 1 })
    const release = Promise.withResolvers<void>()
    const blocker = asyncio.run(async () => {
      void queue.add(() => release.promise)
    })
    await blocker
    let outcome: Promise<Error> | undefined
    await asyncio.run(
      async () => {
        outcome = failureOf(queue.add(() => job(3)) as Promise<unknown>)
      },
      { name: "adder" },
    )
    release.resolve()
    assert.ok(outcome !== undefined)
    const error = await soon(outcome)
    assert.ok(error instanceof asyncio.RuntimeError)
    assert.match(error.message, /cannot await 'job' here/)
  })
})
