/** Cancelling a task, by the rules of asyncio: R24 to R43. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { failureOf, now, thrownBy, watched, watchedReal } from "./support/watched.ts"

function own(): asyncio.Task<unknown> {
  return asyncio.currentTask() ?? assert.fail("no task")
}

/** Runs once what is ready. */
const tick = (): asyncio.Coroutine<void> => asyncio.sleep(0)

/** How a task ended, in one word. */
function ending(task: asyncio.Task<unknown>): string {
  if (!task.done()) return "pending"
  if (task.cancelled()) return "cancelled"
  return task.exception() === undefined ? "returned" : "failed"
}

describe("cancel", () => {
  // CPython: test_cancel, test_cancelling
  it("R24: never cancels synchronously: it returns true, and the count is one higher", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(asyncio.sleep(60))
      await tick()
      const before = [task.cancelling(), task.cancel(), task.cancelled(), task.done(), task.cancelling()]
      await asyncio.wait([task])
      return [before, task.cancelled()]
    })
    assert.deepEqual(value, [[0, true, false, false, 1], true])
  })

  it("R24: returns false for a finished task, and does not count", async () => {
    const { value } = await watched(async () => {
      const returned = asyncio.createTask(async () => 1)
      const cancelled = asyncio.createTask(async () => 1)
      cancelled.cancel()
      await asyncio.wait([returned, cancelled])
      return [returned.cancel(), returned.cancelling(), cancelled.cancel(), cancelled.cancelling()]
    })
    assert.deepEqual(value, [false, 0, false, 1])
  })

  // CPython: test_cancel_with_message_before_starting_task
  it("R25: before its first step the body never runs, and the task is cancelled one iteration later", async () => {
    const log: string[] = []
    const { value, messages } = await watched(async () => {
      const body = asyncio.coroutine("body", async () => {
        try {
          log.push("ran")
        } finally {
          log.push("finally")
        }
      })
      const task = asyncio.createTask(body())
      task.cancel("early")
      const at = [task.done()]
      await tick()
      at.push(task.done())
      const error = await failureOf(task)
      return [at, task.cancelled(), (error as asyncio.CancelledError).reason]
    })
    assert.deepEqual(log, [])
    assert.deepEqual(value, [[false, true], true, "early"])
    assert.deepEqual(messages, [])
  })

  // CPython: test_cancel_inner_future, test_task_cancel_waiter_future, test_yield_future_passes_cancel
  it("R26: cancels the awaited future first; the task sees it when that future's callback comes", async () => {
    const order: string[] = []
    const { value } = await watched(async () => {
      const future = new asyncio.Future<void>()
      const task = asyncio.createTask(async () => {
        try {
          await future
        } finally {
          order.push("task sees it")
        }
      })
      await tick()
      task.cancel()
      order.push(`future cancelled: ${future.cancelled()}, task done: ${task.done()}`)
      await asyncio.wait([task])
      return ending(task)
    })
    assert.equal(value, "cancelled")
    assert.deepEqual(order, ["future cancelled: true, task done: false", "task sees it"])
  })

  // CPython: test_cancel_awaited_task, test_awaitables_chain
  it("R26: travels down a chain of tasks to the leaf, counts at every level, and unwinds upward", async () => {
    const order: string[] = []
    const { value } = await watched(async () => {
      const level = (name: string, below: () => PromiseLike<unknown>): asyncio.Task<unknown> =>
        asyncio.createTask(async () => {
          try {
            await below()
          } finally {
            order.push(name)
          }
        })
      const leaf = level("leaf", () => asyncio.sleep(60))
      const middle = level("middle", () => leaf)
      const top = level("top", () => middle)
      await asyncio.sleep(1)
      top.cancel()
      const counts = [leaf, middle, top].map((task) => task.cancelling())
      await asyncio.wait([top])
      return [counts, [leaf, middle, top].map(ending)]
    })
    assert.deepEqual(order, ["leaf", "middle", "top"])
    assert.deepEqual(value, [
      [1, 1, 1],
      ["cancelled", "cancelled", "cancelled"],
    ])
  })

  it("R27: a child that swallows it and returns makes its parent's await return normally", async () => {
    const { value } = await watched(async () => {
      const child = asyncio.createTask(async () => {
        await asyncio.sleep(60).catch(() => undefined)
        return "swallowed"
      })
      const parent = asyncio.createTask(async () => child)
      await asyncio.sleep(1)
      parent.cancel()
      const result = await parent
      return [result, ending(parent), parent.cancelling(), child.cancelling()]
    })
    assert.deepEqual(value, ["swallowed", "returned", 1, 1])
  })

  // CPython: test_cancel_with_message_then_future_result, test_cancel_both_task_and_inner_future
  it("R28: when the awaited future is done already, cancellation beats the result", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<string>()
      const log: string[] = []
      const task = asyncio.createTask(async () => {
        try {
          log.push(await future)
        } catch (error) {
          log.push((error as Error).name)
          throw error
        }
      })
      await tick()
      future.setResult("lost to the awaiter")
      task.cancel("later")
      await asyncio.wait([task])
      return [log, ending(task), future.result()]
    })
    assert.deepEqual(value, [["CancelledError"], "cancelled", "lost to the awaiter"])
  })

  // CPython: test_cancel_with_message_then_future_exception, test_cancel_traceback_for_future_exception
  it("R28: it beats an exception of the future too", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<string>()
      const task = asyncio.createTask(async () => future)
      await tick()
      future.setException(new RangeError("lost"))
      task.cancel("later")
      const error = await failureOf(task)
      return [(error as asyncio.CancelledError).reason, (future.exception() as Error).message]
    })
    assert.deepEqual(value, ["later", "lost"])
  })

  it("R29: two requests before the task runs again deliver one CancelledError; the count is 2", async () => {
    const { value } = await watched(async () => {
      let errors = 0
      const task = asyncio.createTask(async () => {
        for (let i = 0; i < 3; i++) await asyncio.sleep(1).catch(() => (errors += 1))
        return own().cancelling()
      })
      await tick()
      task.cancel()
      task.cancel()
      return [await task, errors]
    })
    assert.deepEqual(value, [2, 1])
  })

  // CPython: test_cancel_task_catching, test_cancel_yield
  it("R30: is edge-triggered: clean-up may await, and only a second request interrupts it", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const body = async (): Promise<void> => {
        try {
          await asyncio.sleep(60)
        } finally {
          let how = "interrupted"
          try {
            await asyncio.sleep(2)
            how = "done"
          } finally {
            log.push(`clean-up ${how}`)
          }
        }
      }
      const once = asyncio.createTask(body)
      const twice = asyncio.createTask(body)
      await tick()
      once.cancel()
      twice.cancel()
      await asyncio.sleep(1)
      twice.cancel()
      await asyncio.wait([once, twice])
      return [log, ending(once), ending(twice)]
    })
    assert.deepEqual(value, [["clean-up interrupted", "clean-up done"], "cancelled", "cancelled"])
  })

  // CPython: test_cancel_current_task
  it("R31: a task that cancels itself is interrupted at its next real suspension", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const ready = new asyncio.Future<string>()
      ready.setResult("done already")
      const pending = new asyncio.Future<string>()
      const task = asyncio.createTask(async () => {
        own().cancel()
        log.push("goes on")
        log.push(await ready)
        log.push(await asyncio.coroutine("inner", async () => "a coroutine that does not suspend")())
        await pending
      })
      await asyncio.wait([task])
      return [log, ending(task), pending.cancelled()]
    })
    assert.deepEqual(value, [
      ["goes on", "done already", "a coroutine that does not suspend"],
      "cancelled",
      true,
    ])
  })

  // CPython: test_cancel_at_end
  it("R32: a task that returns with a request pending ends cancelled, and its value is lost", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        own().cancel("at the end")
        return 5
      })
      const error = await failureOf(task)
      return [ending(task), (error as asyncio.CancelledError).reason]
    })
    assert.deepEqual(value, ["cancelled", "at the end"])
  })

  // CPython: test_baseexception_during_cancel
  it("R33: a task that throws another error with a request pending fails with that", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        own().cancel()
        throw new RangeError("instead")
      })
      return [(await failureOf(task)).name, ending(task)]
    })
    assert.deepEqual(value, ["RangeError", "failed"])
  })

  it("R34: a task that throws CancelledError on its own ends cancelled, with a count of 0", async () => {
    const { value } = await watched(async () => {
      const thrown = new asyncio.CancelledError("on its own")
      const task = asyncio.createTask(async () => {
        throw thrown
      })
      const error = await failureOf(task)
      return [ending(task), task.cancelling(), error === thrown]
    })
    assert.deepEqual(value, ["cancelled", 0, true])
  })

  it("R35: turning the CancelledError into another error makes the task failed", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } catch (error) {
          throw new RangeError("translated", { cause: error })
        }
      })
      await tick()
      task.cancel()
      const error = await failureOf(task)
      return [ending(task), error.name, error.cause instanceof asyncio.CancelledError]
    })
    assert.deepEqual(value, ["failed", "RangeError", true])
  })

  // CPython: test_cancel_task_ignoring
  it("a task may refuse: it goes on and returns", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        await asyncio.sleep(5).catch(() => undefined)
        await asyncio.sleep(1)
        return now()
      })
      await asyncio.sleep(1)
      task.cancel()
      return [await task, ending(task)]
    })
    assert.deepEqual(value, [2, "returned"])
  })

  // CPython: test_sleep_cancel, test_task_cancel_sleeping_task
  it("R79: interrupts a sleep at once, and its timer goes with it", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(asyncio.sleep(3600))
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
      return now()
    })
    assert.equal(value, 1)
  })
})

