/** What the design says of promises that are not ours: what can be interrupted, what is left behind, and what is lost. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { unhandledOf } from "./support/host-events.ts"
import { failureOf, hostTurn, hostTurns, never, now, soon, watched, watchedReal } from "./support/watched.ts"

function leftBehind(): string[] {
  return [...asyncio.allTasks()].map((task) => task.getName()).filter((name) => name.startsWith("left behind"))
}

/** A chain of three coroutines, the innermost of which awaits `promise`; `log` gets what each sees. */
function chain(promise: Promise<unknown>, log: string[]): asyncio.Coroutine<unknown> {
  const layer = (name: string, below: () => PromiseLike<unknown>): asyncio.Coroutine<unknown> =>
    asyncio.coroutine(name, async () => {
      try {
        return await below()
      } catch (error) {
        log.push(`${name} caught ${(error as Error).name}`)
        throw error
      } finally {
        log.push(`${name} finally`)
      }
    })()
  return layer("outer", () => layer("middle", () => layer("inner", () => promise)))
}

describe("a never-settling promise under three coroutines", () => {
  const above = ["middle caught CancelledError", "middle finally", "outer caught CancelledError", "outer finally"]

  it("cancel: the coroutines above it clean up, the innermost is left behind", async () => {
    const log: string[] = []
    const { value, messages } = await watched(async () => {
      const task = asyncio.createTask(chain(never(), log), { name: "stuck" })
      await asyncio.sleep(0)
      task.cancel("enough")
      const error = await failureOf(task)
      return [error.name, (error as asyncio.CancelledError).reason, task.cancelled(), leftBehind()]
    })
    assert.deepEqual(log, above)
    assert.deepEqual(value, ["CancelledError", "enough", true, ["left behind: inner of task 'stuck'"]])
    assert.deepEqual(messages, [])
  })

  it("a timeout round it fires on time", async () => {
    const log: string[] = []
    const { value } = await watched(async (clock) => {
      setImmediate(() => clock.advance(2))
      const error = await failureOf(asyncio.waitFor(chain(never(), log), 2))
      return [error.name, now()]
    })
    assert.deepEqual(value, ["TimeoutError", 2])
    assert.deepEqual(log, above)
  })

  it("a task group round it ends when a sibling fails", async () => {
    const log: string[] = []
    const { value } = await watched(async () =>
      failureOf(
        new asyncio.TaskGroup().run(async (group) => {
          group.createTask(chain(never(), log))
          group.createTask(async () => {
            await asyncio.sleep(0)
            throw new Error("sibling")
          })
        }),
      ),
    )
    assert.ok(value instanceof asyncio.ExceptionGroup)
    assert.deepEqual(value.errors.map((error: Error) => error.message), ["sibling"])
    assert.deepEqual(log, above)
  })

  it("a task group whose body stands at it ends when a child fails, with the child's error", async () => {
    const log: string[] = []
    const { value, messages } = await watched(async () => {
      const group = new asyncio.TaskGroup().run(async (group) => {
        group.createTask(async () => {
          await asyncio.sleep(0)
          throw new RangeError("child")
        })
        group.createTask(async () => {
          try {
            await asyncio.sleep(60)
          } finally {
            log.push("sibling cleaned up")
          }
        })
        await never()
      })
      return [await failureOf(group), asyncio.currentTask()?.cancelling()] as const
    })
    const [error, requests] = value
    assert.ok(error instanceof asyncio.ExceptionGroup, String(error))
    assert.ok(error.errors[0] instanceof RangeError)
    assert.equal(requests, 0)
    assert.deepEqual(log, ["sibling cleaned up"])
    assert.deepEqual(messages, [])
  })

  it("a cancelled task group whose body stands at it waits for its children first", async () => {
    const log: string[] = []
    const { value } = await watched(async () => {
      const task = asyncio.createTask(() =>
        new asyncio.TaskGroup().run(async (group) => {
          group.createTask(async () => {
            try {
              await asyncio.sleep(60)
            } finally {
              await asyncio.sleep(0)
              log.push("child cleaned up")
            }
          })
          await never()
        }),
      )
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      log.push("group ended")
      return task.cancelled()
    })
    assert.equal(value, true)
    assert.deepEqual(log, ["child cleaned up", "group ended"])
  })

  it("beside a wait of ours in one frame has to be wrapped: only what is ours is seen there", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => Promise.allSettled([asyncio.wrapFuture(never()), asyncio.sleep(60)]))
      await asyncio.sleep(0)
      task.cancel()
      const outcomes = await task
      return outcomes.map((outcome) => outcome.status)
    })
    assert.deepEqual(value, ["rejected", "rejected"])
  })

  it("the end of the program does not wait for it", async () => {
    const log: string[] = []
    await watchedReal(async () => {
      asyncio.createTask(chain(never(), log))
      await asyncio.sleep(0)
    })
    assert.deepEqual(log, above)
  })

  it("a cancelled run ends", async () => {
    const controller = new AbortController()
    const log: string[] = []
    setTimeout(() => controller.abort("stop"), 2)
    const error = await failureOf(soon(asyncio.run(() => chain(never(), log), { signal: controller.signal })))
    assert.ok(error instanceof asyncio.CancelledError)
    assert.deepEqual(log, above)
  })
})

