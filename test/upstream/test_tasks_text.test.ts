/** What CPython's tests expect of tasks and futures when people look at them, and no other test of ours holds. */
import assert from "node:assert/strict"
import { test } from "node:test"

import * as asyncio from "asyncio-ts"
import { origins } from "#src/core/place.ts"
import { watched } from "../core/support/watched.ts"
import { me, thrownAs, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

// CPython: test_task_repr, test_cancelling, test_uncancel_basic
virtual("a task says that it has been asked to end, until it has ended or the request is withdrawn", async () => {
  const seen: string[] = []
  const state = (task: asyncio.Task<unknown>): void => void seen.push(/^<Task (\w+) name='asked'/.exec(String(task))?.[1] ?? "")
  const task = asyncio.createTask(
    async () => {
      await thrownAs(asyncio.CancelledError, asyncio.sleep(10))
      me().uncancel()
      await asyncio.sleep(10)
    },
    { name: "asked" },
  )
  state(task)
  await ticks(1)
  state(task)
  for (let i = 0; i < 2; i += 1) {
    task.cancel()
    state(task)
    await ticks(2)
    state(task)
  }
  assert.deepEqual(seen, ["pending", "pending", "cancelling", "pending", "cancelling", "cancelled"])
})

// CPython: test_task_repr
virtual("a task that is asked to end before it has begun says so too, and one that has ended says how", async () => {
  const notMuch = asyncio.coroutine("notMuch", async (result: unknown) => {
    if (result instanceof Error) throw result
    return result
  })
  const tasks = ["abc", new RangeError("no"), "never"].map((result) => asyncio.createTask(notMuch(result)))
  tasks[2]?.cancel()
  const states = (): string[] => tasks.map((task) => String(task).replace(/ name='Task-\d+' coro=<notMuch>/, ""))
  assert.deepEqual(states(), ["<Task pending>", "<Task pending>", "<Task cancelling>"])
  await asyncio.wait(tasks)
  assert.deepEqual(states(), ['<Task finished result="abc">', "<Task finished exception=RangeError('no')>", "<Task cancelled>"])
  tasks[1]?.exception()
})

// CPython: test_task_repr_wait_for
virtual("a task says what it waits for, while it does", async () => {
  const future = new asyncio.Future<void>()
  const task = asyncio.createTask(async () => future)
  assert.doesNotMatch(String(task), /wait_for/)
  await ticks(1)
  assert.match(String(task), /^<Task pending .* wait_for=<Future\b.*>>$/)
  future.setResult()
  await task
  assert.doesNotMatch(String(task), /wait_for/)
})

// CPython: test_get_stack, test_task_print_stack
virtual("the stack of a task is that of its coroutines, outermost first, as far down as is asked for", async () => {
  const printed: string[] = []
  const stacks: string[][] = []
  const names = (limit?: number): string[] => me().getStack({ limit }).map(({ name }) => name)
  const bar = asyncio.coroutine("bar", async () => {
    stacks.push(names(), names(1))
    me().printStack({ print: (text) => printed.push(text) })
    await asyncio.sleep(1)
  })
  const foo = asyncio.coroutine("foo", async () => {
    stacks.push(names(1))
    await bar()
  })
  const task = asyncio.createTask(foo())
  await asyncio.sleep(0.5)
  assert.deepEqual(stacks, [["foo"], ["foo", "bar"], ["bar"]])
  assert.deepEqual(task.getStack().map(({ name }) => name), ["foo", "bar"])
  assert.match(printed.join(), /^Stack for <Task pending .*coro=<foo>.*\n.*\b(foo|test_tasks_text)\b.*\n.*\b(bar|test_tasks_text)\b/)
  await task
  assert.deepEqual(task.getStack(), [])
})

// CPython: test_task_source_traceback, test_future_source_traceback, test_future_exception_never_retrieved_debug
test("in debug mode what is reported of a task or future says where that was made", async () => {
  for (const debug of [true, false]) {
    const { reports } = await watched(
      async () => {
        new asyncio.Future<void>().setException(new RangeError("future"))
        asyncio.createTask(async () => {
          throw new RangeError("task")
        })
        await asyncio.sleep(5)
      },
      { debug },
    )
    assert.deepEqual(reports.map(({ message }) => message), ["Future exception was never retrieved", "Task exception was never retrieved"])
    for (const { sourceTraceback } of reports) {
      if (debug) assert.match(String(sourceTraceback), /test_tasks_text\.test\.ts:\d+/)
      else assert.equal(sourceTraceback, undefined)
    }
  }
})

// CPython: test_debug_mode_manages_coroutine_origin_tracking
test("where coroutines are made is written down while a loop runs in debug mode, and neither before nor after", async () => {
  const work = asyncio.coroutine("work", async () => undefined)
  const tracked = async (): Promise<boolean> => {
    const coroutine = work()
    await coroutine.catch(() => undefined)
    return origins.get(coroutine) !== undefined
  }
  const inside = async (debug: boolean): Promise<boolean> => (await watched(tracked, { debug })).value
  assert.deepEqual([await inside(false), await inside(true), await inside(false), await tracked()], [false, true, false, false])
})
