/** What CPython's test_eager_task_factory.py expects of eager tasks and no other test of ours holds. */
import assert from "node:assert/strict"

import * as asyncio from "asyncio-ts"
import { fate, forever, me, thrownAs } from "../support/record.ts"
import { virtual, type VirtualBody } from "../support/virtual.ts"

/** A test whose tasks start eagerly. */
function virtualEager(name: string, body: VirtualBody): void {
  virtual(name, (told, t) => {
    asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory)
    return body(told, t)
  })
}

// CPython: test_eager_task_factory_set
virtualEager("the factory that was set is the one asked for, and makes tasks", async () => {
  const loop = asyncio.getRunningLoop()
  assert.equal(loop.getTaskFactory(), asyncio.eagerTaskFactory)
  const task = loop.createTask(async () => 1)
  assert.ok(task instanceof asyncio.Task)
  assert.equal(await task, 1)
})

// CPython: test_await_future_during_eager_step
virtualEager("a future that a task sets in its first step is set when createTask returns", async () => {
  const future = new asyncio.Future<string>()
  asyncio.createTask(async () => future.setResult("my message"))
  assert.equal(fate(future), "returned my message")
  assert.equal(await future, "my message")
})

// CPython: test_block_after_eager_step
virtualEager("a task that blocks is pending until its work is over", async () => {
  const task = asyncio.createTask(asyncio.sleep(0.1, "finished after blocking"))
  assert.equal(task.done(), false)
  assert.equal(await task, "finished after blocking")
  assert.equal(task.done(), true)
})

// CPython: test_cancellation_after_eager_step_blocks
virtualEager("a task that is cancelled after its first step throws with the message", async () => {
  const task = asyncio.createTask(asyncio.sleep(0.1))
  task.cancel("cancellation message")
  assert.equal(task.cancelling(), 1)
  assert.equal((await thrownAs(asyncio.CancelledError, task)).reason, "cancellation message")
})

// CPython: test_current_task
virtualEager("the current task is the same before and after the task blocks", async () => {
  const seen: asyncio.Task<unknown>[] = []
  const task = asyncio.createTask(async () => {
    seen.push(me())
    await asyncio.sleep(0.1)
    seen.push(me())
  })
  assert.deepEqual(seen.map((each) => each === task), [true])
  await task
  assert.deepEqual(seen.map((each) => each === task), [true, true])
})

// CPython: test_all_tasks_with_eager_completion, test_all_tasks_with_blocking
virtualEager("a task is listed in its first step, while it blocks, and no longer when it is done", async () => {
  for (const blocks of [false, true]) {
    let listed: ReadonlySet<unknown> = new Set()
    const gate = new asyncio.Future<void>()
    const over = new asyncio.Future<void>()
    if (!blocks) gate.setResult()
    const task = asyncio.createTask(async () => {
      listed = asyncio.allTasks()
      if (blocks) await gate
      over.setResult()
    })
    assert.equal(listed.has(task), true)
    if (blocks) {
      assert.equal(asyncio.allTasks().has(task), true)
      gate.setResult()
    } else {
      await Promise.resolve()
    }
    await over
    assert.equal(asyncio.allTasks().has(task), false)
  }
})

// CPython: test_context_vars
virtualEager("what a task sets in its steps stays with it, before and after it blocks", async () => {
  const variable = new asyncio.ContextVar("variable", { default: 0 })
  const seen: number[] = []
  variable.set(1)
  const task = asyncio.createTask(async () => {
    seen.push(variable.get())
    variable.set(2)
    await asyncio.sleep(0.1)
    seen.push(variable.get())
    variable.set(3)
  })
  assert.deepEqual([seen, variable.get()], [[1], 1])
  await task
  assert.deepEqual([seen, variable.get()], [[1, 2], 1])
})