describe("the innermost boundary of ours that encloses a bare await", () => {
  it("is the task, for a task that awaits a promise itself", async () => {
    const log: string[] = []
    const { value } = await watched(async () => {
      const task = asyncio.createTask(
        async () => {
          try {
            await never()
          } finally {
            log.push("finally")
          }
        },
        { name: "bare" },
      )
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return [task.cancelled(), leftBehind()]
    })
    assert.deepEqual(value, [true, ["left behind: function of task 'bare'"]])
    assert.deepEqual(log, [])
  })

  it("is a timeout's run: what stands below the timeout is left behind, what stands above goes on", async () => {
    const { value } = await watched(async (clock) => {
      setImmediate(() => clock.advance(1))
      const error = await failureOf(asyncio.timeout(1).run(() => never()))
      await asyncio.sleep(1)
      return [error.name, now(), leftBehind().length]
    })
    assert.deepEqual(value, ["TimeoutError", 2, 1])
  })

  it("is a plain function's nearest frame: a plain function in between is left behind with it", async () => {
    const log: string[] = []
    const plain = async (): Promise<void> => {
      try {
        await never()
      } finally {
        log.push("plain")
      }
    }
    const { value } = await watched(async () => {
      const body = asyncio.coroutine("body", async () => plain())
      const task = asyncio.createTask(async () => {
        try {
          await body()
        } finally {
          log.push("task")
        }
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return leftBehind().length
    })
    assert.deepEqual(log, ["task"])
    assert.equal(value, 1)
  })

  it("rejects through the ready queue, like a cancelled future", async () => {
    const order: string[] = []
    await watched(async () => {
      const task = asyncio.createTask(async () => {
        await never()
      })
      await asyncio.sleep(0)
      task.addDoneCallback(() => order.push("done callback"))
      task.cancel()
      order.push("cancel returned")
      assert.equal(task.done(), false)
      asyncio.getRunningLoop().callSoon(() => order.push(`callback: done ${task.done()}`))
      await asyncio.wait([task])
    })
    assert.equal(order[0], "cancel returned")
    assert.equal(order[1], "callback: done false")
    assert.equal(order.at(-1), "done callback")
  })
})

describe("a frame that was left behind", () => {
  /** A task that awaits `promise`, is cancelled at once, and then goes on with `afterwards`. */
  async function leave(promise: Promise<unknown>, afterwards: () => PromiseLike<unknown>): Promise<{ task: asyncio.Task<unknown> }> {
    const task = asyncio.createTask(
      async () => {
        await promise
        return afterwards()
      },
      { name: "left" },
    )
    await asyncio.sleep(0)
    task.cancel("given up")
    await asyncio.wait([task])
    assert.ok(task.cancelled())
    return { task }
  }

  it("gets CancelledError once, at its next await of ours", async () => {
    const gate = Promise.withResolvers<void>()
    const log: string[] = []
    const { messages } = await watched(async () => {
      await leave(gate.promise, async () => {
        for (let i = 1; i <= 3; i++) {
          try {
            await asyncio.sleep(0)
            log.push(`${i} passed`)
          } catch (error) {
            log.push(`${i} ${(error as Error).name}: ${String((error as asyncio.CancelledError).reason)}`)
          }
        }
      })
      gate.resolve()
      await hostTurns(3)
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      await asyncio.sleep(0)
    })
    assert.deepEqual(log, ["1 CancelledError: given up", "2 passed", "3 passed"])
    assert.deepEqual(messages, [])
  })

  it("is a listed task until it ends, and takes no result to anyone", async () => {
    const gate = Promise.withResolvers<void>()
    const { value } = await watched(async () => {
      const { task } = await leave(gate.promise, async () => "too late")
      const during = leftBehind()
      gate.resolve()
      await hostTurns(3)
      return [during, leftBehind(), task.cancelled()]
    })
    assert.deepEqual(value, [["left behind: function of task 'left'"], [], true])
  })

  it("is reported with its name when it fails later", async () => {
    const gate = Promise.withResolvers<void>()
    const { messages, reports } = await watched(async () => {
      await leave(gate.promise, async () => {
        throw new RangeError("much later")
      })
      gate.resolve()
      await hostTurns(3)
    })
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /left behind at a foreign promise failed later .*left/)
    assert.ok(reports[0]?.exception instanceof RangeError)
  })

  it("is reported when the promise itself rejects later, and that is no unhandled rejection", async () => {
    const gate = Promise.withResolvers<void>()
    let messages: string[] = []
    const rejections = await unhandledOf(async () => {
      ;({ messages } = await watched(async () => {
        await leave(gate.promise, async () => "unreached")
        gate.reject(new Error("connection lost"))
        await hostTurns(3)
      }))
    })
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? "", /left behind/)
    assert.deepEqual(rejections, [])
  })

  it("is not reported when it ends by the cancellation", async () => {
    const gate = Promise.withResolvers<void>()
    const { messages, value } = await watched(async () => {
      await leave(gate.promise, () => asyncio.sleep(60))
      gate.resolve()
      await hostTurns(3)
      await asyncio.sleep(0)
      return leftBehind()
    })
    assert.deepEqual(value, [])
    assert.deepEqual(messages, [])
  })

  it("may close what is ours while it cleans up: the lock it holds stays held, and is given back", async () => {
    const gate = Promise.withResolvers<void>()
    const { value } = await watched(async () => {
      const lock = new asyncio.Lock()
      const task = asyncio.createTask(() => lock.run(() => gate.promise))
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      const held = lock.locked()
      gate.resolve()
      await hostTurns(3)
      return [held, lock.locked()]
    })
    assert.deepEqual(value, [true, false])
  })

  it("has its own clean-up run to the end when it awaits in finally", async () => {
    const gate = Promise.withResolvers<void>()
    const log: string[] = []
    await watched(async () => {
      const task = asyncio.createTask(async () => {
        try {
          await gate.promise
          await asyncio.sleep(60)
        } finally {
          await asyncio.sleep(1)
          log.push(`cleaned up at ${now()}`)
        }
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      gate.resolve()
      await hostTurns(3)
      await asyncio.sleep(5)
    })
    assert.deepEqual(log, ["cleaned up at 1"])
  })

  it("runs under a task of its own: what it asks for as the current task is not the cancelled one", async () => {
    const gate = Promise.withResolvers<void>()
    const seen: unknown[] = []
    await watched(async () => {
      await leave(gate.promise, async () => {
        seen.push(asyncio.currentTask()?.getName())
      })
      gate.resolve()
      await hostTurns(3)
    })
    assert.deepEqual(seen, ["left behind: function of task 'left'"])
  })

  // Invariant of BodyCoroutine
  it("told those who awaited it once: its end tells nobody again", async () => {
    const { value } = await watched(async () => {
      const gate = Promise.withResolvers<string>()
      const told: string[] = []
      const body = asyncio.coroutine("body", async () => gate.promise)
      const task = asyncio.createTask(async () => {
        const coroutine = body()
        const look = (name: string): Promise<void> =>
          coroutine.then(
            () => void told.push(`${name} returned`),
            (error: unknown) => void told.push(`${name} ${(error as Error).name}`),
          )
        await Promise.all([look("first"), look("second")])
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      await hostTurns(2)
      gate.resolve("too late")
      await hostTurns(2)
      return told.toSorted()
    })
    assert.deepEqual(value, ["first CancelledError", "second CancelledError"])
  })

  it("is none that cancelled itself and ended without another await: nothing of it is listed", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        asyncio.currentTask()?.cancel()
      })
      await asyncio.wait([task])
      await hostTurns(3)
      return [task.cancelled(), [...asyncio.allTasks()].map((each) => each.getName()).slice(1)]
    })
    assert.deepEqual(value, [true, []])
  })

  it("keeps its task when it had outlived its frame before: the program ends", async () => {
    const { value } = await watched(async () => {
      const loser = asyncio.coroutine("loser", async () => {
        try {
          await asyncio.sleep(60)
        } finally {
          await never()
        }
      })
      await asyncio.coroutine("race", () => Promise.race([asyncio.sleep(1), loser()]))()
      await asyncio.sleep(0)
      const [, outliving] = asyncio.allTasks()
      outliving?.cancel()
      await hostTurns(3)
      return [...asyncio.allTasks()].map((task) => task.getName().replace(/Task-\d+/, "main"))
    })
    assert.deepEqual(value, ["main", "outliving: loser of task 'main'"])
  })

  it("gives what runs below it the same task", async () => {
    const seen: (string | undefined)[] = []
    await watched(async () => {
      const nested = asyncio.coroutine("nested", async () => {
        try {
          await asyncio.sleep(60)
        } finally {
          seen.push(asyncio.currentTask()?.getName().replace(/Task-\d+/, "main"))
        }
      })
      const loser = asyncio.coroutine("loser", async () => {
        await nested()
      })
      await asyncio.coroutine("race", () => Promise.race([asyncio.sleep(1), loser()]))()
      await asyncio.sleep(0)
    })
    assert.deepEqual(seen, ["outliving: loser of task 'main'"])
  })

  it("can be left behind again when it awaits something foreign once more", async () => {
    const first = Promise.withResolvers<void>()
    const { value } = await watchedReal(async () => {
      const { task } = await leave(first.promise, () => never())
      first.resolve()
      await hostTurns(3)
      return [task.cancelled(), leftBehind().length]
    })
    assert.deepEqual(value, [true, 1])
  })
})