describe("uncancel", () => {
  // CPython: test_uncancel_basic
  it("R36: decrements, never below 0, and returns what is left", async () => {
    const { value } = await watched(async () => {
      const counts: number[] = []
      const task = asyncio.createTask(async () => {
        await asyncio.sleep(60).catch(() => undefined)
        counts.push(own().uncancel(), own().uncancel(), own().uncancel())
      })
      await tick()
      task.cancel()
      task.cancel()
      await task
      return counts
    })
    assert.deepEqual(value, [1, 0, 0])
  })

  // CPython: test_uncancel_resets_must_cancel
  it("R36: at 0 an undelivered request is dropped: cancel and uncancel leave no trace", async () => {
    const { value } = await watched(async () => {
      const self = asyncio.createTask(async () => {
        own().cancel()
        own().uncancel()
        await asyncio.sleep(1)
        return "undisturbed"
      })
      const early = asyncio.createTask(async () => "ran")
      early.cancel()
      early.uncancel()
      const late = new asyncio.Future<string>()
      const met = asyncio.createTask(async () => late)
      await tick()
      late.setResult("kept")
      met.cancel()
      met.uncancel()
      return [await self, await early, await met]
    })
    assert.deepEqual(value, ["undisturbed", "ran", "kept"])
  })

  it("R36: a coroutine below may withdraw what its caller was asked for and has not been told of", async () => {
    const { value } = await watched(async () => {
      const forgiving = asyncio.coroutine("forgiving", async () => {
        own().uncancel()
        await asyncio.sleep(1)
        return "undisturbed"
      })
      return asyncio.createTask(async () => {
        own().cancel()
        return forgiving()
      })
    })
    assert.equal(value, "undisturbed")
  })

  it("R36: with a request left, an undelivered one stays", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        own().cancel()
        own().cancel()
        own().uncancel()
        await asyncio.sleep(1)
      })
      await asyncio.wait([task])
      return [ending(task), task.cancelling()]
    })
    assert.deepEqual(value, ["cancelled", 1])
  })

  // CPython: test_uncancel_structured_blocks
  it("R37: who swallows without uncancel leaves the count raised, and structured blocks rely on it", async () => {
    const { value } = await watched(async () => {
      const run = async (withdraw: boolean): Promise<string> => {
        const task = asyncio.createTask(async () => {
          await asyncio.sleep(60).catch(() => undefined)
          if (withdraw) own().uncancel()
          try {
            await asyncio.timeout(1).run(() => asyncio.sleep(60))
          } catch (error) {
            return `${(error as Error).name} ${own().cancelling()}`
          }
          return "no error"
        })
        await tick()
        task.cancel()
        return task
      }
      return [await run(false), await run(true)]
    })
    assert.deepEqual(value, ["TimeoutError 1", "TimeoutError 0"])
  })
})