// CPython: test_staggered_race_with_eager_tasks
virtualEager("a race starts the next after the delay or a failure, and tells how each ended", async () => {
  const fail = async (): Promise<never> => {
    await asyncio.sleep(0)
    throw new RangeError("no good")
  }
  const work = [() => forever(), () => asyncio.sleep(1, "sleep1"), fail]
  const [winner, index, errors] = await asyncio.staggeredRace(work, 0.25)
  assert.deepEqual([winner, index, errors.length], ["sleep1", 1, 3])
  assert.ok(errors[0] instanceof asyncio.CancelledError)
  assert.ok(errors[2] instanceof RangeError)
})

// CPython: test_staggered_race_with_eager_tasks_no_delay
virtualEager("a race without a delay starts the next only when one has failed", async () => {
  const fail = async (): Promise<never> => {
    throw new RangeError("no good")
  }
  const work = [fail, () => asyncio.sleep(1, "sleep1"), () => asyncio.sleep(0, "sleep0")]
  const [winner, index, errors] = await asyncio.staggeredRace(work, null)
  assert.deepEqual([winner, index, errors.length], ["sleep1", 1, 2])
  assert.ok(errors[0] instanceof RangeError)
})

// CPython: test_eager_start_true_with_default_factory, test_eager_start_false
virtual("eagerStart of a call decides, whichever the factory: the body has run on return, or not, under its name", async () => {
  for (const factory of [null, asyncio.eagerTaskFactory]) {
    asyncio.getRunningLoop().setTaskFactory(factory)
    for (const eagerStart of [true, false]) {
      let name: string | undefined
      const task = asyncio.createTask(async () => void (name = me().getName()), { eagerStart, name: "example" })
      assert.equal(name, eagerStart ? "example" : undefined)
      await task
      assert.equal(name, "example")
    }
  }
})

/** How many tasks of a loop are made while `work` runs, and how many of them start eagerly. */
async function made(work: () => PromiseLike<unknown>, factory: asyncio.TaskFactory | null): Promise<[number, number]> {
  const loop = asyncio.getRunningLoop()
  let all = 0
  let eager = 0
  class CountedTask<T> extends asyncio.Task<T> {
    constructor(...[coroutine, options]: ConstructorParameters<typeof asyncio.Task<T>>) {
      super(coroutine, options)
      all += 1
      if (options?.eagerStart === true) eager += 1
    }
  }
  const plain: asyncio.TaskFactory = (own, coroutine, options) => new CountedTask(coroutine, { ...options, loop: own })
  loop.setTaskFactory(factory === null ? plain : asyncio.createEagerTaskFactory(CountedTask))
  await work()
  loop.setTaskFactory(null)
  return [all, eager]
}

for (const [how, factory] of [["lazy", null], ["eager", asyncio.eagerTaskFactory]] as const) {
  // CPython: test_awaitables_chain
  virtual(`a chain of a hundred coroutines makes no task (${how})`, async () => {
    const chain: (depth: number) => asyncio.Coroutine<number> = asyncio.coroutine("chain", async (depth: number) =>
      depth === 0 ? 0 : 1 + (await chain(depth - 1)),
    )
    let depth: number | undefined
    assert.deepEqual(await made(async () => void (depth = await chain(100)), factory), [0, 0])
    assert.equal(depth, 100)
  })

  // 5 + 25 + 125 + 625
  const expected = [780, how === "eager" ? 780 : 0]

  // CPython: test_recursive_taskgroups
  virtual(`groups in groups make one task for each child (${how})`, async () => {
    const recurse = async (depth: number): Promise<void> => {
      if (depth === 0) return
      await new asyncio.TaskGroup().run(async (group) => {
        for (let i = 0; i < 5; i += 1) group.createTask(() => recurse(depth - 1))
      })
    }
    assert.deepEqual(await made(() => recurse(4), factory), expected)
  })

  // CPython: test_recursive_gather
  virtual(`gathers in gathers make one task for each child (${how})`, async () => {
    const recurse = async (depth: number): Promise<void> => {
      if (depth > 0) await asyncio.gather([1, 2, 3, 4, 5].map(() => () => recurse(depth - 1)))
    }
    assert.deepEqual(await made(() => recurse(4), factory), expected)
  })
}
