/** Observers that stay on: each is told, whoever else watches. */
import assert from "node:assert/strict"
import { it } from "node:test"
import * as asyncio from "asyncio-ts"
import { observe, tap, type Observer, type Tap } from "#src/core/observer.ts"
import { host } from "#src/host/host.ts"
import { runVirtual } from "asyncio-ts/testing"

/** A tap that writes down which of its methods are called, but for what follows from how busy the machine is. */
function recorder(wants: Pick<Tap, "spare" | "withoutLines"> = { spare: 0 }): { readonly told: string[]; readonly tap: Tap } {
  const told: string[] = []
  const methods = new Proxy(wants, {
    get: (_wants, name) => (name === "spare" || name === "withoutLines" ? wants[name] : () => void (name !== "rested" && told.push(String(name)))),
  })
  return { told, tap: methods as Tap } // it has every method
}

async function program(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  loop.callSoon(() => undefined)
  await asyncio.createTask(async () => asyncio.sleep(1), { eagerStart: true })
  const lazy = asyncio.createTask(async () => asyncio.sleep(1))
  await asyncio.sleep(0)
  lazy.cancel()
  await asyncio.wait([lazy])
}

async function run(taps: readonly Tap[], observers: readonly Observer[] = []): Promise<void> {
  const stops = [...taps.map(tap), ...observers.map(observe)]
  try {
    await runVirtual(program)
  } finally {
    for (const stop of stops) stop()
  }
}

it("one that wants no lines, and has time to spare, is told neither of lines nor that a task goes on", async () => {
  const all = recorder()
  await run([all.tap])
  const few = recorder({ spare: 2, withoutLines: true })
  await run([few.tap])
  // That a task begins is told in any case.
  const begins = few.told.filter((name) => name === "taskResumed").length
  assert.equal(begins, all.told.filter((name) => name === "taskCreated").length)
  assert.ok(all.told.filter((name) => name === "taskResumed").length > begins)
  const rest = (told: readonly string[]): readonly string[] => told.filter((name) => !/^(?:line|taskResumed|.*Made$|bodyEnded)/.test(name))
  assert.deepEqual(rest(few.told), rest(all.told))
  assert.ok(!few.told.some((name) => /^line|Made$|bodyEnded/.test(name)))
})

it("several are told the same, beside an observer with a clock, as one alone", async () => {
  const alone = recorder()
  await run([alone.tap])
  for (const name of ["taskCreated", "taskResumed", "taskHandsBack", "taskParked", "taskWoken", "cancelRequested", "taskDone", "handleBegun", "handleDone", "coroutineMade", "lineParked", "lineResumed", "bodyEnded"]) {
    assert.ok(alone.told.includes(name), name)
  }
  const [one, other] = [recorder(), recorder()]
  await run([one.tap, other.tap])
  assert.deepEqual(one.told, alone.told)
  assert.deepEqual(other.told, alone.told)
  const beside = recorder()
  const times: number[] = []
  await run([beside.tap], [{ taskHandsBack: (_task, time) => times.push(time), handleBegun: (_name, time) => times.push(time) }])
  assert.deepEqual(beside.told, alone.told)
  assert.equal(times.length, 2)
})

it("an observer that throws is taken off and told of, also where nothing can be told", async (t) => {
  for (const consoleFails of [false, true]) {
    const reports: unknown[] = []
    t.mock.method(host, "report", (text: string, error: unknown) => {
      reports.push([text, error])
      if (consoleFails) throw new Error("no console")
    })
    const wrong = new RangeError("wrong")
    const [told, called]: [string[], string[]] = [[], []]
    const stops = [
      observe({
        handleBegun(name) {
          told.push(`first of ${name}`)
          throw wrong
        },
      }),
      observe({ handleBegun: (name) => told.push(`second of ${name}`) }),
    ]
    try {
      await runVirtual(async () => {
        const loop = asyncio.getRunningLoop()
        loop.callSoon(function one() { called.push("one") })
        loop.callSoon(function two() { called.push("two") })
        await asyncio.sleep(0)
      })
    } finally {
      for (const stop of stops) stop()
      t.mock.restoreAll()
    }
    assert.deepEqual(reports, [["An observer threw and was taken off:", wrong]])
    assert.deepEqual(told, ["first of one", "second of one", "second of two"])
    assert.deepEqual(called, ["one", "two"])
  }
})