describe("the message", () => {
  // CPython: test_task_cancel_message_getter, test_task_cancel_message_setter, test_future_cancel_message_getter
  it("R38: reaches the coroutine and the first who awaits; a later await gets one without", async () => {
    const { value } = await watched(async () => {
      const inside = Promise.withResolvers<unknown>()
      const task = asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } catch (error) {
          inside.resolve((error as asyncio.CancelledError).reason)
          throw error
        }
      })
      await tick()
      task.cancel("m")
      const first = (await failureOf(task)) as asyncio.CancelledError
      const second = (await failureOf(task)) as asyncio.CancelledError
      return [await inside.promise, first.reason, second.reason]
    })
    assert.deepEqual(value, ["m", "m", undefined])
  })

  it("R38: with two requests the first wins while the task waits, the last before its first step", async () => {
    const { value } = await watched(async () => {
      const waiting = asyncio.createTask(asyncio.sleep(60))
      await tick()
      const early = asyncio.createTask(asyncio.sleep(60))
      for (const task of [waiting, early]) {
        task.cancel("first")
        task.cancel("last")
      }
      const reasons = []
      for (const task of [waiting, early]) reasons.push(((await failureOf(task)) as asyncio.CancelledError).reason)
      return reasons
    })
    assert.deepEqual(value, ["first", "last"])
  })

  it("may be anything, and is given as it is", async () => {
    const { value } = await watched(async () => {
      const reason = { code: 7 }
      const task = asyncio.createTask(asyncio.sleep(60))
      await tick()
      task.cancel(reason)
      return ((await failureOf(task)) as asyncio.CancelledError).reason === reason
    })
    assert.equal(value, true)
  })
})

