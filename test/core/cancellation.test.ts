/** A test for each sentence of the design's section "Cancellation"; promises and signals have files of their own. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { unhandledOf } from "./support/host-events.ts"
import { failureOf, hostTurns, never, now, watched, watchedReal } from "./support/watched.ts"

const work = asyncio.coroutine("work", async (seconds: number) => {
  await asyncio.sleep(seconds)
  return now()
})

function currentTask(): asyncio.Task<unknown> {
  const task = asyncio.currentTask()
  assert.ok(task !== undefined)
  return task
}

describe("a request to cancel is aimed at a frame", () => {
  it("the timeout of one branch leaves the others alone", async () => {
    const { value, messages } = await watched(async () => {
      const settled = await Promise.allSettled([1, 5, 3].map((seconds) => asyncio.waitFor(work(seconds), 2 + seconds / 2)))
      return settled.map((each) => (each.status === "fulfilled" ? each.value : (each.reason as Error).name))
    })
    assert.deepEqual(value, [1, "TimeoutError", 3])
    assert.deepEqual(messages, [])
  })

  it("two timeouts of one task expire each at its own time, and only where they stand", async () => {
    const { value } = await watched(async () => {
      const late = async (limit: number): Promise<[string, number]> => {
        const error = await failureOf(asyncio.timeout(limit).run(() => asyncio.sleep(60)))
        return [error.name, now()]
      }
      return Promise.all([late(1), late(2)])
    })
    assert.deepEqual(value, [
      ["TimeoutError", 1],
      ["TimeoutError", 2],
    ])
  })

  it("a task group that aborts in one branch leaves the other branch alone", async () => {
    const { value } = await watched(async () => {
      const failing = new asyncio.TaskGroup().run(async (group) => {
        group.createTask(async () => {
          await asyncio.sleep(1)
          throw new Error("child failed")
        })
        await asyncio.sleep(60)
      })
      const [group, other] = await Promise.allSettled([failing, work(3)])
      assert.ok(group.status === "rejected" && group.reason instanceof asyncio.ExceptionGroup)
      return other
    })
    assert.deepEqual(value, { status: "fulfilled", value: 3 })
  })

  it("a timeout reaches the waits at and below its body, through coroutines and plain functions", async () => {
    const reached: string[] = []
    const record = async (name: string): Promise<void> => {
      try {
        await asyncio.sleep(60)
      } catch (error) {
        if (error instanceof asyncio.CancelledError) reached.push(name)
        throw error
      }
    }
    await watched(async () => {
      const deep = asyncio.coroutine("deep", async () => {
        await Promise.all([record("deep plain"), asyncio.coroutine("deeper", () => record("deeper"))()])
      })
      const outside = record("outside")
      const timed = asyncio.timeout(1).run(async () => {
        await Promise.all([record("body"), deep()])
      })
      assert.equal((await failureOf(timed)).name, "TimeoutError")
      await asyncio.sleep(0)
      assert.deepEqual(reached.toSorted(), ["body", "deep plain", "deeper"])
      currentTask().cancel()
      await failureOf(outside)
    })
    assert.deepEqual(reached.toSorted(), ["body", "deep plain", "deeper", "outside"])
  })

  it("cancel() of the task reaches every leaf below it", async () => {
    const reached: number[] = []
    const leaf = asyncio.coroutine("leaf", async (n: number) => {
      try {
        await asyncio.sleep(60)
      } catch (error) {
        reached.push(n)
        throw error
      }
    })
    await watched(async () => {
      const task = asyncio.createTask(async () => {
        await Promise.allSettled([leaf(1), leaf(2), asyncio.timeout(30).run(() => leaf(3))])
      })
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
    })
    assert.deepEqual(reached, [1, 2, 3])
  })

  it("a count sees only the requests on its own line", async () => {
    const { value } = await watched(async () => {
      const counts: Record<string, number> = {}
      const task = currentTask()
      const expiring = asyncio.coroutine("expiring", async () => {
        try {
          await asyncio.timeout(1).run(async () => {
            try {
              await asyncio.sleep(60)
            } finally {
              counts["own"] = task.cancelling()
              await asyncio.sleep(2)
            }
          })
        } catch {
          counts["afterwards"] = task.cancelling()
        }
      })
      const other = asyncio.coroutine("other", async () => {
        await asyncio.sleep(2)
        counts["other"] = task.cancelling()
      })
      await Promise.all([expiring(), other()])
      counts["task"] = task.cancelling()
      return counts
    })
    assert.deepEqual(value, { own: 1, other: 0, afterwards: 0, task: 0 })
  })

  it("a count of the whole task sees what was asked of it from outside, on every line", async () => {
    const { value } = await watched(async () => {
      const counts: number[] = []
      const line = asyncio.coroutine("line", async (task: asyncio.Task<unknown>) => {
        try {
          await asyncio.sleep(60)
        } finally {
          counts.push(task.cancelling())
        }
      })
      const task = asyncio.createTask(async () => {
        const own = currentTask()
        await Promise.all([line(own), line(own)])
      })
      await asyncio.sleep(1)
      task.cancel()
      counts.push(task.cancelling())
      await asyncio.wait([task])
      return counts
    })
    assert.deepEqual(value, [1, 1, 1])
  })

  it("a line's uncancel leaves a request at another line alone", async () => {
    const { value } = await watched(async () => {
      const task = currentTask()
      const results: unknown[] = []
      const swallowing = asyncio.coroutine("swallowing", async () => {
        await asyncio.sleep(1.5)
        results.push(task.uncancel())
      })
      const timed = asyncio.timeout(1).run(async () => {
        try {
          await asyncio.sleep(60)
        } finally {
          await asyncio.sleep(1)
          results.push(task.cancelling())
        }
      })
      const [outcome] = await Promise.allSettled([timed, swallowing()])
      return [...results, outcome.status === "rejected" && (outcome.reason as Error).name]
    })
    assert.deepEqual(value, [0, 1, "TimeoutError"])
  })
})

describe("nothing outlives the frame that started it", () => {
  it("an operation that is still open when its frame settles is cancelled and reported", async () => {
    const { value, messages } = await watched(async () => {
      let kept: asyncio.Coroutine<void> | undefined
      await asyncio.coroutine("short", async () => {
        kept = asyncio.sleep(60)
        void kept.then()
        await asyncio.sleep(1)
      })()
      assert.ok(kept !== undefined)
      return [await failureOf(kept), now()]
    })
    assert.ok(value[0] instanceof asyncio.CancelledError)
    assert.equal(value[1], 1)
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /'sleep' was still waiting when 'short' ended, and was cancelled: await it there, or give it to createTask/)
  })

  it("no timer of it stays behind", async () => {
    await watched(async () => {
      await asyncio.coroutine("short", async () => {
        void asyncio.sleep(3600).then()
        await asyncio.sleep(1)
      })()
      await asyncio.sleep(1)
      assert.equal(now(), 2)
    })
  })

  it("a lock in whose line it stood goes to the next", async () => {
    const { value } = await watched(async () => {
      const lock = new asyncio.Lock()
      await lock.acquire()
      await asyncio.coroutine("short", async () => {
        void lock.acquire().then()
        await asyncio.sleep(1)
      })()
      const next = asyncio.createTask(lock.run(async () => "the next holds it"))
      await asyncio.sleep(1)
      lock.release()
      return [lock.statistics().tasksWaiting, await next]
    })
    assert.deepEqual(value, [1, "the next holds it"])
  })

  it("Promise.race cancels its losers, which clean up as tasks of their own", async () => {
    const log: string[] = []
    const loser = asyncio.coroutine("loser", async () => {
      try {
        await asyncio.sleep(60)
      } finally {
        await asyncio.sleep(1)
        log.push(`cleaned up at ${now()}`)
      }
    })
    const { value, messages } = await watched(async () => {
      const winner = await asyncio.coroutine("race", () => Promise.race([work(1), loser()]))()
      const listed = [...asyncio.allTasks()].map(String)
      await asyncio.sleep(5)
      return [winner, listed.some((text) => text.includes("outliving: loser"))]
    })
    assert.deepEqual(value, [1, true])
    assert.deepEqual(log, ["cleaned up at 2"])
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /coroutine 'loser' was still running when the code of task .* that started it ended, and is cancelled/)
  })

  it("Promise.any cancels what it does not wait for", async () => {
    const { value, messages } = await watched(async () =>
      asyncio.coroutine("any", () => Promise.any([Promise.reject(new Error("no")), work(1), work(60)]))(),
    )
    assert.equal(value, 1)
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /coroutine 'work' was still running/)
  })

  it("Promise.allSettled waits for all, so nothing is left", async () => {
    const { value, messages } = await watched(async () =>
      asyncio.coroutine("all", async () => (await Promise.allSettled([work(1), work(2)])).length)(),
    )
    assert.equal(value, 2)
    assert.deepEqual(messages, [])
  })

  it("a task made with createTask is no part of the frame, and goes on", async () => {
    const { value, messages } = await watched(async () => {
      const made = await asyncio.coroutine("maker", async () => ({ task: asyncio.createTask(work(3)) }))()
      return made.task
    })
    assert.equal(value, 3)
    assert.deepEqual(messages, [])
  })

  it("the errors of what outlived its frame are no unhandled rejections", async () => {
    const rejections = await unhandledOf(() =>
      watchedReal(async () => {
        const loser = asyncio.coroutine("loser", () => asyncio.sleep(60))
        await asyncio.coroutine("race", () => Promise.race([asyncio.sleep(0.001), loser()]))()
        await hostTurns(2)
      }),
    )
    assert.deepEqual(rejections, [])
  })
})

describe("several lines that are cancelled together", () => {
  const plain = async (seconds: number): Promise<void> => asyncio.sleep(seconds)
  const branches: Record<string, (seconds: number) => PromiseLike<unknown>> = {
    coroutines: work,
    "plain functions": plain,
    operations: (seconds) => asyncio.sleep(seconds),
  }
  for (const [name, branch] of Object.entries(branches)) {
    it(`a timeout over Promise.all of ${name} reports nothing: all of them were asked`, async () => {
      const { value, messages } = await watched(async () => {
        const error = await failureOf(asyncio.timeout(1).run(() => Promise.all([branch(5), branch(6), branch(7)])))
        await asyncio.sleep(1)
        return error.name
      })
      assert.equal(value, "TimeoutError")
      assert.deepEqual(messages, [])
    })

    it(`a task that is cancelled in Promise.all of ${name} reports nothing`, async () => {
      const { messages } = await watched(async () => {
        const task = asyncio.createTask(() => Promise.all([branch(5), branch(6)]))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        assert.ok(task.cancelled())
      })
      assert.deepEqual(messages, [])
    })
  }

  it("are asked once: the clean-up of a branch is not interrupted when another branch has ended", async () => {
    const log: string[] = []
    const slowToClean = asyncio.coroutine("slowToClean", async () => {
      try {
        await asyncio.sleep(60)
      } finally {
        await asyncio.sleep(1)
        log.push(`cleaned up at ${now()}`)
      }
    })
    await watched(async () => {
      const task = asyncio.createTask(() => Promise.all([slowToClean(), work(60)]))
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
      await asyncio.sleep(5)
    })
    assert.deepEqual(log, ["cleaned up at 2"])
  })

  it("the end of the program waits for the clean-up of what outlived its frame", async () => {
    const log: string[] = []
    const loser = asyncio.coroutine("loser", async () => {
      try {
        await asyncio.sleep(60)
      } finally {
        // The end of the program interrupts clean-up once, as it does for every task.
        await asyncio.sleep(1).catch(() => log.push("interrupted"))
        await asyncio.sleep(1)
        log.push("cleaned up")
      }
    })
    await watched(() => Promise.race([work(1), loser()]))
    assert.deepEqual(log, ["interrupted", "cleaned up"])
  })
})

describe("disguises of a cancellation", () => {
  const disguises: Record<string, () => Error> = {
    "a SuppressedError": () => {
      const error = new Error("suppressed") as Error & { error: unknown; suppressed: unknown }
      error.name = "SuppressedError"
      error.error = new asyncio.CancelledError("why")
      error.suppressed = new Error("from dispose")
      return error
    },
    "an AggregateError of nothing but cancellations": () =>
      new AggregateError([new asyncio.CancelledError("why"), new asyncio.CancelledError("second")]),
    "one inside the other": () =>
      Object.assign(new Error("outer"), {
        name: "SuppressedError",
        error: new AggregateError([new asyncio.CancelledError("why")]),
        suppressed: 1,
      }),
    "the AbortError of a host operation that task.signal stopped": () =>
      Object.assign(new Error("The operation was aborted", { cause: new asyncio.CancelledError("why") }), {
        name: "AbortError",
      }),
  }
  for (const [name, disguise] of Object.entries(disguises)) {
    it(`a task that throws ${name} ends as cancelled`, async () => {
      const { value, messages } = await watched(async () => {
        const task = asyncio.createTask(async () => {
          await asyncio.sleep(1)
          throw disguise()
        })
        const error = await failureOf(task)
        assert.ok(error instanceof asyncio.CancelledError)
        return [task.cancelled(), error.reason]
      })
      assert.deepEqual(value, [true, "why"])
      assert.deepEqual(messages, [])
    })

    it(`a timeout that expires into ${name} throws TimeoutError`, async () => {
      const { value } = await watched(async () =>
        failureOf(
          asyncio.timeout(1).run(async () => {
            try {
              await asyncio.sleep(60)
            } catch {
              throw disguise()
            }
          }),
        ),
      )
      assert.equal(value.name, "TimeoutError")
    })
  }

  const others: Record<string, () => Error> = {
    "an AggregateError with another error among them": () =>
      new AggregateError([new asyncio.CancelledError(), new Error("real")]),
    "an AggregateError of nothing": () => new AggregateError([]),
    "a SuppressedError whose error is another": () =>
      Object.assign(new Error("outer"), {
        name: "SuppressedError",
        error: new Error("real"),
        suppressed: new asyncio.CancelledError(),
      }),
    "an AbortError of somebody else's signal": () => Object.assign(new Error("aborted"), { name: "AbortError" }),
    "an error whose cause is one": () => new Error("other", { cause: new asyncio.CancelledError() }),
  }
  for (const [name, make] of Object.entries(others)) {
    it(`a task that throws ${name} has failed`, async () => {
      const { value } = await watched(async () => {
        const task = asyncio.createTask(async () => {
          throw make()
        })
        await asyncio.wait([task])
        return [task.cancelled(), task.exception() instanceof Error]
      })
      assert.deepEqual(value, [false, true])
    })
  }

  it("Promise.any of cancelled branches ends its task as cancelled", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(() => Promise.any([work(60), work(90)]))
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
      return task.cancelled()
    })
    assert.equal(value, true)
  })

  it("a failing disposal does not hide that the task was cancelled", { skip: typeof SuppressedError === "undefined" }, async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        const stack = new AsyncDisposableStack()
        stack.defer(() => {
          throw new Error("dispose failed")
        })
        try {
          await asyncio.sleep(60)
        } catch (error) {
          try {
            await stack.disposeAsync()
          } catch (suppressing) {
            throw new SuppressedError(error, suppressing)
          }
          throw error
        }
      })
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
      return task.cancelled()
    })
    assert.equal(value, true)
  })
})

describe("swallowing a cancellation", () => {
  const swallowers: Record<string, () => Promise<unknown>> = {
    "try / catch": async () => {
      try {
        await asyncio.sleep(60)
      } catch {
        return "swallowed"
      }
      return "slept"
    },
    "Promise.allSettled": async () => {
      await Promise.allSettled([asyncio.sleep(60)])
      return "swallowed"
    },
    ".catch": () => asyncio.sleep(60).catch(() => "swallowed"),
    "the second argument of then": () => asyncio.sleep(60).then(undefined, () => "swallowed"),
    "Promise.any with a value": () => Promise.any([asyncio.sleep(60), asyncio.sleep(2, "swallowed")].map((each) => each.catch(() => "swallowed"))),
  }
  for (const [name, swallow] of Object.entries(swallowers)) {
    it(`with ${name}: the task goes on, its count stays raised, and later awaits work`, async () => {
      const { value } = await watched(async () => {
        const task = asyncio.createTask(async () => {
          const got = await swallow()
          await asyncio.sleep(1)
          return [got, currentTask().cancelling(), now()]
        })
        await asyncio.sleep(1)
        task.cancel()
        return task
      })
      assert.deepEqual(value, ["swallowed", 1, 2])
    })
  }
})

describe("every CancelledError says who asked and why", () => {
  async function errorOf(ask: (task: asyncio.Task<unknown>) => unknown, options: { debug?: boolean } = {}): Promise<asyncio.CancelledError> {
    const { value } = await watched(async () => {
      const seen = Promise.withResolvers<unknown>()
      const task = asyncio.createTask(
        async () => {
          try {
            await asyncio.sleep(60)
          } catch (error) {
            seen.resolve(error)
            throw error
          }
        },
        { name: "victim" },
      )
      await asyncio.sleep(1)
      await ask(task)
      await asyncio.wait([task])
      return seen.promise
    }, options)
    assert.ok(value instanceof asyncio.CancelledError)
    return value
  }

  it("another task, with its name and the message", async () => {
    const error = await errorOf(async (victim) => {
      await asyncio.createTask(async () => victim.cancel("no longer needed"), { name: "boss" })
    })
    assert.equal(error.requestedBy, "task 'boss'")
    assert.equal(error.reason, "no longer needed")
    assert.equal(error.message, "cancelled by task 'boss': no longer needed")
  })

  it("a callback of the loop", async () => {
    const error = await errorOf((victim) => {
      asyncio.getRunningLoop().callSoon(() => victim.cancel())
    })
    assert.equal(error.requestedBy, "a callback")
    assert.equal(error.message, "cancelled by a callback")
  })

  it("code outside any task", async () => {
    const outside: { cancel?: () => void } = {}
    const begun = Promise.withResolvers<void>()
    const run = asyncio.run(async () => {
      const task = asyncio.createTask(asyncio.sleep(60))
      outside.cancel = () => task.cancel("from outside")
      setImmediate(begun.resolve)
      return failureOf(task)
    })
    await begun.promise
    outside.cancel?.()
    const error = await run
    assert.ok(error instanceof asyncio.CancelledError)
    assert.equal(error.requestedBy, "code outside any task")
  })

  it("a timeout", async () => {
    const { value } = await watched(async () => failureOf(asyncio.timeout(1).run(() => asyncio.sleep(60))))
    assert.ok(value.cause instanceof asyncio.CancelledError)
    assert.equal(value.cause.requestedBy, "a timeout")
  })

  it("a group that shuts down", async () => {
    const seen: unknown[] = []
    await watched(async () => {
      const group = new asyncio.TaskGroup()
      await group.run(async () => {
        group.createTask(async () => {
          await asyncio.sleep(1)
          group.cancel()
        })
        try {
          await asyncio.sleep(60)
        } catch (error) {
          seen.push(error)
          throw error
        }
      })
    })
    assert.ok(seen[0] instanceof asyncio.CancelledError)
    assert.equal(seen[0].requestedBy, "a TaskGroup that shuts down")
  })

  it("a sibling of a group whose child failed", async () => {
    const seen: unknown[] = []
    await watched(async () => {
      await failureOf(
        new asyncio.TaskGroup().run(async (group) => {
          group.createTask(async () => {
            try {
              await asyncio.sleep(60)
            } catch (error) {
              seen.push(error)
              throw error
            }
          })
          group.createTask(async () => {
            await asyncio.sleep(1)
            throw new Error("broken")
          })
        }),
      )
    })
    assert.ok(seen[0] instanceof asyncio.CancelledError)
    assert.match(seen[0].requestedBy ?? "", /TaskGroup/)
  })

  it("the end of the program", async () => {
    const seen: unknown[] = []
    await watched(async () => {
      asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } catch (error) {
          seen.push(error)
          throw error
        }
      })
      await asyncio.sleep(0)
    })
    assert.ok(seen[0] instanceof asyncio.CancelledError)
    assert.equal(seen[0].requestedBy, "run")
    assert.equal(seen[0].reason, "the program ends")
  })

  it("an AbortSignal", async () => {
    const controller = new AbortController()
    const { value } = await watched(async () => {
      const task = asyncio.createTask(asyncio.sleep(60), { signal: controller.signal })
      await asyncio.sleep(1)
      controller.abort("the user left")
      return failureOf(task)
    })
    assert.ok(value instanceof asyncio.CancelledError)
    assert.equal(value.reason, "the user left")
    assert.match(value.requestedBy ?? "", /AbortSignal|signal/)
  })

  it("the runtime, when something would outlive its frame", async () => {
    const { value } = await watched(async () => {
      let kept: asyncio.Coroutine<void> | undefined
      await asyncio.coroutine("short", async () => {
        kept = asyncio.sleep(60)
        void kept.then()
        await asyncio.sleep(0)
      })()
      assert.ok(kept !== undefined)
      return failureOf(kept)
    })
    assert.ok(value instanceof asyncio.CancelledError)
    assert.match(value.message, /nothing outlives the frame that started it/)
    assert.equal(value.requestedBy, "the runtime")
  })

  it("the one who cancelled the awaiting task, where the awaited task is cancelled with it", async () => {
    const { value } = await watched(async () => {
      const inner = asyncio.createTask(asyncio.sleep(60))
      const outer = asyncio.createTask(async () => inner)
      await asyncio.sleep(1)
      await asyncio.createTask(async () => outer.cancel("stop all"), { name: "boss" })
      return failureOf(inner)
    })
    assert.ok(value instanceof asyncio.CancelledError)
    assert.equal(value.requestedBy, "task 'boss'")
    assert.equal(value.reason, "stop all")
  })

  it("in debug mode also where", async () => {
    const error = await errorOf((victim) => victim.cancel("here"), { debug: true })
    assert.match(error.requestedAt ?? "", /cancellation\.test\.ts:\d+/)
    assert.match(error.message, /asked .*cancellation\.test\.ts/)
  })

  it("outside debug mode without a place, since that costs", async () => {
    const error = await errorOf((victim) => victim.cancel("here"))
    assert.equal(error.requestedAt, undefined)
  })
})

describe("beyond asyncio", () => {
  it("moveOnAfter is a timeout that does not raise", async () => {
    const { value } = await watched(async () => {
      const late = asyncio.moveOnAfter(1)
      const first = await late.run(() => asyncio.sleep(60, "never"))
      const early = asyncio.moveOnAfter(1)
      const second = await early.run(() => asyncio.sleep(0.5, "in time"))
      return [first, late.expired(), second, early.expired(), currentTask().cancelling()]
    })
    assert.deepEqual(value, [undefined, true, "in time", false, 0])
  })

  it("TaskGroup.start waits until the child says it is ready", async () => {
    const { value } = await watched(async () =>
      new asyncio.TaskGroup().run(async (group) => {
        const port = await group.start<number>(async (ready) => {
          await asyncio.sleep(1)
          ready(8080)
          await asyncio.sleep(5)
        })
        return [port, now()]
      }),
    )
    assert.deepEqual(value, [8080, 1])
  })

  for (const [name, go] of Object.entries({
    gather: (each: () => asyncio.Coroutine<void>) => asyncio.gather(Array.from({ length: 6 }, () => each()), { limit: 2 }),
    asCompleted: async (each: () => asyncio.Coroutine<void>) => {
      for (const done of asyncio.asCompleted(Array.from({ length: 6 }, () => each()), { limit: 2 })) await done
    },
    TaskGroup: (each: () => asyncio.Coroutine<void>) =>
      new asyncio.TaskGroup({ limit: 2 }).run(async (group) => {
        for (let i = 0; i < 6; i++) group.createTask(each())
      }),
  })) {
    it(`${name} keeps to its limit`, async () => {
      let active = 0
      let most = 0
      const each = asyncio.coroutine("each", async () => {
        most = Math.max(most, (active += 1))
        await asyncio.sleep(1)
        active -= 1
      })
      const { value } = await watched(async () => {
        await go(each)
        return now()
      })
      assert.deepEqual([value, most], [3, 2])
    })
  }
})

describe("a frame that was left behind", () => {
  it("keeps the locks it holds until it ends", async () => {
    const { value } = await watched(async () => {
      const lock = new asyncio.Lock()
      const stuck = Promise.withResolvers<void>()
      const holder = asyncio.coroutine("holder", () => lock.run(() => stuck.promise))
      const task = asyncio.createTask(holder())
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      const states = [lock.locked()]
      stuck.resolve()
      await hostTurns(2)
      states.push(lock.locked())
      return states
    })
    assert.deepEqual(value, [true, false])
  })

  it("does not keep the program from ending", async () => {
    const { value } = await watchedReal(async () => {
      const task = asyncio.createTask(async () => {
        await never()
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return "ended"
    })
    assert.equal(value, "ended")
  })
})
