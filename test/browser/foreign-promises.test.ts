/** Promises that are not ours, where the host does not follow `await`. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setImmediate as hostTurn, setTimeout as later } from "node:timers/promises"
import * as asyncio from "#src/browser.ts"

const here = (): string => asyncio.currentTask()?.getName() ?? "no task"
const ask = async (): Promise<string> => {
  await hostTurn()
  return "answer"
}

describe("a bare await of a foreign promise", () => {
  it("loses the task, and what needs one says how to keep it", async () => {
    const errors: unknown[] = []
    await asyncio.run(async () => {
      await ask()
      for (const attempt of [() => asyncio.createTask(() => 1), () => asyncio.currentTask(), () => new asyncio.Future()]) {
        try {
          void attempt()
        } catch (error) {
          errors.push(error)
        }
      }
      await asyncio.sleep(1).catch((error: unknown) => errors.push(error))
    })
    assert.equal(errors.length, 4)
    for (const error of errors) {
      assert.ok(error instanceof asyncio.RuntimeError)
      assert.match(error.message, /no running event loop.* in a browser, `await wrapFuture\(promise\)` keeps the task where `await promise` loses it/)
    }
  })

  it("leaves the task its value, and the loop its other tasks", async () => {
    const log: string[] = []
    const value = await asyncio.run(async () => {
      const other = asyncio.createTask(async () => {
        for (let i = 0; i < 3; i += 1) await asyncio.sleep(0.001)
        log.push(here())
      }, { name: "other" })
      const task = asyncio.createTask(ask)
      return asyncio.gather([task, other])
    })
    assert.deepEqual([value, log], [["answer", undefined], ["other"]])
  })
})

describe("wrapFuture", () => {
  it("keeps the task, and can be interrupted at once", async () => {
    const log = await asyncio.run(
      async () => {
        const log = [await asyncio.wrapFuture(ask()), here()]
        const never = new Promise<void>(() => undefined)
        const task = asyncio.createTask(async () => {
          try {
            await asyncio.wrapFuture(never)
          } finally {
            log.push(here())
          }
        }, { name: "waits for ever" })
        await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])
        return [...log, task.cancelled()]
      },
      { name: "main" },
    )
    assert.deepEqual(log, ["answer", "main", "waits for ever", true])
  })
})

describe("a coroutine that only awaits foreign promises", () => {
  const foreign = asyncio.coroutine("foreign", async (fail: boolean) => {
    const answer = await ask()
    if (fail) throw new Error(answer)
    return answer
  })

  it("gives the task back to the code that awaits it, whether it returns or throws", async () => {
    const log = await asyncio.run(
      async () => {
        const log = [await foreign(false), here()]
        try {
          await foreign(true)
        } catch (error) {
          log.push(String(error), here())
        }
        await asyncio.sleep(0)
        return [...log, here()]
      },
      { name: "main" },
    )
    assert.deepEqual(log, ["answer", "main", "Error: answer", "main", "main"])
  })

  it("goes on in a turn of its own when another task's code settles the promise", async () => {
    const log = await asyncio.run(async () => {
      const gate = Promise.withResolvers<string>()
      const log: string[] = []
      const waits = asyncio.coroutine("waits", () => gate.promise)
      const one = asyncio.createTask(async () => {
        log.push(`${await waits()} in ${here()}`)
        await asyncio.sleep(0)
        log.push(`one is ${here()}`)
      }, { name: "one" })
      const two = asyncio.createTask(async () => {
        gate.resolve("settled")
        for (let i = 0; i < 10; i += 1) await null
        log.push(`two is ${here()}`)
        await asyncio.sleep(0)
        log.push(`two is ${here()}`)
      }, { name: "two" })
      await asyncio.gather([one, two])
      return log
    })
    assert.deepEqual(log, ["two is two", "settled in one", "two is two", "one is one"])
  })

  it("ends with the timeout round it, though its promise never settles", async () => {
    const outcome = await asyncio.run(
      async () => {
        try {
          await asyncio.timeout(0.005).run(() => new Promise<never>(() => undefined))
        } catch (error) {
          assert.ok(error instanceof asyncio.TimeoutError)
        }
        await asyncio.sleep(0)
        return here()
      },
      { name: "main" },
    )
    assert.equal(outcome, "main")
  })
})

describe("code of the page that is no task", () => {
  it("finds none, whoever set it up", async () => {
    const seen = await asyncio.run(async () => {
      const seen: string[] = []
      setTimeout(() => {
        try {
          seen.push(here())
        } catch (error) {
          seen.push(String(error))
        }
      }, 1)
      while (seen.length === 0) await asyncio.sleep(0.001)
      return seen
    })
    assert.equal(seen.length, 1)
    assert.match(seen[0] ?? "", /RuntimeError: no running event loop to ask for its current task/)
  })

  it("may run a program of its own at any time while others wait", async () => {
    const values: unknown[] = []
    const page = new AbortController()
    const callback = (): void => {
      asyncio.run(async () => {
        await asyncio.sleep(0)
        return here()
      }, { name: "from the page" }).then((value) => values.push(value), (error: unknown) => values.push(error))
      if (!page.signal.aborted) setImmediate(callback)
    }
    await asyncio.run(async () => {
      setImmediate(callback)
      while (values.length < 5) await asyncio.sleep(0)
      page.abort()
    })
    await later(5)
    assert.deepEqual(new Set(values), new Set(["from the page"]))
  })

  it("can await a task or future, as with a promise", async () => {
    const shared: { task?: asyncio.Task<number> } = {}
    const running = asyncio.run(async () => {
      shared.task = asyncio.createTask(asyncio.sleep(0.005, 7))
      await shared.task
    })
    while (shared.task === undefined) await hostTurn()
    assert.equal(await shared.task, 7)
    await running
    assert.equal(await shared.task, 7)
  })
})