describe("a cancelled future or task", () => {
  // CPython: test_cancel (futures)
  it("R39: throws CancelledError from result() and exception()", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<number>()
      future.cancel("why")
      const task = asyncio.createTask(asyncio.sleep(60))
      task.cancel()
      await asyncio.wait([task])
      return [
        thrownBy(() => future.result()),
        thrownBy(() => future.exception()),
        thrownBy(() => task.result()),
        thrownBy(() => task.exception()),
      ].every((error) => error instanceof asyncio.CancelledError)
    })
    assert.equal(value, true)
  })

  it("R40: cancelling one who awaits a shared future cancels it for all, whose counts stay 0", async () => {
    const { value } = await watched(async () => {
      const shared = new asyncio.Future<void>()
      const [first, second] = [1, 2].map(() => asyncio.createTask(async () => shared))
      assert.ok(first !== undefined && second !== undefined)
      await tick()
      first.cancel()
      await asyncio.wait([first, second])
      return [shared.cancelled(), ending(first), ending(second), first.cancelling(), second.cancelling()]
    })
    assert.deepEqual(value, [true, "cancelled", "cancelled", 1, 0])
  })

  it("R40: shield is the remedy", async () => {
    const { value } = await watched(async () => {
      const shared = new asyncio.Future<string>()
      const first = asyncio.createTask(async () => asyncio.shield(shared))
      const second = asyncio.createTask(async () => asyncio.shield(shared))
      await tick()
      first.cancel()
      await asyncio.wait([first])
      shared.setResult("safe")
      return [ending(first), await second]
    })
    assert.deepEqual(value, ["cancelled", "safe"])
  })

  it("R41: cancelling a task that has failed already suppresses its report", async () => {
    const { messages } = await watched(async () => {
      const failing = (): asyncio.Task<never> =>
        asyncio.createTask(async () => {
          throw new Error("unasked for")
        })
      const cancelled = failing()
      const reported = failing()
      await tick()
      await tick()
      assert.equal(cancelled.cancel(), false)
      await asyncio.sleep(5)
      assert.ok(reported.done())
    })
    assert.deepEqual(messages, ["Task exception was never retrieved"])
  })

  it("R42: a KeyboardInterrupt that a task throws is stored and thrown on like any error", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        throw new asyncio.KeyboardInterrupt("by hand")
      })
      const error = await failureOf(task)
      return [error instanceof asyncio.KeyboardInterrupt, ending(task), asyncio.getRunningLoop().isRunning()]
    })
    assert.deepEqual(value, [true, "failed", true])
  })

  it("R43: CancelledError can be told from others by class, name and code", () => {
    const error = new asyncio.CancelledError("why")
    assert.ok(error instanceof asyncio.CancelledError && error instanceof Error)
    assert.deepEqual([error.name, error.code, error.reason], ["CancelledError", "ERR_CANCELLED", "why"])
    assert.equal(new Error("other") instanceof asyncio.CancelledError, false)
    assert.equal(error instanceof asyncio.TimeoutError, false)
  })
})

