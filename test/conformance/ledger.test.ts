/** What the random programs leave out because the ledger has it: docs/differences.md. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"

describe("a context that is entered", () => {
  it("may be entered again, by who is in it and by others", async () => {
    const variable = new asyncio.ContextVar("variable", { default: "unset" })
    const context = asyncio.copyContext()
    context.run(() => {
      variable.set("outer")
      assert.equal(context.run(() => variable.get()), "outer")
    })
    await runVirtual(async () => {
      await asyncio.createTask(async () => assert.equal(context.run(() => variable.get()), "outer"), { context })
    })
  })
})

describe("a handle that is cancelled", () => {
  it("keeps no context", async () => {
    await runVirtual(async () => {
      const handle = asyncio.getRunningLoop().callSoon(() => undefined)
      assert.ok(handle.getContext() !== undefined)
      handle.cancel()
      assert.equal(handle.getContext(), undefined)
    })
  })
})

describe("the end of a program", () => {
  it("says so to the tasks that it cancels", async () => {
    let reason: unknown
    await runVirtual(async () => {
      asyncio.createTask(async () => {
        await asyncio.sleep(1).catch((error: unknown) => void ({ reason } = error as asyncio.CancelledError))
      })
      await asyncio.sleep(0)
    })
    assert.equal(reason, "the program ends")
  })

  it("lets what callbacks of the last tasks call soon still run, for four turns", async () => {
    const told: number[] = []
    const runner = new asyncio.Runner({ loopFactory: () => new asyncio.EventLoop({ clock: new VirtualClock() }) })
    await runner.run(async () => {
      const loop = asyncio.getRunningLoop()
      const again = (turn: number) => (): void => {
        told.push(turn)
        loop.callSoon(again(turn + 1))
      }
      asyncio.currentTask()?.addDoneCallback(again(0))
    })
    assert.deepEqual(told, [0])
    await runner.close()
    assert.deepEqual(told, [0, 1, 2, 3, 4])
  })
})

describe("a group that ends itself", () => {
  it("is quiet in a task that was cancelled before it began", async () => {
    await runVirtual(async () => {
      const task = asyncio.createTask(async () => {
        await asyncio.sleep(1).catch(() => undefined)
        await new asyncio.TaskGroup().run(async (group) => {
          group.cancel()
          await asyncio.sleep(1)
        })
        return asyncio.currentTask()?.cancelling()
      })
      await asyncio.sleep(0)
      task.cancel()
      assert.equal(await task, 1)
    })
  })

  it("tells of a cancellation from outside while it drains", async () => {
    await runVirtual(async () => {
      const task = asyncio.createTask(() =>
        new asyncio.TaskGroup().run(async (group) => {
          group.createTask(async () => {
            await asyncio.sleep(1).catch(() => undefined)
            await asyncio.sleep(1)
          })
          await asyncio.sleep(0)
          group.cancel()
        }),
      )
      await asyncio.sleep(0.5)
      task.cancel("outside")
      await assert.rejects(() => task, { name: "CancelledError", reason: "outside" })
    })
  })
})
