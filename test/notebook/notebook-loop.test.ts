import assert from "node:assert/strict"
import { afterEach, beforeEach, describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { keepLoop } from "#src/core/ambient.ts"
import { NotebookLoop } from "#src/notebook/notebook-loop.ts"

describe("the loop of a notebook", () => {
  let notebook: NotebookLoop

  beforeEach(() => {
    notebook = new NotebookLoop().install()
  })

  afterEach(() => {
    keepLoop(null)
    notebook.loop().stop()
  })

  it("runs what code outside any loop awaits, as a task each", async () => {
    const name = asyncio.coroutine("name", async () => asyncio.currentTask()?.getCoro()?.name)
    assert.equal(await name(), "name")
    assert.equal(await asyncio.sleep(0, "tea"), "tea")
    assert.deepEqual(await asyncio.gather([asyncio.sleep(0, 1), asyncio.sleep(0, 2)]), [1, 2])
  })

  it("makes such code no task of its own", () => {
    assert.equal(asyncio.currentTask(), undefined)
    assert.equal(asyncio.getRunningLoop(), notebook.loop())
  })

  it("says that a cell has cancelled, where such code has", async () => {
    const task = asyncio.createTask(asyncio.sleep(3600))
    await asyncio.sleep(0)
    task.cancel("enough")
    await assert.rejects(async () => task, { message: "cancelled by a cell: enough" })
  })

  it("lets tasks go on that nobody awaits", async () => {
    const done = new Promise<void>((resolve) => {
      asyncio.createTask(async () => {
        await asyncio.sleep(0)
        resolve()
      })
    })
    await done
  })

  it("gives an error to whoever awaits", async () => {
    await assert.rejects(async () => asyncio.timeout(0).run(() => asyncio.sleep(3600)), asyncio.TimeoutError)
  })

  it("shares the context variables of all such code", async () => {
    const variable = new asyncio.ContextVar<string>("variable")
    variable.set("set outside")
    assert.equal(await asyncio.createTask(async () => variable.get()), "set outside")
  })

  it("goes on when somebody stops it, and is not closed", async () => {
    const loop = asyncio.getRunningLoop()
    loop.stop()
    assert.equal(await asyncio.sleep(0, "again"), "again")
    assert.equal(asyncio.getRunningLoop(), loop)
    assert.throws(() => loop.close(), /cannot close a running event loop/)
  })

  it("leaves run a loop of its own", async () => {
    assert.notEqual(await asyncio.run(async () => asyncio.getRunningLoop()), notebook.loop())
  })

  it("stops what is awaited, whether a coroutine or a task, and no other task", async () => {
    const other = asyncio.createTask(asyncio.sleep(3600))
    const told: string[] = []
    const begun = Promise.withResolvers<void>()
    const cleaning = asyncio.coroutine("cleaning", async () => {
      try {
        begun.resolve()
        await asyncio.sleep(3600)
      } finally {
        told.push("cleaned up")
      }
    })
    const task = asyncio.createTask(asyncio.sleep(3600))
    const awaited = [cleaning(), task].map((one) => one.then(() => "returned", (error: Error) => error))
    await begun.promise
    assert.equal(notebook.stop(), 2)
    for (const error of await Promise.all(awaited)) {
      assert.ok(error instanceof asyncio.CancelledError)
      assert.equal(error.requestedBy, "Stop")
    }
    assert.deepEqual(told, ["cleaned up"])
    assert.equal(task.cancelled(), true)
    assert.equal(other.done(), false)
    assert.equal(notebook.stop(), 0)
    other.cancel()
    await asyncio.wait([other])
  })
})

describe("without a notebook", () => {
  it("code outside any loop is refused", async () => {
    await assert.rejects(async () => asyncio.sleep(0), /no running event loop to await 'sleep' on/)
    assert.throws(() => asyncio.createTask(() => undefined), /no running event loop/)
    assert.throws(() => asyncio.currentTask(), /no running event loop/)
  })
})