describe("a chain of tasks", () => {
  it("of 20,000 is cancelled without recursion, down to the leaf and up again", async () => {
    const LENGTH = 20_000
    const { value } = await watched(async () => {
      let below: asyncio.Future<unknown> = new asyncio.Future<void>()
      const leaf = below
      const tasks: asyncio.Task<unknown>[] = []
      for (let i = 0; i < LENGTH; i++) {
        const awaited = below
        const task = asyncio.createTask(async () => awaited)
        tasks.push(task)
        below = task
      }
      await tick()
      const top = tasks.at(-1) ?? assert.fail()
      top.cancel("all of them")
      const counted = tasks.every((task) => task.cancelling() === 1)
      await asyncio.wait([top])
      return [counted, leaf.cancelled(), tasks.filter((task) => task.cancelled()).length]
    })
    assert.deepEqual(value, [true, true, LENGTH])
  })

  it("of 20,000 frames in one task is cancelled and unwinds", async () => {
    const DEPTH = 5_000
    let unwound = 0
    const { value } = await watched(async () => {
      const deep = asyncio.coroutine("deep", async (n: number): Promise<void> => {
        try {
          if (n === 0) await asyncio.sleep(60)
          else await deep(n - 1)
        } finally {
          unwound += 1
        }
      })
      const task = asyncio.createTask(deep(DEPTH))
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
      return ending(task)
    })
    assert.equal(value, "cancelled")
    assert.equal(unwound, DEPTH + 1)
  })

  it("through gathers is cancelled without recursion", async () => {
    const LENGTH = 5_000
    const { value } = await watched(async () => {
      let below: asyncio.Future<unknown> = new asyncio.Future<void>()
      let top: asyncio.Task<unknown> | undefined
      for (let i = 0; i < LENGTH; i++) {
        const awaited = below
        top = asyncio.createTask(async () => asyncio.gather([awaited]))
        below = top
      }
      await tick()
      assert.ok(top !== undefined)
      top.cancel()
      await asyncio.wait([top])
      return ending(top)
    })
    assert.equal(value, "cancelled")
  })

  it("through shields is not: each shield ends the way", async () => {
    const { value } = await watched(async () => {
      const inner = asyncio.createTask(asyncio.sleep(5, "inner"))
      const outer = asyncio.createTask(async () => asyncio.shield(inner))
      await asyncio.sleep(1)
      outer.cancel()
      await asyncio.wait([outer])
      return [ending(outer), inner.cancelling(), await inner]
    })
    assert.deepEqual(value, ["cancelled", 0, "inner"])
  })
})

