/** The invariants of the queue of turns, seen from outside. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { hostTurn, hostTurns, never, soon, watched } from "./support/watched.ts"

describe("the line whose turn it is", () => {
  it("is none while the loop is idle, stopped or closed, whatever has run", async () => {
    const loop = new asyncio.EventLoop()
    const seen: unknown[] = [loop.turn]
    const gate = loop.createFuture<void>()
    loop.createTask(async () => {
      await asyncio.sleep(0)
      await Promise.all([gate, asyncio.coroutine("branch", async () => gate)()])
      throw new Error("x")
    }).catch(() => undefined)
    loop.createTask(never)
    const running = loop.runForever()
    await hostTurns(3)
    seen.push(loop.turn)
    gate.setResult()
    await hostTurns(3)
    seen.push(loop.turn)
    loop.stop()
    await soon(running)
    seen.push(loop.turn)
    loop.setExceptionHandler(() => undefined)
    loop.close()
    seen.push(loop.turn)
    assert.deepEqual(seen, [null, null, null, null, null])
  })

  it("is none in callbacks, and that of the task in its code", async () => {
    const { value } = await watched(async () => {
      const loop = asyncio.getRunningLoop()
      const seen: boolean[] = []
      loop.callSoon(() => seen.push(loop.turn === null))
      await asyncio.sleep(0)
      seen.push(loop.turn !== null)
      await asyncio.coroutine("inner", async () => {
        seen.push(loop.turn !== null)
      })()
      seen.push(loop.turn !== null)
      // What a foreign promise wakes runs in nobody's turn.
      await hostTurn()
      seen.push(loop.turn === null)
      return seen
    })
    assert.deepEqual(value, [true, true, true, true, true])
  })
})

describe("what is scheduled", () => {
  it("always runs: nobody has to wake a loop, whatever it was doing", async () => {
    const ways: Record<string, (loop: asyncio.EventLoop, done: () => void) => void> = {
      "from a timer of the host, while idle": (loop, done) => void setTimeout(() => loop.callSoon(done), 1),
      "from a microtask, while idle": (loop, done) => queueMicrotask(() => loop.callSoon(done)),
      "from nextTick": (loop, done) => process.nextTick(() => loop.callSoon(done)),
      "from a callback": (loop, done) => void loop.callSoon(() => loop.callSoon(done)),
      "by completing a future outside": (loop, done) => {
        const future = loop.createFuture<void>()
        future.addDoneCallback(done)
        setImmediate(() => future.setResult())
      },
      "by cancelling a task outside": (loop, done) => {
        const task = loop.createTask(asyncio.coroutine("body", () => asyncio.sleep(60))())
        task.addDoneCallback(done)
        setTimeout(() => task.cancel(), 2)
      },
      "by a task that awaits something foreign": (loop, done) => {
        loop.createTask(hostTurn).addDoneCallback(done)
      },
      "while another task spins": (loop, done) => {
        const spinning = loop.createTask(async () => {
          for (;;) await asyncio.sleep(0)
        })
        setTimeout(() => {
          loop.callSoon(() => {
            spinning.cancel()
            done()
          })
        }, 2)
      },
    }
    for (const [name, way] of Object.entries(ways)) {
      const loop = new asyncio.EventLoop()
      loop.setExceptionHandler(() => undefined)
      const running = loop.runForever()
      await hostTurns(2)
      await soon(new Promise<void>((resolve) => way(loop, () => resolve())), name)
      loop.stop()
      await soon(running)
      loop.close()
    }
  })

  it("is run once, in batches that never grow while they run", async () => {
    const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
    const runs = new Map<string, number>()
    const order: string[] = []
    const note = (name: string): void => {
      runs.set(name, (runs.get(name) ?? 0) + 1)
      order.push(name)
    }
    for (let i = 0; i < 3; i++) {
      loop.callSoon(() => {
        note(`first ${i}`)
        for (let j = 0; j < 2; j++) loop.callSoon(() => note(`second ${i}.${j}`))
      })
    }
    loop.callLater(1, () => loop.stop())
    await soon(loop.runForever())
    assert.ok([...runs.values()].every((count) => count === 1))
    assert.deepEqual(order, [
      "first 0", "first 1", "first 2",
      "second 0.0", "second 0.1", "second 1.0", "second 1.1", "second 2.0", "second 2.1",
    ])
    loop.close()
  })
})

describe("a fault of the library's own", () => {
  it("is reported, and the loop goes on", async () => {
    const boom = new Error("boom")
    const reports: asyncio.ExceptionContext[] = []
    const log = await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      loop.setExceptionHandler((_loop, context) => void reports.push(context))
      const log: string[] = []
      loop.schedule({
        quiet: true,
        run() {
          throw boom
        },
      })
      loop.callSoon(() => void log.push("next"))
      await asyncio.sleep(0)
      log.push("goes on")
      return log
    })
    assert.deepEqual(log, ["next", "goes on"])
    assert.deepEqual(reports.map(({ message, exception }) => [message, exception]), [["the event loop met an error of its own; please report it", boom]])
  })
})