describe("a frame that was left behind and goes on after its loop was closed", () => {
  /** Leaves a frame behind, ends the program, and lets the frame go on. */
  async function goOn(afterwards: () => PromiseLike<unknown>): Promise<{ reports: asyncio.ExceptionContext[]; rejections: unknown[] }> {
    const reports: asyncio.ExceptionContext[] = []
    const gate = Promise.withResolvers<void>()
    const rejections = await unhandledOf(async () => {
      await soon(
        asyncio.run(async () => {
          asyncio.getRunningLoop().setExceptionHandler((_loop, report) => reports.push(report))
          asyncio.createTask(async () => {
            await gate.promise
            await afterwards()
          })
          await asyncio.sleep(0)
        }),
      )
      gate.resolve()
      await hostTurns(3)
    })
    return { reports, rejections }
  }

  it("gets its CancelledError at the next await of ours, and is not reported", async () => {
    const log: string[] = []
    const { reports, rejections } = await goOn(async () => {
      try {
        await asyncio.sleep(1)
      } catch (error) {
        log.push((error as Error).name)
        throw error
      }
    })
    assert.deepEqual(log, ["CancelledError"])
    assert.deepEqual(reports.map((report) => report.message), [])
    assert.deepEqual(rejections, [])
  })

  it("is told that the loop is closed at the await after that, instead of hanging", async () => {
    const log: string[] = []
    const { rejections } = await goOn(async () => {
      await asyncio.sleep(1).catch(() => undefined)
      await asyncio.sleep(1).catch((error: unknown) => log.push((error as Error).message))
    })
    assert.equal(log.length, 1)
    assert.match(log[0] ?? "", /event loop.*closed/i)
    assert.deepEqual(rejections, [])
  })

  it("is reported when it fails", async () => {
    const { reports, rejections } = await goOn(async () => {
      throw new RangeError("much later")
    })
    assert.equal(reports.length, 1)
    assert.ok(reports[0]?.exception instanceof RangeError)
    assert.deepEqual(rejections, [])
  })
})

