/** AbortSignal, both ways: `task.signal`, and signals that cancel tasks. */
import assert from "node:assert/strict"
import { getEventListeners } from "node:events"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { failureOf, hostTurns, never, now, soon, watched } from "./support/watched.ts"

function ownSignal(): AbortSignal {
  const task = asyncio.currentTask()
  assert.ok(task !== undefined)
  return task.signal
}

/** A host operation that takes a signal, as `fetch` and `fs.readFile` do. */
function hostOperation(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener("abort", abort, { once: true })
  })
}

describe("task.signal", () => {
  it("is an AbortSignal that has not aborted, the same until it fires", async () => {
    const { value } = await watched(async () => {
      const signal = ownSignal()
      return [signal instanceof AbortSignal, signal.aborted, signal === ownSignal()]
    })
    assert.deepEqual(value, [true, false, true])
  })

  it("aborts when the task is asked to cancel, with the CancelledError as its reason", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(asyncio.sleep(60))
      await asyncio.sleep(0)
      const { signal } = task
      task.cancel("not needed")
      const error = await failureOf(task)
      return { aborted: signal.aborted, reason: signal.reason, error }
    })
    assert.equal(value.aborted, true)
    assert.ok(value.reason instanceof asyncio.CancelledError)
    assert.equal(value.reason.reason, "not needed")
    assert.ok(value.error instanceof asyncio.CancelledError)
  })

  it("is a new one once one has fired, so that clean-up can use the host", async () => {
    const { value } = await watched(async () => {
      const log: boolean[] = []
      const task = asyncio.createTask(async () => {
        const first = ownSignal()
        try {
          await asyncio.sleep(60)
        } finally {
          const second = ownSignal()
          log.push(first.aborted, second.aborted, first === second)
        }
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return log
    })
    assert.deepEqual(value, [true, false, false])
  })

  it("aborts again with a second request", async () => {
    const { value } = await watched(async () => {
      const log: unknown[] = []
      const task = asyncio.createTask(async () => {
        await asyncio.sleep(60).catch(() => undefined)
        const second = ownSignal()
        await asyncio.sleep(60).catch(() => undefined)
        log.push(second.aborted)
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return log
    })
    assert.deepEqual(value, [true])
  })

  it("ends a host operation that was given it, and the error comes from there: nothing is left behind", async () => {
    const log: string[] = []
    const { value, messages } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        try {
          await hostOperation(ownSignal())
        } catch (error) {
          log.push((error as Error).name)
          throw error
        } finally {
          log.push("finally")
        }
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return [task.cancelled(), asyncio.allTasks().size]
    })
    assert.deepEqual(log, ["CancelledError", "finally"])
    assert.deepEqual(value, [true, 1])
    assert.deepEqual(messages, [])
  })

  it("ends a host operation that needs the host twice more before it gives up", async () => {
    const log: string[] = []
    const { value } = await watched(async () => {
      const slowToStop = (signal: AbortSignal): Promise<never> =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => setImmediate(() => reject(signal.reason as Error)), { once: true })
        })
      const task = asyncio.createTask(async () => {
        try {
          await slowToStop(ownSignal())
        } finally {
          log.push("finally")
        }
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return [task.cancelled(), asyncio.allTasks().size]
    })
    assert.deepEqual(log, ["finally"])
    assert.deepEqual(value, [true, 1])
  })

  it("leaves an operation behind that was told and does not listen to reason", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        ownSignal().addEventListener("abort", () => undefined)
        await never()
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return [task.cancelled(), [...asyncio.allTasks()].some((each) => each.getName().startsWith("left behind"))]
    })
    assert.deepEqual(value, [true, true])
  })

  it("of a task's own code also aborts with a timeout that it stands in", async () => {
    const log: string[] = []
    const { value } = await watched(async (clock) => {
      setImmediate(() => clock.advance(2))
      const outer = ownSignal()
      const error = await failureOf(
        asyncio.timeout(2).run(async () => {
          try {
            await hostOperation(ownSignal())
          } catch (reason) {
            log.push((reason as asyncio.CancelledError).requestedBy ?? "")
            throw reason
          }
        }),
      )
      return [error.name, now(), outer.aborted]
    })
    assert.deepEqual(value, ["TimeoutError", 2, false])
    assert.deepEqual(log, ["a timeout"])
  })

  it("inside a timeout also aborts when the task is cancelled", async () => {
    const { value } = await watched(async () => {
      const log: unknown[] = []
      const task = asyncio.createTask(async () => {
        await asyncio.timeout(60).run(async () => {
          try {
            await hostOperation(ownSignal())
          } finally {
            log.push("finally")
          }
        })
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return [...log, task.cancelled()]
    })
    assert.deepEqual(value, ["finally", true])
  })

  it("of one branch is not aborted by the timeout of another", async () => {
    const { value } = await watched(async () => {
      const branch = (limit: number): Promise<boolean> =>
        asyncio
          .moveOnAfter(limit)
          .run(async () => {
            const signal = ownSignal()
            await asyncio.sleep(1.5)
            return signal.aborted
          })
          .then((aborted) => aborted === false)
      return Promise.all([branch(1), branch(10)])
    })
    assert.deepEqual(value, [false, true])
  })

  it("aborts for a task that is cancelled before it starts", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(asyncio.sleep(1))
      const { signal } = task
      task.cancel()
      await asyncio.wait([task])
      return signal.aborted
    })
    assert.equal(value, true)
  })

  it("never aborts for a task that ends by itself", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(asyncio.sleep(1))
      const { signal } = task
      await task
      task.cancel()
      return signal.aborted
    })
    assert.equal(value, false)
  })
})

