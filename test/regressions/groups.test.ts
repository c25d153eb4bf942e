/** Task groups, eager tasks and races: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { collect } from "../core/support/gc.ts"
import { fate, forever, me, now, slowToDie, thrown, thrownAs, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const fail = asyncio.coroutine("fail", async (seconds: number): Promise<never> => {
  await asyncio.sleep(seconds)
  throw new Error("boom")
})

/** The rest of a test runs with tasks that start inside createTask. */
function eagerly(): void {
  asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory)
}

virtual("gh-116720: a nested group that fails does not eat its parent's cancel", async () => {
  const log: string[] = []
  const outer = new asyncio.TaskGroup()
  const error = await thrownAs(
    asyncio.ExceptionGroup,
    outer.run(async (group) => {
      group.createTask(fail(1))
      const inner = new asyncio.TaskGroup().run((nested) => {
        nested.createTask(fail(1))
        return forever()
      })
      log.push((await thrownAs(asyncio.ExceptionGroup, inner)).name)
      await asyncio.sleep(10)
      log.push("went on")
    }),
  )
  assert.deepEqual(log, ["ExceptionGroup"])
  assert.equal(error.errors.length, 1)
  assert.equal(now(), 1000)
})

virtual("gh-95289: a group whose body replaces the error takes its request back all the same", async () => {
  const group = new asyncio.TaskGroup().run(async (group) => {
    group.createTask(fail(1))
    try {
      await forever()
    } catch {
      throw new Error("replaced")
    }
  })
  assert.equal((await thrownAs(asyncio.ExceptionGroup, group)).errors.length, 2)
  assert.equal(me().cancelling(), 0)
  await asyncio.sleep(1)
})

// A child's end is told through the loop, so it never comes while another is still being made.
virtual("gh-128550: a group that fails while a child starts eagerly cancels that child too", async () => {
  eagerly()
  let cancelled = false
  const group = new asyncio.TaskGroup().run((group) => {
    group.createTask(async () => {
      group.createTask(() => Promise.reject(new Error("third")))
      try {
        await forever()
      } catch (error) {
        cancelled = error instanceof asyncio.CancelledError
      }
    })
  })
  const error = await thrownAs(asyncio.ExceptionGroup, group)
  assert.deepEqual(error.errors.map(String), ["Error: third"])
  assert.equal(cancelled, true)
})

virtual("gh-128588: no cancel leaks out of a group whose eager child fails at once", async () => {
  eagerly()
  const group = new asyncio.TaskGroup().run((group) => {
    group.createTask(() => Promise.reject(new Error("boom")))
  })
  await thrownAs(asyncio.ExceptionGroup, group)
  await ticks(2)
  assert.equal(me().cancelling(), 0)
})

virtual("gh-155418: a group that an eager child ends before its first await does not hang on that child", async () => {
  eagerly()
  const children: asyncio.Task<unknown>[] = []
  await new asyncio.TaskGroup().run((group) => {
    const child = group.createTask(async () => {
      group.cancel()
      await forever()
    })
    children.push(child)
  })
  assert.deepEqual(children.map(fate), ["cancelled"])
})

virtual("gh-157301: a task whose eager start fails leaves the loop as it was", async () => {
  eagerly()
  const main = me()
  const task = asyncio.createTask(() => {
    throw new Error("boom")
  })
  assert.equal(asyncio.currentTask(), main)
  assert.equal(String(await thrown(task)), "Error: boom")
  await asyncio.sleep(1)
  assert.equal(now(), 1000)
  assert.deepEqual([...asyncio.allTasks()], [main])
})

virtual("gh-124309: a staggered race with eager tasks has one winner, also when two finish at once", async () => {
  eagerly()
  const candidates = [() => asyncio.sleep(1, "first"), () => asyncio.sleep(0.5, "second")]
  const [value, index, errors] = await asyncio.staggeredRace(candidates, 0.5)
  assert.deepEqual([value, index, errors.length], ["first", 0, 2])
  const [winner] = await asyncio.staggeredRace([async () => "a", async () => "b"], 0)
  assert.equal(winner, "a")
})

virtual("anyio #685: who gives up on TaskGroup.start takes its child along, and leaves the group alone", async () => {
  let sibling: asyncio.Task<string> | undefined
  const children: asyncio.Task<unknown>[] = []
  await new asyncio.TaskGroup().run(async (group) => {
    sibling = group.createTask(asyncio.sleep(5, "done"))
    const starter = asyncio.createTask(
      group.start(() => {
        children.push(me())
        return forever()
      }),
    )
    await asyncio.sleep(1)
    starter.cancel()
    await asyncio.wait([starter])
    assert.equal(fate(starter), "cancelled")
  })
  assert.deepEqual(children.map(fate), ["cancelled"])
  assert.equal(sibling?.result(), "done")
})

virtual("anyio #706: a child that says twice that it is ready is ready once", async () => {
  await new asyncio.TaskGroup().run(async (group) => {
    const value = await group.start<number>(async (ready) => {
      ready(1)
      ready(2)
    })
    assert.equal(value, 1)
  })
})

// Memory is traced here, so a circle leaks nothing; what counts is who still holds the error.
virtual("gh-128552: a task that is kept does not keep the cancellation it ended with", async () => {
  let error: WeakRef<asyncio.CancelledError> | undefined
  const task = asyncio.createTask(() => slowToDie(1))
  const watch = async (): Promise<void> => {
    error = new WeakRef(await thrownAs(asyncio.CancelledError, task))
  }
  const watcher = asyncio.createTask(watch)
  await ticks(2)
  task.cancel()
  await watcher
  await collect()
  assert.equal(error?.deref(), undefined)
  assert.equal(task.cancelled(), true)
})
