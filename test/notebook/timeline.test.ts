import assert from "node:assert/strict"
import { describe, it, mock } from "node:test"
import * as asyncio from "asyncio-ts"
import { Picture } from "#src/notebook/picture.ts"
import { timeline } from "#src/notebook/timeline.ts"

describe("timeline(work)", () => {
  it("gives the value of the work, and shows its tasks, but not that of its own", async () => {
    const { pictures, show } = shower()
    const value = await asyncio.run(() => timeline(async () => {
      await asyncio.createTask(asyncio.sleep(0), { name: "tea" })
      return "served"
    }, { show, name: "waiter", title: "Tea" }), { name: "main" })
    assert.equal(value, "served")
    assert.deepEqual(pictures.map(({ timeline: { tasks } }) => tasks.map(({ name, end }) => [name, end])), [[["waiter", "returned"], ["tea", "returned"]]])
    assert.match(pictures[0]?.toSvg() ?? "", />Tea</)
  })

  it("shows what fails, and what is cancelled, and lets the error pass", async () => {
    const { pictures, show } = shower()
    await asyncio.run(async () => {
      await assert.rejects(async () => timeline(async () => { throw new RangeError("no tea") }, { show }), RangeError)
      const task = asyncio.createTask(timeline(() => asyncio.sleep(3600), { show }))
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      task.cancel()
      await assert.rejects(async () => task, asyncio.CancelledError)
    })
    assert.deepEqual(pictures.map(({ timeline: { tasks } }) => tasks.find(({ name }) => name === "work")?.end), ["failed", "cancelled"])
  })

  it("takes a coroutine too, and nothing that runs already", async () => {
    const { show } = shower()
    assert.equal(await asyncio.run(() => timeline(asyncio.sleep(0, "tea"), { show })), "tea")
    assert.throws(() => timeline(Promise.resolve() as never), /^TypeError: timeline takes a coroutine or a function, not a Promise, which runs already: give the function/)
    assert.throws(() => timeline(undefined as never), /^TypeError: timeline takes a coroutine or a function, not undefined$/)
  })

  it("shows the picture through the kernel, and prints it where there is none", async () => {
    const pictures: unknown[] = []
    const printed = mock.method(console, "error", () => undefined)
    try {
      await asyncio.run(() => timeline(() => asyncio.sleep(0)))
      Object.assign(globalThis, { Deno: { jupyter: { display: async (picture: unknown) => pictures.push(picture) } } })
      await asyncio.run(() => timeline(() => asyncio.sleep(0)))
    } finally {
      Reflect.deleteProperty(globalThis, "Deno")
      printed.mock.restore()
    }
    assert.equal(printed.mock.callCount(), 1)
    assert.match(String(printed.mock.calls[0]?.arguments[0]), /work/)
    assert.equal(pictures.length, 1)
    assert.ok(pictures[0] instanceof Picture)
  })
})

function shower(): { pictures: Picture[]; show: (picture: Picture) => void } {
  const pictures: Picture[] = []
  return { pictures, show: (picture) => void pictures.push(picture) }
}
