/** Eager tasks: R195 to R197, as far as JavaScript lets them. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { failureOf, soon, watched } from "./support/watched.ts"

/** Runs `main` on a loop whose tasks start eagerly. */
function eagerly<T>(main: () => Promise<T>): Promise<{ value: T; messages: string[] }> {
  return watched(async () => {
    asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory)
    return main()
  })
}

describe("the eager task factory", () => {
  // CPython: test_eager_task_factory_set, test_eager_completion
  it("R195: runs a task up to its first await inside createTask", async () => {
    const { value } = await eagerly(async () => {
      const log: string[] = []
      const task = asyncio.createTask(async () => {
        log.push("first step")
        await asyncio.sleep(0)
        log.push("second step")
      })
      log.push("created")
      await task
      return log
    })
    assert.deepEqual(value, ["first step", "created", "second step"])
  })

  it("R195: a task that never suspends is done a microtask later, and is listed no more", async () => {
    const { value } = await eagerly(async () => {
      const task = asyncio.createTask(async () => 5)
      const onReturn = task.done()
      await Promise.resolve()
      await Promise.resolve()
      return [onReturn, task.done(), asyncio.allTasks().has(task), task.result()]
    })
    assert.deepEqual(value, [false, true, false, 5])
  })

  // CPython: test_current_task
  it("R195: currentTask() is the new one in its first step, and the maker's again afterwards", async () => {
    const { value } = await eagerly(async () => {
      const own = asyncio.currentTask()
      const seen: unknown[] = []
      const task = asyncio.createTask(async () => {
        seen.push(asyncio.currentTask())
      })
      seen.push(asyncio.currentTask())
      await task
      return [seen[0] === task, seen[1] === own]
    })
    assert.deepEqual(value, [true, true])
  })

  it("R195: done callbacks of a task that finished at once still go through callSoon", async () => {
    const { value } = await eagerly(async () => {
      const log: string[] = []
      const task = asyncio.createTask(async () => 1)
      task.addDoneCallback(() => log.push("callback"))
      await Promise.resolve()
      await Promise.resolve()
      log.push(`done ${task.done()}`)
      await asyncio.sleep(0)
      return log
    })
    assert.deepEqual(value, ["done true", "callback"])
  })

  // CPython: test_all_tasks_with_eager_completion, test_all_tasks_with_blocking
  it("R195: a task that blocks is listed until it ends", async () => {
    const { value } = await eagerly(async () => {
      const task = asyncio.createTask(asyncio.sleep(1))
      const during = asyncio.allTasks().has(task)
      await task
      return [during, asyncio.allTasks().has(task)]
    })
    assert.deepEqual(value, [true, false])
  })

  it("R196: exceptions of the first step are stored, not thrown", async () => {
    const { value } = await eagerly(async () => {
      const asynchronous = asyncio.createTask(async () => {
        throw new RangeError("a")
      })
      const synchronous = asyncio.createTask(() => {
        throw new RangeError("b")
      })
      return [(await failureOf(asynchronous)).message, (await failureOf(synchronous)).message]
    })
    assert.deepEqual(value, ["a", "b"])
  })

  // CPython: test_context_vars
  it("R197: a task uses a copy of the context", async () => {
    const variable = new asyncio.ContextVar<string>("variable", { default: "default" })
    const { value } = await eagerly(async () => {
      variable.set("maker")
      const task = asyncio.createTask(async () => {
        const seen = variable.get()
        variable.set("task")
        return seen
      })
      return [variable.get(), await task, variable.get()]
    })
    assert.deepEqual(value, ["maker", "maker", "maker"])
  })

  // CPython: test_awaitables_chain
  it("R197: nested eager tasks run depth first", async () => {
    const { value } = await eagerly(async () => {
      const log: string[] = []
      const nest = (depth: number): asyncio.Task<void> =>
        asyncio.createTask(async () => {
          log.push(`in ${depth}`)
          const inner = depth < 3 ? nest(depth + 1) : undefined
          log.push(`after ${depth}`)
          await inner
        })
      await nest(1)
      return log
    })
    assert.deepEqual(value, ["in 1", "in 2", "in 3", "after 3", "after 2", "after 1"])
  })

  // CPython: test_eager_start_false
  it("R197: eagerStart of a call overrides it", async () => {
    const { value } = await eagerly(async () => {
      const log: string[] = []
      const task = asyncio.createTask(async () => void log.push("ran"), { eagerStart: false })
      log.push("created")
      await task
      return log
    })
    assert.deepEqual(value, ["created", "ran"])
  })

  // CPython: test_eager_start_true, test_eager_start_true_with_default_factory
  it("R197: eagerStart works with the default factory too", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const task = asyncio.createTask(async () => void log.push("ran"), { eagerStart: true })
      log.push("created")
      await task
      return log
    })
    assert.deepEqual(value, ["ran", "created"])
  })

  it("R197: a task made before the loop runs starts with the loop", async () => {
    const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
    loop.setTaskFactory(asyncio.eagerTaskFactory)
    const log: string[] = []
    const task = loop.createTask(async () => void log.push("ran"))
    log.push("created")
    await soon(loop.runUntilComplete(task))
    assert.deepEqual(log, ["created", "ran"])
    loop.close()
  })

  // CPython: test_cancellation_after_eager_completion, test_cancellation_after_eager_step_blocks
  it("a task can be cancelled after its first step, and not after its end", async () => {
    const { value } = await eagerly(async () => {
      const log: string[] = []
      const blocked = asyncio.createTask(async () => {
        try {
          await asyncio.sleep(60)
        } finally {
          log.push("cleaned up")
        }
      })
      blocked.cancel()
      const ended = asyncio.createTask(async () => 1)
      await Promise.resolve()
      await Promise.resolve()
      const accepted = ended.cancel()
      await asyncio.wait([blocked])
      return [log, blocked.cancelled(), accepted, await ended]
    })
    assert.deepEqual(value, [["cleaned up"], true, false, 1])
  })

  // CPython: test_block_after_eager_step, test_await_future_during_eager_step
  it("a task that awaits something done in its first step goes on without the loop", async () => {
    const { value } = await eagerly(async () => {
      const future = new asyncio.Future<string>()
      future.setResult("ready")
      const pending = new asyncio.Future<string>()
      const log: string[] = []
      const task = asyncio.createTask(async () => {
        log.push(await future)
        log.push(await pending)
      })
      for (let i = 0; i < 5; i++) await Promise.resolve()
      log.push("maker")
      pending.setResult("later")
      await task
      return log
    })
    assert.deepEqual(value, ["ready", "maker", "later"])
  })

  // CPython: test_staggered_race_with_eager_tasks, test_staggered_race_with_eager_tasks_no_delay, test_recursive_taskgroups, test_recursive_gather
  it("works under gather, groups and races, nested", async () => {
    const { value } = await eagerly(async () => {
      const leaf = async (n: number): Promise<number> => {
        await asyncio.sleep(n / 10)
        return n
      }
      const gathered = await asyncio.gather([
        () => asyncio.gather([() => leaf(1), () => leaf(2)]),
        () => asyncio.gather([() => leaf(3)]),
      ])
      const grouped = await new asyncio.TaskGroup().run(async (outer) => ({
        task: outer.createTask(() =>
          new asyncio.TaskGroup().run(async (inner) => {
            inner.createTask(() => leaf(4))
            return 4
          }),
        ),
      }))
      const [winner, index] = await asyncio.staggeredRace([() => leaf(5), () => leaf(1)], 0.1)
      return [gathered, grouped.task.result(), winner, index]
    })
    assert.deepEqual(value, [[[1, 2], [3]], 4, 1, 1])
  })

  // CPython: test_issue122332, test_issue105987, test_name
  it("a task keeps its name and coroutine, during and after its first step", async () => {
    const { value } = await eagerly(async () => {
      const body = asyncio.coroutine("body", async () => asyncio.currentTask()?.getName())
      const coroutine = body()
      const task = asyncio.createTask(coroutine, { name: "eager" })
      return [await task, task.getName(), task.getCoro() === coroutine]
    })
    assert.deepEqual(value, ["eager", "eager", true])
  })

  it("made for a subclass makes its tasks", async () => {
    class Traced<T> extends asyncio.Task<T> {
      readonly traced = true
    }
    const { value } = await watched(async () => {
      asyncio.getRunningLoop().setTaskFactory(asyncio.createEagerTaskFactory(Traced))
      const log: string[] = []
      const task = asyncio.createTask(async () => void log.push("ran"))
      log.push(String(task instanceof Traced))
      await task
      return log
    })
    assert.deepEqual(value, ["ran", "true"])
  })

  it("leaves the maker's turn alone: what is ready runs after the maker has come to rest", async () => {
    const { value } = await eagerly(async () => {
      const log: string[] = []
      asyncio.getRunningLoop().callSoon(() => log.push("callback"))
      const task = asyncio.createTask(() => asyncio.sleep(0))
      for (let i = 0; i < 5; i++) await Promise.resolve()
      log.push("maker")
      await task
      return log
    })
    assert.deepEqual(value, ["maker", "callback"])
  })
})