describe("tasks that await each other", () => {
  const circle = async (size: number): Promise<asyncio.Task<unknown>[]> => {
    const tasks: asyncio.Task<unknown>[] = []
    for (let i = 0; i < size; i++) {
      tasks.push(asyncio.createTask(async () => tasks[(i + 1) % size], { name: `task ${i}` }))
    }
    return tasks
  }

  it("are told by a DeadlockError that lists every task and what it waits for", async () => {
    const { value } = await watched(async () => {
      const tasks = await circle(3)
      const error = await failureOf(tasks[0] ?? assert.fail())
      await asyncio.wait(tasks)
      return [error, tasks.map(ending)] as const
    })
    const [error, endings] = value
    assert.ok(error instanceof asyncio.DeadlockError)
    assert.match(error.message, /circle/)
    for (let i = 0; i < 3; i++) assert.match(error.message, new RegExp(`task ${i} waits for Task .*task ${(i + 1) % 3}`))
    assert.ok(endings.every((each) => each === "failed" || each === "cancelled"), endings.join())
  })

  it("on the system's clock are told at once too", async () => {
    const started = performance.now()
    const { value: error } = await watchedReal(async () => {
      const tasks = await circle(2)
      const failure = await failureOf(tasks[0] ?? assert.fail())
      await asyncio.wait(tasks)
      return failure
    })
    assert.ok(error instanceof asyncio.DeadlockError)
    assert.ok(performance.now() - started < 10_000)
  })

  it("neither recurse nor hang when one of them is cancelled first", async () => {
    const { value } = await watched(async () => {
      const tasks = await circle(4)
      await Promise.resolve()
      tasks[1]?.cancel("stop")
      await asyncio.wait(tasks)
      return tasks.every((task) => task.done())
    })
    assert.equal(value, true)
  })

  it("neither recurse nor hang when they were parked and are cancelled in the same iteration", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const tasks = await circle(3)
      loop.callSoon(() => tasks[0]?.cancel("stop"))
      await asyncio.wait(tasks)
      return tasks.map((task) => task.cancelling() <= 1 && task.done())
    })
    assert.deepEqual(value, [true, true, true])
  })

  it("through gather are told as well", async () => {
    const { value } = await watched(async () => {
      const tasks: asyncio.Task<unknown>[] = []
      tasks.push(asyncio.createTask(async () => asyncio.gather([tasks[1] ?? assert.fail()])))
      tasks.push(asyncio.createTask(async () => tasks[0]))
      await asyncio.wait(tasks)
      return tasks.map((task) => !task.cancelled() && task.exception() instanceof asyncio.DeadlockError)
    })
    assert.ok(value.includes(true))
  })

  it("are left to a timeout where one stands round the wait", async () => {
    const { value } = await watched(async () => {
      const tasks: asyncio.Task<unknown>[] = []
      tasks.push(asyncio.createTask(async () => (await failureOf(asyncio.timeout(3).run(() => tasks[1]))).name))
      tasks.push(asyncio.createTask(async () => tasks[0]))
      await asyncio.wait(tasks)
      return [tasks[0]?.result(), now()]
    })
    assert.deepEqual(value, ["TimeoutError", 3])
  })

  it("are left to a timeout that gets its deadline later", async () => {
    const { value } = await watched(async () => {
      const tasks: asyncio.Task<unknown>[] = []
      tasks.push(
        asyncio.createTask(async () => {
          const timed = asyncio.timeout(null).run((timeout) => {
            timeout.reschedule(3)
            return tasks[1]
          })
          return (await failureOf(timed)).name
        }),
      )
      tasks.push(asyncio.createTask(async () => tasks[0]))
      await asyncio.wait(tasks)
      return [tasks[0]?.result(), now()]
    })
    assert.deepEqual(value, ["TimeoutError", 3])
  })

  it("do not await each other when one of several lines may go on", async () => {
    const { value } = await watched(async () => {
      const tasks: asyncio.Task<unknown>[] = []
      tasks.push(
        asyncio.createTask(async () => {
          const other = tasks[1] ?? assert.fail()
          return Promise.race([other.then(() => "other"), asyncio.sleep(1, "timer")])
        }),
      )
      tasks.push(asyncio.createTask(async () => tasks[0]))
      return asyncio.gather(tasks)
    })
    assert.deepEqual(value, ["timer", "timer"])
  })
})