describe("a cancellation that meets a promise which settles in time", () => {
  it("lets code that was woken by the promise run on, and throws at its next await of ours", async () => {
    const { value } = await watched(async () => {
      const gate = Promise.withResolvers<string>()
      const log: string[] = []
      const task = asyncio.createTask(async () => {
        log.push(await gate.promise)
        await asyncio.sleep(0)
        log.push("not reached")
      })
      await asyncio.sleep(0)
      gate.resolve("woken")
      task.cancel()
      await asyncio.wait([task])
      return [log, task.cancelled()]
    })
    assert.deepEqual(value, [["woken"], true])
  })

  it("ends the task cancelled when it has no further await", async () => {
    const { value } = await watched(async () => {
      const gate = Promise.withResolvers<string>()
      const task = asyncio.createTask(() => gate.promise)
      await asyncio.sleep(0)
      gate.resolve("woken")
      task.cancel()
      await asyncio.wait([task])
      return task.cancelled()
    })
    assert.equal(value, true)
  })
})

describe("wrapFuture", () => {
  // CPython: test_wrap_future
  it("gives the outcome of the promise", async () => {
    const { value } = await watched(async () => {
      const good = await asyncio.wrapFuture(Promise.resolve(5))
      const bad = await failureOf(asyncio.wrapFuture(Promise.reject(new RangeError("no"))))
      return [good, bad.name]
    })
    assert.deepEqual(value, [5, "RangeError"])
  })

  it("is interruptible at once: nothing is left behind, every finally runs", async () => {
    const log: string[] = []
    const { value, messages } = await watched(async () => {
      const task = asyncio.createTask(chain(asyncio.wrapFuture(never()) as Promise<unknown>, log))
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      return [task.cancelled(), leftBehind()]
    })
    assert.deepEqual(value, [true, []])
    assert.equal(log[0], "inner caught CancelledError")
    assert.equal(log.length, 6)
    assert.deepEqual(messages, [])
  })

  // CPython: test_wrap_future_cancel, test_wrap_future_cancel2
  it("drops what the promise comes to after a cancellation, also an error", async () => {
    const gate = Promise.withResolvers<number>()
    let messages: string[] = []
    const rejections = await unhandledOf(async () => {
      ;({ messages } = await watched(async () => {
        const future = asyncio.wrapFuture(gate.promise)
        assert.equal(future.cancel(), true)
        gate.reject(new Error("nobody waits"))
        await hostTurns(2)
        assert.equal(future.cancelled(), true)
      }))
    })
    assert.deepEqual(messages, [])
    assert.deepEqual(rejections, [])
  })

  // CPython: test_wrap_future_future
  it("gives a Future back as it is, and refuses what is no promise", async () => {
    await watched(async () => {
      const future = new asyncio.Future<number>()
      assert.equal(asyncio.wrapFuture(future), future)
      future.cancel()
      for (const bad of [5, null, undefined, {}, () => 1]) {
        assert.throws(() => asyncio.wrapFuture(bad as never), /TypeError.*wrapFuture takes a promise|wrapFuture takes a promise/)
      }
    })
  })

  it("is inert when the promise settles after the loop was closed", async () => {
    const gate = Promise.withResolvers<number>()
    const rejections = await unhandledOf(async () => {
      const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
      loop.createTask(async () => asyncio.wrapFuture(gate.promise))
      loop.callSoon(() => loop.callSoon(() => loop.stop()))
      await soon(loop.runForever())
      loop.close()
      gate.resolve(1)
      await hostTurns(2)
    })
    assert.deepEqual(rejections, [])
  })

  // CPython: test_wrap_future_without_loop, test_wrap_future_use_running_loop, test_wrap_future_use_global_loop
  it("needs a running loop, or is given one", async () => {
    const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
    const future = asyncio.wrapFuture(Promise.resolve("given"), { loop })
    assert.equal(future.getLoop(), loop)
    assert.equal(await soon(loop.runUntilComplete(future)), "given")
    loop.close()
  })

  it("without a loop is refused", () => {
    assert.throws(() => asyncio.wrapFuture(Promise.resolve()), asyncio.RuntimeError)
  })

  it("takes any thenable, and calls its then once", async () => {
    let calls = 0
    const { value } = await watched(async () => {
      const thenable = {
        then(resolve: (value: number) => void) {
          calls += 1
          resolve(9)
        },
      } as unknown as PromiseLike<number>
      const future = asyncio.wrapFuture(thenable)
      return [await future, await future]
    })
    assert.deepEqual(value, [9, 9])
    assert.equal(calls, 1)
  })
})

