import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { seemsClosed } from "../support/closed-under.ts"
import { fate } from "../support/record.ts"

const never = (): Promise<void> => new Promise(() => undefined)

test("a group whose body awaits a foreign promise still ends its children and tells their errors", async () => {
  const failure = new Error("child")
  await asyncio.run(async () => {
    const group = new asyncio.TaskGroup().run(async (tasks) => {
      tasks.createTask(() => Promise.reject(failure))
      await never()
    })
    const error = await group.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof asyncio.ExceptionGroup)
    assert.deepEqual(error.errors, [failure])
    assert.equal(asyncio.currentTask()?.cancelling(), 0)
  })
})

test("a group whose body awaits a foreign promise can be ended quietly", async () => {
  await asyncio.run(async () => {
    const value = await new asyncio.TaskGroup().run(async (group) => {
      asyncio.getRunningLoop().callSoon(() => group.cancel())
      await never()
    })
    assert.equal(value, undefined)
  })
})

test("a group whose loop is closed while its body awaits a foreign promise ends with an error, and does not wait in a circle", async () => {
  const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
  loop.setExceptionHandler(() => undefined)
  const gate = Promise.withResolvers<void>()
  const task = await loop.runUntilComplete(async () => {
    const body = async (group: asyncio.TaskGroup): Promise<void> => {
      group.createTask(asyncio.sleep(60))
      await gate.promise
    }
    const task = asyncio.createTask(async () => new asyncio.TaskGroup().run(body))
    await asyncio.sleep(0)
    return [task] as const
  })
  loop.close()
  const closed = seemsClosed(loop)
  gate.resolve()
  while (!task[0].done()) await setImmediate()
  assert.match(fate(task[0]), /^failed RuntimeError: the event loop of task '.*' is closed/)
  assert.ok(closed.asked < 20, `asked ${closed.asked} times`)
})

test("a callback given to a coroutine that is left behind may await, in the context it was given in", async () => {
  const log: string[] = []
  const stuck = asyncio.coroutine("stuck", never)
  await asyncio.run(async () => {
    const task = asyncio.createTask(async () => {
      await stuck().finally(async () => {
        await asyncio.sleep(0)
        log.push("cleaned")
      })
    })
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(task.cancelled(), true)
  })
  assert.deepEqual(log, ["cleaned"])
})

test("an error that cannot be looked at, and a message that cannot be shown, end a task like others", async () => {
  await asyncio.run(async () => {
    const broken = new AggregateError([])
    Object.defineProperty(broken, "errors", { value: undefined })
    const failing = asyncio.createTask(() => Promise.reject(broken))
    await asyncio.wait([failing])
    assert.equal(failing.exception(), broken)
    class Mute extends Error {
      override toString(): string {
        throw new Error("mute")
      }
    }
    const sleeping = asyncio.createTask(asyncio.sleep(60))
    await asyncio.sleep(0)
    sleeping.cancel(new Mute("x"))
    await asyncio.wait([sleeping])
    assert.equal(sleeping.cancelled(), true)
  })
})
