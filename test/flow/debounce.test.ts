import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { debounce } from "asyncio-ts/flow"
import { runVirtual } from "asyncio-ts/testing"
import { fate, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

describe("debounce", () => {
  virtual("runs once, when no call has come for a while, with the latest arguments; all get the outcome", async () => {
    const log: string[] = []
    const find = debounce(async (text: string) => {
      log.push(`${text} ${now()}`)
      await asyncio.sleep(10)
      return `found ${text}`
    }, 2)
    const calls = ["t", "te", "tea"].map((text, index) => asyncio.createTask(async () => {
      await asyncio.sleep(index)
      return find(text)
    }))
    assert.deepEqual(await asyncio.gather(calls), ["found tea", "found tea", "found tea"])
    assert.deepEqual(log, ["tea 4"])
  })

  virtual("begins anew with a call that comes while it runs", async () => {
    const log: string[] = []
    const save = debounce(async (text: string) => {
      log.push(`${text} ${now()}`)
      await asyncio.sleep(10)
      return text
    }, 1)
    const first = asyncio.createTask(save("a"))
    await asyncio.sleep(5)
    const second = asyncio.createTask(save("b"))
    assert.deepEqual(await asyncio.gather([first, second]), ["a", "b"])
    assert.deepEqual(log, ["a 1", "b 6"])
  })

  virtual("a failure goes to every call", async () => {
    const fail = debounce(async () => Promise.reject(new Error("down")), 1)
    const calls = [1, 2].map(() => asyncio.createTask(fail()))
    await asyncio.wait(calls)
    assert.deepEqual(calls.map(fate), ["failed Error: down", "failed Error: down"])
  })

  virtual("a call that is cancelled leaves the others alone; with the last of them the run is cancelled, and awaited", async () => {
    const log: string[] = []
    const work = debounce(async (text: string) => {
      try {
        await asyncio.sleep(10)
      } finally {
        await asyncio.sleep(1)
        log.push(`${text} ended at ${now()}`)
      }
      return text
    }, 1)
    const [a, b] = ["a", "b"].map((text) => asyncio.createTask(work(text))) as [asyncio.Task<string>, asyncio.Task<string>]
    await asyncio.sleep(3)
    a.cancel()
    await ticks(3)
    assert.deepEqual([fate(a), fate(b), log], ["cancelled", "pending", []])
    b.cancel()
    await ticks(3)
    assert.equal(fate(b), "pending", "it waits for the end of the run")
    await asyncio.wait([b])
    assert.deepEqual([fate(b), log], ["cancelled", ["b ended at 4"]])
  })

  virtual("cancelled before it has run, it is not in the way of the next call", async () => {
    const log: string[] = []
    const work = debounce(async (text: string) => log.push(`${text} ${now()}`), 2)
    const a = asyncio.createTask(work("a"))
    await asyncio.sleep(1)
    a.cancel()
    await ticks(1)
    await work("b")
    assert.deepEqual(log, ["b 3"])
  })

  virtual("leading, it runs with the first call, and the calls that follow closely share its outcome", async () => {
    let runs = 0
    const press = debounce(async () => (runs += 1), 2, { leading: true })
    const results: number[] = []
    for (const pause of [0, 1, 1, 3]) {
      await asyncio.sleep(pause)
      results.push(await press())
    }
    assert.deepEqual(results, [1, 1, 1, 2])
  })

  virtual("leading, a call that comes while it runs shares it however long it takes", async () => {
    let runs = 0
    const load = debounce(async () => asyncio.sleep(10, (runs += 1)), 0, { leading: true })
    const first = asyncio.createTask(load())
    await asyncio.sleep(5)
    assert.deepEqual(await asyncio.gather([first, load()]), [1, 1])
    assert.equal(await load(), 2)
  })

  virtual("keeps `this`, and the name of the function", async () => {
    const room = { size: 3, measure: debounce(async function measure(this: { size: number }, by: number) { return this.size * by }, 1) }
    const call = room.measure(2)
    assert.equal(String(call), "<coroutine measure>")
    assert.equal(await call, 6)
  })

  it("has bursts of its own in each loop, whatever became of the others", async () => {
    const calls: string[] = []
    for (const leading of [false, true]) {
      const save = debounce(async (text: string) => void calls.push(text), 10, { leading })
      await runVirtual(async () => {
        await asyncio.sleep(5)
        await save("first")
      })
      await runVirtual(() => save("second"))
      await Promise.all(["left", "right"].map((text) => runVirtual(() => save(text))))
    }
    assert.deepEqual(calls, ["first", "second", "left", "right", "first", "second", "left", "right"])
  })

  it("refuses what is no function and no time", () => {
    assert.throws(() => debounce(1 as never, 1), TypeError)
    assert.throws(() => debounce(() => 1, -1), RangeError)
    assert.throws(() => debounce(() => 1, NaN), RangeError)
  })
})