describe("settled", () => {
  it("holds the cancellation back until the promise has settled", async () => {
    const gate = Promise.withResolvers<string>()
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => asyncio.settled(gate.promise))
      await asyncio.sleep(0)
      task.cancel("while committing")
      await asyncio.sleep(0)
      await hostTurns(2)
      const before = task.done()
      gate.resolve("committed")
      const error = await failureOf(task)
      return [before, error.name, (error as asyncio.CancelledError).reason]
    })
    assert.deepEqual(value, [false, "CancelledError", "while committing"])
  })

  it("gives the value and the error when nobody cancels", async () => {
    const { value } = await watched(async () => [
      await asyncio.settled(Promise.resolve(5)),
      (await failureOf(asyncio.settled(Promise.reject(new RangeError("no"))))).name,
    ])
    assert.deepEqual(value, [5, "RangeError"])
  })

  it("throws the cancellation even when the promise fails, and tells of that error once", async () => {
    const gate = Promise.withResolvers<string>()
    const failure = new Error("rolled back")
    const { value, reports } = await watched(async () => {
      const task = asyncio.createTask(() => asyncio.settled(gate.promise))
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.sleep(0)
      gate.reject(failure)
      await asyncio.wait([task])
      return task.cancelled()
    })
    assert.equal(value, true)
    assert.deepEqual(reports.map((report) => report.exception), [failure])
  })

  it("throws a cancellation that comes after the promise has settled, before its value was taken", async () => {
    const gate = Promise.withResolvers<string>()
    const { value } = await watched(async () => {
      const task = asyncio.createTask(() => asyncio.settled(gate.promise))
      await asyncio.sleep(0)
      gate.resolve("committed")
      await Promise.resolve()
      task.cancel()
      await asyncio.wait([task])
      return [task.cancelled(), task.cancelling()]
    })
    assert.deepEqual(value, [true, 1])
  })

  it("makes a timeout wait for it too", async () => {
    const gate = Promise.withResolvers<string>()
    const { value } = await watched(async (clock) => {
      setImmediate(() => {
        clock.advance(1)
        setImmediate(() => {
          clock.advance(3)
          gate.resolve("done")
        })
      })
      const error = await failureOf(asyncio.waitFor(asyncio.settled(gate.promise), 1))
      return [error.name, now()]
    })
    assert.deepEqual(value, ["TimeoutError", 4])
  })

  it("withstands several requests", async () => {
    const gate = Promise.withResolvers<string>()
    const { value } = await watched(async () => {
      const task = asyncio.createTask(() => asyncio.settled(gate.promise))
      await asyncio.sleep(0)
      for (let i = 0; i < 3; i++) {
        task.cancel(i)
        await asyncio.sleep(0)
      }
      assert.equal(task.done(), false)
      gate.resolve("done")
      const error = (await failureOf(task)) as asyncio.CancelledError
      return [error.name, error.reason, task.cancelling()]
    })
    assert.deepEqual(value, ["CancelledError", 0, 3])
  })
})