type Startable = () => asyncio.Coroutine<void>

describe("a caller's signal", () => {
  const ways: Record<string, (work: Startable, signal: AbortSignal) => PromiseLike<unknown>> = {
    "createTask(c, { signal })": (work, signal) => asyncio.createTask(work(), { signal }),
    "waitFor(c, t, { signal })": (work, signal) => asyncio.waitFor(work(), 60, { signal }),
    "waitFor(c, null, { signal })": (work, signal) => asyncio.waitFor(work(), null, { signal }),
    "TaskGroup.createTask(c, { signal })": (work, signal) =>
      new asyncio.TaskGroup().run(async (group) => {
        const child = group.createTask(work(), { signal })
        await asyncio.wait([child])
        child.result()
      }),
  }
  for (const [name, go] of Object.entries(ways)) {
    it(`${name}: cancels the work when it aborts`, async () => {
      const log: string[] = []
      const { value } = await watched(async () => {
        const controller = new AbortController()
        const work = asyncio.coroutine("work", async () => {
          try {
            await asyncio.sleep(60)
          } catch (error) {
            log.push((error as asyncio.CancelledError).name)
            throw error
          }
        })
        asyncio.getRunningLoop().callLater(1, () => controller.abort("enough"))
        const error = await failureOf(go(work, controller.signal))
        return [error instanceof asyncio.CancelledError, now()]
      })
      assert.deepEqual(log, ["CancelledError"])
      assert.deepEqual(value, [true, 1])
    })

    it(`${name}: does not begin the work when it has aborted already`, async () => {
      let begun = false
      const { value } = await watched(async () => {
        const work = asyncio.coroutine("work", async () => {
          begun = true
          await asyncio.sleep(60)
        })
        const error = await failureOf(go(work, AbortSignal.abort("before")))
        return [error instanceof asyncio.CancelledError, now()]
      })
      assert.deepEqual(value, [true, 0])
      assert.equal(begun, false)
    })

    it(`${name}: keeps no listener on the signal afterwards`, async () => {
      const controller = new AbortController()
      await watched(async () => {
        await go(asyncio.coroutine("work", () => asyncio.sleep(1)), controller.signal)
        await asyncio.sleep(0)
      })
      assert.equal(getEventListeners(controller.signal, "abort").length, 0)
    })
  }

  it("run(c, { signal }): cancels the main task", async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort("shut down"), 2)
    const error = await failureOf(soon(asyncio.run(() => asyncio.sleep(60), { signal: controller.signal })))
    assert.ok(error instanceof asyncio.CancelledError)
    assert.equal(error.reason, "shut down")
    assert.equal(getEventListeners(controller.signal, "abort").length, 0)
  })

  it("run(c, { signal }): lets main clean up", async () => {
    const controller = new AbortController()
    const log: string[] = []
    const program = asyncio.run(
      async () => {
        try {
          await asyncio.sleep(60)
        } finally {
          await asyncio.sleep(0.001)
          log.push("cleaned up")
        }
      },
      { signal: controller.signal },
    )
    await hostTurns(2)
    controller.abort()
    assert.ok((await failureOf(soon(program))) instanceof asyncio.CancelledError)
    assert.deepEqual(log, ["cleaned up"])
  })

  it("is one request, which a task may refuse", async () => {
    const { value } = await watched(async () => {
      const controller = new AbortController()
      const task = asyncio.createTask(
        async () => {
          await asyncio.sleep(60).catch(() => undefined)
          return asyncio.currentTask()?.uncancel()
        },
        { signal: controller.signal },
      )
      await asyncio.sleep(1)
      controller.abort()
      return [await task, task.cancelled()]
    })
    assert.deepEqual(value, [0, false])
  })

  it("reaches code through task.signal: a signal in, a signal out", async () => {
    const { value } = await watched(async () => {
      const controller = new AbortController()
      const task = asyncio.createTask(() => hostOperation(ownSignal()), { signal: controller.signal })
      await asyncio.sleep(0)
      controller.abort(new RangeError("why"))
      const error = await failureOf(task)
      return error instanceof asyncio.CancelledError && error.reason instanceof RangeError
    })
    assert.equal(value, true)
  })

  it("gives the CancelledError its reason as the cause, if that is an error", async () => {
    const { value } = await watched(async () => {
      const errors: Error[] = []
      for (const reason of [new RangeError("why"), "just because", undefined]) {
        const controller = new AbortController()
        const late = asyncio.createTask(asyncio.sleep(9), { signal: controller.signal })
        await asyncio.sleep(0)
        controller.abort(reason)
        const early = asyncio.createTask(asyncio.sleep(9), { signal: controller.signal })
        errors.push(await failureOf(late), await failureOf(early))
      }
      return errors
    })
    assert.ok(value.every((error) => error instanceof asyncio.CancelledError))
    const causes = value.map(({ cause }) => (cause instanceof Error ? cause.name : cause))
    // Without a reason the host makes one.
    assert.deepEqual(causes, ["RangeError", "RangeError", undefined, undefined, "AbortError", "AbortError"])
    assert.deepEqual(value.map((error) => "cause" in error), [true, true, false, false, true, true])
  })

  it("AbortSignal.timeout works as a deadline of the host", async () => {
    const error = await failureOf(soon(asyncio.run(() => asyncio.sleep(60), { signal: AbortSignal.timeout(5) })))
    assert.ok(error instanceof asyncio.CancelledError)
    assert.equal((error.reason as Error).name, "TimeoutError")
  })
})

describe("what touches the host is stopped with its task", () => {
  it("sleep leaves no timer: nothing keeps the process from ending", async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
    await asyncio.run(async () => {
      const task = asyncio.createTask(asyncio.sleep(3600))
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
    })
    assert.equal(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length, before)
  })
})

describe("a signal that many tasks listen to", () => {
  it("has one listener for all of them, and none once they are done", async () => {
    const controller = new AbortController()
    const { signal } = controller
    const counts: number[] = []
    const states = await asyncio.run(async () => {
      const tasks = [1, 2, 3].map(() => asyncio.createTask(async () => asyncio.sleep(60), { signal }))
      counts.push(getEventListeners(signal, "abort").length)
      tasks[0]?.cancel()
      await asyncio.wait(tasks.slice(0, 1))
      counts.push(getEventListeners(signal, "abort").length)
      controller.abort()
      await asyncio.wait(tasks)
      counts.push(getEventListeners(signal, "abort").length)
      return tasks.map((task) => task.cancelled())
    })
    assert.deepEqual(counts, [1, 1, 0])
    assert.deepEqual(states, [true, true, true])
  })
})