describe("a task that is woken by a foreign promise", () => {
  it("finishes its own segment before the loop goes on", async () => {
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    await watchedReal(async () => {
      const woken = asyncio.createTask(async () => {
        await gate.promise
        log.push("woken 1")
        asyncio.getRunningLoop().callSoon(() => log.push("callback"))
        await Promise.resolve()
        log.push("woken 2")
        await Promise.resolve()
        log.push("woken 3")
        await asyncio.sleep(0)
        log.push("woken 4")
      })
      setTimeout(() => gate.resolve(), 1)
      await woken
    })
    assert.deepEqual(log, ["woken 1", "woken 2", "woken 3", "callback", "woken 4"])
  })

  it("keeps its task, its frame and its context variables", async () => {
    const variable = new asyncio.ContextVar<string>("variable")
    const { value } = await watched(async () => {
      variable.set("mine")
      const own = asyncio.currentTask()
      await hostTurn()
      await new Promise((resolve) => setTimeout(resolve, 1))
      return [asyncio.currentTask() === own, variable.get()]
    })
    assert.deepEqual(value, [true, "mine"])
  })

  it("does not hold up others: the loop goes on while one task awaits a promise", async () => {
    const { value } = await watchedReal(async () => {
      let ticks = 0
      const ticker = asyncio.createTask(async () => {
        for (;;) {
          ticks += 1
          await asyncio.sleep(0)
        }
      })
      while (ticks <= 5) await hostTurn()
      ticker.cancel()
      return ticks > 5
    })
    assert.equal(value, true)
  })
})

describe("the virtual clock", () => {
  it("stands still while a task awaits something foreign, and advance forces it", async () => {
    const clock = new VirtualClock()
    const gate = Promise.withResolvers<void>()
    const times: number[] = []
    const program = runVirtual(
      async () => {
        const sleeper = asyncio.createTask(async () => {
          await asyncio.sleep(10)
          times.push(now())
        })
        await gate.promise
        times.push(now())
        await sleeper
      },
      { clock },
    )
    await hostTurns(3)
    assert.equal(clock.time(), 0)
    clock.advance(4)
    await hostTurns(3)
    assert.equal(clock.time(), 4)
    gate.resolve()
    await soon(program)
    assert.deepEqual(times, [4, 10])
  })

  it("jumps although a frame was left behind at a promise", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        await never()
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      await asyncio.sleep(100)
      return now()
    })
    assert.equal(value, 100)
  })

  it("stands still while a wrapped promise is open", async () => {
    const clock = new VirtualClock()
    const gate = Promise.withResolvers<string>()
    const program = runVirtual(
      async () => {
        asyncio.createTask(asyncio.sleep(10))
        return [await asyncio.wrapFuture(gate.promise), now()]
      },
      { clock },
    )
    await hostTurns(3)
    assert.equal(clock.time(), 0)
    gate.resolve("ready")
    assert.deepEqual(await soon(program), ["ready", 0])
  })

  it("does not stand still for a wrapped promise whose future was cancelled", async () => {
    const { value } = await watched(async () => {
      asyncio.wrapFuture(never()).cancel()
      await asyncio.sleep(5)
      return now()
    })
    assert.equal(value, 5)
  })
})
